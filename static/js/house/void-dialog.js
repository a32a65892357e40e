// The dialog that asks why an order is voided, and voids it.

import { call, orTryAgain } from "../lib/api.js";
import { h, toast } from "../lib/dom.js";
import { money } from "./format.js";
import { place, placeWithin } from "./place.js";
import { askReason } from "./reasons.js";

const REASONS = ["el cliente canceló", "se fueron", "error al tomarla", "mesa equivocada", "repetida",
  "se agotó un platillo"];

/** Ask for a reason, void `order` and call `onVoided(answer)`. */
export function askToVoid(/** @type {Order} */ order, /** @type {OnAnswer} */ onVoided) {
  const dialogs = [...document.querySelectorAll("dialog[open]")];
  if (dialogs.some((one) => !one.querySelector(".corrections"))) return; // the second of two taps
  askReason({
    label: "Anular orden",
    heading: [`Anular ${placeWithin(order)} · `, h("span", { class: "money" }, money(order.total))],
    legend: "¿Por qué? No se puede deshacer.",
    reasons: REASONS,
    action: "Anular",
  }, (reason) => put(order, reason, onVoided));
}

async function put(/** @type {Order} */ order, /** @type {string} */ reason, /** @type {OnAnswer} */ onVoided) {
  try {
    onVoided(await call("PUT", `/orders/${order.id}/status`, { json: { status: "anulado", reason } }));
    toast(`${place(order)}: orden ${order.id} anulada`);
  } catch (error) {
    const refusals = { forbidden: "La cocina ya la empezó. Pide en caja que la anulen.",
      order_has_payments: `${error.message}.` };
    const words = refusals[/** @type {keyof typeof refusals} */ (error.code)] ?? orTryAgain(error);
    toast(`${place(order)}: ${words}`, "late");
  }
}
