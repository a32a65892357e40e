// The state of a bill's payments in large: with the cashier, seen, refused, approved.

import { h, wholeAmounts } from "../lib/dom.js";
import { isOverlooked } from "../house/overlooked.js";
import { warningSentence } from "../house/rules.js";
import { attemptOf, counts, hasArrived, isChargeable, isOpen, paymentsOf } from "../house/bill.js";
import { DAMAGED, isDamaged, sentAt } from "./proof-words.js";
import { readingWords } from "./reading-words.js";

/**
 * The elements that show the state; empty for a bill without a payment. `isGoing` tells whether this phone is sending
 * a payment, `rejected` are the payments to send again.
 */
export function outcomeOf(/** @type {Order[]} */ orders, /** @type {OutcomeParts} */ { isGoing, rejected, anchor }) {
  const waits = paymentsOf(orders).filter(({ status }) => status === "por_verificar");
  if (waits.length > 0) return [...waiting(waits.at(-1), orders), ...warnings(waits.at(-1))];
  if (anchor.status === "anulado") {
    return [outcome("late", "🚫 Orden anulada"), h("p", { class: "reason" }, `«${anchor.void_reason}»`)];
  }
  if (rejected.length > 0) return isGoing ? [] : refused(rejected.at(-1));
  if (orders.every((order) => !isOpen(order))) return [outcome("done", "✓ Pago aprobado")];
  if (orders.some(isChargeable)) {
    return paymentsOf(orders).some(counts) ? [outcome("done", "✓ Una parte está pagada")] : [];
  }
  return [h("p", { class: "notice" }, "Esta orden todavía no se ha entregado.")];
}

const outcome = (tone, words) => h("p", { class: "outcome", data: { tone } }, words);

function waiting(/** @type {Payment} */ payment, /** @type {Order[]} */ orders) {
  const overlooked = isOverlooked(payment);
  const read = readingWords(payment);
  return [
    payment.seen_at ? outcome("seen", "👀 Caja lo vio") : outcome("wait", "⏳ Esperando al cajero"),
    hasArrived(payment) ? h("p", { class: "notice", data: { tone: "done" } }, "💰 El dinero ya llegó") : null,
    overlooked
      ? h("p", { class: "notice", data: { tone: "late" } }, "⏰ La caja aún no ve el comprobante. Avísale.")
      : null,
    h("p", { class: "quiet" }, `${attemptOf(payment, orders)} · ${payment.method} · ${sentAt(payment)}`),
    read ? h("p", { class: "proof-read" }, ...wholeAmounts(`En la foto: ${read}`)) : null,
  ].filter(Boolean);
}

function warnings(/** @type {Payment} */ payment) {
  const others = payment.warnings.filter(({ type }) => type !== "file_damaged"); // its sentence is for the cashier
  const words = others.map((warning) => `⚠ ${warningSentence(warning, payment)}`);
  if (isDamaged(payment)) words.push(DAMAGED);
  if (words.length === 0) return [];
  return [h("ul", { class: "warnings", "aria-label": "Avisos" },
    ...words.map((text) => h("li", { class: "notice" }, text)))];
}

function refused(/** @type {Payment} */ payment) {
  return [h("p", { class: "badge", data: { tone: "retry" } }, "🔄 Pago Rechazado"),
    h("p", { class: "reason" }, `«${payment.reason || "Sin motivo"}»`)];
}
