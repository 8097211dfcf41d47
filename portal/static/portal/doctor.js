/* Reader doctor and install page: shows what diagnose.js makes of what reader.js has found, live. */
"use strict";

(() => {
  const root = document.getElementById("doctor");
  const at = (id) => document.getElementById(id);
  const texts = JSON.parse(root.dataset.texts);
  const { diagnose, trouble, isWell } = window.OutpostDiagnosis;
  const { fill, tagOf } = window.OutpostReader;
  // Long enough for one change to bring all its news, short enough to be live.
  const SETTLE_MS = 400;

  const row = (name) => at(`light-${name}`);
  const nameOf = (light) => texts.names[light];
  const said = (light, facts) => {
    const [word, text] = texts.says[light.key];
    return { word, text: fill(text, { version: facts.version, version_min: root.dataset.versionMin, first: light.first && nameOf(light.first) }) };
  };

  const showLight = (light, facts) => {
    const { word, text } = said(light, facts);
    const item = row(light.name);
    if (!item) { return; }
    item.className = light.state;
    item.dataset.key = light.key;
    item.querySelector(".device-text").textContent = text;
    const tag = item.querySelector(".tag");
    tag.textContent = word;
    tag.className = `tag ${tagOf[light.state]}`;
  };

  const verdict = (lights, facts) => {
    const first = trouble(lights);
    if (first && first.state === "problem") { return fill(texts.verdicts.trouble, { name: nameOf(first.name), text: said(first, facts).text }); }
    if (first) { return first.key === "permission-prompt" ? said(first, facts).text : texts.verdicts.looking; }
    return texts.verdicts[facts.component === "unpaired" ? "pairing" : "well"];
  };
  let settling = 0;
  const say = (text) => {
    clearTimeout(settling);
    settling = setTimeout(() => { if (at("verdict").textContent !== text) { at("verdict").textContent = text; } }, SETTLE_MS);
  };

  /* What to do about the one light that is a problem; nothing when there is none. */
  const showRemedy = (lights) => {
    const first = trouble(lights);
    const id = first && first.state === "problem" ? `remedy-${first.key}` : "";
    for (const remedy of document.querySelectorAll(".remedy")) { remedy.hidden = remedy.id !== id; }
    at("remedies").hidden = !id;
  };

  const report = (lights, facts) => {
    const words = texts.report;
    const lines = lights.map((light, index) => {
      const { word, text } = said(light, facts);
      return `${index + 1}. ${nameOf(light.name)}: ${word} (${light.key}). ${text}`;
    });
    const serial = facts.serial ? `${words.serial}: ${facts.serial.slice(-3)}` : "";
    const connected = `${words.connected}: ${facts.component === "ready" ? words.yes : words.no}`;
    const head = [words.title, `${words.time}: ${new Date().toISOString()}`, `${words.browser}: ${navigator.userAgent}`];
    return [...head, `${words.version}: ${facts.version || "—"} ${facts.transport}`, connected, ...lines, serial].join("\n").trim();
  };

  const isWhole = at("remedies") !== null;
  const changed = (facts) => {
    const lights = diagnose(facts);
    for (const light of lights) { showLight(light, facts); }
    const shown = isWhole ? lights : lights.filter(({ name }) => row(name));
    root.dataset.well = isWhole ? isWell(facts) : trouble(shown) === null && shown.every(({ state }) => state === "ok");
    if (!isWhole) { say(installVerdict(shown, facts)); return; }
    pairing(facts);
    showRemedy(lights);
    say(verdict(lights, facts));
    at("report").value = report(lights, facts);
  };
  /* The install page asks for no more than that the component is there. */
  const installVerdict = (shown, facts) => {
    if (root.dataset.well === "true") { return texts.verdicts.installed; }
    return verdict(diagnose(facts), facts);
  };

  at("check-again").addEventListener("click", () => { reader.again(); });
  if (isWhole) {
    at("report-copy").addEventListener("click", async () => {
      at("report").value = report(diagnose(reader.facts()), reader.facts());
      try {
        await navigator.clipboard.writeText(at("report").value);
        say(texts.verdicts.copied);
      } catch {
        say(texts.verdicts.not_copied);
        at("report").closest("details").open = true;
        at("report").focus();
        at("report").select();
      }
    });
  }

  const reader = window.OutpostReader.open({ address: root.dataset.reader, versionMin: root.dataset.versionMin, onChange: changed });
  const pairing = isWhole ? window.OutpostPairing.mount(at("pairing"), reader) : null;
  changed(reader.facts());
})();
