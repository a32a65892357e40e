// Proofs that no cashier has opened for too long.

import { now } from "../lib/server-time.js";

/** @type {Set<string>} */
const alarmed = new Set();
let limit = Infinity;

/** Take the house's patience, in seconds. */
export function setPatience(/** @type {number} */ seconds) { limit = seconds; }

/** The server says so of a payment, whatever this device's clock. */
export function alarm(/** @type {string} */ paymentId) { alarmed.add(paymentId); }

/** Whether a payment waits too long to be seen; a page loaded later still knows. */
export function isOverlooked(/** @type {Payment?} */ payment) {
  if (payment?.status !== "por_verificar" || payment.seen_at) return false;
  return alarmed.has(payment.id) || now() - Date.parse(payment.submitted_at) >= limit * 1000;
}
