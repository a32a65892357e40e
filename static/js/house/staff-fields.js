// The fields that describe a member of staff, at the first start and in "Personal".

import { setText } from "../lib/dom.js";
import { field } from "../lib/forms.js";

/** A new PIN's field: whoever handles money (`role()` says) has a longer one. */
export function pinField(label, role) {
  const pin = field(label, {
    name: "pin", type: "password", inputmode: "numeric", minlength: 4, maxlength: 128, required: true,
    autocomplete: "new-password", hint: " ",
  });
  const explain = () => {
    const least = ["cashier", "admin"].includes(role()) ? 6 : 4;
    pin.input.minLength = least;
    setText(pin.querySelector("p"), `Al menos ${least} cifras o letras. Evita 1234, 0000 y los que cualquiera probaría`);
  };
  explain();
  return Object.assign(pin, { explain });
}

/** "Ana María" → "ana.maria" */
export const usernameOf = (name) => name.trim().toLowerCase().normalize("NFD").replace(/\p{Diacritic}/gu, "")
  .replace(/[^a-z0-9]+/g, ".").replace(/^\.+|\.+$/g, "").slice(0, 40);
