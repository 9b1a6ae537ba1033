// Forms that forget nothing and photos that travel light. Without this file every form still works.
"use strict";

(() => {
  const WEEK = 7 * 24 * 3600 * 1000;
  const PREFIX = "fupin:draft:";
  const userPart = document.body.dataset.user || "guest";

  /* ---- drafts: <form data-draft="visit-12">, and the office's other forms ---- */

  const storage = (() => {
    try {
      localStorage.setItem(PREFIX, "");
      localStorage.removeItem(PREFIX);
      return localStorage;
    } catch {
      return null; // private window or full: forms then simply do not remember
    }
  })();

  // In the office every form that is taken once remembers what was typed, by its page and where it goes.
  const plainKey = (form) => location.pathname.startsWith("/office/") && form.elements.submission_key && `${location.pathname} ${form.getAttribute("action") || ""}`;
  const nameOf = (form) => form.dataset.draft || plainKey(form) || "";
  const keyOf = (form) => `${PREFIX}${userPart}:${nameOf(form)}`;
  // Of several with one name nobody could say whose the words were.
  function keeping(root) {
    const names = [...document.forms].map(nameOf);
    return [...root.querySelectorAll("form")].filter((form) => nameOf(form) && names.filter((name) => name === nameOf(form)).length === 1);
  }
  const remembered = (field) =>
    field.name && !/^(hidden|password|file|submit|button)$/.test(field.type) && !field.closest("[data-private]") && field.autocomplete !== "one-time-code";

  function read(form) {
    try {
      const draft = JSON.parse(storage.getItem(keyOf(form)));
      return draft && Date.now() - draft.at < WEEK ? draft.fields : null;
    } catch {
      return null;
    }
  }

  function save(form) {
    const fields = {};
    for (const field of form.elements) {
      if (!remembered(field)) continue;
      const ticked = field.type === "checkbox" || field.type === "radio";
      (fields[field.name] ??= []).push(...(ticked ? (field.checked ? [field.value] : []) : [field.value]));
    }
    if (!Object.keys(fields).length) return;
    try {
      storage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), fields }));
    } catch { /* full: the form itself is still there */ }
  }

  /* ---- rows that a list may grow by, without asking the server ---- */

  const MORE_ROWS = 5;
  const MOST_ROWS = 20;

  function grow(form, wanted) {
    const count = form.querySelector("input[name=rows]");
    if (!count) return;
    for (let number = Number(count.value); number < Math.min(wanted, MOST_ROWS); number += 1) {
      const rows = form.querySelectorAll(".item-row");
      const row = rows[rows.length - 1].cloneNode(true);
      row.setAttribute("aria-label", `第 ${number + 1} 行`);
      for (const part of row.querySelectorAll("label, input")) {
        for (const name of ["for", "id", "name"]) {
          if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace(/item\d+-/, `item${number}-`));
        }
        if (part.localName === "label") part.className = "sr-only";
        else part.value = "";
        part.removeAttribute("aria-invalid");
        part.removeAttribute("aria-describedby");
      }
      for (const field of row.querySelectorAll(".field--error")) field.classList.remove("field--error");
      rows[rows.length - 1].after(row);
      count.value = number + 1;
    }
  }

  const rowsIn = (names) => Math.max(0, ...names.map((name) => Number(name.match(/^item(\d+)-/)?.[1] ?? -1) + 1));

  document.addEventListener("rows:grow", (event) => grow(event.target, rowsIn(event.detail)));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-more-rows]");
    if (!button) return;
    event.preventDefault();
    const had = button.form.querySelectorAll(".item-row").length;
    grow(button.form, had + MORE_ROWS);
    const rows = button.form.querySelectorAll(".item-row");
    rows[had]?.querySelector("input").focus();
    button.hidden = rows.length >= MOST_ROWS;
  });

  function fill(form, fields) {
    const seen = {};
    grow(form, rowsIn(Object.keys(fields)));
    let changed = false;
    for (const field of form.elements) {
      const values = fields[field.name];
      if (!remembered(field) || !values) continue;
      if (field.type === "checkbox" || field.type === "radio") {
        const on = values.includes(field.value);
        changed ||= on !== field.checked;
        field.checked = on;
        continue;
      }
      const index = seen[field.name] ?? 0;
      seen[field.name] = index + 1;
      if (values[index] === undefined) continue;
      changed ||= values[index] !== field.value;
      field.value = values[index];
    }
    return changed;
  }

  function announce(form) {
    const note = document.createElement("div");
    note.className = "draft-note";
    note.setAttribute("role", "status");
    const words = document.createElement("span");
    words.textContent = "已恢复您上次没有提交的内容。";
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "button button--quiet button--compact";
    drop.textContent = "不要了，重新填";
    drop.addEventListener("click", () => {
      storage.removeItem(keyOf(form));
      form.reset();
      note.remove();
    });
    note.append(words, drop);
    form.prepend(note);
  }

  function watch(form) {
    // Values that came back with errors are newer than any draft.
    const draft = form.querySelector("[aria-invalid=true]") ? null : read(form);
    if (draft && fill(form, draft)) announce(form);
    let timer = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => save(form), 400);
    });
    form.addEventListener("outbox:kept", () => {
      storage.removeItem(keyOf(form));
      sessionStorage.removeItem(PREFIX + "sent");
    });
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      save(form);
      sessionStorage.setItem(PREFIX + "sent", keyOf(form));
    });
  }

  // A sent form that is not on the next page again has been accepted: its draft has done its work.
  function settle() {
    const sent = sessionStorage.getItem(PREFIX + "sent");
    if (!sent) return;
    sessionStorage.removeItem(PREFIX + "sent");
    const again = keeping(document).some((form) => keyOf(form) === sent);
    if (!again) storage.removeItem(sent);
  }

  function forgetAll() {
    for (const key of Object.keys(storage)) if (key.startsWith(PREFIX)) storage.removeItem(key);
  }

  if (storage) {
    settle();
    keeping(document).forEach(watch);
    document.addEventListener("page:changed", ({ target }) => keeping(target).forEach(watch));
    document.querySelectorAll("form[data-drafts-clear]").forEach((form) => form.addEventListener("submit", forgetAll));
  }

  /* ---- quick amounts and steppers ---- */

  const changed = (input) => input.dispatchEvent(new Event("input", { bubbles: true }));

  function quicken(box) {
    const input = document.getElementById(box.dataset.quick);
    const mark = () => {
      for (const button of box.children) button.setAttribute("aria-pressed", String(Number(input.value) === Number(button.value)));
    };
    box.hidden = false;
    box.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      input.value = button.value;
      changed(input);
    });
    input.addEventListener("input", mark);
    mark();
  }

  function step(box) {
    const input = box.querySelector("input");
    for (const button of box.querySelectorAll("button")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const high = Number(box.dataset.max) || Infinity;
        const wanted = (Number(input.value) || 0) + Number(button.value);
        input.value = Math.min(high, Math.max(Number(box.dataset.min), wanted)) || "";
        changed(input);
      });
    }
  }

  const liven = (root) => {
    root.querySelectorAll("[data-quick]").forEach(quicken);
    root.querySelectorAll("[data-stepper]").forEach(step);
  };
  liven(document);
  document.addEventListener("page:changed", ({ target }) => liven(target));

  /* ---- photos: at most 300 kB before they leave the phone ---- */

  const LIMIT = 300 * 1024;
  const SIDE = 1600;
  const toBlob = (canvas, quality) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));

  async function draw(file, side) {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, side / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    return canvas;
  }

  async function shrink(file) {
    let canvas;
    for (const [side, quality] of [[SIDE, 0.8], [SIDE, 0.6], [1200, 0.6], [900, 0.5]]) {
      canvas = await draw(file, side);
      const blob = await toBlob(canvas, quality);
      if (blob && blob.size <= LIMIT) {
        const name = file.name.replace(/\.\w+$/, "") + ".jpg";
        return { canvas, file: new File([blob], name, { type: "image/jpeg" }) };
      }
    }
    return { canvas, file };
  }

  function preview(list, { canvas, file }, index) {
    const item = document.createElement("li");
    if (canvas) {
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `第 ${index + 1} 张照片`);
      item.append(canvas);
    }
    item.append(`${Math.max(1, Math.round(file.size / 1024))} KB`);
    list.append(item);
  }

  async function takePhotos(input) {
    const list = input.closest(".photo")?.querySelector("[data-preview]");
    const box = new DataTransfer();
    list?.replaceChildren();
    for (const [index, file] of [...input.files].entries()) {
      // What this browser cannot decode goes out as it is; the server decides.
      const light = file.type.startsWith("image/") ? await shrink(file).catch(() => ({ file })) : { file };
      box.items.add(light.file);
      if (list) preview(list, light, index);
    }
    input.files = box.files;
  }

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches(".photo input[type=file]")) return;
    const form = input.form;
    form.dataset.sent = "shrinking"; // app.js holds the form back until the photos are ready
    takePhotos(input).finally(() => { delete form.dataset.sent; });
  });
})();
