// What can be corrected of a bill's orders: the table, a dish, the order as a whole.

import { andAgain, call } from "../lib/api.js";
import { h, openDialog, setText, toast } from "../lib/dom.js";
import { coverWith } from "../lib/place.js";
import { money } from "../lib/money.js";
import { counts, isOpen } from "./bill.js";
import { billKey, place } from "./place.js";
import { askReason } from "./reasons.js";
import { limit } from "./rules.js";
import { createVoidButton } from "./void.js";

const REASONS = ["se agotó", "el cliente no lo quiso", "error al tomarla", "salió mal"];

/**
 * Open the corrections of `orders`, which are of one bill. `role` is the page's, `learn(answer)` gets the server's
 * answers. An order that somebody else has changed meanwhile is corrected only once it was looked at again.
 */
export function openCorrections(/** @type {Order[]} */ orders, /** @type {CorrectionActs} */ { role, learn, known }) {
  if (document.querySelector("dialog[open]")) return; // the second of two taps
  const open = orders.filter(isOpen);
  const movable = open.filter((order) => order.paid === 0);
  const done = (/** @type {Parameters<OnAnswer>[0]} */ answer) => {
    learn(answer);
    dialog.close();
  };
  const isAsShown = (/** @type {Order[]} */ shown) => {
    if (shown.every((order) => isSame(order, known(order.id) ?? order))) return true;
    dialog.close();
    toast(`${place(open[0])} cambió mientras tanto. Mírala y corrige otra vez.`, "late", { own: true });
    return false;
  };
  const dialog = openDialog("Corregir", h("div", { class: "corrections" },
    h("header", { class: "sheet-head" }, h("h2", {}, `Corregir ${place(open[0])}`), h("button", {
      class: "button", type: "button", "data-kind": "plain", "aria-label": "Cerrar", onclick: () => dialog.close(),
    }, "✕")),
    movable.length > 1 ? createMove(movable, "Cambiar mesa a toda la cuenta", { learn, done, isAsShown }) : null,
    ...open.map((order) => createOrderPart(order, { role, learn, done, isAsShown, isOne: movable.length <= 1 }))));
  coverWith(dialog, "corregir"); // a question opens over it
}

/** Whether an order is where it was, with the dishes that it had. */
const isSame = (/** @type {Order} */ order, /** @type {Order} */ now) =>
  billKey(order) === billKey(now) && JSON.stringify(order.items) === JSON.stringify(now.items);

/** @type {(order: Order, acts: Omit<CorrectionActs, "known"> & Checked & { isOne: boolean }) => HTMLElement} */
function createOrderPart(order, { role, learn, done, isAsShown, isOne }) {
  const isPaid = order.paid > 0;
  const isCovered = order.payments.some(counts);
  const isOpenTo = mayMend(order, role);
  const mayTakeOff = !isCovered && isOpenTo;
  const mayVoid = !isPaid && order.status !== "por_verificar" && isOpenTo;
  const why = isCovered ? "Ya tiene un pago: no se le quita nada."
    : !mayTakeOff ? "La cocina ya la empezó: pide en caja que quiten un platillo o la anulen." : "";
  const words = isOne ? "Cambiar mesa" : "Cambiar mesa a esta orden";
  const move = createMove([order], words, { learn, done, isAsShown });
  return h("section", { class: "correction", "aria-label": `Orden ${order.id}` },
    h("h3", {}, `Orden ${order.id}${order.round > 1 ? ` · ronda ${order.round}` : ""} · `,
      h("span", { class: "money" }, money(order.total))),
    isPaid ? null : isOne ? move : h("details", {}, h("summary", {}, words), move),
    h("ul", { class: "correction-dishes", "aria-label": "Platillos" }, ...order.items.map((item, position) => (
      createLine(order, item, position, mayTakeOff, { done, isAsShown }))).filter(Boolean)),
    why ? h("p", { class: "quiet small" }, why) : null,
    mayVoid ? createVoidButton(order, done) : null);
}

/** A waiter mends what the kitchen never began, a cashier everything. */
const mayMend = (/** @type {Order} */ order, /** @type {Role} */ role) =>
  role !== "waiter" || (order.status === "pendiente" && !order.begun);

/**
 * The form *Cambiar mesa* for these orders, which move one after another.
 * @type {(orders: Order[], words: string, acts: { learn: OnAnswer } & Checked) => HTMLFormElement}
 */
function createMove(orders, words, { learn, done, isAsShown }) {
  const id = `move-${orders.map((order) => order.id).join("-")}`;
  const input = h("input", {
    class: "input", type: "text", id, autocomplete: "off", maxlength: limit("customer"),
    placeholder: "Mesa o nombre",
  });
  const hint = h("p", { class: "field-error", role: "alert" });
  const button = h("button", { class: "button", type: "submit" }, "Cambiar");
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const typed = input.value.trim();
    if (!typed) { input.focus(); return; }
    if (!isAsShown(orders)) return;
    const table = /^(?:mesa *)?(\d+)$/i.exec(typed)?.[1]; // "Mesa 7" is nobody's name
    const where = table ? { table_number: Number(table) } : { customer: typed };
    button.disabled = true;
    try {
      const answers = [];
      for (const order of orders) {
        answers.push(await call("PUT", `/orders/${order.id}/place`, { json: where }));
        learn(answers[answers.length - 1]);
      }
      const what = orders.length > 1 ? `${orders.length} rondas` : `Orden ${orders[0].id}`;
      toast(`${what}: ahora ${"customer" in where ? "para" : "en"} ${place(answers[0])}`, "done", { own: true });
      done(answers[answers.length - 1]);
    } catch (error) {
      const [sentences] = Object.values(error.errors ?? {});
      setText(hint, `⚠ ${sentences?.[0] ?? (error.code ? error.message : andAgain(error))}`);
      button.disabled = false;
    }
  };
  return h("form", { class: "move", onsubmit: send }, h("label", { for: id }, words),
    h("div", { class: "move-fields" }, input, button), hint);
}

/** @type {(order: Order, item: Item, position: number, mayTakeOff: boolean, acts: Checked) => HTMLElement} */
function createLine(order, item, position, mayTakeOff, acts) {
  if (item.quantity === 0) {
    return h("li", {}, h("s", {}, `${item.removed} ${item.name}`), " ",
      h("span", { class: "quiet small" }, item.removed_reason ?? ""));
  }
  const take = h("button", { class: "button", type: "button", hidden: !mayTakeOff,
    "aria-label": `Quitar ${item.name}`, onclick: () => askToTakeOff(order, item, position, acts) }, "Quitar");
  return h("li", {}, h("span", {}, h("b", { class: "number" }, String(item.quantity)), ` ${item.name}`), take);
}

/**
 * Ask how many dishes to take off and why, then take them off.
 * @type {(order: Order, item: Item, position: number, acts: Checked) => void}
 */
function askToTakeOff(order, item, position, { done, isAsShown }) {
  if (!isAsShown([order])) return;
  const left = h("select", { class: "input", id: "quantity-off" },
    ...Array.from({ length: item.quantity }, (_, at) => h("option", { value: String(at + 1) }, String(at + 1))));
  const before = item.quantity > 1
    ? [h("p", { class: "field" }, h("label", { for: "quantity-off" }, "¿Cuántos se quitan?"), left)] : [];
  askReason({
    label: "Quitar platillo", heading: [`Quitar ${item.name}`], before, legend: "¿Por qué?", reasons: REASONS,
    action: "Quitar",
  }, async (reason) => {
    if (!isAsShown([order])) return;
    const off = Number(left.value);
    const quantity = item.quantity - off;
    try {
      const path = /** @type {`/orders/${string}/items/${string}`} */ (`/orders/${order.id}/items/${position}`);
      const answer = await call("PUT", path, { json: { quantity, reason } });
      toast(`${item.name}: ${off} ${off === 1 ? "quitado" : "quitados"}`, "done", { own: true });
      done(answer);
    } catch (error) {
      toast(error.code ? `${error.message}.` : andAgain(error), "late");
    }
  });
}
