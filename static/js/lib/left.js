// The user who left this browser, or was locked out, until the server has ended the session. All tabs read localStorage
// at once and get its changes, but it reaches the disk seconds later. The note is in IndexedDB, too, in case the power
// goes or the browser closes meanwhile.

import { local, shelf } from "./storage.js";

export const LEFT = "comanda.bloqueada";
const NAME = "who";
const run = shelf("comanda.salida", "left");

/** The user who left and has not come back, or null. */
export const whoLeft = () => local.read(LEFT);

/**
 * Note that `username` leaves. `isNoted`: whether this browser's pages can read it. `onDisk` resolves when the note is
 * on the disk, or can't be.
 */
export function noteLeft(/** @type {string} */ username) {
  const isNoted = local.write(LEFT, username);
  return { isNoted,
    onDisk: run("readwrite", (table) => table.put({ name: NAME, username }), { durability: "strict" }) };
}

/** Delete the note: the session is over, or a user is in. Resolves when no later page can find the note. */
export function forgetLeft() {
  local.write(LEFT, null);
  return run("readwrite", (table) => table.delete(NAME));
}

/** Restore a note that localStorage lost when the browser ended. */
export async function recallLeft() {
  if (whoLeft() !== null) return;
  const row = await run("readonly", (table) => table.get(NAME));
  if (typeof row?.username === "string") local.write(LEFT, row.username);
}
