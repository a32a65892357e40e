// Asking why a proof is refused, or approved in spite of its warnings.

import { h, wholeAmounts } from "../lib/dom.js";
import { money } from "../house/format.js";
import { askReason } from "../house/reasons.js";
import { needsReason, warningSentence } from "../house/rules.js";
import { REASONS, REASONS_TO_APPROVE } from "./words.js";

/**
 * Ask why `order`'s payment is refused; `confirm(reason)` hears it. Returns the open dialog.
 * @type {(order: Order, confirm: (reason: string) => void) => HTMLDialogElement}
 */
export const askWhyRejected = (order, confirm) => askReason({
  label: "Rechazar comprobante",
  heading: heading("Rechazar", order),
  legend: "¿Por qué? El mesero lo verá.",
  reasons: REASONS,
  action: "Rechazar",
}, confirm);

/**
 * Ask why a payment with a strong warning is approved.
 * @type {(order: Charged, confirm: (reason: string) => void) => HTMLDialogElement}
 */
export function askWhyApproved(order, confirm) {
  const { payment, total } = order;
  const against = payment.warnings.filter((warning) => needsReason({ warnings: [warning] }));
  return askReason({
    label: "Aprobar comprobante",
    heading: heading("Aprobar", order),
    before: against.map(
      (warning) => h("p", { class: "notice" }, ...wholeAmounts(`⚠ ${warningSentence(warning, payment, total)}`))),
    legend: "¿Por qué lo apruebas? Queda en el registro.",
    reasons: REASONS_TO_APPROVE,
    action: "Aprobar",
    kind: "done",
  }, confirm);
}

const heading = (/** @type {string} */ verb, /** @type {Order} */ order) =>
  [`${verb} mesa ${order.table_number} · `, h("span", { class: "money" }, money(order.total))];
