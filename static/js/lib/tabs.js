// Tabs: one visible panel, arrow keys between the tabs, counters on some tabs.

import { h, setText } from "./dom.js";

/**
 * `{ list, panels, open(name), setCount(name, number) }` of `[{ name, icon, word, isCounted, content }]`; `panels` by
 * name. An unknown name opens the first tab. Each `open` calls `onOpen(name)`.
 * @param {Tab[]} tabs
 * @param {string} label
 * @param {(name: string) => void} onOpen
 */
export function createTabs(tabs, label, onOpen) {
  const parts = new Map(tabs.map((tab) => [tab.name, createPart(tab, () => open(tab.name))]));
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": label },
    ...[...parts.values()].map(({ button }) => button));
  list.addEventListener("keydown", (event) => moveFocus(event, [...parts.values()].map(({ button }) => button)));

  function open(/** @type {string?} */ wantedName) {
    const name = wantedName !== null && parts.has(wantedName) ? wantedName : tabs[0].name;
    for (const [other, { button, panel }] of parts) {
      button.setAttribute("aria-selected", String(other === name));
      button.tabIndex = other === name ? 0 : -1;
      panel.hidden = other !== name;
    }
    onOpen(name);
  }

  function setCount(/** @type {string} */ name, /** @type {number} */ number, words = String(number),
    isUrgent = number > 0) {
    const counter = parts.get(name)?.counter;
    if (!counter) return;
    setText(counter, words);
    counter.dataset.some = String(isUrgent);
  }

  return { list, panels: new Map([...parts].map(([name, { panel }]) => [name, panel])), open, setCount };
}

function createPart(/** @type {Tab} */ { name, icon, word, isCounted, content = [] },
  /** @type {() => void} */ choose) {
  const counter = isCounted ? h("span", { class: "counter", data: { some: "false" } }, "0") : null;
  const iconAndWord = () => [h("span", { class: "tab-icon", "aria-hidden": "true" }, icon), h("span", {}, word)];
  const button = h("button", {
    class: "tab", type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, onclick: choose,
  }, ...(icon ? iconAndWord() : [`${word} `]), counter);
  const panel = h("section", {
    class: "panel", role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, tabindex: 0, hidden: true,
  }, ...content);
  return { button, panel, counter };
}

/** Arrow keys, Home and End: the tab that gets the focus is opened, too. */
function moveFocus(/** @type {KeyboardEvent} */ event, /** @type {HTMLElement[]} */ buttons) {
  const here = buttons.findIndex((button) => button === document.activeElement);
  const last = buttons.length - 1;
  /** @type {Record<string, number>} */
  const targets = { ArrowRight: here === last ? 0 : here + 1, ArrowLeft: here === 0 ? last : here - 1, Home: 0,
    End: last };
  const target = targets[event.key];
  if (target === undefined) return;
  event.preventDefault();
  buttons[target].focus();
  buttons[target].click();
}
