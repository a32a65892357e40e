// A page that nobody touches locks itself, where the house wants that: several people share its tablet.

import { call, Problem } from "./api.js";
import { h, setText } from "./dom.js";

const ACTIVITY = "comanda.actividad"; // when somebody last touched a page of this browser, by its clock
const LOCKED = "comanda.bloqueada"; // whose session is being ended, until somebody signs in
const NEVER = ["/cocina"]; // hangs on a wall, and nobody has a hand free
const NOTE_EVERY = 500;
const LOOK_EVERY = 5000;
const TRY_EVERY = 4000;
const PIN_AGAIN = "Para seguir, entra con tu PIN.";
const TOUCHES = ["pointerdown", "keydown", "wheel"];

let limit = Infinity;
let last = 0;
let isCovered = false;

const read = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const write = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode: this page alone */ } };

/** Whose page was locked on this device and is not open again, or null. */
export const lockedUser = () => read(LOCKED);

/** Somebody has signed in here: pages are open again. */
export function unlock() {
  try { localStorage.removeItem(LOCKED); } catch { /* private mode */ }
  note();
}

/** `username` has left, and the server could not be told: no page of this browser goes on with that session. */
export const leave = (username) => write(LOCKED, username);

/** Stay locked where a lock has not been lifted, before anything is shown. Whether it is so. */
export function staysLocked() {
  if (lockedUser() === null) {
    addEventListener("storage", ({ key, newValue }) => { if (key === LOCKED && newValue !== null && !isOnTheWall()) lock(newValue, PIN_AGAIN); });
    return false;
  }
  lock(lockedUser(), PIN_AGAIN);
  return true;
}

/** It hangs there for everybody; whoever passes by and touches it is not at work on another page. */
const isOnTheWall = () => NEVER.includes(location.pathname);

/** Lock after `minutes` without a touch or a key in any tab of this browser; 0 is never. Whether it is locked now. */
export function watchIdle(minutes, username) {
  if (!(minutes > 0)) return false;
  limit = minutes * 60000;
  if (isOnTheWall()) return false;
  const look = () => { if (hasExpired()) lock(username); };
  for (const type of TOUCHES) addEventListener(type, (event) => touched(event, look), { capture: true, passive: false });
  for (const type of ["pageshow", "focus"]) addEventListener(type, look);
  document.addEventListener("visibilitychange", look);
  setInterval(look, Math.min(LOOK_EVERY, limit / 4));
  look();
  if (!isCovered) note();
  return isCovered;
}

/** The touch that comes too late is for the lock, and does nothing on the page. */
function touched(event, look) {
  look();
  if (!isCovered) {
    note();
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
}

function note() {
  const now = Date.now();
  if (Math.abs(now - last) < NOTE_EVERY) return;
  last = now;
  write(ACTIVITY, String(now));
}

/** Time asleep counts. What is no time, or lies ahead after the clock was put back, counts as now. */
function hasExpired() {
  const now = Date.now();
  const at = Number(read(ACTIVITY) ?? last) || 0;
  if (at <= 0 || at > now + limit) {
    last = 0;
    note();
    return false;
  }
  return now - at > limit;
}

/** Take everything out of sight first; then end the session, for as long as that takes. */
function lock(username, why = "Nadie la ha tocado en un rato.") {
  if (isCovered) return;
  isCovered = true;
  write(LOCKED, username);
  document.documentElement.dataset.locked = "";
  document.title = "Comanda · Bloqueada";
  const words = h("p", {}, why);
  document.body.append(h("div", { class: "lock", role: "alert" }, h("p", { class: "lock-head" }, "🔒 Pantalla bloqueada"), words));
  addEventListener("click", (event) => { event.preventDefault(); event.stopImmediatePropagation(); }, true);
  endSession(words);
}

async function endSession(words) {
  const here = location.pathname + location.search;
  for (;;) {
    if (lockedUser() === null) { // somebody has signed in beside: that session is theirs
      location.reload();
      return;
    }
    try {
      await call("DELETE", "/session");
      break;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) break;
      setText(words, "Sin conexión con Comanda. En cuanto vuelva podrás entrar con tu PIN. Lo que no se envió sigue guardado.");
    }
    await new Promise((resolve) => {
      setTimeout(resolve, TRY_EVERY);
      addEventListener("online", resolve, { once: true });
    });
  }
  location.replace(`/?volver=${encodeURIComponent(here)}`);
}
