// What waits for a signal: kept on this device first, then text, then photos, then handed in. Shown by outbox-forms.js.
"use strict";

window.outbox = (() => {
  const user = document.body.dataset.user;
  if (!user || !window.indexedDB) return null;
  const DAY = 24 * 3600 * 1000;

  /* ---- on the device, in IndexedDB: see `packed` in outbox-forms.js for what an item holds ---- */

  const opening = new Promise((done, fail) => {
    const request = indexedDB.open("fupin-outbox", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("items", { keyPath: "key" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });

  async function store(mode, work) {
    const db = await opening;
    return new Promise((done, fail) => {
      const change = db.transaction("items", mode);
      const request = work(change.objectStore("items"));
      change.oncomplete = () => done(request.result);
      change.onerror = change.onabort = () => fail(change.error);
    });
  }

  // Every open page shows the same.
  const others = window.BroadcastChannel && new BroadcastChannel("fupin-outbox");
  const tell = (detail) => document.dispatchEvent(new CustomEvent("outbox:changed", { detail }));
  others?.addEventListener("message", ({ data }) => tell(data));
  function changed(detail = {}) {
    tell(detail);
    others?.postMessage(detail);
  }

  const find = (key) => store("readonly", (items) => items.get(key));
  const mine = async () =>
    (await store("readonly", (items) => items.getAll())).filter((item) => item.user === user).sort((a, b) => a.at - b.at);

  async function keep(item) {
    await store("readwrite", (items) => items.put(item));
    changed();
  }

  async function drop(key) {
    await store("readwrite", (items) => items.delete(key));
    changed();
  }

  /* ---- sending ---- */

  class Refused extends Error {}
  class Later extends Error {}
  class Enter extends Error {}

  function reason(html) {
    const page = new DOMParser().parseFromString(html, "text/html").querySelector("main");
    const found = page?.querySelectorAll(".alert--error li, .field__error") ?? [];
    const words = (node) => node?.textContent.replace(/\s+/g, " ").trim();
    const lines = [...new Set([...found].map(words))];
    const plain = words(page?.querySelector(".alert--error, .alert--warning, .empty__title + p"));
    return lines.join(" ") || plain || "没有被接受，请打开核对后再交。";
  }

  // Not fetch: over a weak signal people want to see a photo move.
  function ask(url, { body, headers = {}, seconds, moved }) {
    return new Promise((done, fail) => {
      const request = new XMLHttpRequest();
      request.open(body ? "POST" : "GET", url);
      for (const [name, value] of Object.entries({ "X-Outbox": "now", ...headers })) request.setRequestHeader(name, value);
      request.timeout = seconds * 1000;
      request.onerror = request.ontimeout = request.onabort = () => fail(new Later("没有信号或信号太弱，有信号时自动再发。"));
      request.onload = () =>
        done({ status: request.status, json: request.getResponseHeader("Content-Type")?.includes("json"), text: request.responseText });
      if (moved) request.upload.onprogress = (event) => event.lengthComputable && moved(event.loaded / event.total);
      request.send(body);
    });
  }

  async function token(seconds) {
    const answer = await ask("/outbox/token/", { seconds });
    if (answer.status === 401) throw new Enter("需要重新登录，登录后自动发出。");
    if (answer.status !== 200) throw new Later("服务器忙，稍后自动再发。");
    const given = JSON.parse(answer.text);
    if (given.user !== user) throw new Enter("现在登录的是另一个人，请换回来再发。");
    return given.token;
  }

  async function post(url, parts, { csrf, mode, seconds, moved }) {
    const body = new FormData();
    for (const part of parts) body.append(...part);
    const answer = await ask(url, { body, headers: { "X-CSRFToken": csrf, "X-Outbox": mode }, seconds, moved });
    if (answer.status === 401) throw new Enter("需要重新登录，登录后自动发出。");
    if (answer.status === 429 || answer.status >= 500) throw new Later("服务器忙，稍后自动再发。");
    if (answer.status === 200 && answer.json) return JSON.parse(answer.text);
    const error = new Refused(answer.json ? JSON.parse(answer.text).error : reason(answer.text));
    error.status = answer.status;
    error.html = answer.json ? "" : answer.text;
    throw error;
  }

  // A photo that is through is kept as sent at once: after a break only the others go.
  async function sendPhotos(item, address, options) {
    for (const [number, photo] of item.photos.entries()) {
      if (photo.state) continue;
      const moved = (part) => changed({ key: item.key, photo: number, part });
      try {
        await post(address, [["photo", photo.file, photo.name]], { ...options, seconds: 120, moved });
        photo.state = "sent";
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        photo.state = error.message;
      }
      photo.file = null;
      await keep(item);
    }
    const bad = item.photos.find((photo) => photo.state !== "sent");
    if (bad) throw new Refused(`有照片没有被接受（${bad.state}），其余都已保存。请打开核对${item.then ? "，再提交" : ""}。`);
  }

  // Each step that is done is kept before the next begins, so that a closed browser goes on where it stopped.
  async function send(item, mode) {
    const seconds = 15 * 2 ** Math.min(item.tries, 3);
    const options = { csrf: await token(seconds), mode, seconds: item.files ? 120 : seconds };
    let answer = {};
    if (!item.url) {
      answer = await post(item.action, item.fields, options);
      item.url = answer.url;
      item.fields = [];
      await keep(item);
      if (answer.refused) throw new Refused(answer.refused);
    }
    const address = (pattern) => pattern.replace("{id}", item.url.match(/\/(\d+)\//)?.[1]);
    if (item.photos.length) await sendPhotos(item, address(item.photosTo), options);
    if (item.then) {
      answer = await post(address(item.then), [["submission_key", item.key]], options);
      item.url = answer.url;
      item.then = "";
      if (answer.refused) throw new Refused(answer.refused);
    }
  }

  async function deliver(item, mode = "later") {
    Object.assign(item, { state: "sending", note: "" });
    await keep(item);
    let failure = null;
    try {
      await send(item, mode);
      Object.assign(item, { state: "sent", said: [], photos: item.photos.map(({ name, state }) => ({ name, state })), at: Date.now() });
    } catch (error) {
      failure = error;
      const state = error instanceof Refused ? "attention" : error instanceof Enter ? "enter" : "waiting";
      Object.assign(item, { state, note: error.message, tries: item.tries + 1 });
    }
    await keep(item);
    return failure;
  }

  async function deliverAll() {
    const tried = new Set();
    for (;;) {
      const items = await mine();
      for (const old of items) if (old.state === "sent" && Date.now() - old.at > DAY) await drop(old.key);
      const item = items.find((one) => !tried.has(one.key) && !["sent", "attention"].includes(one.state));
      if (!item) return;
      tried.add(item.key);
      if ((await deliver(item)) instanceof Enter) return;
    }
  }

  // One at a time, also of several open pages; where the browser has no locks, the server knows the same form again.
  let busy = false;
  async function alone(work, patience = 0) {
    if (navigator.locks) {
      const ask = new AbortController();
      const timer = patience && setTimeout(() => ask.abort(), patience);
      const options = patience ? { signal: ask.signal } : { ifAvailable: true };
      const taken = (lock) => { clearTimeout(timer); return lock ? work() : null; };
      return navigator.locks.request("fupin-outbox", options, taken).catch((error) => {
        if (error.name !== "AbortError") throw error;
        return null;
      });
    }
    if (busy) return null;
    busy = true;
    return work().finally(() => { busy = false; });
  }

  const pass = () => navigator.onLine && alone(deliverAll);

  // What is just handed in: the failure, or null. While another item is on its way it waits for its turn.
  async function deliverNow(item, mode = "now") {
    let failure = new Later("前面还有一件正在发送，接着就发这一件。");
    // A pass that only looks whether something waits is over in a moment.
    await alone(async () => { failure = await deliver(item, mode); }, 1500);
    if (item.state === "waiting" && !item.note) await keep(Object.assign(item, { note: failure.message }));
    return failure;
  }

  /* ---- pages that open without a signal: see worker.js ---- */

  async function shell() {
    const worker = navigator.serviceWorker;
    const address = document.body.dataset.worker;
    if (!worker || !window.isSecureContext) return;
    if (!address) {
      for (const one of await worker.getRegistrations()) await one.unregister();
      for (const name of await caches.keys()) if (name.startsWith("fupin-")) await caches.delete(name);
      return;
    }
    // Asked of the page's own way here: a worker that began meanwhile controls the page and has never seen it.
    const first = !(performance.getEntriesByType("navigation")[0]?.workerStart > 0);
    await worker.register(address);
    const { active } = await worker.ready;
    if (first) active.postMessage({ keep: [location.pathname + location.search] });
    active.postMessage({ shell: true });
  }

  async function forgetDevice() {
    for (const item of await mine()) await drop(item.key);
    if (!window.caches) return;
    for (const name of await caches.keys()) if (name.startsWith("fupin-pages-")) await caches.delete(name);
  }

  window.addEventListener("online", pass);
  setInterval(pass, 30_000);
  window.addEventListener("load", () => shell().catch(() => { /* no worker: pages then need a signal */ }));
  return { user, Refused, keep, drop, find, mine, pass, deliverNow, forgetDevice };
})();
