// The codes change each half minute: the page is asked for again when they do, and stays as it is without this.
(() => {
  "use strict";
  const table = document.querySelector("[data-seconds-left]");
  setTimeout(() => location.reload(), (Number(table.dataset.secondsLeft) + 1) * 1000);
})();
