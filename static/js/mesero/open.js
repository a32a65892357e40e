// "En curso": what the kitchen has, own orders first; one tap on a ready one says it was delivered.

import { call } from "../api.js";
import { h, KeyedList, toast } from "../dom.js";
import { createVoidButton } from "../void.js";
import { createCard, showState } from "./cards.js";

export const OPEN = ["pendiente", "en_preparacion", "listo"];

/** `{ panel, list }`; `isMine(order)` tells whose it is, `onAnswer(order)` hears what came of a tap. */
export function createOpenOrders(isMine, onAnswer) {
  const items = h("ul", { class: "orders", "aria-label": "Órdenes en curso" });
  const empty = h("p", { class: "empty" }, "Nada en curso ✓");
  const rank = (order) => (isMine(order) ? 0 : 2) + (order.status === "listo" ? 0 : 1);
  const list = new KeyedList(items, {
    key: (order) => order.id,
    compare: (a, b) => rank(a) - rank(b) || Number(a.id) - Number(b.id),
    create: (order) => createOpenCard(order, isMine(order), onAnswer),
    empty,
  });
  return { panel: h("div", { class: "panel-body" }, items, empty), list };
}

function createOpenCard(order, isMine, onAnswer) {
  const { node, card, badge, body, update } = createCard(order, isMine);
  const notes = order.items.filter((item) => item.note);
  if (notes.length > 0) {
    body.append(h("ul", { class: "notes" }, ...notes.map((item) => h("li", {}, `✎ ${item.name}: ${item.note}`))));
  }
  const deliver = h("button", {
    class: "button", type: "button", "data-kind": "done", "data-size": "main", hidden: true,
    onclick: () => markDelivered(order, deliver, onAnswer),
  }, "🍽 Entregado");
  const voiding = createVoidButton(order, onAnswer);
  card.append(deliver, voiding);
  return {
    node,
    update: (now) => {
      update(now, now.created_at);
      showState(badge, now.status);
      card.dataset.status = now.status;
      deliver.hidden = now.status !== "listo";
      voiding.hidden = now.status !== "pendiente";
    },
  };
}

async function markDelivered(order, button, onAnswer) {
  button.disabled = true;
  try {
    onAnswer(await call("PUT", `/orders/${order.id}/status`, { json: { status: "entregado" } }));
  } catch (error) {
    toast(`Mesa ${order.table_number}: ${error.message}. Toca otra vez.`, "late");
  } finally {
    button.disabled = false;
  }
}
