// What a guest pays of a bill: all of it, a share among several, another amount, or dishes.

import { h, setText } from "../lib/dom.js";
import { exampleAmount, money, plainMoney, readMoney, smallestUnit } from "../lib/money.js";
import { cents, dueOf, sharesOf, unpaidItems } from "../house/bill.js";
import { MoneyField } from "./money-field.js";

const MOST_PEOPLE = 12;
const LONG_BILL = 4; // rounds, from which it takes too many taps to leave them out one by one
const WAYS = [["todo", "Todo"], ["varios", "Entre varios"], ["monto", "Otro monto"], ["platillos", "Por platillos"]];

/**
 * The choice of a part of a bill. `state` is what was chosen before; `onChange()` is called after every change.
 */
export class Part {
  /** @type {Order[]} */
  #orders = [];
  #total = 0;
  #rows = new Map();

  constructor(/** @type {PartState} */ state, /** @type {() => void} */ onChange) {
    this.state = state;
    this.onChange = onChange;
    this.ways = h("fieldset", { class: "methods ways" }, h("legend", { class: "small quiet" }, "¿Qué paga?"),
      ...WAYS.map(([value, word]) => h("label", { class: "button method" }, h("input", {
        type: "radio", name: "way", value, class: "unseen", checked: value === state.way,
        onchange: () => this.#change({ way: /** @type {PartState["way"]} */ (value) }),
      }), word)));
    this.rounds = h("fieldset", { class: "rounds" }, h("legend", { class: "small quiet" }, "Rondas"));
    this.people = h("output", { class: "people number" });
    this.fewer = this.#step("−", "Una persona menos", -1);
    this.more = this.#step("+", "Una persona más", 1);
    this.share = h("div", { class: "share" }, this.fewer, this.people, this.more);
    this.asTip = h("button", { class: "button", type: "button", hidden: true, onclick: () => this.#giveAsTip() });
    this.amountField = new MoneyField("pay-amount", "Monto que paga",
      () => this.#change({ amount: this.amount.value }), this.asTip);
    this.amount = this.amountField.input;
    this.amount.value = state.amount;
    this.dishes = h("ul", { class: "pay-dishes", "aria-label": "Platillos que paga" });
    this.counted = h("p", { class: "unseen", role: "status" });
    this.sum = h("p", { class: "pays", "aria-live": "polite" });
    this.node = h("div", { class: "part" }, this.ways, this.rounds, this.share, this.amountField.node, this.dishes,
      this.counted, this.sum);
  }

  /** Called with a surplus in hundredths, and the amount that is due, when the waiter makes it the tip. */
  onTip = (/** @type {number} */ _surplus) => {};

  /** Follow the bill: its orders with something due, and the `total` of all that was delivered, in hundredths. */
  update(/** @type {Order[]} */ orders, /** @type {number} */ total) {
    this.#orders = orders;
    this.#total = total;
    if (this.state.shared?.total !== total) this.#shareAnew();
    this.#showRounds();
    this.#showDishes();
    this.show();
  }

  /** Choose again what was chosen. */
  choose(/** @type {Partial<PartState>} */ state) {
    this.state = { ...this.state, ...state };
    if (state.without && state.shared === undefined) this.#shareAnew();
    for (const input of this.ways.querySelectorAll("input")) input.checked = input.value === this.state.way;
    const { without } = this.state;
    for (const input of this.rounds.querySelectorAll("input")) input.checked = !without.includes(input.value);
    this.amount.value = this.state.amount;
    this.#showAllOrNone();
    this.#showDishes();
    this.show();
  }

  /** All orders of the bill. */
  get all() { return this.#orders; }

  /** The orders that are paid: those that the waiter did not leave out, and a single order in any case. */
  get orders() {
    const chosen = this.#orders.filter((order) => !this.state.without.includes(order.id));
    return this.#orders.length > 1 ? chosen : this.#orders;
  }

  /** What the chosen orders cost, in hundredths. */
  get total() { return this.orders.reduce((sum, order) => sum + cents(order.total), 0); }

  /** What is due on the chosen orders, in hundredths. */
  get due() { return dueOf(this.orders); }

  /** Whether the bill costs nothing: an amount of 0 pays it. */
  get isFree() { return this.#orders.every((order) => order.total === 0); }

  /** The amount in hundredths, or null while it can't be read. */
  get hundredths() {
    const { way } = this.state;
    if (way === "varios") return Math.min(this.due, this.#share);
    if (way === "platillos") return Math.min(this.due, this.#dishCost());
    return way === "monto" ? readMoney(this.amount.value).hundredths ?? null : this.due;
  }

  /** The guest's share: what others pay meanwhile does not change it. */
  get #share() {
    const { people, sent, shared } = this.state;
    const before = shared?.sent ?? sent;
    return sharesOf(shared?.due ?? this.due, Math.max(1, people - before), smallestUnit())[sent - before] ?? this.due;
  }

  /** Share what is due now. */
  #shareAnew() { this.state.shared = { total: this.#total, due: this.due, sent: this.state.sent }; }

  /** Whether all of the bill is paid at once. */
  get isWhole() { return this.state.way === "todo" && this.due === this.#total; }

  /** Why the choice can't be sent, or "". */
  get trouble() {
    const amount = this.hundredths;
    if (this.orders.length === 0) return "Elige las rondas que paga";
    if (this.state.way === "platillos" && this.items.length === 0) return "Elige los platillos que paga";
    if (amount === null) return readMoney(this.amount.value).error;
    if (amount > this.due) return `Sobran ${money((amount - this.due) / 100)}: se deben ${money(this.due / 100)}`;
    return amount <= 0 && !this.isFree ? `Escribe un monto como ${exampleAmount()}` : "";
  }

  /** The chosen dishes, as `ORDER:POSITION:QUANTITY`; empty for another way. */
  get items() {
    if (this.state.way !== "platillos") return [];
    return unpaidItems(this.orders).map(({ order, position, left }) => {
      const quantity = Math.min(left, this.state.items[`${order.id}:${position}`] ?? 0);
      return quantity > 0 ? `${order.id}:${position}:${quantity}` : "";
    }).filter(Boolean);
  }

  /**
   * What is chosen after this part was sent: the next share of several, else all that is left.
   * @returns {PartState}
   */
  next() {
    const left = this.#left - 1;
    const isShared = this.state.way === "varios" && left > 0;
    return { ...(isShared ? this.state : emptyPart()), without: this.state.without, amount: "", items: {},
      sent: isShared ? this.state.sent + 1 : 0 };
  }

  /** How many of the people have not paid yet. */
  get #left() { return Math.max(1, this.state.people - this.state.sent); }

  #change(/** @type {Partial<PartState>} */ change) {
    this.state = { ...this.state, ...change };
    if (change.way || change.people || change.without) this.#shareAnew();
    if (change.way === "monto" && !this.amount.value) {
      this.amount.value = plainMoney(Math.floor(this.due / smallestUnit()) * smallestUnit() / 100);
      this.state.amount = this.amount.value;
    }
    this.show();
    this.onChange();
    if (change.way === "monto") this.amount.select();
  }

  #step(/** @type {string} */ word, /** @type {string} */ label, /** @type {number} */ by) {
    return h("button", {
      class: "button step-button", type: "button", "aria-label": label,
      onclick: () => this.#change({ people: this.state.people + by }),
    }, word);
  }

  /** Show the fields of the chosen way, what it comes to and what is left after it. */
  show() {
    const { way, people, sent } = this.state;
    this.ways.hidden = this.isFree;
    this.share.hidden = way !== "varios";
    this.amountField.node.hidden = way !== "monto";
    this.dishes.hidden = way !== "platillos";
    this.fewer.disabled = people <= Math.max(2, sent + 1);
    this.more.disabled = people >= MOST_PEOPLE;
    setText(this.people, `÷ ${people}`);
    const amount = this.hundredths;
    const surplus = way === "monto" && amount !== null ? amount - this.due : 0;
    this.amountField.explain(way === "monto" && this.amount.value ? this.trouble : "");
    this.asTip.hidden = !this.#mayBeTip(surplus);
    setText(this.asTip, surplus > 0 ? `Es propina: ${money(surplus / 100)}` : "");
    const left = this.due - (amount ?? 0);
    const turn = way === "varios" ? `${sent + 1} de ${people} · ` : "";
    const rest = left > 0 && amount !== null ? ` · falta ${money(left / 100)}` : "";
    const isChosen = this.orders.length > 0;
    const pays = ["Paga ", h("b", { class: "money" }, amount === null ? "…" : money(amount / 100)),
      turn || rest ? h("span", { class: "quiet" }, ` · ${turn}${rest.replace(/^ · /, "")}`.replace(/ · $/, "")) : ""];
    this.sum.replaceChildren(...(isChosen ? pays : [this.trouble]));
  }

  /** No tip is more than the bill. */
  #mayBeTip(/** @type {number} */ surplus) { return surplus > 0 && surplus <= this.total; }

  #giveAsTip() {
    const surplus = (this.hundredths ?? 0) - this.due;
    this.choose({ way: "todo", amount: "" });
    this.onTip(surplus);
    this.onChange();
  }

  #showRounds() {
    const isNeeded = this.#orders.length > 1;
    this.rounds.hidden = !isNeeded;
    const wanted = this.#orders.map((order) => `${order.id} ${order.due}`).join();
    if (!isNeeded || this.rounds.dataset.rounds === wanted) return;
    this.rounds.dataset.rounds = wanted;
    this.rounds.replaceChildren(this.rounds.firstElementChild, ...this.#orders.map((order) => h("label",
      { class: "button round" }, h("input", {
        type: "checkbox", value: order.id, checked: !this.state.without.includes(order.id),
        onchange: (/** @type {any} */ { target }) => this.#include(order.id, target.checked),
      }), ` Ronda ${order.round} `, h("span", { class: "money" }, money(order.due)))), this.#createAllOrNone());
    this.#showAllOrNone();
  }

  /** The button that chooses no round, from where a guest's own rounds are quickly chosen, or all of them again. */
  #createAllOrNone() {
    this.allOrNone = h("button", { class: "button round", type: "button", onclick: () => {
      const without = this.state.without.length > 0 ? [] : this.#orders.map((order) => order.id);
      this.choose({ without });
      this.onChange();
    } });
    return this.allOrNone;
  }

  #showAllOrNone() {
    if (!this.allOrNone) return;
    this.allOrNone.hidden = this.#orders.length < LONG_BILL;
    setText(this.allOrNone, this.state.without.length > 0 ? "Todas las rondas" : "Ninguna ronda");
  }

  #include(/** @type {string} */ orderId, /** @type {boolean} */ isIn) {
    const without = this.state.without.filter((id) => id !== orderId);
    this.#change({ without: isIn ? without : [...without, orderId] });
    this.#showAllOrNone();
    this.#showDishes();
  }

  #dishCost() {
    return unpaidItems(this.orders).reduce((sum, { order, position, item, left }) =>
      sum + Math.min(left, this.state.items[`${order.id}:${position}`] ?? 0) * cents(item.unit_price), 0);
  }

  #showDishes() {
    const wanted = unpaidItems(this.orders).filter(({ item }) => item.quantity > 0);
    const keys = wanted.map(({ order, position }) => `${order.id}:${position}`);
    for (const [key, row] of this.#rows) {
      if (keys.includes(key)) continue;
      row.node.remove();
      this.#rows.delete(key);
    }
    wanted.forEach((dish, at) => {
      const key = keys[at];
      if (!this.#rows.has(key)) this.#rows.set(key, this.#createDish(dish, key));
      const row = this.#rows.get(key);
      if (this.dishes.children[at] !== row.node) this.dishes.insertBefore(row.node, this.dishes.children[at] ?? null);
      row.update(dish.left);
    });
  }

  #createDish({ order, item }, /** @type {string} */ key) {
    let most = 0;
    const ofRound = this.#orders.length > 1 ? `, ronda ${order.round}` : "";
    const chosen = () => Math.min(most, this.state.items[key] ?? 0);
    const set = (/** @type {number} */ quantity) => {
      this.#change({ items: { ...this.state.items, [key]: quantity } });
      show();
      setText(this.counted, `${item.name}${ofRound}: ${chosen()} de ${most}`);
    };
    const number = h("span", { class: "quantity number" });
    const fewer = h("button", { class: "button step-button", type: "button", onclick: () => set(chosen() - 1) }, "−");
    const more = h("button", { class: "button step-button", type: "button", onclick: () => set(chosen() + 1) }, "+");
    const about = h("span", { class: "quiet small" });
    const node = h("li", { class: "pay-dish" },
      h("span", { class: "pay-dish-name" }, h("span", {}, item.name), " ", about),
      h("span", { class: "steps" }, fewer, number, more));
    const round = this.#orders.length > 1 ? `ronda ${order.round} · ` : "";
    const show = () => {
      setText(number, String(chosen()));
      const left = most === 0 ? "ya pagado" : `de ${most}`;
      const here = `${item.name}${ofRound}, ${most === 0 ? left : `${chosen()} ${left}`}`;
      fewer.setAttribute("aria-label", `Menos ${here}`);
      more.setAttribute("aria-label", `Más ${here}`);
      setText(about, `${round}${money(item.unit_price)} · ${left}`);
      node.dataset.paid = String(most === 0);
      fewer.disabled = chosen() === 0;
      more.disabled = chosen() >= most;
    };
    return { node, update: (/** @type {number} */ left) => { most = Math.max(0, left); show(); } };
  }
}

/** Nothing chosen yet: all of the bill. */
export const emptyPart = () => /** @type {PartState} */ (
  { way: "todo", people: 2, sent: 0, shared: null, amount: "", items: {}, without: [] });
