// What comes beside the amount: the tip, and for cash what the guest hands over and gets back.

import { h } from "../lib/dom.js";
import { money, plainMoney, readMoney, smallestUnit } from "../lib/money.js";
import { notesFor } from "../house/bill.js";
import { MoneyField } from "./money-field.js";

/** The tip: only where the house asks for it, or where somebody made a surplus the tip. `onChange()` follows it. */
export class Tip {
  constructor(/** @type {number[]} */ percents, /** @type {() => void} */ onChange) {
    this.percents = percents;
    this.onChange = onChange;
    /** @type {string} */
    this.choice = "0";
    this.amount = 0;
    this.other = new MoneyField("pay-tip", "Otra propina", onChange);
    this.other.node.hidden = true;
    this.input = this.other.input;
    const choices = [["0", "Sin propina"], ...percents.map((one) => [String(one), `${one} %`]), ["otra", "Otra"]];
    this.node = h("fieldset", { class: "methods tip", hidden: percents.length === 0 },
      h("legend", { class: "small quiet" }, "Propina"),
      ...choices.map(([value, word]) => h("label", { class: "button method" }, h("input", {
        type: "radio", name: "tip", value, class: "unseen", checked: value === "0",
        onchange: () => { this.#choose(value); this.onChange(); },
      }), word)), this.other.node);
  }

  /** Choose a tip: "0", a per cent, or an amount in hundredths. */
  set(/** @type {{ choice: string, text?: string }} */ { choice, text = "" }) {
    if (choice !== "0") this.node.hidden = false;
    this.input.value = text;
    this.#choose(choice);
    for (const input of this.node.querySelectorAll("input[type=radio]")) {
      /** @type {HTMLInputElement} */ (input).checked = /** @type {HTMLInputElement} */ (input).value === choice;
    }
  }

  get state() { return { choice: this.choice, text: this.input.value }; }

  #choose(/** @type {string} */ choice) {
    this.choice = choice;
    this.other.node.hidden = choice !== "otra";
    if (choice === "otra") this.input.focus();
  }

  /**
   * The tip in hundredths for a paid amount, or null while it can't be read or is above `most`, which the field then
   * shows.
   */
  read(/** @type {number} */ amount, most = Infinity) {
    if (this.choice === "otra") {
      const typed = this.input.value.trim();
      const read = typed ? readMoney(typed) : { hundredths: 0, error: undefined };
      const isTooMuch = (read.hundredths ?? 0) > most;
      const error = isTooMuch ? "La propina no puede pasar del total de la cuenta" : read.error;
      this.other.explain(error);
      return isTooMuch ? null : read.hundredths ?? null;
    }
    const unit = smallestUnit();
    return Math.round(amount * Number(this.choice) / 100 / unit) * unit;
  }
}

/** Cash: what the guest hands over, and the change. An empty field means the exact amount. */
export class Tendered {
  constructor(/** @type {() => void} */ onChange) {
    this.given = new MoneyField("pay-tendered", "Recibido", onChange);
    this.input = this.given.input;
    this.notes = h("div", { class: "chips", role: "group", "aria-label": "Recibido" });
    this.change = h("output", { class: "change" });
    this.node = h("div", { class: "tendered", hidden: true }, this.given.node, this.notes, this.change);
    this.onChange = onChange;
  }

  /** Show the notes and the change for what is to be paid with its tip, in hundredths. */
  show(/** @type {number?} */ due) {
    const unit = smallestUnit();
    const wanted = due === null ? [] : notesFor(Math.ceil(due / unit) * unit); // an order may be older than the unit
    if (this.notes.dataset.notes !== wanted.join()) {
      this.notes.dataset.notes = wanted.join();
      this.notes.replaceChildren(...wanted.map((note, at) => h("button", {
        class: "button chip", type: "button",
        onclick: () => { this.input.value = plainMoney(note / 100); this.onChange(); },
      }, at === 0 && note === due ? "Exacto" : money(note / 100))));
    }
    const given = this.read();
    const isShort = given !== null && given !== undefined && due !== null && given < due;
    const trouble = given === null ? readMoney(this.input.value).error
      : isShort ? `No alcanza: faltan ${money((due - given) / 100)}` : "";
    this.given.explain(trouble);
    const isShown = !trouble && given !== undefined && given !== null && due !== null;
    const change = isShown ? ["Cambio ", h("b", { class: "money" }, money((given - due) / 100))] : [];
    this.change.replaceChildren(...change);
    return !trouble;
  }

  /** What was typed, in hundredths; undefined for nothing, null for what can't be read. */
  read() {
    const typed = this.input.value.trim();
    return typed ? readMoney(typed).hundredths ?? null : undefined;
  }
}
