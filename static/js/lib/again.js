// To do again what has failed, or what the server may have changed.

/**
 * The pause after `failures`, to spare a server in trouble: `first` milliseconds, doubled so often, `longest` at most.
 * @type {(first: number, failures: number, longest: number) => number}
 */
export const doubled = (first, failures, longest) => Math.min(longest, first * 2 ** failures);

/**
 * The same, shortened by a random part: devices that lost the server together come back apart.
 * @type {(first: number, failures: number, longest: number) => number}
 */
export const pauseAfter = (first, failures, longest) => doubled(first, failures, longest) * (0.5 + Math.random() / 2);

/**
 * `refresh()` runs `load(isOutdated)`, one run at a time. When it is called during a run, another run follows,
 * and `isOutdated()` tells the first that its answer may be old already. Resolves after the last run.
 * @param {(isOutdated: () => boolean) => Promise<unknown>} load
 */
export function createRefresher(load) {
  let isDue = false;
  /** @type {Promise<void>?} */
  let running = null;

  async function run() {
    while (isDue) {
      isDue = false;
      await load(() => isDue);
    }
  }

  return function refresh() {
    isDue = true;
    running ??= run().finally(() => { running = null; });
    return running;
  };
}
