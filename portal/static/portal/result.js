/* Result page: prints the receipt, and looks by itself whether the bank has answered. Without it there is a button. */
"use strict";

(() => {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  const form = document.querySelector("form[data-poll-seconds]");
  if (!form) { return; }

  const BUSY_LOOKS = 30; // two minutes of looking often; what takes longer is asked about on a ladder of minutes
  const SLOWER = 4;
  const pause = Number(form.dataset.pollSeconds) * 1000;
  const body = new URLSearchParams(new FormData(form));
  let looks = 0;
  let timer = null;

  /* A live region is read aloud whenever it is written to: write only what is new. */
  const say = (words) => {
    for (const [name, text] of Object.entries(words)) {
      const place = document.querySelector(`[data-said="${name}"]`);
      if (place && text && place.textContent !== text) { place.textContent = text; }
    }
    if (words.title) { document.title = document.title.replace(/^.*(?= · )/, words.title); }
  };

  /* However many looks are on their way, one follows them. */
  const later = () => {
    clearTimeout(timer);
    if (!document.hidden) { timer = setTimeout(look, looks < BUSY_LOOKS ? pause : pause * SLOWER); }
  };

  const look = async () => {
    looks += 1;
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      if (answer.status >= 500) { throw new Error(answer.statusText); }
      const words = await answer.json();
      say(words);
      // Settled, or this link is not the payment's any more: the page itself knows what to say.
      if (!answer.ok || words.settled) { location.reload(); return; }
    } catch { say({ news: form.dataset.offline }); }
    later();
  };

  /* Nobody looks at a hidden page; who comes back to it wants to know now. */
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) { look(); }
  });
  later();
})();
