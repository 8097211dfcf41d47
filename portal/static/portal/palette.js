/* The palette: Ctrl+K or ⌘K opens it, the arrow keys choose, Enter opens, Escape closes and gives the focus back. */
"use strict";

(() => {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = document.getElementById("palette-q");
  const list = document.getElementById("palette-list");
  const said = document.getElementById("palette-said");
  const form = input.form;
  let before = null;

  const options = () => [...list.querySelectorAll('[role="option"]:not([aria-disabled])')];
  const chosen = () => list.querySelector('[aria-selected="true"]');

  function choose(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (!option) { input.removeAttribute("aria-activedescendant"); return; }
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = options();
    if (all.length) choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
  }

  function open() {
    if (dialog.open) return;
    before = document.activeElement;
    input.value = "";
    dialog.showModal();
    input.focus();
    input.dispatchEvent(new Event("palette-open", { bubbles: true }));
  }

  function go(option) {
    if (option) location.assign(option.dataset.address);
  }

  for (const button of document.querySelectorAll("[data-palette-open]")) {
    button.hidden = false;
    button.addEventListener("click", open);
  }
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      if (dialog.open) dialog.close(); else open();
    }
  });
  input.addEventListener("keydown", (event) => {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) { event.preventDefault(); step(moves[event.key]); return; }
    if ((event.key === "Home" || event.key === "End") && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      choose(options().at(event.key === "Home" ? 0 : -1));
    }
  });
  // With something chosen Enter opens it; with nothing chosen the form searches, as it does without a script.
  form.addEventListener("submit", (event) => {
    const option = chosen();
    if (!option && input.value.trim()) return;
    event.preventDefault();
    go(option);
  });
  list.addEventListener("click", (event) => go(event.target.closest('[role="option"]:not([aria-disabled])')));
  list.addEventListener("mousemove", (event) => {
    const option = event.target.closest('[role="option"]:not([aria-disabled])');
    if (option && option !== chosen()) choose(option);
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => {
    input.setAttribute("aria-expanded", "false");
    choose(null);
    list.replaceChildren();
    before?.focus();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== list) return;
    input.setAttribute("aria-expanded", String(options().length > 0));
    choose(input.value.trim() ? options()[0] : null);
    said.textContent = list.querySelector("[data-said]")?.textContent ?? "";
  });
})();
