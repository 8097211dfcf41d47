/* Light, dark or as the system has it: the same choice as on Django's admin pages, before the first paint. */
"use strict";
(() => {
  let theme = "auto";
  try { theme = localStorage.getItem("theme") || theme; } catch { /* kept nowhere: the system's choice */ }
  document.documentElement.dataset.theme = theme;
})();
