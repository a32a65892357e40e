// The cashier: proofs that wait for a verdict, what is still to be paid, what was paid, and the bank's word.

import { createBar } from "../house/bar.js";
import { h, KeyedList, toast } from "../lib/dom.js";
import { startOfDay } from "../house/format.js";
import { createCooking, createPaid, createUnpaid, createWaiting } from "./cards.js";
import { depositOf } from "./arrival.js";
import { Arrivals } from "./arrivals.js";
import { Detail } from "./detail.js";
import { isCorrected, lateWarnings, newWarnings } from "./examination.js";
import { LateStrip } from "./late.js";
import {
  announcer, callFor, callForLate, callForMoney, callForOverlooked, sayWarnings, soundHint,
} from "./notices.js";
import { showPrepared } from "./photo.js";
import { matcher } from "./matching.js";
import { Search } from "./search.js";
import { setViewer, showPayment, tell } from "./seen.js";
import { Bank, fetchPayData, followOrderLinks } from "./later.js";
import { openOrder } from "./order.js";
import { createListPanel } from "./list-panel.js";
import { readerHint } from "./reader-hint.js";
import { Verdicts } from "./verdicts.js";
import { billOf, billsOf, changedBills, dueOf, isChargeable, olderFirst, withChange } from "../house/bill.js";
import { billKey } from "../house/place.js";
import { followClaim, refreshClaim, resumeClaim } from "../cobro/claim.js";
import { fetchPart } from "../lib/later.js";
import { chargedOf, totalOf, waitingOf } from "./charges.js";
import { isInAccount, setHouse, viewingWords } from "./words.js";
import { Live } from "../house/live.js";
import { alarm, setPatience } from "../house/overlooked.js";
import { cover, notedPlace, notePlace, placeLayer, returnToPlace, uncover } from "../lib/place.js";
import { start } from "../house/start.js";
import { createTabs } from "../lib/tabs.js";
import { voidedWords } from "../house/void.js";

const narrow = matchMedia("(max-width: 899px)");

const { user, settings } = await start("cashier");
setHouse(settings);
setPatience(settings.unseen_alarm_seconds);
setViewer(user.username, learn);
const bar = createBar("Caja", user);
const calledIds = new Set();
const missedIds = new Set(); // payments that came while something else was looked for
/** @type {Set<string>} */
const calledWarnings = new Set(); // late warnings that the page has called out
const calledMoney = new Set(); // payments whose deposit the page has called out
/** @type {import("../cobro/charge.js").ChargeSheet?} */
let charging = null;
let hasBegun = false;
let selectedId = null;
let fit = null; // how well an order fits what is looked for, or null for all of them

const isOwn = (payment) => payment.submitted_by === user.username && isInAccount(payment.method)
  && !settings.own_verdicts;
const knownPayment = (payment) => {
  const [first] = payment.orders.map((part) => live.orders.get(part.order_id)).filter(Boolean);
  const now = first?.payments.find((one) => one.id === payment.id);
  return now && chargedOf(live.orders, now);
};
/** Settings kept by an earlier version tell nothing of deposits. */
const patience = settings.deposits ?? { silent_minutes: 35, overdue_seconds: 120 };
const arrivals = new Arrivals({
  bar: bar.node, patience, isOwn, known: knownPayment, isOnline: () => live.state === "online", onChange: showMoney,
});
const detail = new Detail({
  me: user.username, money: arrivals, isOwn, methods: settings.methods, learn,
  accounts: async () => (await fetchPayData())?.accounts() ?? [],
  onApprove: () => verdicts.approve(), onReject: () => verdicts.reject(), onClose: close, onNext: selectNext,
});
const verdicts = new Verdicts({
  detail, username: user.username, known: knownPayment, learn, onDone: selectNext,
});
const lists = {
  por_verificar: { title: "Por Verificar", empty: "Nada por verificar ✓", key: (order) => order.payment.id,
    compare: byWaiting, create: (order) => createWaiting(order, settings, user.username, open, arrivals.hintOf) },
  entregado: { title: "Por Cobrar", empty: "Todo cobrado ✓", key: (bill) => bill.id, compare: byBill,
    create: (bill) => createUnpaid(bill, { charge, correct: ({ orders }) => correct(orders) }) },
  curso: { title: "En curso", empty: "Nada en curso ✓", statuses: ["pendiente", "en_preparacion", "listo"],
    key: (order) => order.id, compare: olderFirst,
    create: (order) => createCooking(order, learn, (one) => correct([one])) },
  pagado: { title: "Pagadas hoy", empty: "Aún no hay pagos hoy", key: (order) => order.id,
    compare: (a, b) => byChange(b, a), create: createPaid },
};
const late = new LateStrip(learn);
const bank = new Bank(settings, () => till.dataset.view === "conciliacion", () => late.orders);
for (const list of Object.values(lists)) {
  list.panel = createListPanel(list);
  const { items, empty } = list.panel;
  list.keyed = new KeyedList(items, { ...list, compare: (a, b) => byFit(a, b) || list.compare(a, b), empty });
}
const tabs = createTabs([
  ...Object.entries(lists).map(([name, { title, panel }]) => (
    { name, word: title, isCounted: true, content: panel.content })),
  { name: "conciliacion", word: "Conciliación", content: [bank.node] },
], "Listas", turnTo);
for (const tab of tabs.list.children) tab.classList.add("button");
for (const panel of tabs.panels.values()) panel.tabIndex = -1; // what stands in it gets the focus
const waiting = lists.por_verificar.keyed;
const search = new Search({ onChange: look, onOpen: openFirst, onDown: focusFirst });
const listPane = h("div", { class: "list-pane" }, search.node, ...tabs.panels.values(), soundHint());
bar.middle.append(tabs.list);
document.body.classList.add("till-page");
const till = h("main", { class: "till" }, listPane, detail.node, announcer);
document.body.append(h("div", { class: "till-scroll" }, bar.node, ...readerHint(user, settings), late.node, till));
tabs.open(notedPlace("list"));

/** Compare two times of the server as text: their one form sorts by time. */
function byTime(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function byWaiting(a, b) {
  return byTime(a.payment.submitted_at, b.payment.submitted_at) || olderFirst(a.payment, b.payment);
}

/** The bill that has waited longest first. */
function byBill(a, b) {
  const since = ({ orders }) => orders.map((order) => order.updated_at).sort()[0];
  return byTime(since(a), since(b)) || olderFirst(a.orders[0], b.orders[0]);
}

function byChange(a, b) {
  return byTime(a.updated_at, b.updated_at) || olderFirst(a, b);
}

/** Show the best matches first, and hide cards that do not match. */
function byFit(a, b) {
  return fit ? (fitOf(a) ?? Infinity) - (fitOf(b) ?? Infinity) : 0;
}

/** How well a card fits what is looked for: a bill and a payment as well as the best of their orders. */
function fitOf(item) {
  const orders = item.orders ?? item.bill ?? [];
  const fits = [item.payments ? fit(item) : null, fitSum(item), ...orders.map((order) => fit(order))]
    .filter((one) => one !== null);
  return fits.length > 0 ? Math.min(...fits) : null;
}

/** How well the sum of several orders fits: what is due on a bill, or the total that a payment is of. */
function fitSum({ orders, bill = orders }) {
  if (!bill || bill.length < 2) return null;
  const sum = orders ? dueOf(orders.filter(isChargeable)) / 100 : totalOf({ bill });
  return fit({ ...bill[0], total: sum, payment: null });
}

function isHidden(item) {
  return fit !== null && fitOf(item) === null;
}

function shownOf(id) {
  return lists[id].keyed.items.filter((order) => !isHidden(order));
}

function look(text) {
  fit = matcher(text, settings.currency, [...live.orders.values()]);
  for (const [id, { keyed }] of Object.entries(lists)) {
    keyed.sync(keyed.items);
    hideOn(id);
  }
  count();
  const id = till.dataset.view;
  if (lists[id]) requestAnimationFrame(() => { tabs.panels.get(id).scrollTop = 0; });
}

function hideOn(id) {
  const { keyed, key } = lists[id];
  for (const order of keyed.items) keyed.node(key(order)).hidden = isHidden(order);
}

function firstShown() {
  return lists[till.dataset.view] ? shownOf(till.dataset.view)[0] : undefined;
}

/** Enter in the search opens the best match. */
function openFirst() {
  const order = firstShown();
  if (!order) return;
  if (till.dataset.view !== "por_verificar") {
    openOrder(order.orders?.[0].id ?? order.id);
    return;
  }
  open(order.payment.id);
  search.field.blur();
  focusCard(order.payment.id);
}

function focusFirst() {
  const order = firstShown();
  const list = lists[till.dataset.view];
  if (order) list.keyed.node(list.key(order)).querySelector("button, a").focus();
}

/** Whether a list shows an order. Orders of earlier days are only known for their late warnings. */
const belongs = (order, id) => (lists[id].statuses ?? [id]).includes(order.status)
  && (id !== "pagado" || Date.parse(order.updated_at) >= Date.parse(today));

/** What a list shows of all orders: payments, bills or orders. */
function itemsOf(id, orders) {
  const all = [...orders.values()];
  if (id === "por_verificar") {
    const payments = new Map(all.flatMap(waitingOf).map((payment) => [payment.id, payment]));
    return [...payments.values()].map((payment) => chargedOf(orders, payment));
  }
  if (id === "entregado") return billsOf(all).filter((bill) => bill.orders.some(isChargeable));
  return all.filter((order) => belongs(order, id));
}

function put(id, item, fresh) {
  const { keyed, key } = lists[id];
  keyed.put(item, { fresh });
  keyed.node(key(item)).hidden = isHidden(item);
}

/** Put an order, its payments and its bill on the lists where they belong, and on no other. */
function show(order, before, fresh) {
  for (const id of ["curso", "pagado"]) {
    if (belongs(order, id)) put(id, order, fresh);
    else lists[id].keyed.remove(order.id);
  }
  const waits = waitingOf(order);
  for (const payment of waits) put("por_verificar", chargedOf(live.orders, payment), fresh);
  for (const { id } of [...order.payments, ...before?.payments ?? []]) {
    if (!waits.some((payment) => payment.id === id)) waiting.remove(id);
  }
  for (const bill of changedBills(live.orders.values(), order, before)) {
    if (bill.orders.some(isChargeable)) put("entregado", bill, fresh);
    else lists.entregado.keyed.remove(bill.id);
  }
  count();
}

function reset(orders, before) {
  const all = [...orders.values()];
  late.sync(orders);
  for (const [id, { keyed }] of Object.entries(lists)) {
    keyed.sync(itemsOf(id, orders));
    hideOn(id);
  }
  const isNew = !hasBegun;
  for (const { payment } of waiting.items) if (isNew) calledIds.add(payment.id);
  hasBegun = true;
  for (const charged of waiting.items) arrive(charged);
  for (const order of all) {
    callWarnings(order, before.get(order.id), isNew);
    callMoney(order, before.get(order.id));
  }
  if (all.some((order) => order.payments.some(depositOf))) arrivals.want();
  arrivals.refresh();
  count();
  markSelected();
  if (detail.isOpen) follow(knownPayment(detail.payment));
  charging?.refresh(orders);
  refreshClaim(orders);
  showPrepared();
  if (!isNew) return;
  returnToPlace();
  resumeClaim(orders.values(), { username: user.username, methods: settings.methods, learn });
}

function count() {
  for (const [id, { keyed, panel }] of Object.entries(lists)) {
    const total = keyed.size;
    const shown = fit ? shownOf(id).length : total;
    const words = search.text ? `${shown} de ${total}` : String(total);
    tabs.setCount(id, total, words, total > 0 && id === "por_verificar");
    panel.say(total, shown, search.text);
  }
  sayHidden();
  const title = waiting.size > 0 ? `(${waiting.size}) Caja · Comanda` : "Caja · Comanda";
  const isLocked = document.documentElement.dataset.locked !== undefined; // and says so
  if (document.title !== title && !isLocked) document.title = title;
}

/** Cards that the search hides are counted and ring as well; the page says how many there are. */
function sayHidden() {
  for (const id of missedIds) {
    const order = waiting.items.find(({ payment }) => payment.id === id);
    if (!order || !isHidden(order)) missedIds.delete(id);
  }
  const id = till.dataset.view;
  if (lists[id]) search.say(shownOf(id).length, lists[id].keyed.size, missedIds.size);
}

/** Call a proof out once, by whichever event or answer its news came. */
function arrive(order) {
  if (calledIds.has(order.payment.id)) return;
  calledIds.add(order.payment.id);
  callFor(order);
  if (!isHidden(order)) return;
  missedIds.add(order.payment.id);
  sayHidden();
}

/** Call out warnings that came after their payment's card, late warnings with a sound; at the start, none. */
function callWarnings(order, before, isStart) {
  for (const payment of order.payments) {
    const earlier = before?.payments.find(({ id }) => id === payment.id);
    if (payment.order_id === order.id) callFindings(payment, earlier, isStart);
  }
}

function callFindings(payment, before, isStart) {
  const lateKeys = lateWarnings(payment).map(({ type, payment_id: id }) => `${payment.id} ${type} ${id}`);
  const isCalled = lateKeys.every((key) => calledWarnings.has(key));
  for (const key of lateKeys) calledWarnings.add(key);
  const charged = isStart ? undefined : chargedOf(live.orders, payment);
  if (!charged) return;
  const warnings = newWarnings(before, payment);
  if (!isCalled) callForLate(charged);
  else if (warnings.length > 0 && payment.status === "por_verificar") sayWarnings(charged, warnings);
}

/**
 * Call out once that the money of a payment has come, which waited before. Who tied it by hand knows, and so does who
 * hears of a payment with its money.
 */
function callMoney(order, before) {
  for (const payment of waitingOf(order)) {
    const deposit = depositOf(payment);
    const key = `${payment.id} ${deposit?.id}`;
    if (!deposit || calledMoney.has(key)) continue;
    calledMoney.add(key);
    const charged = chargedOf(live.orders, payment);
    const isKnown = before?.payments.some(({ id }) => id === payment.id);
    if (charged && isKnown && deposit.tie?.rule !== "mano") callForMoney(charged);
  }
}

/** Show anew what is known of money that has no payment. */
function showMoney() {
  waiting.sync(waiting.items);
  hideOn("por_verificar");
  detail.showMoney();
}

/** Take news of the payment on show. */
function follow(charged) {
  if (charged && isCorrected(detail.payment, charged.payment)) verdicts.stopAsking(); // what was asked is no more
  if (charged) verdicts.warn(detail.update(charged));
  verdicts.check(charged);
}

function changed(order, before) {
  show(order, before, before?.status !== order.status);
  late.show(order, live.orders);
  callWarnings(order, before, false);
  callMoney(order, before);
  arrivals.follow();
  if (detail.isOpen && concernsDetail(order, before)) follow(knownPayment(detail.payment));
  charging?.update(order);
  followClaim([order]);
  if ([order, before].some((one) => one?.status === "pagado")) bank.refresh(); // also of a reopened approval
}

/** Whether the payment on show pays the order, or another round of its table. */
const concernsDetail = (order, before) => detail.order.bill.some((one) => one.id === order.id
  || [order, before ?? order].some((state) => billKey(state) === billKey(one)));

/** @type {OnAnswer} */
function learn({ last_event_id: lastEventId, ...order }) { live.learn(order, lastEventId); }

/** Show another list, or the bank's statement, which takes the whole page. */
function turnTo(id) {
  if (till.dataset.view === id) {
    if (id === "conciliacion") bank.open(); // the network may have lost it
    return;
  }
  notePlace("list", id);
  till.dataset.view = id;
  search.node.hidden = id === "conciliacion";
  if (id !== "conciliacion") {
    sayHidden();
    return;
  }
  close();
  bank.open();
}

/** Charge a bill at the till: what needs no look into the account is approved in the same act. */
async function charge(bill, isBack = false) {
  const sheet = await fetchPart(import("../cobro/charge.js"));
  const sending = await fetchPart(import("../cobro/direct.js"));
  const payData = await fetchPayData();
  if (!sheet || !sending || !payData || document.querySelector("dialog[open]")) return;
  payData.load();
  charging = new sheet.ChargeSheet(bill.orders.find(isChargeable) ?? bill.orders[0], {
    outbox: new sending.Direct({ settings, username: user.username, learn }), settings, learn,
    username: user.username, orders: () => live.orders.values(), payData: payData.of, isTill: true, isBack,
    truth: () => live.settled(),
    onClose: () => { charging = null; },
  });
}

/** Open the form again after a reload, if there is still something to charge, or change to give back. */
function chargeAgain(orderId) {
  const order = live.orders.get(orderId);
  if (!order) return;
  const orders = billOf(live.orders.values(), order);
  if (orders.some(isChargeable)) charge({ orders }, true);
  else if (withChange([order], user.username).length > 0) charge({ orders: [order] }, true);
}

async function correct(orders) {
  const part = await fetchPart(import("../house/corrections.js"));
  part?.openCorrections(orders, { role: "cashier", learn, known: (id) => live.orders.get(id) });
}

followOrderLinks();
placeLayer("pago", open);
placeLayer("orden", openOrder, { inAddress: true });
placeLayer("cobro", chargeAgain);

/** Show a payment of the list, large. */
function open(paymentId) {
  const order = waiting.items.find((one) => one.payment.id === paymentId);
  if (!order) return;
  selectedId = paymentId;
  detail.show(order);
  verdicts.prepare();
  showPayment(isOwn(order.payment) ? null : order.payment);
  markSelected();
  layOver();
  cover("pago", paymentId, close);
}

function close() {
  if (!detail.isOpen) return;
  const last = selectedId;
  selectedId = null;
  detail.close();
  verdicts.stopAsking();
  showPayment(null);
  markSelected();
  layOver();
  uncover("pago");
  cardOf(last)?.focus();
}

const cardOf = (paymentId) => waiting.node(paymentId)?.firstElementChild;

function markSelected() {
  for (const { payment } of waiting.items) {
    const card = cardOf(payment.id);
    if (payment.id === selectedId) card.setAttribute("aria-current", "true");
    else card.removeAttribute("aria-current");
  }
}

/** A detail that covers the list makes the list inert. */
function layOver() {
  const over = narrow.matches && detail.isOpen;
  listPane.inert = over;
  till.toggleAttribute("data-covered", over);
  if (over) detail.title.focus();
}
narrow.addEventListener("change", layOver);

/** After a verdict show the next payment, and ignore a second tap of the same gesture. */
function selectNext() {
  const next = nextAfter(detail.order);
  if (!next) {
    close();
    return;
  }
  open(next.payment.id);
  focusCard(next.payment.id);
  detail.rest();
}

/** Show the next payment that no other cashier views. When all matches are decided, clear the search. */
function nextAfter(shown) {
  const others = () => shownOf("por_verificar").filter(({ payment }) => payment.id !== shown.payment.id);
  if (others().length === 0) search.clear();
  const left = others();
  const free = left.filter(({ payment }) => !viewingWords(payment, user.username));
  const isAfter = (one) => byWaiting(one, shown) > 0;
  return free.find(isAfter) ?? free[0] ?? left.find(isAfter) ?? left[0];
}

/** Done at once, focus and scrolling would lay out the page within the key's handler. */
function focusCard(paymentId) {
  requestAnimationFrame(() => {
    if (selectedId !== paymentId || document.activeElement === search.field || narrow.matches) return;
    const card = cardOf(paymentId);
    card?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: "nearest" });
  });
}

/** Go up or down the list, and show what is there. */
function step(by) {
  const items = shownOf("por_verificar");
  if (items.length === 0) return;
  tabs.open("por_verificar");
  const at = items.findIndex(({ payment }) => payment.id === selectedId);
  const to = at < 0 ? 0 : Math.min(items.length - 1, Math.max(0, at + by));
  if (to !== at) open(items[to].payment.id);
  focusCard(items[to].payment.id);
}

const KEYS = {
  ArrowDown: () => step(1), ArrowUp: () => step(-1), Escape: escape, "/": seek,
  a: () => verdicts.approve(), r: () => verdicts.reject(), v: () => { if (detail.canJudge) detail.tick.toggle(); },
};

function escape() {
  if (detail.clearSpot()) return;
  if (detail.isOpen) close();
  else search.clear();
}

function seek() {
  if (listPane.inert) close();
  search.focus();
}

const WRITING = "input:not([type=checkbox]), textarea, select, [contenteditable]";
const TYPING = `${WRITING}, .menu, [role=tablist]`;

addEventListener("keydown", (event) => {
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const target = /** @type {Element} */ (event.target);
  const elsewhere = document.querySelector("dialog[open]") || till.dataset.view === "conciliacion"
    || event.ctrlKey || event.metaKey || event.altKey || (event.repeat && event.key.length === 1);
  if (!act || elsewhere || target.closest?.(event.key === "/" ? WRITING : TYPING)) return;
  event.preventDefault();
  act();
});

/** At the end of the day "hoy" becomes another day. */
let today = startOfDay();
setInterval(() => {
  if (today === startOfDay()) return;
  today = startOfDay();
  live.refresh();
}, 60000);

const live = new Live({
  role: "cashier",
  snapshots: ["/orders", () => `/orders?status=pagado&since=${startOfDay()}`, "/orders?late=true"],
  onState: (state) => {
    bar.setState(state);
    arrivals.follow();
    showMoney(); // an unsure page says nothing of money that has not come
    if (state === "online") tell();
  },
  onReset: reset,
  onOrder: changed,
  on: {
    order_voided: (notice) => { if (notice.by !== user.username) toast(voidedWords(notice)); },
    payment_verification_pending: ({ payment_id: paymentId }) => {
      const charged = waiting.items.find(({ payment }) => payment.id === paymentId);
      if (charged) arrive(charged);
    },
    payment_examined: ({ payment_id: paymentId }) => showPrepared(paymentId),
    deposit_arrived: (notice, id) => arrivals.hear(notice, id),
    deposit_tied: (notice, id) => arrivals.hear(notice, id),
    resync: () => arrivals.forget(),
    payment_unseen: (notice) => {
      alarm(notice.payment_id);
      const order = live.orders.get(notice.order_id);
      if (order) show(order, order, false);
      callForOverlooked(notice);
    },
  },
});
arrivals.begin();
live.start();
for (const type of ["deposit_arrived", "deposit_tied"]) live.listen(type, () => bank.refresh());
