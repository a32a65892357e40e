// Parts of a page that are loaded at their first use.

import { toast } from "./dom.js";
import { askVersion } from "./upgrade.js";

const CHANGED = "Comanda cambió desde que se abrió esta página. Recárgala.";
const ANSWER_WITHIN = 8000; // ms

/**
 * Resolves to the module of an `import()`. If there is none, shows a toast that says why, and resolves to null.
 * @template Part
 * @param {Promise<Part>} promise
 */
export async function fetchPart(promise, words = "Sin conexión. Inténtalo otra vez.") {
  try {
    return await promise;
  } catch (error) {
    if (await isLost(error)) {
      toast(words, "late");
    } else if (!await comesAnew()) {
      toast(CHANGED, "late");
      reportError(error);
    }
    return null;
  }
}

/** Whether the server has another version, for which the page comes by itself. */
const comesAnew = () => askVersion().catch(() => false);

/**
 * Whether the network has failed. Else an upgraded server has no such file, or the file fails: a retry is no help.
 * @param {unknown} error
 */
async function isLost(error) {
  if (!(error instanceof TypeError && /import/i.test(error.message))) return false;
  const address = /https?:\S+/.exec(error.message)?.[0] ?? import.meta.url; // WebKit does not tell it
  try {
    const signal = AbortSignal.timeout?.(ANSWER_WITHIN);
    return (await fetch(address, { cache: "no-store", signal })).status !== 404;
  } catch {
    return true;
  }
}
