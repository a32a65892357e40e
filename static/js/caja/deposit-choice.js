// The choice of the deposit that is a payment's, where several fit: one tap ties it.

import { h, KeyedList, openDialog, setText } from "../lib/dom.js";
import { coverWith } from "../lib/place.js";
import { clock, money, tick } from "../house/format.js";
import { place } from "../house/place.js";
import { groups, whenWords } from "../house/receipt-words.js";
import { arrivedWhen, sourceWords } from "./arrival.js";
import { givenOf } from "./charges.js";
import { methodName } from "./words.js";

/**
 * Open the choice for a payment. `find()` returns the deposits that fit now, or null once the payment needs none;
 * `tie(deposit)` resolves to whether it is tied. `show()` of what is returned shows them anew.
 * @type {(parts: DepositChoice) => { show: () => void }}
 */
export function openChoice({ payment, find, tie, onClose }) {
  let isTying = false;
  const near = createList("Ingresos posibles", choose);
  const others = createList("Otros ingresos de hoy con el mismo monto", choose);
  const rest = h("section", {}, h("h3", {}, "Otros de hoy con el mismo monto"), others.container);
  const none = h("p", { class: "notice", role: "status", hidden: true });
  const dialog = openDialog("Elegir el ingreso",
    h("header", { class: "detail-head" }, h("div", {}, h("h2", { tabindex: -1 }, "¿Cuál es el dinero de este pago?"),
      h("p", { class: "quiet" }, `${place(payment.orders[0])} · `,
        h("span", { class: "money" }, money(givenOf(payment))),
        ` · ${methodName(payment.method)} · enviado a las ${clock(payment.submitted_at)}`)),
    h("button", { class: "button", type: "button", "aria-label": "Cerrar", title: "Cerrar (Esc)",
      onclick: () => dialog.close() }, "✕")),
    near.container, rest, none);
  dialog.classList.add("deposit-choice");
  dialog.addEventListener("close", onClose);
  coverWith(dialog);

  async function choose(/** @type {Deposit} */ deposit) {
    if (isTying) return;
    isTying = true;
    dialog.dataset.busy = "";
    const isTied = await tie(deposit);
    isTying = false;
    delete dialog.dataset.busy;
    if (isTied) dialog.close();
    else show();
  }

  function show() {
    if (isTying || !dialog.open) return; // the answer says what came of it
    const found = find();
    near.sync(found?.near ?? []);
    others.sync(found?.others ?? []);
    rest.hidden = others.size === 0;
    none.hidden = near.size + others.size > 0;
    setText(none, found ? "Ya no queda ninguno: alguien más lo unió."
      : "Este pago ya tiene su ingreso, o ya no espera.");
  }

  show();
  dialog.querySelector("h2")?.focus();
  return { show };
}

/** @type {(label: string, choose: (deposit: Deposit) => void) => KeyedList<Deposit>} */
const createList = (label, choose) => new KeyedList(h("ul", { class: "deposits", "aria-label": label }), {
  key: ({ id }) => id,
  compare: (a, b) => Date.parse(b.at) - Date.parse(a.at) || Number(b.id) - Number(a.id), // the latest first
  create: (deposit) => createRow(deposit, choose),
});

/** @type {(deposit: Deposit, choose: (deposit: Deposit) => void) => Card<Deposit>} */
function createRow(deposit, choose) {
  const when = h("strong", {});
  const from = h("span", { class: "deposit-from" }, h("bdi", {}, deposit.sender ?? "Sin nombre"));
  const about = h("span", { class: "quiet small" });
  const button = h("button", { class: "button deposit", type: "button", onclick: () => choose(deposit) },
    h("span", { class: "deposit-says" }, when, from, about), h("span", { class: "deposit-tie" }, "Es éste"));
  const node = h("li", {}, button);
  const update = (/** @type {Deposit} */ now) => {
    setText(/** @type {Element} */ (from.firstChild), now.sender ?? "Sin nombre");
    const { reference } = now;
    setText(about, [reference ? `ref. ${groups(reference)}` : "", sourceWords(now)].filter(Boolean).join(" · "));
  };
  tick(node, () => setText(when, deposit.is_day ? arrivedWhen(deposit) : timeWords(deposit)));
  return { node, update };
}

/** "20:41, hace 3 min", or "ayer 20:41" */
function timeWords(/** @type {Deposit} */ deposit) {
  const [time, ago] = [whenWords(deposit.at).replace("hoy ", ""), arrivedWhen(deposit)];
  return /^(ahora|hace)/.test(ago) ? `${time}, ${ago}` : time;
}
