// A dialog that asks for a reason: a tap on a reason or own words, and a confirmation.

import { h, openDialog, setText } from "../lib/dom.js";
import { coverWith } from "../lib/place.js";
import { limit } from "./rules.js";

/**
 * Ask for a reason, with the elements `before` above the question, then call `confirm(reason)`. Returns the open
 * dialog.
 * @type {(question: Question, confirm: (reason: string) => void) => HTMLDialogElement}
 */
export function askReason({ label, heading, before = [], legend, reasons, action, kind = "refuse" }, confirm) {
  const other = h("input",
    { class: "input", type: "text", maxlength: limit("reason"), autocomplete: "off", id: "otro-motivo" });
  const hint = h("p", { class: "notice", "data-tone": "late", role: "alert", hidden: true });
  const choices = reasons.map((reason) => choice(reason, () => { other.value = ""; hint.hidden = true; }));
  const form = h("form", { class: "reasons" },
    h("h2", {}, ...heading), ...before,
    h("fieldset", {}, h("legend", {}, legend), ...choices),
    h("p", { class: "field" }, h("label", { for: "otro-motivo" }, "Otro motivo"), other),
    hint,
    h("div", { class: "pair" },
      h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancelar"),
      h("button", { class: "button", type: "submit", "data-kind": kind }, action)));
  /** @returns {NodeListOf<HTMLInputElement>} */
  const radios = () => form.querySelectorAll("input:checked");
  other.addEventListener("input", () => {
    if (other.value) for (const radio of radios()) radio.checked = false;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const reason = other.value.trim() || radios()[0]?.value;
    if (reason) {
      dialog.close();
      confirm(reason);
    } else {
      hint.hidden = false;
      setText(hint, "Elige un motivo o escríbelo.");
    }
  });
  const dialog = openDialog(label, form);
  coverWith(dialog);
  form.querySelector("input")?.focus();
  return dialog;
}

function choice(/** @type {string} */ reason, /** @type {() => void} */ chosen) {
  return h("label", { class: "choice" },
    h("input", { type: "radio", name: "motivo", value: reason, onchange: chosen }), h("span", {}, reason));
}
