/* What the facts about component, reader and card mean: six lights, of which the first that isn't well hides all after it.
   Nothing but this function: it asks nobody and shows nothing. */
"use strict";

window.OutpostDiagnosis = (() => {
  const NAMES = ["component", "version", "permission", "service", "reader", "card"];
  const HIDDEN = ["blocked", "unsupported"];
  const WELL = ["ready", "unpaired"];

  const component = (facts) => {
    if (facts.component === "blocked") { return ["off", "component-hidden"]; }
    if (facts.component === "searching") { return facts.permission === "prompt" ? ["off", "component-hidden"] : ["wait", "component-searching"]; }
    return ["missing", "foreign", "unproved"].includes(facts.component) ? ["problem", `component-${facts.component}`] : ["ok", "component-ready"];
  };
  const version = (facts) => {
    if (facts.component === "too_old") { return ["problem", "version-too_old"]; }
    return facts.version ? ["ok", "version-ready"] : ["off", "version-hidden"];
  };
  const permission = (facts) => {
    if (facts.permission === "denied") { return ["problem", "permission-denied"]; }
    if (facts.permission === "unsupported") { return ["problem", "permission-unsupported"]; }
    if (facts.permission === "prompt") { return ["wait", "permission-prompt"]; }
    return ["ok", "permission-granted"];
  };
  const service = (facts) => {
    if (facts.reader === "no_driver") { return ["problem", "service-missing"]; }
    if (facts.reader === "waiting") { return ["wait", "service-waiting"]; }
    return ["ok", facts.transport === "direct" ? "service-direct" : "service-ready"];
  };
  const reader = (facts) => (facts.reader === "none" ? ["problem", "reader-none"] : ["ok", "reader-ready"]);
  const card = (facts) => {
    const problem = ["none", "unreadable", "locked"].includes(facts.card);
    return problem ? ["problem", `card-${facts.card}`] : ["ok", "card-ready"];
  };

  /* facts of OutpostReader → [{name, state: ok problem wait off, key, first}]; `first` names the light that hides this one. */
  const diagnose = (facts) => {
    const looks = { component, version, permission, service, reader, card };
    let first = null;
    return NAMES.map((name) => {
      const [state, key] = looks[name](facts);
      // Behind a browser that blocks, the first two can't be seen; the one to speak of is the permission.
      const isBehind = HIDDEN.includes(facts.component) || facts.permission === "prompt";
      if (first) { return { name, state: "off", key: "later", first }; }
      if (state !== "ok" && !(isBehind && state === "off")) { first = name; }
      return { name, state, key, first: null };
    });
  };

  /* The light to speak of; none when all are well. */
  const trouble = (lights) => lights.find((light) => light.state === "problem" || light.state === "wait") || null;
  const isWell = (facts) => WELL.includes(facts.component) && trouble(diagnose(facts)) === null;

  return { diagnose, trouble, isWell, NAMES };
})();
