// One payment, large: its proof, the order's total, the warnings, and the verdict.

import { call } from "../lib/api.js";
import { h, setText, wholeAmounts } from "../lib/dom.js";
import { ago, clock, money, tick } from "../house/format.js";
import { needsReason, warningSentence } from "../house/rules.js";
import { createArrival, depositOf } from "./arrival.js";
import { createDishes, createFacts, createFindings, Tick } from "./evidence.js";
import { createChecking } from "./checking.js";
import { createClaimButton } from "../cobro/claim.js";
import { isCorrected, namesOf, newWarnings } from "./examination.js";
import { ofPlace, place } from "../house/place.js";
import { dueOnOthers, givenOf, isPart, leftOf, ordersOf, placesOf, totalOf, turnOf, waitsBeside } from "./charges.js";
import { createPhoto } from "./photo.js";
import { ReadingPanel } from "./reading.js";
import { methodName, personName, SETTLING, viewingWords } from "./words.js";

/** @type {Partial<Record<PhotoState, string>>} */
const UNSEEN = {
  loading: "Cargando la foto…", slow: "sin ver la foto", preparing: "sin ver la foto", failed: "sin ver la foto",
};

/** The pane at the right; on a narrow screen it covers the list. */
export class Detail {
  /** @type {Charged?} */
  order = null;
  /** @type {Payment?} */
  payment = null;
  /** @type {HTMLElement} */
  viewing;
  /** @type {HTMLElement} */
  notice;
  /** @type {HTMLElement} */
  earlier;
  /** @type {HTMLElement} */
  actions;
  /** @type {HTMLElement} */
  pays;
  /** @type {HTMLElement} */
  facts;
  /** @type {HTMLElement} */
  title;
  /** @type {HTMLElement} */
  total;
  /** @type {HTMLElement} */
  unseen;
  /** @type {Tick} */
  tick;
  /** @type {HTMLElement?} */
  approve = null;
  #settled = false;
  #busy = false;
  #rest = 0; // the timer while the buttons rest
  /** @type {ReturnType<typeof createFindings>} */
  #findings;
  /** @type {PhotoState} */
  #photo = "loading";
  /** @type {ReadingPanel?} */
  #reading = null;
  /** @type {Checking} */
  #checking;
  /** @type {ReturnType<typeof createClaimButton>?} */
  #claim = null;
  /** @type {Card<Payment>} */
  #arrival;

  /**
   * `isOwn(payment)` tells whether `me`, the cashier, submitted the payment and so may not decide it, only correct it;
   * `accounts()` resolves to the house's accounts.
   * @param {DetailParts & DetailActs} parts
   */
  constructor({ me, money: hints, isOwn, accounts, methods, learn, onApprove, onReject, onClose, onNext }) {
    this.me = me;
    this.hints = hints;
    this.isOwn = isOwn;
    this.accounts = accounts;
    this.claiming = { username: me, methods, learn };
    this.on = { onApprove, onReject, onClose, onNext };
    this.idle = h("div", { class: "idle" },
      h("p", { class: "empty" }, "Elige un comprobante de la lista"),
      h("p", { class: "quiet small keys-hint" }, key("↑"), key("↓"), " moverse · ", key("/"), " buscar · ", key("V"),
        " lo vi en la cuenta · ", key("A"), " aprobar · ", key("R"), " rechazar · ", key("Esc"), " cerrar"));
    this.node = h("section", { class: "detail", "aria-label": "Comprobante", data: { open: "false" } }, this.idle);
  }

  get isOpen() { return this.payment !== null; }

  /** Whether a verdict may be given on the shown payment. */
  get canJudge() { return this.payment !== null && !this.#settled && !this.#busy && !this.isOwn(this.payment); }

  /** Whether a tap may not be meant for what has just come under the finger. */
  get isResting() { return this.#rest !== 0; }

  /** Whether the photo is still loading: nobody approves a photo before it is shown or has failed. */
  get isLoading() { return this.#photo === "loading"; }

  /** Show a payment with the orders that it pays. */
  show(/** @type {Charged} */ order) {
    const { payment } = order;
    this.order = order;
    this.payment = payment;
    this.#settled = false;
    this.#busy = false;
    this.#stopResting();
    this.#photo = "loading";
    this.viewing = h("p", { class: "notice viewing", role: "status", hidden: true });
    this.notice = h("div", { class: "verdict-notice", role: "status" });
    this.earlier = h("div", { class: "earlier", hidden: true });
    this.tick = new Tick(payment);
    this.approve = null;
    this.#claim = this.isOwn(payment) ? createClaimButton(this.claiming) : null;
    this.#claim?.update(payment);
    this.actions = this.#claim
      ? h("div", { class: "verdict-actions" },
        h("p", { class: "notice own" }, "🙅 Tú enviaste este pago: otra persona debe decidirlo"), this.#claim.button)
      : h("div", { class: "verdict-actions" }, this.tick.node, this.#buttons());
    const again = payment.replaces !== null;
    const badge = h("span", { class: "badge", "data-tone": "retry" }, `🔄 Reenvío #${payment.attempt}`);
    const { viewing } = this; // made anew for each payment
    this.#reading = null;
    const picture = createPhoto(payment, `Comprobante ${ofPlace(order)}`,
      (state) => { if (viewing === this.viewing) this.#takePhoto(state); });
    const photo = h("div", { class: "current" },
      again ? h("p", { class: "photo-title" }, badge, " foto nueva") : null, picture);
    this.#findings = createFindings(payment);
    const checking = createChecking(payment, this.accounts);
    this.#checking = checking;
    const reading = new ReadingPanel(payment, {
      photo: picture, hold: (act) => this.#holdStill(act),
      onFields: (fields) => { if (reading === this.#reading) checking.update(this.payment ?? payment, fields); },
    });
    this.#reading = reading;
    reading.followPhoto(this.#photo);
    this.facts = createFacts(payment);
    this.pays = h("div", { class: "pays-of" });
    this.#showPays();
    this.#arrival = createArrival(this.hints);
    this.#arrival.update(payment);
    const evidence = h("div", { class: "evidence" }, viewing, this.pays, this.facts, this.#findings.node,
      reading.node, checking.node,
      ...order.bill.flatMap((one) => [
        order.bill.length > 1 ? h("h3", { class: "small quiet" }, nameIn(one, order)) : null,
        createDishes(one)]).filter((part) => part !== null));
    this.node.replaceChildren(this.#heading(order, this.#arrival.node),
      h("div", { class: "detail-body", data: { again: String(again) } },
        h("div", { class: "photos" }, photo, this.earlier), evidence),
      h("footer", { class: "verdict" }, this.notice, this.actions));
    this.node.dataset.open = "true";
    tick(this.viewing, () => {
      this.#showViewing();
      this.showMoney();
    });
    this.#enable();
    if (again) this.#showEarlier(payment);
  }

  /**
   * Take news of the shown payment: another cashier may have opened it, its examination may have brought warnings, its
   * waiter may have corrected it. Returns the warnings.
   */
  update(/** @type {Charged} */ order) {
    const { payment } = order;
    if (payment.id !== this.payment?.id) return [];
    const warnings = newWarnings(this.payment, payment);
    const isNew = isCorrected(this.payment, payment);
    const isLost = depositOf(this.payment) !== null && depositOf(payment) === null;
    this.order = order;
    this.payment = payment;
    setText(this.title, titleOf(order));
    this.#showPays();
    this.#showFacts(payment, isNew);
    this.#findings.update(payment, warnings);
    this.#reading?.update(payment);
    this.#checking.update(payment);
    this.#claim?.update(payment);
    this.#showViewing();
    this.tick.follow(payment);
    this.showMoney();
    if (isNew && this.canJudge) this.#sayCorrected();
    else if (this.canJudge) this.#sayUntied(isLost);
    if (warnings.length > 0 && this.canJudge) this.#warn(this.order, warnings);
    return warnings;
  }

  /** Show what a payment says now; its number may also have been read meanwhile. */
  #showFacts(/** @type {Payment} */ payment, /** @type {boolean} */ isNew) {
    setText(this.total, money(givenOf(payment)));
    const facts = createFacts(payment, isNew);
    if (facts.textContent === this.facts.textContent) return;
    this.facts.replaceWith(facts);
    this.facts = facts;
  }

  /** Stop taps that were meant for the claim before. */
  #sayCorrected() {
    this.rest();
    if (!this.tick.isGiven) this.tick.box.checked = false; // what was looked up was the claim before
    this.notice.querySelector(".news-of-claim")?.remove();
    this.notice.append(h("p", { class: "notice news-of-claim", data: { new: "" } },
      "✎ Acaban de corregir este pago: míralo otra vez."));
  }

  /** Stop a tap that trusts in money which somebody has just taken away from this payment. */
  #sayUntied(/** @type {boolean} */ isLost) {
    if (!isLost && !this.tick.isGiven) return;
    this.notice.querySelector(".news-of-money")?.remove();
    if (!isLost) return;
    this.rest();
    this.notice.append(h("p", { class: "notice news-of-money", data: { new: "" } },
      "El ingreso ya no está unido a este pago: búscalo en la cuenta."));
  }

  /** Show what is known of the payment's money; the time goes on, and more may have arrived. */
  showMoney() {
    const { payment } = this;
    if (payment) this.#holdStill(() => this.#arrival.update(payment));
  }

  /** Let the buttons rest if what comes moves them: then they come under a finger that was for something else. */
  #holdStill(/** @type {() => void} */ act) {
    const top = () => this.actions.getBoundingClientRect().top;
    const before = top();
    act();
    if (this.actions.isConnected && top() !== before && this.canJudge) this.rest();
  }

  /** Take the frame off the photo. Returns whether there was one. */
  clearSpot() { return this.isOpen && Boolean(this.#reading?.clear()); }

  /** Stop taps that were meant for the page without the warnings; a strong warning stands beside the buttons, too. */
  #warn(/** @type {Charged} */ { payment }, /** @type {Suspicion[]} */ warnings) {
    this.rest();
    const strong = warnings.filter((warning) => needsReason({ warnings: [warning] }));
    if (strong.length === 0) return;
    const words = strong.length === 1 ? `Acaba de llegar: ${warningSentence(strong[0], payment)}`
      : `Acaban de llegar: ${namesOf(strong)}`; // a short notice: on a phone it takes the photo's room
    this.notice.append(h("p", { class: "notice", "data-tone": "late", data: { new: "" } },
      ...wholeAmounts(`⚠ ${words}. Si lo apruebas, di por qué.`)));
  }

  /** Which orders the payment pays, how much of each, and what remains; PARTIAL in large letters. */
  #showPays() {
    const { order } = this;
    if (!order) return;
    const part = isPart(order);
    const left = leftOf(order);
    const beside = waitsBeside(order);
    const elsewhere = dueOnOthers(order);
    const turn = turnOf(order);
    const lines = order.payment.orders.map((share) => {
      const one = order.bill.find(({ id }) => id === share.order_id);
      return h("li", {}, h("span", {}, one ? nameIn(one, order) : `Orden ${share.order_id}`),
        h("span", { class: "money" }, money(share.amount)),
        one && share.amount < one.total ? h("span", { class: "quiet small" }, `de ${money(one.total)}`) : null,
        one && share.items.length > 0 ? h("span", { class: "dish-note" }, share.items
          .map(({ position, quantity }) => `${quantity} ${one.items[position].name}`).join(", ")) : null);
    });
    const isListed = order.payment.orders.some((share) => share.items.length > 0) || lines.length > 1;
    this.pays.replaceChildren(...[
      part ? h("p", { class: "partial" }, left > 0 ? h("strong", {}, "PAGO PARCIAL") : null,
        left > 0 && turn === "pago parcial" ? null : h("span", {}, turn),
        h("span", { class: "money" }, `${money(order.payment.amount)} de ${money(totalOf(order))}`)) : null,
      isListed ? h("ul", { class: "pays-list", "aria-label": "Lo que paga" }, ...lines) : null,
      left > 0 ? h("p", { class: "left-over" }, "Queda por pagar ", h("b", { class: "money" }, money(left / 100)))
        : part ? h("p", { class: "left-over" }, beside > 0
          ? "Con este pago y los otros que esperan no queda nada por pagar" : "Con este pago no queda nada por pagar")
          : null,
      beside > 0 ? h("p", { class: "quiet small" }, "Esperan, además, ", h("span", { class: "money" },
        money(beside / 100)), " en otros pagos") : null,
      elsewhere > 0 ? h("p", { class: "left-elsewhere" }, "En otras rondas quedan ", h("b", { class: "money" },
        money(elsewhere / 100)), " por pagar") : null].filter((node) => node !== null));
    this.pays.hidden = this.pays.childElementCount === 0;
  }

  #showViewing() {
    const words = this.#settled || !this.payment ? "" : viewingWords(this.payment, this.me);
    if (this.viewing.hidden === Boolean(words)) this.viewing.hidden = !words;
    setText(this.viewing, words && `👁 ${words} también`);
  }

  #takePhoto(/** @type {PhotoState} */ state) {
    this.#photo = state;
    this.#reading?.followPhoto(state);
    this.#enable();
  }

  close() {
    this.order = null;
    this.payment = null;
    this.#stopResting();
    this.node.replaceChildren(this.idle);
    this.node.dataset.open = "false";
  }

  #heading(/** @type {Charged} */ order, /** @type {HTMLElement} */ arrival) {
    const { payment } = order;
    const time = h("span", { class: "number" });
    const title = h("h2", { tabindex: "-1" }, titleOf(order));
    this.total = h("p", { class: "detail-total money" }, money(givenOf(payment)));
    const node = h("header", { class: "payment-head" }, title,
      h("p", { class: "quiet" }, `${methodName(payment.method)} · ${personName(payment.submitted_by)} · `, time),
      this.total,
      h("button",
        { class: "button", type: "button", "aria-label": "Cerrar", title: "Cerrar (Esc)", onclick: this.on.onClose },
        "✕"), arrival);
    tick(node, () => setText(time, ago(payment.submitted_at)));
    this.title = title;
    return node;
  }

  #buttons() {
    /** @type {(kind: string, word: string, letter: string, act: () => void, more?: Element) => HTMLButtonElement} */
    const button = (kind, word, letter, act, more) => h("button",
      { class: "button", type: "button", "data-kind": kind, "data-size": "main", "aria-keyshortcuts": letter,
        onclick: act },
      word, h("kbd", { "aria-hidden": "true" }, letter), more);
    this.unseen = h("span", { class: "unseen-photo small" });
    this.approve = button("done", "Aprobar", "A", this.on.onApprove, this.unseen);
    return h("div", { class: "pair" }, button("refuse", "Rechazar", "R", this.on.onReject), this.approve);
  }

  /** The buttons rest while a verdict is on its way. */
  setBusy(/** @type {boolean} */ busy) {
    this.#busy = busy;
    this.#enable();
  }

  /** The buttons rest for a moment: what came under the finger is not what the finger was for. */
  rest() {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => { this.#stopResting(); this.#enable(); }, SETTLING);
    this.#enable();
  }

  #stopResting() {
    clearTimeout(this.#rest);
    this.#rest = 0;
  }

  #enable() {
    const rests = this.#busy || this.isResting;
    for (const button of this.actions.querySelectorAll("button")) {
      button.disabled = rests || (button === this.approve && this.isLoading);
    }
    if (this.approve) setText(this.unseen, UNSEEN[this.#photo] ?? "");
  }

  /** Say that the verdict did not get through, and allow another try. */
  fail(/** @type {string} */ words) {
    this.setBusy(false);
    this.notice.replaceChildren(h("p", { class: "notice", "data-tone": "late" }, words));
  }

  clearNotice() { this.notice.replaceChildren(); }

  /** Another cashier has decided the payment: take the verdict's buttons away. */
  settle(/** @type {string} */ words) {
    if (this.#settled) return;
    this.#settled = true;
    this.actions.hidden = true;
    this.viewing.hidden = true;
    this.notice.replaceChildren(h("p", { class: "notice", "data-tone": "done" }, `✓ ${words}`),
      h("button", { class: "button", type: "button", "data-size": "main", onclick: this.on.onNext }, "Siguiente →"));
  }

  async #showEarlier(/** @type {Payment} */ payment) {
    try {
      const { payments } = await call("GET", `/orders/${payment.order_id}`);
      if (payment.id !== this.payment?.id) return;
      const bill = this.order?.bill ?? [];
      const before = [];
      for (let id = payment.replaces; id;) {
        const earlier = [...payments, ...bill.flatMap((one) => one.payments)].find((one) => one.id === id);
        if (earlier) before.push(earlier);
        id = earlier?.replaces ?? null;
      }
      this.earlier.replaceChildren(...before.map(earlierPhoto));
    } catch {
      if (payment.id !== this.payment?.id) return;
      this.earlier.replaceChildren(h("p", { class: "notice" }, "No se pudo cargar el intento anterior."),
        h("button", { class: "button", type: "button", onclick: () => this.#showEarlier(payment) }, "Cargar otra vez"));
    }
    this.earlier.hidden = false;
  }
}

const titleOf = (/** @type {Charged} */ order) => `${placesOf(order)} · ${ordersOf(order)}`;

const key = (/** @type {string} */ name) => h("kbd", {}, name);

/**
 * "Orden 128 · ronda 2", after its place where this is not the one that the heading names.
 * @type {(order: Order, heading: Charged) => string}
 */
const nameIn = (order, heading) => [
  place(order) === placesOf(heading) ? `Orden ${order.id}` : `${place(order)} · orden ${order.id}`,
  order.round > 1 ? `ronda ${order.round}` : ""].filter(Boolean).join(" · ");

function earlierPhoto(/** @type {Payment} */ payment) {
  const when = payment.decided_at ? clock(payment.decided_at) : "";
  return h("figure", {},
    h("figcaption", {}, h("span", { class: "photo-title" }, `Anterior (#${payment.attempt}), rechazado ${when}`),
      h("strong", { class: "reason" }, `«${payment.reason ?? "sin motivo"}»`)),
    createPhoto(payment, `Comprobante anterior, intento ${payment.attempt}`));
}
