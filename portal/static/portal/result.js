/* Result page: prints the receipt, and looks by itself whether the bank has answered. Without it there is a button. */
"use strict";

(() => {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  for (const form of document.querySelectorAll("form[data-poll-seconds]")) {
    const pause = Number(form.dataset.pollSeconds) * 1000;
    const body = new URLSearchParams(new FormData(form));
    const look = async () => {
      try {
        const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
        if (answer.ok && (await answer.json()).settled) { location.reload(); return; }
      } catch { /* No network for a moment: the next look may have it. */ }
      setTimeout(look, pause);
    };
    setTimeout(look, pause);
  }
})();
