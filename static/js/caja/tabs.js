// The lists as tabs, each with its counter in the page's bar.

import { h, moveFocus, setText } from "../lib/dom.js";

/**
 * `{ node, panels, panel(id), select(id), selected(), setCount(id, total, shown, sought) }` for `{ id, title, empty }`
 * each, or `{ id, title, content }` for what is no list; `onSelect(id)` hears of a change.
 */
export function createTabs(kinds, onSelect) {
  const parts = new Map(kinds.map((kind) => [kind.id, createPart(kind, () => select(kind.id))]));
  const node = h("div", { class: "tabs", role: "tablist", "aria-label": "Listas" }, ...[...parts.values()].map(({ tab }) => tab));
  node.addEventListener("keydown", (event) => moveFocus(event, [...node.children]));

  let chosenId = null;
  function select(id) {
    if (id === chosenId) return;
    chosenId = id;
    for (const [name, { tab, panel }] of parts) {
      const chosen = name === id;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      panel.hidden = !chosen;
    }
    onSelect(id);
  }

  /** `shown` of `total`: fewer, where something is looked for. */
  function setCount(id, total, shown = total, sought = "") {
    const { counter, nothing } = parts.get(id);
    setText(counter, sought ? `${shown} de ${total}` : String(total));
    counter.dataset.some = String(total > 0 && id === kinds[0].id);
    nothing.hidden = !sought || shown > 0 || total === 0;
    if (!nothing.hidden) setText(nothing, `Nada en esta lista con «${sought}»`);
  }

  return { node, select, selected: () => chosenId, setCount, panels: [...parts.values()].map(({ panel }) => panel), panel: (id) => parts.get(id) };
}

function createPart({ id, title, empty: words, content }, choose) {
  const counter = h("span", { class: "counter" }, "0");
  const tab = h("button", { class: "button tab", type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`, onclick: choose }, `${title} `, content ? null : counter);
  const items = h("ul", { class: "items", "aria-label": title });
  const empty = h("p", { class: "empty" }, words);
  const nothing = h("p", { class: "empty", hidden: true });
  const panel = h("section", { class: "panel", role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}`, tabindex: "-1" },
    ...(content ? [content] : [items, empty, nothing]));
  return { tab, panel, counter, items, empty, nothing };
}
