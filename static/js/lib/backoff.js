// How long to wait after failures: twice as long after each, so that what is in trouble is not asked more often.

/**
 * `first` milliseconds, doubled `failures` times, `longest` at most.
 * @type {(first: number, failures: number, longest: number) => number}
 */
export const doubled = (first, failures, longest) => Math.min(longest, first * 2 ** failures);

/**
 * The same, each time a random part of it shorter: devices that lost the server at once do not come back at once.
 * @type {(first: number, failures: number, longest: number) => number}
 */
export const pauseAfter = (first, failures, longest) => doubled(first, failures, longest) * (0.5 + Math.random() / 2);
