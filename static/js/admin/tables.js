// A table with a caption, whose rows are replaced when its numbers change.

import { h } from "../lib/dom.js";
import { sayOnlyOnline } from "../lib/link.js";

/**
 * `{ node, update(rows) }`; a row is its cells' texts, the first its heading. `empty` is the text without rows. The
 * cells of columns in `wordy` are sentences, the others numbers.
 */
export function createTable(caption, columns, empty, wordy = []) {
  const body = h("tbody");
  const none = h("p", { class: "quiet" }, empty);
  sayOnlyOnline(none);
  const table = h("table", { class: "table-box" }, h("caption", {}, caption),
    h("thead", {}, h("tr", {}, ...columns.map((name) => h("th", { scope: "col" }, name)))), body);
  const heading = h("h3", {}, caption);
  const update = (rows) => {
    table.hidden = rows.length === 0;
    none.hidden = heading.hidden = rows.length > 0;
    body.replaceChildren(...rows.map(([first, ...cells]) => h("tr", {},
      h("th", { scope: "row" }, first), ...cells.map((text, at) => (
        h("td", { class: wordy.includes(columns[at + 1]) ? "words" : "number" }, text))))));
  };
  return { node: h("div", { class: "day-table" }, heading, none, table), update };
}
