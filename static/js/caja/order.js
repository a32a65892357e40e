// Any order of the house in a dialog, by its number: what was ordered, and each payment with its proof.

import { call, Offline } from "../lib/api.js";
import { h, openDialog } from "../lib/dom.js";
import { fetchPart } from "../lib/later.js";
import { cover, uncover } from "../lib/place.js";
import { place } from "../house/place.js";

/** @type {HTMLDialogElement?} */
let dialog = null;
let turn = 0;

/** Show an order in place of a shown one; the page's address names it. */
export async function openOrder(/** @type {string} */ orderId) {
  turn += 1;
  const now = turn;
  const opened = dialog?.open ? dialog : openEmpty(); // a dialog hears late that it was closed
  dialog = opened;
  cover("orden", orderId, () => opened.close());
  fill(opened, `Orden ${orderId}`, h("p", { class: "empty" }, "Cargando…"));
  let title = `Orden ${orderId}`;
  let parts;
  const again = () => { openOrder(orderId); };
  try {
    const coming = import("./order-contents.js");
    coming.catch(() => {}); // a request that failed before it says why
    const order = await call("GET", `/orders/${encodeURIComponent(orderId)}`);
    const part = await fetchPart(coming);
    title = `${place(order)} · Orden ${order.id}`;
    parts = part ? part.contentsOf(order, again) : [failure(orderId, new Offline())];
  } catch (error) {
    parts = [failure(orderId, error)];
  }
  if (now !== turn) return;
  fill(opened, title, ...parts);
  opened.querySelector("h2")?.focus();
}

function openEmpty() {
  const opened = openDialog("Orden");
  opened.classList.add("order-dialog");
  opened.addEventListener("close", () => {
    if (dialog !== opened) return;
    turn += 1;
    dialog = null;
    uncover("orden");
  });
  return opened;
}

/** @type {(opened: HTMLDialogElement, title: string, ...parts: Node[]) => void} */
function fill(opened, title, ...parts) {
  opened.setAttribute("aria-label", title);
  opened.replaceChildren(
    h("header", { class: "detail-head" }, h("div", {}, h("h2", { tabindex: -1 }, title)),
      h("button", {
        class: "button", type: "button", "aria-label": "Cerrar", title: "Cerrar (Esc)", onclick: () => opened.close(),
      }, "✕")),
    ...parts);
  requestAnimationFrame(() => { opened.scrollTop = 0; });
}

function failure(/** @type {string} */ orderId, /** @type {any} */ error) {
  const words = error instanceof Offline ? "Sin conexión. No se pudo cargar la orden." : error.message;
  return h("div", { class: "empty" }, h("p", {}, words), error.status === 404 ? null
    : h("button", { class: "button", type: "button", onclick: () => openOrder(orderId) }, "Cargar otra vez"));
}
