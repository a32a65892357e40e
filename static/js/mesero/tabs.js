// The tabs at the bottom, under the thumb: one panel in sight, arrow keys between them.

import { h, moveFocus, setText } from "../lib/dom.js";

/** `{ nav, panels, show, count }` of `[{ name, word, icon, panel }]`; `onShow(tab)` hears of a change. */
export function createTabs(tabs, onShow) {
  const buttons = new Map(tabs.map((tab) => [tab.name, createTab(tab, () => show(tab.name))]));
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": "Secciones" },
    ...[...buttons.values()].map((one) => one.button));
  const panels = tabs.map(({ name, panel }) => h("section", {
    id: `panel-${name}`, class: "panel", role: "tabpanel", "aria-labelledby": `tab-${name}`, tabindex: 0, hidden: true,
  }, panel));
  list.addEventListener("keydown", (event) => moveFocus(event, [...buttons.values()].map((one) => one.button)));

  function show(name) {
    tabs.forEach((tab, index) => {
      const isShown = tab.name === name;
      const { button } = buttons.get(tab.name);
      button.setAttribute("aria-selected", String(isShown));
      button.tabIndex = isShown ? 0 : -1;
      panels[index].hidden = !isShown;
    });
    onShow(tabs.find((tab) => tab.name === name));
  }

  const count = (name, number) => {
    const { counter } = buttons.get(name);
    setText(counter, String(number));
    counter.dataset.some = String(number > 0);
  };
  return { nav: h("nav", { class: "tab-bar", "aria-label": "Secciones" }, list), panels, show, count };
}

function createTab({ name, word, icon }, open) {
  const counter = h("span", { class: "counter", data: { some: "false" } }, "0");
  const button = h("button", {
    id: `tab-${name}`, class: "tab", type: "button", role: "tab",
    "aria-controls": `panel-${name}`, "aria-selected": "false", onclick: open,
  }, h("span", { class: "tab-icon", "aria-hidden": "true" }, icon), h("span", {}, word), counter);
  return { button, counter };
}
