// What time it is by the server's clock: phones and tablets are minutes off, and nobody sets them.
//
// An answer's `Date` is tied to this page's own stopwatch, which no setting of the device's clock
// moves. A stopwatch may rest while the device sleeps: so every answer is learned from anew.

const KEPT = "comanda.reloj";
const WHOLE_SECONDS = 1000; // HTTP's Date has no fractions: the moment lies within this second
const WORTH_KEEPING = 2000;
const A_MINUTE = 60000;
const A_CENTURY = 3.2e12;

const unknown = { earliest: -Infinity, latest: Infinity };
let difference = unknown; // between the server's clock and the stopwatch, in milliseconds
let kept = readKept(); // between the server's clock and this device's

/** Milliseconds of this page's stopwatch. */
export const stopwatch = () => performance.now();

/** Milliseconds since 1970 by the server's clock; before any answer, by what an earlier page learned. */
export function now() {
  if (difference === unknown) return Date.now() + kept;
  return Math.round(stopwatch() + (difference.earliest + difference.latest) / 2);
}

/** When something was, `at` by the server's clock, and `here` by this device's own. */
export const mark = (at = now()) => ({ at, here: Date.now() - (now() - at) });

/**
 * How many milliseconds ago that was, at least and at most. The two clocks disagree where the device has
 * slept, and its stopwatch with it, or where its clock was set. By a clock that was put back since nothing
 * is known; by less than a minute that is only learning.
 */
export function since({ at, here = NaN }) {
  const ages = [now() - at, Date.now() - here].filter((age) => age > -A_MINUTE).map((age) => Math.max(0, age));
  return ages.length > 0 ? { least: Math.min(...ages), most: Math.max(...ages) } : { least: 0, most: 0 };
}

/**
 * Whether the two clocks have parted since the last answer: the device has slept, and its stopwatch with it,
 * or its clock was set. Until the next answer nobody knows what time it is.
 */
export const isInDoubt = () => Math.abs(behind() - kept) > A_MINUTE;

/** How many milliseconds this device's clock is behind the server's; negative where it is ahead. */
export const behind = () => now() - Date.now();

/**
 * Learn from an answer's `Date`, which was written after the request was `sent` and before the answer
 * was `received`, both by the stopwatch. Several answers together tell it better than one; where they
 * contradict each other, a clock was set or this device slept, and the last one is right.
 */
export function learnTime(header, sent = stopwatch(), received = stopwatch()) {
  const told = Date.parse(header ?? "");
  if (Number.isNaN(told)) return;
  const heard = { earliest: told - received, latest: told + WHOLE_SECONDS - sent };
  const both = { earliest: Math.max(heard.earliest, difference.earliest), latest: Math.min(heard.latest, difference.latest) };
  difference = both.earliest <= both.latest ? both : heard;
  if (Math.abs(behind() - kept) > WORTH_KEEPING) keep(behind());
}

function keep(milliseconds) {
  kept = milliseconds;
  try { localStorage.setItem(KEPT, String(milliseconds)); } catch { /* private mode: each page learns by itself */ }
}

function readKept() {
  try {
    const read = Number(localStorage.getItem(KEPT));
    return Math.abs(read) < A_CENTURY ? read : 0; // false of what is no number
  } catch {
    return 0;
  }
}
