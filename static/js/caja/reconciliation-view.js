// Which payments of the Conciliación are shown, and in what order: search, "Sólo faltan", sorting.

import { isInStatement, methodName } from "./words.js";

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

/** Whether a payment has all words of `query`: an amount, a number, a table, an order, a name, a form of payment. */
export function matches(payment, query, nameOf) {
  const whole = plain(query);
  if (!whole) return true;
  const { amount, total, reference, table_number: table, order_id: order } = payment;
  const places = [`${table}`, `${order}`, `mesa${table}`, `orden${order}`];
  const amounts = [total, amount].filter((one) => one !== null).map((one) => one.toFixed(2));
  const texts = [reference ?? "", nameOf(payment.submitted_by), nameOf(payment.decided_by), methodName(payment.method)].map(plain);
  const isOf = (word) => places.includes(plain(word)) || texts.some((text) => text.includes(plain(word)))
    || asAmounts(word).some((one) => amounts.some((known) => known.startsWith(one)));
  const words = query.replace(/\b(mesa|orden)\s+(?=\d)/gi, "$1").split(/\s+/).filter(plain);
  return isOf(query) || words.every(isOf);
}

/** Letters and digits alone, without accents or case. */
const plain = (text) => text.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** "$1,241.5" and "1.241,5" → "1241.5", as far as it was typed; nothing for what is no amount. */
function asAmounts(typed) {
  const word = typed.replace(/\s/g, "");
  if (!/^\D{0,3}\d[\d.,]*$/.test(word)) return [];
  return [word.replace(/[^\d.]/g, ""), word.replace(/[^\d,]/g, "").replace(",", ".")];
}

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
