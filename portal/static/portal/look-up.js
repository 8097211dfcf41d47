/* A look-up's page: says aloud that it closes soon, and closes what it shows when it does. Without it the page says until when
   it is open, and its button works all the same. */
"use strict";

(() => {
  const box = document.querySelector("[data-open-seconds]");
  if (!box) { return; }
  const warning = box.querySelector("[data-warning]");
  /* Measured from the page's own start: a computer whose time is set wrong is warned no later. */
  const end = performance.now() + Number(box.dataset.openSeconds) * 1000;
  const warnAt = end - Number(box.dataset.warnSeconds) * 1000;
  const look = () => {
    const left = end - performance.now();
    if (left <= 0) {
      clearInterval(timer);
      location.replace(location.href.split(/[?#]/)[0]);
      return;
    }
    if (performance.now() >= warnAt && warning.hidden) {
      warning.hidden = false;
      warning.textContent = warning.dataset.warning;
      box.classList.add("look-up-ends");
    }
  };
  const timer = setInterval(look, 1000);
  look();
})();
