// "Restaurante": what it is called, how it writes money, where its day begins.

import { call } from "../api.js";
import { h, toast } from "../dom.js";
import { setCurrency } from "../format.js";
import { createForm, field } from "./forms.js";

/** The fields of the house, filled in with what is known of it; `json()` is what the server takes. */
export function houseFields({ restaurant, currency, time_zone }) {
  const name = field("Nombre del restaurante", { name: "restaurant", maxlength: 80, required: true, value: restaurant });
  const sign = field("Signo de la moneda", { name: "currency", maxlength: 5, required: true, value: currency, hint: "$, Bs, S/, Q…" });
  const known = Intl.supportedValuesOf?.("timeZone") || [];
  const zones = [...new Set([time_zone, ...known])].sort();
  const zone = field("Zona horaria", { name: "time_zone", options: zones.map((one) => [one, one.replaceAll("_", " ")]), value: time_zone });
  return { nodes: [name, sign, zone], json: () => ({ restaurant: name.value, currency: sign.value, time_zone: zone.value }) };
}

export function create({ settings }) {
  const fields = houseFields(settings);
  const form = createForm({
    fields: fields.nodes,
    action: "Guardar",
    send: () => call("PUT", "/house", { json: fields.json() }),
    done: (house) => {
      Object.assign(settings, house);
      setCurrency(house.currency);
      toast("Guardado. Las páginas abiertas lo muestran cuando se abren otra vez.", "done");
    },
  });
  return { node: h("div", { class: "stack narrow" }, h("h2", {}, "Restaurante"), form) };
}
