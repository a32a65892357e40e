// "Por Cobrar": one card a bill, which is a table's or a customer's open orders. Own bills first, rejected payments at
// the top. Bills whose payments are all with the cashier stand below, uncounted; at the end stand today's paid orders.

import { h, KeyedList, setText } from "../lib/dom.js";
import { money } from "../lib/money.js";
import { tick } from "../house/format.js";
import {
  billsOf, changedBills, counts, dueOf, hasArrived, isChargeable, olderFirst, paymentsOf, paysOf, rejectedOf, roundsOf,
  sumOf,
} from "../house/bill.js";
import { isOverlooked } from "../house/overlooked.js";
import { place } from "../house/place.js";
import { setGoodNews } from "../lib/link.js";
import { fillSlowly, keepCards } from "../lib/slowly.js";
import { DAMAGED, isDamaged } from "../cobro/proof-words.js";
import { createCard, createDishes, setWords, showBadge, showState } from "./cards.js";
import { createProofLines } from "./proof-lines.js";
import { canTakeBack, createTake, showTake, takeBack } from "./steps.js";

const WORDS = {
  list: "Cuentas por cobrar", choice: "Qué mesas ver por cobrar", noneMine: "Nada tuyo por cobrar ✓",
  none: "Nada por cobrar ✓",
};
const LISTED = ["entregado", "por_verificar"];

/**
 * `{ panel, show(order, before), sync(orders), count(orders) }`. `house`: `isMine(order)`, `learn(answer)`,
 * `charge(order, payment?)`, `addRound(order)`, `orders()`, `whose`.
 */
export function createPayable(/** @type {Waiting} */ house, /** @type {HTMLElement[]} */ ...below) {
  const { isMine, whose, orders } = house;
  const items = h("ul", { class: "orders", "aria-label": WORDS.list });
  const empty = h("p", { class: "empty" });
  const choice = whose.createSwitch(WORDS.choice);
  const isMyBill = (/** @type {Bill} */ bill) => bill.orders.some(isMine);
  const cards = keepCards((/** @type {Bill} */ bill) => createBillCard(bill, house));
  const rank = (/** @type {Bill} */ bill) => (isMyBill(bill) ? 0 : 3) + rankOf(bill);
  /** @type {KeyedList<Bill>} */
  const list = new KeyedList(items, {
    key: (bill) => bill.id,
    compare: (a, b) => rank(a) - rank(b) || olderFirst(a.orders[0], b.orders[0]),
    create: cards.of,
    empty,
  });
  tick(items, cards.showTimes);
  const filling = fillSlowly(list);
  const isListed = (/** @type {Bill} */ bill) => bill.orders.some(({ status }) => LISTED.includes(status));
  const isShown = (/** @type {Bill} */ bill) => isListed(bill) && (!whose.isOnlyMine() || isMyBill(bill));

  /** Show the bill of an order's place, and of the place where it was. */
  function show(/** @type {Order} */ order, /** @type {Order | undefined} */ before) {
    for (const bill of changedBills(orders(), order, before)) {
      filling.forget(bill);
      if (!isListed(bill)) cards.drop(bill);
      if (isShown(bill)) list.put(bill, { fresh: before?.status !== order.status });
      else list.remove(bill.id);
    }
  }

  function sync(/** @type {Order[]} */ all) {
    setGoodNews(empty, whose.isOnlyMine() ? WORDS.noneMine : WORDS.none);
    const bills = billsOf(all);
    cards.prune(bills.filter(isListed));
    filling.sync(bills.filter(isShown));
  }

  /** How many bills have something to charge; the switch says how many bills there are. */
  function count(/** @type {Order[]} */ all) {
    const bills = billsOf(all).filter(isListed);
    choice.count(bills.filter(isMyBill).length, bills.length);
    return bills.filter((bill) => isShown(bill) && bill.orders.some(isChargeable)).length;
  }

  return { panel: h("div", { class: "panel-body" }, choice.node, items, empty, ...below), show, sync, count };
}

const rankOf = (/** @type {Bill} */ { orders }) => (
  rejectedOf(orders).length > 0 ? 0 : orders.some(isChargeable) ? 1 : 2);

function createBillCard(/** @type {Bill} */ first, /** @type {Waiting} */ house) {
  const { isMine, me, learn, charge, addRound, correct } = house;
  const [order] = first.orders;
  const { node, card, head, badge, actions, showTime, update } = createCard(order, isMine);
  const arrived = h("span", { class: "badge", "data-tone": "done", hidden: true }, "💰 El dinero ya llegó");
  let bill = first;
  const rounds = h("p", { class: "bill-line" });
  const payments = h("ul", { class: "bill-payments", "aria-label": "Pagos" });
  const dishes = h("div", { class: "bill-dishes" });
  const reason = h("p", { class: "reason" });
  const damage = h("p", { class: "small" }, DAMAGED);
  const proofs = createProofLines(house);
  const pay = h("button", { class: "button", type: "button", "data-size": "main", onclick: () => act() });
  const rest = h("button", { class: "button", type: "button", onclick: () => charge(anchor()) });
  const more = h("button", { class: "button", type: "button", onclick: () => addRound(anchor()) }, "+ Ronda");
  const mend = h("button", { class: "button", type: "button", "aria-label": `Corregir, ${place(order)}`,
    onclick: () => correct(bill.orders) }, "Corregir");
  const take = createTake(() => bill.orders.filter((one) => !isMine(one)), learn);
  const back = h("button", { class: "button", type: "button", hidden: true,
    onclick: () => takeBack(undoable(), back, learn) }, "Deshacer");
  const anchor = () => bill.orders.find(isChargeable) ?? bill.orders[0];
  const undoable = () => bill.orders.find((one) => canTakeBack(one, isMine(one)));
  const rejected = () => rejectedOf(bill.orders).at(-1);
  const act = () => charge(anchor(), rejected());
  const showBack = () => { back.hidden = !undoable(); };
  head.after(rounds);
  badge.after(arrived);
  actions.before(payments, proofs.node, dishes, reason, damage);
  actions.append(pay, rest, back, more, take, mend);

  return {
    node,
    showTimes: () => { showTime(); showBack(); },
    update: (/** @type {Bill} */ now) => {
      bill = now;
      const all = paymentsOf(now.orders);
      const waits = all.filter(({ status }) => status === "por_verificar");
      const refused = rejected();
      const total = sumOf(now.orders, "total");
      const due = dueOf(now.orders.filter(isChargeable));
      const ids = now.orders.map(({ id }) => id).join(", ");
      const round = now.orders.length > 1 ? 1 : anchor().round; // the line above counts them
      update({ ...anchor(), total: total / 100, round, id: ids }, sinceOf(now.orders));
      card.setAttribute("aria-label", labelOf(now.orders));
      setText(rounds, [roundsOf(now.orders), due > 0 && due < total ? `falta ${money(due / 100)}` : "",
        ...undelivered(now.orders)].filter(Boolean).join(" · "));
      rounds.hidden = !rounds.textContent;
      const state = refused ? "rechazado" : now.orders.some(isChargeable) ? "entregado" : "por_verificar";
      card.dataset.status = state;
      showBillState(badge, state, waits);
      showPayments(payments, all, now.orders);
      arrived.hidden = !payments.hidden || !waits.some(hasArrived); // each payment's line says its own
      proofs.update(waits, now.orders);
      showDishes(dishes, now.orders);
      reason.hidden = !refused?.reason;
      setText(reason, `«${refused?.reason ?? ""}»`);
      const damaged = waits.find(isDamaged);
      damage.hidden = !damaged || !(now.orders.some(isMine) || damaged.submitted_by === me);
      showPay(pay, anchor(), refused, due > 0 || anchor().total === 0 && isChargeable(anchor()));
      setWords(rest, anchor(), "💳 Cobrar");
      rest.hidden = !refused || due <= paysOf(refused, now.orders);
      back.setAttribute("aria-label", `Deshacer, ${place(anchor())}`);
      more.setAttribute("aria-label", `+ Ronda, ${place(anchor())}`);
      showBack();
      showTake(take, anchor(), now.orders.every(isMine));
    },
  };
}

/** "1 en cocina" and "🔔 2 listos", where there are some. */
function undelivered(/** @type {Order[]} */ orders) {
  const ready = orders.filter(({ status }) => status === "listo").length;
  const cooking = orders.filter(({ status }) => !LISTED.includes(status)).length - ready;
  return [cooking > 0 ? `${cooking} en cocina` : "", ready > 0 ? `🔔 ${ready} ${ready === 1 ? "listo" : "listos"}` : ""];
}

/** "Mesa 12, orden 128", or "Mesa 12, órdenes 128, 130". */
function labelOf(/** @type {Order[]} */ orders) {
  const ids = orders.map(({ id }) => id).join(", ");
  return `${place(orders[0])}, ${orders.length > 1 ? "órdenes" : "orden"} ${ids}`;
}

/** The dishes of a bill's round, under its number. */
const createRound = (/** @type {Order} */ order) => [
  h("p", { class: "quiet small" }, `Ronda ${order.round} · orden ${order.id}`), createDishes(order)];

/** "▸ 7 platillos": the dishes of several rounds would push the buttons off the screen. */
function foldUp(/** @type {Order[]} */ rounds, /** @type {HTMLElement[]} */ lists, /** @type {boolean} */ open) {
  const count = rounds.flatMap(({ items }) => items).reduce((sum, { quantity }) => sum + quantity, 0);
  return h("details", { open }, h("summary", {}, count === 1 ? "1 platillo" : `${count} platillos`), ...lists);
}

/** Since when the oldest of the orders is in its state. */
const sinceOf = (/** @type {Order[]} */ orders) => orders.filter(({ status }) => LISTED.includes(status))
  .map((order) => order.updated_at).sort()[0] ?? orders[0].updated_at;

/** What was paid, and what waits; only where there is more than the one payment that the badge tells of. */
function showPayments(/** @type {HTMLElement} */ node, /** @type {Payment[]} */ all, /** @type {Order[]} */ orders) {
  const counted = all.filter(counts);
  const isPart = counted.length > 1 || (counted.length === 1 && orders.some(isChargeable));
  const words = isPart ? counted.map((payment) => `${payment.status === "aprobado" ? "✓" : "⏳"} `
    + `${money(paysOf(payment, orders) / 100)} · ${payment.method} · ${payment.submitted_by}`
    + `${hasArrived(payment) ? " · 💰 el dinero ya llegó" : ""}`) : [];
  if (node.dataset.words !== words.join("\n")) node.replaceChildren(...words.map((text) => h("li", {}, text)));
  node.dataset.words = words.join("\n");
  node.hidden = words.length === 0;
}

/** The dishes of the rounds that nobody has begun to pay. */
function showDishes(/** @type {HTMLElement} */ node, /** @type {Order[]} */ orders) {
  const shown = orders.filter((one) => one.status === "entregado" && one.payments.length === 0);
  const text = shown.map((one) => `${one.id} ${JSON.stringify(one.items)}`).join();
  if (node.dataset.shown === text) return;
  node.dataset.shown = text;
  const lists = orders.length > 1 ? shown.flatMap(createRound) : shown.map(createDishes);
  const isOpen = node.querySelector("details")?.open ?? false;
  node.replaceChildren(...(shown.length > 1 ? [foldUp(shown, lists, isOpen)] : lists));
}

/** @type {(badge: HTMLElement, state: "rechazado" | "entregado" | "por_verificar", waits: Payment[]) => void} */
function showBillState(badge, state, waits) {
  if (state === "rechazado") showBadge(badge, "🔄 Pago Rechazado", "retry");
  else if (state === "entregado") showState(badge, state);
  else showWaiting(badge, waits);
}

function showWaiting(/** @type {HTMLElement} */ badge, /** @type {Payment[]} */ waits) {
  if (waits.length > 0 && waits.every((payment) => payment.seen_at)) showBadge(badge, "👀 Caja lo vio", "primary");
  else if (waits.some(isOverlooked)) showBadge(badge, "⏰ La caja aún no lo ve", "late");
  else showBadge(badge, "⏳ Esperando al cajero", "wait");
}

function showPay(button, order, refused, isDue) {
  if (!refused && !isDue) button.dataset.kind = "";
  else button.dataset.kind = refused ? "retry" : "primary";
  if (!refused && !isDue) setWords(button, order, "Ver");
  else setWords(button, order, refused ? "🔄 Reintentar Pago" : "💳 Cobrar");
  button.dataset.size = refused || isDue ? "main" : "";
}
