/* The boards: parts that ask for themselves again keep what the reader has opened, and say when nobody answers. */
"use strict";

(() => {
  let opened = [];
  const lost = document.getElementById("board-lost");
  const live = document.getElementById("board-live");
  const say = (isLost) => {
    if (!lost || !live) return;
    lost.hidden = !isLost;
    live.hidden = isLost;
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    opened = [...event.detail.target.querySelectorAll("details[open]")].map((one) => one.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    say(false);
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  });
  document.addEventListener("htmx:sendError", () => say(true));
  document.addEventListener("htmx:responseError", () => say(true));
})();
