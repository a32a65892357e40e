// The fields that say how a house writes money: its country, or each thing by hand.

import { h, setText } from "../lib/dom.js";
import { field } from "../lib/forms.js";
import { money } from "../lib/money.js";
import { COUNTRIES, countryOf } from "./countries.js";
import { limit } from "./rules.js";

// By decimals: what the mark is asked for, and what a point or a comma for the hundredths looks like.
const MARKS = {
  2: { label: "Los centavos se separan con", looks: [[".", "punto: 1,234.50"], [",", "coma: 1.234,50"]] },
  0: { label: "Los miles se separan con", looks: [[".", "coma: 1,234"], [",", "punto: 1.234"]] },
};

/** `{ nodes, json(), country }` for a house's current values; `country` is the field. */
export function moneyFields(/** @type {MoneyFormat & { country?: string }} */ house) {
  const country = field("País", {
    name: "country", options: [["", "Otro"], ...COUNTRIES.map(({ code, name }) => [code, name])],
    value: house.country ?? "", hint: "Al elegirlo se llena cómo se escriben ahí los montos. Puedes cambiarlo abajo.",
  });
  const sign = field("Signo de la moneda", {
    name: "currency", maxlength: limit("currency"), required: true, value: house.currency, hint: "$, Bs, S/, Q…",
  });
  const after = field("El signo va", {
    name: "currency_after", options: [["", "antes del monto"], ["si", "después del monto"]],
    value: house.currency_after ? "si" : "",
  });
  const decimals = field("Centavos", {
    name: "decimals", options: [["2", "con centavos"], ["0", "sin centavos"]], value: String(house.decimals ?? 2),
  });
  const mark = field(MARKS[2].label, {
    name: "decimal_mark", options: MARKS[2].looks, value: house.decimal_mark ?? ".",
  });
  const example = h("p", { class: "notice money-example", "aria-live": "polite" });
  const read = () => ({
    country: country.value, currency: sign.value, currency_after: after.value === "si",
    decimals: /** @type {0 | 2} */ (Number(decimals.value)), decimal_mark: /** @type {"." | ","} */ (mark.value),
  });
  const show = () => {
    const style = read();
    const { label, looks } = MARKS[style.decimals];
    setText(/** @type {Element} */ (mark.querySelector("label")), label);
    mark.input.querySelectorAll("option").forEach((option, at) => setText(option, looks[at][1]));
    setText(example, `Así se verán los montos: ${money(style.decimals === 0 ? 12500 : 1234.5, style)}`);
  };
  country.input.addEventListener("change", () => {
    const chosen = countryOf(country.value);
    if (chosen) {
      sign.input.value = chosen.currency;
      after.input.value = chosen.currency_after ? "si" : "";
      decimals.input.value = String(chosen.decimals);
      mark.input.value = chosen.decimal_mark;
    }
    show();
  });
  for (const one of [sign, after, decimals, mark]) one.input.addEventListener("input", show);
  show();
  return { nodes: [country, sign, after, decimals, mark, example], json: read, country };
}
