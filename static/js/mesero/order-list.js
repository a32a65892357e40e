// A tab's list of orders, own ones first: all tables, or this waiter's alone.

import { h, KeyedList } from "../lib/dom.js";
import { tick } from "../house/format.js";
import { setGoodNews } from "../lib/link.js";
import { fillSlowly, keepCards } from "../lib/slowly.js";

/**
 * `{ panel, show(order, before), sync(orders), count(orders) }`. `statuses` are those of the list's orders,
 * `rank(order)` sorts them, 0 to 2, and `counts(order)` tells which of them the tab counts; `createCard(order, house)`
 * makes a card. `words` name the list, its switch, and what it says when nothing is there (own orders, all orders).
 */
export function createOrderList(/** @type {Waiting} */ house,
  /** @type {OrderListParts} */ { statuses, rank, counts = () => true, createCard, words },
  /** @type {HTMLElement[]} */ ...below) {
  const { isMine, isCalled, whose } = house;
  const items = h("ul", { class: "orders", "aria-label": words.list });
  const empty = h("p", { class: "empty" });
  const choice = whose.createSwitch(words.choice);
  const place = (/** @type {Order} */ order) => (isMine(order) ? 0 : 3) + rank(order);
  const cards = keepCards((/** @type {Order} */ order) => createCard(order, house));
  /** @type {KeyedList<Order>} */
  const list = new KeyedList(items, {
    key: (order) => order.id,
    compare: (a, b) => place(a) - place(b) || Number(a.id) - Number(b.id),
    create: cards.of,
    empty,
  });
  tick(items, cards.showTimes);
  const filling = fillSlowly(list);
  const isListed = (/** @type {Order} */ order) => statuses.includes(order.status);
  const isShown = (/** @type {Order} */ order) =>
    isListed(order) && (!whose.isOnlyMine() || isMine(order) || isCalled(order));

  function show(/** @type {Order} */ order, /** @type {Order} */ before) {
    filling.forget(order);
    if (!isListed(order)) cards.drop(order);
    if (isShown(order)) list.put(order, { fresh: before?.status !== order.status });
    else list.remove(order.id);
  }

  function sync(/** @type {Order[]} */ orders) {
    setGoodNews(empty, whose.isOnlyMine() ? words.noneMine : words.none);
    cards.prune(orders.filter(isListed));
    filling.sync(orders.filter(isShown));
  }

  /** How many the tab counts; the switch says how many there are. */
  function count(/** @type {Order[]} */ orders) {
    const all = orders.filter(isListed);
    choice.count(all.filter(isMine).length, all.length);
    return all.filter((order) => isShown(order) && counts(order)).length;
  }

  return { panel: h("div", { class: "panel-body" }, choice.node, items, empty, ...below), show, sync, count };
}
