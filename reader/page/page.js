/* The component's own page: follows what changes, so that nobody has to load it again. Without script a link does it. */
"use strict";

(() => {
  const EVERY_MS = 1500;
  const PARTS = ["number", "now", "pairings"];

  const look = async () => {
    const answer = await fetch(location.href, { cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of PARTS) {
      const here = document.getElementById(id);
      const there = fresh.getElementById(id);
      // A part in which somebody stands with the keyboard stays as it is.
      if (here.innerHTML !== there.innerHTML && !here.contains(document.activeElement)) {
        here.replaceChildren(...there.childNodes);
      }
    }
  };

  const go = () => {
    setTimeout(async () => {
      if (!document.hidden) { await look().catch(() => {}); }
      go();
    }, EVERY_MS);
  };
  go();
})();
