// What time it is by the server's clock: phones and tablets are minutes off, and nobody sets them.

const WHOLE_SECONDS = 1000; // HTTP's Date has no fractions: a smaller difference says nothing

let ahead = 0;

/** Milliseconds since 1970 by the server's clock, as far as an answer has told it. */
export const now = () => Date.now() - ahead;

/** Learn from an answer's `Date` header how far this device's clock is ahead. */
export function learnTime(header, received = Date.now()) {
  const told = Date.parse(header ?? "");
  if (Number.isNaN(told)) return;
  const difference = received - told;
  ahead = Math.abs(difference) <= WHOLE_SECONDS ? 0 : difference;
}
