// An approved payment in the Conciliación: a row of the table, or a card on a narrow screen.

import { billKey, place, placeShort } from "../house/place.js";
import { givenOf } from "./charges.js";
import { h, setText } from "../lib/dom.js";
import { clock, day, money } from "../house/format.js";
import { shortWarning } from "../house/rules.js";
import { orderLink } from "./evidence.js";
import { lateWarnings } from "./examination.js";
import { createSureButton } from "../lib/sure.js";
import { arrivedAt, tieWords } from "./tie.js";
import { isInStatement, methodName } from "./words.js";

/**
 * `{ node, update(payment) }`; `mark(found)` resolves to whether the server stored it. `isLate(payment)` tells
 * whether the payment's day is over; `nameOf(username)` is a member's name; `letGo(payment)` takes its tie back.
 * @type {(payment: ReconciledPayment, asked: RowParts) => Card<ReconciledPayment>}
 */
export function createRow(payment, { mark, isLate, nameOf, letGo }) {
  const box = h("input", { type: "checkbox", onchange: () => tick() });
  const state = h("span", { class: "small found-word" });
  const time = h("td", { class: "time-cell number", role: "cell" });
  const warned = h("span", { class: "warned" });
  const deposit = createTied(payment, nameOf, letGo);
  const node = h("tr", { role: "row" },
    h("td", { class: "tick-cell", role: "cell" }, h("label", { class: "found" }, box,
      h("span", { class: "unseen" }, `Encontrado en el banco: orden ${payment.order_id}, ${money(givenOf(payment))}`),
      state)),
    time, ...cells(payment, nameOf, warned), deposit.node);
  let isKept = false;
  let isOnItsWay = false;

  /** One request at a time; the last choice of the cashier wins. */
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

  /** A payment missing after its day stands out by word and icon; before, it may still come. */
  function show() {
    const missing = !box.checked && isInStatement(payment.method);
    const late = missing && isLate(payment);
    const decided = payment.decided_at ?? "";
    setText(time, isLate(payment) ? `${shortDate(decided)} ${clock(decided)}` : clock(decided));
    node.dataset.missing = String(missing);
    node.dataset.late = String(late);
    setText(state, box.checked ? "✓ Encontrado" : late ? "⚠ Falta" : missing ? "Falta" : "—");
  }

  function update(/** @type {ReconciledPayment} */ now) {
    if (!isOnItsWay) {
      isKept = Boolean(now.reconciled_at);
      box.checked = isKept;
    }
    showWarned(node, warned, now);
    node.dataset.untied = String(now.was_untied);
    deposit.update(now);
    show();
  }

  return { node, update };
}

/**
 * The cell of the payment's deposit, which rule has tied it, and a button that takes the tie back.
 * @type {(payment: ReconciledPayment, nameOf: NameOf, letGo: RowParts["letGo"]) => Card<ReconciledPayment>}
 */
function createTied(payment, nameOf, letGo) {
  const node = h("td", { class: "tied-cell", role: "cell" });
  let shown = "";

  async function act(/** @type {HTMLButtonElement} */ button, /** @type {ReconciledPayment} */ now) {
    button.disabled = true;
    await letGo(now);
    button.disabled = false;
  }

  function update(/** @type {ReconciledPayment} */ now) {
    const { deposit } = now;
    const key = JSON.stringify([deposit?.id, deposit?.tie, deposit?.sender, now.was_untied, now.to_account]);
    if (key === shown) return;
    shown = key;
    if (!deposit?.tie) {
      node.replaceChildren(...lonely(now));
      return;
    }
    const { button } = createSureButton(() => "Soltar", "¿Seguro? Ya no se une solo", () => act(button, now),
      `ingreso de ${money(deposit.amount)}, orden ${payment.order_id}`);
    const sender = deposit.sender ? [" · ", h("bdi", {}, deposit.sender)] : [];
    node.replaceChildren(h("div", { class: "tied" }, h("span", { class: "arrived" }, `💰 ${arrivedAt(deposit)}`,
      ...sender, h("span", { class: "quiet small rules" }, tieWords(deposit.tie, nameOf))), button));
  }

  return { node, update };
}

/** What is said of a payment without a deposit; of one that lost the deposit it was approved by, in red. */
function lonely(/** @type {ReconciledPayment} */ { was_untied: wasUntied, to_account: toAccount }) {
  if (wasUntied) {
    return [h("span", { class: "badge", "data-tone": "late" }, "⚠ Se aprobó con un aviso que le quitaron después")];
  }
  return toAccount ? [h("span", { class: "quiet small lonely" }, "Sin ingreso")] : [];
}

/**
 * Late warnings, and that the proof could not be examined: nobody was warned of anything then.
 * @type {(node: HTMLElement, box: HTMLElement, payment: ReconciledPayment) => void}
 */
function showWarned(node, box, payment) {
  const warnings = lateWarnings(payment);
  const badges = warnings.map((warning) => h("span", { class: "badge", "data-tone": "wait" },
    shortWarning(warning), h("span", { class: "unseen" }, ", llegó después de aprobar")));
  if (payment.examination === "unreadable") {
    badges.push(h("span", { class: "badge", "data-tone": "wait" }, "🔎 No se pudo examinar"));
  }
  node.dataset.warned = String(warnings.length > 0);
  box.hidden = badges.length === 0;
  if (box.childElementCount !== badges.length) box.replaceChildren(...badges);
}

/** @type {(payment: ReconciledPayment, nameOf: NameOf, warned: HTMLElement) => HTMLElement[]} */
function cells(payment, nameOf, warned) {
  const { reference, tip, orders } = payment;
  const withTip = tip > 0
    ? h("span", { class: "quiet small declared" }, "con propina ", h("span", { class: "money" }, money(tip))) : null;
  const others = orders.slice(1).flatMap((part) => [h("span", { class: "comma" }, ", "), orderLink(part.order_id)]);
  return [
    cell("table-cell number", payment.customer ? "" : "Mesa", placeShort(payment),
      orders.length > 1 ? h("span", { class: "quiet small" }, ` · ${roundsOf(orders)}`) : null),
    cell("order-cell", others.length > 0 ? "Órdenes" : "Orden", orderLink(payment.order_id), ...others),
    cell("method-cell", "", methodName(payment.method)),
    cell("reference-cell", "", reference ?? unsaid(payment), warned),
    cell("amount money", "", money(givenOf(payment)), withTip),
    cell("sent-cell", "Envió", nameOf(payment.submitted_by)),
    cell("approved-cell", "Aprobó", nameOf(payment.decided_by)),
  ];
}

/** The number that nobody typed: as it was read, if it was. */
const unsaid = (/** @type {Payment} */ { reading }) => h("span", { class: "quiet" },
  ...(reading?.reference ? ["En la foto: ", h("bdi", {}, reading.reference)] : ["Sin referencia"]));

/** "3 rondas", or "y Mesa 4" where the payment pays orders of other places, too. */
function roundsOf(/** @type {Payment["orders"]} */ orders) {
  const places = new Map(orders.map((part) => [billKey(part), place(part)]));
  const [, ...others] = places.values();
  return others.length > 0 ? `y ${others.join(", ")}` : `${orders.length} rondas`;
}

/** A card has no column heads, so `label` explains a bare number. */
const cell = (/** @type {string} */ classes, /** @type {string} */ label, /** @type {Child[]} */ ...content) =>
  h("td", { class: classes, role: "cell", data: label ? { label } : {} }, ...content);

/** "28/11", which a range of days needs */
function shortDate(/** @type {string} */ iso) {
  const date = day(iso);
  return `${date.slice(8)}/${date.slice(5, 7)}`;
}
