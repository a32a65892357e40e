// The payments of a bill as lines: what each pays, how it stands, and what can be done with it.

import { andAgain } from "../lib/api.js";
import { h, KeyedList, setText, toast } from "../lib/dom.js";
import { money } from "../lib/money.js";
import { createSureButton } from "../lib/sure.js";
import { hasArrived, olderFirst, paysOf, rejectedOf } from "../house/bill.js";
import { createClaimButton } from "./claim.js";

const STATES = {
  por_verificar: { icon: "⏳", word: "por verificar" }, aprobado: { icon: "✓", word: "pagado" },
  rechazado: { icon: "🔄", word: "rechazado" }, retirado: { icon: "↩", word: "retirado" },
};

/** "⏳ por verificar", "👀 caja lo vio", "💰 el dinero ya llegó": how a payment stands. */
function stateWords(/** @type {Payment} */ payment) {
  const { icon, word } = STATES[payment.status];
  if (hasArrived(payment)) return "💰 el dinero ya llegó";
  return payment.status === "por_verificar" && payment.seen_at ? "👀 caja lo vio" : `${icon} ${word}`;
}

/**
 * `{ node, update(payments, orders), showOwn(payment) }`. `retry(payment)` sends a rejected one again, and
 * `withdraw(payment)` takes an own one back, which no cashier has opened. An own one that waits can be corrected.
 */
export function createPayments(/** @type {PaymentActs} */ acts) {
  const items = h("ul", { class: "bill-payments", "aria-label": "Pagos de la cuenta" });
  /** @type {Order[]} */
  let orders = [];
  /** @type {KeyedList<Payment>} */
  const list = new KeyedList(items, {
    key: (payment) => payment.id,
    compare: (a, b) => olderFirst(a, b),
    create: (payment) => createLine(payment, acts, () => orders),
  });
  const own = createWithdraw(acts);
  const ownClaim = createClaimButton(acts);
  return {
    node: h("div", { class: "bill-payments-box" }, items, h("div", { class: "payment-acts" }, own.button,
      ownClaim.button)),
    update: (/** @type {Payment[]} */ payments, /** @type {Order[]} */ bill) => {
      orders = bill;
      list.sync(payments);
      items.hidden = payments.length === 0;
    },
    /** Offer to withdraw or correct the only payment, which has no line. */
    showOwn: (/** @type {Payment | undefined} */ payment) => {
      own.update(payment);
      ownClaim.update(payment);
    },
  };
}

function createLine(/** @type {Payment} */ payment, /** @type {PaymentActs} */ acts,
  /** @type {() => Order[]} */ bill) {
  let current = payment;
  const text = h("span", {});
  const reason = h("span", { class: "reason small" });
  const retry = h("button", { class: "button", type: "button", "data-kind": "retry",
    onclick: () => acts.retry(current) }, "🔄 Reintentar Pago");
  const withdraw = createWithdraw(acts);
  const claim = createClaimButton(acts);
  const node = h("li", { class: "bill-payment" }, h("p", {}, text, " ", reason),
    h("div", { class: "payment-acts" }, withdraw.button, claim.button), retry);
  return {
    node,
    update: (/** @type {Payment} */ now) => {
      current = now;
      node.dataset.status = now.status;
      const tip = now.tip > 0 ? ` + ${money(now.tip)} de propina` : "";
      setText(text, `${stateWords(now)} · ${money(paysOf(now, bill()) / 100)}${tip} · ${now.method} · `
        + `${now.submitted_by}`);
      setText(reason, now.status === "rechazado" ? `«${now.reason || "Sin motivo"}»` : "");
      retry.hidden = !rejectedOf(bill()).some(({ id }) => id === now.id);
      withdraw.update(now);
      claim.update(now, money(paysOf(now, bill()) / 100));
    },
  };
}

/** The button *Retirar comprobante*, which asks once. Of a payment without a photo it says *Retirar pago*. */
function createWithdraw(/** @type {PaymentActs} */ { username, withdraw }) {
  /** @type {Payment | undefined} */
  let payment;
  const what = () => (payment && !payment.has_proof ? "Pago" : "Comprobante");
  const { button, show } = createSureButton(
    () => (what() === "Pago" ? "Retirar pago" : "Retirar comprobante"), "¿Seguro? Retirar", act);
  button.hidden = true;
  async function act() {
    button.disabled = true;
    try {
      await withdraw(payment);
      toast(`↩ ${what()} retirado`, "", { own: true });
    } catch (error) {
      toast(error.code ? `${error.message}.` : andAgain(error), "late");
    } finally {
      button.disabled = false;
    }
  }
  return {
    button,
    update: (/** @type {Payment | undefined} */ now) => {
      payment = now;
      show();
      button.hidden = !now || now.status !== "por_verificar" || now.submitted_by !== username || Boolean(now.seen_at);
    },
  };
}
