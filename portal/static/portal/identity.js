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
      document.querySelector("[data-countdown-over]").hidden = false;
    });
  }

  for (const note of document.querySelectorAll("[data-resend-wait]")) {
    const button = note.closest("form").querySelector("button[type=submit]");
    const seconds = Number(note.dataset.resendWait);
    const words = note.textContent;
    button.disabled = true;
    countDown(seconds, (left) => { note.textContent = words.replace(String(seconds), String(left)); }, () => {
      note.hidden = true;
      button.disabled = false;
    });
  }

  for (const link of document.querySelectorAll("[data-reload-seconds]")) {
    setTimeout(() => { location.replace(link.href); }, Number(link.dataset.reloadSeconds) * 1000);
  }

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
