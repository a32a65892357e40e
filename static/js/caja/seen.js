// Telling the waiters that a cashier has opened their proof. It never stands in the way of a verdict.

import { call, Offline } from "../api.js";

const told = new Set();
const untold = new Set();

/** A payment is on show. */
export function markSeen(payment) {
  if (payment.seen_at || told.has(payment.id)) return;
  told.add(payment.id);
  untold.add(payment.id);
  tellSeen();
}

/** Tell what could not be told yet. */
export function tellSeen() {
  for (const id of untold) tell(id);
}

async function tell(id) {
  try {
    await call("PUT", `/payments/${id}/seen`);
    untold.delete(id);
  } catch (error) { // what was refused will be refused again
    if (!(error instanceof Offline) && error.status < 500 && error.status !== 429) untold.delete(id);
  }
}
