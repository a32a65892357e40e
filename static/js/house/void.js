// Voiding an order: why, and what the server says to it.

import { call, orTryAgain } from "../lib/api.js";
import { h, toast } from "../lib/dom.js";
import { money } from "./format.js";
import { askReason } from "./reasons.js";

const REASONS = ["el cliente canceló", "se fueron", "error al tomarla", "mesa equivocada", "repetida", "se agotó un platillo"];

/** The button that voids `order`; `onVoided(order)` hears of the answer. */
export function createVoidButton(order, onVoided) {
  const name = `Anular mesa ${order.table_number}, orden ${order.id}`;
  return h("button", { class: "button void-button", type: "button", "aria-label": name, onclick: () => ask(order, onVoided) }, "Anular");
}

function ask(order, onVoided) {
  askReason({
    label: "Anular orden",
    heading: [`Anular mesa ${order.table_number} · `, h("span", { class: "money" }, money(order.total))],
    legend: "¿Por qué? No se puede deshacer.",
    reasons: REASONS,
    action: "Anular",
  }, (reason) => put(order, reason, onVoided));
}

async function put(order, reason, onVoided) {
  try {
    onVoided(await call("PUT", `/orders/${order.id}/status`, { json: { status: "anulado", reason } }));
    toast(`Mesa ${order.table_number}: orden ${order.id} anulada`);
  } catch (error) {
    const words = error.code === "forbidden" ? "La cocina ya la empezó. Pide en caja que la anulen." : orTryAgain(error);
    toast(`Mesa ${order.table_number}: ${words}`, "late");
  }
}

/** "🚫 Mesa 12 anulada por ana: «se fueron»" */
export const voidedWords = (notice) => `🚫 Mesa ${notice.table_number} anulada por ${notice.by}: «${notice.reason}»`;
