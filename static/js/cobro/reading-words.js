// What was read from a payment's proof, in words, and where that differs from what the payment says.

import { cents } from "../house/bill.js";
import { money } from "../house/format.js";
import { groups, isSameNumber, keyOf, whenWords } from "../house/receipt-words.js";

const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/;

/** Text of a receipt between others: letters that run from right to left would else reorder the line. */
const apart = (/** @type {string} */ text) => (RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text);

/** An operation's number within a sentence. */
export const numberWords = (/** @type {string} */ number) => apart(groups(number));

/** "$ 185.50 · 8841 2201 937 · hoy 20:41", or "" if none of these was read. */
export function readingWords(/** @type {Payment} */ { reading }) {
  if (!reading) return "";
  const { amount, reference, at } = reading;
  return [amount === null ? "" : money(amount), reference === null ? "" : numberWords(reference),
    at === null ? "" : whenWords(at).replace(" ", "\u00a0")]
    .filter(Boolean).join(" · ");
}

/** What the guest gave, in hundredths: what the payment pays, and its tip. */
const givenOf = (/** @type {Payment} */ payment) => cents(payment.amount) + cents(payment.tip);

/** A sentence for each thing that the proof and the payment say differently. */
export function differencesOf(/** @type {Payment} */ payment) {
  const { amount = null, reference = null } = payment.reading ?? {};
  const given = givenOf(payment);
  return [
    amount !== null && cents(amount) !== given
      ? `La foto dice ${money(amount)}, y este pago es de ${money(given / 100)}` : "",
    reference !== null && payment.reference !== null && !isSameNumber(payment.reference, reference)
      ? `La foto dice ${numberWords(reference)}, y este pago dice ${numberWords(payment.reference)}` : "",
  ].filter(Boolean);
}

/**
 * What a payment should say to match its proof: its number, and its amount without the tip in hundredths. null where
 * nothing was read, or where it says that already.
 * @type {(payment: Payment, typed: { reference: string, amount: number | null }) =>
 *   { reference: string | null, amount: number | null }}
 */
export function proposalsOf({ reading, tip }, typed) {
  const reference = reading?.reference ?? null;
  const amount = reading?.amount === null || reading?.amount === undefined ? null : cents(reading.amount) - cents(tip);
  return {
    reference: reference !== null && keyOf(typed.reference) !== keyOf(reference) ? reference : null,
    amount: amount !== null && amount > 0 && amount !== typed.amount ? amount : null,
  };
}
