// "Corregir pago": whoever sent a payment can correct its number or its amount until it is decided. The dialog is
// loaded at the first tap: it needs the network anyway.

import { h } from "../lib/dom.js";
import { fetchPart } from "../lib/later.js";
import { notedPlace } from "../lib/place.js";

/** What was being typed when the page was closed. @type {ClaimNote | null | undefined} */
let noted = notedPlace("correccion");
/** The open dialog. @type {OpenClaim?} */
let open = null;

/**
 * Which fields of a payment its sender may correct. The amount of chosen dishes is theirs, and cash was counted.
 * @type {(payment: Payment, methods: Method[]) => ClaimFields}
 */
export function correctable(payment, methods) {
  const method = methods.find(({ name }) => name === payment.method);
  return {
    reference: method ? method.reference !== "none" : payment.reference !== null,
    amount: !method?.cash && payment.tendered === null && payment.orders.every(({ items }) => items.length === 0),
  };
}

/** Whether `username` may correct a payment: they sent it, it waits, and it has something to correct. */
export function mayCorrect(/** @type {Payment | undefined} */ payment,
  /** @type {Pick<ClaimActs, "username" | "methods">} */ { username, methods }) {
  if (payment?.status !== "por_verificar" || payment.submitted_by !== username) return false;
  const { reference, amount } = correctable(payment, methods);
  return reference || amount;
}

/**
 * A button that opens the correction of an own payment; `update(payment, of)` takes news of it and hides the button
 * where nothing can be corrected. `of` tells a screen reader equal buttons apart.
 */
export function createClaimButton(/** @type {ClaimActs} */ acts) {
  /** @type {Payment | undefined} */
  let payment;
  const button = h("button", { class: "button claim-button", type: "button", hidden: true,
    onclick: () => { if (payment) openClaim(payment, acts); } }, "Corregir pago");
  return {
    button,
    update: (/** @type {Payment | undefined} */ now, of = "") => {
      payment = now;
      button.hidden = !mayCorrect(now, acts);
      if (of) button.setAttribute("aria-label", `Corregir pago, ${of}`);
    },
  };
}

/** @type {(payment: Payment, acts: ClaimActs, typed?: ClaimNote | null) => Promise<void>} */
async function openClaim(payment, acts, typed = null) {
  const part = await fetchPart(import("./claim-dialog.js"));
  if (!part || open) return; // the second of two taps
  open = part.createClaim(payment, {
    fields: correctable(payment, acts.methods), method: acts.methods.find(({ name }) => name === payment.method),
    learn: acts.learn, typed, onClose: () => { open = null; },
  });
}

/** Tell the open dialog of changed orders. */
export function followClaim(/** @type {Iterable<Order>} */ orders) {
  for (const { payments } of orders) {
    const now = payments.find(({ id }) => id === open?.paymentId);
    if (now) {
      open?.update(now);
      return;
    }
  }
}

/** Follow a new snapshot. A payment that it lacks was decided or withdrawn, and its order is fetched. */
export function refreshClaim(/** @type {Map<string, Order>} */ orders) {
  if (!open) return;
  if (open.orderIds.some((id) => orders.has(id))) followClaim(orders.values());
  else open.ask();
}

/** Open the dialog again that was open before a reload, with what was typed. */
export function resumeClaim(/** @type {Iterable<Order>} */ orders, /** @type {ClaimActs} */ acts) {
  const before = noted;
  noted = null;
  if (!before) return;
  const payment = [...orders].flatMap(({ payments }) => payments).find(({ id }) => id === before.id);
  if (mayCorrect(payment, acts)) openClaim(/** @type {Payment} */ (payment), acts, before);
}
