// The rows of goods: unit and reference price come with a name of the catalogue, the estimate is added up. Pleasant, never necessary.
"use strict";

(() => {
  const form = document.querySelector("form:has(.item-row)") ?? document.querySelector("form[data-outbox]");
  const known = document.getElementById("catalogue");
  if (!form) return;
  const inputs = (row, name) => row.querySelector(`input[name$="-${name}"]`);
  const yuan = (amount) => amount.toLocaleString("zh-CN", { maximumFractionDigits: 2 });

  function complete(input) {
    const found = [...(known?.options ?? [])].find((option) => option.value === input.value.trim());
    if (!found) return;
    const row = input.closest(".item-row");
    for (const name of ["unit", "price"]) {
      const field = inputs(row, name);
      if (field && !field.value) field.value = found.dataset[name];
    }
  }

  function add() {
    let total = 0;
    for (const row of form.querySelectorAll(".item-row")) {
      total += (Number(inputs(row, "quantity")?.value) || 0) * (Number(inputs(row, "price")?.value) || 0);
    }
    for (const shown of form.querySelectorAll("[data-items-total]")) {
      shown.hidden = !total;
      shown.querySelector("strong").textContent = `¥${yuan(total)}`;
    }
  }

  form.addEventListener("input", (event) => {
    if (!event.target.closest(".item-row")) return;
    if (event.target.name.endsWith("-name")) complete(event.target);
    add();
  });
  add();
})();
