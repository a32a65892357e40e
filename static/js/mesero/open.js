// "En curso": the kitchen's orders, own orders first. One tap marks a ready order as delivered.

import { h, setText } from "../lib/dom.js";
import { minutesSince } from "../house/format.js";
import { createVoidButton } from "../house/void.js";
import { billOf } from "../house/bill.js";
import { billKey } from "../house/place.js";
import { createCard, createDishes, createTable, setWords, showBadge, showState } from "./cards.js";
import { createOrderList } from "./order-list.js";
import { createTake, deliver, showTake } from "./steps.js";

/** The list, see `createOrderList`. `house`: `isMine(order)`, `isCalled(order)`, `learn(answer)`, `whose`. */
export const createOpenOrders = (/** @type {Waiting} */ house) => createOrderList(house, {
  statuses: ["pendiente", "en_preparacion", "listo"],
  rank: (order) => (order.status !== "listo" ? 2 : house.isCalled(order) ? 0 : 1),
  createCard: createOpenCard,
  words: {
    list: "Órdenes en curso", choice: "Qué mesas ver en curso", noneMine: "Nada tuyo en curso ✓",
    none: "Nada en curso ✓",
  },
});

/** A card: a ready order in full, an order in the kitchen as one line that a tap unfolds. */
function createOpenCard(/** @type {Order} */ order,
  /** @type {Waiting} */ { isMine, isCalled, learn, correct, orders }) {
  const { node, card, head, line, badge, actions, showTime, update } = createCard(order, isMine);
  let current = order;
  let shown = order;
  let dishes = null;
  let dishesText = "";
  const owner = h("span", { class: "unseen" });
  const star = h("span", { class: "mine", "aria-hidden": "true" });
  const minutes = h("span", { class: "quiet number" });
  const roundNumber = h("span", { class: "quiet small" });
  let table = createTable(order);
  const fold = h("button",
    { class: "fold", type: "button", "aria-expanded": "false", onclick: () => unfold(!isUnfolded()) },
    table, star, roundNumber, minutes, h("span", { class: "unseen" }, `, orden ${order.id}`), owner);
  const showMinutes = () => setText(minutes, `${minutesSince(current.created_at)} min`);
  const give = h("button", {
    class: "button", type: "button", "data-kind": "done", "data-size": "main",
    onclick: () => deliver(current, give, learn),
  });
  const take = createTake(() => billOf(orders(), current).filter((one) => !isMine(one)), learn);
  const voiding = createVoidButton(order, learn);
  const mend = h("button", { class: "button", type: "button", onclick: () => correct([current]) });
  const begun = h("p", { class: "quiet small", hidden: true },
    "La cocina ya la empezó: si hay que anularla, pídelo en caja.");
  const isUnfolded = () => fold.getAttribute("aria-expanded") === "true";
  actions.before(begun);
  actions.append(give, take, voiding, mend);
  card.prepend(fold);

  function unfold(open) {
    fold.setAttribute("aria-expanded", String(open));
    arrange();
  }

  function arrange() {
    const isReady = current.status === "listo";
    const isOpen = isReady || isUnfolded();
    if (isOpen && dishesText !== JSON.stringify(current.items)) {
      const now = createDishes(current);
      if (dishes) dishes.replaceWith(now);
      else begun.before(now);
      dishes = now;
      dishesText = JSON.stringify(current.items);
    }
    fold.hidden = isReady;
    head.hidden = !isOpen;
    line.hidden = !isOpen;
    actions.hidden = !isOpen;
    if (dishes) dishes.hidden = !isOpen;
    if (isReady && badge.parentNode !== line) line.prepend(badge);
    else if (!isReady && badge.parentNode === line) minutes.before(badge);
    give.hidden = !isReady;
    showTake(take, current, isMine(current));
    voiding.hidden = current.status !== "pendiente" || Boolean(current.begun);
    begun.hidden = !isOpen || current.status !== "pendiente" || !current.begun;
  }

  return {
    node,
    showTimes: () => { showTime(); showMinutes(); },
    update: (/** @type {Order} */ now) => {
      if (current.status === "listo" && now.status !== "listo") fold.setAttribute("aria-expanded", "false");
      current = now;
      const isLeft = isCalled(now);
      if (billKey(current) !== billKey(shown)) {
        const moved = createTable(now);
        table.replaceWith(moved);
        table = moved;
        shown = now;
      }
      update(now, now.created_at);
      showMinutes();
      setWords(give, now, "🍽 Entregado");
      setWords(mend, now, "Corregir");
      voiding.update(now);
      setText(roundNumber, now.round > 1 ? `R${now.round}` : "");
      setText(star, isMine(now) ? "★" : "");
      setText(owner, isMine(now) ? ", tuya" : `, de ${now.waiter}`);
      if (isLeft) showBadge(badge, "⏰ Listo y nadie lo recoge", "late");
      else showState(badge, now.status);
      take.dataset.kind = isLeft ? "primary" : "";
      card.dataset.status = now.status;
      card.dataset.called = String(isLeft);
      arrange();
    },
  };
}
