// Conciliación: approved payments beside what the bank says has arrived, and each with a tick if it was found there.

import { call, Offline, orTryAgain } from "../lib/api.js";
import { h, KeyedList, setText, toast } from "../lib/dom.js";
import { businessDay, money, startOfDay } from "../house/format.js";
import { createRefresher } from "../lib/again.js";
import { createDeposit } from "./deposit-card.js";
import { fetchPart } from "../lib/later.js";
import { inParts, namesOf, paymentMatcher, ranker, referencesOf } from "./matching.js";
import { Period } from "./period.js";
import { createRow } from "./reconciliation-row.js";
import { decidedAt, isMissing, SORTS, sums } from "./reconciliation-view.js";
import { place } from "../house/place.js";
import { shortWarning, whyApproved } from "../house/rules.js";
import { Sides } from "./sides.js";
import { candidatesAmong, untie } from "./tie.js";
import { isInStatement, methodName, personName } from "./words.js";

const loadStatement = () => import("./statement.js");
const COLUMNS = [
  ["Encontrado en el banco"], ["Hora", "hora"], ["Mesa"], ["Orden"], ["Forma de pago"], ["Referencia", "referencia"],
  ["Monto", "monto"], ["Envió"], ["Aprobó"], ["Ingreso"],
];
/** @type {Record<View, string>} */
const NOTHING = {
  sin_ingreso: "Todo pago tiene su ingreso ✓", sin_pago: "Todo ingreso tiene su pago ✓",
  unidos: "Ningún pago tiene ingreso todavía", todos: "",
};
const KEEP_UP = 30000; // the clock goes on, and so does another cashier with their ticks
const IN_SIGHT = 200; // px: the views at the bottom of a small phone, and one title with its first line

/** The whole tab. `isShown()` tells whether the tab is open, `late()` which orders have late warnings. */
export class Reconciliation {
  /** @type {ReconciledPayment[]} */
  #payments = [];
  /** @type {Deposit[]} */
  #deposits = [];
  #candidates = candidatesAmong([]);
  /** @type {Map<string?, string>} */
  #names = new Map();
  /** @type {Set<string>} */
  #staying = new Set();
  /** @type {HTMLElement[]} */
  heads;
  /** @type {KeyedList<ReconciledPayment>} */
  rows;
  /** @type {KeyedList<Deposit>} */
  deposits;
  /** @type {HTMLElement} */
  lists;
  /** @type {HTMLElement} */
  ofPayments;
  /** @type {HTMLElement} */
  ofDeposits;
  /** @type {HTMLElement} */
  noDeposits;
  #dayBegan = Date.parse(startOfDay());
  #marks = 0; // those that the server has not answered yet

  constructor(/** @type {Settings} */ { methods, currency }, /** @type {() => boolean} */ isShown,
    /** @type {() => Charged[]} */ late) {
    this.currency = currency;
    this.isShown = isShown;
    this.late = late;
    this.period = new Period(() => this.refresh());
    this.method = h("select", { class: "input", id: "bank-method", onchange: () => this.refresh() },
      h("option", { value: "" }, "Todas"), ...methods.map(({ name, label }) => h("option", { value: name }, label)));
    this.sort = h("select", { class: "input", id: "bank-sort", onchange: () => this.#list() },
      ...Object.entries(SORTS).map(([name, { word }]) => h("option", { value: name }, word)));
    this.search = h("input", {
      class: "input", id: "bank-search", type: "search", autocomplete: "off",
      placeholder: "Monto, número, mesa o nombre", oninput: () => this.#list(),
    });
    this.only = h("input", { type: "checkbox", onchange: () => this.#list() });
    this.statement = h("button", { class: "button", type: "button", onclick: () => this.#bringStatement() },
      "⬆ Estado de cuenta");
    this.csv = h("a", { class: "button", download: "" }, "⬇ Descargar CSV");
    this.notice = h("p", { class: "notice", "data-tone": "late", role: "status", hidden: true });
    this.elsewhere = h("div", { class: "notice elsewhere", role: "status", hidden: true });
    this.totals = h("ul", { class: "bank-totals", "aria-label": "Totales por forma de pago" });
    this.findings = h("ul", { class: "bank-findings small", "aria-label": "Comprobantes y avisos", hidden: true });
    this.shown = h("p", { class: "quiet small bank-shown", role: "status" });
    this.empty = h("p", { class: "empty" });
    this.sides = new Sides((isChosen) => {
      this.#list();
      if (isChosen) this.#bringListsIntoSight();
    });
    this.table = this.#createTable();
    this.node = h("div", { class: "bank-body" },
      h("div", { class: "bank-controls" }, this.period.node, field("Forma de pago", this.method),
        field("Ordenar por", this.sort),
        field("Buscar", this.search), h("label", { class: "choice" }, this.only, "Sólo faltan"), this.statement,
        this.csv),
      this.notice, this.elsewhere, this.sides.untied, this.totals, this.findings, this.sides.node, this.shown,
      this.#createLists());
    this.#list();
    setInterval(() => this.#keepUp(), KEEP_UP);
    document.addEventListener("visibilitychange", () => this.#keepUp());
  }

  #createLists() {
    const items = h("ul", { class: "bank-deposits", "aria-label": "Ingresos sin pago" });
    this.noDeposits = h("p", { class: "empty" });
    this.deposits = new KeyedList(items, {
      key: ({ id }) => id,
      compare: SORTS.hora.compareDeposits,
      create: (deposit) => createDeposit(deposit, {
        candidatesOf: (one) => this.#candidates(one), nameOf: this.#nameOf, onTied: () => this.refresh(),
      }),
    });
    this.ofPayments = h("section", { class: "bank-list" }, this.sides.paymentsTitle, this.table, this.empty);
    this.ofDeposits = h("section", { class: "bank-list", hidden: true }, this.sides.depositsTitle, items,
      this.noDeposits);
    this.lists = h("div", { class: "bank-lists" }, this.ofPayments, this.ofDeposits);
    return this.lists;
  }

  #createTable() {
    this.heads = COLUMNS.map(
      ([name, sort]) => h("th", { scope: "col", role: "columnheader", data: sort ? { sort } : {} }, name));
    const body = h("tbody", { role: "rowgroup" });
    this.rows = new KeyedList(body, {
      key: (payment) => payment.id,
      compare: SORTS.hora.compare,
      create: (payment) => createRow(payment, {
        mark: (found) => this.#mark(payment.id, found), isLate: this.#isLate, nameOf: this.#nameOf,
        letGo: (now) => this.#letGo(now),
      }),
    });
    return h("div", { class: "bank-table", tabindex: 0, role: "region", "aria-label": "Pagos aprobados" },
      h("table", { role: "table" },
        h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...this.heads)), body));
  }

  #nameOf = (/** @type {string?} */ username) => this.#names.get(username) ?? personName(username);

  /** Whether a payment's day is over: until then the bank may still write it into the statement. */
  #isLate = (/** @type {ReconciledPayment} */ payment) => decidedAt(payment) < this.#dayBegan;

  #keepUp() {
    if (document.visibilityState !== "visible") return;
    this.#followClock();
    this.refresh();
  }

  #followClock() {
    const began = Date.parse(startOfDay());
    if (began === this.#dayBegan) return;
    this.#dayBegan = began;
    this.#list();
  }

  /** Ask the server again, if the tab is open. */
  refresh() {
    this.period.follow();
    if (this.isShown()) this.#load();
  }

  /** An older answer does not undo a tick made meanwhile: each tick ends with a refresh. */
  #load = createRefresher(async (isOutdated) => {
    const query = this.#query();
    this.csv.href = `/reconciliation.csv?${query}`;
    try {
      const answer = await call("GET", `/reconciliation?${query}`);
      this.period.follow(); // the answer has told what time it is
      if (query !== this.#query()) this.refresh();
      else if (this.#marks === 0 && !isOutdated()) this.#show(answer);
    } catch (error) {
      this.#explain(error);
    }
  });

  #query() {
    const { from, to } = this.period;
    const query = new URLSearchParams({ from, to });
    if (this.method.value) query.set("method", this.method.value);
    return query.toString();
  }

  #show(/** @type {Reconciled} */ { payments, deposits, sides, people, readings, warnings }) {
    this.notice.hidden = true;
    this.#showFindings(readings, warnings);
    this.#names = new Map(people.map(({ username, name }) => [username, name]));
    this.#payments = payments;
    this.#deposits = deposits;
    this.#candidates = candidatesAmong(payments);
    this.sides.show(sides, payments.length);
    this.#dayBegan = Date.parse(startOfDay());
    this.#list(true);
  }

  /** A payment ticked under "Sólo faltan" stays until the next change of view: no row moves under the finger. */
  #list(isSameLook = false) {
    if (!isSameLook) this.#staying.clear();
    const fit = paymentMatcher(this.search.value, this.currency, this.#payments, this.#nameOf);
    const listed = this.#payments.filter(this.sides.holds);
    const wanted = listed.filter((payment) => (
      (!this.only.checked || isMissing(payment) || this.#staying.has(payment.id))
        && (fit === null || fit(payment) !== null)));
    this.rows.compare = SORTS[this.sort.value].compare;
    this.rows.sync(wanted);
    for (const head of this.heads) {
      if (head.dataset.sort !== this.sort.value) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", this.sort.value === "monto" ? "descending" : "ascending");
    }
    this.table.hidden = wanted.length === 0;
    this.empty.hidden = wanted.length > 0;
    setText(this.empty, this.#payments.length === 0 ? "No hay pagos aprobados en estas fechas"
      : listed.length === 0 ? NOTHING[this.sides.view]
        : this.search.value.trim() ? "Ningún pago es así. Busca otro monto, número, mesa o nombre."
          : "Todo encontrado ✓");
    setText(this.shown, wanted.length === listed.length || !this.sides.showsPayments ? ""
      : `Se ven ${wanted.length} de ${listed.length}`);
    Object.assign(this.lists.dataset, { compares: this.sides.isOn, view: this.sides.view });
    this.ofPayments.hidden = !this.sides.showsPayments;
    this.#listDeposits();
    this.#showElsewhere(this.sides.showsPayments ? wanted : []);
    this.#showTotals();
  }

  /** On a small phone the lists begin below the screen: a tap on what is to be seen would change nothing in sight. */
  #bringListsIntoSight() {
    if (this.lists.getBoundingClientRect().top > innerHeight - IN_SIGHT) this.lists.scrollIntoView();
  }

  #listDeposits() {
    this.ofDeposits.hidden = !this.sides.showsDeposits;
    if (this.ofDeposits.hidden) return;
    const fit = ranker(this.search.value, this.currency, this.#deposits, describeDeposit);
    const wanted = this.#deposits.filter((deposit) => fit === null || fit(deposit) !== null);
    this.deposits.compare = SORTS[this.sort.value].compareDeposits;
    this.deposits.sync(wanted);
    this.noDeposits.hidden = wanted.length > 0;
    setText(this.noDeposits, this.#deposits.length === 0 ? NOTHING.sin_pago
      : "Ningún ingreso es así. Busca otro monto, número o nombre.");
  }

  async #letGo(/** @type {ReconciledPayment} */ payment) {
    await untie(payment);
    this.refresh();
  }

  /** Say which payments with late warnings are not in the list, of other days or for what is looked for. */
  #showElsewhere(/** @type {ReconciledPayment[]} */ wanted) {
    const shownIds = new Set(wanted.map(({ id }) => id));
    const absent = this.late().filter(({ payment }) => !shownIds.has(payment.id));
    const key = absent.map(({ payment }) => payment.id).join(" ");
    this.elsewhere.hidden = absent.length === 0;
    if (this.elsewhere.dataset.key === key) return;
    this.elsewhere.dataset.key = key;
    const words = absent.length === 1 ? "Un pago con aviso no está en esta lista:"
      : `${absent.length} pagos con aviso no están en esta lista:`;
    this.elsewhere.replaceChildren(h("span", {}, `⚠ ${words}`), ...absent.map((charged) => {
      const { payment } = charged;
      const date = businessDay(payment.decided_at ?? "");
      return h("button", { class: "button", type: "button", onclick: () => this.#turnTo(date) },
        `${place(charged)}, ${date.slice(8)}/${date.slice(5, 7)}`);
    }));
  }

  /** Show all payments of a day. */
  #turnTo(/** @type {string} */ date) {
    this.method.value = "";
    this.search.value = "";
    this.only.checked = false;
    this.sides.choose("todos");
    this.period.show(date);
  }

  #explain(/** @type {Error} */ error) {
    this.notice.hidden = false;
    setText(this.notice, error instanceof Offline ? "Sin conexión. Estos datos pueden estar atrasados."
      : error.message);
  }

  #showTotals() {
    this.totals.replaceChildren(...sums(this.#payments, this.#isLate).map(createTotal));
  }

  /** Say how many proofs were read, and which warnings these payments were approved with, and why. */
  #showFindings(/** @type {Readings} */ { read, unreadable }, /** @type {Warned[]} */ warnings) {
    const counts = [read > 0 ? `${read} ${read === 1 ? "leído" : "leídos"}` : "",
      unreadable > 0 ? `${unreadable} sin poder leer` : ""].filter(Boolean);
    const lines = warnings.map((warned) => {
      const why = whyApproved(warned);
      return h("li", {}, `${shortWarning(warned)}: ${warned.count}`, why ? ` · ${why}` : null);
    });
    this.findings.hidden = counts.length + lines.length === 0;
    this.findings.replaceChildren(
      ...(counts.length > 0 ? [h("li", {}, `Comprobantes: ${counts.join(", ")}`)] : []), ...lines);
  }

  async #bringStatement() {
    const part = await fetchPart(loadStatement());
    part?.openStatement(() => this.refresh());
  }

  /** Tick at once; if the server does not store the tick, take it back and say so. */
  async #mark(/** @type {string} */ id, /** @type {boolean} */ found) {
    this.#marks += 1;
    this.#count(id, found);
    try {
      await call("PUT", `/payments/${id}/reconciliation`, { json: { found } });
      return true;
    } catch (error) {
      this.#count(id, !found);
      const payment = this.#payments.find((one) => one.id === id);
      toast(`${payment ? place(payment) : "Pago"}: no se guardó la marca. ${orTryAgain(error)}`, "late");
      return false;
    } finally {
      this.#marks -= 1;
      this.refresh();
    }
  }

  #count(/** @type {string} */ id, /** @type {boolean} */ found) {
    this.#staying.add(id);
    this.#payments = this.#payments.map(
      (one) => (one.id === id ? { ...one, reconciled_at: found ? one.reconciled_at ?? "ahora" : null } : one));
    this.#showTotals();
  }
}

const field = (/** @type {string} */ name, /** @type {Element} */ input) =>
  h("div", { class: "field", data: { field: input.id } }, h("label", { for: input.id }, name), input);

/** Red marks payments missing after their day. */
function createTotal(/** @type {MethodFigures} */ { method, count, total, tips, missing, lacking, isLate }) {
  const words = missing === 0 ? ["✓ Todo encontrado"]
    : [`${isLate ? "⚠ " : ""}${missing === 1 ? "Falta" : "Faltan"} ${missing} · `,
      h("span", { class: "money" }, money(lacking))];
  const tone = missing === 0 ? "done" : isLate ? "late" : "";
  return h("li", { class: "card bank-total" }, h("span", { class: "quiet" }, methodName(method)),
    h("strong", { class: "money" }, money(total)),
    h("span", { class: "quiet small" }, count === 1 ? "1 pago" : `${count} pagos`),
    tips > 0 ? h("span", { class: "quiet small" }, "con propinas ", h("span", { class: "money" }, money(tips))) : null,
    isInStatement(method) ? h("span", { class: "badge", data: { tone } }, h("span", {}, ...words)) : null);
}

/** What the search compares of a deposit. @type {(deposit: Deposit) => Described} */
const describeDeposit = ({ amount, sender, reference }) => ({
  ids: [], tables: [], amounts: [inParts(amount)], names: namesOf([sender], null),
  references: referencesOf({ reference, reading: null }),
});
