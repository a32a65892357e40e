// The fields that describe a restaurant, at the first start and in "Restaurante".

import { field } from "../lib/forms.js";
import { limit } from "./rules.js";

/**
 * The restaurant's fields with its current values; `json()` is the body for the server. Without `day_ends`, as at the
 * first start, the configured end of the day stays.
 * @param {{ restaurant: string, currency: string, time_zone: string, day_ends?: string }} settings
 */
export function houseFields({ restaurant, currency, time_zone, day_ends }) {
  const name = field("Nombre del restaurante", {
    name: "restaurant", maxlength: limit("name"), required: true, value: restaurant,
  });
  const sign = field("Signo de la moneda", {
    name: "currency", maxlength: limit("currency"), required: true, value: currency, hint: "$, Bs, S/, Q…",
  });
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
  const json = () =>
    ({ restaurant: name.value, currency: sign.value, time_zone: zone.value, ...(ends && { day_ends: ends.value }) });
  return { nodes: [name, sign, zone, ...(ends ? [ends] : [])], json };
}

const NIGHT = Array.from({ length: 25 },
  (_, half) => `${String(Math.floor(half / 2)).padStart(2, "0")}:${half % 2 ? "30" : "00"}`);

/** "04:00 de la madrugada" */
function inTheNight(/** @type {string} */ time) {
  if (time === "00:00") return "00:00, medianoche";
  if (time >= "12:00") return `${time}, mediodía`;
  return `${time} de la ${time < "06:00" ? "madrugada" : "mañana"}`;
}
