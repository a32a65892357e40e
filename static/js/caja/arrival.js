// The money of a payment: what the bank says has arrived, or what is known of it else.

import { h, setText } from "../lib/dom.js";
import { ago, clock, day, minutesSince, money } from "../house/format.js";
import { whenWords } from "../house/receipt-words.js";
import { personName } from "./words.js";

/** @type {MoneyHint} */
const NOTHING = { words: "", act: null };
const SOURCES = { aviso: "aviso del banco", estado: "estado de cuenta" };

/**
 * Who says that the money has arrived: "aviso del banco", "estado de cuenta que subió Luis".
 * @type {(deposit: Pick<Deposit, "source"> & { received_by?: string }) => string}
 */
export const sourceWords = ({ source, received_by: by }) => (
  source === "estado" && by ? `${SOURCES.estado} que subió ${personName(by)}` : SOURCES[source]);

/**
 * "hace 1 min", "a las 20:41", "ayer a las 20:41"; of a statement's line without a time its day: "hoy", "el 18/12".
 * @type {(deposit: Pick<Deposit, "at" | "is_day">) => string}
 */
export function arrivedWhen({ at, is_day: isDay }) {
  if (!isDay && minutesSince(at) < 60) return ago(at);
  const date = whenWords(day(at));
  const onDay = /^\d/.test(date) ? `el ${date}` : date;
  if (isDay) return onDay;
  return date === "hoy" ? `a las ${clock(at)}` : `${onDay} a las ${clock(at)}`;
}

/** @type {Partial<Record<Tie["rule"], string>>} */
const GUESSES = { monto: "mismo monto y hora", dia: "mismo monto y día" };

/** How far a tie can be trusted: a rule without a number may have guessed. */
const tieWords = (/** @type {Tie?} */ tie) => (
  tie?.rule === "mano" ? `unido a mano por ${personName(tie.by)}` : tie && GUESSES[tie.rule] || "");

/** The deposit of a payment; kept data of an earlier version have none. */
export const depositOf = (/** @type {Payment?} */ payment) => payment?.deposit ?? null;

/** "💰 Llegó $ 185.50 hace 1 min · Marcos Peña · aviso del banco" */
function arrivalParts(/** @type {Deposit} */ deposit) {
  const tie = tieWords(deposit.tie);
  return [`💰 Llegó `, h("span", { class: "money" }, money(deposit.amount)), ` ${arrivedWhen(deposit)}`,
    ...(deposit.sender ? [" · ", h("bdi", { data: { short: "" } }, deposit.sender)] : []), ` · ${sourceWords(deposit)}`,
    tie ? h("span", { class: "arrival-tie" }, ` · ${tie}`) : ""];
}

/**
 * Show in `node` that a payment's money has arrived, or else the words of a hint; hide it without both. A deposit that
 * is new to the node flashes once.
 * @type {(node: HTMLElement, payment: Payment, words?: string) => void}
 */
export function showArrival(node, payment, words = "") {
  const deposit = depositOf(payment);
  const isNew = node.dataset.deposit !== undefined && node.dataset.deposit !== (deposit?.id ?? "");
  node.dataset.deposit = deposit?.id ?? "";
  node.hidden = !deposit && !words;
  node.dataset.tone = deposit ? "done" : "";
  if (isNew && deposit) node.dataset.new = "";
  else if (isNew) delete node.dataset.new;
  if (!deposit) {
    setText(node, words);
    return;
  }
  const line = h("span", {}, ...arrivalParts(deposit));
  if (line.textContent !== node.textContent) node.replaceChildren(...line.childNodes);
}

/**
 * A payment's money in its detail, with what can be done about it: `{ node, update(payment) }`. `hintOf` tells what is
 * known without a deposit, `untieOf` makes the button that takes a tie back, or null while it can't.
 * @type {(money: MoneyHints) => Card<Payment>}
 */
export function createArrival({ hintOf, untieOf }) {
  const line = h("p", { class: "arrival", hidden: true });
  /** @type {(() => void)?} */
  let act = null;
  const possible = h("button", { class: "button possible", type: "button", hidden: true, onclick: () => act?.() });
  const acts = h("div", { class: "arrival-acts" }, possible);
  const node = h("div", { class: "arrival-box" }, line, acts);
  /** @type {HTMLElement?} */
  let untie = null;
  let tiedId = "";
  const showUntie = (/** @type {Payment} */ payment) => {
    const id = depositOf(payment)?.id ?? "";
    if (untie && tiedId === id) return; // the one that is there may be asked already
    untie?.remove();
    tiedId = id;
    untie = id ? untieOf(payment) : null;
    if (untie) acts.append(untie);
  };
  const update = (/** @type {Payment} */ payment) => {
    const hint = hintOf(payment) ?? NOTHING;
    act = hint.act;
    showArrival(line, payment, act ? "" : hint.words);
    possible.hidden = !act;
    setText(possible, hint.words);
    showUntie(payment);
    acts.hidden = !act && !untie;
    node.hidden = line.hidden && acts.hidden === true;
  };
  return { node, update };
}
