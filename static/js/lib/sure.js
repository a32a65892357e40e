// A button that asks once: the first tap changes its words, the second tap within a few seconds acts.

import { h, setText } from "./dom.js";

const SURE_FOR = 4000;
const SETTLING = 600; // ms: the second of two taps is not for the new words

/**
 * `words()` name what `act()` does, `sure` asks for the second tap. `whose` tells a screen reader equal buttons apart.
 * `show()` shows the words anew.
 * @type {(words: () => string, sure: string, act: () => void, whose?: string) => {
 *   button: HTMLButtonElement, show: () => void }}
 */
export function createSureButton(words, sure, act, whose = "") {
  let isSure = false;
  let askedAt = 0;
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
  button.addEventListener("click", (event) => {
    if (isSure && isSecondOfTwo(/** @type {PointerEvent} */ (event), askedAt)) return;
    if (isSure) {
      act();
    } else {
      askedAt = event.timeStamp;
      setTimeout(ask, SURE_FOR, false);
    }
    ask(!isSure);
  });
  return { button, show };
}

/**
 * Whether a click is the second of a double tap, a double click, or a key that is held down.
 * @type {(event: PointerEvent, firstAt: number) => boolean}
 */
const isSecondOfTwo = ({ detail, pointerType, timeStamp }, firstAt) => (
  pointerType === "mouse" ? detail > 1 : timeStamp - firstAt < SETTLING);
