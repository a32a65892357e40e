// "Mías / Todas": the tables that all tabs of this page show.

import { h, setText } from "../lib/dom.js";
import { local } from "../lib/storage.js";

const PLACE = "comanda.mesas";

/** `{ isOnlyMine, createSwitch }`; `onChange()` is called after a tap on a switch. */
export function createWhose(onChange) {
  let onlyMine = local.read(PLACE) === "mias";
  const switches = [];
  const choose = (value) => {
    if (value === onlyMine) return;
    onlyMine = value;
    local.write(PLACE, value ? "mias" : "todas");
    for (const one of switches) one.show(value);
    onChange();
  };

  /** A switch for a tab: `{ node, count(mine, all) }`. */
  function createSwitch(label) {
    const mine = createChoice("Mías", () => choose(true));
    const all = createChoice("Todas", () => choose(false));
    const show = (value) => {
      mine.button.setAttribute("aria-pressed", String(value));
      all.button.setAttribute("aria-pressed", String(!value));
    };
    show(onlyMine);
    switches.push({ show });
    const count = (own, every) => {
      setText(mine.number, String(own));
      setText(all.number, String(every));
    };
    return { node: h("div", { class: "whose-switch", role: "group", "aria-label": label }, mine.button, all.button),
      count };
  }

  return { isOnlyMine: () => onlyMine, createSwitch };
}

function createChoice(word, choose) {
  const number = h("span", { class: "number" }, "0");
  return { number, button: h("button", { class: "button", type: "button", onclick: choose }, `${word} `, number) };
}
