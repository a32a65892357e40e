// A page that nobody touches locks itself, where the house wants that: several people share its tablet.
// Who leaves, or was locked out, is noted in this browser before the server is asked to end the session:
// until that has been done no page goes on with it, whatever network there is, and whichever tab was closed.

import { call } from "../lib/api.js";
import { h, setText } from "../lib/dom.js";
import { forget } from "../lib/kept.js";
import { forgetLeft, LEFT, noteLeft, recallLeft, whoLeft } from "../lib/left.js";
import { local } from "../lib/storage.js";

const ACTIVITY = "comanda.actividad"; // when somebody last touched a page of this browser, by its clock
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
const covering = [];

/** Run `act()` when this page is covered: nothing of it may go on. */
export const onCovered = (/** @type {() => void} */ act) => covering.push(act);

/** Whose page was locked on this device and is not open again, or null. */
export const lockedUser = whoLeft;

/** Somebody has signed in here: pages are open again. */
export function unlock() {
  note();
  return forgetLeft();
}

/**
 * `username` leaves: every page of this browser is covered at once, and stays so. Where the server can't
 * be told, `/?cambiar` goes on trying; where that can't be opened, or nothing could be noted, this page does.
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

/** Whether there is such a page now: without a network only a service worker has one. */
async function canOpen(/** @type {string} */ path) {
  try {
    return (await fetch(path, { signal: AbortSignal.timeout?.(ANSWER_WITHIN) })).ok;
  } catch {
    return false;
  }
}

/**
 * End the session of `username`, if it is still theirs, and forget what this device kept for them. Resolves
 * to "over", to "other" if somebody else has signed in since, whose session stays, or to null if the server
 * did not say.
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

/** Stay locked where a lock has not been lifted, before anything is shown. Whether it is so. */
export function staysLocked() {
  // Before the page can be locked by the same event: only a page covered earlier would say *Saliendo…* for ever.
  addEventListener("pageshow", ({ persisted }) => { if (persisted && isCovered) location.reload(); });
  addEventListener("storage", ({ key }) => { if (key === LEFT) lockIfNoted(); });
  // A page that slept, or that the browser kept for its *back*, has heard of nothing meanwhile.
  for (const type of ["pageshow", "focus"]) addEventListener(type, lockIfNoted);
  for (const type of ["visibilitychange", "resume"]) document.addEventListener(type, lockIfNoted);
  lockIfNoted();
  return isCovered;
}

/** The same for a lock from before the browser ended, which it takes a moment to read. */
export async function wasLeft() {
  await recallLeft();
  lockIfNoted();
  return isCovered;
}

function lockIfNoted() {
  const username = lockedUser();
  if (username !== null) lock(username, PIN_AGAIN);
}

/** It hangs there for everybody; whoever passes by and touches it is not at work on another page. */
const isOnTheWall = () => NEVER.includes(location.pathname);

/** Lock after `minutes` without a touch or a key in any tab of this browser; 0 is never. Whether it is locked now. */
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

/** The touch that comes too late is for the lock, and does nothing on the page. */
function touched(/** @type {Event} */ event, /** @type {() => void} */ look) {
  look();
  if (!isCovered) {
    note();
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** When somebody last touched a page, as all tabs know; 0 for what is no time. */
const noted = () => Number(local.read(ACTIVITY) ?? last) || 0;

function note() {
  const now = Date.now();
  if (Math.abs(now - noted()) < NOTE_EVERY) return;
  last = now;
  local.write(ACTIVITY, String(now));
}

/** Time asleep counts. What is no time, or lies ahead after the clock was put back, counts as now. */
function hasExpired() {
  const now = Date.now();
  const at = noted();
  if (at <= 0 || at > now + limit) {
    note();
    return false;
  }
  return now - at > limit;
}

/** Take everything out of sight first; then end the session, for as long as that takes. */
function lock(/** @type {string} */ username, why = "Nadie la ha tocado en un rato.") {
  if (isCovered) return;
  const here = location.pathname + location.search;
  noteLeft(username);
  untilOver(username, cover(why)).then(() => location.replace(`/?volver=${encodeURIComponent(here)}`));
}

/** Nothing of the page is in sight any more, nor goes on. Gives the place of the words about it. */
function cover(/** @type {string} */ why, head = "🔒 Pantalla bloqueada") {
  isCovered = true;
  document.documentElement.dataset.locked = "";
  document.title = "Comanda · Bloqueada";
  const words = h("p", {}, why);
  document.body.append(h("div", { class: "lock", role: "alert" }, h("p", { class: "lock-head" }, head), words));
  addEventListener("click", (event) => { event.preventDefault(); event.stopImmediatePropagation(); }, true);
  for (const act of covering) act();
  return words;
}

/** Resolves once the session is over; where the session is somebody else's now, the page begins anew. */
async function untilOver(/** @type {string} */ username, /** @type {Element} */ words) {
  const isNoted = lockedUser() !== null;
  for (;;) {
    if (isNoted && lockedUser() === null) { // somebody has signed in beside: that session is theirs
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
