// Days and hours in the time zone of the place, never in this device's.

import { now } from "./server-time.js";

const A_DAY = 86400000;
/** @type {Intl.DateTimeFormatOptions} */
const PARTS = {
  calendar: "gregory", numberingSystem: "latn", hourCycle: "h23",
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
};

/** @type {string | undefined} */
let zone; // of the place; until set, undefined: this device's
let dayEnds = 0; // milliseconds after midnight
/** @type {Map<string, Intl.DateTimeFormat>} */
let formats = new Map();

/**
 * Set the place's zone and the end of its working day: "04:00" is in the next night.
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
 * Format a moment in the place's zone; `options` as for Intl.DateTimeFormat.
 * @type {(moment: string | number | Date, language: string, options: Intl.DateTimeFormatOptions) => string}
 */
export function inWords(moment, language, options) {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? "" : format(language, options).format(date);
}

/** Formats are slow to make. @type {(language: string, options: Intl.DateTimeFormatOptions) => Intl.DateTimeFormat} */
function format(language, options) {
  const name = `${language} ${JSON.stringify(options)}`;
  const dateFormat = formats.get(name) ?? new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
  formats.set(name, dateFormat);
  return dateFormat;
}

/** "2026-11-24", the place's calendar date at a moment, by default now. */
export const day = (/** @type {string | number} */ moment = now()) => dateOf(wall(moment));

/** The working day of a moment: until its end in the night, still the day before. */
export function businessDay(/** @type {string | number} */ moment = now()) {
  const instant = new Date(moment).getTime();
  let date = laterDate(day(instant), 1); // clocks are put back over midnight, too
  while (startOf(date) > instant) date = laterDate(date, -1);
  return date;
}

/** The start of the current working day, in the server's format. */
export const startOfDay = () => new Date(startOf(businessDay())).toISOString();

/**
 * The start of a date's working day, in milliseconds since 1970. As on the server (RFC 5545, 3.3.5), a skipped time
 * takes the offset before the change, and a repeated time is the first of the two.
 */
export const startOf = (/** @type {string} */ date) => instants(Date.parse(`${date}T00:00:00Z`) + dayEnds)[0];

/** The latest moment at which the place's clock shows `shownTime`, a time as if in UTC. */
export const latestInstant = (/** @type {number} */ shownTime) => Math.max(...instants(shownTime));

/** The moments at which the place's clock shows `shownTime`, in order; if skipped, by both offsets around it. */
function instants(/** @type {number} */ shownTime) {
  const [before, after] = [shownTime - A_DAY, shownTime + A_DAY].map((instant) => shownTime - offset(instant));
  const matches = [before, after].filter((instant) => wall(instant) === shownTime).sort((a, b) => a - b);
  return matches.length > 0 ? matches : [before, after];
}

const offset = (/** @type {number} */ instant) => wall(instant) - Math.floor(instant / 1000) * 1000;

/** The place's clock at a moment, to the second, as if in UTC. */
function wall(/** @type {string | number} */ moment) {
  const parts = format("en-US", PARTS).formatToParts(new Date(moment)).map(({ type, value }) => [type, Number(value)]);
  const { year, month, day: date, hour, minute, second } = Object.fromEntries(parts);
  return Date.UTC(year, month - 1, date, hour, minute, second);
}

/** The date `days` later by the calendar. */
export const laterDate = (/** @type {string} */ date, /** @type {number} */ days) =>
  dateOf(Date.parse(`${date}T00:00:00Z`) + days * A_DAY);

const dateOf = (/** @type {number} */ asUtc) => new Date(asUtc).toISOString().slice(0, 10);
