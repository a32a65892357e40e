// The menu, which a page has without a network too: orders are written then as well.

import { call, Offline } from "../lib/api.js";
import { keep, recall } from "../lib/kept.js";

/**
 * Resolves to the server's `{ products }`; without a network, to those that were fetched last.
 * @returns {Promise<Menu>}
 */
export async function fetchMenu() {
  try {
    const menu = await call("GET", "/menu");
    keep("menu", menu);
    return menu;
  } catch (error) {
    const last = error instanceof Offline ? await recall("menu") : null;
    if (last) return last.value;
    throw error;
  }
}
