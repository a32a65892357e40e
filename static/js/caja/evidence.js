// A payment's facts, its warnings, and the tick that the money was seen in the account.

import { createCopy } from "../lib/copy.js";
import { h, setText, wholeAmounts } from "../lib/dom.js";
import { money } from "../house/format.js";
import { groups, isSameNumber, whenWords } from "../house/receipt-words.js";
import { pointsElsewhere, warningSentence } from "../house/rules.js";
import { depositOf, sourceWords } from "./arrival.js";
import { examinationWords } from "./examination.js";
import { isInAccount, personName, referenceLabel, tellsReading } from "./words.js";

/** The ordered dishes, each in a line with its note. */
export const createDishes = (/** @type {Order} */ order) => h("ul", { class: "dishes", "aria-label": "Platillos" },
  ...order.items.map((item) => h("li", { data: { struck: String(item.quantity === 0) } },
    h("span", { class: "number quantity" }, `${item.quantity || item.removed} ×`),
    h("span", {}, item.quantity === 0 ? h("s", {}, item.name) : item.name,
      item.note ? h("em", { class: "dish-note" }, item.note) : null,
      item.removed > 0
        ? h("em", { class: "dish-note" }, `quitado ${item.removed}: ${item.removed_reason ?? ""}`) : null),
    h("span", { class: "money" }, money(item.quantity * item.unit_price)))));

/**
 * The operation number, large and easy to copy; the tip, the cash that was handed over, and what was corrected, which
 * flashes once if it `isNew`.
 */
export function createFacts(/** @type {Payment} */ payment, isNew = false) {
  const facts = [];
  const { reference } = payment;
  if (reference) {
    const label = referenceLabel(payment.method);
    facts.push(fact(label, h("span", {
      class: "reference", tabindex: 0, title: "Un clic la selecciona",
      onfocus: ({ target }) => getSelection()?.selectAllChildren(/** @type {Node} */ (target)),
    }, reference), hasRead(payment, reference) ? null : createCopy(label, () => reference)));
  }
  const amount = (/** @type {number} */ value) => h("span", { class: "money" }, money(value));
  if (payment.tip > 0) {
    facts.push(fact("Paga de la cuenta", amount(payment.amount)), fact("Propina", amount(payment.tip)));
  }
  if (payment.tendered !== null) {
    facts.push(fact("Recibido", amount(payment.tendered)), fact("Cambio", amount(payment.change ?? 0)));
  }
  const corrections = (payment.former_claims ?? []).map((claim, at, all) => (
    createCorrection(claim, all[at + 1] ?? payment, isNew && at === all.length - 1)));
  return h("div", { class: "facts-and-corrections", hidden: facts.length + corrections.length === 0 },
    facts.length > 0 ? h("dl", { class: "facts" }, ...facts) : null, ...corrections);
}

/** Whether the number stands, with its button, among what was read. */
function hasRead(/** @type {Payment} */ payment, /** @type {string} */ typed) {
  const read = payment.reading?.reference;
  return tellsReading(payment) && Boolean(read) && isSameNumber(typed, read ?? "");
}

const fact = (/** @type {string} */ name, /** @type {Element} */ value, /** @type {Element?} */ more = null) =>
  h("div", {}, h("dt", {}, name), h("dd", {}, value, more));

/**
 * "Corregido: antes ref. 8841 · $ 160.00 · Ana, hoy 20:41": what a claim said before it said `next`.
 * @type {(claim: FormerClaim, next: Pick<FormerClaim, "reference" | "amount">, isNew: boolean) => HTMLElement}
 */
function createCorrection({ reference, amount, by, at }, next, isNew) {
  const before = [reference === next.reference ? "" : reference ? `ref. ${groups(reference)}` : "sin referencia",
    amount === next.amount ? "" : money(amount)].filter(Boolean).join(" · ");
  return h("p", { class: "corrected", data: isNew ? { new: "" } : {} },
    "✎ Corregido: antes ", h("bdi", {}, ...wholeAmounts(before)),
    h("span", { class: "quiet small" }, ` ${personName(by)}, ${whenWords(at)}`));
}

/**
 * What speaks against a payment: each warning as a sentence, and whether its proof was examined.
 * @type {(payment: Payment) => Findings}
 */
export function createFindings(payment) {
  const list = h("ul", { class: "warnings", "aria-label": "Avisos" });
  const examination = h("p", { class: "quiet small examination", role: "status" });
  /** @type {(now: Payment, news: Suspicion[]) => void} */
  const update = (now, news) => {
    if (list.childElementCount !== now.warnings.length) {
      list.replaceChildren(...now.warnings.map((one) => createWarning(one, now, news.includes(one))));
    }
    list.hidden = now.warnings.length === 0;
    const words = examinationWords(now);
    setText(examination, words);
    examination.dataset.strong = String(now.examination === "unreadable");
    examination.hidden = !words;
  };
  update(payment, []);
  return { node: h("div", { class: "findings" }, list, examination), update };
}

/**
 * A warning as a sentence, with the way to the other order.
 * @type {(warning: Suspicion, payment: Payment, isNew?: boolean) => HTMLElement}
 */
export const createWarning = (warning, payment, isNew = false) =>
  h("li", { class: "notice", data: isNew ? { new: "" } : {} },
    h("span", {}, ...wholeAmounts(`⚠ ${warningSentence(warning, payment)}`)),
    pointsElsewhere(warning, payment) ? orderLink(warning.order_id, `Ver orden ${warning.order_id}`) : null);

/** A link to another order, which opens on this page. */
export const orderLink = (/** @type {string} */ orderId, words = orderId) => (
  h("a", { class: "order-link", href: `/caja?orden=${orderId}`, data: { order: orderId } }, words));

const NO_PROOF = "La foto no prueba el pago";

/**
 * "Lo vi en la cuenta": made anew for each payment, so that no tick is carried over. The bank's word gives the
 * tick; when that is taken back, so is the tick.
 */
export class Tick {
  isGiven = false;

  constructor(/** @type {Payment} */ payment) {
    this.box = h("input",
      { type: "checkbox", "aria-keyshortcuts": "V", "aria-describedby": "tick-why", onchange: () => this.explain("") });
    this.why = h("p", { class: "quiet small", id: "tick-why" }, NO_PROOF);
    this.missing = h("p", { class: "notice", "data-tone": "late", role: "alert", hidden: true });
    this.node = h("div", { class: "tick", hidden: !isInAccount(payment.method) },
      h("label", { class: "choice" }, this.box, h("span", {}, "Lo vi en la cuenta"),
        h("kbd", { "aria-hidden": "true" }, "V")),
      this.why, this.missing);
    this.follow(payment);
  }

  /** Take the bank's word for the payment, or that there is none any more. */
  follow(/** @type {Payment} */ payment) {
    const deposit = depositOf(payment);
    setText(this.why, deposit ? `✓ Por el ${sourceWords(deposit)}` : NO_PROOF);
    if (this.isGiven === Boolean(deposit)) return;
    this.isGiven = Boolean(deposit);
    this.box.checked = this.box.disabled = this.isGiven;
    this.node.dataset.given = String(this.isGiven);
    this.explain("");
  }

  get isNeeded() { return !this.node.hidden; }

  get isMissing() { return this.isNeeded && !this.box.checked; }

  toggle() {
    if (this.isNeeded) this.box.click(); // nothing comes of it while it is given
  }

  /** Say why the payment can't be approved yet. */
  ask() {
    this.explain("Busca el pago en la cuenta y marca «Lo vi en la cuenta» para aprobar.");
    this.box.focus();
  }

  explain(/** @type {string} */ words) {
    this.missing.hidden = !words;
    setText(this.missing, words);
  }
}
