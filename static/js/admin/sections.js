// The sections as tabs, each loaded when first opened.

import { h } from "../lib/dom.js";
import { fetchPart } from "../lib/later.js";
import { createTabs } from "../lib/tabs.js";

/** `{ nav, main, open(name) }`; an unknown name opens the first. `onOpen(name)` hears of each. */
export function createSections(sections, context, onOpen) {
  const loads = new Map(); // by the section's name
  let opened = "";
  const tabs = createTabs(sections, "Secciones", (name) => {
    if (opened !== name) hide(opened);
    opened = name;
    onOpen(name);
    show(name);
  });

  async function hide(name) {
    (await loads.get(name))?.hide?.();
  }

  async function show(name) {
    if (!loads.has(name)) loads.set(name, load(name));
    (await loads.get(name))?.show?.();
  }

  async function load(name) {
    const section = sections.find((one) => one.name === name);
    const module = await fetchPart(section.load(), "Sin conexión. Abre la sección otra vez.");
    if (!module) {
      loads.delete(name);
      return null;
    }
    const part = module.create(context);
    tabs.panels.get(name).append(part.node);
    return part;
  }

  return {
    nav: h("nav", { class: "section-bar", "aria-label": "Secciones" }, tabs.list),
    main: h("main", {}, ...tabs.panels.values()),
    open: tabs.open,
  };
}
