// Calling the cashier: a sound, a word for screen readers, and a notification where the browser has them.

import { h, setText, toast } from "../lib/dom.js";
import { money } from "../house/format.js";
import { stopwatch } from "../lib/server-time.js";
import * as sound from "../lib/sound.js";
import { place } from "../house/place.js";
import { depositOf } from "./arrival.js";
import { givenOf, placesWithin } from "./charges.js";
import { lateWarnings, namesOf } from "./examination.js";

const heard = h("p", { class: "unseen", role: "status", "aria-live": "polite" });

/** The live region that announces arrivals; it must be on the page from the beginning. */
export const announcer = heard;

/** A proof has arrived. */
export function callFor(/** @type {Charged} */ order) {
  sound.playNew();
  const again = order.payment.replaces ? `Reenvío #${order.payment.attempt}` : "Comprobante nuevo";
  const arrived = depositOf(order.payment) ? ", el dinero ya llegó" : "";
  call(`${again}: ${placesWithin(order)}, ${money(givenOf(order.payment))}${arrived}`, order, "pago");
}

const TOGETHER = 1000; // ms: the lines of a statement ring once
let rangAt = -Infinity;

/** The money of a payment that waits has arrived. */
export function callForMoney(/** @type {Charged} */ order) {
  if (stopwatch() - rangAt > TOGETHER) sound.playMoney();
  rangAt = stopwatch();
  call(`Llegó el dinero: ${placesWithin(order)}, ${money(givenOf(order.payment))}`, order, "dinero");
}

/** A proof has waited too long for somebody to open it. */
export function callForOverlooked(/** @type {Placed} */ notice) {
  sound.playRefused();
  toast(`⏰ ${place(notice)}: nadie ha visto su comprobante. Ábrelo.`, "late");
}

/** A late warning has come: about a payment that is approved already. */
export function callForLate(/** @type {Charged} */ order) {
  sound.playRefused();
  const names = namesOf(lateWarnings(order.payment));
  const about = `${placesWithin(order)}, ${money(givenOf(order.payment))}`;
  call(`Aviso sobre un pago ya aprobado: ${about}: ${names}`, order, "aviso");
}

/** A warning has come after its payment's card: only screen readers need the words. */
export function sayWarnings(/** @type {Charged} */ order, /** @type {Suspicion[]} */ warnings) {
  setText(heard, `Aviso nuevo: ${placesWithin(order)}: ${namesOf(warnings)}`);
}

/** @type {(words: string, order: Charged, tag: string) => void} */
function call(words, order, tag) {
  setText(heard, words);
  if (canNotify() && Notification.permission === "granted") notify(words, order, tag);
}

const canNotify = () => isSecureContext && "Notification" in globalThis;
const wouldAsk = () => canNotify() && Notification.permission === "default";

/**
 * On Android only a service worker can raise a notification.
 * @type {(words: string, order: Charged, tag: string) => void}
 */
function notify(words, order, tag) {
  const icon = new URL("../../icons/icon-192.png", import.meta.url).href;
  const options = { body: `Orden ${order.id}`, tag: `${tag}-${order.payment.id}`, icon };
  try {
    const notification = new Notification(words, options);
    notification.onclick = () => { focus(); notification.close(); };
  } catch {
    navigator.serviceWorker?.ready.then((shell) => shell.showNotification(words, options)).catch(() => {});
  }
}

/** Browsers play no sound before the first touch: a button asks for it at the start of the shift. */
export function soundHint() {
  const hint = h("button", { class: "button sound-hint", type: "button", "data-kind": "primary", onclick: activate },
    "🔔 Activar sonido");
  async function activate() {
    hint.hidden = true;
    if (wouldAsk()) Notification.requestPermission().catch(() => {});
    await sound.unlock();
    sound.playNew();
  }
  const look = () => setTimeout(() => { hint.hidden ||= sound.isUnlocked() && !wouldAsk(); }, 400);
  for (const touch of ["pointerup", "keyup"]) addEventListener(touch, look);
  return hint;
}
