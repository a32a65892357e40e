// The cashier: proofs that wait for a verdict, what is still to be paid, what was paid, and the bank's word.

import { createBar } from "./bar.js";
import { h, KeyedList, toast } from "./dom.js";
import { startOfDay } from "./format.js";
import { createCooking, createPaid, createUnpaid, createWaiting } from "./caja/cards.js";
import { Detail } from "./caja/detail.js";
import { announcer, callFor, callForOverlooked, soundHint } from "./caja/notices.js";
import { markSeen, tellSeen } from "./caja/seen.js";
import { Bank, followOrderLinks, openOrder } from "./caja/later.js";
import { createTabs } from "./caja/tabs.js";
import { Verdicts } from "./caja/verdicts.js";
import { setHouse } from "./caja/words.js";
import { Live } from "./live.js";
import { alarm, setPatience } from "./overlooked.js";
import { placeOf } from "./place.js";
import { start } from "./start.js";
import { voidedWords } from "./void.js";

const SETTLING = 700; // how long a photo that came by itself can't be judged: a double tap was for the last one
const narrow = matchMedia("(max-width: 899px)");

const { user, settings } = await start("cashier");
setHouse(settings);
setPatience(settings.unseen_alarm_seconds);
const bar = createBar("Caja", user);
const called = new Set();
let begun = false;
let selected = null;
let settling = 0;

const isOwn = (payment) => payment.submitted_by === user.username && !settings.own_verdicts;
const detail = new Detail({
  isOwn, onApprove: () => verdicts.approve(), onReject: () => verdicts.reject(), onClose: close, onNext: selectNext,
});
const verdicts = new Verdicts({
  detail, username: user.username, known: (orderId) => live.orders.get(orderId), learn, onDone: selectNext,
});
const lists = {
  por_verificar: { title: "Por Verificar", empty: "Nada por verificar ✓", key: (order) => order.payment.id, compare: byWaiting, create: (order) => createWaiting(order, settings, open) },
  entregado: { title: "Por Cobrar", empty: "Todo cobrado ✓", key: (order) => order.id, compare: byChange, create: (order) => createUnpaid(order, learn) },
  curso: { title: "En curso", empty: "Nada en curso ✓", statuses: ["pendiente", "en_preparacion", "listo"], key: (order) => order.id, compare: (a, b) => Number(a.id) - Number(b.id), create: (order) => createCooking(order, learn) },
  pagado: { title: "Pagadas hoy", empty: "Aún no hay pagos hoy", key: (order) => order.id, compare: (a, b) => byChange(b, a), create: createPaid },
};
const bank = new Bank(settings.methods, () => tabs.selected() === "conciliacion");
const tabs = createTabs([
  ...Object.entries(lists).map(([id, { title, empty }]) => ({ id, title, empty })),
  { id: "conciliacion", title: "Conciliación", content: bank.node },
], turnTo);
for (const [status, list] of Object.entries(lists)) {
  const { items, empty } = tabs.panel(status);
  list.keyed = new KeyedList(items, { ...list, empty });
}
const waiting = lists.por_verificar.keyed;
const listPane = h("div", { class: "list-pane" }, ...tabs.panels, soundHint());
bar.middle.append(tabs.node);
document.body.classList.add("till-page");
const till = h("main", { class: "till" }, listPane, detail.node, announcer);
document.body.append(bar.node, till);
tabs.select("por_verificar");

function byWaiting(a, b) {
  return Date.parse(a.payment.submitted_at) - Date.parse(b.payment.submitted_at) || Number(a.payment.id) - Number(b.payment.id);
}

function byChange(a, b) {
  return Date.parse(a.updated_at) - Date.parse(b.updated_at) || Number(a.id) - Number(b.id);
}

const belongs = (order, id) => (lists[id].statuses ?? [id]).includes(order.status);

/** Put an order on the list of its state, and on no other. */
function show(order, before, fresh) {
  for (const [id, { keyed }] of Object.entries(lists)) {
    if (belongs(order, id)) keyed.put(order, { fresh });
    else if (id !== "por_verificar") keyed.remove(order.id);
  }
  const old = before?.payment?.id;
  if (old && (order.status !== "por_verificar" || order.payment.id !== old)) waiting.remove(old);
  count();
}

function reset(orders) {
  const all = [...orders.values()];
  for (const [id, { keyed }] of Object.entries(lists)) keyed.sync(all.filter((order) => belongs(order, id)));
  for (const { payment } of waiting.items) if (!begun) called.add(payment.id);
  begun = true;
  for (const order of waiting.items) arrive(order);
  count();
  markSelected();
  if (detail.isOpen) verdicts.check(orders.get(detail.order.id));
}

function count() {
  for (const [status, { keyed }] of Object.entries(lists)) tabs.setCount(status, keyed.size);
  const title = waiting.size > 0 ? `(${waiting.size}) Caja · Comanda` : "Caja · Comanda";
  if (document.title !== title) document.title = title;
}

/** A proof is called out once, however its news came. */
function arrive(order) {
  if (called.has(order.payment.id)) return;
  called.add(order.payment.id);
  callFor(order);
}

function changed(order, before) {
  show(order, before, before?.status !== order.status);
  if (detail.isOpen && detail.order.id === order.id) verdicts.check(order);
  if (order.status === "pagado") bank.refresh();
}

/** An answer told of an order, maybe before the stream did. */
function learn(order) {
  const before = live.orders.get(order.id);
  if (!before || before.updated_at > order.updated_at) return;
  live.orders.set(order.id, order);
  show(order, before, false);
}

/** Another list, or the bank's statement, which takes the whole page. */
function turnTo(id) {
  till.dataset.view = id;
  if (id !== "conciliacion") return;
  close();
  bank.open();
}

followOrderLinks();
if (placeOf("orden")) openOrder(placeOf("orden"));

/** Show a payment of the list, large. */
function open(paymentId) {
  const order = waiting.items.find((one) => one.payment.id === paymentId);
  if (!order) return;
  clearTimeout(settling);
  selected = paymentId;
  detail.show(order);
  if (!isOwn(order.payment)) markSeen(order.payment);
  markSelected();
  cover();
}

function close() {
  if (!detail.isOpen) return;
  const last = selected;
  selected = null;
  detail.close();
  markSelected();
  cover();
  cardOf(last)?.focus();
}

const cardOf = (paymentId) => waiting.node(paymentId)?.firstElementChild;

function markSelected() {
  for (const { payment } of waiting.items) {
    const card = cardOf(payment.id);
    if (payment.id === selected) card.setAttribute("aria-current", "true");
    else card.removeAttribute("aria-current");
  }
}

/** Where the detail lies over the list, nothing beneath it can be reached. */
function cover() {
  const over = narrow.matches && detail.isOpen;
  listPane.inert = over;
  if (over) detail.title.focus();
}
narrow.addEventListener("change", cover);

/** After a verdict: the next in the list, and no accidental second verdict on it. */
function selectNext() {
  const shown = detail.order;
  const others = waiting.items.filter(({ payment }) => payment.id !== shown.payment.id);
  const next = others.find((one) => byWaiting(one, shown) > 0) ?? others[0];
  if (!next) {
    close();
    return;
  }
  open(next.payment.id);
  if (!narrow.matches) focusCard(next.payment.id);
  detail.setBusy(true);
  settling = setTimeout(() => { if (verdicts.judging === null) detail.setBusy(false); }, SETTLING);
}

function focusCard(paymentId) {
  const card = cardOf(paymentId);
  card?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest" });
}

/** Go up or down the list, and show what is there. */
function step(by) {
  const { items } = waiting;
  if (items.length === 0) return;
  tabs.select("por_verificar");
  const at = items.findIndex(({ payment }) => payment.id === selected);
  const to = at < 0 ? 0 : Math.min(items.length - 1, Math.max(0, at + by));
  if (to !== at) open(items[to].payment.id);
  if (!narrow.matches) focusCard(items[to].payment.id);
}

const KEYS = {
  ArrowDown: () => step(1), ArrowUp: () => step(-1), Escape: close,
  a: () => verdicts.approve(), r: () => verdicts.reject(), v: () => { if (detail.canJudge) detail.tick.toggle(); },
};
const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable], .menu, [role=tablist]";

addEventListener("keydown", (event) => {
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const elsewhere = document.querySelector("dialog[open]") || tabs.selected() === "conciliacion"
    || event.ctrlKey || event.metaKey || event.altKey || (event.repeat && event.key.length === 1);
  if (!act || elsewhere || event.target.closest?.(TYPING)) return;
  event.preventDefault();
  act();
});

/** At midnight "hoy" is another day. */
let today = startOfDay();
setInterval(() => {
  if (today === startOfDay()) return;
  today = startOfDay();
  live.refresh();
}, 60000);

const live = new Live({
  role: "cashier",
  snapshots: ["/orders", () => `/orders?status=pagado&since=${startOfDay()}`],
  onState: (state) => {
    bar.setState(state);
    if (state === "online") tellSeen();
  },
  onReset: reset,
  onOrder: changed,
  on: {
    order_voided: (notice) => { if (notice.by !== user.username) toast(voidedWords(notice)); },
    payment_verification_pending: ({ order_id: orderId, payment_id: paymentId }) => {
      const order = live.orders.get(orderId);
      if (order?.payment?.id === paymentId) arrive(order);
    },
    payment_unseen: ({ order_id: orderId, payment_id: paymentId, table_number: table }) => {
      alarm(paymentId);
      const order = live.orders.get(orderId);
      if (order?.payment?.id === paymentId) show(order, order, false);
      callForOverlooked(table);
    },
  },
});
live.start();
