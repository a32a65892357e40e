// Calling the cashier: a sound, a word for screen readers, and a notification where the browser has them.

import { h, setText, toast } from "../lib/dom.js";
import { money } from "../house/format.js";
import * as sound from "../lib/sound.js";

const heard = h("p", { class: "unseen", role: "status", "aria-live": "polite" });

/** The live region that announces arrivals; it must be on the page from the beginning. */
export const announcer = heard;

/** A proof has arrived. */
export function callFor(/** @type {Charged} */ order) {
  sound.playNew();
  const again = order.payment.attempt > 1 ? `Reenvío #${order.payment.attempt}` : "Comprobante nuevo";
  const words = `${again}: mesa ${order.table_number}, ${money(order.total)}`;
  setText(heard, words);
  if (canNotify() && Notification.permission === "granted") notify(words, order);
}

/** A proof has waited too long for somebody to open it. */
export function callForOverlooked(/** @type {number} */ table) {
  sound.playRefused();
  toast(`⏰ Mesa ${table}: nadie ha visto su comprobante. Ábrelo.`, "late");
}

const canNotify = () => isSecureContext && "Notification" in globalThis;
const wouldAsk = () => canNotify() && Notification.permission === "default";

/** On Android only a service worker can raise a notification. */
function notify(/** @type {string} */ words, /** @type {Charged} */ order) {
  const icon = new URL("../../icons/icon-192.png", import.meta.url).href;
  const options = { body: `Orden ${order.id}`, tag: `pago-${order.payment.id}`, icon };
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
