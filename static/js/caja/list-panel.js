// The panel of a tab: its list, and a sentence for an empty list.

import { h, setText } from "../lib/dom.js";

/** `{ content, items, empty, say(total, shown, sought) }` of `{ title, empty }`. */
export function createListPanel(/** @type {{ title: string, empty: string }} */ { title, empty: words }) {
  const items = h("ul", { class: "items", "aria-label": title });
  const empty = h("p", { class: "empty" }, words);
  const nothing = h("p", { class: "empty", hidden: true });

  /** Say that none of `total` cards matches what is `sought`. */
  function say(/** @type {number} */ total, /** @type {number} */ shown, /** @type {string} */ sought) {
    nothing.hidden = !sought || shown > 0 || total === 0;
    if (!nothing.hidden) setText(nothing, `Nada en esta lista con «${sought}»`);
  }

  return { content: [items, empty, nothing], items, empty, say };
}
