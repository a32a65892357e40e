// "Por Cobrar": delivered orders, own orders first, rejected payments at the top. Orders with the cashier stand below,
// uncounted; at the end stand today's paid orders.

import { h, setText } from "../lib/dom.js";
import { isOverlooked } from "../house/overlooked.js";
import {
  createCard, createDishes, DAMAGED, isDamaged, isRejected, nameOf, setWords, showBadge, showState,
} from "./cards.js";
import { createOrderList } from "./order-list.js";
import { canTakeBack, createTake, takeBack } from "./steps.js";

/** The list, see `createOrderList`. `house`: `isMine(order)`, `learn(answer)`, `charge(orderId)`, `whose`. */
export const createPayable = (/** @type {Waiting} */ house,
  /** @type {HTMLElement[]} */ ...below) => createOrderList(house, {
  statuses: ["entregado", "por_verificar"],
  rank: (order) => (order.status === "por_verificar" ? 2 : isRejected(order) ? 0 : 1),
  counts: (order) => order.status === "entregado",
  createCard: createPayableCard,
  words: {
    list: "Órdenes por cobrar", choice: "Qué mesas ver por cobrar", noneMine: "Nada tuyo por cobrar ✓",
    none: "Nada por cobrar ✓",
  },
}, ...below);

function createPayableCard(/** @type {Order} */ order, /** @type {Waiting} */ { isMine, me, learn, charge }) {
  const { node, card, badge, actions, showTime, update } = createCard(order, isMine);
  let current = order;
  const dishes = createDishes(order);
  const reason = h("p", { class: "reason" });
  const damage = h("p", { class: "small" }, DAMAGED);
  const pay = h("button", { class: "button", type: "button", "data-size": "main", onclick: () => charge(order.id) });
  const take = createTake(order, learn);
  const back = h("button", {
    class: "button", type: "button", hidden: true, "aria-label": nameOf(order, "Deshacer"),
    onclick: () => takeBack(current, back, learn),
  }, "Deshacer");
  const showBack = () => { back.hidden = !canTakeBack(current, isMine(current)); };
  actions.before(dishes, reason, damage);
  actions.append(pay, back, take);
  return {
    node,
    showTimes: () => { showTime(); showBack(); },
    update: (/** @type {Order} */ now) => {
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
      damage.hidden = !isDamaged(now.payment) || !(isMine(now) || now.payment.submitted_by === me);
      setText(reason, `«${now.payment?.reason ?? ""}»`);
      showPay(pay, now, rejected, waiting);
      showBack();
      take.hidden = isMine(now);
    },
  };
}

function showWaiting(/** @type {HTMLElement} */ badge, /** @type {Payment} */ payment) {
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
