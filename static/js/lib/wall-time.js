// Days and hours by the clock on the wall of the place that the pages work for, never by this device's zone.

import { now } from "./server-time.js";

const A_DAY = 86400000;
/** @type {Intl.DateTimeFormatOptions} */
const PARTS = {
  calendar: "gregory", numberingSystem: "latn", hourCycle: "h23",
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
};

/** @type {string | undefined} */
let zone; // of the place; undefined, until it is set, is this device's
let dayEnds = 0; // milliseconds after midnight
/** @type {Map<string, Intl.DateTimeFormat>} */
let formats = new Map();

/**
 * Set the place's zone, and when its day ends: "04:00" is in the night after the day.
 * @param {{ time_zone: string, day_ends?: string }} settings
 */
export function setClock({ time_zone: timeZone, day_ends: ends = "00:00" }) {
  zone = isKnown(timeZone) ? timeZone : undefined; // an old phone may not know a new zone
  const [hours, minutes] = ends.split(":").map(Number);
  dayEnds = (hours * 60 + minutes) * 60000;
  formats = new Map();
}

function isKnown(/** @type {string} */ timeZone) {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone }));
  } catch {
    return false;
  }
}

/**
 * A moment in words, by the wall's clock: `options` are those of Intl.DateTimeFormat.
 * @type {(moment: string | number | Date, language: string, options: Intl.DateTimeFormatOptions) => string}
 */
export function inWords(moment, language, options) {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? "" : format(language, options).format(date);
}

/** Formats are slow to make. @type {(language: string, options: Intl.DateTimeFormatOptions) => Intl.DateTimeFormat} */
function format(language, options) {
  const name = `${language} ${JSON.stringify(options)}`;
  const known = formats.get(name) ?? new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
  formats.set(name, known);
  return known;
}

/** "2026-11-24", the calendar's date on the wall at a moment, by default now. */
export const day = (/** @type {string | number} */ moment = now()) => dateOf(wall(moment));

/** The working day that a moment belongs to: before its end in the night, still the day before. */
export function businessDay(/** @type {string | number} */ moment = now()) {
  const instant = new Date(moment).getTime();
  let date = laterDate(day(instant), 1); // clocks are put back over midnight, too
  while (startOf(date) > instant) date = laterDate(date, -1);
  return date;
}

/** The start of the working day that goes on now, as the server reads times. */
export const startOfDay = () => new Date(startOf(businessDay())).toISOString();

/**
 * When the working day of a date begins, in milliseconds since 1970. As the server reads it (RFC 5545,
 * 3.3.5): a time that the clock leaves out by the offset before the change, one that comes twice the first time.
 */
export const startOf = (/** @type {string} */ date) => instants(Date.parse(`${date}T00:00:00Z`) + dayEnds)[0];

/** The latest moment at which the wall's clock shows this; `shown` is read as if it were UTC. */
export const latestInstant = (/** @type {number} */ shown) => Math.max(...instants(shown));

/** When the wall's clock shows this, the first time first; where it never does, by both offsets around. */
function instants(/** @type {number} */ shown) {
  const [before, after] = [shown - A_DAY, shown + A_DAY].map((instant) => shown - offset(instant));
  const right = [before, after].filter((instant) => wall(instant) === shown).sort((a, b) => a - b);
  return right.length > 0 ? right : [before, after];
}

const offset = (/** @type {number} */ instant) => wall(instant) - Math.floor(instant / 1000) * 1000;

/** What the wall's clock shows, to the second, as if it were UTC. */
function wall(/** @type {string | number} */ moment) {
  const parts = format("en-US", PARTS).formatToParts(new Date(moment)).map(({ type, value }) => [type, Number(value)]);
  const { year, month, day: date, hour, minute, second } = Object.fromEntries(parts);
  return Date.UTC(year, month - 1, date, hour, minute, second);
}

/** A date so many days later, by the calendar alone. */
export const laterDate = (/** @type {string} */ date, /** @type {number} */ days) =>
  dateOf(Date.parse(`${date}T00:00:00Z`) + days * A_DAY);

const dateOf = (/** @type {number} */ asUtc) => new Date(asUtc).toISOString().slice(0, 10);
