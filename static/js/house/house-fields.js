// The fields that describe a restaurant, at the first start and in "Restaurante".

import { h } from "../lib/dom.js";
import { field } from "../lib/forms.js";
import { moneyFields } from "./money-fields.js";
import { limit } from "./rules.js";

/**
 * The restaurant's fields with its current values; `json()` is the body for the server. Without `day_ends`, as at the
 * first start, the configured end of the day stays.
 * @param {MoneyFormat & { restaurant: string, time_zone: string, day_ends?: string, country?: string,
 *   own_verdicts?: boolean }} settings
 */
export function houseFields(settings) {
  const { restaurant, time_zone, day_ends, own_verdicts: isAlone } = settings;
  const name = field("Nombre del restaurante", {
    name: "restaurant", maxlength: limit("name"), required: true, value: restaurant,
  });
  const money = moneyFields(settings);
  const knownZones = Intl.supportedValuesOf?.("timeZone") || [];
  const zones = [...new Set([time_zone, ...knownZones])].sort();
  const zone = field("Zona horaria",
    { name: "time_zone", options: zones.map((word) => [word, word.replaceAll("_", " ")]), value: time_zone });
  const ends = day_ends === undefined ? null : field("El día termina a las", {
    name: "day_ends", options: [...new Set([...NIGHT, day_ends])].sort().map((time) => [time, inTheNight(time)]),
    value: day_ends,
    hint: "Lo que se vende antes de esa hora cuenta para el día anterior. "
      + "Si cierras después de medianoche, pon una hora en la que ya no haya nadie.",
  });
  const alone = h("input", { type: "checkbox", id: "alone", checked: Boolean(isAlone) });
  const aloneNode = h("div", { class: "field" },
    h("label", { class: "choice" }, alone, h("span", {}, "¿Trabajas solo? Yo cobro y yo reviso la cuenta")),
    h("p", { class: "quiet small" }, "Así cada quien puede aprobar las transferencias que mandó, y nadie más las "
      + "mira. Sin esto, otra persona las tiene que revisar: nadie aprueba su propio comprobante."));
  const json = () => ({ restaurant: name.value, ...money.json(), time_zone: zone.value, own_verdicts: alone.checked,
    ...(ends && { day_ends: ends.value }) });
  return { nodes: [name, ...money.nodes, zone, ...(ends ? [ends] : []), aloneNode], json, country: money.country };
}

const NIGHT = Array.from({ length: 25 },
  (_, half) => `${String(Math.floor(half / 2)).padStart(2, "0")}:${half % 2 ? "30" : "00"}`);

/** "04:00 de la madrugada" */
function inTheNight(/** @type {string} */ time) {
  if (time === "00:00") return "00:00, medianoche";
  if (time >= "12:00") return `${time}, mediodía`;
  return `${time} de la ${time < "06:00" ? "madrugada" : "mañana"}`;
}
