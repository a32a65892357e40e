// Fetch data that the server may change at any time.

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
