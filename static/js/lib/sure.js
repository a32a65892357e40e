// A button that asks once: the first tap changes its words, the second tap within a few seconds acts.

import { h, setText } from "./dom.js";

const SURE_FOR = 4000;

/**
 * `words()` name what `act()` does, `sure` asks for the second tap. `whose` tells a screen reader equal buttons apart.
 * `show()` shows the words anew.
 * @type {(words: () => string, sure: string, act: () => void, whose?: string) => {
 *   button: HTMLButtonElement, show: () => void }}
 */
export function createSureButton(words, sure, act, whose = "") {
  let isSure = false;
  const button = h("button", { class: "button", type: "button" });
  const show = () => {
    const text = isSure ? sure : words();
    setText(button, text);
    if (whose) button.setAttribute("aria-label", `${text}, ${whose}`);
    if (isSure) button.dataset.kind = "refuse";
    else delete button.dataset.kind;
  };
  const ask = (/** @type {boolean} */ isAsked) => {
    isSure = isAsked;
    show();
  };
  ask(false);
  button.addEventListener("click", () => {
    if (isSure) act();
    else setTimeout(ask, SURE_FOR, false);
    ask(!isSure);
  });
  return { button, show };
}
