// "Cómo comprobar": how a payment is looked up at the bank, step by step, with what the bank's page asks for.

import { h } from "../lib/dom.js";
import { createCopy, inFours } from "../lib/copy.js";
import { plainMoney } from "../lib/money.js";
import { money } from "../house/format.js";
import { givenOf } from "./charges.js";
import { dateWords, groups, isOtherNumber, plainDate } from "./reading-words.js";
import { checksOf, referenceLabel } from "./words.js";

/** @type {Record<Check["copy"][number], string>} */
const NAMES = {
  reference: "Referencia", amount: "Monto", date: "Fecha", account: "Cuenta de la casa", bank: "Banco",
  holder: "A nombre de",
};

/**
 * The ways to look a payment up, closed at first; `accounts()` resolves to the house's accounts.
 * @type {(payment: Payment, accounts: () => Promise<Account[]>) => Checking}
 */
export function createChecking(payment, accounts) {
  const checks = checksOf(payment.method);
  /** @type {KnownToCopy} */
  const known = { payment, fields: [], accounts: [] };
  const ways = checks.map((check) => ({ check, values: h("ul", { class: "to-copy" }) }));
  const node = h("div", { class: "checking", hidden: checks.length === 0 },
    ...ways.map(({ check, values }) => createWay(check, values, open)));
  let isLoaded = false;

  function show() {
    for (const { check, values } of ways) {
      const rows = check.copy.flatMap((what) => rowsOf(what, known));
      const now = JSON.stringify(rows);
      if (values.dataset.shown === now) continue;
      values.dataset.shown = now;
      values.replaceChildren(...rows.map(createRow), ...createAll(rows));
    }
  }

  /** The accounts are as new as can be once somebody looks. */
  async function open() {
    show();
    if (isLoaded || !checks.some((check) => check.copy.some((what) => what === "account" || what === "holder"))) return;
    isLoaded = true;
    known.accounts = (await accounts()).filter((account) => account.method === payment.method);
    show();
  }

  return {
    node,
    update(now, fields = known.fields) {
      Object.assign(known, { payment: now, fields });
      if (node.querySelector("[open]")) show();
    },
  };
}

/** @type {(check: Check, values: HTMLElement, open: () => void) => HTMLElement} */
function createWay({ title, updated, url, steps }, values, open) {
  const way = h("details", { class: "way", ontoggle: () => { if (way.open) open(); } },
    h("summary", {}, `Cómo comprobar: ${title}`),
    h("ol", { class: "way-steps" }, ...steps.map((step) => h("li", {}, step))),
    url.startsWith("https://") ? h("a", { class: "button", href: url, target: "_blank", rel: "noopener noreferrer" },
      `Abrir ${new URL(url).hostname} ↗`, h("span", { class: "unseen" }, " en otra pestaña")) : null,
    values, h("p", { class: "quiet small" }, `Revisado el ${dateWords(updated)}`));
  return way;
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
  return read.length > typed.length && !isOtherNumber(typed, read) ? read : typed;
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
