// Forms with a submission key survive a lost signal: taken into the outbox, shown while they wait, opened again.
"use strict";

(() => {
  const { outbox } = window;
  if (!outbox) return;
  const STATES = { waiting: "等待信号", sending: "正在发送", sent: "已送达", attention: "要处理", enter: "要处理" };

  // Every form that the server knows again by its key, also when it arrives twice.
  const waits = (form) => Boolean(form.elements.submission_key) && !("outboxOff" in form.dataset);

  // Not `form.action`: a button of that name would stand there instead.
  const goal = (form) => new URL(form.getAttribute("action") || "", location.href).href;

  /* ---- taking a form ---- */

  // What was typed, by its label: a decision that came too late is read here when its form is gone.
  function said(form) {
    const lines = [];
    for (const field of form.elements) {
      if (!field.name || !field.labels?.length || /^(hidden|file|submit|button)$/.test(field.type)) continue;
      const choice = /^(checkbox|radio)$/.test(field.type);
      if (choice ? !field.checked : !field.value.trim()) continue;
      const label = field.labels[0].textContent.replace(/\s+/g, " ").trim();
      const value = field.localName === "select" ? field.selectedOptions[0].textContent : field.value;
      lines.push(choice ? ["", label] : [label, value.trim()]);
    }
    return lines;
  }

  function packed(form, submitter) {
    const { outboxName, outboxPhotos, outboxThen } = form.dataset;
    const title = form.dataset.outbox || document.querySelector("h1")?.textContent.trim() || document.title;
    const data = [...new FormData(form)];
    if (submitter?.name) data.push([submitter.name, submitter.value]);
    const sound = data.filter(([name, value]) => name !== "csrfmiddlewaretoken" && !(value instanceof File && !value.size));
    const files = sound.filter(([, value]) => value instanceof File);
    const apart = Boolean(outboxPhotos) && files.length > 0;
    const then = apart && outboxThen && submitter?.value === "submit" ? outboxThen : "";
    const named = form.elements[outboxName]?.value.trim();
    const fields = apart ? sound.filter(([, value]) => !(value instanceof File)) : sound;
    return {
      key: form.elements.submission_key.value, user: outbox.user, at: Date.now(), tries: 0, url: "", note: "", state: "waiting",
      title: title + (named ? `：${named}` : ""),
      page: location.pathname + location.search,
      action: submitter?.hasAttribute("formaction") ? submitter.formAction : goal(form),
      button: form.querySelectorAll("button:not([type=button], .sr-only)").length > 1 ? submitter?.textContent.trim() : "",
      // With photos the text is saved first and handed in last: under review it takes no more photos.
      fields: then ? fields.map(([name, value]) => [name, name === "then" ? "save" : value]) : fields,
      said: said(form),
      files: !apart && files.length > 0,
      photos: apart ? files.map(([, file]) => ({ name: file.name, file, state: "" })) : [],
      photosTo: outboxPhotos ?? "",
      then,
    };
  }

  // The same form on another copy of the page.
  const pathOf = (form) => new URL(goal(form)).pathname;
  function twin(root, path) {
    const forms = [...root.querySelectorAll("form")].filter(waits);
    return forms.find((form) => pathOf(form) === path) ?? (forms.length === 1 ? forms[0] : null);
  }

  // The server's corrections beside the fields; the files chosen stay chosen. After a conflict all of the page is new.
  function correct(form, { html, status }) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = twin(page, pathOf(form));
    if (!fresh) return false;
    const whole = status === 409;
    const [old, renewed] = whole ? [document.querySelector("main"), page.querySelector("main")] : [form, fresh];
    const files = form.querySelectorAll("input[type=file]");
    old.replaceChildren(...document.importNode(renewed, true).childNodes);
    for (const input of files) old.querySelector(`input[type=file][name="${input.name}"]`)?.replaceWith(input);
    delete form.dataset.sent;
    old.dispatchEvent(new CustomEvent("page:changed", { bubbles: true }));
    old.querySelector("[data-focus], .alert--warning")?.scrollIntoView({ block: "center" });
    return true;
  }

  async function take(form, submitter) {
    const item = packed(form, submitter);
    await outbox.keep(item);
    if (navigator.onLine) {
      const failure = await outbox.deliverNow(item);
      if (!failure) {
        await outbox.drop(item.key);
        form.dispatchEvent(new CustomEvent("outbox:kept"));
        location.assign(item.url);
        return;
      }
      if (failure instanceof outbox.Refused && failure.html && !item.url && correct(form, failure)) {
        await outbox.drop(item.key);
        return;
      }
    }
    form.dispatchEvent(new CustomEvent("outbox:kept"));
    form.hidden = true;
    const here = document.createElement("div");
    here.dataset.outboxHere = form.classList.contains("post") ? "brief" : "";
    form.before(here);
    await show();
    here.querySelector("h2")?.focus();
  }

  /* ---- opening again ---- */

  function refill(form, item) {
    const seen = {};
    form.dispatchEvent(new CustomEvent("rows:grow", { bubbles: true, detail: item.fields.map(([name]) => name) }));
    for (const field of form.elements) {
      // `seen` belongs to the page as it is now: whoever sends again has looked at it.
      if (!field.name || /^(submit|button|file)$/.test(field.type) || /^(csrfmiddlewaretoken|rows|seen)$/.test(field.name)) continue;
      const values = item.fields.filter(([name]) => name === field.name).map(([, value]) => value);
      if (/^(checkbox|radio)$/.test(field.type)) field.checked = values.includes(field.value);
      else field.value = values[(seen[field.name] = (seen[field.name] ?? -1) + 1)] ?? field.value;
    }
    const files = form.querySelector("input[type=file]");
    const box = new DataTransfer();
    for (const photo of item.photos) if (photo.file) box.items.add(photo.file);
    for (const [, value] of item.fields) if (value instanceof File) box.items.add(value);
    if (files) files.files = box.files;
  }

  // A form of several decisions takes the words only while the one that was meant is still among its buttons.
  function offers(form, path) {
    const buttons = [...form.querySelectorAll("button[formaction]")];
    return !buttons.length || pathOf(form) === path || buttons.some((button) => new URL(button.formAction).pathname === path);
  }

  async function open(item) {
    const path = new URL(item.action).pathname;
    const found = twin(document, path) ?? twin(document, item.page.split("?")[0]);
    const form = found && offers(found, path) ? found : null;
    const why = item.note ? `没有办成：${item.note}` : "";
    const rest = [made("p", { class: "alert__title" }, form ? "写好的内容放回来了，请核对后再交" : "这一页现在不能再办，您写的内容还在这里")];
    if (why) rest.push(made("p", {}, why));
    if (!form) rest.push(words(item));
    (form ?? document.querySelector("main > *")).before(made("div", { class: "alert alert--warning", role: "status" }, made("div", {}, ...rest)));
    if (!form) return;
    refill(form, item);
    if (item.state === "waiting") await outbox.keep({ ...item, state: "attention", note: "正在修改，还没有再交。" });
  }

  /* ---- showing ---- */

  function made(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  const words = (item) => made("dl", { class: "outbox__words" }, ...item.said.flatMap(([label, value]) => [made("dt", {}, label), made("dd", {}, value)]));

  const moving = {}; // how far a photo is, by item; only shown, never kept

  function progress(item) {
    const sent = item.photos.filter((photo) => photo.state === "sent").length;
    const bar = made("progress", { max: item.photos.length, value: Math.min(sent + (moving[item.key] ?? 0), item.photos.length), "aria-label": "照片" });
    return made("p", { class: "outbox__photos small" }, `照片 ${sent}/${item.photos.length}`, bar);
  }

  function small(text, dataset, confirm) {
    const form = made("form", confirm ? { "data-confirm": confirm } : {}, made("button", { class: "button button--quiet button--compact" }, text));
    Object.assign(form.dataset, dataset);
    return form;
  }

  function buttons(item) {
    const link = (text, href) => made("a", { class: "button button--secondary button--compact", href }, text);
    const again = `${item.page}#outbox=${item.key}`;
    if (item.state === "sending") return [];
    if (item.state === "sent") return [link("打开", item.url), small("知道了", { outboxDrop: item.key })];
    const drop = small("删除", { outboxDrop: item.key }, "删除后，没有发出的内容就没有了。确定删除？");
    if (item.state === "enter") return [link("去登录", "/accounts/enter/?next=/outbox/"), drop];
    if (item.state === "attention") return [link(item.url ? "打开" : "打开修改", item.url || again), drop];
    return [small("重试", { outboxRetry: item.key }), ...(item.url ? [] : [link("打开修改", again)]), drop];
  }

  function row(item) {
    const parts = [
      made("p", { class: "outbox__title" }, item.title + (item.button && item.state !== "sent" ? `（${item.button}）` : "")),
      made("p", { class: `outbox__state outbox__state--${item.state}` }, STATES[item.state]),
    ];
    if (item.photos.length) parts.push(progress(item));
    if (item.note) parts.push(made("p", { class: "small" }, item.note));
    if (item.state === "attention" && item.said.length) parts.push(made("details", { class: "small" }, made("summary", {}, "写的内容"), words(item)));
    return made("li", { class: "outbox__item" }, ...parts, made("div", { class: "row" }, ...buttons(item)));
  }

  function panel(items, open) {
    const title = made("h2", { tabindex: "-1" }, open ? `还有 ${open} 件没有办完` : "没有等着发的内容");
    const hint = open ? "内容已经存在这台设备上，关掉网页也不会丢。有信号时自动发出；“要处理”的请打开看看。" : "写好的内容都已经发出。";
    return made("section", { class: "card stack stack--s", "aria-live": "polite" }, title, made("p", { class: "muted" }, hint), made("ul", { class: "outbox" }, ...items.map(row)));
  }

  async function show() {
    const items = await outbox.mine();
    const open = items.filter((item) => item.state !== "sent").length;
    const attention = items.some((item) => item.state === "attention" || item.state === "enter");
    for (const badge of document.querySelectorAll("[data-outbox-count]")) {
      badge.hidden = !open;
      badge.textContent = attention ? `要处理 ${open}` : `待发 ${open}`;
      badge.classList.toggle("badge--attention", attention);
    }
    for (const here of document.querySelectorAll("[data-outbox-here]")) {
      const brief = made("p", { class: "small" }, "已存在这台设备上，", made("a", { href: "/outbox/" }, "在待发箱里看"));
      here.replaceChildren(here.dataset.outboxHere === "brief" ? brief : panel(items, open));
    }
    for (const form of document.querySelectorAll("form[data-outbox-clear]")) form.hidden = false;
    for (const form of document.querySelectorAll('form[action="/accounts/leave/"]')) staying(form, open);
  }

  // Leaving empties the browser; what was never sent stays, and the person is told.
  function staying(form, open) {
    form.querySelector("[name=keep]")?.remove();
    delete form.dataset.confirm;
    if (!open) return;
    form.append(made("input", { type: "hidden", name: "keep", value: "1" }));
    form.dataset.confirm = `还有 ${open} 件没有发出，会留在这台设备上，等您下次登录。公用的设备请先到待发箱发出或清除。现在退出？`;
  }

  /* ---- what people press ---- */

  async function retry(key) {
    const item = await outbox.find(key);
    if (item) await outbox.deliverNow({ ...item, tries: 0 }, "later");
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    const { outboxDrop, outboxRetry, outboxClear } = form.dataset;
    if (outboxDrop || outboxRetry || outboxClear !== undefined) {
      event.preventDefault();
      if (outboxDrop) outbox.drop(outboxDrop);
      else if (outboxRetry) retry(outboxRetry);
      else outbox.forgetDevice();
    } else if (waits(form)) {
      event.preventDefault();
      const submitter = event.submitter;
      take(form, submitter).catch(() => {
        // No room on the device: the form goes out as it always did, by the same button.
        Object.assign(form.dataset, { outboxOff: "1", confirmed: "1" });
        delete form.dataset.sent;
        form.requestSubmit(submitter);
      });
    }
  });

  document.addEventListener("outbox:changed", ({ detail }) => {
    if (detail.key) moving[detail.key] = detail.part;
    show();
  });

  async function begin() {
    // A page from the device is shown again and again: each time its forms are new ones.
    if (document.querySelector(".offline-bar")) {
      for (const field of document.querySelectorAll("input[name=submission_key]")) field.value = crypto.randomUUID();
    }
    const wanted = location.hash.match(/^#outbox=([\w-]+)$/)?.[1];
    const item = wanted && (await outbox.find(wanted));
    if (item?.user === outbox.user) await open(item);
    await show();
    await outbox.pass();
  }

  begin().catch(() => { /* private window: forms then go out as they always did */ });
})();
