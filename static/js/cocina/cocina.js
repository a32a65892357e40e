// The kitchen: three columns, oldest first; one tap takes an order a step on.

import { andAgain, call } from "../lib/api.js";
import { createBar } from "../house/bar.js";
import { h, KeyedList, setText, toast } from "../lib/dom.js";
import { minutesSince, tick } from "../house/format.js";
import { Live } from "../house/live.js";
import { place, placeShort } from "../house/place.js";
import * as sound from "../lib/sound.js";
import { start } from "../house/start.js";
import { createSoldOut } from "./sold-out.js";
import { createLine } from "./lines.js";
import { createVoided, snapshot } from "./voided.js";

const COLUMNS = [
  { status: "pendiente", heading: "Pendientes", icon: "🕐", next: "en_preparacion", action: "Empezar",
    empty: "Nada pendiente ✓" },
  { status: "en_preparacion", heading: "En preparación", icon: "🍳", next: "listo", action: "Listo", back: "pendiente",
    empty: "Nada en el fuego" },
  { status: "listo", heading: "Listos", icon: "🔔", next: null, action: "", back: "en_preparacion",
    empty: "Nada por recoger ✓" },
];
const RING_EVERY = 4000;
const CARDS_HIGH = 4;

const { user, settings } = await start("kitchen");
const bar = createBar("Cocina", user);
const unheardIds = new Set();
const voided = createVoided();
const soldOut = createSoldOut();
const metIds = new Set();
const columns = new Map(COLUMNS.map((column) => [column.status, createColumn(column)]));
bar.middle.append(soldOut.button, soundHint());
document.body.append(bar.node, h("main", {}, voided.node,
  h("div", { class: "board" }, ...COLUMNS.map(({ status }) => columns.get(status).node))));

function createColumn(column) {
  const list = h("ul", { class: "tickets", "aria-label": column.heading });
  const empty = h("p", { class: "empty" }, column.empty);
  const counter = h("span", { class: "counter" }, "0");
  const node = h("section", { class: "column", data: { status: column.status } },
    h("h2", {}, h("span", { "aria-hidden": "true" }, `${column.icon} `), `${column.heading} `, counter), list, empty);
  /** @type {KeyedList<Order>} */
  const tickets = new KeyedList(list, {
    key: (order) => order.id,
    compare: (a, b) => Number(a.id) - Number(b.id),
    create: (order) => createTicket(order, column),
    empty,
  });
  const count = () => {
    setText(counter, String(tickets.size));
    node.dataset.width = String(Math.min(3, Math.ceil(tickets.size / CARDS_HIGH) || 1));
  };
  return { node, tickets, count };
}

function createTicket(/** @type {Order} */ order, column) {
  const time = h("span", { class: "elapsed number" });
  const lines = h("ul", { class: "lines" });
  const label = `${place(order)}, orden ${order.id}`;
  const about = h("span", { class: "quiet" });
  const table = h("span", { class: "table" });
  const round = h("span", { class: "badge round", "data-tone": "wait", hidden: true });
  const card = h("article", { class: "card ticket", "aria-label": label },
    h("div", { class: "ticket-head" }, table, round, time,
      column.back ? createRecall(order, column, label) : null),
    lines,
    h("div", { class: "ticket-foot" }, about,
      column.next ? createStep(order, column, label) : h("span", { class: "quiet" }, "Esperando al mesero")));
  const node = h("li", {}, card);
  node.addEventListener("pointerdown", () => hear(order.id));
  tick(node, () => showElapsed(time, card, order));
  /** @type {Order?} */
  let shown = null;
  const update = (/** @type {Order} */ now) => {
    const { waiter } = now;
    const isChanged = shown !== null && (place(shown) !== place(now) || isLess(shown, now));
    if (!shown || place(shown) !== place(now)) showTable(table, now);
    if (!shown || JSON.stringify(shown.items) !== JSON.stringify(now.items)) {
      lines.replaceChildren(...now.items.map(createLine));
    }
    round.hidden = now.round === 1;
    setText(round, now.round > 1 ? `Ronda ${now.round}` : "");
    if (isChanged) flash(card);
    shown = now;
    card.dataset.unheard = String(unheardIds.has(order.id));
    setText(about, `Orden ${order.id} · ${waiter}`); // another may have taken the table over
  };
  return { node, update };
}

/** Whether dishes were taken off an order. */
const isLess = (/** @type {Order} */ before, /** @type {Order} */ now) =>
  now.items.some((item, at) => item.removed > (before.items[at]?.removed ?? 0));

/** Call the cook's eye to a ticket that was corrected. */
function flash(/** @type {HTMLElement} */ card) {
  delete card.dataset.new;
  void card.offsetWidth; // the animation begins anew
  card.dataset.new = "";
}

/** The table's number, or "Para llevar" with the customer's name. */
function showTable(/** @type {HTMLElement} */ node, /** @type {Order} */ order) {
  node.classList.toggle("customer", Boolean(order.customer));
  node.replaceChildren(...(order.customer ? [h("span", { class: "away" }, "Para llevar"), " "] : []),
    placeShort(order));
}

/** The next step's button. The whole card is its target; the dishes stay text for screen readers. */
function createStep(/** @type {Order} */ order, { next, action }, label) {
  const button = h("button", {
    class: "step", type: "button", "aria-label": `${label}: ${action}`, onclick: () => move(order, next, button),
  }, action, h("span", { "aria-hidden": "true" }, " →"));
  return button;
}

/** A button that takes the last step back. */
function createRecall(/** @type {Order} */ order, column, label) {
  const { heading } = COLUMNS.find(({ status }) => status === column.back);
  const button = h("button", {
    class: "button recall", type: "button", title: `Regresar a ${heading}`,
    "aria-label": `${label}: regresar a ${heading}`,
    onclick: () => move(order, column.back, button),
  }, "↩");
  return button;
}

/** The clock in the ticket's corner: amber and red by the configured minutes, and in words too. */
function showElapsed(/** @type {Element} */ time, /** @type {HTMLElement} */ card, /** @type {Order} */ order) {
  const minutes = minutesSince(order.created_at);
  const late = minutes >= settings.red_minutes;
  const slow = minutes >= settings.amber_minutes;
  card.dataset.pace = late ? "late" : slow ? "slow" : "fine";
  setText(time, `${late ? "‼ " : slow ? "! " : ""}${minutes} min`);
}

/** @type {OnAnswer} */
function learn({ last_event_id: lastEventId, ...order }) { live.learn(order, lastEventId); }

/** @type {(order: Order, target: Order["status"], button: HTMLButtonElement) => Promise<void>} */
async function move(order, target, button) {
  try {
    button.disabled = true;
    hear(order.id);
    learn(await call("PUT", `/orders/${order.id}/status`, { json: { status: target } }));
  } catch (error) {
    if (live.orders.get(order.id)?.status === target) return; // only the answer was lost
    toast(`${place(order)}: ${andAgain(error)}`, "late");
  } finally {
    button.disabled = false;
  }
}

/** An order that nobody has begun rings, also after a reload: a tablet that slept missed the notice. */
function meet(/** @type {Order[]} */ orders) {
  const fresh = orders.filter((order) => !metIds.has(order.id));
  for (const { id } of fresh) metIds.add(id);
  const waiting = fresh.filter((order) => order.status === "pendiente");
  for (const { id } of waiting) unheardIds.add(id);
  if (waiting.length > 0) sound.playNew();
}

/** Stop the bell of an order that somebody has touched. */
function hear(orderId) {
  if (!unheardIds.delete(orderId)) return;
  const node = columns.get("pendiente").tickets.node(orderId);
  if (node) /** @type {HTMLElement} */ (node.firstElementChild).dataset.unheard = "false";
}

setInterval(() => {
  if (voided.isCalling()) sound.playRefused();
  else if (unheardIds.size > 0) sound.playNew();
}, RING_EVERY);

function show(/** @type {Order} */ order, /** @type {Order} */ before) {
  const fresh = before?.status !== order.status;
  meet([order]);
  if (order.status !== "pendiente") unheardIds.delete(order.id);
  for (const [status, column] of columns) {
    if (status === order.status) column.tickets.put(order, { fresh });
    else column.tickets.remove(order.id);
    column.count();
  }
  if (order.status === "anulado") voided.put(order);
}

function reset(/** @type {Map<string, Order>} */ orders) {
  soldOut.refresh();
  meet([...orders.values()]);
  for (const [status, column] of columns) {
    column.tickets.sync([...orders.values()].filter((order) => order.status === status));
    column.count();
  }
  voided.sync([...orders.values()].filter((order) => order.status === "anulado"));
  for (const id of unheardIds) if (orders.get(id)?.status !== "pendiente") unheardIds.delete(id);
}

/** Browsers play no sound before the first touch: a button asks for it. */
function soundHint() {
  const hint = h("button", { class: "button sound-hint", type: "button", "data-kind": "primary" }, "🔔 Activar sonido");
  hint.addEventListener("click", async () => {
    await sound.unlock();
    hint.hidden = true;
    sound.playNew();
  });
  addEventListener("pointerdown", () => { setTimeout(() => { hint.hidden = sound.isUnlocked(); }, 300); });
  return hint;
}

const live = new Live({
  role: "kitchen",
  snapshots: ["/orders?status=pendiente&status=en_preparacion&status=listo", snapshot],
  onState: bar.setState,
  onReset: reset,
  onOrder: show,
  on: { order_voided: () => sound.playRefused(), menu_updated: () => soldOut.refresh() },
});
live.start();
