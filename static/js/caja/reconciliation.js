// Conciliación: what was approved, beside the bank's statement, and a tick for what was found there.

import { call, Offline } from "../api.js";
import { h, KeyedList, setText, toast } from "../dom.js";
import { money } from "../format.js";
import { Period } from "./period.js";
import { createRow } from "./reconciliation-row.js";
import { isInStatement, methodName } from "./words.js";

const COLUMNS = ["Encontrado en el banco", "Hora", "Mesa", "Orden", "Forma de pago", "Referencia", "Monto", "Envió", "Aprobó"];

/** The whole tab. `isShown()` tells whether anybody looks at it. */
export class Reconciliation {
  #totals = [];
  #loading = false;
  #again = false;
  #changes = 0;

  constructor(methods, isShown) {
    this.isShown = isShown;
    this.period = new Period(() => this.refresh());
    this.method = h("select", { class: "input", id: "bank-method", onchange: () => this.refresh() },
      h("option", { value: "" }, "Todas"), ...methods.map(({ name, label }) => h("option", { value: name }, label)));
    this.csv = h("a", { class: "button", download: "" }, "⬇ Descargar CSV");
    this.notice = h("p", { class: "notice", "data-tone": "late", role: "status", hidden: true });
    this.totals = h("ul", { class: "bank-totals", "aria-label": "Totales por forma de pago" });
    this.empty = h("p", { class: "empty" }, "No hay pagos aprobados en estas fechas");
    this.table = this.#createTable();
    this.node = h("div", { class: "bank-body" },
      h("div", { class: "bank-controls" }, this.period.node,
        h("div", { class: "field" }, h("label", { for: "bank-method" }, "Forma de pago"), this.method), this.csv),
      this.notice, this.totals, this.table, this.empty);
  }

  #createTable() {
    const body = h("tbody");
    this.rows = new KeyedList(body, {
      key: (payment) => payment.id,
      compare: (a, b) => Date.parse(a.decided_at) - Date.parse(b.decided_at) || Number(a.id) - Number(b.id),
      create: (payment) => createRow(payment, (found) => this.#mark(payment, found)),
      empty: this.empty,
    });
    return h("div", { class: "bank-table", tabindex: 0, role: "region", "aria-label": "Pagos aprobados" }, h("table", {},
      h("thead", {}, h("tr", {}, ...COLUMNS.map((name) => h("th", { scope: "col" }, name)))), body));
  }

  /** Ask the server again; what was ticked meanwhile is not undone by an older answer. */
  async refresh() {
    this.#again = true;
    if (this.#loading || !this.isShown()) return;
    this.#loading = true;
    while (this.#again) {
      this.#again = false;
      await this.#load();
    }
    this.#loading = false;
  }

  async #load() {
    const query = this.#query();
    const seen = this.#changes;
    this.csv.href = `/reconciliation.csv?${query}`;
    try {
      const answer = await call("GET", `/reconciliation?${query}`);
      if (seen !== this.#changes || query !== this.#query()) this.#again = true;
      else this.#show(answer);
    } catch (error) {
      this.#explain(error);
    }
  }

  #query() {
    const { from, to } = this.period;
    const query = new URLSearchParams({ from, to });
    if (this.method.value) query.set("method", this.method.value);
    return query.toString();
  }

  #show({ payments, totals }) {
    this.notice.hidden = true;
    this.#totals = totals;
    this.rows.sync(payments);
    this.table.hidden = payments.length === 0;
    this.#showTotals();
  }

  #explain(error) {
    this.notice.hidden = false;
    setText(this.notice, error instanceof Offline ? "Sin conexión. Estos datos pueden estar atrasados." : error.message);
  }

  #showTotals() {
    this.totals.replaceChildren(...this.#totals.map(createTotal));
  }

  /** Tick at once, and take it back, saying so, if the server does not have it. */
  async #mark(payment, found) {
    this.#changes += 1;
    this.#count(payment, found);
    try {
      await call("PUT", `/payments/${payment.id}/reconciliation`, { json: { found } });
      return true;
    } catch (error) {
      this.#count(payment, !found);
      toast(`Mesa ${payment.table_number}: no se guardó la marca. ${error.message}.`, "late");
      return false;
    } finally {
      this.#changes += 1;
      this.refresh();
    }
  }

  #count(payment, found) {
    const one = this.#totals.find(({ method }) => method === payment.method);
    one.count_reconciled += found ? 1 : -1;
    one.amount_reconciled += found ? payment.total : -payment.total;
    this.#showTotals();
  }
}

function createTotal({ method, count, total, amount_reconciled: found, count_reconciled: foundCount }) {
  const missing = count - foundCount;
  const words = missing === 0 ? "✓ Todo encontrado" : `⚠ Faltan ${missing} · ${money(total - found)}`;
  const tone = missing === 0 ? "done" : "late";
  return h("li", { class: "card bank-total" }, h("span", { class: "quiet" }, methodName(method)),
    h("strong", { class: "money" }, money(total)), h("span", { class: "quiet small" }, count === 1 ? "1 pago" : `${count} pagos`),
    isInStatement(method) ? h("span", { class: "badge", data: { tone } }, words) : null);
}
