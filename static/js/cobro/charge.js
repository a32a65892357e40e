// The sheet in which a bill is charged: what is due on it, its payments, the form, and what the cashier says.

import { call } from "../lib/api.js";
import { h, openDialog, setText } from "../lib/dom.js";
import { money } from "../lib/money.js";
import { inTime } from "../lib/storage.js";
import { cover, setPlace, uncover } from "../lib/place.js";
import {
  billOf, cents, counts, dueOf, isChargeable, isOpen, olderFirst, paymentsOf, paysOf, rejectedOf, roundsOf, sumOf,
  withChange,
} from "../house/bill.js";
import { billKey, place } from "../house/place.js";
import { ChargeForm } from "./form.js";
import { outcomeOf } from "./outcome.js";
import { notArrived, withDrafts } from "./held.js";
import { createMemory } from "./memory.js";
import { createPayments } from "./payments.js";
import { createDiscard, describe, isCorrectable, isGoingAway } from "./draft-words.js";

/** Whether a refused draft arrived before, in another waiter's name. */
const hasArrived = (/** @type {Draft} */ { code }) => code === "idempotency_key_reused";

const TRUTH_WITHIN = 3000; // ms
const CHANGED = "La cuenta cambió mientras tanto. Revisa lo que falta y cobra eso.";
const DELIVERED = ["entregado", "por_verificar", "pagado"];

/**
 * The open sheet of the bill of `order`. `orders()` tells the page's orders, `settings` the methods; `onClose()` is
 * called after it closes; `truth()` resolves once the orders are as new as can be. With `retries`, a rejected payment
 * is sent again; with `isBack`, the sheet was open before a reload.
 */
export class ChargeSheet {
  #known = new Map();
  #isResting = false;
  /** @type {Promise<void>?} */
  #refreshing = null;
  #refused = ""; // the key of the refused draft that the form was last filled in with
  /** @type {Set<string>} */
  #earlier = new Set(); // the payments that were there before this sheet
  /** @type {Set<string>} */
  #rejectedEarlier; // the rejected payments that were there before this sheet, or that it has filled in

  constructor(/** @type {Order} */ order, /** @type {SheetParts} */ { outbox, settings, orders, username, payData,
    learn, onClose, retries = null, isTill = false, truth = null, isBack = false }) {
    this.order = order;
    this.key = billKey(order);
    this.outbox = outbox;
    this.orders = orders;
    this.learn = learn;
    this.username = username;
    this.onClose = onClose;
    this.truth = truth;
    this.#gather();
    this.form = new ChargeForm({
      settings, send: (charge, isAgain) => this.#send(charge, isAgain), learn,
      memory: this.#memory(),
      usual: usualMethod(order, settings, isTill),
      isTill, onPayData: payData?.(() => this.order) ?? null,
    });
    this.payments = createPayments({ username, methods: settings.methods, learn,
      retry: (payment) => this.retry(payment), withdraw: (payment) => this.#withdraw(payment) });
    this.verdict = h("div", { class: "verdict", role: "status" });
    this.change = h("p", { class: "given-back", role: "status", hidden: true });
    this.#rejectedEarlier = new Set(isBack && !isTill ? [] : rejectedOf(this.#all).map(({ id }) => id));
    const just = isBack ? withChange(this.#all, username) : [];
    this.#earlier = new Set(paymentsOf(this.#all).filter((one) => !just.includes(one)).map(({ id }) => id));
    this.#isResting = just.length > 0 && !this.form.isBegun; // the change is still told
    this.draftBox = h("div", { class: "draft-boxes" });
    this.next = h("button", { class: "button", type: "button", "data-kind": "primary", "data-size": "main",
      hidden: true, onclick: () => this.#goOn() }, "Cobrar lo que falta");
    this.dialog = openDialog(`Cobrar ${place(order)}`, this.#head(), this.change, this.verdict, this.payments.node,
      this.draftBox, this.next, this.form.node);
    this.dialog.classList.add("sheet");
    this.layer = isTill ? "cobro" : "orden";
    cover(this.layer, order.id, () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.#gone());
    this.update();
    if (retries) this.retry(retries);
  }

  #memory() { return createMemory(`comanda.cobro.${this.username}/${this.key}`, () => [...this.#known.keys()]); }

  /** The bill's orders that can take a payment. */
  get #chargeable() { return this.#all.filter(isChargeable); }

  get #all() { return [...this.#known.values()].sort(olderFirst); }

  get #drafts() { return this.outbox.ofOrders([...this.#known.keys()]); }

  /** Follow the page's new snapshot; an order that it lacks is void or paid, and is fetched. */
  refresh(/** @type {Map<string, Order>} */ orders) { this.#refreshing = this.#follow(orders); }

  async #follow(/** @type {Map<string, Order>} */ orders) {
    const missing = [...this.#known.keys()].filter((id) => !orders.has(id));
    const fetched = await Promise.all(missing.map((id) => call("GET", `/orders/${id}`).catch(() => null)));
    for (const order of [...fetched, ...this.orders()]) if (order) this.update(order);
  }

  /** Show a changed order if it is of this bill, or a change of the drafts. */
  update(/** @type {Order?} */ order = null) {
    if (order) this.#learn(order);
    const drafts = this.#drafts;
    const chargeable = this.#chargeable;
    const bill = withDrafts(chargeable, notArrived(drafts, this.#all)).filter((one) => one.due > 0 || one.total === 0);
    const due = dueOf(bill);
    this.#showHead(due);
    this.#showVerdict(drafts);
    this.#showPayments(due);
    this.#showDrafts(drafts, this.#isPaid);
    const canCharge = due > 0 || (chargeable.length > 0 && chargeable.every((one) => one.total === 0)
      && drafts.every((draft) => draft.stopped));
    const refused = drafts.find((draft) => draft.stopped && draft.key !== this.#refused && !hasArrived(draft));
    const isToCorrect = refused !== undefined && canCharge && (this.#isResting || !this.form.isBegun);
    if (isToCorrect) this.#isResting = false; // nobody types another part meanwhile
    // The stream may tell of a payment before its answer does.
    if (!canCharge && drafts.every((draft) => draft.stopped)) this.#isResting = false;
    this.next.hidden = !canCharge || !this.#isResting;
    this.form.node.hidden = !canCharge || this.#isResting;
    const total = this.#all.filter(({ status }) => DELIVERED.includes(status))
      .reduce((sum, one) => sum + cents(one.total), 0);
    this.form.update(bill, total);
    this.#showChange(drafts);
    if (isToCorrect) this.#correct(refused);
    else this.#retryRejected(due);
  }

  /** Fill in a payment of all that is due which was rejected under this sheet: it is sent again as it was. */
  #retryRejected(/** @type {number} */ due) {
    if (this.form.node.hidden || this.form.isBegun) return;
    const payment = rejectedOf(this.#all).at(-1);
    if (!payment || this.#rejectedEarlier.has(payment.id) || paysOf(payment, this.#all) < due) return;
    this.#rejectedEarlier.add(payment.id);
    this.form.retry(payment, this.#chargeable);
  }

  #learn(/** @type {Order} */ order) {
    const isOfBill = billKey(order) === this.key;
    if (order.id === this.order.id) {
      this.order = order;
      if (!isOfBill) this.#move(order);
    }
    if (!isOfBill && order.id !== this.order.id) this.#known.delete(order.id);
    else if (this.#known.has(order.id) || isOpen(order)) this.#known.set(order.id, order);
    // Of a bill with other rounds, a void one is no part.
    if (this.order.status === "anulado") this.order = this.#all.find(isOpen) ?? this.order;
  }

  /** Follow the order to another table or customer: the bill is now the one there. */
  #move(/** @type {Order} */ order) {
    this.key = billKey(order);
    for (const one of this.#known.values()) if (billKey(one) !== this.key) this.#known.delete(one.id);
    this.#gather();
    this.form.keepAs(this.#memory());
    this.dialog.setAttribute("aria-label", `Cobrar ${place(order)}`);
  }

  /** Take in the open orders of the bill. */
  #gather() {
    for (const one of billOf(this.orders(), this.order)) this.#known.set(one.id, one);
    this.#known.set(this.order.id, this.order);
  }

  /** Whether nothing of the bill is due any more. */
  get #isPaid() { return dueOf(this.#all.filter(isOpen)) === 0 && this.#all.some((order) => order.total > 0); }

  /** The change of the cash that was just charged here, which is given back after the form is gone. */
  #showChange(/** @type {Draft[]} */ drafts) {
    const own = paymentsOf(this.#all).filter((payment) => counts(payment) && payment.submitted_by === this.username
      && !this.#earlier.has(payment.id)).at(-1);
    const draft = drafts.filter((one) => !one.stopped).at(-1);
    const change = draft ? changeOf(draft) : own?.change ?? 0;
    this.change.hidden = !(change > 0) || !this.form.node.hidden;
    this.change.replaceChildren(...(this.change.hidden ? [] : ["Cambio ", h("b", { class: "money" }, money(change))]));
  }

  /** The bill's payments, where there is more to tell than the verdict above says of one. */
  #showPayments(/** @type {number} */ due) {
    const payments = paymentsOf(this.#all).filter(({ status }) => status !== "retirado");
    const [only] = payments;
    const isPlain = payments.length === 0 || (payments.length === 1 && (due === 0
      || (only.status === "rechazado" && paysOf(only, this.#all) >= due)));
    this.payments.update(isPlain ? [] : payments, this.#all);
    this.payments.showOwn(isPlain ? payments.at(-1) : undefined);
  }

  /** Send a rejected payment of this bill again. */
  retry(/** @type {Payment} */ payment) {
    this.#isResting = false;
    this.update();
    this.form.retry(payment, this.#chargeable);
  }

  #head() {
    this.place = h("span", {});
    this.total = h("span", { class: "money" });
    this.left = h("p", { class: "sheet-due", hidden: true });
    this.title = h("h2", { tabindex: -1 }, this.place, this.total);
    return h("header", { class: "sheet-head" }, h("div", {}, this.title, this.left), h("button", {
      class: "button", type: "button", "data-kind": "plain", "aria-label": "Cerrar", onclick: () => this.dialog.close(),
    }, "✕"));
  }

  #showHead(/** @type {number} */ due) {
    const all = this.#all;
    const live = all.filter((order) => order.status !== "anulado");
    const bill = live.length > 0 ? live : all;
    const rounds = roundsOf(bill);
    const total = sumOf(bill, "total");
    setText(this.place, `${place(this.order)} · ${rounds ? `${rounds} · ` : ""}`);
    setText(this.total, money(total / 100));
    const cooking = bill.filter((order) => ["pendiente", "en_preparacion", "listo"].includes(order.status));
    const words = [due > 0 && due < total ? `Falta ${money(due / 100)}` : "",
      cooking.length > 0 && bill.length > 1 ? `${cooking.length} sin entregar` : ""].filter(Boolean).join(" · ");
    setText(this.left, words);
    this.left.hidden = !words;
  }

  /** Send a charge; with `isAgain`, one that may have arrived before. */
  async #send(/** @type {Charge} */ charge, /** @type {boolean} */ isAgain) {
    if (this.truth && !isAgain) await this.#checkStillDue(charge, this.truth);
    const [orderId] = charge.orderIds;
    await this.outbox.add({ orderId, table: this.order.table_number, customer: this.order.customer,
      known: paymentsOf(this.#all).map(({ id }) => id), total: Number(charge.amount) + Number(charge.tip), ...charge });
    this.#isResting = true;
    this.title.focus(); // the form is now hidden
    this.update();
  }

  /**
   * Throw if others have paid what is charged, or made it void, while this page slept.
   * @type {(charge: Charge, truth: () => Promise<void>) => Promise<void>}
   */
  async #checkStillDue({ orderIds, amount }, truth) {
    const refreshed = truth().then(() => this.#refreshing);
    await inTime(refreshed, TRUTH_WITHIN).catch(() => { /* no network: the server decides */ });
    const orders = withDrafts(this.#chargeable, notArrived(this.#drafts, this.#all))
      .filter(({ id }) => orderIds.includes(id));
    if (orders.length === orderIds.length && cents(Number(amount)) <= dueOf(orders)) return;
    throw Object.assign(new Error(CHANGED), { isRefusal: true });
  }

  async #withdraw(/** @type {Payment} */ payment) {
    this.learn(await call("DELETE", `/payments/${payment.id}`));
  }

  /** Fill the form in with a refused draft, which the corrected one then replaces. */
  #correct(/** @type {Draft} */ draft) {
    this.#refused = draft.key;
    this.form.isBegun = true;
    this.#isResting = false;
    this.update();
    this.form.refill(draft, { isReplaced: true });
  }

  /** Discard a draft. If it did not arrive, what it said stands in the form again, with its photo. */
  async #discard(/** @type {Draft} */ draft) {
    if (!await this.outbox.discard(draft.key)) {
      this.update();
      return;
    }
    this.#isResting = false;
    this.update();
    if (!this.form.node.hidden) this.form.refill({ ...draft, errors: {} });
  }

  #goOn() {
    this.#isResting = false;
    this.update();
    this.title.focus();
  }

  /** Show the cashier's verdict, or that the cashier has not looked yet. */
  #showVerdict(/** @type {Draft[]} */ drafts) {
    const isGoing = drafts.some((draft) => !draft.stopped);
    const parts = outcomeOf(this.#all, { isGoing, rejected: rejectedOf(this.#all), anchor: this.order });
    const text = parts.map((part) => part.textContent).join("\n");
    if (text !== this.verdict.dataset.text) this.verdict.replaceChildren(...parts);
    this.verdict.dataset.text = text;
    this.verdict.hidden = parts.length === 0;
  }

  #showDrafts(/** @type {Draft[]} */ drafts, /** @type {boolean} */ isPaid) {
    const keys = drafts.map((draft) => draft.key);
    for (const node of [...this.draftBox.children]) {
      if (!keys.includes(/** @type {HTMLElement} */ (node).dataset.key)) node.remove();
    }
    for (const draft of drafts) {
      let box = /** @type {any} */ (this.draftBox.querySelector(`[data-key="${CSS.escape(draft.key)}"]`));
      if (!box) {
        this.draftBox.append(box = createDraftBox(draft, { outbox: this.outbox,
          correct: (/** @type {Draft} */ latest) => this.#correct(latest),
          discard: (/** @type {Draft} */ latest) => this.#discard(latest) }));
      }
      box.show(draft, isPaid);
    }
    this.draftBox.hidden = drafts.length === 0;
  }

  #gone() {
    this.form.close();
    setPlace({ orden: null, metodo: null });
    uncover(this.layer);
    this.onClose();
  }
}

/** @type {(order: Order, settings: Settings, isTill: boolean) => string | null} */
const usualMethod = (order, settings, isTill) => (isTill
  ? settings.methods.find(({ verify }) => verify === "none")?.name : order.payment?.method) ?? null;

/** Why a refused payment of a bill that others have paid can only be discarded. */
const needless = (/** @type {Draft} */ { code, error }) => `⚠ No se pudo: ${code === "nothing_due" ? error
  : "de esta cuenta ya no se debe nada"}. Si lo cobraste, devuélvelo; después descártalo.`;

/** What the guest gets back of the cash of a payment that this phone has not sent yet. */
const changeOf = (/** @type {Draft} */ { amount, tip, tendered }) => (tendered
  ? (cents(Number(tendered)) - cents(Number(amount)) - cents(Number(tip || 0))) / 100 : 0);

/** A payment that this phone has not sent yet, or that was refused. */
function createDraftBox(/** @type {Draft} */ first, /** @type {DraftActs} */ { outbox, correct, discard }) {
  const { key } = first;
  let current = first;
  const text = h("p", { class: "notice" });
  const bar = h("progress", { max: 1, "aria-label": "Envío de la foto" });
  const sendNow = h("button", {
    class: "button", type: "button", "data-kind": "primary", onclick: () => outbox.sendNow(key),
  }, "Enviar ahora");
  const mend = h("button", { class: "button", type: "button", onclick: () => correct(current) }, "Corregir");
  const putAside = createDiscard(() => discard(current));
  const actions = h("div", { class: "draft-actions" }, sendNow, mend, putAside);
  const node = h("div", { class: "draft-box", data: { key } }, text, bar, actions);
  const show = (/** @type {Draft} */ draft, /** @type {boolean} */ isPaid) => {
    const isNeedless = isPaid && draft.stopped && draft.code !== "order_not_found";
    current = draft;
    const sending = outbox.isSending(draft);
    const words = isNeedless ? needless(draft) : describe(draft, outbox);
    setText(text, `${draft.amount ? `${money(Number(draft.amount))} · ` : ""}${words}`);
    text.dataset.tone = draft.stopped || draft.discarded ? "late" : "";
    bar.hidden = !sending;
    bar.value = outbox.progress(draft);
    actions.hidden = sending;
    sendNow.hidden = isCorrectable(draft) || isNeedless || isGoingAway(draft);
    mend.hidden = !isCorrectable(draft) || isNeedless;
    putAside.hidden = isGoingAway(draft);
  };
  return Object.assign(node, { show });
}
