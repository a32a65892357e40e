// A bill: the open orders of one table or customer, what is due on them, and how it can be shared.

import { minutesSince } from "./format.js";
import { billKey } from "./place.js";

const CHANGE_IS_GIVEN = 3; // minutes after the charge

export const cents = (/** @type {number} */ amount) => Math.round(amount * 100);

/** Whether a payment's money counts as paid: it waits, or was approved. */
export const counts = (/** @type {Payment} */ { status }) => status === "por_verificar" || status === "aprobado";

/** Whether a payment waits whose money has arrived, as the bank says. */
export const hasArrived = (/** @type {Payment} */ { status, deposit }) => (
  status === "por_verificar" && Boolean(deposit)); // kept data of an earlier version have none

/** Whether an order can take a payment: it was delivered, and something is due, or it costs nothing. */
export function isChargeable(/** @type {Order} */ order) {
  if (order.status === "entregado") return order.due > 0 || !order.payments.some(counts);
  return order.status === "por_verificar" && order.due > 0;
}

/** Compares orders, or payments: the older one first. */
export const olderFirst = (/** @type {{ id: string }} */ a, /** @type {{ id: string }} */ b) =>
  Number(a.id) - Number(b.id);

/** The open orders at the place of `order`, the oldest first. */
export function billOf(/** @type {Iterable<Order>} */ orders, /** @type {Placed} */ order) {
  const key = billKey(order);
  return [...orders].filter((one) => billKey(one) === key && isOpen(one)).sort(olderFirst);
}

/**
 * The bills of the open orders.
 * @type {(orders: Iterable<Order>) => Bill[]}
 */
export function billsOf(orders) {
  /** @type {Map<string, Order[]>} */
  const bills = new Map();
  for (const order of orders) {
    if (isOpen(order)) bills.set(billKey(order), [...bills.get(billKey(order)) ?? [], order]);
  }
  return [...bills].map(([id, all]) => ({ id, orders: all.sort(olderFirst) }));
}

/**
 * The bills that a change of an order concerns: that of its place and, if it was moved, that of the place before.
 * @type {(orders: Iterable<Order>, order: Order, before?: Order | null) => Bill[]}
 */
export function changedBills(orders, order, before) {
  const all = [...orders];
  const places = new Map([before, order].flatMap((one) => (one ? [[billKey(one), one]] : [])));
  return [...places].map(([id, one]) => ({ id, orders: billOf(all, one) }));
}

export const isOpen = (/** @type {Order} */ { status }) => status !== "pagado" && status !== "anulado";

/**
 * What orders come to, were paid, wait for or owe, in hundredths.
 * @type {(orders: Order[], name: "total" | "paid" | "waiting" | "due") => number}
 */
export const sumOf = (orders, name) => orders.reduce((sum, order) => sum + cents(order[name]), 0);

/** What is due on orders, in hundredths. */
export const dueOf = (/** @type {Order[]} */ orders) => sumOf(orders, "due");

/** All payments of the orders, each once, the oldest first. */
export const paymentsOf = (/** @type {Order[]} */ orders) => eachOnce(orders.flatMap((order) => order.payments));

const eachOnce = (/** @type {Payment[]} */ payments) =>
  [...new Map(payments.map((payment) => [payment.id, payment])).values()].sort(olderFirst);

/** The rejected payments of the orders that no other payment has replaced, the oldest first. */
export function rejectedOf(/** @type {Order[]} */ orders) {
  const replacedIds = new Set(paymentsOf(orders).filter((one) => one.status !== "retirado").map((one) => one.replaces));
  return paymentsOf(orders.filter(isOpen)).filter((one) => one.status === "rechazado" && !replacedIds.has(one.id));
}

/** What a payment pays of the given orders, in hundredths. */
export const paysOf = (/** @type {Payment} */ payment, /** @type {Order[]} */ orders) => payment.orders
  .filter((part) => orders.some((order) => order.id === part.order_id))
  .reduce((sum, part) => sum + cents(part.amount), 0);

/** Shares of an amount among `people`, in units of `step`; what does not divide goes to the first. */
export function sharesOf(/** @type {number} */ amount, /** @type {number} */ people, step = 1) {
  const units = Math.floor(amount / step);
  const shares = Array.from({ length: people },
    (_, at) => step * (Math.floor(units / people) + (at < units % people ? 1 : 0)));
  shares[0] += amount - units * step;
  return shares;
}

/** The dishes of the orders that nobody pays yet: `{ order, position, item, left }`. */
export function unpaidItems(/** @type {Order[]} */ orders) {
  return orders.flatMap((order) => order.items.map((item, position) => (
    { order, position, item, left: item.quantity - paidQuantity(order, position) })));
}

function paidQuantity(/** @type {Order} */ order, /** @type {number} */ position) {
  return order.payments.filter(counts).flatMap((payment) => payment.orders)
    .filter((part) => part.order_id === order.id).flatMap((part) => part.items)
    .filter((item) => item.position === position).reduce((sum, item) => sum + item.quantity, 0);
}

/** Amounts that a guest is likely to hand over for `amount`: exact, and the next bank notes; in hundredths. */
export function notesFor(/** @type {number} */ amount) {
  const power = 10 ** Math.floor(Math.log10(Math.max(amount, 1)));
  const units = [amount < 2 * power ? 0.5 : 1, 1, 2, 5, 10, 20, 50].map((times) => times * power);
  const notes = units.filter((unit) => unit >= 100).map((unit) => Math.ceil(amount / unit) * unit)
    .filter((note) => note > amount && note <= amount * 6);
  return [amount, ...[...new Set(notes)].sort((a, b) => a - b).slice(0, 3)];
}

/**
 * "Pago 2 de 3" for a payment that counts beside others of the orders, else "Intento 2".
 * @type {(payment: Payment, orders: Order[]) => string}
 */
export function attemptOf(payment, orders) {
  const ids = paymentsOf(orders).filter(counts).map(({ id }) => id);
  const at = ids.indexOf(payment.id);
  return ids.length > 1 && at >= 0 ? `Pago ${at + 1} de ${ids.length}` : `Intento ${payment.attempt}`;
}

/**
 * The payments of the orders that `username` has just charged, with change to give back.
 * @type {(orders: Order[], username: string) => Payment[]}
 */
export const withChange = (orders, username) => paymentsOf(orders).filter((payment) => counts(payment)
  && payment.submitted_by === username && (payment.change ?? 0) > 0
  && minutesSince(payment.submitted_at) < CHANGE_IS_GIVEN);

/** "3 rondas", or "" for one. */
export const roundsOf = (/** @type {unknown[]} */ orders) => (orders.length > 1 ? `${orders.length} rondas` : "");
