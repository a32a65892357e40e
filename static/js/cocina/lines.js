// A dish on a ticket: how many, what, and what to mind.

import { h } from "../lib/dom.js";

export const createLine = (/** @type {Item} */ item) => h("li", {},
  h("span", { class: "quantity number" }, `${item.quantity}×`),
  h("span", { class: "dish" }, item.name),
  item.note ? h("span", { class: "note" }, `✎ ${item.note}`) : null);
