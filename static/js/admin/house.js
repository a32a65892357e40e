// "Restaurante": what it is called, how it writes money, where it is, when its day ends.

import { call } from "../lib/api.js";
import { h, toast } from "../lib/dom.js";
import { setCurrency } from "../house/format.js";
import { setClock } from "../lib/wall-time.js";
import { createForm, field } from "../lib/forms.js";

/**
 * The fields of the house, filled in with what is known of it; `json()` is what the server takes. Where
 * nothing is known of when its day ends, as at the first start, that is left as it is configured.
 */
export function houseFields({ restaurant, currency, time_zone, day_ends }) {
  const name = field("Nombre del restaurante", { name: "restaurant", maxlength: 80, required: true, value: restaurant });
  const sign = field("Signo de la moneda", { name: "currency", maxlength: 5, required: true, value: currency, hint: "$, Bs, S/, Q…" });
  const known = Intl.supportedValuesOf?.("timeZone") || [];
  const zones = [...new Set([time_zone, ...known])].sort();
  const zone = field("Zona horaria", { name: "time_zone", options: zones.map((one) => [one, one.replaceAll("_", " ")]), value: time_zone });
  const ends = day_ends === undefined ? null : field("El día termina a las", {
    name: "day_ends", options: [...new Set([...NIGHT, day_ends])].sort().map((one) => [one, inTheNight(one)]), value: day_ends,
    hint: "Lo que se vende antes de esa hora cuenta para el día anterior. Si cierras después de medianoche, pon una hora en la que ya no haya nadie.",
  });
  const json = () => ({ restaurant: name.value, currency: sign.value, time_zone: zone.value, ...(ends && { day_ends: ends.value }) });
  return { nodes: [name, sign, zone, ends].filter(Boolean), json };
}

const NIGHT = Array.from({ length: 25 }, (_, half) => `${String(Math.floor(half / 2)).padStart(2, "0")}:${half % 2 ? "30" : "00"}`);

/** "04:00 de la madrugada" */
function inTheNight(time) {
  if (time === "00:00") return "00:00, medianoche";
  if (time >= "12:00") return `${time}, mediodía`;
  return `${time} de la ${time < "06:00" ? "madrugada" : "mañana"}`;
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
      setClock(house);
      toast("Guardado. Las páginas abiertas lo muestran cuando se abren otra vez.", "done");
    },
  });
  return { node: h("div", { class: "stack narrow" }, h("h2", {}, "Restaurante"), form) };
}
