// What was there last, kept on the device: a page that opens without a network shows it, with its age.
// It is one person's: it goes when they sign out, or when somebody else signs in.

import { now } from "./server-time.js";
import { shelf } from "./shelf.js";

const WHO = "comanda.quien"; // in localStorage, which all tabs read at once and hear changes of
const TOO_OLD = 24 * 3600 * 1000;
const run = shelf("comanda.visto", "seen");

let mine = null;

/** Who works on this page, `{ username, name, role }`; null until `start` knows. */
export const me = () => mine;

/** The server has said who this is: what was kept of anybody else goes. */
export async function begin(user, settings) {
  mine = user;
  await entered(user);
  keep("start", { user, settings });
}

/** This is who works here from now on. Other tabs hear of it at once, and what was kept of anybody else goes. */
export async function entered({ username }) {
  if (who() === username) return;
  try { localStorage.setItem(WHO, username); } catch { /* private mode: nothing is kept */ }
  await clear();
}

/** `{ user, settings }` of whoever worked here last and did not sign out, or null. */
export async function lastHere() {
  const start = await kept("start");
  return start && start.value.user.username === who() ? start.value : null;
}

/** Go on as whoever worked here last, until the server can be asked. */
export function goOnAs(user) { mine = user; }

/** Keep a value; `at` is when it was true. */
export async function keep(name, value, at = now()) {
  if (!mine || who() !== mine.username) return;
  await run("readwrite", (table) => table.put({ name, username: mine.username, at, value }));
}

/**
 * `{ at, value }` of what was kept, or null where that is nobody's here or too old to help; undefined
 * where it could not be read now.
 */
export async function kept(name) {
  if (!who()) return null;
  const found = await run("readonly", (table) => table.get(name));
  if (found === undefined) return undefined;
  const age = now() - found?.at;
  return found?.username === who() && age < TOO_OLD && age > -TOO_OLD ? found : null;
}

/** `username` signs out. Other tabs hear of it. What is kept of somebody else, who came after them, stays. */
export function forget(username = who()) {
  if (who() !== username) return undefined;
  try { localStorage.removeItem(WHO); } catch { /* nothing was kept */ }
  return clear();
}

/** Tell `handler` when another tab signs out, or signs in somebody else: `(username | null)`. */
export function onOther(handler) {
  addEventListener("storage", (event) => {
    if (event.key === WHO && event.newValue !== mine?.username) handler(event.newValue);
  });
}

function who() {
  try { return localStorage.getItem(WHO); } catch { return null; }
}

const clear = () => run("readwrite", (table) => table.clear());
