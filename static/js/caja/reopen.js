// "Reabrir pago": an administrator takes an approval back that was a mistake.

import { andAgain, call } from "../lib/api.js";
import { h, toast } from "../lib/dom.js";
import { me } from "../lib/kept.js";
import { money } from "../lib/money.js";
import { askReason } from "../house/reasons.js";

const REASONS = ["se aprobó por error", "el dinero no llegó", "era de otra mesa", "monto equivocado"];

/** The button for an approved payment, or null for another payment or another role; `again()` shows the order anew. */
export function createReopen(/** @type {Payment} */ payment, /** @type {() => void} */ again) {
  if (payment.status !== "aprobado" || me()?.role !== "admin") return null;
  const orders = payment.orders.map((part) => part.order_id);
  const whose = orders.length > 1 ? `las órdenes ${orders.join(", ")}` : `la orden ${orders[0]}`;
  return h("button", { class: "button", type: "button", onclick: () => askReason({
    label: "Reabrir pago", heading: ["Reabrir pago · ", h("span", { class: "money" }, money(payment.amount))],
    before: [h("p", { class: "notice", "data-tone": "late" },
      `El pago queda como rechazado, y ${whose} vuelve${orders.length > 1 ? "n" : ""} a Por Cobrar.`)],
    legend: "¿Por qué? Queda en el registro.", reasons: REASONS, action: "Reabrir",
  }, (reason) => reopen(payment, reason, again)) }, "↺ Reabrir pago");
}

async function reopen(/** @type {Payment} */ payment, /** @type {string} */ reason, /** @type {() => void} */ again) {
  try {
    await call("PUT", `/payments/${payment.id}/verdict`, { json: { verdict: "rechazado", reason } });
    toast("↺ Pago reabierto", "done", { own: true });
    again();
  } catch (error) {
    toast(error.code ? `${error.message}.` : andAgain(error), "late");
  }
}
