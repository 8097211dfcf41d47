/* Pay page: shows reader and card, has the card sign the order as it stands on the page, and brings the signature to us.
   The password goes to the proved component on this computer and nowhere else; no form holds it, no name keeps it. */
"use strict";

(() => {
  const page = document.getElementById("pay");
  const texts = JSON.parse(page.dataset.texts);
  const at = (id) => document.getElementById(id);
  const { ReaderError, digestOf, fill, tagOf } = window.OutpostReader;
  // A check code lives for 300 s; one that may end on its way is not used.
  const PREPARED_MS = 280_000;
  const LOOK_MS = 30_000;
  // Not payable any more, whatever happened to the money: the result page explains it.
  const GONE = [404, 410];
  // What ends the try with a page of its own.
  const ENDS = {
    card_removed: "card_removed", no_card: "card_removed", card_swapped: "card_swapped", card_locked: "card_locked",
    timed_out: "timed_out", cancelled: "cancelled", amount_mismatch: "order_changed", unproved: "unproved", not_paired: "unproved",
    disconnected: "reader_lost", no_reader: "reader_lost", no_driver: "reader_lost",
  };

  class Problem extends Error {
    constructor(body, httpStatus = 0) { super(body.code); this.body = body; this.httpStatus = httpStatus; }
  }
  class Stopped extends Error {}

  /* ---------- lights ---------- */
  const light = (device, state, values = {}) => {
    const [kind, word, text] = texts.devices[`${device}-${state}`];
    const row = at(`device-${device}`);
    row.className = kind;
    row.querySelector(".device-text").textContent = fill(text, values);
    const tag = row.querySelector(".tag");
    tag.textContent = word;
    tag.className = `tag ${tagOf[kind]}`;
    return { kind, said: fill(texts.page.light, { name: row.querySelector(".device-name").textContent, word, text: fill(text, values) }) };
  };
  /* One sentence, said once: of the light to look at, when all have come to rest. */
  let announcing = 0;
  const announce = (lights) => {
    clearTimeout(announcing);
    const { said } = lights.find(({ kind }) => kind === "problem" || kind === "wait") || lights.at(-1);
    announcing = setTimeout(() => { if (at("reader-said").textContent !== said) { at("reader-said").textContent = said; } }, 400);
  };

  /* ---------- messages ---------- */
  const status = (key) => { at("pay-status").textContent = key ? texts.page[key] : ""; };
  const clearErrors = () => {
    at("pay-errors").hidden = true;
    at("password-error").hidden = true;
    at("password").removeAttribute("aria-invalid");
    at("password-field").classList.remove("has-error");
  };
  const showError = (title, text = "", lack = "") => {
    const box = at("pay-errors");
    box.dataset.lack = lack;
    box.querySelector("h2").textContent = title;
    box.querySelector("p").textContent = text;
    box.hidden = false;
    box.focus();
  };
  /* What was missing is there now. */
  const supplied = (...lacks) => { if (lacks.includes(at("pay-errors").dataset.lack)) { at("pay-errors").hidden = true; } };
  const showPasswordError = (text) => {
    at("password-error").querySelector("span").textContent = text;
    at("password-error").hidden = false;
    at("password").setAttribute("aria-invalid", "true");
    at("password-field").classList.add("has-error");
    at("password").focus();
  };

  const wipe = () => { at("password").value = ""; };
  /* Once: a second way out would break off the first. The page's entry in the history is replaced, so nobody comes back to it. */
  let hasLeft = false;
  const leave = (address) => {
    wipe();
    if (hasLeft) { return; }
    hasLeft = isBusy = true;
    location.replace(address);
  };
  const stop = (reason) => { leave(`${page.dataset.stopped}${reason}/`); };

  /* ---------- reader and card ---------- */
  let isBusy = false;
  let accounts = null;
  let wasProved = false;
  let wasEmptied = false; // a password stood there when its card left
  let typedFor = null; // the card that was in the reader when a password was typed

  const forgetCard = (facts) => {
    if (accounts) { at("account").style.minHeight = `${at("account").offsetHeight}px`; } // what is below stays where it is
    accounts = null;
    if (at("password").value && !isBusy) {
      wasEmptied = true;
      if (facts.component === "ready" && facts.reader === "ready") { status("card_out"); } else { status("reader_out"); }
    }
    wipe(); // it belonged to the card that has left
    at("account-choice").hidden = true;
    at("account-wait").hidden = false;
  };

  const cardLight = (facts) => {
    if (facts.reader !== "ready") { return "waiting"; }
    if (facts.card === "ready" && !accounts) { return facts.component === "ready" ? "reading" : "unpaired"; }
    return facts.card;
  };
  const lights = () => {
    const facts = reader.facts();
    const { component } = facts;
    const isHeard = ["ready", "unpaired"].includes(component);
    announce([
      light("component", component, facts),
      light("reader", isHeard ? facts.reader : "waiting"),
      light("card", isHeard ? cardLight(facts) : "waiting"),
    ]);
  };

  /* Pairing takes the place of what comes after it; the page keeps its height, so that nothing below moves. */
  const showStage = (facts) => {
    if (facts.component === "searching") { return; }
    const wasPairing = !at("pairing").hidden;
    const height = at("pay-stage").offsetHeight;
    const hadFocus = at("pay-stage").contains(document.activeElement);
    const isPairing = pairing(facts);
    at("pay-steps").hidden = isPairing;
    if (isPairing !== wasPairing) { at("pay-stage").style.minHeight = `${height}px`; }
    if (isPairing !== wasPairing && hadFocus) { at(isPairing ? "pairing-head" : "account").focus(); }
  };

  const changed = (facts, before) => {
    showStage(facts);
    if (facts.component === "unproved" && wasProved) { stop("unproved"); return; }
    wasProved ||= facts.component === "ready";
    at("account-wait").textContent = texts.page[facts.card === "locked" ? "need_another" : "accounts_wait"];
    if (facts.serial && typedFor && facts.serial !== typedFor && !isBusy) { stop("card_swapped"); return; }
    const isReady = facts.component === "ready" && facts.card === "ready";
    if (!isReady || before.serial !== facts.serial) { forgetCard(facts); }
    if (isReady && !accounts) { readAccounts(); }
    if (isReady && before.component === "ready" && before.card !== "ready") { lookAgain(); }
    lights();
  };

  const readAccounts = async () => {
    try {
      const answer = await reader.accounts();
      if (reader.facts().serial !== answer.card_serial) { return; }
      accounts = answer;
      showAccounts(answer.accounts);
      lights();
    } catch (error) {
      if (error.code === "not_paired") { reader.again(); }
      if (error.code === "busy") { setTimeout(() => { if (reader.facts().card === "ready" && !accounts) { readAccounts(); } }, 1000); }
    }
  };

  const showAccounts = (all) => {
    const list = at("account-choice").querySelector("ul");
    list.replaceChildren(...all.map((account) => {
      const card = at("account-card").content.cloneNode(true);
      const input = card.querySelector("input");
      input.value = account.index;
      input.checked = all.length === 1;
      card.querySelector(".account-name").textContent = account.label || texts.page.account_unnamed;
      card.querySelector(".account-number").textContent = `••••${account.number.slice(-4)}`;
      return card;
    }));
    at("account-wait").hidden = true;
    at("account-choice").hidden = false;
    at("account").style.minHeight = "";
    supplied("need_card", "need_another");
    if (wasEmptied && !isBusy) { status("card_back"); }
    wasEmptied = false;
  };

  /* ---------- our side ---------- */
  const post = async (address, fields) => {
    let answer;
    try {
      answer = await fetch(address, {
        method: "POST",
        headers: { "Accept": "application/json", "Content-Type": "application/json", "X-CSRFToken": page.dataset.csrf },
        body: JSON.stringify(fields),
      });
    } catch { throw new Problem({ code: "offline", title: texts.page.offline, detail: "", money_moved: "offline" }); }
    let body;
    try { body = await answer.json(); } catch { body = null; }
    if (answer.ok && body) { return body; }
    throw new Problem(body && body.code ? body : { code: "unclear", title: texts.page.offline, detail: "", money_moved: "offline" }, answer.status);
  };

  /* Paid, cancelled or too late meanwhile, in another window perhaps: then this page is no longer the one to look at. */
  const lookAgain = async () => {
    if (isBusy) { return; }
    let answer;
    try { answer = await fetch(location.pathname, { method: "HEAD", redirect: "manual", cache: "no-store" }); } catch { return; }
    if (isBusy) { return; }
    if (answer.type === "opaqueredirect" || GONE.includes(answer.status)) { leave(page.dataset.result); }
  };

  let prepared = null;
  let picture = page.dataset.picture;
  const sound = new Audio();

  const showPicture = (fresh) => {
    picture = fresh.id;
    at("picture").src = fresh.image;
    at("picture-listen").dataset.audio = fresh.audio;
    at("picture-answer").value = "";
    at("picture-field").hidden = false;
    at("picture-done").hidden = true;
    prepared = null;
  };
  const newPicture = async () => {
    sound.pause();
    showPicture(await post(page.dataset.newPicture, {}));
  };
  const pictureDone = () => {
    at("picture-field").hidden = true;
    at("picture-done").hidden = false;
  };

  /* ---------- is the order on the page the one that is signed? ---------- */
  const digits = (text) => text.replace(/[^0-9]/g, "").replace(/^0+(?=.)/, "");
  const readers = {
    order_number: (text) => text.trim(),
    rate: (text) => text.slice(text.indexOf("=") + 1).replace(/[^0-9.]/g, ""),
    button: digits,
  };
  const isAsShown = (order) => {
    const expected = { ...order, button: order.final_amount_minor };
    const places = [...document.querySelectorAll("[data-shown]")];
    const names = places.map((place) => place.dataset.shown);
    const lines = document.querySelectorAll(".amount td");
    return new Set(names).size === names.length && names.length === 9 && lines.length === 7
      && [...lines].every((line) => line.matches("[data-shown]"))
      && places.every((place) => (readers[place.dataset.shown] || digits)(place.textContent) === expected[place.dataset.shown]);
  };
  const isSame = (one, other) => JSON.stringify(Object.entries(one || {}).sort()) === JSON.stringify(Object.entries(other).sort());

  /* ---------- confirm ---------- */
  const busy = (on) => {
    isBusy = on;
    page.setAttribute("aria-busy", on ? "true" : "false");
    // The focus stays where it is: nothing that may have it is disabled.
    for (const id of ["pay-confirm", "picture-new"]) { on ? at(id).setAttribute("aria-disabled", "true") : at(id).removeAttribute("aria-disabled"); }
    for (const id of ["picture-answer", "password"]) { at(id).readOnly = on; }
    for (const choice of page.querySelectorAll("input[name=account]:not(:checked)")) { choice.disabled = on; }
  };

  /* "Nothing is charged" stands there only while it is true. */
  const mayLeave = (on) => { at("pay-leave").classList.toggle("unsaid", !on); };

  const missing = () => {
    if (reader.facts().card === "locked") { return ["need_another", "account"]; }
    if (!accounts) { return ["need_card", "account"]; }
    if (!page.querySelector("input[name=account]:checked")) { return ["need_account", "account"]; }
    if (!prepared && !at("picture-answer").value.trim()) { return ["need_picture", "picture-answer"]; }
    if (!/^[0-9]{6,12}$/.test(at("password").value)) { return ["need_password", "password"]; }
    return null;
  };

  const prepare = async () => {
    status("preparing");
    prepared = await post(page.dataset.prepare, { picture_id: picture, answer: at("picture-answer").value });
    const mine = prepared;
    setTimeout(() => { if (prepared === mine && !isBusy) { newPicture().catch(failed); } }, PREPARED_MS);
    pictureDone();
  };

  const sign = async (index, serial) => {
    const { amount_minor, currency, terminal, check_code, signed_at, order } = prepared;
    status("signing");
    mayLeave(false);
    at("pay-cancel").hidden = false;
    const signing = reader.sign({ account_index: index, card_serial: serial, amount_minor, currency, terminal, check_code, signed_at, order }, at("password").value);
    wipe();
    try { return await signing; } finally {
      if (document.activeElement === at("pay-cancel")) { at("pay-confirm").focus(); }
      at("pay-cancel").hidden = true;
    }
  };

  const pay = async () => {
    const index = Number(page.querySelector("input[name=account]:checked").value);
    const mine = accounts;
    const serial = mine.card_serial;
    if (!prepared) { await prepare(); }
    const { order, order_digest: ours, check_code } = prepared;
    const isRight = isAsShown(order) && String(prepared.amount_minor) === order.final_amount_minor && (await digestOf(order)) === ours;
    if (!isRight) { throw new Stopped("order_changed"); }
    // The card left meanwhile, and its password with it.
    if (accounts !== mine) { throw new Stopped([serial, null].includes(reader.facts().serial) ? "card_removed" : "card_swapped"); }
    const { account, issuer, card_serial, signed_at, order_digest, counter, tac, order: signed } = await sign(index, serial);
    if (order_digest !== ours || !isSame(signed, order) || !isAsShown(order)) { throw new Stopped("order_changed"); }
    prepared = null;
    at("pay-digest").querySelector("code").textContent = `${order_digest.slice(0, 4)} ${order_digest.slice(4, 8)}`;
    at("pay-digest").hidden = false;
    status("confirming");
    try {
      leave((await post(page.dataset.confirm, { account, issuer, card_serial, check_code, signed_at, order_digest, counter, tac })).next);
    } catch (error) {
      at("pay-digest").hidden = true;
      // Sent, and no answer that says what became of it: the result page knows, this one must not guess.
      if (error.body.money_moved !== "no") { status("lost"); leave(page.dataset.result); return; }
      throw error;
    }
  };

  /* The reader's no: a page of its own, or a sentence here when the same try can go on. */
  const readerFailed = ({ code, tries }) => {
    if (ENDS[code]) { stop(ENDS[code]); return; }
    const key = code === "wrong_password" && tries === undefined ? "wrong_password_uncounted" : code;
    const text = fill(texts.reader[key] || texts.reader.card_error, { tries });
    if (["wrong_password", "password_format"].includes(code)) { showPasswordError(text); } else { showError(text); }
  };

  const failed = async (error) => {
    if (error instanceof Stopped) { stop(error.message); return; }
    if (error instanceof ReaderError) { readerFailed(error); return; }
    if (!(error instanceof Problem)) { throw error; }
    const { title, detail, money_moved } = error.body;
    if (money_moved === "yes" || money_moved === "unknown" || GONE.includes(error.httpStatus)) { leave(page.dataset.result); return; }
    try {
      if (error.body.code !== "offline") { await newPicture(); }
      showError(title, detail);
    } catch (another) {
      // Not payable any more: that is the news, whatever went wrong before.
      if (GONE.includes(another.httpStatus)) { leave(page.dataset.result); return; }
      const last = another instanceof Problem && another.body.code !== "offline" ? another.body : error.body;
      showError(last.title, last.detail);
    }
  };

  const confirm = async () => {
    if (isBusy) { return; }
    clearErrors();
    const lack = missing();
    if (lack) {
      const [key, id] = lack;
      if (id === "password") { showPasswordError(texts.page[key]); } else { showError(texts.page[key], "", key); at(id).focus(); }
      return;
    }
    busy(true);
    try { await pay(); } catch (error) {
      busy(false);
      status("");
      await failed(error);
      mayLeave(!isBusy); // still here: the page knows that nothing was charged
    } finally {
      wipe();
      typedFor = null;
    }
  };

  at("pay-confirm").addEventListener("click", confirm);
  at("pay-cancel").addEventListener("click", () => { reader.cancel().catch(() => {}); });
  at("picture-new").addEventListener("click", () => {
    if (isBusy) { return; }
    busy(true);
    clearErrors();
    newPicture().then(() => { status("picture_new"); at("picture-answer").focus(); }, failed).finally(() => { busy(false); });
  });
  at("picture-listen").addEventListener("click", () => {
    sound.src = at("picture-listen").dataset.audio;
    sound.play().catch(() => {});
    at("picture-answer").focus();
  });
  for (const id of ["picture-answer", "password"]) {
    at(id).addEventListener("keydown", (event) => { if (event.key === "Enter") { confirm(); } });
  }
  at("password").addEventListener("input", () => {
    at("password").value = at("password").value.normalize("NFKC").replace(/[^0-9]/g, "");
    typedFor = reader.facts().serial;
    wasEmptied = false;
    if (!isBusy) { status(""); }
  });
  page.addEventListener("input", ({ target }) => {
    if (target.name === "account") { supplied("need_account"); }
    if (at("pairing").hidden) { at("pay-stage").style.minHeight = ""; } // what pairing took is given back
  });
  // A page that is in view beside another window is never shown anew: it looks from time to time, and when its time is over.
  const lookIfSeen = () => { if (document.visibilityState === "visible") { lookAgain(); } };
  document.addEventListener("visibilitychange", lookIfSeen);
  addEventListener("focus", lookIfSeen);
  setInterval(lookIfSeen, LOOK_MS);
  setTimeout(lookAgain, Number(page.dataset.payableSeconds) * 1000);
  // Back from the result: this copy of the page may be of an order that is paid.
  addEventListener("pageshow", (event) => { if (event.persisted) { location.reload(); } });
  addEventListener("pagehide", wipe);

  const reader = window.OutpostReader.open({ address: page.dataset.reader, versionMin: page.dataset.versionMin, onChange: changed });
  const pairing = window.OutpostPairing.mount(at("pairing"), reader);
})();
