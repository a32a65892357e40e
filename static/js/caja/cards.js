// The cards of the lists. Each is made once, and updated in place.

import { h, setText } from "../lib/dom.js";
import { ago, clock, minutesSince, money, STATES, tick } from "../house/format.js";
import { dueOf, isChargeable, rejectedOf, roundsOf, sumOf } from "../house/bill.js";
import { place, placeShort, placeWithin } from "../house/place.js";
import { isOverlooked } from "../house/overlooked.js";
import { createVoidButton } from "../house/void.js";
import { shortWarning } from "../house/rules.js";
import { depositOf, showArrival } from "./arrival.js";
import { orderLink } from "./evidence.js";
import { newWarnings } from "./examination.js";
import { givenOf, isPart, ordersOf, placesOf, placesWithin, totalOf, turnOf } from "./charges.js";
import { createThumbnail } from "./thumbnail.js";
import { methodName, personName, viewingWords } from "./words.js";

/**
 * A proof that waits for its verdict: the whole card is the button that opens it. `me` is the cashier of this page,
 * `hintOf` tells what is known of money that has no deposit.
 * @type {(order: Charged, settings: Settings, me: string, open: (paymentId: string) => void,
 *   hintOf: MoneyHints["hintOf"]) => Card<Charged>}
 */
export function createWaiting(order, settings, me, open, hintOf) {
  let { payment } = order;
  let shown = order;
  const time = h("span", { class: "waited number" });
  const again = payment.replaces !== null;
  const sum = h("span", { class: "total money" });
  const part = h("span", { class: "badge", hidden: true });
  const table = h("span", { class: "table" });
  const overlooked = h("span", { class: "badge", "data-tone": "late", hidden: true }, "⏰ Nadie lo ha visto");
  const viewing = h("span", { class: "badge viewing", "data-tone": "primary", hidden: true });
  const about = h("span", { class: "quiet small" });
  const chips = h("span", { class: "warning-chips" });
  const thumbnail = createThumbnail(payment);
  const arrival = h("span", { class: "arrival", hidden: true });
  /** @type {MoneyHint?} */
  let hint = null;
  const possible = h("button",
    { class: "button possible", type: "button", hidden: true, onclick: () => hint?.act?.() });
  const button = h("button",
    { class: "card proof-card", type: "button", data: { again: String(again) }, onclick: () => open(payment.id) },
    thumbnail.node,
    h("span", { class: "card-head" }, table, h("span", { class: "sum" }, sum, time)),
    h("span", { class: "about" },
      again ? h("span", { class: "badge", "data-tone": "retry" }, `🔄 Reenvío #${payment.attempt}`) : null,
      viewing, overlooked, part, chips, about), arrival);
  const node = h("li", { data: { order: order.id } }, button, possible);
  const showMoney = () => {
    hint = hintOf(payment);
    button.dataset.arrived = String(Boolean(depositOf(payment)));
    showArrival(arrival, payment, hint && !hint.act && !hint.isOfPhone ? hint.words : "");
    possible.hidden = !hint?.act;
    setText(possible, hint?.words ?? "");
    possible.setAttribute("aria-label", `${possible.textContent}, ${placesWithin(shown)}`);
  };
  const update = (/** @type {Charged} */ changed) => {
    const before = payment;
    shown = changed;
    payment = changed.payment;
    showChips(chips, payment, newWarnings(before, payment));
    thumbnail.update(payment);
    overlooked.hidden = !isOverlooked(payment);
    showMoney();
    showTable(table, changed);
    setText(sum, money(givenOf(payment)));
    part.hidden = !isPart(changed);
    if (!part.hidden) part.dataset.tone = "wait";
    setText(part, `${turnOf(changed)} · ${money(payment.amount)} de ${money(totalOf(changed))}`);
    setText(about, [awayWords(changed), placesOf(changed) === place(changed) ? "" : placesOf(changed),
      ordersOf(changed), methodName(payment.method), payment.tip > 0 ? `propina ${money(payment.tip)}` : "",
      personName(changed.waiter)].filter(Boolean).join(" · "));
    showViewing(viewing, payment, me);
  };
  tick(node, () => {
    showWaited(time, button, payment, settings);
    showViewing(viewing, payment, me);
    showMoney();
  });
  return { node, update };
}

const awayWords = (/** @type {Placed} */ order) => (order.customer ? "Para llevar" : "");

function showViewing(/** @type {HTMLElement} */ badge, /** @type {Payment} */ payment, /** @type {string} */ me) {
  const words = viewingWords(payment, me);
  badge.hidden = !words;
  setText(badge, words && `👁 ${words}`);
}

/**
 * A chip for each warning; those of `added` flash once.
 * @type {(chips: HTMLElement, payment: Payment, added: Suspicion[]) => void}
 */
function showChips(chips, payment, added) {
  if (chips.childElementCount === payment.warnings.length) return;
  chips.replaceChildren(...payment.warnings.map((warning) => h("span",
    { class: "badge", "data-tone": "wait", data: added.includes(warning) ? { new: "" } : {} }, shortWarning(warning))));
}

/**
 * The waiting time, with a mark and not by colour alone once it is long.
 * @type {(time: HTMLElement, button: HTMLElement, payment: Payment, settings: Settings) => void}
 */
function showWaited(time, button, payment, settings) {
  const minutes = minutesSince(payment.submitted_at);
  const pace = minutes >= settings.red_minutes ? "late" : minutes >= settings.amber_minutes ? "slow" : "fine";
  const mark = { late: "‼ ", slow: "! ", fine: "" }[pace];
  if (button.dataset.pace !== pace) button.dataset.pace = pace;
  setText(time, mark + ago(payment.submitted_at));
}

/**
 * A bill with something due: its rounds, what was paid of it, what waits, and what was refused. `charge(orders)` opens
 * the form, `correct(orders)` what can be corrected.
 * @type {(bill: Bill, acts: { charge: (bill: Bill) => void, correct: (bill: Bill) => void }) => Card<Bill>}
 */
export function createUnpaid(bill, { charge, correct }) {
  const [order] = bill.orders;
  let shown = bill;
  const time = h("span", { class: "waited number quiet" });
  const state = h("span", { class: "about" });
  const sum = h("span", { class: "total money" });
  const where = placeWithin(order);
  const node = row(order, time, state, sum);
  const link = /** @type {HTMLAnchorElement} */ (node.querySelector("a.table"));
  const linkWords = /** @type {HTMLElement} */ (link.lastElementChild);
  node.append(h("div", { class: "row-actions" },
    h("button", { class: "button", type: "button", "data-kind": "primary", "aria-label": `Cobrar, ${where}`,
      onclick: () => charge(shown) }, "💳 Cobrar"),
    h("button", { class: "button", type: "button", "aria-label": `Corregir, ${where}`,
      onclick: () => correct(shown) }, "Corregir")));
  const since = () => shown.orders.map((one) => one.updated_at).sort()[0];
  let words = "";
  const update = (/** @type {Bill} */ changed) => {
    shown = changed;
    setText(time, ago(since()));
    const [first] = changed.orders; // the one before may be paid by now
    if (link.dataset.order !== first.id) {
      node.dataset.order = link.dataset.order = first.id;
      link.href = `/caja?orden=${first.id}`;
      setText(linkWords, ` · ver orden ${first.id}`);
    }
    const due = dueOf(changed.orders.filter(isChargeable));
    const [total, paid, waits] = [sumOf(changed.orders, "total"), sumOf(changed.orders, "paid"),
      sumOf(changed.orders, "waiting")];
    setText(sum, money(due / 100));
    const parts = [awayWords(first), roundsOf(changed.orders), due < total ? `de ${money(total / 100)}` : "",
      paid > 0 ? `pagado ${money(paid / 100)}` : "", waits > 0 ? `por verificar ${money(waits / 100)}` : "",
      changed.orders.length > 1 ? "" : `Orden ${first.id}`, personName(first.waiter)].filter(Boolean).join(" · ");
    const refused = rejectedOf(changed.orders).at(-1);
    const ids = changed.orders.map(({ id }) => id);
    const now = `${parts}\n${refused?.id}\n${ids.join()}`;
    if (now === words) return;
    words = now;
    const links = ids.length > 1
      ? [h("span", { class: "bill-rounds small" }, "Órdenes", ...ids.map((id) => orderLink(id)))] : [];
    state.replaceChildren(...refusal(refused), h("span", { class: "quiet small" }, parts), ...links);
  };
  tick(node, () => setText(time, ago(since())));
  return { node, update };
}

const refusal = (/** @type {Payment | undefined} */ payment) => (payment ? [
  h("span", { class: "badge", "data-tone": "late" }, "🔄 Pago Rechazado"),
  h("span", { class: "small" }, `«${payment.reason ?? "sin motivo"}»`),
] : []);

/** The table's number, or a customer's name. */
function showTable(/** @type {HTMLElement} */ node, /** @type {Placed} */ order) {
  if (node.dataset.place === place(order)) return;
  node.dataset.place = place(order);
  node.classList.toggle("customer", Boolean(order.customer));
  const behind = [...node.children].slice(1); // what else the element says
  node.replaceChildren(h("span", { class: "unseen" }, order.customer ? "" : "Mesa "), placeShort(order), ...behind);
}

/** An order that was paid today. */
export function createPaid(/** @type {Order} */ order) {
  const payment = order.payments.filter(({ status }) => status === "aprobado").at(-1) ?? null;
  const count = order.payments.filter(({ status }) => status === "aprobado").length;
  const how = payment ? ` · ${methodName(payment.method)}` : "";
  const by = payment?.decided_by ? ` · aprobó ${personName(payment.decided_by)}` : "";
  const time = h("span", { class: "waited number quiet" }, clock(payment?.decided_at ?? order.updated_at));
  const about = h("span", { class: "about" }, h("span", { class: "badge", "data-tone": "done" }, "✓ Pagado"),
    h("span", { class: "quiet small" }, `${order.customer ? `${awayWords(order)} · ` : ""}Orden ${order.id}${how}${by}`
      + `${count > 1 ? ` · ${count} pagos` : ""}`));
  return { node: row(order, time, about), update: () => {} };
}

/** An order that has not reached its table yet. */
export function createCooking(/** @type {Order} */ order, /** @type {OnAnswer} */ onVoided,
  /** @type {(order: Order) => void} */ correct) {
  const time = h("span", { class: "waited number quiet" });
  const badge = h("span", { class: "badge" });
  const whose = h("span", { class: "quiet small" });
  const sum = h("span", { class: "total money" });
  const node = row(order, time, h("span", { class: "about" }, badge, whose), sum);
  const link = /** @type {HTMLElement} */ (node.querySelector("a.table"));
  let shown = order;
  const mend = h("button", { class: "button", type: "button", onclick: () => correct(shown) }, "Corregir");
  const voiding = createVoidButton(order, onVoided);
  node.append(h("div", { class: "row-actions" }, mend, voiding));
  tick(node, () => setText(time, ago(order.created_at)));
  const update = (/** @type {Order} */ now) => {
    const { status, waiter, round } = now;
    shown = now;
    const { word, icon, tone } = STATES[status];
    showTable(link, now);
    voiding.update(now);
    mend.setAttribute("aria-label", `Corregir, ${placeWithin(now)}, orden ${now.id}`);
    setText(sum, money(now.total));
    setText(whose, [awayWords(now), `Orden ${order.id}`, round > 1 ? `ronda ${round}` : "", personName(waiter)]
      .filter(Boolean).join(" · "));
    setText(badge, `${icon} ${word}`);
    badge.dataset.tone = tone;
  };
  return { node, update };
}

/** The whole row is a link to the order; a button on it stays a button. */
function row(/** @type {Order} */ order, /** @type {Element} */ time, /** @type {Element} */ about,
  sum = h("span", { class: "total money" }, money(order.total))) {
  const link = h("a", { class: "table", href: `/caja?orden=${order.id}`, data: { order: order.id } });
  showTable(link, order);
  link.append(h("span", { class: "unseen" }, ` · ver orden ${order.id}`));
  return h("li", { class: "card order-row", data: { order: order.id } },
    h("span", { class: "card-head" }, link, h("span", { class: "sum" }, sum, time)), about);
}
