// Pauses after failures: each is twice as long, to spare a server in trouble.

/**
 * `first` milliseconds, doubled `failures` times, `longest` at most.
 * @type {(first: number, failures: number, longest: number) => number}
 */
export const doubled = (first, failures, longest) => Math.min(longest, first * 2 ** failures);

/**
 * The same, shortened by a random part: devices that lost the server together come back apart.
 * @type {(first: number, failures: number, longest: number) => number}
 */
export const pauseAfter = (first, failures, longest) => doubled(first, failures, longest) * (0.5 + Math.random() / 2);
