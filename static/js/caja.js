// The cashier: proofs that wait for a verdict, what is still to be paid, and what was paid today.

import { call, Offline, Problem } from "./api.js";
import { createBar } from "./bar.js";
import { h, KeyedList, setText, toast } from "./dom.js";
import { clock, money, startOfDay } from "./format.js";
import { createCooking, createPaid, createUnpaid, createWaiting } from "./caja/cards.js";
import { Detail } from "./caja/detail.js";
import { announcer, callFor, soundHint } from "./caja/notices.js";
import { askRejection } from "./caja/reject.js";
import { createTabs } from "./caja/tabs.js";
import { decidedWords, setMethods } from "./caja/words.js";
import { Live, signInAgain } from "./live.js";
import { start } from "./start.js";
import { voidedWords } from "./void.js";

const SETTLING = 700; // how long a photo that came by itself can't be judged: a double tap was for the last one
const narrow = matchMedia("(max-width: 899px)");

const { user, settings } = await start("cashier");
setMethods(settings.methods);
const bar = createBar("Caja", user);
const called = new Set();
let begun = false;
let selected = null;
let dialog = null;
let settling = 0;

const detail = new Detail({ onApprove: approve, onReject: reject, onClose: close, onNext: selectNext });
const lists = {
  por_verificar: { title: "Por Verificar", empty: "Nada por verificar ✓", key: (order) => order.payment.id, compare: byWaiting, create: (order) => createWaiting(order, settings, open) },
  entregado: { title: "Por Cobrar", empty: "Todo cobrado ✓", key: (order) => order.id, compare: byChange, create: (order) => createUnpaid(order, voided) },
  curso: { title: "En curso", empty: "Nada en curso ✓", statuses: ["pendiente", "en_preparacion", "listo"], key: (order) => order.id, compare: (a, b) => Number(a.id) - Number(b.id), create: (order) => createCooking(order, voided) },
  pagado: { title: "Pagadas hoy", empty: "Aún no hay pagos hoy", key: (order) => order.id, compare: (a, b) => byChange(b, a), create: createPaid },
};
const tabs = createTabs(Object.entries(lists).map(([id, { title, empty }]) => ({ id, title, empty })));
for (const [status, list] of Object.entries(lists)) {
  const { items, empty } = tabs.panel(status);
  list.keyed = new KeyedList(items, { ...list, empty });
}
const waiting = lists.por_verificar.keyed;
const listPane = h("div", { class: "list-pane" }, ...tabs.panels, soundHint());
bar.middle.append(tabs.node);
document.body.classList.add("till-page");
document.body.append(bar.node, h("main", { class: "till" }, listPane, detail.node, announcer));

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
  if (detail.isOpen) checkShown(orders.get(detail.order.id));
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
  if (detail.isOpen && detail.order.id === order.id) checkShown(order);
}

/** What is on show may have been judged elsewhere meanwhile. */
function checkShown(order) {
  const { payment } = detail;
  if (order?.status === "por_verificar" && order.payment.id === payment.id) return;
  if (judging === payment.id) return; // our own verdict: its answer says what came of it
  if (order?.payment?.id === payment.id) settle(order.payment);
  else ask(payment);
}

/** The order has gone on since: ask what became of this payment. */
async function ask(payment) {
  detail.settle("Este comprobante ya no espera dictamen");
  dialog?.close();
  try {
    const { payments } = await call("GET", `/orders/${payment.order_id}`);
    const now = payments.find((one) => one.id === payment.id);
    if (now?.decided_by && detail.payment?.id === payment.id) toast(explain(now));
  } catch { /* what is said already is enough */ }
}

const explain = (payment) => `${decidedWords(payment, user.username)}${payment.decided_at ? ` a las ${clock(payment.decided_at)}` : ""}`;

function settle(payment) {
  dialog?.close();
  detail.settle(`${explain(payment)}. No tienes que hacer nada.`);
}

/** Show a payment of the list, large. */
function open(paymentId) {
  const order = waiting.items.find((one) => one.payment.id === paymentId);
  if (!order) return;
  clearTimeout(settling);
  selected = paymentId;
  detail.show(order);
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
  settling = setTimeout(() => { if (judging === null) detail.setBusy(false); }, SETTLING);
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

let judging = null;

function approve() {
  if (detail.canJudge) judge("aprobado", null);
}

function reject() {
  if (!detail.canJudge || dialog) return;
  dialog = askRejection(detail.order, (reason) => judge("rechazado", reason));
  dialog.addEventListener("close", () => { dialog = null; });
}

/** Give the verdict on exactly the payment that is on show. */
async function judge(verdict, reason) {
  if (!detail.canJudge) return;
  const { order, payment } = detail;
  judging = payment.id;
  detail.setBusy(true);
  detail.clearNotice();
  try {
    const answer = await call("PUT", `/payments/${payment.id}/verdict`, { json: reason ? { verdict, reason } : { verdict } });
    judging = null;
    accepted(order, payment, answer, verdict);
  } catch (error) {
    judging = null;
    refused(order, payment, error);
  }
}

/** The answer may come before its event. */
function voided(order) {
  const before = live.orders.get(order.id);
  live.orders.set(order.id, order);
  show(order, before, false);
}

/** The answer may be another cashier's verdict, the same as ours but earlier. */
async function accepted(order, payment, answer, verdict) {
  const before = live.orders.get(order.id);
  if (before && before.updated_at <= answer.updated_at) {
    live.orders.set(order.id, answer);
    show(answer, before, false);
  }
  if (answer.payment?.id !== payment.id || answer.payment.decided_by !== user.username) {
    await explainLost(order, payment);
    return;
  }
  const onShow = detail.payment?.id === payment.id;
  toast(`${verdict === "aprobado" ? "✓ Aprobado" : "Rechazado"}: mesa ${order.table_number} · ${money(order.total)}`, verdict === "aprobado" ? "done" : "");
  if (onShow) selectNext();
}

async function refused(order, payment, error) {
  if (error instanceof Problem && error.status === 401) {
    signInAgain();
    return;
  }
  const known = live.orders.get(order.id)?.payment;
  if (error instanceof Offline && known?.id === payment.id && known.decided_by) {
    if (detail.payment?.id === payment.id) settle(known);
    return;
  }
  if (error.code === "payment_already_decided") {
    await explainLost(order, payment);
    return;
  }
  const words = error instanceof Offline
    ? "Sin conexión. No se guardó el dictamen; inténtalo otra vez."
    : `${error.message}. Inténtalo otra vez.`;
  if (detail.payment?.id === payment.id) detail.fail(words);
  toast(`Mesa ${order.table_number}: ${words}`, "late");
}

/** Another cashier was first: say who, in a friendly way. */
async function explainLost(order, payment) {
  let words = "Otra persona ya lo decidió. No tienes que hacer nada.";
  try {
    const { payments } = await call("GET", `/orders/${order.id}`);
    words = `${explain(payments.find((one) => one.id === payment.id))}. No tienes que hacer nada.`;
  } catch { /* what is known already is enough */ }
  if (detail.payment?.id === payment.id) detail.settle(words);
  else toast(words);
}

const KEYS = { ArrowDown: () => step(1), ArrowUp: () => step(-1), a: approve, r: reject, Escape: close };
const TYPING = "input, textarea, select, [contenteditable], .menu, [role=tablist]";

addEventListener("keydown", (event) => {
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const elsewhere = document.querySelector("dialog") || event.ctrlKey || event.metaKey || event.altKey || (event.repeat && event.key.length === 1);
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
  onState: bar.setState,
  onReset: reset,
  onOrder: changed,
  on: {
    order_voided: (notice) => { if (notice.by !== user.username) toast(voidedWords(notice)); },
    payment_verification_pending: ({ order_id: orderId, payment_id: paymentId }) => {
      const order = live.orders.get(orderId);
      if (order?.payment?.id === paymentId) arrive(order);
    },
  },
});
live.start();
