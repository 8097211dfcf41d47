/* Pay page: finds the card reader component, shows its state, has the card sign, and brings the signature to us.
   The password goes to the component on this computer and nowhere else; no form holds it, no name keeps it. */
"use strict";

(() => {
  const page = document.getElementById("pay");
  const texts = JSON.parse(page.dataset.texts);
  const at = (id) => document.getElementById(id);
  const PROTOCOL = 2;
  const VERSION_MIN = "2.0.0";
  const RETRY_SECONDS = [1, 2, 3, 5, 8];
  // A check code lives for 300 s; one that may end on its way is not used.
  const PREPARED_MS = 280_000;

  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

  class ReaderError extends Error {
    constructor(error) { super(error.code); this.code = error.code; this.tries = error.tries_left; }
  }

  class Problem extends Error {
    constructor(body) { super(body.code); this.body = body; }
  }

  /* ---------- lights ---------- */
  const tagOf = { ok: "good", wait: "wait", problem: "bad", off: "off" };
  const light = (device, state, values = {}) => {
    const [kind, word, text] = texts.devices[`${device}-${state}`];
    const row = at(`device-${device}`);
    const said = fill(text, values);
    if (row.dataset.shown === said) { return; }
    row.dataset.shown = said;
    row.className = kind;
    row.querySelector(".device-text").textContent = said;
    const tag = row.querySelector(".tag");
    tag.textContent = word;
    tag.className = `tag ${tagOf[kind]}`;
  };

  /* ---------- messages ---------- */
  const status = (key) => { at("pay-status").textContent = key ? texts.page[key] : ""; };
  const clearErrors = () => {
    at("pay-errors").hidden = true;
    at("password-error").hidden = true;
    at("password").removeAttribute("aria-invalid");
    at("password-field").classList.remove("has-error");
  };
  const showError = (title, text = "") => {
    const box = at("pay-errors");
    box.querySelector("h2").textContent = title;
    box.querySelector("p").textContent = text;
    box.hidden = false;
    box.focus();
  };
  const showPasswordError = (text) => {
    at("password-error").querySelector("span").textContent = text;
    at("password-error").hidden = false;
    at("password").setAttribute("aria-invalid", "true");
    at("password-field").classList.add("has-error");
    at("password").focus();
  };

  /* ---------- the component ---------- */
  const reader = { socket: null, next: 1, waiting: new Map(), failures: 0, state: {}, accounts: null };

  const ask = (type, fields = {}) => new Promise((resolve, reject) => {
    if (!reader.socket || reader.socket.readyState !== WebSocket.OPEN) { reject(new ReaderError({ code: "disconnected" })); return; }
    const id = reader.next++;
    reader.waiting.set(id, { resolve, reject });
    reader.socket.send(JSON.stringify({ id, type, ...fields }));
  });

  const isBlocked = async () => {
    for (const name of ["local-network-access", "loopback-network"]) {
      try {
        if ((await navigator.permissions.query({ name })).state === "denied") { return true; }
      } catch { /* This browser knows no such permission: it doesn't block by it. */ }
    }
    return false;
  };

  const forgetCard = () => {
    reader.accounts = null;
    at("password").value = ""; // it belonged to the card that has left
    at("account-choice").hidden = true;
    at("account-wait").hidden = false;
  };

  /* What a pairing left with this browser: the component proves that it is the same one before it is given anything. */
  const bytes = (hex) => new Uint8Array(hex.match(/../g).map((pair) => parseInt(pair, 16)));
  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const greet = async () => {
    const kept = JSON.parse(localStorage.getItem("outpost-reader") || "null");
    const challenge = hex(crypto.getRandomValues(new Uint8Array(32)));
    const hello = await ask("hello", { protocol: PROTOCOL, version_min: VERSION_MIN, pairing: kept ? kept.pairing : null, challenge });
    if (!kept) { return hello; }
    const key = await crypto.subtle.importKey("raw", bytes(kept.secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    const said = new TextEncoder().encode(`outpost-reader|${location.origin}|${challenge}`);
    const isSame = hello.proof && await crypto.subtle.verify("HMAC", key, bytes(hello.proof), said);
    if (!isSame) { throw new ReaderError({ code: "unproved" }); }
    return hello;
  };

  const connect = () => {
    const socket = new WebSocket(page.dataset.reader, "outpost-reader.v2");
    reader.socket = socket;
    let greeted = false;
    socket.addEventListener("open", async () => {
      try {
        const hello = await greet();
        greeted = true;
        reader.failures = 0;
        light("component", "ready", { version: hello.version });
      } catch (error) {
        light("component", ["protocol_unsupported", "too_old"].includes(error.code) ? "too_old" : "missing");
        socket.close();
      }
    });
    socket.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      if (message.event === "state") { showState(message); return; }
      const waiting = reader.waiting.get(message.id);
      reader.waiting.delete(message.id);
      if (waiting) { message.ok ? waiting.resolve(message) : waiting.reject(new ReaderError(message.error)); }
    });
    socket.addEventListener("close", async () => {
      for (const waiting of reader.waiting.values()) { waiting.reject(new ReaderError({ code: "disconnected" })); }
      reader.waiting.clear();
      reader.state = {};
      forgetCard();
      light("reader", "waiting");
      light("card", "waiting");
      if (greeted) { light("component", "searching"); }
      else if (at("device-component").dataset.shown !== texts.devices["component-too_old"][2]) {
        light("component", (await isBlocked()) ? "blocked" : "missing");
      }
      const pause = RETRY_SECONDS[Math.min(reader.failures++, RETRY_SECONDS.length - 1)];
      setTimeout(connect, pause * 1000);
    });
  };

  const showState = (state) => {
    const before = reader.state;
    reader.state = state;
    light("reader", state.reader);
    if (state.reader !== "ready") { light("card", "waiting"); } else if (state.card !== "ready") { light("card", state.card); }
    const isReady = state.reader === "ready" && state.card === "ready";
    at("account-wait").textContent = texts.page[state.card === "locked" ? "need_another" : "accounts_wait"];
    if (!isReady || before.card_serial !== state.card_serial) { forgetCard(); }
    if (isReady && !reader.accounts) { readAccounts(); }
  };

  const readAccounts = async () => {
    light("card", "reading");
    try {
      const answer = await ask("accounts");
      if (reader.state.card_serial !== answer.card_serial) { return; }
      reader.accounts = answer;
      showAccounts(answer.accounts);
      light("card", "ready");
    } catch (error) {
      if (error.code === "busy") { setTimeout(() => { if (reader.state.card === "ready" && !reader.accounts) { readAccounts(); } }, 1000); }
    }
  };

  const showAccounts = (accounts) => {
    const list = at("account-choice").querySelector("ul");
    list.replaceChildren(...accounts.map((account) => {
      const card = at("account-card").content.cloneNode(true);
      const input = card.querySelector("input");
      input.value = account.index;
      input.checked = accounts.length === 1;
      card.querySelector(".account-name").textContent = account.label || texts.page.account_unnamed;
      card.querySelector(".account-number").textContent = `••••${account.number.slice(-4)}`;
      return card;
    }));
    at("account-wait").hidden = true;
    at("account-choice").hidden = false;
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
    throw new Problem(body && body.code ? body : { code: "unclear", title: texts.page.offline, detail: "", money_moved: "offline" });
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

  /* ---------- confirm ---------- */
  let isBusy = false;
  const busy = (on) => {
    isBusy = on;
    at("pay-confirm").disabled = on;
    at("pay").setAttribute("aria-busy", on ? "true" : "false");
    for (const control of page.querySelectorAll("input, #picture-new")) { control.disabled = on; }
  };

  const missing = () => {
    if (reader.state.card === "locked") { return ["need_another", "account"]; }
    if (!reader.accounts) { return ["need_card", "account"]; }
    if (!page.querySelector("input[name=account]:checked")) { return ["need_account", "account"]; }
    if (!prepared && !at("picture-answer").value.trim()) { return ["need_picture", "picture-answer"]; }
    if (!/^[0-9]{6,12}$/.test(at("password").value)) { return ["need_password", "password"]; }
    return null;
  };

  const sign = (index, serial) => {
    const signing = ask("sign", {
      account_index: index,
      card_serial: serial,
      amount_minor: prepared.amount_minor,
      currency: prepared.currency,
      terminal: prepared.terminal,
      check_code: prepared.check_code,
      signed_at: prepared.signed_at,
      order: prepared.order,
      password: at("password").value,
    });
    at("password").value = "";
    return signing;
  };

  const readerFailed = (error) => {
    const tries = error.tries;
    const key = error.code === "wrong_password" && tries === undefined ? "wrong_password_uncounted" : error.code;
    const text = fill(texts.reader[key] || texts.reader.card_error, { tries });
    if (["wrong_password", "password_format"].includes(error.code)) { showPasswordError(text); } else { showError(text); }
  };

  const leave = (address) => {
    status("confirming");
    location.replace(address);
  };

  const pay = async () => {
    const index = Number(page.querySelector("input[name=account]:checked").value);
    const serial = reader.accounts.card_serial;
    if (!prepared) {
      status("preparing");
      prepared = await post(page.dataset.prepare, { picture_id: picture, answer: at("picture-answer").value });
      const mine = prepared;
      setTimeout(() => { if (prepared === mine && !isBusy) { newPicture().catch(failed); } }, PREPARED_MS);
      pictureDone();
    }
    status("signing");
    at("pay-cancel").hidden = false;
    let signed;
    try { signed = await sign(index, serial); } finally { at("pay-cancel").hidden = true; }
    const { account, issuer, card_serial, signed_at, order_digest, counter, tac } = signed;
    const { check_code } = prepared;
    prepared = null;
    status("confirming");
    try {
      leave((await post(page.dataset.confirm, { account, issuer, card_serial, check_code, signed_at, order_digest, counter, tac })).next);
    } catch (error) {
      // Sent, and no answer that says what became of it: the result page knows, this one must not guess.
      if (error.body.money_moved !== "no") { status("lost"); location.replace(page.dataset.result); return true; }
      throw error;
    }
    return true;
  };

  const failed = async (error) => {
    if (error instanceof ReaderError) { readerFailed(error); return; }
    if (!(error instanceof Problem)) { throw error; }
    const { title, detail, money_moved } = error.body;
    if (money_moved === "yes" || money_moved === "unknown") { location.replace(page.dataset.result); return; }
    try {
      if (error.body.code !== "offline") { await newPicture(); }
      showError(title, detail);
    } catch (another) {
      // Not payable any more: that is the news, whatever went wrong before.
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
      if (id === "password") { showPasswordError(texts.page[key]); } else { showError(texts.page[key]); at(id).focus(); }
      return;
    }
    // Disabled controls keep their values but give up the focus; what must be read is read first.
    busy(true);
    let isLeaving = false;
    try { isLeaving = await pay(); } catch (error) {
      busy(false);
      status("");
      await failed(error);
    } finally {
      at("password").value = "";
      if (!isLeaving) { busy(false); status(""); }
    }
  };

  at("pay-confirm").addEventListener("click", confirm);
  at("pay-cancel").addEventListener("click", () => { ask("cancel").catch(() => {}); });
  at("picture-new").addEventListener("click", () => {
    clearErrors();
    newPicture().then(() => { status("picture_new"); at("picture-answer").focus(); }, failed);
  });
  at("picture-listen").addEventListener("click", () => {
    sound.src = at("picture-listen").dataset.audio;
    sound.play().catch(() => {});
    at("picture-answer").focus();
  });
  for (const id of ["picture-answer", "password"]) {
    at(id).addEventListener("keydown", (event) => { if (event.key === "Enter") { confirm(); } });
  }
  at("password").addEventListener("input", () => { at("password").value = at("password").value.normalize("NFKC").replace(/[^0-9]/g, ""); });
  // Back from the result: this copy of the page may be of an order that is paid.
  addEventListener("pageshow", (event) => { if (event.persisted) { location.reload(); } });
  addEventListener("pagehide", () => { at("password").value = ""; });

  page.hidden = false;
  connect();
})();
