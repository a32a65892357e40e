// An untouched page locks itself, if the restaurant wants that: several people share its tablet. The user who leaves,
// or is locked out, is noted in this browser before the server ends the session. Until then no page goes on with that
// session, whatever happens to the network or the tabs.

import { call } from "../lib/api.js";
import { h, setText } from "../lib/dom.js";
import { forget } from "../lib/kept.js";
import { forgetLeft, LEFT, noteLeft, recallLeft, whoLeft } from "../lib/left.js";
import { local } from "../lib/storage.js";

const ACTIVITY = "comanda.actividad"; // the last touch in this browser, by its clock
const NEVER = ["/cocina"]; // hangs on a wall, and nobody has a hand free
const NOTE_EVERY = 500;
const LOOK_EVERY = 5000;
const TRY_EVERY = 4000;
const ANSWER_WITHIN = 6000;
const CHANGE = "/?cambiar";
const PIN_AGAIN = "Para seguir, entra con tu PIN.";
const TOUCHES = ["pointerdown", "keydown", "wheel"];

let limit = Infinity;
let last = 0;
let isCovered = false;

/** @type {(() => void)[]} */
const coverActions = [];

/** Run `act()` when this page is covered: its work must stop. */
export const onCovered = (/** @type {() => void} */ act) => coverActions.push(act);

/** The user whose page is locked on this device, or null. */
export const lockedUser = whoLeft;

/** Open the pages again, after a sign-in. */
export function unlock() {
  note();
  return forgetLeft();
}

/**
 * Sign `username` out: every page of this browser is covered at once. If the server can't be reached, `/?cambiar` goes
 * on trying; if that page can't open, or the note failed, this page does.
 */
export async function leave(/** @type {string} */ username) {
  const { isNoted, onDisk } = noteLeft(username);
  const words = cover("Saliendo…", "👋 Hasta luego");
  const end = await endSessionOf(username);
  if (end === null && !(isNoted && await canOpen(CHANGE))) {
    await untilOver(username, words);
    await forgetLeft();
    location.assign("/");
    return;
  }
  await (end === null ? onDisk : forgetLeft());
  location.assign(end === "over" ? "/" : CHANGE);
}

/** Whether a page can open now: without a network, only from a service worker. */
async function canOpen(/** @type {string} */ path) {
  try {
    return (await fetch(path, { signal: AbortSignal.timeout?.(ANSWER_WITHIN) })).ok;
  } catch {
    return false;
  }
}

/**
 * End the session of `username`, and delete their data on this device. Resolves to "over", to "other" if another user
 * has signed in since, whose session stays, or to null without the server's answer.
 */
export async function endSessionOf(/** @type {string} */ username) {
  forget(username);
  try {
    await call("DELETE", "/session", { user: username, timeout: ANSWER_WITHIN });
    return "over";
  } catch (error) {
    if (error.code === "other_user") return "other";
    return error.status === 401 && error.code ? "over" : null;
  }
}

/** Lock the page, before it shows anything, if a lock is noted. Returns whether it is locked. */
export function staysLocked() {
  // First, before this event can lock the page: only a page covered earlier would say *Saliendo…* for ever.
  addEventListener("pageshow", ({ persisted }) => { if (persisted && isCovered) location.reload(); });
  addEventListener("storage", ({ key }) => { if (key === LEFT) lockIfNoted(); });
  // A page that slept, or was kept for the browser's *back*, has missed all events.
  for (const type of ["pageshow", "focus"]) addEventListener(type, lockIfNoted);
  for (const type of ["visibilitychange", "resume"]) document.addEventListener(type, lockIfNoted);
  lockIfNoted();
  return isCovered;
}

/** The same for a lock from before the browser ended, which is read from the disk. */
export async function wasLeft() {
  await recallLeft();
  lockIfNoted();
  return isCovered;
}

function lockIfNoted() {
  const username = lockedUser();
  if (username !== null) lock(username, PIN_AGAIN);
}

/** A touch on a wall screen doesn't show that its user is at work on another page. */
const isOnTheWall = () => NEVER.includes(location.pathname);

/** Lock after `minutes` without a touch or key in any tab of this browser; 0 is never. Returns whether locked now. */
export function watchIdle(/** @type {number} */ minutes, /** @type {string} */ username) {
  if (!(minutes > 0)) return false;
  limit = minutes * 60000;
  if (isOnTheWall()) return false;
  const look = () => { if (hasExpired()) lock(username); };
  for (const type of TOUCHES) {
    addEventListener(type, (event) => touched(event, look), { capture: true, passive: false });
  }
  for (const type of ["pageshow", "focus"]) addEventListener(type, look);
  document.addEventListener("visibilitychange", look);
  setInterval(look, Math.min(LOOK_EVERY, limit / 4));
  look();
  if (!isCovered) note();
  return isCovered;
}

/** A touch that comes too late locks the page, and does nothing else. */
function touched(/** @type {Event} */ event, /** @type {() => void} */ look) {
  look();
  if (!isCovered) {
    note();
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** The time of the last touch in any tab; 0 if invalid. */
const lastTouch = () => Number(local.read(ACTIVITY) ?? last) || 0;

function note() {
  const now = Date.now();
  if (Math.abs(now - lastTouch()) < NOTE_EVERY) return;
  last = now;
  local.write(ACTIVITY, String(now));
}

/** Time asleep counts. An invalid time, or a time ahead after the clock was put back, counts as now. */
function hasExpired() {
  const now = Date.now();
  const at = lastTouch();
  if (at <= 0 || at > now + limit) {
    note();
    return false;
  }
  return now - at > limit;
}

/** Cover the page first; then try to end the session until that works. */
function lock(/** @type {string} */ username, why = "Nadie la ha tocado en un rato.") {
  if (isCovered) return;
  const here = location.pathname + location.search;
  noteLeft(username);
  untilOver(username, cover(why)).then(() => location.replace(`/?volver=${encodeURIComponent(here)}`));
}

/** Hide the page and stop its work. Returns the element for the words about it. */
function cover(/** @type {string} */ why, head = "🔒 Pantalla bloqueada") {
  isCovered = true;
  document.documentElement.dataset.locked = "";
  document.title = "Comanda · Bloqueada";
  const words = h("p", {}, why);
  document.body.append(h("div", { class: "lock", role: "alert" }, h("p", { class: "lock-head" }, head), words));
  addEventListener("click", (event) => { event.preventDefault(); event.stopImmediatePropagation(); }, true);
  for (const act of coverActions) act();
  return words;
}

/** Resolves once the session is over; reloads the page if the session is another user's now. */
async function untilOver(/** @type {string} */ username, /** @type {Element} */ words) {
  const isNoted = lockedUser() !== null;
  for (;;) {
    if (isNoted && lockedUser() === null) { // the session is that of a new user
      location.reload();
      return new Promise(() => {});
    }
    const end = await endSessionOf(username);
    if (end === "over") return undefined;
    if (end === "other") {
      await forgetLeft();
      location.reload();
      return new Promise(() => {});
    }
    setText(words,
      "Sin conexión con Comanda. En cuanto vuelva podrás entrar con tu PIN. Lo que no se envió sigue guardado.");
    await /** @type {Promise<unknown>} */ (new Promise((resolve) => {
      setTimeout(resolve, TRY_EVERY);
      addEventListener("online", resolve, { once: true });
    }));
  }
}
