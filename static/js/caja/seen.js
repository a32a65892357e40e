// Telling who views a payment: waiters hear that it was opened, other cashiers who has it on show.
// A failure here never delays a verdict.

import { asUser, call, Offline } from "../lib/api.js";
import { onCovered } from "../house/idle.js";
import { stopwatch } from "../lib/server-time.js";

const RENEWS_AFTER = 120000; // what is said counts for three minutes
const AWAY_AFTER = 600000; // whoever touches nothing for so long is not there
const LOOKS_EVERY = 20000;

/** @type {Set<string>} */
const openedIds = new Set();
/** @type {Set<string>} */
const untoldIds = new Set(); // opened here, and the waiter does not know
let me = "";
/** @type {OnAnswer} */
let learn = () => {};
/** @type {string?} */
let shownId = null; // the payment that is on show, and that may be decided here
/** @type {string?} */
let toldId = null; // the payment of which the server knows that it is on show
let toldAt = 0;
let touchedAt = stopwatch();
let isTelling = false;

/** Set the page's user; `hear(order)` takes the server's answers. */
export function setViewer(/** @type {string} */ username, /** @type {OnAnswer} */ hear) {
  me = username;
  learn = hear;
}

/** Put this payment on show, and no other; null for no payment. */
export function showPayment(/** @type {Payment?} */ payment) {
  shownId = payment?.id ?? null;
  if (payment && !payment.seen_at && !openedIds.has(payment.id)) untoldIds.add(payment.id);
  if (payment) openedIds.add(payment.id);
  setTimeout(tell); // once the tap that opened it has its answer
}

/** Tell the server what it has not heard yet, one request at a time, so that no request overtakes another. */
export async function tell() {
  if (isTelling) return;
  isTelling = true;
  try {
    while (await tellNext()) { /* what is on show may have changed meanwhile */ }
  } catch { /* it is tried again once the page is online */ }
  isTelling = false;
}

async function tellNext() {
  const late = [...untoldIds].find((id) => id !== shownId);
  if (late) await see(late);
  else if (shownId === toldId) return false;
  else if (shownId !== null) await view(shownId);
  else if (toldId !== null) await leave(toldId);
  return true;
}

/** The first cashier to open a payment is its viewer, too. */
async function view(/** @type {string} */ id) {
  const order = await put(id, untoldIds.has(id) ? "seen" : "viewer");
  if (isKnown(order, id) || !untoldIds.delete(id)) remember(id);
}

/** Drop a payment that was closed before the server heard of it. */
async function see(/** @type {string} */ id) {
  const order = await put(id, "seen");
  untoldIds.delete(id);
  if (isKnown(order, id)) remember(id);
}

/** Whether the server answers that this payment, which needn't be its order's latest, is on show here. */
const isKnown = (/** @type {Order?} */ order, /** @type {string} */ id) =>
  order?.payments.find((payment) => payment.id === id)?.viewers.some(({ username }) => username === me) ?? false;

async function leave(/** @type {string} */ id) {
  await refusable(() => call("DELETE", `/payments/${id}/viewer`));
  remember(null);
}

function remember(/** @type {string?} */ id) {
  if (id !== null) untoldIds.delete(id);
  toldId = id;
  toldAt = stopwatch();
}

async function put(/** @type {string} */ id, /** @type {"seen" | "viewer"} */ what) {
  const order = await refusable(() => call("PUT", `/payments/${id}/${what}`));
  if (order) learn(order);
  return order;
}

/**
 * A refusal is final; a lost request is thrown, and sent again later.
 * @template Answer
 * @param {() => Promise<Answer>} request
 */
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

/** Who signs out has nothing on show: the server clears the view with the session. */
onCovered(() => { shownId = null; });

/** A long view is renewed now and then. */
setInterval(() => {
  const isDue = shownId !== null && shownId === toldId && stopwatch() - toldAt >= RENEWS_AFTER;
  if (isDue && stopwatch() - touchedAt < AWAY_AFTER) toldId = null;
  if (shownId !== null) tell();
}, LOOKS_EVERY);

/** The visible tab counts: another tab may have told of another payment, or closed this one. */
addEventListener("focus", () => {
  if (shownId === null) return;
  toldId = null;
  tell();
});

/** A page that is closed has nothing on show. */
addEventListener("pagehide", () => {
  const last = toldId ?? shownId;
  if (last === null) return;
  fetch(`/payments/${last}/viewer`,
    { method: "DELETE", headers: asUser(), credentials: "same-origin", keepalive: true }).catch(() => {});
  toldId = null;
});
addEventListener("pageshow", (event) => { if (event.persisted) tell(); });
