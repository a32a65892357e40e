// The time by the server's clock: the clocks of phones and tablets are minutes off.
//
// An answer's `Date` is tied to the page's stopwatch, which doesn't change with the device's clock. The stopwatch may
// stop while the device sleeps, so every answer corrects the difference.

import { local } from "./storage.js";

const KEPT = "comanda.reloj";
const WHOLE_SECONDS = 1000; // HTTP's Date has no fractions: the moment lies within this second
const WORTH_KEEPING = 2000;
const A_MINUTE = 60000;
const A_CENTURY = 3.2e12;

const unknown = { earliest: -Infinity, latest: Infinity };
let difference = unknown; // between the server's clock and the stopwatch, in milliseconds
let keptDifference = readKept(); // between the server's clock and this device's

/** Milliseconds of this page's stopwatch. */
export const stopwatch = () => performance.now();

/** Milliseconds since 1970 by the server's clock; before any answer, by what an earlier page learned. */
export function now() {
  if (difference === unknown) return Date.now() + keptDifference;
  return Math.round(stopwatch() + (difference.earliest + difference.latest) / 2);
}

/** A moment, `at` by the server's clock, and `here` by this device's. */
export const mark = (at = now()) => ({ at, here: Date.now() - (now() - at) });

/**
 * The age of a mark in milliseconds, at least and at most. The two clocks disagree if the device and its stopwatch
 * slept, or its clock was set. A clock by which the mark is more than a minute ahead was put back: it is ignored.
 */
export function since(/** @type {Mark} */ { at, here = NaN }) {
  const ages = [now() - at, Date.now() - here].filter((age) => age > -A_MINUTE).map((age) => Math.max(0, age));
  return ages.length > 0 ? { least: Math.min(...ages), most: Math.max(...ages) } : { least: 0, most: 0 };
}

/**
 * Whether the two clocks have parted since the last answer: the device and its stopwatch slept, or its clock was set.
 * The time is unknown until the next answer.
 */
export const isInDoubt = () => Math.abs(behind() - keptDifference) > A_MINUTE;

/** Milliseconds that this device's clock is behind the server's; negative if ahead. */
export const behind = () => now() - Date.now();

/**
 * Learn from an answer's `Date`, written after the request was `sent` and before the answer was `received`, both by the
 * stopwatch. Several answers narrow the difference. If they contradict each other, a clock was set or this device
 * slept, and the last answer counts.
 */
export function learnTime(/** @type {string?} */ header, sent = stopwatch(), received = stopwatch()) {
  const date = Date.parse(header ?? "");
  if (Number.isNaN(date)) return;
  const bounds = { earliest: date - received, latest: date + WHOLE_SECONDS - sent };
  const both = {
    earliest: Math.max(bounds.earliest, difference.earliest), latest: Math.min(bounds.latest, difference.latest),
  };
  difference = both.earliest <= both.latest ? both : bounds;
  if (Math.abs(behind() - keptDifference) > WORTH_KEEPING) keep(behind());
}

function keep(/** @type {number} */ milliseconds) {
  keptDifference = milliseconds;
  local.write(KEPT, String(milliseconds));
}

function readKept() {
  const milliseconds = Number(local.read(KEPT));
  return Math.abs(milliseconds) < A_CENTURY ? milliseconds : 0; // false for NaN
}
