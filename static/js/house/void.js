// Voiding an order. The dialog comes with the first tap: it is of no use without a network anyway.

import { h } from "../lib/dom.js";
import { fetchPart } from "../lib/later.js";

/** The button that voids `order`; `onVoided(answer)` hears of the answer. */
export function createVoidButton(/** @type {Order} */ order, /** @type {OnAnswer} */ onVoided) {
  const name = `Anular mesa ${order.table_number}, orden ${order.id}`;
  const ask = async () => (await fetchPart(import("./void-dialog.js")))?.askToVoid(order, onVoided);
  return h("button", { class: "button void-button", type: "button", "aria-label": name, onclick: ask }, "Anular");
}

/** "🚫 Mesa 12 anulada por ana: «se fueron»" */
export const voidedWords = (/** @type {Events["order_voided"]} */ notice) =>
  `🚫 Mesa ${notice.table_number} anulada por ${notice.by}: «${notice.reason}»`;
