// The lines of "Lo que dice la foto": each field that was read, and what it is compared with.

import { createCopy } from "../lib/copy.js";
import { h, wholeAmounts } from "../lib/dom.js";
import { clock, day, money } from "../house/format.js";
import { groups, isSameNumber, whenWords } from "../house/receipt-words.js";
import { isStrong } from "../house/rules.js";
import { orderLink } from "./evidence.js";
import { referenceLabel } from "./words.js";

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
 * @type {(field: ReadField, payment: Pick<Payment, "method" | "reference" | "warnings">) => ReadingLine}
 */
export function lineOf(field, payment) {
  const { name, value, check, against, box } = field;
  const typed = payment.reference;
  const isWarned = payment.warnings.some(({ type }) => type === WARNED[name]);
  const isOther = name === "reference" && check === "differs" && typed !== null
    && (against === null || !isSameNumber(typed, value));
  return {
    name, box, label: NAMES[name](payment.method), value: WRITERS[name](value), copied: value,
    mark: check === "matches" ? "✓" : check === "differs" ? "⚠" : "",
    tone: toneOf(field, isWarned),
    words: wordsOf(field, isWarned),
    orderId: name === "reference" && check === "differs" ? against : null,
    note: isOther ? `Escrito: ${groups(typed)} · En la foto: ${groups(value)}` : "",
  };
}

/** A line as an element; `choose`, if any, shows its place on the photo. */
export function createLine(/** @type {ReadingLine} */ line, /** @type {(() => void)?} */ choose) {
  const { name, label, value, copied, mark, tone, words, orderId, note } = line;
  const sign = mark === "✓" ? "coincide: " : "no coincide: ";
  const check = h("span", { class: "read-check", data: { tone } },
    mark ? h("span", { "aria-hidden": "true" }, `${mark} `) : null,
    mark ? h("span", { class: "unseen" }, sign) : null,
    h("bdi", {}, ...wholeAmounts(words)), orderId ? " " : null,
    orderId ? orderLink(orderId, `orden\u00a0${orderId}`) : null);
  const shown = h("bdi", { class: "read-value" }, value);
  const said = h("span", { class: "read-said" }, shown, ...orderId ? [] : [" ", check]);
  const parts = [h("span", { class: "read-name" }, label), said];
  const field = choose
    ? h("button", { class: "read-field", type: "button", "aria-pressed": "false", onclick: choose }, ...parts)
    : h("div", { class: "read-field" }, ...parts);
  return h("li", { data: { field: name } }, field,
    name === "reference" ? createCopy(`${label} de la foto`, () => copied) : null,
    orderId ? check : null, note ? h("p", { class: "read-note" }, note) : null);
}

/** Green for what was compared and fits, red for what needs a reason, amber for a hint; else no colour. */
function toneOf(/** @type {ReadField} */ { name, check, against }, /** @type {boolean} */ isWarned) {
  if (check === null) return "";
  if (check === "matches") return "done";
  // A hint: the waiter may have mistyped, or the other payment came later and is itself warned of.
  const isHint = name === "reference" && (against === null || !isWarned);
  const type = WARNED[name];
  return !isHint && type && isStrong(type) ? "late" : "wait";
}

function wordsOf(/** @type {ReadField} */ { name, check, against }, /** @type {boolean} */ isWarned) {
  if (check === null) return name === "bank" ? "" : "sin comparar";
  const fits = check === "matches";
  switch (name) {
    case "amount": return fits ? "lo que paga" : `paga ${amountWords(against ?? "")}`;
    case "reference": return fits ? "nueva" : against === null ? "no es la escrita"
      : isWarned ? "ya usada en la" : "también en la";
    case "at": return `${fits ? "" : "no cuadra con "}la orden, ${orderedWords(against ?? "")}`;
    default: return fits ? against ?? "" : "no es de la casa";
  }
}

const amountWords = (/** @type {string} */ value) => (Number.isFinite(Number(value)) ? money(Number(value)) : value);

/** When the order was placed: the time alone if that was today. */
function orderedWords(/** @type {string} */ iso) {
  if (Number.isNaN(Date.parse(iso))) return iso;
  return day(iso) === day() ? clock(iso) : whenWords(iso);
}
