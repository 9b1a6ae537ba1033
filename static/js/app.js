// Pleasant, never necessary: menus, confirmations, copying, and a guard against sending twice.
"use strict";

(() => {
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (menu !== except) menu.open = false;
    }
  };

  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest("details[data-menu]"));
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
    const closer = event.target.closest("[data-dialog-close]");
    if (closer) closer.closest("dialog").close();
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
    const printer = event.target.closest("[data-print]");
    if (printer) window.print();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details[data-menu][open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  async function copy(button) {
    const words = button.querySelector("[data-copy-text]");
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      words.textContent = "已复制";
    } catch {
      // Plain http and old phones have no clipboard: select the text for the user's own copy command.
      const value = button.parentElement.querySelector("code");
      window.getSelection().selectAllChildren(value);
      words.textContent = "已选中";
    }
    setTimeout(() => { words.textContent = "复制"; }, 2500);
  }

  // A form or a single button may ask first. The question is shown in the page's own dialog.
  const dialog = document.getElementById("confirm");
  let waiting = null;

  const needsAnswer = (event) => {
    const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
    if (!question || !dialog || event.target.dataset.confirmed) return false;
    waiting = { form: event.target, submitter: event.submitter };
    dialog.querySelector("[data-confirm-text]").textContent = question;
    dialog.returnValue = "no";
    dialog.showModal();
    return true;
  };

  dialog?.addEventListener("close", () => {
    const asked = waiting;
    waiting = null;
    if (!asked || dialog.returnValue !== "yes") return;
    asked.form.dataset.confirmed = "1";
    asked.form.requestSubmit(asked.submitter);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    if (needsAnswer(event)) {
      event.preventDefault();
      return;
    }
    delete form.dataset.confirmed;
    if (form.method !== "post") return;
    const stuck = navigator.onLine ? null : form.querySelector("[data-no-signal]");
    if (stuck) {
      event.preventDefault();
      stuck.hidden = false;
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    // The pressed button must stay enabled until its name and value have gone out.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
    });
  });

  // Back button: the page comes from memory with its guard still on.
  const release = (root) => {
    for (const form of root.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  };
  window.addEventListener("pageshow", (event) => { if (event.persisted) release(document); });
  document.addEventListener("htmx:afterRequest", () => release(document));

  const prepare = (root) => {
    for (const button of root.querySelectorAll("[data-copy], [data-print]")) button.hidden = false;
    root.querySelector("[data-focus]")?.focus();
  };
  prepare(document);
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) prepare(event.target); });
})();
