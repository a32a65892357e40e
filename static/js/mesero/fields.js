// The operation number and the amount that a proof shows, as the waiter types them.

import { limit } from "../house/rules.js";
import { h, setText } from "../lib/dom.js";

const PLAIN = /^\d+(?:[.,]\d{1,2})?$/; // 185,50
const GROUPED = /^\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?$/; // 1,234.50
const GROUPED_BY_DOTS = /^\d{1,3}(?:\.\d{3})+,\d{1,2}$/; // 1.234,50

/** The two fields for an order of `total`; `setMethod` sets the chosen method. */
export class Fields {
  constructor(total) {
    this.reference = new Field("reference",
      { maxlength: limit("reference"), autocapitalize: "characters", spellcheck: "false" });
    this.amount = new Field("amount", { inputmode: "decimal", maxlength: 16 });
    this.amount.setLabel("Monto que dice el comprobante");
    this.amount.input.value = total.toFixed(2);
    this.free = total === 0;
    this.node = h("div", { class: "evidence-fields" }, this.reference.node, this.amount.node);
  }

  /** A method's reference is required, optional or absent. */
  setMethod(/** @type {Method} */ method) {
    this.method = method;
    const isRequired = method.reference === "required";
    this.reference.node.hidden = method.reference === "none";
    this.reference.setLabel(`${method.reference_label || "Referencia"}${isRequired ? " *" : " (opcional)"}`);
    this.reference.input.required = isRequired;
  }

  /** `{ reference, amount }`, "" for an empty field; null if a field is wrong, which the field then shows. */
  read() {
    const reference = this.method.reference === "none" ? "" : this.reference.text;
    const amount = toAmount(this.amount.text, this.free);
    const isMissing = this.method.reference === "required" && !reference;
    this.explain({
      reference: isMissing ? [`Escribe: ${this.method.reference_label}`] : null,
      amount: amount === null ? ["Escribe el monto así: 185.50"] : null,
    });
    return isMissing || amount === null ? null : { reference, amount };
  }

  /** Show each field's error, and focus the first wrong field. */
  explain(errors) {
    const wrong = ["reference", "amount"].filter((name) => this[name].explain(errors[name]?.[0] ?? ""));
    if (wrong.length > 0) this[wrong[0]].input.focus();
  }

  fill({ reference, amount }) {
    this.reference.input.value = reference;
    this.amount.input.value = amount;
  }
}

class Field {
  constructor(name, attributes) {
    const id = `pay-${name}`;
    this.label = h("label", { for: id });
    this.input = h("input", {
      class: "input number", type: "text", id, autocomplete: "off", "aria-describedby": `${id}-error`,
      oninput: () => this.explain(""), ...attributes,
    });
    this.error = h("p", { class: "field-error", id: `${id}-error`, role: "alert" });
    this.node = h("div", { class: "field" }, this.label, this.input, this.error);
    this.explain("");
  }

  get text() { return this.input.value.trim(); }

  setLabel(words) { setText(this.label, words); }

  /** Show an error, or none for "". Returns whether there is an error. */
  explain(words) {
    setText(this.error, words ? `⚠ ${words}` : "");
    this.input.setAttribute("aria-invalid", String(Boolean(words)));
    return Boolean(words);
  }
}

/**
 * "1,234.5" → "1234.5", as the server reads it; "" stays; null for any other text. Only a `free` order accepts 0.
 */
export function toAmount(text, free) {
  const typed = text.replace(/[$\s]/g, "");
  if (!typed) return "";
  let amount = null;
  if (PLAIN.test(typed)) amount = typed.replace(",", ".");
  else if (GROUPED.test(typed)) amount = typed.replaceAll(",", "");
  else if (GROUPED_BY_DOTS.test(typed)) amount = typed.replaceAll(".", "").replace(",", ".");
  return Number(amount) > 0 || (free && amount !== null) ? amount : null;
}
