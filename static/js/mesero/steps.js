// A waiter's one-tap acts: deliver an order, undo that, take a table.

import { andAgain, call } from "../lib/api.js";
import { h, toast } from "../lib/dom.js";
import { place, thePlace } from "../house/place.js";
import { now } from "../lib/server-time.js";
import { nameOf } from "./cards.js";

const UNDO_WITHIN = 60000; // milliseconds; the server has the last word
const byMe = new Set(); // the ids of orders delivered on this page

/**
 * Say that the order was delivered; `learn(answer)` gets the server's answer.
 * @type {StepOf}
 */
export async function deliver(order, button, learn) {
  await ask(order, button, async () => {
    learn(await put(order, "entregado"));
    byMe.add(order.id);
    toast(`🍽 ${place(order)} entregada`, "done", { own: true, undo: () => takeBack(order, null, learn) });
  });
}

/**
 * Undo a delivery, for example to the wrong table: the order is ready again.
 * @type {StepOf}
 */
export async function takeBack(order, button, learn) {
  await ask(order, button, async () => {
    learn(await put(order, "listo"));
    toast(`🔔 ${place(order)}: otra vez listo`, "", { own: true });
  }, () => takeBack(order, button, learn));
}

/** Whether this waiter, who delivered the order or owns the table, can still undo the delivery. */
export function canTakeBack(/** @type {Order} */ order, /** @type {boolean} */ isMine) {
  if (order.status !== "entregado" || order.payment || !(isMine || byMe.has(order.id))) return false;
  return now() - Date.parse(order.updated_at) < UNDO_WITHIN;
}

const TAKE = "✋ Tomar mesa";

/**
 * A button that makes the open orders of a place this waiter's; `orders()` are those of others.
 * @type {(orders: () => Order[], learn: OnAnswer) => HTMLButtonElement}
 */
export function createTake(orders, learn) {
  const take = () => {
    const all = orders();
    return all.length === 0 ? undefined : ask(all[0], button, async () => {
      for (const { id } of all) learn(await call("PUT", `/orders/${id}/waiter`));
      toast(`✋ ${thePlace(all[0])} es ${all[0].customer ? "tuyo" : "tuya"}`, "done", { own: true });
    });
  };
  const button = h("button", { class: "button take", type: "button", onclick: take }, TAKE);
  return button;
}

/** Show the button *Tomar mesa* for `order`, if the table is not this waiter's alone. */
export function showTake(/** @type {HTMLElement} */ button, /** @type {Order} */ order,
  /** @type {boolean} */ isMine) {
  button.hidden = isMine;
  button.setAttribute("aria-label", nameOf(order, TAKE));
}

const put = (/** @type {Order} */ order, /** @type {Order["status"]} */ status) =>
  call("PUT", `/orders/${order.id}/status`, { json: { status } });

/**
 * Run `act()` and show its failure. If it may work later, the message has a button that calls `undo`.
 * @type {(order: Order, button: HTMLButtonElement?, act: () => Promise<void>, undo?: () => void) => Promise<void>}
 */
async function ask(order, button, act, undo = null) {
  if (button) button.disabled = true;
  try {
    await act();
  } catch (error) {
    const isFinal = error.code === "illegal_transition";
    const words = isFinal ? `${error.message.replace(/\.$/, "")}.` : andAgain(error);
    toast(`${place(order)}: ${words}`, "late", { undo: isFinal ? null : undo });
  } finally {
    if (button) button.disabled = false;
  }
}
