// The answer with which a page begins. The page's head lets the browser ask for it before any script is there.

import { call } from "../lib/api.js";

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

/** The menu, once. Undefined without it. */
export function takeMenu() {
  const { menu } = rest;
  delete rest.menu;
  return menu;
}
