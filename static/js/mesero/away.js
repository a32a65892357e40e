// Ready dishes whose waiter does not come: they get cold, so after a while every waiter is called.

import { now } from "../lib/server-time.js";

const LOOK_EVERY = 1000;

/**
 * Looks at the orders of others that are ready. `seconds` is the house's patience, `orders()` gives
 * those to look at, or none while nobody knows whether they are still true. `onCall(orders)` hears of
 * each order once; `isCalled(order)` tells whether its waiter is still being waited for.
 */
export function watchReady(/** @type {ReadyParts} */ { seconds, isMine, orders, onCall }) {
  const met = new Map(); // by id: in which state, whose, and since when it waits for them
  const called = new Set();
  const stateOf = (/** @type {Order} */ order) => `${order.id} ${order.updated_at}`;

  /** A waiter who has just taken the table gets the whole time to fetch it. */
  function waitsSince(/** @type {Order} */ order) {
    const known = met.get(order.id);
    if (known?.state === stateOf(order) && known.waiter === order.waiter) return known.since;
    const since = known?.state === stateOf(order) ? now() : Date.parse(order.updated_at);
    met.set(order.id, { state: stateOf(order), waiter: order.waiter, since });
    return since;
  }

  const isDue = (/** @type {Order} */ order) => now() - waitsSince(order) >= seconds * 1000;

  function look() {
    const ready = orders().filter((order) => order.status === "listo");
    const due = ready.filter((order) => isDue(order) && !isMine(order) && !called.has(stateOf(order)));
    for (const order of due) called.add(stateOf(order));
    if (due.length > 0) onCall(due);
  }

  setInterval(look, LOOK_EVERY);
  return {
    // An answer is shown at once: `isDue` notes whose the table is, even if it is taken before the next look.
    isCalled: (/** @type {Order} */ order) =>
      order.status === "listo" && isDue(order) && called.has(stateOf(order)) && !isMine(order),
  };
}

/** "🔔 Mesa 12 lista: ana no la recoge. ¿La llevas tú?" */
export function callWords(/** @type {Order[]} */ orders) {
  const [first, ...others] = orders;
  if (others.length === 0) return `🔔 Mesa ${first.table_number} lista: ${first.waiter} no la recoge. ¿La llevas tú?`;
  const tables = orders.map((order) => String(order.table_number));
  return `🔔 Mesas ${tables.slice(0, -1).join(", ")} y ${tables.at(-1)} listas y nadie las recoge. ¿Las llevas tú?`;
}
