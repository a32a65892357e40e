// "Nueva orden": table, menu, quantities, notes. The draft is kept on the phone. A sent order goes into the outbox, and
// the form is free at once.

import { newKey } from "../lib/api.js";
import { h, setText, toast } from "../lib/dom.js";
import { dueOf, isOpen } from "../house/bill.js";
import { money } from "../lib/money.js";
import { billKey, place } from "../house/place.js";
import { limit } from "../house/rules.js";
import { emptyDraft, FormDrafts, isEmpty, newLine } from "./form-drafts.js";
import { createMenu } from "./menu.js";
import { rememberNotes } from "./notes.js";
import { now } from "../lib/server-time.js";

const SECOND_TAP = 600;
const UNKEPT = "Este aparato no guarda ahora lo que escribes: no cierres la página hasta enviarlo.";

/**
 * `{ panel, menu, start, carryOver, correct, release, begin, follow }`; `onCount(count)` gets the number of dishes,
 * `orders()` tells the page's orders.
 */
export function createNewOrder(username, { onCount, orders }) {
  return new NewOrder(username, onCount, orders);
}

class NewOrder {
  #sentAt = 0;

  constructor(username, onCount, orders) {
    this.onCount = onCount;
    this.orders = orders;
    this.drafts = new FormDrafts(username, {
      onTaken: (draft, isAware) => this.#taken(draft, isAware), onTrouble: () => this.#showTrouble(),
    });
    /** @type {FormDraft} */
    this.draft = this.drafts.begin();
    this.table = h("input", {
      class: "input table-input", type: "text", inputmode: "numeric", pattern: "[0-9]*", enterkeyhint: "done",
      maxlength: String(limit("table_number")).length, autocomplete: "off", id: "table", value: this.draft.table,
      placeholder: "№", "aria-describedby": "order-notice",
      oninput: () => this.#change({ table: this.table.value.trim() }),
    });
    this.customers = h("datalist", { id: "customers" });
    this.customer = h("input", {
      class: "input", type: "text", enterkeyhint: "done", maxlength: limit("customer"), autocomplete: "off",
      id: "customer", list: "customers", placeholder: "Nombre", "aria-describedby": "order-notice",
      oninput: () => this.#change({ customer: this.customer.value }),
    });
    this.away = h("button", {
      class: "button away-button", type: "button", onclick: () => this.#setAway(!this.draft.away),
    }, "Para llevar");
    this.tableField = h("div", { class: "field" }, h("label", { for: "table" }, "Mesa"), this.table);
    this.customerField = h("div", { class: "field customer-field" },
      h("label", { for: "customer" }, "Para llevar, a nombre de"), this.customer, this.customers);
    this.counted = h("p", { class: "unseen", role: "status" });
    this.openBill = h("p", { class: "open-bill small", role: "status", hidden: true });
    this.menu = createMenu({
      order: {
        linesOf: (product) => this.draft.lines.filter((line) => line.product === product),
        add: (product) => this.#add(product),
        change: (id, changes) => this.#changeLine(id, changes),
      },
      onMenu: () => this.#followMenu(),
    });
    this.notice = h("p", { class: "notice", role: "status", id: "order-notice", hidden: true });
    this.lacking = h("p", { class: "notice", role: "status", data: { tone: "late" }, hidden: true });
    this.trouble = h("p", { class: "notice", role: "status", hidden: true });
    this.total = h("span", { class: "money" });
    this.button = h("button", {
      class: "button send-button", type: "submit", "data-kind": "primary", "data-size": "main",
    }, h("span", {}, "Enviar orden"), h("span", { class: "unseen" }, " · "), this.total);
    this.clear = h("button",
      { class: "button", type: "button", "aria-label": "Vaciar la orden", onclick: () => this.#empty() }, "🗑");
    this.panel = h("form",
      { class: "new-order", novalidate: true, onsubmit: (event) => { event.preventDefault(); this.#send(); } },
      h("div", { class: "order-head" },
        this.tableField, this.customerField, this.away, this.menu.search), this.openBill, this.counted,
      this.menu.filters, this.menu.node,
      h("div", { class: "order-foot" }, h("div", { class: "order-says" }, this.notice, this.lacking, this.trouble),
        h("div", { class: "order-send" }, this.clear, this.button)));
    this.panel.addEventListener("keydown", keepForm);
  }

  /** Begin another round of an order's table or customer. What was being written for another place comes back. */
  begin(/** @type {Order} */ order) {
    const where = { table: order.customer ? "" : String(order.table_number), customer: order.customer ?? "",
      away: Boolean(order.customer) };
    const isHere = billKey(order) === this.#key;
    if (isHere || this.draft.lines.length === 0) this.#change(where);
    else this.#replace({ ...emptyDraft(), ...where });
    this.#showDraft();
  }

  /** Follow the page's orders: what the chosen table or customer has open. */
  follow(/** @type {Order?} */ order = null) {
    if (order && billKey(order) !== this.#key && !order.customer) return;
    this.#showOpenBill();
  }

  /** The key of the bill that this order will belong to, or "". */
  get #key() {
    const { away, customer, table } = this.draft;
    if (away) return customer.trim() ? billKey({ customer: customer.trim(), table_number: null }) : "";
    return isTable(table) ? billKey({ customer: null, table_number: Number(table) }) : "";
  }

  #showOpenBill() {
    const key = this.#key;
    const all = [...this.orders()].filter(isOpen);
    const open = all.filter((order) => key && billKey(order) === key);
    const names = [...new Set(all.map((order) => order.customer).filter(Boolean))];
    if (this.customers.dataset.names !== names.join("\n")) {
      this.customers.dataset.names = names.join("\n");
      this.customers.replaceChildren(...names.map((value) => h("option", { value })));
    }
    this.openBill.hidden = open.length === 0;
    if (open.length === 0) return;
    const next = Math.max(...open.map((order) => order.round)) + 1;
    const due = dueOf(open);
    const rounds = open.length === 1 ? "1 ronda abierta" : `${open.length} rondas abiertas`;
    setText(this.openBill, `${place(open[0])}: ${rounds}`
      + ` · falta ${money(due / 100)} → será la ronda ${next}`);
  }

  #setAway(/** @type {boolean} */ away) {
    this.#change({ away });
    this.#showPlace();
    (away ? this.customer : this.table).focus();
  }

  #showPlace() {
    const { away } = this.draft;
    this.tableField.hidden = away;
    this.customerField.hidden = !away;
    setText(this.away, away ? "En mesa" : "Para llevar");
    this.away.parentElement?.toggleAttribute("data-away", away);
    this.#showOpenBill();
  }

  /** Begin after the whole page is built: `onCount` needs its other parts. */
  start(/** @type {Outbox} */ outbox) {
    this.outbox = outbox;
    this.customer.value = this.draft.customer;
    this.#showPlace();
    this.#show();
    this.menu.load();
  }

  /** Give the outbox the orders that an earlier page did not hand over, or sent without an answer. */
  carryOver() {
    for (const draft of this.drafts.leftovers()) {
      if (lacks(draft)) this.drafts.release(draft.key);
      else this.#handOn(draft, draft.at);
    }
  }

  /** Open a refused order to correct it; the present draft returns after it. */
  correct(/** @type {Draft} */ { table, customer, lines }, /** @type {string} */ why) {
    const aside = this.#replace({
      ...emptyDraft(), table: customer ? "" : String(table ?? ""), customer: customer ?? "", away: Boolean(customer),
      lines: lines.map(({ product, ...line }) => newLine(product, line)),
    });
    this.#say(`${why}${aside}`, "late");
  }

  /** An order is no longer in the outbox. */
  release(key) { this.drafts.release(key); }

  /** Show `draft`: another tab continues the draft that was open here, or has sent it. */
  #taken(/** @type {FormDraft} */ draft, /** @type {boolean} */ isAware) {
    this.draft = draft;
    this.#showDraft();
    if (isAware) this.#say("La orden que estaba aquí sigue en otra pestaña, o ya se envió desde ahí.", "late");
  }

  #showTrouble() {
    this.trouble.hidden = this.drafts.isLasting;
    setText(this.trouble, this.drafts.isLasting ? "" : UNKEPT);
  }

  /** Follow a new menu. A line whose dish is unknown can't be shown and is removed. */
  #followMenu() {
    const known = this.draft.lines.filter((line) => this.menu.has(line.product));
    if (this.menu.isThere && known.length < this.draft.lines.length) {
      this.#change({ lines: known });
      this.#say("Se quitó lo que ya no está en el menú. Revisa la orden.", "late");
    }
    this.#show();
  }

  /** Add a line of a product. Returns the line, or undefined if the order is full. */
  #add(/** @type {Product} */ { id, name }) {
    if (this.draft.lines.length >= limit("items")) {
      this.#say(`En una orden caben ${limit("items")} renglones. Envíala y sigue en otra.`, "late");
      return undefined;
    }
    const line = newLine(id, { name });
    this.#change({ lines: [...this.draft.lines, line] });
    this.#sayCount(line);
    return line;
  }

  #changeLine(id, changes) {
    const changed = this.draft.lines.map((line) => (line.id === id ? { ...line, ...changes } : line));
    this.#change({
      lines: changed.filter((line) => line.quantity > 0)
        .map((line) => ({ ...line, quantity: Math.min(limit("quantity"), line.quantity) })),
    });
    const line = changed.find((one) => one.id === id);
    if (line && "quantity" in changes) this.#sayCount(line);
  }

  /** Only screen readers need the words: "Tacos al pastor: 2". */
  #sayCount(/** @type {OrderLine} */ { product, name }) {
    const count = this.draft.lines.filter((line) => line.product === product)
      .reduce((sum, line) => sum + line.quantity, 0);
    setText(this.counted, `${name}: ${count}`);
  }

  #change(changes) {
    if (!this.drafts.isHere()) return;
    this.draft = { ...this.draft, ...changes };
    this.drafts.save(this.draft);
    this.#say("");
    this.#show();
    if (["table", "customer", "away"].some((name) => name in changes)) this.#showPlace();
  }

  #empty() {
    if (!this.drafts.isHere()) return;
    const emptied = this.draft;
    this.draft = this.drafts.clear();
    this.#showDraft();
    this.#sayIfUnfinished();
    toast("Orden vaciada", "", { own: true, undo: () => this.#say(this.#replace(emptied).trim()) });
  }

  /** Open another draft; the present draft returns after it. Returns the words that say so. */
  #replace(/** @type {FormDraft} */ draft) {
    const begun = this.draft;
    this.drafts.replace(draft);
    this.draft = draft;
    this.#showDraft();
    if (isEmpty(begun)) return "";
    const table = begun.table && ` para la mesa ${begun.table}`;
    const where = begun.away ? begun.customer && ` para ${begun.customer}` : table;
    return ` La orden que empezabas${where} vuelve cuando envíes esta.`;
  }

  #sayIfUnfinished() {
    if (!isEmpty(this.draft)) this.#say("Sigue con la orden que dejaste a medias.");
  }

  /** Show another draft. */
  #showDraft() {
    this.table.value = this.draft.table;
    this.customer.value = this.draft.customer;
    this.#showPlace();
    this.menu.clear();
    this.menu.update();
    this.#say("");
    this.#show();
    this.panel.closest(".panel")?.scrollTo(0, 0);
  }

  #show() {
    const { lines } = this.draft;
    const count = lines.reduce((sum, line) => sum + line.quantity, 0);
    setText(this.total, money(this.#cents(lines) / 100));
    this.clear.disabled = isEmpty(this.draft);
    this.menu.setChosen(count);
    const { lacking } = this.menu;
    this.lacking.hidden = lacking.length === 0;
    setText(this.lacking, `⊘ Se agotó: ${lacking.join(", ")}. Quítalo de la orden.`);
    this.onCount(count);
  }

  #cents(/** @type {OrderLine[]} */ lines) {
    return lines.reduce((sum, line) => sum + line.quantity * Math.round(100 * this.menu.price(line.product)), 0);
  }

  #send() {
    if (!this.drafts.isHere()) return; // another tab has it
    const { draft } = this;
    if (isEmpty(draft) && now() - this.#sentAt < SECOND_TAP) return; // a double tap: the first tap sent it
    const missing = lacks(draft) || this.#soldOut();
    if (missing) {
      this.#say(missing, "late");
      if (draft.away && !draft.customer.trim()) this.customer.focus();
      else if (!draft.away && !isTable(draft.table)) this.table.focus();
      return;
    }
    this.#sentAt = now();
    rememberNotes(draft.lines);
    const sent = { ...draft, lines: merge(draft.lines), key: newKey() };
    this.draft = this.drafts.handOver(sent, sent.key);
    this.#handOn(sent, now());
    this.#showDraft();
    this.#sayIfUnfinished();
  }

  #soldOut() {
    const [name] = this.menu.lacking;
    return name ? `${name}: agotado.` : ""; // the advice stands below
  }

  /** Give an order to the outbox. The draft stays until the outbox keeps the order on the disk. */
  async #handOn(/** @type {FormDraft} */ { key, table, customer, away, lines }, /** @type {number} */ at) {
    const isPriced = lines.every((line) => this.menu.has(line.product));
    const total = isPriced ? this.#cents(lines) / 100 : null;
    await this.outbox.addOrder({
      key, at, table: away ? null : Number(table), customer: away ? customer.trim() : "", total,
      lines: lines.map(({ product, name, quantity, note }) => ({ product, name, quantity, note: note.trim() })),
    });
    if (this.outbox.isLasting) this.drafts.release(key);
  }

  #say(text, tone = "") {
    this.notice.hidden = !text;
    this.notice.dataset.tone = tone;
    setText(this.notice, text);
  }
}

/** On a phone, Enter ends a field: only the button sends the order. */
function keepForm(event) {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
  event.preventDefault();
  event.target.blur();
}

/** Merge lines of the same dish with the same note. */
function merge(lines) {
  const mergedLines = [];
  for (const line of lines) {
    const note = line.note.trim();
    const room = limit("quantity") - line.quantity;
    const same = mergedLines.find((one) => one.product === line.product && one.note === note && one.quantity <= room);
    if (same) same.quantity += line.quantity;
    else mergedLines.push({ ...line, note });
  }
  return mergedLines;
}

function isTable(table) {
  const number = Number(table);
  return Number.isInteger(number) && number >= 1 && number <= limit("table_number");
}

function lacks({ table, customer, away, lines }) {
  if (away && !customer?.trim()) return "Escribe el nombre de quien se lo lleva";
  if (!away && !isTable(table)) return "Escribe el número de la mesa";
  return lines.length === 0 ? "Agrega al menos un platillo" : "";
}
