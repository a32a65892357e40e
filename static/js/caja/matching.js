// What a cashier looks for, as the bank or a waiter says it: an amount, a table, a name, a number.

import { methodName } from "./words.js";

const SHORTEST = 3; // of a part of an operation number: two digits are in nearly every one
const NOWHERE = null;

const fold = (text) => text.normalize("NFKD").replace(/[\p{M}\p{Cf}]/gu, "").toLowerCase().trim();
const compact = (text) => fold(text).replace(/[^\p{L}\p{N}]/gu, "");

/**
 * A function from an order to how well it fits `text`: 0 is best, null is not at all. Blank `text` gives
 * null in place of the function. `currency` is the house's sign.
 */
export function matcher(text, currency = "$") {
  const asked = fold(text).replace(/\s+/g, " ");
  if (!asked) return null;
  const whole = read(asked, currency);
  const parts = split(asked).map((part) => read(part, currency));
  const known = new WeakMap();
  return (order) => {
    if (!known.has(order)) known.set(order, rank(describe(order), whole, parts));
    return known.get(order);
  };
}

/** "mesa 12 ana" → "mesa 12", "ana" */
const split = (asked) => asked.match(/(?:mesa|orden|#) ?\d+|\S+/g);

function rank(order, whole, parts) {
  const ranks = parts.map((part) => fit(order, part));
  const together = ranks.includes(NOWHERE) ? Infinity : ranks.reduce((sum, one) => sum + one, 0);
  const best = Math.min(fit(order, whole) ?? Infinity, together);
  return best === Infinity ? NOWHERE : best;
}

/** What may be meant: `{ word, number, amounts, table, id, isMoney }`. */
function read(asked, currency) {
  const place = asked.match(/^(mesa|orden|#) ?(\d*)$/);
  if (place) return place[1] === "mesa" ? { table: place[2] } : { id: place[2] };
  const bare = asked.replace(fold(currency) || "$", "").replace("$", "").trim();
  return { word: asked, number: asked, amounts: readAmounts(bare), isMoney: bare !== asked };
}

/**
 * "1,306.00", "1.306,00", "1 306" and "1306" → `{ whole: "1306", cents: "00" or "" }`. While "1,30" is being
 * typed it may become 1.30 or 1,306.
 */
function readAmounts(asked) {
  if (!/^\d[\d.,' ]*$/.test(asked)) return [];
  const digits = (text) => text.replace(/\D/g, "").replace(/^0+(?=\d)/, "");
  const found = [];
  const [, before, cents] = asked.match(/^(.*)[.,](\d{0,2})$/) ?? [];
  if (before !== undefined) found.push({ whole: digits(before), cents });
  if (!cents || !/[.,].*[.,]/.test(asked)) found.push({ whole: digits(asked), cents: "" });
  return found;
}

function describe({ id, table_number: table, total, waiter, payment }) {
  const amounts = [total, payment?.amount].filter((one) => typeof one === "number");
  const names = [waiter, payment?.submitted_by, payment?.decided_by, payment && methodName(payment.method)];
  return {
    id, table: String(table),
    amounts: amounts.map((one) => one.toFixed(2).split(".")),
    reference: compact(payment?.reference ?? ""),
    names: fold(names.filter(Boolean).join(" ")).split(/[\s.]+/),
  };
}

function fit(order, asked) {
  if (asked.table !== undefined) return begins(order.table, asked.table);
  if (asked.id !== undefined) return begins(order.id, asked.id);
  const fits = [fitAmount(order, asked)];
  if (!asked.isMoney) {
    if (asked.word === order.table) fits.push(1);
    if (asked.word === order.id) fits.push(3);
    fits.push(fitReference(order, asked), fitName(order, asked));
  }
  return fits.reduce((best, one) => (one !== NOWHERE && (best === NOWHERE || one < best) ? one : best), NOWHERE);
}

function begins(number, asked) {
  if (number === asked) return 0;
  return number.startsWith(asked) ? 6 : NOWHERE;
}

/** 306 is $ 306.00 first, then $ 306.50, then $ 3,061.00. */
function fitAmount(order, asked) {
  let best = NOWHERE;
  for (const { whole, cents } of asked.amounts) {
    for (const [is, isCents] of order.amounts) {
      const now = is === whole ? fitCents(isCents, cents) : (!cents && is.startsWith(whole) ? 6 : NOWHERE);
      if (now !== NOWHERE && (best === NOWHERE || now < best)) best = now;
    }
  }
  return best;
}

function fitCents(is, asked) {
  if (is === (asked || "00")) return 0;
  return is.startsWith(asked) ? 2 : NOWHERE;
}

function fitReference({ reference }, { number }) {
  const part = compact(number);
  if (part.length < SHORTEST || !reference.includes(part)) return NOWHERE;
  if (reference === part) return 0;
  return reference.endsWith(part) ? 4 : 5;
}

function fitName({ names }, { word }) {
  if (names.some((name) => name.startsWith(word))) return 1;
  return word.length >= SHORTEST && names.some((name) => name.includes(word)) ? 4 : NOWHERE;
}
