/* Connects this browser with the component, once: the person carries a number from the component's own page to this one. */
"use strict";

window.OutpostPairing = (() => {
  const { fill } = window.OutpostReader;

  /* root: templates/portal/_pairing.html · reader: OutpostReader.open(…) */
  const mount = (root, reader) => {
    const part = (name) => root.querySelector(`[data-pairing="${name}"]`);
    const texts = JSON.parse(root.dataset.texts);
    const code = part("code");
    let isBusy = false;

    const say = (key) => { part("said").textContent = key ? texts[key] : ""; };
    const clear = () => {
      part("error").hidden = true;
      code.removeAttribute("aria-invalid");
      part("field").classList.remove("has-error");
    };
    const wrong = (key, values = {}) => {
      say("");
      part("error").querySelector("span").textContent = fill(texts[key], values);
      part("error").hidden = false;
      code.setAttribute("aria-invalid", "true");
      part("field").classList.add("has-error");
      code.focus();
      code.select();
    };
    const failed = (error) => {
      wrong({ pairing_wrong: "wrong", pairing_ended: "ended", busy: "busy" }[error.code] || "failed", { tries: error.tries });
    };

    /* The link opens the component's page by itself; the number is asked for at the same moment. */
    part("show").addEventListener("click", () => {
      clear();
      code.value = "";
      reader.pair().then(() => { say("shown"); }, failed);
    });

    part("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      if (isBusy) { return; }
      clear();
      const typed = code.value.normalize("NFKC").replace(/\s/g, "");
      if (!/^[0-9]{4}$/.test(typed)) { wrong("empty"); return; }
      isBusy = true;
      try { await reader.finishPairing(typed); code.value = ""; say(""); } catch (error) { failed(error); } finally { isBusy = false; }
    });

    /* Shown while it is what is to be done next; says whether it is. */
    return (facts) => {
      const isNeeded = ["unpaired", "unproved"].includes(facts.component);
      root.hidden = !isNeeded;
      part("unproved").hidden = facts.component !== "unproved";
      if (!isNeeded) { clear(); say(""); }
      return isNeeded;
    };
  };

  return { mount };
})();
