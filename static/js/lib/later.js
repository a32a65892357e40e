// Parts of a page that are loaded at their first use.

import { toast } from "./dom.js";

/**
 * Resolves to the module of an `import()`. If the network fails, shows a toast and resolves to null.
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
