// The search field, and its sentence about the cards that it hides.

import { h, setText } from "../lib/dom.js";

/**
 * `onChange(text)` hears the searched text, "" for all; `onOpen()` Enter, `onDown()` the arrow down to the
 * list.
 */
export class Search {
  #text = "";

  constructor(/** @type {SearchActs} */ { onChange, onOpen, onDown }) {
    this.onChange = onChange;
    this.onOpen = onOpen;
    this.onDown = onDown;
    this.field = h("input", {
      class: "input", type: "search", "aria-label": "Buscar por monto, mesa, nombre o número",
      placeholder: "Monto, mesa, nombre o número",
      autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search", "aria-keyshortcuts": "/",
      oninput: () => requestAnimationFrame(() => this.#change()), onkeydown: (event) => this.#press(event),
    });
    this.count = h("span", { class: "found number", role: "status" });
    this.missed = h("span", { role: "status" });
    this.said = h("p", { class: "search-said", hidden: true }, this.count, this.missed,
      h("button", { class: "button", type: "button", onclick: () => { this.clear(); this.field.focus(); } },
        "Ver todo"));
    this.node = h("div", { class: "search", role: "search" },
      h("p", { class: "search-field" }, h("span", { "aria-hidden": "true" }, "🔍"), this.field,
        h("kbd", { "aria-hidden": "true" }, "/")), this.said);
  }

  /** The searched text, "" for everything. */
  get text() { return this.#text; }

  focus() {
    this.field.focus();
    this.field.select();
  }

  clear() {
    this.field.value = "";
    this.#change();
  }

  /** Say how many of all cards are shown, and how many new cards are hidden. */
  say(/** @type {number} */ shown, /** @type {number} */ total, /** @type {number} */ missed) {
    this.said.hidden = !this.#text;
    if (!this.#text) return;
    setText(this.count, `${shown} de ${total}`);
    this.said.dataset.missed = String(missed > 0);
    const news = missed === 1 ? "🔔 Llegó 1 comprobante que la búsqueda oculta"
      : `🔔 Llegaron ${missed} comprobantes que la búsqueda oculta`;
    setText(this.missed, missed > 0 ? news : "La búsqueda oculta los demás");
  }

  #change() {
    const text = this.field.value.trim();
    if (text === this.#text) return;
    this.#text = text;
    this.onChange(text);
  }

  #press(/** @type {KeyboardEvent} */ event) {
    if (event.isComposing) return;
    /** @type {Record<string, () => void>} */
    const acts = { Escape: () => this.#escape(), Enter: this.onOpen, ArrowDown: this.onDown };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    this.#change();
    act();
  }

  #escape() {
    if (this.field.value) this.clear();
    else this.field.blur();
  }
}
