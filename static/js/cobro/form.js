// The form that charges a bill: what the guest pays of it, the method, the photo, the operation number, tip and cash.

import { newKey, whatHappened } from "../lib/api.js";
import { money, plainMoney, wireMoney } from "../lib/money.js";
import { h, setText } from "../lib/dom.js";
import { isPdf, shrink } from "../lib/photo.js";
import { placeOf, setPlace } from "../lib/place.js";
import { cents, paysOf, rejectedOf } from "../house/bill.js";
import { Tendered, Tip } from "./extras.js";
import { callOff } from "./parcels.js";
import { emptyPart, Part } from "./part.js";
import { Reference } from "./reference.js";

const SETTLING = 600; // ms: a tap this soon after another amount has come was for the amount before

/**
 * The form of one bill. `send(charge)` sends or keeps what was filled in. `memory` keeps what is being filled in:
 * `read()`, `write(state)`.
 */
export class ChargeForm {
  /** @type {File?} */
  #file = null;
  #takenAt = null;
  /** @type {string | undefined} */
  #photo = undefined; // the id under which the photo is kept
  #url = null;
  #turn = 0;
  /** @type {string?} */
  #replaces = null;
  /** @type {string?} */
  #corrects = null;
  #isSending = false;
  #isPreparing = false; // the photo
  #settling = 0; // a timer: somebody else has just changed the amount
  /** @type {Charge?} */
  #unanswered = null; // what was sent, and may have arrived: the next tap sends the same again
  /** @type {Charge?} */
  #doubt = null; // an unanswered charge that was given up for another one: first it is called off
  #trouble = ""; // why it was not sent
  /** @type {Order[]} */
  #bill = [];
  #total = 0;

  constructor(/** @type {ChargeFormParts} */ { settings, send, learn, memory, usual = null, onPayData = null,
    isTill = false }) {
    this.isTill = isTill;
    this.settings = settings;
    this.send = send;
    this.learn = learn;
    this.memory = memory;
    const kept = memory.read();
    /** Whether somebody has begun to fill the form in, also before a reload. */
    this.isBegun = kept?.isBegun ?? kept !== null;
    // Loaded with the form, not with the page. If it fails to load, photos are sent without their time.
    this.exif = import("../lib/exif.js").catch(() => ({ takenAt: () => null }));
    this.part = new Part({ ...emptyPart(), ...kept?.part }, () => this.#changed());
    this.part.onTip = (surplus) => this.tip.set({ choice: "otra", text: plainMoney(surplus / 100) });
    this.tip = new Tip(settings.tips, () => this.#changed());
    this.tendered = new Tendered(() => this.#changed());
    this.reference = new Reference(() => this.#changed());
    this.retrying = h("p", { class: "notice", hidden: true });
    this.preview = h("div", { class: "preview" });
    this.hint = h("p", { class: "quiet small", role: "status" });
    this.payData = h("button", { class: "button", type: "button", hidden: true, onclick: () => this.#showPayData() },
      "Datos para pagar");
    this.onPayData = onPayData;
    this.sources = h("div", { class: "sources" },
      this.#source("📷 Cámara", { accept: "image/*", capture: "environment" }),
      this.#source("🖼 Galería", { accept: "image/*,application/pdf" }));
    this.submit = h("button", { class: "button", type: "submit", "data-kind": "primary", "data-size": "main" },
      "Enviar");
    this.node = h("form", { class: "charge", novalidate: true, onsubmit: (event) => this.#send(event) },
      this.retrying, this.part.node, this.#methods(kept?.method ?? usual), this.payData, this.tip.node,
      this.tendered.node, this.preview, this.sources, this.reference.node, this.hint, this.submit);
    if (kept) this.#fillIn(kept);
    this.#showPreview();
    this.#takeKept();
    onPayData?.loaded.then(() => this.#show());
  }

  /** Fill in what was filled in when the page was closed. */
  #fillIn({ tip, tendered, reference, replaces, corrects, retrying, photo, unanswered, doubt }) {
    this.#photo = photo;
    this.#replaces = replaces ?? null;
    this.#corrects = corrects ?? null;
    if (retrying) this.#sayRetrying(retrying);
    if (tip) this.tip.set(tip);
    if (tendered) this.tendered.input.value = tendered;
    if (reference) this.reference.text = reference;
    this.#doubt = doubt ?? null;
    if (unanswered) this.#takeUp(unanswered);
  }

  /** Take up a charge whose answer the page before did not wait for. */
  #takeUp(/** @type {Charge} */ charge) {
    const given = money(Number(charge.amount) + Number(charge.tip));
    this.#unanswered = { ...charge, file: null };
    this.#trouble = `No se sabe si el cobro de ${given} llegó. Toca otra vez: no se cobra dos veces.`;
  }

  /** Take the photo that was chosen before the page was closed, unless another one is chosen meanwhile. */
  async #takeKept() {
    const turn = this.#turn;
    const kept = await this.memory.readPhoto(this.#photo);
    if (!kept || turn !== this.#turn || this.#file) return;
    if (kept.isWhole) {
      this.#take(kept.file);
      return;
    }
    if (this.#unanswered) this.#unanswered.file = kept.file;
    this.#choose(kept.file, kept.takenAt);
    this.#show();
  }

  /**
   * Follow the bill: the orders of which something is due that this phone has not charged already, and the `total` of
   * all that was delivered, in hundredths.
   */
  update(/** @type {Order[]} */ orders, /** @type {number} */ total) {
    const isFirst = this.#bill.length === 0;
    this.#bill = orders;
    this.#total = total;
    const awaitsAnswer = this.#isSending || this.#unanswered; // what was sent stays as it was until then
    const amount = this.part.hundredths;
    if (isFirst || !awaitsAnswer) this.#follow();
    if (!isFirst && !this.node.hidden && this.part.hundredths !== amount) this.#settle();
  }

  /** Somebody else has changed what is paid: no tap sends an amount that was not there when the finger came down. */
  #settle() {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#settling = 0;
      this.#show();
    }, SETTLING);
    this.#show();
  }

  #follow() {
    this.part.update(this.#bill, this.#total);
    if (this.#replaces && !rejectedOf(this.#bill).some(({ id }) => id === this.#replaces)) this.#notReplacing();
    this.#show();
  }

  /** Somebody else has sent the rejected payment again: what is sent now is another one. */
  #notReplacing() {
    this.#replaces = null;
    this.#sayRetrying("⚠ El pago rechazado ya se envió otra vez: esto sería otro pago.");
  }

  #sayRetrying(/** @type {string} */ words) {
    setText(this.retrying, words);
    this.retrying.hidden = false;
  }

  /** Keep from here on what is filled in as another bill's: the order has moved there. */
  async keepAs(/** @type {ChargeMemory} */ memory) {
    const before = this.memory;
    this.memory = memory;
    before.write(null);
    if (this.isBegun) memory.write(this.#state());
    if (this.#file) await memory.writePhoto(this.#file, { id: this.#photo, takenAt: this.#takenAt });
    await before.writePhoto(null);
  }

  /** Begin the next payment of the bill, after one was sent. */
  renew() {
    this.#replaces = null;
    this.#unanswered = null;
    this.#trouble = "";
    this.isBegun = false;
    this.retrying.hidden = true;
    this.#empty();
    this.part.choose(this.part.next());
    this.memory.write(this.part.state.way === "varios" ? this.#state() : null);
    this.#show();
  }

  /** Empty what belongs to one payment: the photo, the operation number, the cash and the tip. */
  #empty() {
    this.#turn += 1;
    this.#corrects = null;
    this.#isPreparing = false;
    this.#choose(null);
    this.#photo = undefined;
    this.memory.writePhoto(null);
    this.reference.text = "";
    this.tendered.input.value = "";
    this.tip.set({ choice: "0" });
  }

  /** Send a rejected payment again: its amount, its orders and its tip. */
  retry(/** @type {Payment} */ payment, /** @type {Order[]} */ orders) {
    this.#forgetTrouble();
    this.isBegun = true;
    if (this.#replaces !== payment.id) this.#empty(); // what was begun is another payment
    this.#replaces = payment.id;
    const ids = payment.orders.map((part) => part.order_id);
    const without = orders.filter((order) => !ids.includes(order.id)).map((order) => order.id);
    this.part.choose({ ...emptyPart(), without });
    const paid = Math.min(paysOf(payment, orders), this.part.due); // somebody else may have paid a part meanwhile
    const items = Object.fromEntries(payment.orders.flatMap((part) => part.items.map((item) => (
      [`${part.order_id}:${item.position}`, item.quantity]))));
    const isAll = this.#chooseAgain(without, paid, items);
    if (payment.tip > 0) this.tip.set({ choice: "otra", text: plainMoney(payment.tip) });
    this.#chooseMethod(payment.method);
    this.#sayRetrying(`🔄 Otra vez el pago de ${money(payment.amount)}`);
    this.retrying.hidden = isAll && orders.length === 1;
    this.#show();
    this.memory.write(this.#state());
  }

  /** Fill in a draft again, with its photo. A refused draft `isReplaced` by what is sent then. */
  refill(/** @type {Draft} */ draft, { isReplaced = false } = {}) {
    const wrong = draft.errors ?? {};
    this.#forgetTrouble();
    this.isBegun = true;
    this.retrying.hidden = true;
    this.#corrects = isReplaced ? draft.key : null;
    this.#replaces = draft.replaces || null;
    if (wrong.replaces) this.#notReplacing();
    this.#chooseMethod(draft.method);
    this.reference.text = draft.reference ?? "";
    const without = this.part.all.filter((order) => !draft.orderIds.includes(order.id)).map((order) => order.id);
    const items = Object.fromEntries(draft.items.map((item) => item.split(":"))
      .map(([orderId, position, quantity]) => [`${orderId}:${position}`, Number(quantity)]));
    if (draft.amount) this.#chooseAgain(without, cents(Number(draft.amount)), items);
    if (Number(draft.tip) > 0) this.tip.set({ choice: "otra", text: plainMoney(Number(draft.tip)) });
    this.tendered.input.value = draft.tendered ? plainMoney(Number(draft.tendered)) : "";
    this.#photo = newKey();
    if (!wrong.file) this.#chooseOf(draft);
    this.#show();
    this.reference.explain(wrong.reference?.[0] ?? "");
    this.memory.write(this.#state());
    this.memory.writePhoto(this.#file, { id: this.#photo, takenAt: this.#takenAt });
  }

  #chooseOf(/** @type {Draft} */ { bytes, name, type, takenAt, errors }) {
    if (bytes) this.#choose(new File([bytes], name, { type }), errors?.taken_at ? null : takenAt);
  }

  /**
   * Choose again what a former payment paid, in hundredths. Returns whether this is all of the bill.
   * @type {(without: string[], paid: number, items: Record<string, number>) => boolean}
   */
  #chooseAgain(without, paid, items) {
    this.part.choose({ ...emptyPart(), without });
    const isAll = paid === this.part.due;
    if (Object.keys(items).length > 0) this.part.choose({ way: "platillos", items });
    if (this.part.hundredths !== paid) this.part.choose({ way: "monto", amount: plainMoney(paid / 100) });
    return isAll;
  }

  /** Free the photo's URL, and ignore a photo that is still being made small. */
  close() {
    this.#turn += 1;
    if (this.#url) URL.revokeObjectURL(this.#url);
  }

  #methods(/** @type {string?} */ latest) {
    const known = this.settings.methods.map((method) => method.name);
    const wanted = [placeOf("metodo"), latest].find((name) => known.includes(name)) || known[0];
    return h("fieldset", { class: "methods" }, h("legend", { class: "small quiet" }, "¿Cómo paga?"),
      ...this.settings.methods.map((method) => h("label", { class: "button method" }, h("input", {
        type: "radio", name: "method", value: method.name, class: "unseen", checked: method.name === wanted,
        onchange: () => { setPlace({ metodo: method.name }); this.#changed(); },
      }), method.label)));
  }

  #chooseMethod(/** @type {string} */ name) {
    /** @type {HTMLInputElement} */
    const chosen = this.node.querySelector(`[name=method][value="${CSS.escape(name ?? "")}"]`);
    if (chosen) chosen.checked = true;
  }

  #source(label, attributes) {
    const input = h("input", { type: "file", class: "unseen", ...attributes });
    input.addEventListener("change", () => {
      if (input.files[0]) this.#take(input.files[0]);
      input.value = "";
    });
    return h("label", { class: "button" }, input, label);
  }

  get method() {
    /** @type {HTMLInputElement} */
    const input = this.node.querySelector("[name=method]:checked");
    return this.settings.methods.find((method) => method.name === input?.value);
  }

  #changed() {
    this.isBegun = true;
    this.#forgetTrouble();
    this.#show();
    this.memory.write(this.#state());
  }

  /** What is filled in from here on is another charge. */
  #forgetTrouble() {
    this.#trouble = "";
    if (!this.#unanswered) return;
    this.#doubt = { ...this.#unanswered, file: null };
    this.#unanswered = null;
    this.#follow();
  }

  #state() {
    return { isBegun: this.isBegun, part: this.part.state, method: this.method.name, tip: this.tip.state,
      tendered: this.tendered.input.value, reference: this.reference.input.value,
      replaces: this.#replaces, corrects: this.#corrects,
      retrying: this.retrying.hidden ? "" : this.retrying.textContent, photo: this.#photo,
      unanswered: this.#unanswered, doubt: this.#doubt };
  }

  /** Make the chosen photo small; read its time first from the original. A photo chosen meanwhile wins. */
  async #take(chosen) {
    this.#turn += 1;
    const turn = this.#turn;
    this.isBegun = true;
    this.#forgetTrouble();
    this.#choose(null);
    this.#isPreparing = true;
    this.#photo = newKey();
    this.#show();
    this.memory.write(this.#state());
    this.memory.writePhoto(chosen, { id: this.#photo, isWhole: true });
    const [small, time] = [await shrink(chosen), await (await this.exif).takenAt(chosen)];
    if (turn !== this.#turn) return;
    this.#isPreparing = false;
    const name = small === chosen ? chosen.name : "foto.jpg";
    if (small.size > this.settings.max_bytes) {
      this.#trouble = `El archivo pasa de ${Math.floor(this.settings.max_bytes / 2 ** 20)} MB. Elige otro.`;
      this.#show();
      this.memory.writePhoto(null);
      return;
    }
    this.#choose(new File([small], name, { type: small.type }), time);
    this.#show();
    this.memory.writePhoto(this.#file, { id: this.#photo, takenAt: time });
  }

  #choose(file, time = null) {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#file = file;
    this.#takenAt = time;
    this.#url = file ? URL.createObjectURL(file) : null;
    this.#showPreview();
  }

  #showPreview() {
    const file = this.#file;
    if (!file) this.preview.replaceChildren(h("p", { class: "quiet" }, "Aquí verás la foto"));
    else if (isPdf(file)) this.preview.replaceChildren(h("p", {}, `📄 ${file.name}`));
    else this.preview.replaceChildren(h("img", { src: this.#url, alt: "Foto del comprobante" }));
  }

  /** Show what the method asks for, and enable the button once its required photo is there. */
  #show() {
    const { method } = this;
    this.reference.setMethod(method);
    this.part.show();
    const amount = this.part.hundredths;
    const tip = this.tip.read(amount ?? 0, this.part.total);
    const given = amount === null || tip === null ? null : amount + tip;
    this.tendered.node.hidden = !method.cash;
    const isEnough = this.tendered.show(given) || !method.cash;
    const isBare = this.#hidesPhoto();
    this.preview.hidden = isBare;
    this.sources.hidden = isBare && this.isTill;
    this.payData.hidden = !(this.onPayData?.has(method.name) ?? false);
    const isFilled = !this.#lacksPhoto() && !this.part.trouble && given !== null && isEnough;
    const rests = this.#isSending || this.#isPreparing || this.#settling > 0;
    this.submit.disabled = rests || !(isFilled || this.#unanswered);
    setText(this.submit, this.#submitWords(given, tip));
    this.#showHint();
  }

  #lacksPhoto() { return this.method.proof === "required" && !this.#file; }

  /** Whether the place for the photo is left out: cash has none, and at the till nothing that is optional. */
  #hidesPhoto() { return !this.#file && (this.method.cash || (this.isTill && this.method.proof !== "required")); }

  #submitWords(/** @type {number?} */ given, /** @type {number?} */ tip) {
    const verb = this.isTill && this.method.verify === "none" ? "Cobrado" : "Enviar";
    const { amount, tip: extra } = this.#unanswered ?? {};
    if (amount) return `${verb} ${money(Number(amount) + Number(extra))}`;
    const isWhole = this.part.isWhole && !tip;
    return isWhole || !given ? verb : `${verb} ${money(given / 100)}`;
  }

  #showHint() {
    if (this.#isPreparing) setText(this.hint, "Preparando la foto…");
    else if (this.#trouble) setText(this.hint, `⚠ ${this.#trouble}`);
    else if (this.#file) setText(this.hint, `Foto lista · ${Math.ceil(this.#file.size / 1024)} KB`);
    else if (this.#hidesPhoto()) setText(this.hint, "");
    else setText(this.hint, this.#lacksPhoto() ? "Falta la foto del comprobante" : "La foto es opcional");
  }

  #showPayData() {
    const tip = this.tip.read(this.part.hundredths ?? 0) ?? 0;
    this.onPayData.show({ method: this.method.name, amount: ((this.part.hundredths ?? 0) + tip) / 100 });
  }

  /** Send what is filled in; without an answer to the last charge, send that one again. */
  async #send(event) {
    event.preventDefault();
    if (this.submit.disabled || this.reference.isMissing()) return;
    const charge = this.#unanswered ?? this.#charge();
    this.#setSending(true);
    try {
      if (!await this.#isClear()) return;
      if (this.isTill) this.memory.write({ ...this.#state(), unanswered: charge });
      await this.send(charge, charge === this.#unanswered);
      this.renew();
    } catch (error) {
      this.#failed(charge, error);
    } finally {
      this.#setSending(false);
    }
  }

  /** Call off the charge that is in doubt. Resolves to whether it has not arrived, so that another one may be sent. */
  async #isClear() {
    if (!this.#doubt) return true;
    const { key, amount, tip } = this.#doubt;
    try {
      const order = await callOff(key);
      this.#doubt = null;
      this.memory.write(this.#state());
      if (!order) return true;
      this.#trouble = `El cobro de ${money(Number(amount) + Number(tip))} ya había llegado. Revisa lo que falta.`;
      this.learn(order);
    } catch (error) {
      this.#trouble = `${whatHappened(error.message)}. Toca otra vez: no se cobra dos veces.`;
    }
    return false;
  }

  #setSending(/** @type {boolean} */ isSending) {
    this.#isSending = isSending;
    if (isSending || this.#unanswered) this.#show();
    else this.#follow();
  }

  /** @returns {Charge} */
  #charge() {
    const orders = this.part.orders.filter((order) => cents(order.due) > 0 || order.total === 0);
    const amount = this.part.hundredths ?? 0;
    const given = this.method.cash ? this.tendered.read() : undefined;
    const replaces = rejectedOf(orders).some(({ id }) => id === this.#replaces) ? this.#replaces : null;
    return {
      key: newKey(), method: this.method.name, file: this.#file, takenAt: this.#takenAt, reference: this.reference.text,
      orderIds: orders.map((order) => order.id), amount: wireMoney(amount),
      tip: wireMoney(this.tip.read(amount) ?? 0), tendered: given ? wireMoney(given) : "",
      items: this.part.items, replaces, corrects: this.#corrects,
    };
  }

  /** Show why the charge was not sent. */
  #failed(/** @type {Charge} */ charge, error) {
    // What is no answer to the charge, as the end of the session, says nothing of the attempt before.
    const isOpen = error?.isUnanswered || (charge === this.#unanswered && error?.isPassing);
    if (charge === this.#unanswered && !isOpen) this.#doubt = { ...charge, file: null };
    this.#unanswered = isOpen ? charge : null;
    this.#trouble = error?.isRefusal ? error.message : "El archivo ya no se puede leer. Elígelo otra vez.";
    if (!this.#unanswered) this.memory.write(this.#state());
    if (!error?.isRefusal) this.#choose(null); // for example a file in a cloud that can no longer be read
  }
}
