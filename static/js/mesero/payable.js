// "Por Cobrar": delivered orders, own ones first, the rejected before the others; those with the
// cashier stand below, uncounted. At its end stands what was paid today.

import { h, KeyedList, setText } from "../lib/dom.js";
import { tick } from "../house/format.js";
import { isOverlooked } from "../house/overlooked.js";
import { createCard, createDishes, isRejected, nameOf, setWords, showBadge, showState } from "./cards.js";
import { fillSlowly, keepCards } from "../lib/slowly.js";
import { canTakeBack, createTake, takeBack } from "./steps.js";
import { setGoodNews } from "../lib/link.js";

const PAYABLE = ["entregado", "por_verificar"];

/**
 * `{ panel, show(order, before), sync(orders), count(orders) }`. `house` is what the cards ask and
 * tell: `isMine(order)`, `learn(answer)`, `charge(orderId)`, `whose`.
 */
export function createPayable(house, ...below) {
  const { isMine, whose } = house;
  const items = h("ul", { class: "orders", "aria-label": "Órdenes por cobrar" });
  const empty = h("p", { class: "empty" });
  const choice = whose.createSwitch("Qué mesas ver por cobrar");
  const rank = (order) => (isMine(order) ? 0 : 3) + step(order);
  const cards = keepCards((order) => createPayableCard(order, house));
  const list = new KeyedList(items, {
    key: (order) => order.id,
    compare: (a, b) => rank(a) - rank(b) || Number(a.id) - Number(b.id),
    create: cards.of,
    empty,
  });
  tick(items, cards.showTimes);
  const filling = fillSlowly(list);
  const isPayable = (order) => PAYABLE.includes(order.status);
  const isShown = (order) => isPayable(order) && (!whose.isOnlyMine() || isMine(order));

  function show(order, before) {
    filling.forget(order);
    if (!isPayable(order)) cards.drop(order);
    if (isShown(order)) list.put(order, { fresh: before?.status !== order.status });
    else list.remove(order.id);
  }

  function sync(orders) {
    setGoodNews(empty, whose.isOnlyMine() ? "Nada tuyo por cobrar ✓" : "Nada por cobrar ✓");
    cards.prune(orders.filter(isPayable));
    filling.sync(orders.filter(isShown));
  }

  function count(orders) {
    const all = orders.filter(isPayable);
    choice.count(all.filter(isMine).length, all.length);
    return all.filter((order) => isShown(order) && order.status === "entregado").length;
  }

  return { panel: h("div", { class: "panel-body" }, choice.node, items, empty, ...below), show, sync, count };
}

function step(order) {
  if (order.status === "por_verificar") return 2;
  return isRejected(order) ? 0 : 1;
}

function createPayableCard(order, { isMine, learn, charge }) {
  const { node, card, badge, actions, showTime, update } = createCard(order, isMine);
  let current = order;
  const dishes = createDishes(order);
  const reason = h("p", { class: "reason" });
  const pay = h("button", { class: "button", type: "button", "data-size": "main", onclick: () => charge(order.id) });
  const take = createTake(order, learn);
  const back = h("button", {
    class: "button", type: "button", hidden: true, "aria-label": nameOf(order, "Deshacer"),
    onclick: () => takeBack(current, back, learn),
  }, "Deshacer");
  const showBack = () => { back.hidden = !canTakeBack(current, isMine(current)); };
  actions.before(dishes, reason);
  actions.append(pay, back, take);
  return {
    node,
    showTimes: () => { showTime(); showBack(); },
    update: (now) => {
      current = now;
      const rejected = isRejected(now);
      const waiting = now.status === "por_verificar";
      update(now, now.updated_at);
      card.dataset.status = rejected ? "rechazado" : now.status;
      dishes.hidden = rejected || waiting;
      reason.hidden = !rejected || !now.payment.reason;
      if (rejected) showBadge(badge, "🔄 Pago Rechazado", "retry");
      else if (waiting) showWaiting(badge, now.payment);
      else showState(badge, now.status);
      setText(reason, `«${now.payment?.reason ?? ""}»`);
      showPay(pay, now, rejected, waiting);
      showBack();
      take.hidden = isMine(now);
    },
  };
}

function showWaiting(badge, payment) {
  if (payment.seen_at) showBadge(badge, "👀 Caja lo vio", "primary");
  else if (isOverlooked(payment)) showBadge(badge, "⏰ La caja aún no lo ve", "late");
  else showBadge(badge, "⏳ Esperando al cajero", "wait");
}

function showPay(button, order, rejected, waiting) {
  if (waiting) button.dataset.kind = "";
  else button.dataset.kind = rejected ? "retry" : "primary";
  if (waiting) setWords(button, order, "Ver");
  else setWords(button, order, rejected ? "🔄 Reintentar Pago" : "💳 Cobrar");
  button.dataset.size = waiting ? "" : "main";
}
