// The fields that describe a member of staff, at the first start and in "Personal".

import { setText } from "../lib/dom.js";
import { field } from "../lib/forms.js";
import { limit } from "./rules.js";

/** A field for a new PIN; a `role()` that handles money needs a longer PIN. */
export function pinField(/** @type {string} */ label, /** @type {() => string} */ role) {
  const pin = field(label, {
    name: "pin", type: "password", inputmode: "numeric", maxlength: limit("pin"), required: true,
    autocomplete: "new-password", hint: " ",
  });
  const explain = () => {
    const least = limit(["cashier", "admin"].includes(role()) ? "shortest_money_pin" : "shortest_pin");
    const isKnown = least < Infinity;
    if (isKnown) pin.input.setAttribute("minlength", String(least));
    const length = isKnown ? `Al menos ${least} cifras o letras. ` : "";
    const hint = /** @type {Element} */ (pin.querySelector("p"));
    setText(hint, `${length}Evita 1234, 0000 y los que cualquiera probaría`);
  };
  explain();
  return Object.assign(pin, { explain });
}

/** "Ana María" → "ana.maria" */
export const usernameOf = (/** @type {string} */ name) => name.trim().toLowerCase().normalize("NFD")
  .replace(/\p{Diacritic}/gu, "")
  .replace(/[^a-z0-9]+/g, ".").replace(/^\.+|\.+$/g, "").slice(0, limit("username"));
