// Which payments of the Conciliación are shown, and in what order: "Sólo faltan", sorting.

import { cents } from "../house/bill.js";
import { givenOf } from "./charges.js";
import { isInStatement } from "./words.js";

/** Whether a payment belongs in the bank's statement, and was not found there. */
export const isMissing = (/** @type {ReconciledPayment} */ payment) => !payment.reconciled_at
  && isInStatement(payment.method);

/** When a payment was decided, in milliseconds since 1970. */
export const decidedAt = (/** @type {Payment} */ payment) => Date.parse(payment.decided_at ?? "");

/** @type {(a: ReconciledPayment, b: ReconciledPayment) => number} */
const byTime = (a, b) => decidedAt(a) - decidedAt(b) || Number(a.id) - Number(b.id);
/** @type {(a: Deposit, b: Deposit) => number} */
const byArrival = (a, b) => Date.parse(a.at) - Date.parse(b.at) || Number(a.id) - Number(b.id);
const numbers = new Intl.Collator("es", { numeric: true });

/** @type {(a: { reference: string | null }, b: { reference: string | null }) => number} */
const byNumber = (a, b) => Number(!a.reference) - Number(!b.reference)
  || numbers.compare(a.reference ?? "", b.reference ?? "");

/**
 * Each way to sort with its `compare`, and that of deposits; what has no number comes last.
 * @type {Record<string, { word: string, compare: (a: ReconciledPayment, b: ReconciledPayment) => number,
 *   compareDeposits: (a: Deposit, b: Deposit) => number }>}
 */
export const SORTS = {
  hora: { word: "Hora", compare: byTime, compareDeposits: byArrival },
  monto: {
    word: "Monto",
    compare: (a, b) => givenOf(b) - givenOf(a) || byTime(a, b),
    compareDeposits: (a, b) => b.amount - a.amount || byArrival(a, b),
  },
  referencia: {
    word: "Referencia",
    compare: (a, b) => byNumber(a, b) || byTime(a, b),
    compareDeposits: (a, b) => byNumber(a, b) || byArrival(a, b),
  },
};

/**
 * `{ method, count, total, tips, missing, lacking, isLate }` of each method. `total` is what arrives, with the `tips`;
 * `lacking` is the missing payments' total.
 * @type {(payments: ReconciledPayment[], isLate: (payment: ReconciledPayment) => boolean) => MethodFigures[]}
 */
export function sums(payments, isLate) {
  const methods = [...new Set(payments.map(({ method }) => method))].sort();
  return methods.map((method) => {
    const mine = payments.filter((one) => one.method === method);
    const missing = mine.filter(isMissing);
    return {
      method, count: mine.length, total: add(mine), tips: add(mine, ({ tip }) => tip), missing: missing.length,
      lacking: add(missing), isLate: missing.some(isLate),
    };
  });
}

/** Sums in hundredths, which are whole numbers. */
const add = (/** @type {ReconciledPayment[]} */ payments, /** @type {(payment: Payment) => number} */ of = givenOf) =>
  payments.reduce((sum, payment) => sum + cents(of(payment)), 0) / 100;
