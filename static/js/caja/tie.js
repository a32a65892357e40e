// Ties between deposits and payments, as the Conciliación tells of them and changes them.

import { h, openDialog, toast } from "../lib/dom.js";
import { coverWith } from "../lib/place.js";
import { cents } from "../house/bill.js";
import { businessDay, clock, day, money } from "../house/format.js";
import { place, placeWithin } from "../house/place.js";
import { sourceWords as toldBy } from "./arrival.js";
import { givenOf } from "./charges.js";
import { putTie } from "./put-tie.js";

const RULES = { referencia: "misma referencia", monto: "mismo monto y hora", dia: "mismo monto ese día",
  mano: "a mano" };

/** Why a deposit and a payment are tied: "misma referencia". */
export const ruleWords = (/** @type {Tie["rule"]} */ rule) => RULES[rule];

/** "misma referencia", "a mano por Luis". @type {(tie: Tie, nameOf: NameOf) => string} */
export const tieWords = ({ rule, by }, nameOf) => (by ? `${RULES[rule]} por ${nameOf(by)}` : RULES[rule]);

/** When the money arrived: "14:41" of today, "28/11 14:41", "28/11" without a time. */
export function arrivedAt(/** @type {Pick<Deposit, "at" | "is_day">} */ { at, is_day: isDay }) {
  const date = day(at);
  const short = `${date.slice(8)}/${date.slice(5, 7)}`;
  if (isDay) return short;
  return businessDay(at) === businessDay() ? clock(at) : `${short} ${clock(at)}`;
}

/** Who says that the money arrived: "aviso y estado de cuenta", else as the till says it. */
export const sourceWords = (/** @type {Deposit} */ deposit) => (
  deposit.source === "aviso" && deposit.in_statement ? "aviso y estado de cuenta" : toldBy(deposit));

/**
 * A function from a deposit to the payments that it may belong to: of the same amount, and without a deposit.
 * @type {(payments: ReconciledPayment[]) => (deposit: Deposit) => ReconciledPayment[]}
 */
export function candidatesAmong(payments) {
  /** @type {Map<number, ReconciledPayment[]>} */
  const byAmount = new Map();
  for (const one of payments) {
    if (!one.to_account || one.deposit !== null) continue;
    const amount = cents(givenOf(one));
    byAmount.set(amount, [...byAmount.get(amount) ?? [], one]);
  }
  return ({ amount }) => byAmount.get(cents(amount)) ?? [];
}

/** Tie a deposit to a payment. @type {(deposit: Deposit, payment: ReconciledPayment) => Promise<boolean>} */
export const tie = (deposit, payment) =>
  put(deposit.id, payment.id, `💰 Unido: ${placeWithin(payment)} · ${money(deposit.amount)}`, "done");

/** Take the tie of a payment back. @type {(payment: ReconciledPayment) => Promise<boolean>} */
export const untie = (payment) => put(/** @type {Deposit} */ (payment.deposit).id, null,
  `Soltado: ${placeWithin(payment)} · ${money(givenOf(payment))}`);

/** Resolves to whether the server has done so, which `words` then say. */
async function put(/** @type {string} */ id, /** @type {string?} */ paymentId, /** @type {string} */ words, tone = "") {
  const isDone = await putTie(id, paymentId) !== null;
  if (isDone) toast(words, tone);
  return isDone;
}

/** Ask which payment a deposit belongs to; a tap on one calls `choose(payment)`. */
export function askPayment(/** @type {Deposit} */ deposit, /** @type {ReconciledPayment[]} */ candidates,
  /** @type {NameOf} */ nameOf, /** @type {(payment: ReconciledPayment) => void} */ choose) {
  if (document.querySelector("dialog[open]")) return; // the second of two taps
  const dialog = openDialog("Elegir pago",
    h("h2", {}, "¿De qué pago es? ", h("span", { class: "money" }, money(deposit.amount))),
    h("p", { class: "quiet" }, `Llegó ${arrivedAt(deposit)}`, deposit.sender ? " · " : null,
      deposit.sender ? h("bdi", {}, deposit.sender) : null),
    h("ul", { class: "tie-choices" }, ...candidates.map((payment) => h("li", {}, h("button", {
      class: "button", type: "button",
      onclick: () => {
        dialog.close();
        choose(payment);
      },
    }, h("strong", {}, place(payment)), h("span", { class: "quiet small" }, describe(payment, nameOf)))))),
    h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancelar"));
  dialog.classList.add("tie-dialog");
  coverWith(dialog);
}

/** "orden 41 · aprobado 14:41 · Ana · ref. 8841" @type {(payment: ReconciledPayment, nameOf: NameOf) => string} */
function describe(payment, nameOf) {
  const at = arrivedAt({ at: payment.decided_at ?? payment.submitted_at, is_day: false });
  return [`orden ${payment.order_id}`, `aprobado ${at}`, nameOf(payment.submitted_by),
    payment.reference ? `ref. ${payment.reference}` : ""].filter(Boolean).join(" · ");
}
