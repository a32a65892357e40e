// The cards of an order, in "En curso" and in "Por Cobrar".

import { h, setText } from "../dom.js";
import { ago, clock, money, STATES, tick } from "../format.js";

/** What both kinds of card have: `{ node, head, update(order, since) }`. */
export function createCard(order, isMine) {
  const time = h("span", { class: "quiet number" });
  const total = h("span", { class: "money card-total" });
  const badge = h("span", { class: "badge" });
  const items = h("p", { class: "quiet items" }, order.items.map((item) => `${item.quantity} ${item.name}`).join(" · "));
  const body = h("div", { class: "card-body" });
  const card = h("article", { class: "card order", "aria-label": `Mesa ${order.table_number}, orden ${order.id}` },
    h("div", { class: "card-head" },
      h("span", { class: "table" }, h("span", { class: "unseen" }, "Mesa "), String(order.table_number)), total, time),
    h("div", { class: "card-line" }, badge, h("span", { class: "quiet small" },
      `Orden ${order.id} · `, isMine ? h("b", { class: "mine" }, "★ tuya") : order.waiter)),
    items, body);
  const node = h("li", {}, card);
  let since = order.created_at;
  const showTime = () => setText(time, ago(since));
  tick(node, showTime);
  const update = (now, from) => {
    since = from;
    showTime();
    setText(total, money(now.total));
  };
  return { node, card, badge, items, body, update };
}

/** Show a state as word, icon and colour. */
export function showState(badge, status) {
  const { word, icon, tone } = STATES[status];
  showBadge(badge, `${icon} ${word}`, tone);
}

export function showBadge(badge, text, tone) {
  setText(badge, text);
  badge.dataset.tone = tone;
}

export const isRejected = (order) => order.status === "entregado" && order.payment?.status === "rechazado";

/** When the cashier got the attempt, in words. */
export const sentAt = (payment) => (payment ? `enviado a las ${clock(payment.submitted_at)}` : "");
