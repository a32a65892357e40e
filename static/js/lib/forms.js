// Forms in dialogs: labelled fields, one button, and the server's refusal.

import { h, setText } from "./dom.js";

let fieldCount = 0;

/**
 * A labelled `input`, or a `select` with `options` as [value, word] pairs.
 * @type {(label: string, props: FieldProps) => Field}
 */
export function field(label, { options = null, hint = null, ...props }) {
  fieldCount += 1;
  const id = `field-${fieldCount}`;
  const described = hint ? `${id}-hint` : null;
  const attributes = { class: "input", id, autocomplete: "off", ...props, "aria-describedby": described };
  const input = options
    ? h("select", attributes,
      ...options.map(([value, word]) => h("option", { value, selected: value === props.value }, word)))
    : h("input", { type: "text", ...attributes });
  const node = h("div", { class: "field" }, h("label", { for: id }, label), input,
    hint ? h("p", { class: "quiet small", id: `${id}-hint` }, hint) : null);
  return Object.defineProperties(/** @type {Field} */ (node),
    { input: { value: input }, value: { get: () => input.value } });
}

/**
 * A form of `fields`. `send()` resolves to an answer, passed to `done(answer)`, or throws: the form shows the error.
 * @template Answer
 * @param {FormParts<Answer>} parts
 */
export function createForm({ fields, action, send, done, kind = "primary" }) {
  const message = h("p", { class: "notice", role: "alert", data: { tone: "late" }, hidden: true });
  const button = h("button", { class: "button", type: "submit", "data-kind": kind, "data-size": "main" }, action);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      message.hidden = true;
      button.disabled = true;
      done(await send());
    } catch (error) {
      setText(message, error.message);
      message.hidden = false;
    } finally {
      button.disabled = false;
    }
  };
  return h("form", { class: "form", onsubmit: submit }, ...fields, message, button);
}
