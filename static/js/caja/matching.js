// A cashier's search, in the bank's or a waiter's words: an amount, a table, a name, a number.

import { givenOf } from "./charges.js";
import { methodName } from "./words.js";

const SHORTEST = 3; // of a part of an operation number: two digits are in nearly every one
const WHOLE_NUMBER = 6; // characters of an operation number that is found within a sentence
const IN_A_SENTENCE = 20; // what only the amount or the number in a sentence speaks for comes last
const NOWHERE = null;

const fold = (/** @type {string} */ text) => (
  text.normalize("NFKD").replace(/[\p{M}\p{Cf}]/gu, "").replace(/[’´\u2032]/gu, "'").toLowerCase().trim());
const compact = (/** @type {string} */ text) => fold(text).replace(/[^\p{L}\p{N}]/gu, "");

/**
 * A function from one of `orders` to how well it fits `text`: 0 is best, null is not at all. Blank `text`
 * gives null in place of the function. `currency` is the house's sign.
 * @type {(text: string, currency?: string, orders?: Order[]) => Fit<Order>?}
 */
export function matcher(text, currency = "$", orders = []) {
  return ranker(text, currency, orders, describe);
}

/**
 * The same for the payments of the Conciliación; `nameOf(username)` is a member's name.
 * @type {(text: string, currency: string, payments: ReconciledPayment[], nameOf: NameOf) => Fit<ReconciledPayment>?}
 */
export function paymentMatcher(text, currency, payments, nameOf) {
  return ranker(text, currency, payments, (payment) => {
    const people = [payment.submitted_by, payment.decided_by].flatMap((one) => [one, one && nameOf(one)]);
    const customers = payment.orders.map(({ customer }) => customer);
    return {
      ids: payment.orders.map((part) => part.order_id),
      tables: payment.orders.map((part) => String(part.table_number ?? "")),
      amounts: [givenOf(payment), payment.amount].map(inParts),
      references: referencesOf(payment),
      names: namesOf([...people, ...customers], payment),
    };
  });
}

/**
 * @template {object} Thing
 * @param {string} text
 * @param {string} currency
 * @param {Thing[]} things
 * @param {(thing: Thing) => Described} describeThing
 * @returns {Fit<Thing>?}
 */
export function ranker(text, currency, things, describeThing) {
  const asked = markMoney(fold(text).replace(/\s+/g, " "), currency);
  if (!asked) return null;
  /** @type {WeakMap<Thing, Described>} */
  const descriptions = new WeakMap();
  const described = (/** @type {Thing} */ thing) => {
    const description = descriptions.get(thing) ?? describeThing(thing);
    descriptions.set(thing, description);
    return description;
  };
  const whole = read(asked);
  const parts = (split(asked) ?? []).map(read);
  const isSentence = parts.length > 1
    && parts.some((part) => things.every((thing) => fit(described(thing), part) === NOWHERE));
  const sentence = isSentence ? { moneys: parts.filter(({ isMoney }) => isMoney), letters: compact(asked) } : null;
  /** @type {WeakMap<Thing, number?>} */
  const ranks = new WeakMap();
  return (thing) => {
    if (!ranks.has(thing)) ranks.set(thing, rank(described(thing), whole, parts, sentence));
    return ranks.get(thing) ?? NOWHERE;
  };
}

/** "+ $ 1,306.00", "MX$1 306.00" and "1,306.00 MXN" → "$1,306.00": an amount with its sign, wherever that stands. */
function markMoney(/** @type {string} */ asked, /** @type {string} */ currency) {
  const pattern = patterns.get(currency) ?? amountPattern(currency);
  patterns.set(currency, pattern);
  const marked = asked.replace(pattern,
    (all, before, digits, after) => (before || after ? `$${digits.replaceAll(" ", "")} ` : all));
  return marked.replace(/[+-] ?(?=\$)/g, "").replace(/[()[\]"“”«»!¡]/g, " ").replace(/\s+/g, " ").trim();
}

/** @type {Map<string, RegExp>} */
const patterns = new Map(); // of each currency's sign: slow to make

/** An amount with the currency signs and codes before and after it. */
function amountPattern(/** @type {string} */ currency) {
  const sign = fold(currency).replace(/[^\p{L}\p{N}]/gu, "\\$&");
  const codes = Intl.supportedValuesOf?.("currency") ?? ["MXN", "USD"];
  const unit = `(?:${sign ? `${sign}|` : ""}\\p{L}{0,3}\\p{Sc}|${codes.join("|")}|pesos?|m\\.? ?n\\.?)`;
  const number = "\\d{1,3}(?: \\d{3})+(?:[.,]\\d{1,2})?(?!\\d)|\\d[\\d.,']*";
  return new RegExp(`(?<![\\p{L}\\p{N}])((?:${unit} ?)*)(${number})((?: ?${unit}(?![\\p{L}\\p{N}]))*)`, "giu");
}

/** "mesa 12 ana" → "mesa 12", "ana" */
const split = (/** @type {string} */ asked) => asked.match(/(?:mesa|orden|#)[ :#]*\d+|\S+/g);

/** @type {(order: Described, whole: Asked, parts: Asked[], sentence: Sentence?) => number?} */
function rank(order, whole, parts, sentence) {
  const ranks = parts.map((part) => fit(order, part) ?? Infinity);
  const together = ranks.reduce((sum, one) => sum + one, 0);
  const best = Math.min(fit(order, whole) ?? Infinity, together);
  if (best < Infinity) return best;
  return sentence ? fitSentence(order, sentence) : NOWHERE;
}

/** A text with words of no order is the bank's sentence: only its amount or number counts. */
function fitSentence(/** @type {Described} */ order, /** @type {Sentence} */ { moneys, letters }) {
  const isNamed = order.references.some((one) => one.length >= WHOLE_NUMBER && letters.includes(one));
  if (isNamed) return IN_A_SENTENCE;
  const ranks = moneys.map((money) => fitAmount(order, money)).filter((one) => one !== NOWHERE);
  return ranks.length > 0 ? IN_A_SENTENCE + Math.min(...ranks) : NOWHERE;
}

/** The meanings that a word may have. @type {(asked: string) => Asked} */
function read(asked) {
  const place = asked.match(/^(mesa|orden|#)[ :#]*(\d*)$/);
  if (place) return { ...NOTHING, ...(place[1] === "mesa" ? { table: place[2] } : { id: place[2] }) };
  const hasSign = asked.startsWith("$");
  const amounts = readAmounts(asked.replace("$", "").trim());
  const isMoney = amounts.length > 0 && (hasSign || /[.,]\d\d[.,;:]?$/.test(asked));
  return { word: asked, number: asked, amounts, hasSign, isMoney };
}

const NOTHING = { word: "", number: "", amounts: [], hasSign: false, isMoney: false };

/**
 * "1,306.00", "1.306,00", "1 306" and "1306" → `{ whole: "1306", cents: "00" or "" }`. While "1,30" is being
 * typed it may become 1.30 or 1,306.
 */
function readAmounts(/** @type {string} */ typed) {
  const asked = typed.replace(/(?<=[.,]\d\d)[.,;:]$/, ""); // a sentence's end
  if (!/^[\d.,][\d.,' ]*$/.test(asked) || !/\d/.test(asked)) return [];
  const digits = (/** @type {string} */ text) => text.replace(/\D/g, "").replace(/^0+(?=\d)/, "") || "0";
  const found = [];
  const [, before, cents] = asked.match(/^(.*)[.,](\d{0,2})$/) ?? [];
  if (before !== undefined) found.push({ whole: digits(before), cents });
  const isCents = cents && (cents.length === 2 && /[.,' ]\d{3}[.,]\d\d$/.test(asked));
  if (!isCents && (!cents || !/[.,].*[.,]/.test(asked))) found.push({ whole: digits(asked), cents: "" });
  return found;
}

/** @type {(order: Pick<Order, "id" | "table_number" | "customer" | "total" | "waiter" | "payment">) => Described} */
function describe({ id, table_number: table, customer, total, waiter, payment }) {
  const amounts = payment ? [givenOf(payment), total, payment.amount] : [total];
  return {
    ids: [String(id)], tables: [String(table ?? "")],
    amounts: amounts.map(inParts),
    references: payment ? referencesOf(payment) : [],
    names: namesOf([customer, waiter, payment?.submitted_by, payment?.decided_by], payment),
  };
}

/**
 * The operation's number as somebody typed it, and as it was read; kept data of an earlier version have no reading.
 * @type {(numbered: Pick<Payment, "reference" | "reading">) => string[]}
 */
export const referencesOf = ({ reference, reading }) =>
  [reference, reading?.reference].map((number) => compact(number ?? "")).filter((number) => number !== "");

/** 1306.5 → `["1306", "50"]` */
export const inParts = (/** @type {number} */ amount) => amount.toFixed(2).split(".");

/** @type {(names: (string | null | undefined)[], payment: Payment?) => string[]} */
export const namesOf = (names, payment) =>
  fold([...names, payment && methodName(payment.method)].filter(Boolean).join(" ")).split(/[\s.]+/);

function fit(/** @type {Described} */ order, /** @type {Asked} */ asked) {
  if (asked.table !== undefined) return begins(order.tables, asked.table);
  if (asked.id !== undefined) return begins(order.ids, asked.id);
  const fits = [fitAmount(order, asked)];
  if (!asked.hasSign) {
    if (order.tables.includes(asked.word)) fits.push(1);
    if (order.ids.includes(asked.word)) fits.push(3);
    fits.push(fitReference(order, asked), fitName(order, asked));
  }
  const best = Math.min(...fits.map((one) => one ?? Infinity));
  return best === Infinity ? NOWHERE : best;
}

function begins(/** @type {string[]} */ numbers, /** @type {string} */ asked) {
  if (numbers.includes(asked)) return 0;
  return numbers.some((number) => number.startsWith(asked)) ? 6 : NOWHERE;
}

/** 306 is $ 306.00 first, then $ 306.50, then $ 3,061.00. */
function fitAmount(/** @type {Described} */ order, /** @type {Asked} */ asked) {
  let best = Infinity;
  for (const { whole, cents } of asked.amounts) {
    for (const [is, isCents] of order.amounts) {
      const now = is === whole ? fitCents(isCents, cents) : (!cents && is.startsWith(whole) ? 6 : NOWHERE);
      best = Math.min(best, now ?? Infinity);
    }
  }
  return best === Infinity ? NOWHERE : best;
}

function fitCents(/** @type {string} */ is, /** @type {string} */ asked) {
  if (is === (asked || "00")) return 0;
  return is.startsWith(asked) ? 2 : NOWHERE;
}

function fitReference(/** @type {Described} */ { references }, /** @type {Asked} */ { number }) {
  const part = compact(number);
  if (part.length < SHORTEST || !references.some((one) => one.includes(part))) return NOWHERE;
  if (references.includes(part)) return 0;
  return references.some((one) => one.endsWith(part)) ? 4 : 5;
}

function fitName(/** @type {Described} */ { names }, /** @type {Asked} */ { word }) {
  if (names.some((name) => name.startsWith(word))) return 1;
  return word.length >= SHORTEST && names.some((name) => name.includes(word)) ? 4 : NOWHERE;
}
