// Who has left this browser, or was locked out, until the server has ended their session.
// localStorage is what all tabs read at once and hear changes of, but it reaches the disk seconds later:
// for whoever leaves and takes the power away, or closes the browser, the note is in IndexedDB as well.

import { local, shelf } from "./storage.js";

export const LEFT = "comanda.bloqueada";
const NAME = "who";
const run = shelf("comanda.salida", "left");

/** Who left and is not in again, or null. */
export const whoLeft = () => local.read(LEFT);

/**
 * Note that `username` leaves. `isNoted`: whether the pages of this browser know it; `onDisk` resolves
 * when it outlasts the browser, or can't.
 */
export function noteLeft(/** @type {string} */ username) {
  const isNoted = local.write(LEFT, username);
  return { isNoted,
    onDisk: run("readwrite", (table) => table.put({ name: NAME, username }), { durability: "strict" }) };
}

/** Their session is over, or somebody is in. Resolves when no later page can hear of it any more. */
export function forgetLeft() {
  local.write(LEFT, null);
  return run("readwrite", (table) => table.delete(NAME));
}

/** Bring back what the browser had no time to write into localStorage before it ended. */
export async function recallLeft() {
  if (whoLeft() !== null) return;
  const row = await run("readonly", (table) => table.get(NAME));
  if (typeof row?.username === "string") local.write(LEFT, row.username);
}
