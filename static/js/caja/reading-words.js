// What a proof says, in words: each field that was read, and what it is compared with.

import { inFours } from "../lib/copy.js";
import { laterDate } from "../lib/wall-time.js";
import { clock, day, money } from "../house/format.js";
import { isStrong } from "../house/rules.js";
import { referenceLabel } from "./words.js";

const LEAST_TYPED = 4; // characters: who types the last ones of a number typed no other number

/** @type {Record<ReadField["name"], (method: string) => string>} */
const NAMES = {
  amount: () => "Monto",
  reference: referenceLabel,
  at: () => "Fecha",
  account: () => "Cuenta",
  holder: () => "A nombre de",
  bank: () => "Banco",
};

/** The warning that a field gives if it differs. @type {Partial<Record<ReadField["name"], Suspicion["type"]>>} */
const WARNED = {
  amount: "amount_differs", reference: "reference_reused", at: "receipt_old", account: "account_differs",
  holder: "account_differs",
};

/** @type {Record<ReadField["name"], (value: string) => string>} */
const WRITERS = {
  amount: (value) => amountWords(value),
  reference: (value) => groups(value),
  at: (value) => whenWords(value),
  account: (value) => (/^\d{1,4}$/.test(value) ? `••${value}` : value),
  holder: (value) => value,
  bank: (value) => value,
};

/**
 * A line of the panel: the field's name and value, and its comparison in words. `mark` is "✓", "⚠" or "", and `tone`
 * its colour. `orderId` is the other order that has the same number; `note` says what was typed instead.
 * @type {(field: ReadField, payment: Pick<Payment, "method" | "reference">) => ReadingLine}
 */
export function lineOf(field, payment) {
  const { name, value, check, against, box } = field;
  const typed = payment.reference;
  const isOther = name === "reference" && check === "differs" && typed !== null
    && (against === null || isOtherNumber(typed, value));
  return {
    name, box, label: NAMES[name](payment.method), value: WRITERS[name](value), copied: value,
    mark: check === "matches" ? "✓" : check === "differs" ? "⚠" : "",
    tone: toneOf(field),
    words: wordsOf(field),
    orderId: name === "reference" && check === "differs" ? against : null,
    note: isOther ? `Escrito: ${groups(typed)} · En la foto: ${groups(value)}` : "",
  };
}

/** Green for what was compared and fits, red for what needs a reason, amber for a hint; else no colour. */
function toneOf(/** @type {ReadField} */ { name, check, against }) {
  if (check === null) return "";
  if (check === "matches") return "done";
  const isOnlyTyped = name === "reference" && against === null; // a hint: the waiter may have mistyped
  const type = WARNED[name];
  return !isOnlyTyped && type && isStrong(type) ? "late" : "wait";
}

function wordsOf(/** @type {ReadField} */ { name, check, against }) {
  if (check === null) return name === "bank" ? "" : "sin comparar";
  const fits = check === "matches";
  switch (name) {
    case "amount": return fits ? "lo que paga" : `paga ${amountWords(against ?? "")}`;
    case "reference": return fits ? "nueva" : against === null ? "no es la escrita" : "ya usada en la";
    case "at": return `${fits ? "" : "no cuadra con "}la orden, ${orderedWords(against ?? "")}`;
    default: return fits ? against ?? "" : "no es de la casa";
  }
}

const amountWords = (/** @type {string} */ value) => (Number.isFinite(Number(value)) ? money(Number(value)) : value);

/** A number that is long enough in groups of four; other texts as they are. */
export const groups = (/** @type {string} */ text) => (
  /^(?=.*\d)[\dA-Za-z]{8,}$/.test(text) ? inFours(text) : text);

/** "hoy 20:41", "ayer 20:41", "18/12 20:41"; a day without a time is alone. */
export function whenWords(/** @type {string} */ value) {
  if (Number.isNaN(Date.parse(value))) return value;
  return isDay(value) ? dayWords(value) : `${dayWords(day(value))} ${clock(value)}`;
}

/** When the order was placed: the time alone if that was today. */
function orderedWords(/** @type {string} */ iso) {
  if (Number.isNaN(Date.parse(iso))) return iso;
  return day(iso) === day() ? clock(iso) : whenWords(iso);
}

const isDay = (/** @type {string} */ value) => /^\d{4}-\d{2}-\d{2}$/.test(value);

/** "hoy", "ayer", "18/12", and with the year unless it is this year's. */
function dayWords(/** @type {string} */ date) {
  const today = day();
  if (date === today) return "hoy";
  if (date === laterDate(today, -1)) return "ayer";
  const [year, month, dayOfMonth] = date.split("-");
  return year === today.slice(0, 4) ? `${dayOfMonth}/${month}` : `${dayOfMonth}/${month}/${year}`;
}

/** "18/12/2026", the house's date of a time or a day, as a bank's page asks for it. */
export function plainDate(/** @type {string} */ value) {
  const [year, month, dayOfMonth] = (isDay(value) ? value : day(value)).split("-");
  return `${dayOfMonth}/${month}/${year}`;
}

const MONTHS = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"];

/** 2026-11-01 → "1 nov 2026" */
export function dateWords(/** @type {string} */ date) {
  const [year, month, dayOfMonth] = date.split("-").map(Number);
  return `${dayOfMonth} ${MONTHS[month - 1]} ${year}`;
}

/** Whether two numbers of an operation differ; who typed the last characters alone typed the same. */
export function isOtherNumber(/** @type {string} */ typed, /** @type {string} */ read) {
  const [short, long] = [comparable(typed), comparable(read)];
  return short !== long && !(short.length >= LEAST_TYPED && long.endsWith(short));
}

/** Letters and digits alone, as they look. */
const comparable = (/** @type {string} */ text) => text.toUpperCase().replace(/[^\p{L}\p{N}]+/gu, "")
  .replace(/O/g, "0").replace(/[IL]/g, "1").replace(/^0+(?=.)/, "");
