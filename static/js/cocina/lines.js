// A dish on a ticket: quantity, name and note; what was taken off is struck through.

import { h } from "../lib/dom.js";

export const createLine = (/** @type {Item} */ item) => h("li", { data: { struck: String(item.quantity === 0) } },
  h("span", { class: "quantity number" }, ...quantity(item)),
  item.quantity === 0 ? h("s", { class: "dish" }, item.name) : h("span", { class: "dish" }, item.name),
  item.note ? h("span", { class: "note" }, `✎ ${item.note}`) : null,
  item.removed > 0
    ? h("span", { class: "note removed" }, `Quitado ${item.removed}: ${item.removed_reason ?? ""}`) : null);

/** "2×", or what it was, struck through, before what is left of it. */
function quantity(/** @type {Item} */ item) {
  const before = item.quantity + item.removed;
  if (item.removed === 0) return [`${item.quantity}×`];
  return item.quantity === 0 ? [h("s", {}, `${before}×`)] : [h("s", {}, `${before}`), ` ${item.quantity}×`];
}
