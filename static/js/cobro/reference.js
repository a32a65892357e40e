// The operation number that a receipt shows, as it is typed.

import { limit } from "../house/rules.js";
import { h, setText } from "../lib/dom.js";

/** The field of the reference; `setMethod` sets the chosen method. `onChange()` follows what is typed. */
export class Reference {
  /** @type {Pick<Method, "reference"> & Partial<Method>} */
  method = { reference: "optional" };

  constructor(/** @type {() => void} */ onChange, id = "pay-reference") {
    this.label = h("label", { for: id });
    this.input = h("input", {
      class: "input number", type: "text", id, autocomplete: "off",
      maxlength: limit("reference"), autocapitalize: "characters", spellcheck: "false",
      "aria-describedby": `${id}-error`, oninput: () => { this.explain(""); onChange(); },
    });
    this.error = h("p", { class: "field-error", id: `${id}-error`, role: "alert" });
    this.node = h("div", { class: "field" }, this.label, this.input, this.error);
    this.explain("");
  }

  /** A method's reference is required, optional or absent. */
  setMethod(/** @type {Reference["method"]} */ method) {
    this.method = method;
    const isRequired = method.reference === "required";
    this.node.hidden = method.reference === "none";
    setText(this.label, `${method.reference_label || "Referencia"}${isRequired ? " *" : " (opcional)"}`);
    this.input.required = isRequired;
  }

  get text() { return this.method.reference === "none" ? "" : this.input.value.trim(); }

  set text(words) { this.input.value = words; }

  /** Whether a required reference is missing, which the field then shows. */
  isMissing() {
    const isMissing = this.method.reference === "required" && !this.text;
    this.explain(isMissing ? `Escribe: ${this.method.reference_label}` : "");
    if (isMissing) this.input.focus();
    return isMissing;
  }

  /** Show an error, or none for "". */
  explain(/** @type {string} */ words) {
    setText(this.error, words ? `⚠ ${words}` : "");
    this.input.setAttribute("aria-invalid", String(Boolean(words)));
    if (words) this.input.focus();
  }
}
