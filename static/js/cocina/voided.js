// Void orders, struck through above the columns until somebody acknowledges them.

import { h, KeyedList } from "../lib/dom.js";
import { now } from "../lib/server-time.js";
import { local } from "../lib/storage.js";
import { place, placeShort } from "../house/place.js";
import { createLine } from "./lines.js";

const SEEN = "comanda.cocina.enterados";
const HOURS = 6; // what was voided before that is no longer on any stove

/**
 * The path of the orders that were voided lately.
 * @type {() => OrdersPath}
 */
export const snapshot = () => `/orders?status=anulado&since=${new Date(now() - HOURS * 3600000).toISOString()}`;

/** `{ node, put, sync, isCalling }`; an order acknowledged on this device stays away, also after a reload. */
export function createVoided() {
  const seenIds = new Set(local.readList(SEEN).filter((id) => typeof id === "string"));
  const keep = () => local.write(SEEN, [...seenIds]);
  const list = h("ul", { class: "tickets", "aria-label": "Anuladas" });
  const node = h("section", { class: "voided", hidden: true },
    h("h2", {}, h("span", { "aria-hidden": "true" }, "🚫 "), "Anuladas: ya no se preparan"), list);
  /** @type {KeyedList<Order>} */
  const tickets = new KeyedList(list, {
    key: (order) => order.id,
    compare: (a, b) => Number(a.id) - Number(b.id),
    create: (order) => ({ node: createTicket(order, acknowledge), update: () => {} }),
  });
  const show = () => { node.hidden = tickets.size === 0; };

  function acknowledge(/** @type {Order} */ order) {
    seenIds.add(order.id);
    keep();
    tickets.remove(order.id);
    show();
  }

  function put(/** @type {Order} */ order) {
    if (!seenIds.has(order.id)) tickets.put(order, { fresh: true });
    show();
  }

  /** `orders` are all orders voided lately; older acknowledgements are forgotten. */
  function sync(/** @type {Order[]} */ orders) {
    const known = new Set(orders.map((order) => order.id));
    for (const id of seenIds) if (!known.has(id)) seenIds.delete(id);
    keep();
    tickets.sync(orders.filter((order) => !seenIds.has(order.id)));
    show();
  }

  return { node, put, sync, isCalling: () => tickets.size > 0 };
}

function createTicket(/** @type {Order} */ order, /** @type {(order: Order) => void} */ acknowledge) {
  const label = `${place(order)}, orden ${order.id} anulada`;
  return h("li", {}, h("article", { class: "card ticket", "aria-label": label },
    h("div", { class: "ticket-head" },
      h("span", { class: order.customer ? "table customer" : "table" }, placeShort(order)),
      h("span", { class: "quiet" }, "Anulada")),
    h("strong", { class: "why" }, `«${order.void_reason}»`),
    h("ul", { class: "lines" }, ...order.items.map(createLine)),
    h("div", { class: "ticket-foot" }, h("span", { class: "quiet" }, `Orden ${order.id} · ${order.waiter}`),
      h("button",
        { class: "step", type: "button", "aria-label": `${label}: enterado`, onclick: () => acknowledge(order) },
        "Enterado ✓"))));
}
