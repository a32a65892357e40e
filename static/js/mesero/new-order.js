// "Nueva orden": table, menu, quantities, notes. The draft is kept on the phone. A sent order goes into the outbox, and
// the form is free at once.

import { newKey } from "../lib/api.js";
import { h, setText, toast } from "../lib/dom.js";
import { money } from "../house/format.js";
import { limit } from "../house/rules.js";
import { emptyDraft, FormDrafts, isEmpty, newLine } from "./form-drafts.js";
import { createMenu } from "./menu.js";
import { rememberNotes } from "./notes.js";
import { now } from "../lib/server-time.js";

const SECOND_TAP = 600;
const UNKEPT = "Este aparato no guarda ahora lo que escribes: no cierres la página hasta enviarlo.";

/** `{ panel, menu, start, carryOver, correct, release }`; `onCount(count)` gets the number of dishes. */
export function createNewOrder(username, { onCount }) {
  return new NewOrder(username, onCount);
}

class NewOrder {
  #sentAt = 0;

  constructor(username, onCount) {
    this.onCount = onCount;
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
        h("div", { class: "field" }, h("label", { for: "table" }, "Mesa"), this.table), this.menu.search),
      this.menu.filters, this.menu.node,
      h("div", { class: "order-foot" }, h("div", { class: "order-says" }, this.notice, this.lacking, this.trouble),
        h("div", { class: "order-send" }, this.clear, this.button)));
    this.panel.addEventListener("keydown", keepForm);
  }

  /** Begin after the whole page is built: `onCount` needs its other parts. */
  start(/** @type {Outbox} */ outbox) {
    this.outbox = outbox;
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
  correct(/** @type {Draft} */ { table, lines }, /** @type {string} */ why) {
    const aside = this.#replace({
      ...emptyDraft(), table: String(table ?? ""), lines: lines.map(({ product, ...line }) => newLine(product, line)),
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
    return line;
  }

  #changeLine(id, changes) {
    const changed = this.draft.lines.map((line) => (line.id === id ? { ...line, ...changes } : line));
    this.#change({
      lines: changed.filter((line) => line.quantity > 0)
        .map((line) => ({ ...line, quantity: Math.min(limit("quantity"), line.quantity) })),
    });
  }

  #change(changes) {
    if (!this.drafts.isHere()) return;
    this.draft = { ...this.draft, ...changes };
    this.drafts.save(this.draft);
    this.#say("");
    this.#show();
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
    return ` La orden que empezabas${begun.table ? ` para la mesa ${begun.table}` : ""} vuelve cuando envíes esta.`;
  }

  #sayIfUnfinished() {
    if (!isEmpty(this.draft)) this.#say("Sigue con la orden que dejaste a medias.");
  }

  /** Show another draft. */
  #showDraft() {
    this.table.value = this.draft.table;
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
      if (!isTable(draft.table)) this.table.focus();
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
  async #handOn(/** @type {FormDraft} */ { key, table, lines }, /** @type {number} */ at) {
    const isPriced = lines.every((line) => this.menu.has(line.product));
    const total = isPriced ? this.#cents(lines) / 100 : null;
    await this.outbox.addOrder({
      key, at, table: Number(table), total,
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

function lacks({ table, lines }) {
  if (!isTable(table)) return "Escribe el número de la mesa";
  return lines.length === 0 ? "Agrega al menos un platillo" : "";
}
