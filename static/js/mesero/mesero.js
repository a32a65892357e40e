// The waiter's page: take orders, carry them out, charge them, in three tabs under the thumb.

import { call } from "../lib/api.js";
import { createBar } from "../house/bar.js";
import { h, setText, toast } from "../lib/dom.js";
import { money } from "../house/format.js";
import { fetchPart } from "../lib/later.js";
import { Live } from "../house/live.js";
import { Outbox } from "./outbox.js";
import * as sound from "../lib/sound.js";
import { alarm, setPatience } from "../house/overlooked.js";
import { start } from "../house/start.js";
import { callWords, watchReady } from "./away.js";
import { billOf, dueOf, isChargeable, rejectedOf } from "../house/bill.js";
import { ofPlace, place, thePlace } from "../house/place.js";
import { createNewOrder } from "./new-order.js";
import { createOpenOrders } from "./open.js";
import { createPayData } from "../cobro/accounts.js";
import { followClaim, refreshClaim, resumeClaim } from "../cobro/claim.js";
import { createPaidToday } from "./paid-today.js";
import { createPayable } from "./payable.js";
import { placeLayer, placeOf, setPlace } from "../lib/place.js";
import { createTabs } from "../lib/tabs.js";
import { holdPage } from "../lib/upgrade.js";
import { refusalOf } from "../cobro/draft-words.js";
import { createStrip } from "./unsent.js";
import { createWhose } from "./whose.js";
import { voidedWords } from "../house/void.js";

const AT_REST = 1000; // ms after which the page loads what it does not need at once

const { user, settings } = await start("waiter");
setPatience(settings.unseen_alarm_seconds);
const payData = createPayData();
const bar = createBar("Mesero", user);
const isMine = (/** @type {Order} */ order) => order.waiter === user.username;
/** @type {typeof import("../cobro/charge.js").ChargeSheet} */
let ChargeSheet = null;
/** @type {import("../cobro/charge.js").ChargeSheet?} */
let sheet = null;

const outbox = new Outbox({
  username: user.username,
  onChange: showOutbox,
  onSent: (order, draft) => {
    if (draft.discarded) arrived(order, draft);
    else if (draft.kind === "order") placed(order, draft);
    else learn(order);
  },
  onGone: (draft) => newOrder.release(draft.key),
  onRefused: () => live.refresh(), // what this page shows may be old
});
holdPage(() => outbox.drafts.some((draft) => outbox.isSending(draft)));
const strip = createStrip(outbox, (draft) => (draft.kind === "order" ? correctOrder(draft) : reopen(draft.orderId)));
const newOrder = createNewOrder(user.username, {
  onCount: (items) => tabs.setCount("nueva", items), orders: () => live?.orders.values() ?? [],
});
const whose = createWhose(showLists);
const ready = watchReady({ seconds: settings.ready_alarm_seconds, isMine, orders: trueOrders, onCall: callAll });
const house = {
  me: user.username, isMine, isCalled: ready.isCalled, learn, charge, methodName, whose, addRound, correct,
  methods: settings.methods,
  orders: () => live.orders.values(),
};
const open = createOpenOrders(house);
const paid = createPaidToday(house);
const payable = createPayable(house, paid.node);
const tabs = createTabs([
  { name: "nueva", icon: "📝", word: "Nueva", isCounted: true, content: [newOrder.panel] },
  { name: "curso", icon: "🍽", word: "En curso", isCounted: true, content: [open.panel] },
  { name: "cobrar", icon: "💳", word: "Por Cobrar", isCounted: true, content: [payable.panel] },
], "Secciones", turnTo);
document.body.append(bar.node, h("main", {}, ...tabs.panels.values()),
  h("div", { class: "foot" }, strip.node, h("nav", { class: "tab-bar", "aria-label": "Secciones" }, tabs.list)));
placeLayer("orden", reopen, { inAddress: true });
tabs.open(placeOf("orden") ? "cobrar" : placeOf("ver"));

function turnTo(name) {
  setText(bar.title, { nueva: "Nueva orden", curso: "En curso", cobrar: "Por Cobrar" }[name]);
  setPlace({ ver: name });
}

function showOutbox() {
  strip.update();
  sheet?.update();
}

function placed(/** @type {OrderAfterChange} */ order, /** @type {Draft} */ draft) {
  learn(order);
  const words = `Orden ${order.id} ${ofPlace(order)} enviada a cocina`;
  const isRepriced = draft.total !== null && draft.total !== order.total;
  if (isRepriced) {
    const change = `El menú cambió: ahora son ${money(order.total)}, no ${money(draft.total)}.`;
    toast(`${words}. ${change}`, "late", { news: true });
  } else {
    toast(words, "done", { own: true, news: true });
  }
}

/** Tell that a discarded draft had arrived, and what can be done. */
function arrived(/** @type {OrderAfterChange} */ order, /** @type {Draft} */ draft) {
  learn(order);
  toast(draft.kind === "order"
    ? `La orden ${order.id} ${ofPlace(order)} ya había llegado a cocina. Si no va, anúlala.`
    : `El cobro de ${place(order)} ya había llegado: no lo cobres otra vez.`, "late", { news: true });
}

/** Put a refused order back into the form. Of two tabs, only the first gets it. */
async function correctOrder({ key }) {
  const draft = await outbox.take(key);
  if (!draft) return;
  tabs.open("nueva");
  newOrder.correct(draft, `No se pudo: ${refusalOf(draft)}`);
}

/** @type {OnAnswer} */
function learn({ last_event_id: lastEventId, ...order }) { live.learn(order, lastEventId); }

function show(/** @type {Order} */ order, /** @type {Order} */ before) {
  open.show(order, before);
  payable.show(order, before);
  paid.show(order);
  newOrder.follow(order);
  count();
  sheet?.update(order);
  followClaim([order]);
  if (before?.status === "listo" && order.status === "en_preparacion") recalled(order);
  if (before) tellIfHandedOver(before, order);
}

/** The kitchen took *listo* back: the waiter should not fetch the order. */
function recalled(/** @type {Order} */ order) {
  alertWaiter({ order_id: order.id }, `🍳 ${place(order)}: aún no está listo, la cocina sigue`, "late",
    sound.playRefused, [400]);
}

/** Tell the waiter that another waiter has taken the table: both would carry the same dish. */
function tellIfHandedOver(/** @type {Order} */ was, /** @type {Order} */ order) {
  if (!isMine(was) || isMine(order)) return;
  sound.playNew();
  toast(`✋ ${thePlace(order)} ahora es de ${order.waiter}`, "", { news: true });
}

/** Show an unchanged order again: its card's words have changed. */
function showAgain(orderId) {
  const order = live.orders.get(orderId);
  if (order) show(order, order);
}

function reset(/** @type {Map<string, Order>} */ orders, /** @type {Map<string, Order>} */ before) {
  newOrder.menu.freshen();
  newOrder.follow();
  for (const was of before.values()) tellMissed(was, orders.get(was.id));
  showLists();
  paid.refresh();
  refreshClaim(orders);
  refreshSheet(orders).then(() => resumeClaim(orders.values(), { username: user.username, learn,
    methods: settings.methods }));
}

function showLists() {
  const all = [...live.orders.values()];
  open.sync(all);
  payable.sync(all);
  paid.filter();
  count();
}

function count() {
  const all = [...live.orders.values()];
  tabs.setCount("curso", open.count(all));
  tabs.setCount("cobrar", payable.count(all));
}

/** The orders, or none while offline: an old list calls nobody to a table. */
function trueOrders() { return live.state === "online" ? [...live.orders.values()] : []; }

/** Call the waiter for ready orders of others that nobody fetches. */
function callAll(/** @type {Order[]} */ orders) {
  for (const order of orders) showAgain(order.id);
  sound.playNew();
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.([200, 100, 200]);
  toast(callWords(orders), "late", { news: true });
}

function methodName(name) { return settings.methods.find((method) => method.name === name)?.label ?? name; }

/** Update the sheet, or open it for the order in the address. A paid or void order is fetched from the server. */
async function refreshSheet(orders) {
  const id = placeOf("orden");
  if (sheet) {
    sheet.refresh(orders);
  } else if (id) {
    try {
      await openSheet(orders.get(id) ?? await call("GET", `/orders/${encodeURIComponent(id)}`), { isBack: true });
    } catch {
      if (!sheet) setPlace({ orden: null });
    }
  }
}

/** Open the sheet of an order that may be paid already. */
function reopen(orderId) {
  setPlace({ orden: orderId });
  refreshSheet(live.orders);
}

/** Open the sheet of an order's bill; with a rejected payment, to send it again. */
function charge(/** @type {Order} */ order, /** @type {Payment?} */ retries = null) { openSheet(order, { retries }); }

/** Open *Nueva* for another round of a table or customer. */
function addRound(/** @type {Order} */ order) {
  tabs.open("nueva");
  newOrder.begin(order);
}

/** Open what can be corrected of a bill's orders. */
async function correct(/** @type {Order[]} */ orders) {
  const part = await fetchPart(import("../house/corrections.js"));
  part?.openCorrections(orders, { role: "waiter", learn, known: (id) => live.orders.get(id) });
}

/** Fetch what the charge sheet needs, while nobody waits for it. */
function prepare() {
  fetchSheet().catch(() => { /* a tap tries again */ });
  payData.load();
}

/** Load the sheet's script, which the page does not need at first. */
async function fetchSheet() { ({ ChargeSheet } = await import("../cobro/charge.js")); }

async function openSheet(/** @type {Order} */ order,
  /** @type {Pick<SheetParts, "retries" | "isBack">} */ { retries = null, isBack = false }) {
  if (!ChargeSheet) await fetchPart(fetchSheet());
  if (!ChargeSheet) setPlace({ orden: null });
  if (sheet || !ChargeSheet) return;
  payData.load();
  sheet = new ChargeSheet(live.orders.get(order.id) ?? order, {
    outbox, settings, retries, isBack, learn, username: user.username, orders: () => live.orders.values(),
    payData: payData.of,
    truth: () => live.settled(),
    onClose: () => { sheet = null; },
  });
}

/** Call the waiter whom a notice concerns: a sound, the phone's buzz, and words unless the sheet says it. */
function alertWaiter(/** @type {{ order_id: string }} */ notice, text, tone, playSound, pattern) {
  const order = live.orders.get(notice.order_id);
  if (order && !isMine(order) && !order.payments.some((one) => one.submitted_by === user.username)) return;
  playSound();
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(pattern);
  if (sheet?.order.id !== notice.order_id) toast(text, tone, { news: true });
}

/** Tell the waiter of changes whose notices a sleeping phone missed. A paid order is not in the snapshot. */
function tellMissed(/** @type {Order} */ was, /** @type {Order} */ now) {
  if (now) tellIfHandedOver(was, now);
  const notice = { order_id: was.id, table_number: was.table_number, customer: was.customer };
  if (now?.status === "listo" && ["pendiente", "en_preparacion"].includes(was.status)) live.on.order_ready(notice);
  else if (now && rejectedOf([now]).some(({ id }) => !rejectedOf([was]).some((one) => one.id === id))) {
    live.on.payment_rejected(notice);
  } else if (!now && was.status === "por_verificar" && isMine(was)) tellIfPaid(notice);
}

/** "✓ Mesa 12 pagada", or after a part what is left of it. */
function paidWords(notice) {
  const order = live.orders.get(notice.order_id);
  const due = order ? dueOf(billOf(live.orders.values(), order).filter(isChargeable)) : 0;
  const isPart = order !== undefined && order.status !== "pagado" && due > 0;
  return isPart ? `✓ ${place(notice)}: parte aprobada, falta ${money(due / 100)}` : `✓ ${place(notice)} pagada`;
}

async function tellIfPaid(notice) {
  try {
    const order = await call("GET", `/orders/${notice.order_id}`);
    if (order.status === "pagado") live.on.payment_approved(notice);
  } catch { /* its list tells the rest */ }
}

const live = new Live({
  role: "waiter",
  snapshots: ["/orders"],
  onState: (state) => {
    bar.setState(state);
    newOrder.menu.follow(state);
    outbox.follow(state);
    if (state === "online") setTimeout(() => prepare(), AT_REST);
  },
  onReset: reset,
  onOrder: show,
  on: {
    menu_updated: () => { newOrder.menu.load(); },
    order_ready: (notice) => {
      alertWaiter(notice, `🔔 ${place(notice)}: listo, recógelo en cocina`, "done", sound.playNew, [200, 100, 200]);
    },
    order_voided: (notice) => {
      if (notice.by !== user.username) {
        alertWaiter(notice, voidedWords(notice), "late", sound.playRefused, [400, 100, 400]);
      }
    },
    payment_rejected: (notice) => {
      alertWaiter(notice, `🔄 ${place(notice)}: el cajero rechazó el pago`, "late", sound.playRefused,
        [400, 100, 400]);
    },
    payment_unseen: (notice) => {
      alarm(notice.payment_id);
      showAgain(notice.order_id);
      alertWaiter(notice, `⏰ La caja aún no ve el comprobante ${ofPlace(notice)}. Avísale.`, "late",
        sound.playRefused, [400, 100, 400]);
    },
    payment_approved: (notice) => {
      alertWaiter(notice, paidWords(notice), "done", sound.playNew, [100]);
    },
  },
});
live.start();
newOrder.start(outbox);
outbox.start().then(() => newOrder.carryOver());
