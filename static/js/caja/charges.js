// Payments as the till shows them: each with the orders that it pays, and how it stands among a bill's payments.

import { cents, counts, dueOf, isOpen, paymentsOf, sumOf } from "../house/bill.js";
import { billKey, place, placeWithin } from "../house/place.js";

/**
 * A payment with the orders that it pays, as far as the page knows them; its first order's fields stand beside it.
 * `others` are the open orders of the same places that it does not pay.
 * @type {(orders: Map<string, Order>, payment: Payment) => Charged | undefined}
 */
export function chargedOf(orders, payment) {
  const bill = payment.orders.map((part) => orders.get(part.order_id)).filter((order) => order !== undefined);
  if (bill.length === 0) return undefined;
  const keys = new Set(bill.map(billKey));
  const others = [...orders.values()].filter((one) => isOpen(one) && keys.has(billKey(one)) && !bill.includes(one));
  return { ...bill[0], payment, bill, others };
}

/**
 * The payments of an order that wait for a verdict.
 * @type {(order: Order) => Payment[]}
 */
export const waitingOf = (order) => order.payments.filter(({ status }) => status === "por_verificar");

/** What the guest gave: what the payment pays, and its tip. */
export const givenOf = (/** @type {Payment} */ payment) => (cents(payment.amount) + cents(payment.tip)) / 100;

/** The total of the orders that a payment pays. */
export const totalOf = (/** @type {Pick<Charged, "bill">} */ { bill }) =>
  sumOf(bill, "total") / 100;

/** "Mesa 12", or "Mesa 12 y 2 más" for a payment of several tables. */
export const placesOf = (/** @type {Charged} */ charged) => wordsFor(charged, place);

/** "mesa 12", or "mesa 12 y 2 más": within a sentence. */
export const placesWithin = (/** @type {Charged} */ charged) => wordsFor(charged, placeWithin);

function wordsFor(/** @type {Charged} */ { bill }, /** @type {typeof place} */ write) {
  const [first, ...others] = new Map(bill.map((order) => [billKey(order), order])).values();
  return others.length > 0 ? `${write(first)} y ${others.length} más` : write(first);
}

/** "Orden 128", or "3 rondas". */
export const ordersOf = (/** @type {Charged} */ { id, bill }) =>
  (bill.length > 1 ? `${bill.length} rondas` : `Orden ${id}`);

/** What is still due on the payment's orders once it is approved, with what else waits; in hundredths. */
export const leftOf = (/** @type {Charged} */ { bill }) => dueOf(bill);

/** What is due on the other rounds of the payment's places, in hundredths. */
export const dueOnOthers = (/** @type {Charged} */ { others }) => dueOf(others);

/** Whether a payment pays only a part of its orders. */
export const isPart = (/** @type {Charged} */ charged) => cents(charged.payment.amount) < cents(totalOf(charged));

/** What other payments of the payment's orders wait for a verdict, in hundredths. */
export const waitsBeside = (/** @type {Charged} */ { payment, bill }) =>
  sumOf(bill, "waiting") - (payment.status === "por_verificar" ? cents(payment.amount) : 0);

/** "pago 2 de 3": its place among the payments of its orders that count; "pago parcial" for the first part. */
export function turnOf(/** @type {Charged} */ { payment, bill }) {
  const ids = paymentsOf(bill).filter((one) => counts(one) || one.id === payment.id).map(({ id }) => id);
  return ids.length > 1 ? `pago ${ids.indexOf(payment.id) + 1} de ${ids.length}` : "pago parcial";
}
