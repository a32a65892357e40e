// The state of an order's payment: with the cashier, seen, refused, approved.

import { h } from "../lib/dom.js";
import { isOverlooked } from "../house/overlooked.js";
import { warningSentence } from "../house/rules.js";
import { DAMAGED, isDamaged, isRejected, sentAt } from "./cards.js";

/** The elements that show the state; empty for a delivered order without a payment. */
export function outcomeOf(/** @type {Order} */ order, /** @type {Draft?} */ draft) {
  const { payment, status } = order;
  if (status === "por_verificar") return [...waiting(payment), ...warnings(order)];
  if (status === "pagado") return [outcome("done", "✓ Pago aprobado")];
  if (status === "anulado") {
    return [outcome("late", "🚫 Orden anulada"), h("p", { class: "reason" }, `«${order.void_reason}»`)];
  }
  if (isRejected(order)) return draft && !draft.stopped ? [] : refused(payment);
  return status === "entregado" ? [] : [h("p", { class: "notice" }, "Esta orden todavía no se ha entregado.")];
}

const outcome = (tone, words) => h("p", { class: "outcome", data: { tone } }, words);

function waiting(/** @type {Payment} */ payment) {
  const overlooked = isOverlooked(payment);
  return [
    payment.seen_at ? outcome("seen", "👀 Caja lo vio") : outcome("wait", "⏳ Esperando al cajero"),
    overlooked
      ? h("p", { class: "notice", data: { tone: "late" } }, "⏰ La caja aún no ve el comprobante. Avísale.")
      : null,
    h("p", { class: "quiet" }, `Intento ${payment.attempt} · ${payment.method} · ${sentAt(payment)}`),
  ].filter(Boolean);
}

function warnings(/** @type {Order} */ { payment, total }) {
  const others = payment.warnings.filter(({ type }) => type !== "file_damaged"); // its sentence is for the cashier
  const words = others.map((warning) => `⚠ ${warningSentence(warning, payment, total)}`);
  if (isDamaged(payment)) words.push(DAMAGED);
  if (words.length === 0) return [];
  return [h("ul", { class: "warnings", "aria-label": "Avisos" },
    ...words.map((text) => h("li", { class: "notice" }, text)))];
}

function refused(/** @type {Payment} */ payment) {
  return [h("p", { class: "badge", data: { tone: "retry" } }, "🔄 Pago Rechazado"),
    h("p", { class: "reason" }, `«${payment.reason || "Sin motivo"}»`)];
}
