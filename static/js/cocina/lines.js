// A dish on a ticket: quantity, name and note.

import { h } from "../lib/dom.js";

export const createLine = (/** @type {Item} */ item) => h("li", {},
  h("span", { class: "quantity number" }, `${item.quantity}×`),
  h("span", { class: "dish" }, item.name),
  item.note ? h("span", { class: "note" }, `✎ ${item.note}`) : null);
