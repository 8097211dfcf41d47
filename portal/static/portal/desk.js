/* The console's pages: the switch of colours, and what htmx asks for when something goes wrong. */
"use strict";

(() => {
  const root = document.documentElement;
  const isDark = () => root.dataset.theme === "dark" || (root.dataset.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* for this page alone then */ }
    });
  }
  // Signed out meanwhile: the log-in page takes the whole window, not the place of a part.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 401 || event.detail.xhr.responseURL.includes("/login/")) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
})();
