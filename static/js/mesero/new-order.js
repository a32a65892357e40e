// "Nueva orden": table, menu, quantities, notes. The draft is kept on the phone until it was sent.

import { call, newKey, Offline, Problem } from "../api.js";
import { h, setText } from "../dom.js";
import { money } from "../format.js";
import { signInAgain } from "../live.js";
import { now } from "../server-time.js";
import { createMenu } from "./menu.js";

const MOST = 999;
const LONGEST_PAUSE = 30000;
const KEEPS_TRYING_FOR = 10 * 60000;

/** `{ panel }`; `onCount(items)` hears how much is in the draft, `onPlaced(order)` of a sent one. */
export function createNewOrder(username, { onCount, onPlaced }) {
  return new NewOrder(username, onCount, onPlaced);
}

class NewOrder {
  #timer = 0;
  #pause = 2000;
  #isBusy = false;

  constructor(username, onCount, onPlaced) {
    Object.assign(this, { onCount, onPlaced, place: `comanda.orden.${username}` });
    this.draft = this.#read();
    this.table = h("input", {
      class: "input table-input", type: "text", inputmode: "numeric", pattern: "[0-9]*", maxlength: 4,
      autocomplete: "off", id: "table", value: this.draft.table, placeholder: "№", "aria-describedby": "order-notice",
      oninput: () => this.#change({ table: this.table.value.trim() }),
    });
    this.menu = createMenu({ line: (id) => this.draft.lines[id], onLine: (id, line) => this.#setLine(id, line), onMenu: () => this.#followMenu() });
    this.notice = h("p", { class: "notice", role: "status", id: "order-notice", hidden: true });
    this.lacking = h("p", { class: "notice", role: "status", data: { tone: "late" }, hidden: true });
    this.total = h("span", { class: "money" });
    this.button = h("button", {
      class: "button", type: "submit", "data-kind": "primary", "data-size": "main",
    }, "Enviar orden · ", this.total);
    this.clear = h("button", { class: "button", type: "button", "aria-label": "Vaciar la orden", onclick: () => this.#empty() }, "🗑");
    this.panel = h("form", { class: "new-order", novalidate: true, onsubmit: (event) => { event.preventDefault(); this.#send(); } },
      h("div", { class: "order-head" },
        h("div", { class: "field" }, h("label", { for: "table" }, "Mesa"), this.table), this.menu.search),
      this.menu.filters, this.menu.node,
      h("div", { class: "order-foot" }, this.lacking, this.notice, h("div", { class: "order-send" }, this.clear, this.button)));
    this.menu.load();
    addEventListener("online", () => { if (this.draft.pendingSince) this.#send(); });
    this.#resume();
  }

  /** An order whose answer was lost is sent again, unless it lay here for long: then a person decides. */
  #resume() {
    if (!this.draft.pendingSince) return;
    if (now() - this.draft.pendingSince < KEEPS_TRYING_FOR) this.#send();
    else this.#say("Esta orden quedó sin enviar. Envíala otra vez: no se duplica.", "");
  }

  /** Prices and what is sold out may have changed; a line that no menu knows any more can't be shown. */
  #followMenu() {
    const known = Object.entries(this.draft.lines).filter(([id]) => this.menu.has(id));
    const lost = Object.keys(this.draft.lines).length - known.length;
    if (lost > 0 && !this.draft.pendingSince) {
      this.#change({ lines: Object.fromEntries(known) });
      this.#say("Se quitó lo que ya no está en el menú. Revisa la orden.", "late");
    }
    this.#show();
  }

  #setLine(id, line) {
    const lines = { ...this.draft.lines };
    if (line.quantity > 0) lines[id] = { ...line, quantity: Math.min(MOST, line.quantity) };
    else delete lines[id];
    this.#change({ lines });
  }

  /** The waiter has changed the order: it waits for their tap again. Its key stays, see `#explain`. */
  #change(changes) {
    clearTimeout(this.#timer);
    this.#say("");
    this.#keep({ ...this.draft, ...changes, pendingSince: 0 });
  }

  #keep(draft) {
    this.draft = draft;
    try { localStorage.setItem(this.place, JSON.stringify(draft)); } catch { /* private mode: this page only */ }
    this.#show();
  }

  #read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.place));
      if (kept?.lines && kept.key) return kept;
    } catch { /* nothing kept, or not ours */ }
    return emptyDraft();
  }

  #empty() {
    clearTimeout(this.#timer);
    this.#say("");
    this.table.value = "";
    this.#keep(emptyDraft());
    this.menu.update();
  }

  #show() {
    const lines = Object.entries(this.draft.lines);
    const count = lines.reduce((sum, [, line]) => sum + line.quantity, 0);
    const cents = lines.reduce((sum, [id, line]) => sum + line.quantity * Math.round(100 * this.menu.price(id)), 0);
    setText(this.total, money(cents / 100));
    this.clear.disabled = (count === 0 && !this.draft.table) || this.#isBusy;
    this.button.disabled = this.#isBusy;
    this.menu.setChosen(count);
    const lacking = this.menu.lacking;
    this.lacking.hidden = lacking.length === 0;
    setText(this.lacking, `⊘ Se agotó: ${lacking.join(", ")}. Quítalo de la orden.`);
    this.onCount(count);
  }

  async #send() {
    clearTimeout(this.#timer);
    const table = Number(this.draft.table);
    const items = Object.entries(this.draft.lines).map(([id, line]) => (
      { product_id: id, quantity: line.quantity, note: line.note?.trim() || null }));
    const missing = lacks(table, items);
    if (missing) {
      this.#say(missing, "late");
      if (!isTable(table)) this.table.focus();
      return;
    }
    if (!this.#isBusy) await this.#post(table, items);
  }

  async #post(table, items) {
    this.#isBusy = true;
    this.#keep({ ...this.draft, pendingSince: this.draft.pendingSince || now() });
    const sent = this.draft;
    try {
      const headers = { "Idempotency-Key": sent.key };
      const order = await call("POST", "/orders", { json: { table_number: table, items }, headers });
      this.#pause = 2000;
      if (this.draft === sent) this.#empty();
      else this.#arrivedBefore();
      this.onPlaced(order);
    } catch (error) {
      this.#explain(error);
    } finally {
      this.#isBusy = false;
      this.#show();
    }
  }

  /** A lost answer is asked for again with the same key; an order changed since has to say which it was. */
  #explain(error) {
    if (error instanceof Problem && error.status === 401) {
      signInAgain();
    } else if (error instanceof Offline || error.status === 429 || error.status >= 500) {
      this.#say(`${error.message}. La orden sigue aquí y se envía sola; no se duplica.`, "");
      this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
      this.#timer = setTimeout(() => this.#send(), this.#pause * (0.25 + Math.random() / 4));
    } else if (error.code === "idempotency_key_reused") {
      this.#arrivedBefore();
    } else {
      this.#keep({ ...this.draft, pendingSince: 0 });
      this.#say(error.message, "late");
    }
  }

  /** What was changed meanwhile would be a second order: a person decides what is missing. */
  #arrivedBefore() {
    this.#keep({ ...this.draft, key: newKey(), pendingSince: 0 });
    this.#say("La orden ya había llegado antes de tus cambios: está en «En curso». Deja aquí sólo lo que falte.", "late");
  }

  #say(text, tone = "") {
    this.notice.hidden = !text;
    this.notice.dataset.tone = tone;
    setText(this.notice, text);
  }
}

const emptyDraft = () => ({ table: "", lines: {}, key: newKey(), pendingSince: 0 });

const isTable = (table) => Number.isInteger(table) && table >= 1 && table <= 9999;

function lacks(table, items) {
  if (!isTable(table)) return "Escribe el número de la mesa";
  if (items.length === 0) return "Agrega al menos un platillo";
  return "";
}
