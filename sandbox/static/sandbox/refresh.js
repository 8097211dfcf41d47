// Asks for the list again every two seconds and puts it in when it changed.
"use strict";
for (const part of document.querySelectorAll("[data-refresh]")) {
  let shown = null;
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(part.dataset.refresh, { headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      const found = await answer.text();
      // The first answer is what the page came with.
      if (shown !== null && found !== shown) {
        const fresh = new DOMParser().parseFromString(found, "text/html");
        part.replaceChildren(...fresh.body.childNodes);
      }
      shown = found;
    } catch (error) {
      // The sandbox is being restarted: the next round asks again.
    }
  }, 2000);
}
