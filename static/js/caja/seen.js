// Telling who looks at what: the waiters, that their proof was opened; the other cashiers, who has it on show.
// It never stands in the way of a verdict.

import { asUser, call, Offline } from "../lib/api.js";
import { onCovered } from "../house/idle.js";
import { stopwatch } from "../lib/server-time.js";

const RENEWS_AFTER = 120000; // what is said counts for three minutes
const AWAY_AFTER = 600000; // whoever touches nothing for so long is not there
const LOOKS_EVERY = 20000;

const opened = new Set();
const untold = new Set(); // opened here, and the waiter does not know
let me = null;
let learn = null;
let shown = null; // the payment that is on show, and that may be decided here
let told = null; // the payment of which the server knows that it is on show
let toldAt = 0;
let touchedAt = stopwatch();
let isTelling = false;

/** Whose page this is; `hear(order)` is called with the server's answers. */
export function setViewer(username, hear) {
  me = username;
  learn = hear;
}

/** This payment is on show, and no other; null is none. */
export function showPayment(payment) {
  shown = payment?.id ?? null;
  if (payment && !payment.seen_at && !opened.has(payment.id)) untold.add(payment.id);
  if (payment) opened.add(payment.id);
  setTimeout(tell); // once the tap that opened it has its answer
}

/** Tell what could not be told yet. One request at a time, so that none overtakes another. */
export async function tell() {
  if (isTelling) return;
  isTelling = true;
  try {
    while (await tellNext()) { /* what is on show may have changed meanwhile */ }
  } catch { /* it is tried again once the page is online */ }
  isTelling = false;
}

async function tellNext() {
  const late = [...untold].find((id) => id !== shown);
  if (late) await see(late);
  else if (shown === told) return false;
  else if (shown === null) await leave(told);
  else await view(shown);
  return true;
}

/** Whoever is the first to open it is its viewer, too. */
async function view(id) {
  const order = await put(id, untold.has(id) ? "seen" : "viewer");
  const isKnown = order?.payment?.viewers?.some(({ username }) => username === me);
  if (isKnown || !untold.delete(id)) remember(id);
}

/** What was closed again before it could be told of. */
async function see(id) {
  const order = await put(id, "seen");
  untold.delete(id);
  if (order?.payment?.viewers?.some(({ username }) => username === me)) remember(id);
}

async function leave(id) {
  await refusable(() => call("DELETE", `/payments/${id}/viewer`));
  remember(null);
}

function remember(id) {
  untold.delete(id);
  told = id;
  toldAt = stopwatch();
}

async function put(id, what) {
  const order = await refusable(() => call("PUT", `/payments/${id}/${what}`));
  if (order) learn(order);
  return order;
}

/** What was refused will be refused again; what got lost is thrown, to be told later. */
async function refusable(request) {
  try {
    return await request();
  } catch (error) {
    if (error instanceof Offline || error.status >= 500 || error.status === 429) throw error;
    return null;
  }
}

for (const touch of ["pointerdown", "keydown", "wheel"]) {
  addEventListener(touch, () => { touchedAt = stopwatch(); }, { passive: true, capture: true });
}

/** Whoever left has nothing on show: the server sees to it when it ends the session. */
onCovered(() => { shown = null; });

/** Who has a payment on show for long says so again, seldom. */
setInterval(() => {
  const isDue = shown !== null && shown === told && stopwatch() - toldAt >= RENEWS_AFTER;
  if (isDue && stopwatch() - touchedAt < AWAY_AFTER) told = null;
  if (shown !== null) tell();
}, LOOKS_EVERY);

/** Of two tabs the one that is looked at counts: the other one may have told of something else, or closed it. */
addEventListener("focus", () => {
  if (shown === null) return;
  told = null;
  tell();
});

/** A page that is closed has nothing on show. */
addEventListener("pagehide", () => {
  const last = told ?? shown;
  if (last === null) return;
  fetch(`/payments/${last}/viewer`, { method: "DELETE", headers: asUser(), credentials: "same-origin", keepalive: true }).catch(() => {});
  told = null;
});
addEventListener("pageshow", (event) => { if (event.persisted) tell(); });
