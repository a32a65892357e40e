// What a waiter does to an order with one tap: it was delivered, it was not, it is mine now.

import { andAgain, call } from "../lib/api.js";
import { h, toast } from "../lib/dom.js";
import { now } from "../lib/server-time.js";
import { nameOf } from "./cards.js";

const UNDO_WITHIN = 60000; // milliseconds; the server has the last word
const byMe = new Set();

/** Say that the order was delivered; `learn(answer)` hears what came of it. */
export async function deliver(order, button, learn) {
  await ask(order, button, async () => {
    learn(await put(order, "entregado"));
    byMe.add(order.id);
    toast(`🍽 Mesa ${order.table_number} entregada`, "done", { own: true, undo: () => takeBack(order, null, learn) });
  });
}

/** It was another table's: the order is ready again, as it was before. */
export async function takeBack(order, button, learn) {
  await ask(order, button, async () => {
    learn(await put(order, "listo"));
    toast(`🔔 Mesa ${order.table_number}: otra vez lista para llevar`, "", { own: true });
  }, () => takeBack(order, button, learn));
}

/** Whether a delivery can be taken back still, by who delivered it or whose table it is. */
export function canTakeBack(order, isMine) {
  if (order.status !== "entregado" || order.payment || !(isMine || byMe.has(order.id))) return false;
  return now() - Date.parse(order.updated_at) < UNDO_WITHIN;
}

/** The button that makes the order the reader's own. */
export function createTake(order, learn) {
  const take = () => ask(order, button, async () => {
    learn(await call("PUT", `/orders/${order.id}/waiter`));
    toast(`✋ La mesa ${order.table_number} es tuya`, "done", { own: true });
  });
  const words = "✋ Tomar mesa";
  const button = h("button",
    { class: "button take", type: "button", "aria-label": nameOf(order, words), onclick: take }, words);
  return button;
}

const put = (order, status) => call("PUT", `/orders/${order.id}/status`, { json: { status } });

/** `undo` stays within reach where it could not be done yet. */
async function ask(order, button, act, undo = null) {
  if (button) button.disabled = true;
  try {
    await act();
  } catch (error) {
    const isFinal = error.code === "illegal_transition";
    const words = isFinal ? `${error.message.replace(/\.$/, "")}.` : andAgain(error);
    toast(`Mesa ${order.table_number}: ${words}`, "late", { undo: isFinal ? null : undo });
  } finally {
    if (button) button.disabled = false;
  }
}
