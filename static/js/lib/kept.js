// The last data, kept on the device: a page that opens without a network shows them with their age. They belong to one
// user, and are deleted when that user signs out or another user signs in.

import { now } from "./server-time.js";
import { local, session, shelf } from "./storage.js";

const WHO = "comanda.quien"; // all tabs read it at once and get its changes
const WORDS = "comanda.aviso"; // in sessionStorage, for this tab's next page
const TOO_OLD = 24 * 3600 * 1000;
const run = shelf("comanda.visto", "seen");

/** @type {User?} */
let mine = null;

/** The page's user, `{ username, name, role }`; null until `start` knows. */
export const me = () => mine;

/** Set the user that the server named; delete another user's data. */
export async function begin(/** @type {User} */ user, /** @type {Settings} */ settings) {
  mine = user;
  await entered(user);
  keep("start", { user, settings });
}

/** Note the device's user: other tabs get an event, and another user's data are deleted. */
export async function entered(/** @type {{ username: string }} */ { username }) {
  if (who() === username) return;
  local.write(WHO, username);
  await clear();
}

/**
 * `{ user, settings }` of the last user who did not sign out, or null.
 * @returns {Promise<{ user: User, settings: Settings }?>}
 */
export async function lastHere() {
  const start = await recall("start");
  return start && start.value.user.username === who() ? start.value : null;
}

/** Go on as the last user until the server answers. */
export function goOnAs(/** @type {User} */ user) { mine = user; }

/** Keep a value that was true `at` this time. */
export async function keep(/** @type {string} */ name, /** @type {unknown} */ value, at = now()) {
  const username = mine?.username;
  if (!username || who() !== username) return;
  await run("readwrite", (table) => table.put({ name, username, at, value }));
}

/**
 * A kept `{ at, value }`; null if missing, another user's or too old; undefined if it can't be read now.
 */
export async function recall(/** @type {string} */ name) {
  if (!who()) return null;
  const row = await run("readonly", (table) => table.get(name));
  if (row === undefined) return undefined;
  const age = now() - (row?.at ?? NaN);
  return row?.username === who() && age < TOO_OLD && age > -TOO_OLD ? row : null;
}

/** Delete the data of `username`, who signs out; other tabs get an event. A later user's data stay. */
export function forget(username = who()) {
  if (who() !== username) return undefined;
  local.write(WHO, null);
  return clear();
}

/** Call `handler(username | null)` when another tab signs in another user, or signs out. */
export function onOther(/** @type {(username: string?) => void} */ handler) {
  addEventListener("storage", (event) => {
    if (event.key === WHO && event.newValue !== mine?.username) handler(event.newValue);
  });
}

/** Reload the page for the new user; show the server's `words`. */
export function giveWay(/** @type {string} */ words) {
  session.write(WORDS, words); // without storage, the bar still names the user
  location.reload();
}

/** The words that the page before left, mostly ""; returned once. */
export function lastWords() {
  const words = session.read(WORDS) ?? "";
  session.write(WORDS, null);
  return words;
}

const who = () => local.read(WHO);

const clear = () => run("readwrite", (table) => table.clear());
