// "Restaurante": its name, currency, time zone and the end of its day.

import { call } from "../lib/api.js";
import { h, toast } from "../lib/dom.js";
import { setMoney } from "../lib/money.js";
import { setClock } from "../lib/wall-time.js";
import { houseFields } from "../house/house-fields.js";
import { createForm } from "../lib/forms.js";

export function create(/** @type {SectionContext} */ { settings }) {
  const fields = houseFields(settings);
  const form = createForm({
    fields: fields.nodes,
    action: "Guardar",
    send: () => call("PUT", "/house", { json: fields.json() }),
    done: (house) => {
      Object.assign(settings, house);
      setMoney(house);
      setClock(house);
      toast("Guardado. Las páginas abiertas lo muestran cuando se abren otra vez.", "done");
    },
  });
  return { node: h("div", { class: "stack narrow" }, h("h2", {}, "Restaurante"), form) };
}
