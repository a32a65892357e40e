// The server's rules from the settings: the limits of texts, and the meaning of a proof's warnings.

import { money } from "./format.js";

// Settings kept by an earlier version have no rules: then no text is too long, and every warning needs a reason.
const UNKNOWN = { short: "Aviso", sentence: "Comanda avisa de algo: recarga la página para leerlo", strong: true };
/** @type {Partial<Settings>} */
let rules = {};

export function setRules(/** @type {Settings} */ settings) { rules = settings; }

/** The most characters, or the highest number, that the server accepts. */
export const limit = (/** @type {keyof Limits} */ name) => rules.limits?.[name] ?? Infinity;

const meaningOf = (/** @type {Pick<Suspicion, "type">} */ { type }) => rules.warnings?.[type] ?? UNKNOWN;

/** "⚠ Referencia repetida" */
export const shortWarning = (/** @type {Pick<Suspicion, "type">} */ warning) => `⚠ ${meaningOf(warning).short}`;

/** "Referencia ya usada en la orden 97", for a warning of `payment`. */
export function warningSentence(/** @type {Suspicion} */ warning, /** @type {Payment} */ payment) {
  const order = () => (
    pointsElsewhere(warning, payment) ? `la orden\u00a0${warning.order_id}` : "otro pago de esta cuenta");
  /** @type {Record<string, () => string>} */
  const words = { "{order}": order, "{amount}": () => money(payment.amount + payment.tip) };
  return meaningOf(warning).sentence.replace(/\{\w+\}/g, (name) => words[name]?.() ?? name);
}

/** Whether a warning points to another order than the payment's own. */
export const pointsElsewhere = (/** @type {Suspicion} */ warning, /** @type {Payment} */ payment) =>
  !payment.orders.some((part) => part.order_id === warning.order_id);

/** "En otra mesa escribieron esta clave (2), Lo vi en el banco": why payments were approved all the same. */
export const whyApproved = (/** @type {Pick<Warned, "reasons">} */ { reasons }) =>
  reasons.map(({ reason, count }) => (count > 1 ? `${reason} (${count})` : reason)).join(", ");

/** Whether approving a payment needs a reason: a similar picture is a hint, others are evidence. */
export const needsReason = (/** @type {Pick<Payment, "warnings">} */ payment) =>
  payment.warnings.some((warning) => meaningOf(warning).strong);

/** Whether approving despite a warning of this type needs a reason. */
export const isStrong = (/** @type {Suspicion["type"]} */ type) => meaningOf({ type }).strong;
