// The answer with which a page begins, and the menu, which comes with it. The page's head lets the browser ask for the
// answer before any script is there.

import { call, Offline } from "../lib/api.js";
import { keep, recall } from "../lib/kept.js";

let isPreloaded = true;
/** @type {Partial<Start>} */
let rest = {};

/**
 * Ask for all that a role's page begins with. Rejects as `call` does; 403 for another role's page.
 * @type {(role: Role, options: { timeout?: number }) => Promise<Start>}
 */
export async function fetchFirst(role, { timeout }) {
  const options = { timeout, isPreloaded };
  isPreloaded = false;
  rest = await call("GET", `/start/${role}`, options);
  return /** @type {Start} */ (rest);
}

/** The orders, once: what came later is newer. Undefined without them. */
export function takeOrders() {
  const { orders, last_event_id: lastEventId } = rest;
  delete rest.orders;
  return orders && lastEventId ? { orders, last_event_id: lastEventId } : undefined;
}

/** The money that arrived and has no payment, and the bank's phone, once. Undefined without them. */
export function takeDeposits() {
  const { deposits, bank_phone: phone, last_event_id: lastEventId } = rest;
  delete rest.deposits;
  return deposits && phone && lastEventId ? { deposits, phone, last_event_id: lastEventId } : undefined;
}

/**
 * Resolves to the server's `{ products }`; without a network, when orders are written, too, to the last fetched.
 * @returns {Promise<Menu>}
 */
export async function fetchMenu() {
  try {
    const menu = takeMenu() ?? await call("GET", "/menu");
    keep("menu", menu);
    return menu;
  } catch (error) {
    const last = error instanceof Offline ? await recall("menu") : null;
    if (last) return last.value;
    throw error;
  }
}

/** The menu that came with the answer, once. */
function takeMenu() {
  const { menu } = rest;
  delete rest.menu;
  return menu;
}
