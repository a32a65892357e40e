// How values look to people: money, times, words for states.

let currency = "$";

export function setCurrency(sign) { currency = sign; }

/** 185.5 → "$ 185.50" */
export function money(amount) {
  const text = amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return `${currency} ${text}`;
}

export const STATES = {
  pendiente: { word: "Pendiente", icon: "🕐", tone: "" },
  en_preparacion: { word: "En preparación", icon: "🍳", tone: "wait" },
  listo: { word: "Listo", icon: "🔔", tone: "done" },
  entregado: { word: "Entregado", icon: "🍽", tone: "primary" },
  por_verificar: { word: "Por verificar", icon: "⏳", tone: "wait" },
  pagado: { word: "Pagado", icon: "✓", tone: "done" },
  anulado: { word: "Anulada", icon: "🚫", tone: "late" },
};

export const minutesSince = (iso, now = Date.now()) => Math.max(0, Math.floor((now - Date.parse(iso)) / 60000));

/** "ahora", "hace 3 min" up to an hour, then the clock's time. */
export function ago(iso, now = Date.now()) {
  const minutes = minutesSince(iso, now);
  if (minutes < 1) return "ahora";
  return minutes < 60 ? `hace ${minutes} min` : clock(iso);
}

/** 41 → "41 s", 125 → "2 min 5 s", 3780 → "1 h 3 min" */
export function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** "20:41" */
export function clock(iso) {
  return new Date(iso).toLocaleTimeString("es", { hour: "2-digit", minute: "2-digit", hour12: false });
}

/** "2026-11-24", of this device's calendar */
export function day(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The start of this device's day, as the server reads times. */
export function startOfDay() {
  const day = new Date();
  day.setHours(0, 0, 0, 0);
  return day.toISOString();
}

const ticking = new Set();

/** Run `update` now and every few seconds while `node` is on the page, so that waiting times live. */
export function tick(node, update) {
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
