/* Identity page: counts the waits down. Without it the page says the same with clock times and links. */
"use strict";

(() => {
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

  /* Measured from the page's own start: a computer whose time is set wrong waits no longer. */
  const countDown = (total, show, over) => {
    const end = performance.now() + total * 1000;
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      show(left);
      if (left === 0) { clearInterval(timer); over(); }
    };
    const timer = setInterval(tick, 1000);
    tick();
  };

  for (const box of document.querySelectorAll(".countdown[data-seconds]")) {
    const time = box.querySelector("[data-countdown-time]");
    const bar = box.querySelector("progress");
    countDown(Number(box.dataset.seconds), (left) => {
      time.textContent = clock(left);
      bar.value = left;
    }, () => {
      box.hidden = true;
      for (const words of document.querySelectorAll("[data-countdown-before]")) { words.hidden = true; }
      document.querySelector("[data-countdown-over]").hidden = false;
    });
  }

  for (const note of document.querySelectorAll("[data-resend-wait]")) {
    const form = note.closest("form");
    const button = form.querySelector("button[type=submit]");
    const seconds = Number(note.dataset.resendWait);
    const words = note.textContent;
    button.disabled = true;
    countDown(seconds, (left) => { note.textContent = words.replace(String(seconds), String(left)); }, () => {
      note.hidden = true;
      button.disabled = false;
      form.querySelector("[data-resend-over]").textContent = form.querySelector("[data-resend-over]").dataset.resendOver;
    });
  }

  for (const link of document.querySelectorAll("[data-reload-seconds]")) {
    setTimeout(() => { location.replace(link.href); }, Number(link.dataset.reloadSeconds) * 1000);
  }

  /* Words that become true later, read aloud when they do. */
  for (const note of document.querySelectorAll("[data-after-seconds]")) {
    countDown(Number(note.dataset.afterSeconds), () => {}, () => { note.textContent = note.dataset.text; });
  }

  /* More time for the check, asked for in place: nothing that was typed gets lost, and the focus stays. */
  for (const box of document.querySelectorAll("[data-seconds-left]")) {
    const part = (name) => box.querySelector(`[data-${name}]`);
    const button = part("extend");
    let end = 0;
    const begin = (seconds) => { end = performance.now() + seconds * 1000; };
    begin(Number(box.dataset.secondsLeft));
    setInterval(() => {
      const left = (end - performance.now()) / 1000;
      const warning = left <= Number(box.dataset.warnSeconds) ? box.dataset.warning : "";
      if (part("time-warning").textContent !== warning) { part("time-warning").textContent = warning; }
      if (left <= 0) { location.replace(location.pathname.replace(/[^/]+\/$/, "")); } // the page that says that it has ended
    }, 1000);
    if (!button) { continue; }
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      const body = new URLSearchParams({ csrfmiddlewaretoken: button.form.elements.csrfmiddlewaretoken.value });
      let words;
      try {
        const answer = await fetch(button.formAction, { method: "POST", body, headers: { Accept: "application/json" } });
        words = await answer.json();
        if (!answer.ok) { part("time-said").textContent = words.detail; return; }
      } catch { button.form.requestSubmit(button); return; }
      begin(words.seconds);
      part("time-text").textContent = words.text;
      box.dataset.warning = words.warning;
      part("time-warning").textContent = "";
      part("time-said").textContent = part("time-said").dataset.said;
      button.hidden = words.extensions_left < 1;
    });
  }

  /* What has to be changed comes first: for the eye, the keyboard and the screen reader. */
  document.querySelector(".error-summary")?.focus();

  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); }
      form.dataset.sent = "yes";
    });
  }

  /* Coming back with the back button shows the page as it was left: let its forms be sent again. */
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) { delete form.dataset.sent; }
  });
})();
