// The dialog "Corregir pago": the number and the amount of an own payment, beside what its photo says.

import { andAgain, call, Offline } from "../lib/api.js";
import { h, openDialog, setText, toast, wholeAmounts } from "../lib/dom.js";
import * as finger from "../lib/finger.js";
import { money, plainMoney, readMoney } from "../lib/money.js";
import { coverWith, notePlace } from "../lib/place.js";
import { cents } from "../house/bill.js";
import { place } from "../house/place.js";
import { MoneyField } from "./money-field.js";
import { numberWords, proposalsOf } from "./reading-words.js";
import { Reference } from "./reference.js";

const DECIDED = "Caja ya lo decidió: este pago ya no se puede corregir.";
const ENDS = {
  aprobado: "✓ Caja ya lo aprobó: este pago ya no se puede corregir.",
  rechazado: "🔄 Caja lo rechazó. Cierra y toca Reintentar Pago: ahí escribes el número y el monto.",
  retirado: "↩ El pago se retiró: ya no hay nada que corregir.",
};
const CHANGED = "Este pago cambió mientras tanto. Revisa los campos antes de guardar.";

/**
 * Open the dialog. `fields` tells what can be corrected, `typed` what was typed before a reload.
 * @type {(payment: Payment, parts: ClaimParts) => OpenClaim}
 */
export function createClaim(payment, parts) { return new Claim(payment, parts); }

class Claim {
  #isSending = false;
  #isOver = false;
  #isUnanswered = false; // a correction that may have arrived
  #show = () => this.#showAll();

  constructor(/** @type {Payment} */ payment,
    /** @type {ClaimParts} */ { fields, method, learn, typed = null, onClose }) {
    this.payment = payment;
    this.fields = fields;
    this.learn = learn;
    this.where = place(payment.orders[0]);
    this.reference = new Reference(() => this.#typed(), "claim-reference");
    this.reference.setMethod(method ?? { reference: "optional" });
    this.reference.node.hidden = !fields.reference;
    this.tip = h("p", { class: "quiet small" });
    this.amount = new MoneyField("claim-amount", "Monto que paga", () => this.#typed(), this.tip);
    this.amount.node.hidden = !fields.amount;
    this.useReference = this.#createUse(() => { this.reference.text = this.#proposals.reference ?? ""; });
    this.useAmount = this.#createUse(() => {
      this.amount.input.value = plainMoney((this.#proposals.amount ?? 0) / 100);
    });
    this.reference.node.append(this.useReference);
    this.amount.node.append(this.useAmount);
    this.notice = h("p", { class: "notice", role: "alert", hidden: true });
    this.title = h("h2", { tabindex: -1 }, "Corregir pago");
    this.about = h("p", { class: "quiet" });
    this.cancel = h("button", { class: "button", type: "button", onclick: () => this.dialog.close() }, "Cancelar");
    this.submit = h("button", { class: "button", type: "submit", "data-kind": "primary" }, "Guardar");
    this.form = h("form", { class: "form claim", novalidate: true, onsubmit: (event) => this.#send(event) },
      h("div", {}, this.title, this.about), this.reference.node, this.amount.node, this.notice,
      h("div", { class: "pair" }, this.cancel, this.submit));
    this.#fill(payment);
    if (typed) {
      this.reference.text = typed.reference;
      this.amount.input.value = typed.amount;
    }
    this.dialog = openDialog("Corregir pago", this.form);
    finger.watch(this.form);
    this.dialog.addEventListener("close", () => {
      notePlace("correccion", null);
      onClose();
    });
    coverWith(this.dialog, "correccion");
    this.#note();
    this.#showAll();
    this.title.focus(); // no keyboard over the fields before one is touched
  }

  get paymentId() { return this.payment.id; }

  get orderIds() { return this.payment.orders.map((part) => part.order_id); }

  #fill(/** @type {Payment} */ { reference, amount }) {
    this.reference.text = reference ?? "";
    this.amount.input.value = plainMoney(amount);
  }

  #createUse(/** @type {() => void} */ fill) {
    return h("button", { class: "button use-read", type: "button", hidden: true, onclick: () => {
      fill();
      this.#typed();
    } });
  }

  get #proposals() {
    const { hundredths = null } = readMoney(this.amount.input.value);
    return proposalsOf(this.payment, { reference: this.reference.input.value, amount: hundredths });
  }

  #typed() {
    this.reference.explain("");
    this.amount.explain();
    this.#note();
    this.#showUses();
  }

  /** Keep what is typed for a reload. */
  #note() {
    notePlace("correccion",
      { id: this.payment.id, reference: this.reference.input.value, amount: this.amount.input.value });
  }

  #showAll() {
    finger.noteLayout();
    const { tip } = this.payment;
    this.about.replaceChildren(...wholeAmounts(
      `${this.where} · ${money((cents(this.payment.amount) + cents(tip)) / 100)}`));
    setText(this.tip, tip > 0 ? `Aparte de ${money(tip)} de propina` : "");
    this.tip.hidden = tip === 0;
    this.#showUses();
  }

  #showUses() {
    const { reference, amount } = this.#proposals;
    const isOpen = !this.#isOver && !this.#isSending;
    showUse(this.useReference, isOpen && reference !== null ? numberWords(reference) : "");
    showUse(this.useAmount, isOpen && amount !== null ? money(amount / 100) : "");
  }

  /** Follow news of the payment: somebody may decide, withdraw or change it while this is open. */
  update(/** @type {Payment} */ now) {
    const was = this.payment;
    this.payment = now;
    if (now.status !== "por_verificar") {
      if (!this.#isSending || now.status !== was.status) this.#end(ENDS[now.status]);
      return;
    }
    if (this.#isOver) return;
    const isChanged = now.reference !== was.reference || now.amount !== was.amount;
    if (isChanged && !this.#isSending) this.#follow(was);
    if (finger.isDown()) finger.afterFinger(this.#show);
    else this.#showAll();
  }

  /** Take over changed values into the fields that nobody has touched. */
  #follow(/** @type {Payment} */ was) {
    if (this.#isUnanswered && Object.keys(this.#changes() ?? { none: 0 }).length === 0) {
      this.#close();
      return;
    }
    if (this.reference.input.value.trim() === (was.reference ?? "")) this.reference.text = this.payment.reference ?? "";
    if (this.amount.input.value === plainMoney(was.amount)) this.amount.input.value = plainMoney(this.payment.amount);
    this.#note();
    this.#say(CHANGED);
  }

  /** The server's answer for an order that the page no longer has. */
  async ask() {
    try {
      const order = await call("GET", `/orders/${this.payment.order_id}`);
      const now = order.payments.find(({ id }) => id === this.payment.id);
      if (now && this.dialog.open) this.update(now);
    } catch { /* the server refuses what is too late */ }
  }

  #say(/** @type {string} */ words, tone = "wait") {
    this.notice.dataset.tone = tone;
    this.notice.replaceChildren(...wholeAmounts(words));
    this.notice.hidden = !words;
  }

  /** Nothing can be corrected any more: say why, and offer only to close. */
  #end(/** @type {string} */ words) {
    this.#isOver = true;
    this.reference.node.hidden = true;
    this.amount.node.hidden = true;
    this.submit.hidden = true;
    setText(this.cancel, "Cerrar");
    this.#say(words);
    notePlace("correccion", null);
    this.#showUses();
  }

  /** What is to be sent: only what was changed. null if a field can't be read, which it then says. */
  #changes() {
    /** @type {{ reference?: string, amount?: number }} */
    const json = {};
    const reference = this.reference.input.value.trim();
    if (this.fields.reference && reference !== (this.payment.reference ?? "")) {
      if (this.reference.isMissing()) return null;
      json.reference = reference;
    }
    if (this.fields.amount) {
      const { hundredths, error } = readMoney(this.amount.input.value);
      this.amount.explain(error);
      if (hundredths === undefined) {
        this.amount.input.focus();
        return null;
      }
      if (hundredths !== cents(this.payment.amount)) json.amount = hundredths / 100;
    }
    return json;
  }

  async #send(/** @type {Event} */ event) {
    event.preventDefault();
    if (this.#isSending || this.#isOver) return; // the second of two taps
    const json = this.#changes();
    if (!json) return;
    if (Object.keys(json).length === 0) {
      this.dialog.close();
      return;
    }
    this.#busy(true);
    try {
      const answer = await call("PUT", `/payments/${this.payment.id}/claim`, { json });
      this.learn(answer);
      this.#close();
    } catch (error) {
      this.#busy(false);
      this.#refuse(error);
    }
  }

  #busy(/** @type {boolean} */ isSending) {
    this.#isSending = isSending;
    this.submit.disabled = isSending;
    setText(this.submit, isSending ? "Guardando…" : "Guardar");
    for (const input of [this.reference.input, this.amount.input]) input.readOnly = isSending;
    if (isSending) this.#say("");
    this.#showUses();
  }

  #close() {
    this.dialog.close();
    toast("✓ Pago corregido", "done", { own: true });
  }

  #refuse(/** @type {any} */ error) {
    this.#isUnanswered = error instanceof Offline;
    if (!this.dialog.open) {
      toast(`${this.where}: ${error.code ? error.message : andAgain(error)}`, "late");
      return;
    }
    if (this.#isOver) return;
    if (error.code === "payment_already_decided") {
      this.#end(DECIDED);
      return;
    }
    if (!this.#explain(error.errors ?? {})) {
      this.#say(`⚠ ${error.code ? `${error.message}.` : andAgain(error)}`, "late");
    }
  }

  /** Show what the server says of the fields, and return whether it says something of one that is shown. */
  #explain(/** @type {Record<string, string[]>} */ { reference = [], amount = [] }) {
    const ofAmount = this.fields.amount ? amount[0] : "";
    const ofReference = this.fields.reference ? reference[0] : "";
    if (ofAmount) this.amount.explain(ofAmount);
    if (ofAmount) this.amount.input.focus();
    if (ofReference) this.reference.explain(ofReference);
    return Boolean(ofAmount || ofReference);
  }
}

/** "Usar lo de la foto: $ 150.00", or nothing. */
function showUse(/** @type {HTMLElement} */ button, /** @type {string} */ value) {
  if (value) button.replaceChildren(h("span", {}, ...wholeAmounts(`Usar lo de la foto: ${value}`)));
  button.hidden = !value;
}
