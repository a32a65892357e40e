// The range of days on show: today at first, a step back or forth, or any range.

import { h } from "../lib/dom.js";
import { businessDay } from "../house/format.js";
import { laterDate } from "../lib/wall-time.js";

/** Two dates and their buttons; a new choice calls `onChange()`. The days `from` and `to` are included. */
export class Period {
  #today = businessDay();
  from = this.#today;
  to = this.#today;

  constructor(/** @type {() => void} */ onChange) {
    this.onChange = onChange;
    this.inputs = ["from", "to"].map((name) => h("input", {
      class: "input", type: "date", id: `bank-${name}`, required: true, onchange: () => this.#take(name),
    }));
    this.node = h("div", { class: "period" },
      button("‹", "Día anterior", () => this.#move(-1)),
      field("Desde", this.inputs[0]), field("Hasta", this.inputs[1]),
      button("›", "Día siguiente", () => this.#move(1)),
      button("Hoy", null, () => this.#choose(businessDay(), businessDay())));
    this.#set(businessDay(), businessDay());
  }

  /** Show one day. */
  show(/** @type {string} */ date) { this.#choose(date, date); }

  /** Go on to the new day if today was on show. */
  follow() {
    const today = businessDay();
    if (this.from === this.#today && this.to === this.#today && today !== this.#today) this.#set(today, today);
    this.#today = today;
  }

  #set(/** @type {string} */ from, /** @type {string} */ to) {
    this.from = from;
    this.to = to;
    [this.inputs[0].value, this.inputs[1].value] = [from, to];
  }

  #choose(/** @type {string} */ from, /** @type {string} */ to) {
    this.#today = businessDay();
    this.#set(from, to);
    this.onChange();
  }

  /** A cleared date keeps its value; if the two dates cross, the other date follows. */
  #take(/** @type {string} */ changed) {
    const [from, to] = this.inputs.map(({ value }) => value);
    if (!from || !to) this.#set(this.from, this.to);
    else if (from <= to) this.#choose(from, to);
    else if (changed === "from") this.#choose(from, from);
    else this.#choose(to, to);
  }

  /** Move the range by its own length, back or forth. */
  #move(/** @type {number} */ by) {
    const days = 1 + (Date.parse(this.to) - Date.parse(this.from)) / 86400000; // dates alone are in UTC
    this.#choose(laterDate(this.from, by * days), laterDate(this.to, by * days));
  }
}

/** @type {(sign: string, label: string?, act: () => void) => HTMLButtonElement} */
const button = (sign, label, act) =>
  h("button", { class: "button", type: "button", "aria-label": label, title: label, onclick: act }, sign);

const field = (/** @type {string} */ name, /** @type {Element} */ input) =>
  h("div", { class: "field" }, h("label", { for: input.id }, name), input);
