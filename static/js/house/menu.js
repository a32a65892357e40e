// The menu, also without a network: orders are written then, too.

import { call, Offline } from "../lib/api.js";
import { takeMenu } from "./first.js";
import { keep, recall } from "../lib/kept.js";

/**
 * Resolves to the server's `{ products }`; without a network, to the last fetched.
 * @returns {Promise<Menu>}
 */
export async function fetchMenu() {
  try {
    const menu = takeMenu() ?? await call("GET", "/menu");
    keep("menu", menu);
    return menu;
  } catch (error) {
    const last = error instanceof Offline ? await recall("menu") : null;
    if (last) return last.value;
    throw error;
  }
}
