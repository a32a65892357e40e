// The tips that waiters can offer: none until the owner chooses.

import { h, setText } from "../lib/dom.js";
import { countryOf } from "../house/countries.js";

const USUAL = [5, 8, 10, 12, 15, 18, 20];

/** `{ node, tips(), follow(country) }`; `tips` are the chosen per cents. */
export function createTips(/** @type {number[]} */ chosen) {
  const boxes = [...new Set([...USUAL, ...chosen])].sort((a, b) => a - b).map((percent) => h("input", {
    type: "checkbox", value: String(percent), checked: chosen.includes(percent),
  }));
  const law = h("p", { class: "quiet small", role: "status" });
  const usual = h("button", { class: "button", type: "button", hidden: true }, "");
  /** @type {number[]} */
  let suggested = [];
  usual.addEventListener("click", () => {
    for (const box of boxes) box.checked = suggested.includes(Number(box.value));
  });
  const follow = (/** @type {string} */ code) => {
    const country = countryOf(code);
    suggested = country?.tips ?? [];
    for (const box of boxes) {
      box.closest("label").hidden = Number(box.value) > (country?.most ?? Infinity) && !box.checked;
    }
    setText(law, country?.law ?? "La propina nunca se suma sola: el mesero la elige con el cliente.");
    usual.hidden = suggested.length === 0;
    setText(usual, `Usar ${suggested.map((percent) => `${percent} %`).join(", ")}`);
  };
  const node = h("fieldset", { class: "choices tips" }, h("legend", {}, "Propinas que el mesero puede ofrecer"),
    h("p", { class: "quiet small" }, "Sin ninguna marcada, Comanda no pregunta por la propina."),
    h("div", { class: "tip-boxes" }, ...boxes.map((box) => h("label", { class: "choice" }, box, `${box.value} %`))),
    law, usual);
  return { node, follow, tips: () => boxes.filter((box) => box.checked).map((box) => Number(box.value)) };
}
