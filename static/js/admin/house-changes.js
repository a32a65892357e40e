// "Últimos cambios": who changed the house or its accounts, when, and what.

import { call } from "../lib/api.js";
import { h } from "../lib/dom.js";
import { clock } from "../house/format.js";
import { inWords } from "../lib/wall-time.js";

const LATEST = 5; // shown at once; the others on demand

/** `{ node, show() }`: the latest changes, each with what is gone and what is new. */
export function createChanges() {
  const latest = h("ul", { class: "rows", "aria-label": "Últimos cambios" });
  const earlier = h("ul", { class: "rows", "aria-label": "Cambios anteriores" });
  const more = h("details", { hidden: true }, h("summary", {}, "Anteriores"), earlier);
  const node = h("section", { class: "stack", hidden: true }, h("h2", {}, "Últimos cambios"), latest, more);

  /** Ask for the changes. Without a network those from before stay. */
  async function show() {
    const changes = await call("GET", "/house/changes").then((answer) => answer.changes, () => null);
    if (!changes) return;
    node.hidden = changes.length === 0;
    more.hidden = changes.length <= LATEST;
    latest.replaceChildren(...changes.slice(0, LATEST).map(createRow));
    earlier.replaceChildren(...changes.slice(LATEST).map(createRow));
  }
  return { node, show };
}

function createRow(/** @type {HouseChange} */ { name, at, removed, added }) {
  const when = `${inWords(at, "es", { day: "numeric", month: "short" })}, ${clock(at)}`;
  return h("li", { class: "row change" },
    h("p", { class: "quiet small" }, `${when} · ${name}`),
    ...removed.map((line) => h("p", {}, h("del", { "aria-label": `Antes: ${line}` }, line))),
    ...added.map((line) => h("p", {}, h("ins", { "aria-label": `Ahora: ${line}` }, line))));
}
