// Which payments of the Conciliación are shown, and in what order: "Sólo faltan", sorting.

import { isInStatement } from "./words.js";

/** Whether a payment should stand in the bank's statement, and was not found there. */
export const isMissing = (payment) => !payment.reconciled_at && isInStatement(payment.method);

const byTime = (a, b) => Date.parse(a.decided_at) - Date.parse(b.decided_at) || Number(a.id) - Number(b.id);
const numbers = new Intl.Collator("es", { numeric: true });

/** `compare` of each way to sort; what has no number comes last. */
export const SORTS = {
  hora: { word: "Hora", compare: byTime },
  monto: { word: "Monto", compare: (a, b) => b.total - a.total || byTime(a, b) },
  referencia: {
    word: "Referencia",
    compare: (a, b) => !a.reference - !b.reference || numbers.compare(a.reference ?? "", b.reference ?? "") || byTime(a, b),
  },
};

/** `{ method, count, total, missing, lacking, isLate }` of each method; `lacking` is what the missing ones come to. */
export function sums(payments, isLate) {
  const methods = [...new Set(payments.map(({ method }) => method))].sort();
  return methods.map((method) => {
    const mine = payments.filter((one) => one.method === method);
    const missing = mine.filter(isMissing);
    return { method, count: mine.length, total: add(mine), missing: missing.length, lacking: add(missing), isLate: missing.some(isLate) };
  });
}

/** In hundredths, since those are whole. */
const add = (payments) => payments.reduce((sum, { total }) => sum + Math.round(100 * total), 0) / 100;
