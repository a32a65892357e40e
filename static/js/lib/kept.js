// What was there last, kept on the device: a page that opens without a network shows it, with its age.
// It is one person's: it goes when they sign out, or when somebody else signs in.

import { now } from "./server-time.js";
import { local, shelf } from "./storage.js";

const WHO = "comanda.quien"; // all tabs read it at once, and hear changes of it
const TOO_OLD = 24 * 3600 * 1000;
const run = shelf("comanda.visto", "seen");

/** @type {User?} */
let mine = null;

/** Who works on this page, `{ username, name, role }`; null until `start` knows. */
export const me = () => mine;

/** The server has said who this is: what was kept of anybody else goes. */
export async function begin(/** @type {User} */ user, /** @type {Settings} */ settings) {
  mine = user;
  await entered(user);
  keep("start", { user, settings });
}

/** This is who works here from now on. Other tabs hear of it at once, and what was kept of anybody else goes. */
export async function entered(/** @type {{ username: string }} */ { username }) {
  if (who() === username) return;
  local.write(WHO, username);
  await clear();
}

/**
 * `{ user, settings }` of whoever worked here last and did not sign out, or null.
 * @returns {Promise<{ user: User, settings: Settings }?>}
 */
export async function lastHere() {
  const start = await recall("start");
  return start && start.value.user.username === who() ? start.value : null;
}

/** Go on as whoever worked here last, until the server can be asked. */
export function goOnAs(/** @type {User} */ user) { mine = user; }

/** Keep a value; `at` is when it was true. */
export async function keep(/** @type {string} */ name, /** @type {unknown} */ value, at = now()) {
  const username = mine?.username;
  if (!username || who() !== username) return;
  await run("readwrite", (table) => table.put({ name, username, at, value }));
}

/**
 * `{ at, value }` of what was kept, or null where that is nobody's here or too old to help; undefined
 * where it could not be read now.
 */
export async function recall(/** @type {string} */ name) {
  if (!who()) return null;
  const row = await run("readonly", (table) => table.get(name));
  if (row === undefined) return undefined;
  const age = now() - (row?.at ?? NaN);
  return row?.username === who() && age < TOO_OLD && age > -TOO_OLD ? row : null;
}

/** `username` signs out. Other tabs hear of it. What is kept of somebody else, who came after them, stays. */
export function forget(username = who()) {
  if (who() !== username) return undefined;
  local.write(WHO, null);
  return clear();
}

/** Tell `handler` when another tab signs out, or signs in somebody else: `(username | null)`. */
export function onOther(/** @type {(username: string?) => void} */ handler) {
  addEventListener("storage", (event) => {
    if (event.key === WHO && event.newValue !== mine?.username) handler(event.newValue);
  });
}

const who = () => local.read(WHO);

const clear = () => run("readwrite", (table) => table.clear());
