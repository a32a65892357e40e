// A field for an amount of money, with what is wrong with it below.

import { h, setText } from "../lib/dom.js";

/** `onInput()` follows what is typed; `below` stands under the error. */
export class MoneyField {
  constructor(/** @type {string} */ id, /** @type {string} */ label, /** @type {() => void} */ onInput,
    /** @type {HTMLElement[]} */ ...below) {
    this.input = h("input", {
      class: "input number", type: "text", inputmode: "decimal", maxlength: 16, id, autocomplete: "off",
      "aria-describedby": `${id}-error`, oninput: onInput,
    });
    this.error = h("p", { class: "field-error", id: `${id}-error`, role: "alert" });
    this.node = h("div", { class: "field" }, h("label", { for: id }, label), this.input, this.error, ...below);
  }

  /** Show an error, or none for "". */
  explain(words = "") {
    setText(this.error, words ? `⚠ ${words}` : "");
    this.input.setAttribute("aria-invalid", String(Boolean(words)));
  }
}
