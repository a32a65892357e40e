// "En curso": what the kitchen has, own orders first; one tap on a ready one says it was delivered.

import { h, KeyedList, setText } from "../lib/dom.js";
import { minutesSince, tick } from "../house/format.js";
import { createVoidButton } from "../house/void.js";
import { createCard, createDishes, createTable, setWords, showBadge, showState } from "./cards.js";
import { fillSlowly, keepCards } from "../lib/slowly.js";
import { createTake, deliver } from "./steps.js";
import { setGoodNews } from "../lib/link.js";

const OPEN = ["pendiente", "en_preparacion", "listo"];

/**
 * `{ panel, show(order, before), sync(orders), count() }`. `house` is what the cards ask and tell:
 * `isMine(order)`, `isCalled(order)`, `learn(answer)`, `whose`.
 */
export function createOpenOrders(house) {
  const { isMine, isCalled, whose } = house;
  const items = h("ul", { class: "orders", "aria-label": "Órdenes en curso" });
  const empty = h("p", { class: "empty" });
  const choice = whose.createSwitch("Qué mesas ver en curso");
  const rank = (order) => (isMine(order) ? 0 : 3) + (order.status !== "listo" ? 2 : isCalled(order) ? 0 : 1);
  const cards = keepCards((order) => createOpenCard(order, house));
  const list = new KeyedList(items, {
    key: (order) => order.id,
    compare: (a, b) => rank(a) - rank(b) || Number(a.id) - Number(b.id),
    create: cards.of,
    empty,
  });
  tick(items, cards.showTimes);
  const filling = fillSlowly(list);
  const isOpen = (order) => OPEN.includes(order.status);
  const isShown = (order) => isOpen(order) && (!whose.isOnlyMine() || isMine(order) || isCalled(order));

  function show(order, before) {
    filling.forget(order);
    if (!isOpen(order)) cards.drop(order);
    if (isShown(order)) list.put(order, { fresh: before?.status !== order.status });
    else list.remove(order.id);
  }

  function sync(orders) {
    setGoodNews(empty, whose.isOnlyMine() ? "Nada tuyo en curso ✓" : "Nada en curso ✓");
    cards.prune(orders.filter(isOpen));
    filling.sync(orders.filter(isShown));
  }

  /** How many are shown; the switch says how many there are. */
  function count(orders) {
    const all = orders.filter(isOpen);
    choice.count(all.filter(isMine).length, all.length);
    return all.filter(isShown).length;
  }

  return { panel: h("div", { class: "panel-body" }, choice.node, items, empty), show, sync, count };
}

/** A ready order in full; one that the kitchen still has in one line, which a tap unfolds. */
function createOpenCard(order, { isMine, isCalled, learn }) {
  const { node, card, head, line, badge, actions, showTime, update } = createCard(order, isMine);
  let current = order;
  let dishes = null;
  const owner = h("span", { class: "unseen" });
  const star = h("span", { class: "mine", "aria-hidden": "true" });
  const minutes = h("span", { class: "quiet number" });
  const fold = h("button", { class: "fold", type: "button", "aria-expanded": "false", onclick: () => unfold(!isUnfolded()) },
    createTable(order), star, minutes, h("span", { class: "unseen" }, `, orden ${order.id}`), owner);
  const showMinutes = () => setText(minutes, `${minutesSince(current.created_at)} min`);
  const give = h("button", {
    class: "button", type: "button", "data-kind": "done", "data-size": "main",
    onclick: () => deliver(current, give, learn),
  });
  const take = createTake(order, learn);
  const voiding = createVoidButton(order, learn);
  const begun = h("p", { class: "quiet small", hidden: true }, "La cocina ya la empezó: si hay que anularla, pídelo en caja.");
  const isUnfolded = () => fold.getAttribute("aria-expanded") === "true";
  setWords(give, order, "🍽 Entregado");
  actions.before(begun);
  actions.append(give, take, voiding);
  card.prepend(fold);

  function unfold(open) {
    fold.setAttribute("aria-expanded", String(open));
    arrange();
  }

  function arrange() {
    const isReady = current.status === "listo";
    const isOpen = isReady || isUnfolded();
    if (isOpen && !dishes) begun.before(dishes = createDishes(order));
    fold.hidden = isReady;
    head.hidden = !isOpen;
    line.hidden = !isOpen;
    actions.hidden = !isOpen;
    if (dishes) dishes.hidden = !isOpen;
    if (isReady !== (badge.parentNode === line)) (isReady ? line.prepend(badge) : minutes.before(badge));
    give.hidden = !isReady;
    take.hidden = isMine(current);
    voiding.hidden = current.status !== "pendiente" || Boolean(current.begun);
    begun.hidden = !isOpen || current.status !== "pendiente" || !current.begun;
  }

  return {
    node,
    showTimes: () => { showTime(); showMinutes(); },
    update: (now) => {
      if (current.status === "listo" && now.status !== "listo") fold.setAttribute("aria-expanded", "false");
      current = now;
      const isLeft = isCalled(now);
      update(now, now.created_at);
      showMinutes();
      setText(star, isMine(now) ? "★" : "");
      setText(owner, isMine(now) ? ", tuya" : `, de ${now.waiter}`);
      if (isLeft) showBadge(badge, "⏰ Lista y nadie la recoge", "late");
      else showState(badge, now.status);
      take.dataset.kind = isLeft ? "primary" : "";
      card.dataset.status = now.status;
      card.dataset.called = String(isLeft);
      arrange();
    },
  };
}
