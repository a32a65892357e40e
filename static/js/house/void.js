// Void an order. The dialog is loaded at the first tap: it needs the network anyway.

import { h } from "../lib/dom.js";
import { fetchPart } from "../lib/later.js";
import { place, placeWithin } from "./place.js";

/** A button that voids `order`, then calls `onVoided(answer)`. */
export function createVoidButton(/** @type {Order} */ order, /** @type {OnAnswer} */ onVoided) {
  const name = `Anular ${placeWithin(order)}, orden ${order.id}`;
  const ask = async () => (await fetchPart(import("./void-dialog.js")))?.askToVoid(order, onVoided);
  return h("button", { class: "button void-button", type: "button", "aria-label": name, onclick: ask }, "Anular");
}

/** "🚫 Mesa 12 anulada por ana: «se fueron»" */
export const voidedWords = (/** @type {Events["order_voided"]} */ notice) =>
  `🚫 ${place(notice)} anulada por ${notice.by}: «${notice.reason}»`;
