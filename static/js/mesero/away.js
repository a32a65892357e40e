// Ready dishes get cold: if their waiter does not come in time, every waiter is called.

import { place, placeShort } from "../house/place.js";
import { now } from "../lib/server-time.js";

const LOOK_EVERY = 1000;

/**
 * Watch the ready orders of other waiters. `seconds` is how long a ready order may wait; `orders()` returns all current
 * orders, or an empty list while the page is offline. `onCall(orders)` gets each late order once; `isCalled(order)`
 * tells whether a called order still waits.
 */
export function watchReady(/** @type {ReadyParts} */ { seconds, isMine, orders, onCall }) {
  const met = new Map(); // by id: the order's state, its waiter, and since when it waits for this waiter
  const called = new Set();
  const stateOf = (/** @type {Order} */ order) => `${order.id} ${order.updated_at}`;

  /** The time since which the order waits for its waiter. A new waiter gets the whole time again. */
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

/** "🔔 Mesa 12: listo, ana no lo recoge. ¿Lo llevas tú?" */
export function callWords(/** @type {Order[]} */ orders) {
  const [first, ...others] = orders;
  if (others.length === 0) return `🔔 ${place(first)}: listo, ${first.waiter} no lo recoge. ¿Lo llevas tú?`;
  const isTables = orders.every((order) => order.customer === null);
  const tables = orders.map(isTables ? placeShort : place);
  const all = `${tables.slice(0, -1).join(", ")} y ${tables.at(-1)}`;
  return `🔔 ${isTables ? "Mesas " : ""}${all}: listo y nadie lo recoge. ¿Lo llevas tú?`;
}
