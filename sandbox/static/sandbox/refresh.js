// Asks for the list again every two seconds and puts it in when it differs from what is shown.
"use strict";
for (const part of document.querySelectorAll("[data-refresh]")) {
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(part.dataset.refresh, { headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      // Compared with the page itself: it may have changed already between the page and the first answer.
      if (fresh.body.innerHTML.trim() !== part.innerHTML.trim()) {
        part.replaceChildren(...fresh.body.childNodes);
      }
    } catch (error) {
      // The sandbox is being restarted: the next round asks again.
    }
  }, 2000);
}
