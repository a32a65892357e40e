// Proofs that no cashier has opened for too long.

import { now } from "../lib/server-time.js";

/** @type {Set<string>} */
const alarmed = new Set();
let limit = Infinity;

/** Set the seconds that a proof may wait. */
export function setPatience(/** @type {number} */ seconds) { limit = seconds; }

/** Note a payment that the server calls overlooked, whatever this device's clock. */
export function alarm(/** @type {string} */ paymentId) { alarmed.add(paymentId); }

/** Whether a payment waits too long to be seen, also on a page loaded later. */
export function isOverlooked(/** @type {Payment?} */ payment) {
  if (payment?.status !== "por_verificar" || payment.seen_at) return false;
  return alarmed.has(payment.id) || now() - Date.parse(payment.submitted_at) >= limit * 1000;
}
