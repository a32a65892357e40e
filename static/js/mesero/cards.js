// The cards of an order, in "En curso" and in "Por Cobrar".

import { h, setText } from "../lib/dom.js";
import { ago, clock, money, STATES } from "../house/format.js";

/** A card's shared parts: `{ node, card, head, line, badge, actions, showTime(), update(order, since) }`. */
export function createCard(/** @type {Order} */ order, /** @type {IsMine} */ isMine) {
  const time = h("span", { class: "quiet number" });
  const total = h("span", { class: "money card-total" });
  const badge = h("span", { class: "badge" });
  const whose = h("span", { class: "quiet small whose" });
  const head = h("div", { class: "card-head" }, createTable(order), total, time);
  const line = h("div", { class: "card-line" }, badge, whose);
  const actions = h("div", { class: "card-actions" });
  const card = h("article", { class: "card order", "aria-label": nameOf(order, "Mesa") }, head, line, actions);
  const node = h("li", {}, card);
  let since = order.created_at;
  const showTime = () => setText(time, ago(since));
  const update = (/** @type {Order} */ now, /** @type {string} */ from) => {
    since = from;
    showTime();
    setText(total, money(now.total));
    showWhose(whose, now, isMine(now));
  };
  return { node, card, head, line, badge, actions, showTime, update };
}

/** The large number, which a screen reader hears as "Mesa 12". */
export const createTable = (/** @type {Order} */ order) =>
  h("span", { class: "table" }, h("span", { class: "unseen" }, "Mesa "), String(order.table_number));

/** "Cobrar, mesa 12, orden 128": what a screen reader needs to tell equal buttons apart. */
export const nameOf = (/** @type {Order} */ order, /** @type {string} */ words) => (words === "Mesa"
  ? `Mesa ${order.table_number}, orden ${order.id}`
  : `${words}, mesa ${order.table_number}, orden ${order.id}`);

/** "Orden 128 · ★ tuya", or "Orden 128 · ana". */
export function showWhose(/** @type {Element} */ node, /** @type {Order} */ order, /** @type {boolean} */ isMine) {
  const text = `Orden ${order.id} · ${isMine ? "★ tuya" : order.waiter}`;
  if (node.textContent === text) return;
  node.replaceChildren(`Orden ${order.id} · `, isMine ? h("b", { class: "mine" }, "★ tuya") : order.waiter);
}

/** A line for each dish: quantity, name and note. */
export function createDishes(/** @type {Order} */ order) {
  return h("ul", { class: "dishes", "aria-label": "Platillos" }, ...order.items.map((item) => h("li", {},
    h("b", { class: "number" }, String(item.quantity)),
    h("span", {}, item.name, item.note ? h("span", { class: "dish-note" }, `✎ ${item.note}`) : null))));
}

/** Set a button's words; a screen reader reads the table, too. */
export function setWords(/** @type {Element} */ button, /** @type {Order} */ order, /** @type {string} */ words) {
  if (button.textContent === words) return;
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

export const isRejected = (/** @type {Order} */ order) =>
  order.status === "entregado" && order.payment?.status === "rechazado";

export const DAMAGED = "La foto llegó dañada; toma otra si el cajero la pide";

/** Whether the examination could not read a waiting proof, or not the whole of it. */
export const isDamaged = (/** @type {Payment?} */ payment) => payment?.status === "por_verificar"
  && (payment.examination === "unreadable" || payment.warnings.some(({ type }) => type === "file_damaged"));

/** The time at which the proof was sent, in words. */
export const sentAt = (/** @type {Payment} */ payment) =>
  (payment ? `enviado a las ${clock(payment.submitted_at)}` : "");
