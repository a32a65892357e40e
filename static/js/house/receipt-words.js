// What stands on a receipt, in words for staff: the number of an operation, and when it was made.

import { inFours } from "../lib/copy.js";
import { laterDate } from "../lib/wall-time.js";
import { clock, day } from "./format.js";

const ENDING = 4; // characters: whoever types the last ones of a number names the same number
const LONG = 8; // digits that name an operation without the letters around them

/** A number that is long enough in groups of four; other texts as they are. */
export const groups = (/** @type {string} */ text) => (
  /^(?=.*\d)[\dA-Za-z]{8,}$/.test(text) ? inFours(text) : text);

/** Whether a typed number is the one that was read, as the server compares them, or its ending. */
export function isSameNumber(/** @type {string} */ typed, /** @type {string} */ read) {
  const [one, other] = [keyOf(typed), keyOf(read)];
  const digits = one.replace(/\D/g, "");
  return one === other || (one.length >= ENDING && other.endsWith(one))
    || (digits.length >= LONG && digits === other.replace(/\D/g, ""));
}

/** Letters and digits alone, without case, with O as 0 and I and L as 1; leading zeros don't count. */
export const keyOf = (/** @type {string} */ text) => text.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "")
  .replaceAll("o", "0").replace(/[il]/g, "1").replace(/^0+/, "");

/** "hoy 20:41", "ayer 20:41", "18/12 20:41", "18/12/2025 20:41"; a day without a time is alone. */
export function whenWords(/** @type {string} */ value) {
  if (Number.isNaN(Date.parse(value))) return value;
  return isDay(value) ? dayWords(value) : `${dayWords(day(value))} ${clock(value)}`;
}

/** Whether a receipt's time is its day alone. */
export const isDay = (/** @type {string} */ value) => /^\d{4}-\d{2}-\d{2}$/.test(value);

/** "hoy", "ayer", "18/12", and with the year unless it is this year's. */
function dayWords(/** @type {string} */ date) {
  const today = day();
  if (date === today) return "hoy";
  if (date === laterDate(today, -1)) return "ayer";
  const [year, month, dayOfMonth] = date.split("-");
  return year === today.slice(0, 4) ? `${dayOfMonth}/${month}` : `${dayOfMonth}/${month}/${year}`;
}
