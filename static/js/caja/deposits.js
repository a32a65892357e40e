// The deposits that have no payment, the bank's phone, and what both say of a payment that waits.

import { call } from "../lib/api.js";
import { createRefresher } from "../lib/again.js";
import { h, setText, toast } from "../lib/dom.js";
import { fetchPart } from "../lib/later.js";
import { now } from "../lib/server-time.js";
import { createSureButton } from "../lib/sure.js";
import { businessDay, clock, day, money, tick } from "../house/format.js";
import { placeWithin } from "../house/place.js";
import { whenWords } from "../house/receipt-words.js";
import { depositOf } from "./arrival.js";
import { givenOf } from "./charges.js";
import { putTie } from "./put-tie.js";
import { A_DAY, NEAR, Untied } from "./untied.js";
import { isInAccount } from "./words.js";

const MINUTE = 60000;
const SHOWN = 2 * A_DAY;
const ASKS_EVERY = MINUTE;
const KNOWN_FOR = 2.5 * MINUTE; // what the server said of the phone before that tells nothing of now

/** @type {DepositsParts} */
let parts;
const untied = new Untied(changed);
let isStale = false; // the last list did not come
/** @type {BankPhone?} */
let phone = null;
let phoneAt = -Infinity; // when the server told of the phone
let noticeAt = -Infinity; // the last notice that was heard live
/** @type {{ show: () => void }?} */
let choice = null;
let isDue = false; // the page will show a change with its next frame
const silence = h("p", { class: "badge phone-silent", role: "status", "data-tone": "wait", hidden: true });

/** Begin with what came with the page, else ask for it. */
export function begin(/** @type {DepositsParts} */ page, /** @type {FirstDeposits | undefined} */ first) {
  parts = page;
  parts.bar.insertBefore(silence, parts.bar.lastElementChild);
  tick(silence, showPhone);
  setInterval(keepUp, ASKS_EVERY);
  document.addEventListener("visibilitychange", keepUp);
  if (first) {
    learnPhone(first.phone);
    untied.take(first.deposits, Number(first.last_event_id));
  } else {
    refresh();
  }
}

/** Ask for all again. */
export function refresh() {
  loadList();
  askPhone();
}

/** The server's log begins anew. A refresh follows. */
export const forget = () => untied.forget();

function keepUp() {
  if (document.visibilityState !== "visible") return;
  if (isStale) loadList();
  if (phone?.enabled) askPhone();
}

/* The deposits */

const loadList = createRefresher(async (isOutdated) => {
  const query = new URLSearchParams({
    from: new Date(now() - SHOWN).toISOString(), to: new Date(now() + NEAR).toISOString(), tied: "false",
  });
  try {
    const { deposits, last_event_id: lastEventId } = await call("GET", `/deposits?${query}`);
    if (!isOutdated()) untied.take(deposits, Number(lastEventId));
    isStale = false;
  } catch {
    isStale = true;
  }
});

/** Take an event. */
export function hear(/** @type {DepositNotice} */ notice, /** @type {number} */ eventId) {
  if (notice.source === "aviso") noticeAt = Math.max(noticeAt, Math.min(now(), Date.parse(notice.at)));
  if (!untied.hear(notice, eventId)) loadList();
}

/** Show what has changed, once for all that comes together. */
function changed() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    follow();
    parts.onChange();
  });
}

/** The page's payments or its connection have changed: an open choice may be settled. */
export function follow() {
  choice?.show();
  showPhone();
}

/** Whether a payment has no deposit, and may get one by hand: it waits, or was approved today. */
const isOpen = (/** @type {Payment} */ payment) => !depositOf(payment) && isInAccount(payment.method)
  && (payment.status === "por_verificar"
    || (payment.status === "aprobado" && businessDay(payment.decided_at ?? "") === businessDay()));

/**
 * What is known of a payment's money that has no deposit; null for nothing, and where no bank tells of any. `done()`
 * hears that somebody has tied a deposit.
 * @type {(payment: Payment, done?: () => void) => MoneyHint?}
 */
export function hintOf(payment, done = () => {}) {
  if (!parts || !isOpen(payment)) return null;
  const { near, others } = untied.fitting(payment);
  const act = parts.isOwn(payment) ? null : () => { choose(payment, done); };
  if (near.length > 0) return { words: `💰 ${near.length} ${near.length === 1 ? "posible" : "posibles"}`, act };
  if (payment.status === "por_verificar" && !isOverdue(payment)) return null;
  if (others.length > 0) return { words: `💰 ${others.length} de hoy con el mismo monto`, act };
  if (payment.status !== "por_verificar") return null;
  const state = stateOfPhone();
  if (state === "near") return { words: `No ha llegado nada por ${money(givenOf(payment))}`, act: null };
  return state === "silent" ? { words: phoneWords(), act: null, isOfPhone: true } : null;
}

const isOverdue = (/** @type {Payment} */ payment) =>
  now() - Date.parse(payment.submitted_at) >= parts.patience.overdue_seconds * 1000;

/* The bank's phone */

async function askPhone() {
  try {
    learnPhone(await call("GET", "/deposits/phone"));
    changed();
  } catch { /* asked again within a minute */ }
}

function learnPhone(/** @type {BankPhone} */ answer) {
  phone = answer;
  phoneAt = now();
}

const heardAt = () => Math.max(noticeAt, phone?.heard_at ? Date.parse(phone.heard_at) : -Infinity);

/**
 * Whether the phone is `near` or `silent`; `unknown` while this page itself hears nothing, so that silence is never
 * read as "no money", and "" for a house without one.
 */
function stateOfPhone() {
  if (!phone?.enabled) return "";
  if (now() - heardAt() < parts.patience.silent_minutes * MINUTE) return parts.isOnline() ? "near" : "unknown";
  return parts.isOnline() && now() - phoneAt < KNOWN_FOR ? "silent" : "unknown";
}

/** "Teléfono del banco: sin señal desde 20:41" */
function phoneWords() {
  const heard = heardAt();
  if (heard === -Infinity) return "📵 Teléfono del banco: aún sin señal";
  const iso = new Date(heard).toISOString();
  return `📵 Teléfono del banco: sin señal desde ${day(iso) === day() ? clock(iso) : whenWords(iso)}`;
}

function showPhone() {
  const isSilent = stateOfPhone() === "silent";
  silence.hidden = !isSilent;
  setText(silence, isSilent ? phoneWords() : "");
}

/* By hand */

/** Show the deposits that may be a payment's; one tap ties. */
async function choose(/** @type {Payment} */ payment, /** @type {() => void} */ done) {
  const part = await fetchPart(import("./deposit-choice.js"));
  if (!part || document.querySelector(".deposit-choice")) return;
  const paymentNow = () => parts.known(payment)?.payment ?? payment;
  choice = part.openChoice({
    payment,
    find: () => (isOpen(paymentNow()) ? untied.fitting(payment) : null),
    tie: async (deposit) => {
      const isTied = await send(deposit.id, payment.id);
      if (isTied) toast(`💰 Unido: ${placeOf(payment)} · ${money(deposit.amount)}`, "done");
      if (isTied) done();
      return isTied;
    },
    onClose: () => { choice = null; },
  });
}

/**
 * The button *Soltar* of a payment with a deposit, which asks once: no rule ties what a person has untied.
 * @type {(payment: Payment, done?: () => void) => HTMLElement?}
 */
export function createUntie(payment, done = () => {}) {
  const deposit = depositOf(payment);
  if (!deposit || !parts) return null;
  const { button } = createSureButton(() => "Soltar", "¿Seguro? Ya no se une solo", async () => {
    button.disabled = true;
    if (await send(deposit.id, null)) {
      toast(`Soltado: ${placeOf(payment)} · ${money(deposit.amount)}`);
      done();
    }
    button.disabled = false;
  }, `ingreso de ${money(deposit.amount)}`);
  return button;
}

const placeOf = (/** @type {Payment} */ payment) => placeWithin(payment.orders[0] ?? {});

/** Tie a deposit, or untie it. Returns whether the server has done so; says why not. */
async function send(/** @type {string} */ id, /** @type {string?} */ paymentId) {
  const answer = await putTie(id, paymentId);
  if (!answer) {
    loadList(); // somebody else may have been first
    return false;
  }
  const { last_event_id: lastEventId, ...deposit } = answer;
  untied.learn(id, deposit.payment_id === null ? deposit : null, Number(lastEventId));
  return true;
}
