// The cards of an order, in "En curso" and in "Por Cobrar".

import { h, setText } from "../lib/dom.js";
import { ago, money, STATES } from "../house/format.js";
import { billKey, place, placeWithin } from "../house/place.js";

/** A card's shared parts: `{ node, card, head, line, badge, actions, showTime(), update(order, since) }`. */
export function createCard(/** @type {Order} */ order, /** @type {IsMine} */ isMine) {
  const time = h("span", { class: "quiet number" });
  const total = h("span", { class: "money card-total" });
  const badge = h("span", { class: "badge" });
  const whose = h("span", { class: "quiet small whose" });
  let table = createTable(order);
  let shown = order;
  const head = h("div", { class: "card-head" }, table, total, time);
  const line = h("div", { class: "card-line" }, badge, whose);
  const actions = h("div", { class: "card-actions" });
  const card = h("article", { class: "card order", "aria-label": nameOf(order, "Mesa") }, head, line, actions);
  const node = h("li", {}, card);
  let since = order.created_at;
  const showTime = () => setText(time, ago(since));
  const update = (/** @type {Order} */ now, /** @type {string} */ from) => {
    since = from;
    showTime();
    if (billKey(now) !== billKey(shown)) { // it was moved to another place
      const moved = createTable(now);
      table.replaceWith(moved);
      table = moved;
      card.setAttribute("aria-label", nameOf(now, "Mesa"));
    }
    shown = now;
    setText(total, money(now.total));
    showWhose(whose, now, isMine(now));
  };
  return { node, card, head, line, badge, actions, showTime, update };
}

/** The large number, which a screen reader hears as "Mesa 12". */
export const createTable = (/** @type {Placed} */ order) => (order.customer
  ? h("span", { class: "table customer" }, h("span", { class: "away" }, "Para llevar"), " ", order.customer)
  : h("span", { class: "table" }, h("span", { class: "unseen" }, "Mesa "), String(order.table_number)));

/** "Cobrar, mesa 12, orden 128": what a screen reader needs to tell equal buttons apart. */
export const nameOf = (/** @type {Order} */ order, /** @type {string} */ words) => (words === "Mesa"
  ? `${place(order)}, orden ${order.id}`
  : `${words}, ${placeWithin(order)}, orden ${order.id}`);

/** "Orden 128 · ★ tuya", or "Órdenes 128, 130 · ana". */
function showWhose(/** @type {Element} */ node, /** @type {Order} */ order, /** @type {boolean} */ isMine) {
  const word = order.id.includes(",") ? "Órdenes" : "Orden"; // a bill's card names all of its orders
  const about = `${word} ${order.id}${order.round > 1 ? ` · Ronda ${order.round}` : ""} · `;
  if (node.textContent === `${about}${isMine ? "★ tuya" : order.waiter}`) return;
  node.replaceChildren(about, isMine ? h("b", { class: "mine" }, "★ tuya") : order.waiter);
}

/** A line for each dish: quantity, name and note. */
export function createDishes(/** @type {Order} */ order) {
  return h("ul", { class: "dishes", "aria-label": "Platillos" }, ...order.items.map(createDish));
}

/** A dish; what was taken off is struck through. */
function createDish(/** @type {Order["items"][number]} */ item) {
  const isStruck = item.quantity === 0;
  return h("li", { data: { struck: String(isStruck) } },
    h("b", { class: "number" }, String(isStruck ? item.removed : item.quantity)),
    h("span", {}, isStruck ? h("s", {}, item.name) : item.name,
      item.note ? h("span", { class: "dish-note" }, `✎ ${item.note}`) : null,
      item.removed > 0 ? h("span", { class: "dish-note" }, removedWords(item)) : null));
}

/** "− 1 quitado: se acabó" */
const removedWords = (/** @type {Order["items"][number]} */ item) =>
  `− ${item.removed} ${item.removed === 1 ? "quitado" : "quitados"}: ${item.removed_reason ?? ""}`;

/** Set a button's words; a screen reader reads the table, too. */
export function setWords(/** @type {Element} */ button, /** @type {Order} */ order, /** @type {string} */ words) {
  setText(button, words);
  button.setAttribute("aria-label", nameOf(order, words));
}

/** Show a state as word, icon and colour. */
export function showState(/** @type {HTMLElement} */ badge, /** @type {Order["status"]} */ status) {
  const { word, icon, tone } = STATES[status];
  showBadge(badge, `${icon} ${word}`, tone);
}

export function showBadge(badge, text, tone) {
  setText(badge, text);
  if (badge.dataset.tone !== tone) badge.dataset.tone = tone;
}
