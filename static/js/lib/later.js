// Parts of a page that are fetched when they are first asked for.

import { toast } from "./dom.js";

/**
 * Resolves to the module that `import()` promises, or, after saying so, to null where the network does not give it.
 * @template Part
 * @param {Promise<Part>} promise
 */
export async function fetchPart(promise) {
  try {
    return await promise;
  } catch {
    toast("Sin conexión. Inténtalo otra vez.", "late");
    return null;
  }
}
