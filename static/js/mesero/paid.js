// The list of "Pagadas hoy": the orders paid since the house's day began.

import { call, whatHappened } from "../lib/api.js";
import { h, KeyedList, setText } from "../lib/dom.js";
import { clock, money, startOfDay } from "../house/format.js";
import { createTable } from "./cards.js";

const LOOK_AT_THE_CLOCK = 60000;

/**
 * `{ nodes, load(), show(order), filter() }`; `house` tells `isMine(order)`, `methodName(name)`, `whose`.
 * `onCount(count)` gets the number of shown orders.
 */
export function createPaidList(/** @type {Waiting} */ { isMine, methodName, whose },
  /** @type {(count: number) => void} */ onCount) {
  /** @type {Map<string, Order>} */
  let orders = new Map();
  let isLoaded = false;
  const items = h("ul", { class: "paid-list", "aria-label": "Pagadas hoy" });
  const empty = h("p", { class: "quiet" });
  const trouble = h("p", { class: "notice", role: "status", data: { tone: "late" }, hidden: true });
  /** @type {KeyedList<Order>} */
  const list = new KeyedList(items, {
    key: (order) => order.id,
    compare: (a, b) => Number(isMine(b)) - Number(isMine(a))
      || decidedAt(b).localeCompare(decidedAt(a)) || Number(b.id) - Number(a.id),
    create: (order) => createPaidCard(order, isMine, methodName),
  });

  async function load() {
    const before = orders;
    try {
      const answer = await call("GET", `/orders?status=pagado&since=${encodeURIComponent(startOfDay())}`);
      const meanwhile = orders === before ? [] : [...orders.values()];
      orders = new Map([...answer.orders, ...meanwhile].map((order) => [order.id, order]));
      isLoaded = true;
      trouble.hidden = true;
      filter();
    } catch (error) {
      setText(trouble, `No se pudo actualizar: ${whatHappened(error.message)}. Ciérrala y ábrela otra vez.`);
      trouble.hidden = false;
    }
  }

  function filter() {
    if (!isLoaded) return;
    const began = Date.parse(startOfDay());
    const shown = [...orders.values()].filter((order) => order.status === "pagado" // no approval was reopened
      && Date.parse(decidedAt(order)) >= began
      && (!whose.isOnlyMine() || isMine(order)));
    list.sync(shown);
    onCount(shown.length);
    setText(empty, whose.isOnlyMine() ? "Ninguna tuya todavía" : "Ninguna todavía");
    empty.hidden = shown.length > 0;
  }

  let today = startOfDay();
  setInterval(() => {
    if (today === startOfDay()) return;
    today = startOfDay();
    filter();
  }, LOOK_AT_THE_CLOCK);

  return {
    nodes: [trouble, items, empty],
    load,
    show: (/** @type {Order} */ order) => {
      if (order.status !== "pagado" && !orders.has(order.id)) return;
      orders = new Map(orders).set(order.id, order); // a new Map: `load` adds its orders to the answer
      filter();
    },
    filter,
  };
}

const approvedOf = (/** @type {Order} */ order) => order.payments.filter(({ status }) => status === "aprobado");

const decidedAt = (/** @type {Order} */ order) => approvedOf(order).at(-1)?.decided_at ?? order.updated_at;

function createPaidCard(/** @type {Order} */ order, /** @type {IsMine} */ isMine, /** @type {NameOf} */ methodName) {
  const approved = approvedOf(order);
  const payment = approved.at(-1);
  const how = [approved.length > 1 ? `${approved.length} pagos` : null, payment && methodName(payment.method),
    payment?.decided_by && `aprobó ${payment.decided_by}`];
  const about = h("span", { class: "quiet small" },
    [...how.filter(Boolean), `orden ${order.id}`].join(" · "), " · ",
    isMine(order) ? h("b", { class: "mine" }, "★ tuya") : order.waiter);
  const node = h("li", { class: "paid-card" },
    createTable(order), h("span", { class: "money" }, money(order.total)),
    h("span", { class: "quiet number" }, clock(decidedAt(order))), about);
  return { node, update: () => {} };
}
