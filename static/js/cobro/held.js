// What this phone has charged and not sent yet, order by order: it is not charged again meanwhile.

import { cents, paymentsOf } from "../house/bill.js";

/**
 * The waiting drafts that the orders do not show yet: the stream may tell of a payment whose answer was lost.
 * @type {(drafts: Draft[], orders: Order[]) => Draft[]}
 */
export function notArrived(drafts, orders) {
  const payments = paymentsOf(orders);
  /** @type {Set<Payment>} */
  const recognised = new Set();
  return drafts.filter(({ stopped }) => !stopped).filter((draft) => {
    const own = payments.find((payment) => !recognised.has(payment) && isOf(payment, draft));
    if (own) recognised.add(own);
    return !own;
  });
}

/** Whether a payment is new since the draft was kept, and looks the same. */
const isOf = (/** @type {Payment} */ payment, /** @type {Draft} */ draft) => Boolean(draft.known)
  && !draft.known.includes(payment.id) && payment.submitted_by === draft.waiter && payment.method === draft.method
  && payment.orders.some((part) => part.order_id === draft.orderId)
  && cents(payment.amount) === cents(Number(draft.amount)) && cents(payment.tip) === cents(Number(draft.tip || 0));

/**
 * The orders as they will be once these drafts have arrived: less is due, and their dishes count as paid.
 * @type {(orders: Order[], drafts: Draft[]) => Order[]}
 */
export function withDrafts(orders, drafts) {
  const bill = orders.map((order) => ({ ...order }));
  for (const draft of drafts) {
    const paid = bill.filter(({ id }) => draft.orderIds.includes(id));
    // A draft of an earlier version may name no amount: it pays all.
    let left = draft.amount ? cents(Number(draft.amount)) : Infinity;
    for (const order of paid) {
      const items = itemsOf(draft, order.id);
      const part = Math.min(left, cents(order.due), draft.items.length > 0 ? costOf(order, items) : Infinity);
      left -= part;
      order.due = (cents(order.due) - part) / 100;
      order.payments = [...order.payments, asPayment(draft, order.id, { amount: part / 100, items })];
    }
  }
  return bill;
}

/** @typedef {{ position: number, quantity: number }[]} Items */

/** @type {(draft: Draft, orderId: string) => Items} */
const itemsOf = (draft, orderId) => draft.items.map((item) => item.split(":")).filter(([id]) => id === orderId)
  .map(([, position, quantity]) => ({ position: Number(position), quantity: Number(quantity) }));

/** @type {(order: Order, items: Items) => number} */
const costOf = (order, items) => items.reduce((sum, { position, quantity }) => (
  sum + quantity * cents(order.items[position]?.unit_price ?? 0)), 0);

/** @type {(draft: Draft, orderId: string, part: { amount: number, items: Items }) => Payment} */
const asPayment = (draft, orderId, part) => /** @type {any} */ ({ id: draft.key, status: "por_verificar",
  replaces: draft.replaces || null, orders: [{ order_id: orderId, ...part }] });
