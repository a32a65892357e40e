// What the examination of a proof brings after its card: warnings, some of them late.

import { shortWarning } from "../house/rules.js";

/**
 * The warnings of `now` that `before` did not have.
 * @type {(before: Suspicion[], now: Suspicion[]) => Suspicion[]}
 */
export const added = (before, now) => now.filter(({ type, payment_id: id }) => (
  !before.some((old) => old.type === type && old.payment_id === id)));

/**
 * The warnings of `payment` that `before`, the same payment at an earlier time, did not have.
 * @type {(before: Payment | null | undefined, payment: Payment) => Suspicion[]}
 */
export function newWarnings(before, payment) {
  if (before?.id !== payment.id) return [];
  return added(before.warnings, payment.warnings);
}

/** Whether a payment's claim was corrected since `before`; kept data of an earlier version have no former claims. */
export const isCorrected = (/** @type {Payment?} */ before, /** @type {Payment} */ payment) =>
  before?.id === payment.id && (payment.former_claims ?? []).length > (before.former_claims ?? []).length;

/** The warnings that came after the approval, and that nobody knows yet; kept data of an earlier version have none. */
export const lateWarnings = (/** @type {Payment?} */ payment) => payment?.late_warnings ?? [];

/** "Referencia repetida, Foto parecida" */
export const namesOf = (/** @type {Pick<Suspicion, "type">[]} */ warnings) =>
  [...new Set(warnings.map((warning) => shortWarning(warning).replace("⚠ ", "")))].join(", ");

/** How the examination stands, in words; empty for a proof that was examined, and without a proof. */
export function examinationWords(/** @type {Payment} */ payment) {
  if (payment.examination === "unreadable") {
    return "🔎 Comanda no pudo examinar este archivo: míralo con cuidado. Faltan los avisos que salen de la foto.";
  }
  const isExpected = payment.has_proof && payment.status === "por_verificar" && !payment.examined_at;
  return isExpected ? "🔎 Aún sin examinar: puede llegar un aviso." : "";
}
