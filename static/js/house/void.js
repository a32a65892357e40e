// Void an order. The dialog is loaded at the first tap: it needs the network anyway.

import { h } from "../lib/dom.js";
import { fetchPart } from "../lib/later.js";
import { place, placeWithin } from "./place.js";

/** A button that voids `first`, then calls `onVoided(answer)`. Its `update(order)` takes news of the order. */
export function createVoidButton(/** @type {Order} */ first, /** @type {OnAnswer} */ onVoided) {
  let order = first;
  const ask = async () => (await fetchPart(import("./void-dialog.js")))?.askToVoid(order, onVoided);
  const button = h("button", { class: "button void-button", type: "button", onclick: ask }, "Anular");
  const update = (/** @type {Order} */ now) => {
    order = now;
    button.setAttribute("aria-label", `Anular ${placeWithin(order)}, orden ${order.id}`);
  };
  update(first);
  return Object.assign(button, { update });
}

/** "🚫 Mesa 12 anulada por ana: «se fueron»" */
export const voidedWords = (/** @type {Events["order_voided"]} */ notice) =>
  `🚫 ${place(notice)} anulada por ${notice.by}: «${notice.reason}»`;
