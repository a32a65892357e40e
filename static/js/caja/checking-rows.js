// How a payment is looked up at the bank, step by step, and what the bank's page asks for.

import { h } from "../lib/dom.js";
import { createCopy, inFours } from "../lib/copy.js";
import { plainMoney } from "../lib/money.js";
import { day, money } from "../house/format.js";
import { groups, isDay, isSameNumber } from "../house/receipt-words.js";
import { givenOf } from "./charges.js";
import { referenceLabel } from "./words.js";

/** @type {Record<Check["copy"][number], string>} */
const NAMES = {
  reference: "Referencia", amount: "Monto", date: "Fecha", account: "Cuenta de la casa", bank: "Banco",
  holder: "A nombre de",
};

/** What is copied, a line each. */
export function createRows(/** @type {Check["copy"]} */ copy, /** @type {KnownToCopy} */ known) {
  const rows = copy.flatMap((what) => rowsOf(what, known));
  return { text: JSON.stringify(rows), create: () => [...rows.map(createRow), ...createAll(rows)] };
}

/** How it is done, step by step. */
export function createSteps(/** @type {Check} */ { updated, url, steps }, /** @type {HTMLElement} */ values) {
  return [
    h("ol", { class: "way-steps" }, ...steps.map((step) => h("li", {}, step))),
    url.startsWith("https://") ? h("a", { class: "button", href: url, target: "_blank", rel: "noopener noreferrer" },
      `Abrir ${new URL(url).hostname} ↗`, h("span", { class: "unseen" }, " en otra pestaña")) : null,
    values, h("p", { class: "quiet small" }, `Revisado el ${dateWords(updated)}`)].filter((part) => part !== null);
}

function createRow(/** @type {ToCopy} */ { name, shown, copied }) {
  const value = copied ? h("bdi", { class: "copy-value" }, shown) : h("span", { class: "quiet" }, shown);
  return h("li", {}, h("span", { class: "read-name" }, name), value, copied ? createCopy(name, () => copied) : null);
}

/** @returns {HTMLElement[]} */
function createAll(/** @type {ToCopy[]} */ rows) {
  const known = rows.filter(({ copied }) => copied);
  if (known.length < 2) return [];
  const text = () => known.map(({ name, copied }) => `${name}: ${copied}`).join("\n");
  return [h("li", {}, createCopy("todos los datos", text, "Copiar todo"))];
}

/**
 * What the bank's page asks for, as far as it is known: a number that was typed goes before the one that was read, and
 * the house's account is the one that the receipt shows.
 * @type {(what: Check["copy"][number], known: KnownToCopy) => ToCopy[]}
 */
export const rowsOf = (what, known) => WRITERS[what](known, (name) => known.fields.find((one) => one.name === name));

/** @type {Record<Check["copy"][number], (known: KnownToCopy, read: FieldOf) => ToCopy[]>} */
const WRITERS = {
  reference: ({ payment }, read) => {
    const number = bestNumber(payment.reference, read("reference")?.value);
    return [row(referenceLabel(payment.method), number, groups(number))];
  },
  amount: ({ payment }) => [row(NAMES.amount, plainMoney(givenOf(payment)), money(givenOf(payment)))],
  date: ({ payment }, read) => [row(NAMES.date, plainDate(read("at")?.value ?? payment.submitted_at))],
  account: ({ accounts }, read) => accountRows(accounts, labelOf(read)),
  bank: (_, read) => [row(NAMES.bank, read("bank")?.value ?? "")],
  holder: ({ accounts }, read) => [row(NAMES.holder, read("holder")?.value ?? soleHolder(accounts))],
};

/** The label of the house's account that the receipt shows, if it is one. @type {(read: FieldOf) => string | null} */
const labelOf = (read) => [read("account"), read("holder")].find((field) => field?.against)?.against ?? null;

/** The typed number; the whole number where only its end was typed. */
function bestNumber(/** @type {string?} */ typed, read = "") {
  if (!typed) return read;
  return read.length > typed.length && isSameNumber(typed, read) ? read : typed;
}

/** @type {(accounts: Account[], label: string?) => ToCopy[]} */
function accountRows(accounts, label) {
  const fitting = accounts.filter((account) => account.label === label);
  const chosen = fitting.length > 0 ? fitting : accounts;
  if (chosen.length === 0) return [row(NAMES.account, "")];
  return chosen.map(({ label: name, number }) => row(`${NAMES.account}, ${name}`, number,
    /^\d{8,}$/.test(number) ? inFours(number) : number));
}

const soleHolder = (/** @type {Account[]} */ accounts) =>
  (new Set(accounts.map(({ holder }) => holder)).size === 1 ? accounts[0].holder : "");

/** @type {(name: string, copied: string, shown?: string) => ToCopy} */
const row = (name, copied, shown = copied) => ({ name, copied, shown: copied ? shown : "sin leer" });

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
