/* The conversation with the card reader component (reader/protocol.md), for the pay page and the reader doctor.
   It knows what is there (facts), and lets no password out before the component has proved that it is the one this browser knows. */
"use strict";

window.OutpostReader = (() => {
  const PROTOCOL = 2;
  const KEPT = "outpost-reader";
  const RETRY_SECONDS = [1, 2, 3, 5, 8];
  // On one computer an answer takes milliseconds; what is silent for so long is not our component.
  const SILENCE_MS = 4000;

  class ReaderError extends Error {
    constructor(error) { super(error.code); this.code = error.code; this.tries = error.tries_left; this.version = error.version; }
  }

  /* ---------- what this browser keeps ---------- */
  const kept = () => {
    try {
      const { pairing, secret } = JSON.parse(localStorage.getItem(KEPT));
      return /^[0-9a-f]{32}$/.test(pairing) && /^[0-9a-f]{64}$/.test(secret) ? { pairing, secret } : null;
    } catch { return null; }
  };
  const keep = ({ pairing, secret }) => {
    try { localStorage.setItem(KEPT, JSON.stringify({ pairing, secret })); } catch { /* Nothing can be kept: it asks again next time. */ }
  };

  /* ---------- proofs ---------- */
  const toHex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const fromHex = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const bytes = (text) => new TextEncoder().encode(text);
  const proves = async (secret, challenge, proof) => {
    if (!/^[0-9a-f]{64}$/.test(proof || "")) { return false; }
    const key = await crypto.subtle.importKey("raw", fromHex(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    return crypto.subtle.verify("HMAC", key, fromHex(proof), bytes(`outpost-reader|${location.origin}|${challenge}`));
  };
  const digestOf = async (order) => toHex(await crypto.subtle.digest("SHA-256", bytes(Object.entries(order).map(([name, value]) => `${name}=${value}`).join("\n"))));

  const isOlder = (version, than) => {
    const [a, b] = [version, than].map((text) => text.split(".").map(Number));
    const at = [0, 1, 2].find((place) => a[place] !== b[place]);
    return at !== undefined && a[at] < b[at];
  };

  /* ---------- what stands in the way ---------- */
  /* granted, denied, prompt; none when this browser has no such permission. Its name changed between versions of Chromium. */
  const permissions = async () => {
    const found = [];
    for (const name of ["loopback-network", "local-network", "local-network-access"]) {
      try { found.push(await navigator.permissions.query({ name })); } catch { /* This browser knows no such permission. */ }
    }
    return found;
  };
  const permission = async () => {
    const states = (await permissions()).map((status) => status.state);
    return ["denied", "prompt", "granted"].find((state) => states.includes(state)) || "none";
  };
  const isLocal = ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);

  /* Does a component of the first protocol listen there? It opens its own door. */
  const isFirst = (address) => new Promise((resolve) => {
    const socket = new WebSocket(new URL("/v1", address), "outpost-reader.v1");
    const done = (is) => { clearTimeout(timer); socket.close(); resolve(is); };
    const timer = setTimeout(done, SILENCE_MS, false);
    socket.addEventListener("open", () => done(true));
    socket.addEventListener("error", () => done(false));
  });

  /* Why no conversation began, when nobody opened the door. No request over plain HTTP could tell more: the page's
     content security policy would have to allow one. */
  const diagnosed = async (address) => {
    if ((await permission()) === "denied") { return { component: "blocked", permission: "denied" }; }
    return (await isFirst(address)) ? { component: "too_old", version: "1.0.0" } : { component: "missing" };
  };

  /* ---------- one page's connection, made again whenever it breaks ---------- */
  const NOTHING = { component: "searching", version: "", transport: "", permission: "none", reader: "waiting", card: "waiting", serial: null };

  const open = ({ address, versionMin, onChange }) => {
    let facts = { ...NOTHING };
    let socket = null;
    let next = 1;
    let failures = 0;
    let timer = 0;
    const waiting = new Map();

    const learn = (news) => {
      const before = facts;
      facts = { ...facts, ...news };
      if (Object.keys(facts).some((name) => facts[name] !== before[name])) { onChange(facts, before); }
    };

    const ask = (type, fields = {}) => new Promise((resolve, reject) => {
      if (!socket || socket.readyState !== WebSocket.OPEN) { reject(new ReaderError({ code: "disconnected" })); return; }
      const id = next++;
      waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ id, type, ...fields }));
    });

    const heard = (event) => {
      let message;
      try { message = JSON.parse(event.data); } catch { socket.close(); return; }
      if (message.event === "state") {
        learn({ reader: message.reader, card: message.reader === "ready" ? message.card : "waiting", serial: message.card_serial });
        return;
      }
      const asker = waiting.get(message.id);
      waiting.delete(message.id);
      if (asker) { message.ok ? asker.resolve(message) : asker.reject(new ReaderError(message.error)); }
    };

    /* Greets, and has the proof checked when there is a secret to check it with. */
    const greet = async () => {
      const pair = kept();
      const challenge = toHex(crypto.getRandomValues(new Uint8Array(32)));
      const hello = await ask("hello", { protocol: PROTOCOL, version_min: versionMin, pairing: pair && pair.pairing, challenge });
      const { version, transport } = hello;
      if (isOlder(version, versionMin)) { throw new ReaderError({ code: "too_old", version }); }
      let component = "unpaired";
      if (pair) { component = hello.paired && (await proves(pair.secret, challenge, hello.proof)) ? "ready" : "unproved"; }
      return { component, version, transport, permission: "granted" };
    };

    const connect = () => {
      clearTimeout(timer);
      let mine;
      try { mine = new WebSocket(address, `outpost-reader.v${PROTOCOL}`); } catch {
        learn({ ...NOTHING, component: "blocked", permission: "unsupported" });
        return;
      }
      socket = mine;
      let isGreeted = false;
      let news = null;
      const silence = setTimeout(async () => {
        if (isGreeted) { return; }
        if (!isLocal && (await permission()) === "prompt") { learn({ permission: "prompt" }); return; }
        news = { component: "foreign" };
        mine.close();
        ended();
      }, SILENCE_MS);
      mine.addEventListener("open", async () => {
        news = { component: "foreign" }; // until it has said the right words
        try {
          const greeting = await greet();
          if (socket !== mine) { return; }
          isGreeted = true;
          news = null;
          failures = 0;
          clearTimeout(silence);
          learn(greeting);
        } catch (error) {
          if (["too_old", "protocol_unsupported"].includes(error.code)) { news = { component: "too_old", version: error.version || "" }; }
          mine.close();
        }
      });
      mine.addEventListener("message", (event) => { if (socket === mine) { heard(event); } });
      mine.addEventListener("close", () => ended());
      const ended = async () => {
        clearTimeout(silence);
        if (socket !== mine) { return; }
        socket = null;
        for (const asker of waiting.values()) { asker.reject(new ReaderError({ code: "disconnected" })); }
        waiting.clear();
        learn({ reader: "waiting", card: "waiting", serial: null, ...(isGreeted ? { component: "searching" } : {}) });
        const found = news || (isGreeted ? {} : await diagnosed(address));
        if (socket) { return; }
        learn(found);
        timer = setTimeout(connect, RETRY_SECONDS[Math.min(failures++, RETRY_SECONDS.length - 1)] * 1000);
      };
    };

    /* Now rather than in a moment. */
    const again = () => {
      clearTimeout(timer);
      const old = socket;
      socket = null;
      for (const asker of waiting.values()) { asker.reject(new ReaderError({ code: "disconnected" })); }
      waiting.clear();
      if (old) { old.close(); }
      failures = 0;
      learn(NOTHING);
      connect();
    };

    /* The only way out for a password: to the component that has proved itself on this very connection. */
    const sign = (order, password) => {
      if (facts.component !== "ready") { return Promise.reject(new ReaderError({ code: facts.component === "unproved" ? "unproved" : "disconnected" })); }
      return ask("sign", { ...order, password });
    };

    /* The number was typed: keep the secret, and begin anew so that it is proved before anything else. */
    const finishPairing = async (code) => {
      keep(await ask("pair_code", { code }));
      again();
    };

    permissions().then((all) => { for (const status of all) { status.addEventListener("change", again); } });
    // Connected in another tab: this one need not ask for the number once more.
    addEventListener("storage", (event) => { if (event.key === KEPT && facts.component !== "ready") { again(); } });
    queueMicrotask(connect); // whoever opens it has its own lines to finish before the first news
    return {
      facts: () => facts, again, sign, finishPairing,
      accounts: () => ask("accounts"), cancel: () => ask("cancel"), pair: () => ask("pair"),
    };
  };

  /* The address of the component's own page, for people. */
  const ownPage = (address) => new URL("/", address.replace(/^ws/, "http")).href;

  /* Texts with places, and the colours of lights, for the pages that show this conversation. */
  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
  const tagOf = { ok: "good", wait: "wait", problem: "bad", off: "off" };

  return { open, ownPage, digestOf, ReaderError, fill, tagOf };
})();
