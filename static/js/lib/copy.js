// Copy a text with one tap. Over plain HTTP there is no clipboard API: then the text is selected and copied the old
// way.

import { h, setText, toast } from "./dom.js";

const COPIED_FOR = 2000;

/**
 * A button that copies a text; `name` tells screen readers what it copies. What can't be copied is shown selected
 * beside the button, to be copied by hand.
 * @type {(name: string, text: () => string, words?: string) => HTMLButtonElement}
 */
export function createCopy(name, text, words = "Copiar") {
  const button = h("button", { class: "button", type: "button", "aria-label": `${words}: ${name}` }, words);
  let turn = 0;
  const copy = async () => {
    button.parentNode?.querySelector(".by-hand")?.remove();
    const copied = text();
    if (!await copyText(copied, button)) {
      offer(copied, name, button);
      return;
    }
    turn += 1;
    const mine = turn;
    show("Copiado ✓");
    setTimeout(() => { if (mine === turn) show(words); }, COPIED_FOR);
  };
  function show(/** @type {string} */ now) {
    setText(button, now);
    button.setAttribute("aria-label", `${now}: ${name}`); // the focused button's new name is read out
  }
  button.addEventListener("click", copy);
  return button;
}

/**
 * Copy a text; `near` is within the dialog, if any: outside of it nothing can be selected. Resolves to whether it was
 * copied.
 * @type {(text: string, near: HTMLElement) => Promise<boolean>}
 */
export const copyText = async (text, near) => await toClipboard(text) || selectAndCopy(text, near);

/** Digits in groups of four, as people read them out. */
export const inFours = (/** @type {string} */ text) => text.replace(/(.{4})(?=.)/gsu, "$1 ");

async function toClipboard(/** @type {string} */ text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function selectAndCopy(/** @type {string} */ text, /** @type {HTMLElement} */ near) {
  const area = h("textarea", { class: "unseen", readonly: true, tabindex: -1, "aria-hidden": "true" });
  area.value = text;
  near.after(area);
  area.select();
  const isCopied = document.execCommand?.("copy") ?? false;
  area.remove();
  near.focus();
  return isCopied;
}

/** @type {(text: string, name: string, near: HTMLElement) => void} */
function offer(text, name, near) {
  const rows = Math.min(6, text.split("\n").length);
  const area = h("textarea", { class: "input by-hand", readonly: true, rows, "aria-label": `Para copiar: ${name}` });
  area.value = text;
  near.after(area);
  area.focus();
  area.select();
  toast("No se pudo copiar. El texto está seleccionado: cópialo tú.", "late");
}
