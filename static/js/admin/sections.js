// The sections as tabs: one panel in sight, arrow keys between the tabs, each loaded when first opened.

import { h, moveFocus, toast } from "../lib/dom.js";

/** `{ nav, main, open(name) }`; an unknown name opens the first. `onOpen(name)` hears of each. */
export function createSections(sections, context, onOpen) {
  const tabs = new Map(sections.map((section) => [section.name, createTab(section, () => open(section.name))]));
  const list = h("div", { class: "sections", role: "tablist", "aria-label": "Secciones" },
    ...[...tabs.values()].map(({ button }) => button));
  list.addEventListener("keydown", (event) => moveFocus(event, [...list.children]));

  function open(wanted) {
    const name = tabs.has(wanted) ? wanted : sections[0].name;
    for (const [other, { button, panel }] of tabs) {
      const chosen = other === name;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      panel.hidden = !chosen;
    }
    onOpen(name);
    show(tabs.get(name), context);
  }

  return {
    nav: h("nav", { class: "section-bar", "aria-label": "Secciones" }, list),
    main: h("main", {}, ...[...tabs.values()].map(({ panel }) => panel)),
    open,
  };
}

function createTab(section, choose) {
  const { name, word, icon } = section;
  const button = h("button", {
    class: "section-tab", type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`,
    "aria-selected": "false", onclick: choose,
  }, h("span", { class: "section-icon", "aria-hidden": "true" }, icon), h("span", {}, word));
  const panel = h("section", {
    class: "section", role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, tabindex: 0, hidden: true,
  });
  return { section, button, panel, part: null };
}

async function show(tab, context) {
  tab.part ??= load(tab, context);
  (await tab.part)?.show?.();
}

async function load(tab, context) {
  let module;
  try {
    module = await tab.section.load();
  } catch {
    tab.part = null;
    toast("Sin conexión. Abre la sección otra vez.", "late");
    return null;
  }
  const part = module.create(context);
  tab.panel.append(part.node);
  return part;
}
