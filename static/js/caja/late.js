// Late warnings: they came after the approval, and stand over every list until a cashier says "Enterado".

import { andAgain, call } from "../lib/api.js";
import { h, KeyedList, setText, toast } from "../lib/dom.js";
import { clock, day, money } from "../house/format.js";
import { createWarning, orderLink } from "./evidence.js";
import { added, lateWarnings } from "./examination.js";
import { olderFirst } from "../house/bill.js";
import { chargedOf, givenOf, placesOf, placesWithin } from "./charges.js";
import { personName } from "./words.js";

/** The strip between the bar and the lists; `learn` hears what the server answers. */
export class LateStrip {
  /** @type {KeyedList<Charged>} */
  #list;

  constructor(/** @type {OnAnswer} */ learn) {
    this.heading = h("h2");
    const items = h("ul", { class: "late-items" });
    this.node = h("section", { class: "late-strip", "aria-label": "Avisos sobre pagos ya aprobados" },
      this.heading, items);
    this.#list = new KeyedList(items, {
      key: ({ payment }) => payment.id,
      compare: (a, b) => olderFirst(b.payment, a.payment),
      create: (order) => createLate(order, learn),
    });
  }

  /** The orders that the strip shows. */
  get orders() { return this.#list.items; }

  /** Show exactly the late warnings of these orders. */
  sync(/** @type {Map<string, Order>} */ orders) {
    const all = [...orders.values()].flatMap((order) => lateOf(orders, order));
    this.#list.sync([...new Map(all.map((one) => [one.payment.id, one])).values()]);
    this.#count();
  }

  /** Take news of an order, of which `orders` has the latest. */
  show(/** @type {Order} */ order, /** @type {Map<string, Order>} */ orders) {
    const late = lateOf(orders, order);
    for (const one of late) this.#list.put(one, { fresh: true });
    for (const { id } of order.payments) if (!late.some(({ payment }) => payment.id === id)) this.#list.remove(id);
    this.#count();
  }

  #count() {
    const count = this.#list.size;
    setText(this.heading, count === 1 ? "⚠ Un aviso sobre un pago ya aprobado"
      : `⚠ ${count} avisos sobre pagos ya aprobados`);
  }
}

/**
 * The payments of an order that have late warnings.
 * @type {(orders: Map<string, Order>, order: Order) => Charged[]}
 */
const lateOf = (orders, order) => order.payments.filter((payment) => lateWarnings(payment).length > 0)
  .map((payment) => chargedOf(orders, payment)).filter((one) => one !== undefined);

/** @type {(order: Charged, learn: OnAnswer) => Card<Charged>} */
function createLate(order, learn) {
  let shown = order;
  const warnings = h("ul", { class: "warnings" });
  const about = `${placesWithin(order)}, orden ${order.id}`;
  const button = h("button", {
    class: "button", type: "button", "data-kind": "primary", "aria-label": `Enterado: ${about}`, onclick: acknowledge,
  }, "Enterado");
  const node = h("li", { class: "card late-item" },
    h("p", { class: "late-head" }, h("strong", {}, placesOf(order)),
      h("strong", { class: "money" }, money(givenOf(order.payment))),
      h("span", { class: "small" }, approvalWords(order.payment)),
      orderLink(order.id, `Ver orden ${order.id}`)),
    button, warnings);

  function update(/** @type {Charged} */ now) {
    const [before, late] = [lateWarnings(shown.payment), lateWarnings(now.payment)];
    const news = added(before, late);
    shown = now;
    if (warnings.childElementCount === late.length && news.length === 0) return;
    warnings.replaceChildren(
      ...late.map((warning) => createWarning(warning, now.payment, news.includes(warning))));
  }

  /** Tell the server which types a cashier has read, and no type that comes meanwhile. */
  async function acknowledge() {
    const types = [...new Set(lateWarnings(shown.payment).map(({ type }) => type))];
    const hasFocus = document.activeElement === button;
    const neighbour = node.nextElementSibling ?? node.previousElementSibling; // its event may be here before the answer
    button.disabled = true;
    try {
      const answer = await call("PUT", `/payments/${order.payment.id}/known`, { json: { types } });
      learn(answer);
      if (hasFocus) focusNext(neighbour);
    } catch (error) {
      toast(`${placesOf(order)}: ${andAgain(error)}`, "late");
    }
    button.disabled = false;
  }

  return { node, update };
}

/** The keyboard goes on at the next notice, else at the list below. */
function focusNext(/** @type {Element?} */ neighbour) {
  const next = neighbour?.isConnected ? neighbour : document.querySelector("[role=tabpanel]:not([hidden])");
  /** @type {HTMLElement?} */ (next?.querySelector("button") ?? next)?.focus();
}

/** "aprobó Luis, 20:41", with the day unless it is today */
function approvalWords(/** @type {Payment} */ { decided_by: who, decided_at: at }) {
  const date = day(at ?? "");
  return `aprobó ${personName(who)}, ${date === day() ? "" : `${date} `}${clock(at ?? "")}`;
}
