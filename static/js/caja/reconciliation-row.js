// One approved payment in the table of the Conciliación.

import { h, setText } from "../dom.js";
import { clock, day, money } from "../format.js";
import { orderLink } from "./evidence.js";
import { isInStatement, methodName, personName } from "./words.js";

/** `{ node, update(payment) }`; `mark(found)` resolves to whether the server has it. */
export function createRow(payment, mark) {
  const box = h("input", { type: "checkbox", onchange: () => tick() });
  const state = h("span", { class: "small" });
  const node = h("tr", {},
    h("td", {}, h("label", { class: "found" }, box, h("span", { class: "unseen" }, `Encontrado en el banco: orden ${payment.order_id}`), state)),
    ...cells(payment));
  let isKept = false;
  let isOnItsWay = false;

  /** One request at a time; whoever changes their mind meanwhile has the last word. */
  async function tick() {
    show();
    if (isOnItsWay) return;
    isOnItsWay = true;
    while (box.checked !== isKept) {
      const wanted = box.checked;
      if (await mark(wanted)) isKept = wanted;
      else box.checked = isKept;
    }
    isOnItsWay = false;
    show();
  }

  /** What is approved and not in the statement stands out, by word and icon. */
  function show() {
    const missing = !box.checked && isInStatement(payment.method);
    node.dataset.missing = String(missing);
    setText(state, box.checked ? "✓ Encontrado" : missing ? "⚠ Falta" : "—");
  }

  function update(now) {
    if (isOnItsWay) return;
    isKept = Boolean(now.reconciled_at);
    box.checked = isKept;
    show();
  }

  return { node, update };
}

function cells(payment) {
  const { amount, total } = payment;
  const declared = amount !== null && amount !== total ? h("span", { class: "quiet small declared" }, `declarado ${money(amount)}`) : null;
  return [
    h("td", { class: "number" }, when(payment.decided_at)),
    h("td", { class: "number" }, String(payment.table_number)),
    h("td", {}, orderLink(payment.order_id)),
    h("td", {}, methodName(payment.method)),
    h("td", { class: "reference-cell" }, payment.reference ?? "—"),
    h("td", { class: "money amount" }, money(total), declared),
    h("td", {}, personName(payment.submitted_by)),
    h("td", {}, personName(payment.decided_by)),
  ];
}

/** The clock's time; of an earlier day its date too, which a range would need. */
function when(iso) {
  const date = day(new Date(iso));
  return date === day(new Date()) ? clock(iso) : `${date.slice(8)}/${date.slice(5, 7)} ${clock(iso)}`;
}
