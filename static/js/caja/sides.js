// The sides of the Conciliación: payments without a deposit, deposits without a payment, and both tied.

import { h, setText } from "../lib/dom.js";
import { money } from "../house/format.js";
import { ruleWords } from "./tie.js";

const wide = matchMedia("(min-width: 70rem)"); // where both lists that lack something stand side by side

/** @type {Record<View, { word: string, title: string }>} */
const VIEWS = {
  sin_ingreso: { word: "Sin ingreso", title: "Aprobados sin ingreso" },
  sin_pago: { word: "Sin pago", title: "Ingresos sin pago" },
  unidos: { word: "Unidos", title: "Unidos" },
  todos: { word: "Todos", title: "Pagos aprobados" },
};
const NAMES = /** @type {View[]} */ (Object.keys(VIEWS));

/** Which list is on show. `onChange(isChosen)` is called when it is another one, and when one has been tapped. */
export class Sides {
  /** @type {Reconciliation["sides"]} */
  #sums = null;
  /** @type {View?} */
  #chosen = null;
  #payments = 0;
  paymentsTitle = h("h2", { class: "bank-title" });
  depositsTitle = h("h2", { class: "bank-title" });
  untied = h("p", { class: "notice", "data-tone": "late", role: "status", hidden: true });

  constructor(/** @type {(isChosen: boolean) => void} */ onChange) {
    this.chips = new Map(NAMES.map((name) => {
      const counter = h("span", { class: "counter" }, "0");
      const word = h("span", {}, VIEWS[name].word);
      const act = () => {
        this.choose(name);
        onChange(true);
      };
      return [name, { word, counter,
        button: h("button", { class: "button", type: "button", onclick: act }, word, counter) }];
    }));
    this.node = h("div", { class: "bank-views", role: "group", "aria-label": "Qué se ve", hidden: true },
      ...[...this.chips.values()].map(({ button }) => button));
    wide.addEventListener("change", () => {
      this.#paint();
      onChange(false);
    });
  }

  choose(/** @type {View} */ name) {
    this.#chosen = name;
    this.#paint();
  }

  /** Whether the house's payments are compared with what the bank says. */
  get isOn() { return this.#sums !== null; }

  /** The list on show: all payments where nothing is compared. @returns {View} */
  get view() {
    if (!this.isOn) return "todos";
    const chosen = this.#chosen ?? "sin_ingreso";
    return wide.matches && chosen === "sin_pago" ? "sin_ingreso" : chosen;
  }

  get showsPayments() { return this.view !== "sin_pago"; }
  get showsDeposits() { return this.view === "sin_pago" || (wide.matches && this.view === "sin_ingreso"); }

  /** Whether a payment belongs to the list on show. */
  holds = (/** @type {ReconciledPayment} */ payment) => {
    if (this.view === "unidos") return payment.deposit !== null;
    return this.view === "todos" || (payment.to_account && payment.deposit === null);
  };

  /** Take the sums of another answer; the first answer decides where one begins. */
  show(/** @type {Reconciliation["sides"]} */ sums, /** @type {number} */ payments) {
    this.#sums = sums;
    this.#payments = payments;
    this.#chosen ??= sums ? "sin_ingreso" : "todos";
    this.#paint();
  }

  #paint() {
    const sums = this.#sums;
    this.node.hidden = sums === null;
    this.paymentsTitle.hidden = sums === null;
    this.untied.hidden = !sums?.was_untied.count;
    if (!sums) return;
    const counts = { sin_ingreso: sums.without_deposit.count, sin_pago: sums.without_payment.count,
      unidos: sums.tied.count, todos: this.#payments };
    if (wide.matches) counts.sin_ingreso += counts.sin_pago;
    for (const [name, { button, word, counter }] of this.chips) {
      button.hidden = name === "sin_pago" && wide.matches;
      button.setAttribute("aria-pressed", String(name === this.view));
      setText(word, name === "sin_ingreso" && wide.matches ? "Por unir" : VIEWS[name].word);
      setText(counter, String(counts[name]));
    }
    const { count, total } = sums.was_untied;
    setText(this.untied, count === 1
      ? `⚠ Un pago de ${money(total)} se aprobó con el aviso del banco, y después le quitaron el ingreso.`
      : `⚠ ${count} pagos se aprobaron con el aviso del banco, y después les quitaron el ingreso.`);
    this.#title(this.paymentsTitle, this.view === "unidos" ? sums.tied
      : this.view === "sin_ingreso" ? sums.without_deposit : null, VIEWS[this.view].title);
    this.#title(this.depositsTitle, sums.without_payment, VIEWS.sin_pago.title);
  }

  /** "Unidos · 40 · $ 9,000.00", and how many by each rule. */
  #title(/** @type {HTMLElement} */ node, /** @type {(SideTotal & Partial<TiedTotal>)?} */ sum,
    /** @type {string} */ words) {
    const rules = (sum?.by_rule ?? []).map(({ rule, count }) => `${count} ${ruleWords(rule)}`).join(" · ");
    node.replaceChildren(words,
      ...(sum ? [` · ${sum.count} · `, h("span", { class: "money" }, money(sum.total))] : []),
      ...(rules ? [h("span", { class: "quiet small rules" }, rules)] : []));
  }
}
