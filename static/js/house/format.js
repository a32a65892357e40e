// Values for people: times, words for states; money is in lib/money.

import { setTerms } from "../lib/api.js";
import { inWords } from "../lib/wall-time.js";
import { now } from "../lib/server-time.js";

export { businessDay, day, startOfDay } from "../lib/wall-time.js";
export { money } from "../lib/money.js";

export const STATES = {
  pendiente: { word: "Pendiente", icon: "🕐", tone: "" },
  en_preparacion: { word: "En preparación", icon: "🍳", tone: "wait" },
  listo: { word: "Listo", icon: "🔔", tone: "done" },
  entregado: { word: "Entregado", icon: "🍽", tone: "primary" },
  por_verificar: { word: "Por verificar", icon: "⏳", tone: "wait" },
  pagado: { word: "Pagado", icon: "✓", tone: "done" },
  anulado: { word: "Anulada", icon: "🚫", tone: "late" },
};
setTerms({ en_preparacion: "en preparación", por_verificar: "por verificar" });

export const minutesSince = (/** @type {string} */ iso, at = now()) =>
  Math.max(0, Math.floor((at - Date.parse(iso)) / 60000));

/** "ahora", "hace 3 min" up to an hour, then the clock's time. */
export function ago(/** @type {string} */ iso, at = now()) {
  const minutes = minutesSince(iso, at);
  if (minutes < 1) return "ahora";
  return minutes < 60 ? `hace ${minutes} min` : clock(iso);
}

/** 41 → "41 s", 125 → "2 min 5 s", 3780 → "1 h 3 min" */
export function duration(/** @type {number} */ seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** "20:41", in the restaurant's zone */
export const clock = (/** @type {string} */ iso) =>
  inWords(iso, "es", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** @type {Set<{ node: Node, update: () => void, seen?: boolean }>} */
const ticking = new Set();

/** Run `update` now, and every few seconds while `node` is on the page. */
export function tick(/** @type {Node} */ node, /** @type {() => void} */ update) {
  const entry = { node, update };
  ticking.add(entry);
  update();
}

setInterval(() => {
  for (const entry of ticking) {
    if (entry.node.isConnected) entry.update();
    else if (entry.seen) ticking.delete(entry);
    entry.seen = true;
  }
}, 5000);
