// Opens the office and the forms last opened when there is no signal. Started by /sw.js, which says `offline`.
"use strict";

(() => {
  const { version, shell, page: noSignal, hours } = self.offline;
  const STATICS = `fupin-static-${version}`;
  const PAGES = `fupin-pages-${version}-`;
  const ALWAYS = ["/office/", "/outbox/"];
  const MOST = 30;
  const pathOf = (address) => new URL(address, self.location).pathname;

  /* ---- what is kept: pages of the one person who is signed in, for as long as a session lasts ---- */

  async function forgetOthers(user) {
    for (const name of await caches.keys()) {
      if (name.startsWith("fupin-pages-") && name !== PAGES + user) await caches.delete(name);
    }
  }

  async function keepStatics(html) {
    const cache = await caches.open(STATICS);
    for (const [, address] of html.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)) {
      if (!(await cache.match(address))) await cache.add(address).catch(() => {});
    }
  }

  async function keep(address, response) {
    const user = response.headers.get("X-Account");
    if (user === null) return;
    await forgetOthers(user);
    if (!response.ok || response.redirected || user === "0" || response.headers.get("X-Offline") === "no") return;
    const html = await response.text();
    if (!ALWAYS.includes(pathOf(address)) && !html.includes('name="submission_key"')) return;
    const headers = { "X-Kept-At": String(Date.now()) };
    for (const name of ["Content-Type", "Content-Security-Policy"]) headers[name] = response.headers.get(name) ?? "";
    const cache = await caches.open(PAGES + user);
    await cache.delete(address);
    await cache.put(address, new Response(html, { headers }));
    const known = await cache.keys();
    for (const old of known.slice(0, Math.max(0, known.length - MOST))) await cache.delete(old);
    await keepStatics(html);
  }

  async function mine() {
    const name = (await caches.keys()).find((one) => one.startsWith(PAGES));
    return name ? caches.open(name) : null;
  }

  // A page older than a session is as if it had never been kept.
  async function kept(address) {
    const cache = await mine();
    const found = await cache?.match(address);
    if (!found) return null;
    if (Date.now() - Number(found.headers.get("X-Kept-At")) < hours * 3600 * 1000) return found;
    await cache.delete(address);
    return null;
  }

  /* ---- without a signal ---- */

  const moment = (at) => new Date(Number(at)).toLocaleString("zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
  const plain = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const answer = (html, from) => {
    const headers = { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" };
    const policy = from.headers.get("Content-Security-Policy");
    if (policy) headers["Content-Security-Policy"] = policy;
    return new Response(html, { headers });
  };

  async function fromDevice(found) {
    const words = `离线，内容截至 ${moment(found.headers.get("X-Kept-At"))}`;
    const html = await found.text();
    return answer(html.replace(/(<body[^>]*>)/, `$1<p class="offline-bar" role="status">${words}</p>`), found);
  }

  async function listed() {
    const cache = await mine();
    let items = "";
    for (const request of (await cache?.keys()) ?? []) {
      const found = await kept(request.url);
      const title = found && (await found.text()).match(/<title>([^<]*)<\/title>/)?.[1].split(" · ")[0].trim();
      if (title) items += `<li><a href="${plain(pathOf(request.url) + new URL(request.url).search)}">${title}</a></li>`;
    }
    return items;
  }

  async function nothingKept() {
    const found = await caches.match(noSignal, { cacheName: STATICS });
    if (!found) return Response.error();
    return answer((await found.text()).replace("<!-- kept -->", await listed()), found);
  }

  async function navigate(event) {
    try {
      const response = await fetch(event.request);
      event.waitUntil(keep(event.request.url, response.clone()));
      return response;
    } catch {
      const found = await kept(event.request.url);
      return found ? fromDevice(found) : nothingKept();
    }
  }

  async function file(request) {
    try {
      const response = await fetch(request);
      if (response.ok) (await caches.open(STATICS)).put(request, response.clone());
      return response;
    } catch {
      return (await caches.match(request, { cacheName: STATICS })) ?? Response.error();
    }
  }

  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const path = pathOf(request.url);
    if (new URL(request.url).origin !== self.location.origin) return;
    if (request.method === "POST" && path === "/accounts/leave/") event.waitUntil(forgetOthers("0"));
    if (request.method !== "GET") return;
    if (request.mode === "navigate") event.respondWith(navigate(event));
    else if (path.startsWith("/static/")) event.respondWith(file(request));
  });

  /* ---- the worker's own life ---- */

  async function take(addresses) {
    for (const address of addresses) {
      const response = await fetch(address).catch(() => null);
      if (response) await keep(new URL(address, self.location).href, response);
    }
  }

  async function missing() {
    const cache = await mine();
    const known = await Promise.all(ALWAYS.map((address) => cache?.match(address)));
    return ALWAYS.filter((_, number) => !known[number]);
  }

  self.addEventListener("message", (event) => {
    if (event.data.keep) event.waitUntil(take(event.data.keep));
    if (event.data.shell) event.waitUntil(missing().then(take));
  });

  async function install() {
    const cache = await caches.open(STATICS);
    await cache.addAll([new Request(noSignal, { credentials: "omit" }), ...shell]);
    await self.skipWaiting();
  }

  async function activate() {
    for (const name of await caches.keys()) {
      if (name.startsWith("fupin-") && name !== STATICS && !name.startsWith(PAGES)) await caches.delete(name);
    }
    await self.clients.claim();
  }

  self.addEventListener("install", (event) => event.waitUntil(install()));
  self.addEventListener("activate", (event) => event.waitUntil(activate()));
})();
