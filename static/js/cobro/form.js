// The form that charges a bill: what the guest pays of it, the method, the photo, the operation number, tip and cash.

import { money, plainMoney, wireMoney } from "../lib/money.js";
import { h, setText } from "../lib/dom.js";
import { isPdf, shrink } from "../lib/photo.js";
import { placeOf, setPlace } from "../lib/place.js";
import { cents, paysOf } from "../house/bill.js";
import { Tendered, Tip } from "./extras.js";
import { emptyPart, Part } from "./part.js";
import { Reference } from "./reference.js";

/**
 * The form of one bill. `send(charge)` sends or keeps what was filled in. `memory` keeps what is being filled in:
 * `read()`, `write(state)`.
 */
export class ChargeForm {
  /** @type {File?} */
  #file = null;
  #takenAt = null;
  #url = null;
  #turn = 0;
  /** @type {string?} */
  #replaces = null;
  /** @type {string?} */
  #corrects = null;

  constructor(/** @type {ChargeFormParts} */ { settings, send, memory, usual = null, onPayData = null,
    isTill = false }) {
    this.isTill = isTill;
    this.settings = settings;
    this.send = send;
    this.memory = memory;
    const kept = memory.read();
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
    if (kept?.tip) this.tip.set(kept.tip);
    if (kept?.tendered) this.tendered.input.value = kept.tendered;
    if (kept?.reference) this.reference.text = kept.reference;
    this.#showPreview();
    this.#takeKept();
    onPayData?.loaded.then(() => this.#show());
  }

  /** Take the photo that was chosen before the page was closed, unless another one is chosen meanwhile. */
  async #takeKept() {
    const turn = this.#turn;
    const kept = await this.memory.readPhoto();
    if (!kept || turn !== this.#turn || this.#file) return;
    this.#choose(kept.file, kept.takenAt);
    this.#show();
  }

  /** Follow the bill; `held` is what this phone has not sent yet, in hundredths. */
  update(/** @type {Order[]} */ orders, /** @type {number} */ held) {
    this.part.update(orders, held);
    this.#show();
  }

  /** Begin the next payment of the bill, after one was sent. */
  renew() {
    this.#replaces = null;
    this.#corrects = null;
    this.retrying.hidden = true;
    this.#turn += 1;
    this.#choose(null);
    this.memory.writePhoto(null);
    this.reference.text = "";
    this.tendered.input.value = "";
    this.tip.set({ choice: "0" });
    this.part.choose(this.part.next());
    this.memory.write(this.part.state.way === "varios" ? this.#state() : null);
    this.#show();
  }

  /** Send a rejected payment again: its amount, its orders and its tip. */
  retry(/** @type {Payment} */ payment, /** @type {Order[]} */ orders) {
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
    setText(this.retrying, `🔄 Otra vez el pago de ${money(payment.amount)}`);
    this.retrying.hidden = isAll && orders.length === 1;
    this.#show();
  }

  /** Fill in a draft again, with its photo. A refused draft `isReplaced` by what is sent then. */
  refill(/** @type {Draft} */ draft, { isReplaced = false } = {}) {
    this.#corrects = isReplaced ? draft.key : null;
    this.#replaces = draft.replaces ?? null;
    const wrong = draft.errors ?? {};
    this.#chooseMethod(draft.method);
    this.reference.text = draft.reference ?? "";
    const without = this.part.all.filter((order) => !draft.orderIds.includes(order.id)).map((order) => order.id);
    const items = Object.fromEntries(draft.items.map((item) => item.split(":"))
      .map(([orderId, position, quantity]) => [`${orderId}:${position}`, Number(quantity)]));
    if (draft.amount) this.#chooseAgain(without, Math.round(Number(draft.amount) * 100), items);
    if (Number(draft.tip) > 0) this.tip.set({ choice: "otra", text: plainMoney(Number(draft.tip)) });
    this.tendered.input.value = draft.tendered ? plainMoney(Number(draft.tendered)) : "";
    if (!wrong.file && draft.bytes) {
      this.#choose(new File([draft.bytes], draft.name, { type: draft.type }), wrong.taken_at ? null : draft.takenAt);
    }
    this.#show();
    this.reference.explain(wrong.reference?.[0] ?? "");
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
    this.#show();
    this.memory.write(this.#state());
  }

  #state() {
    return { part: this.part.state, method: this.method.name, tip: this.tip.state,
      tendered: this.tendered.input.value, reference: this.reference.input.value };
  }

  /** Make the chosen photo small; read its time first from the original. A photo chosen meanwhile wins. */
  async #take(chosen) {
    this.#turn += 1;
    const turn = this.#turn;
    this.#choose(null);
    this.submit.disabled = true;
    setText(this.hint, "Preparando la foto…");
    const [small, time] = [await shrink(chosen), await (await this.exif).takenAt(chosen)];
    if (turn !== this.#turn) return;
    const name = small === chosen ? chosen.name : "foto.jpg";
    if (small.size > this.settings.max_bytes) {
      setText(this.hint, `⚠ El archivo pasa de ${Math.floor(this.settings.max_bytes / 2 ** 20)} MB. Elige otro.`);
      return;
    }
    this.#choose(new File([small], name, { type: small.type }), time);
    this.#show();
    this.memory.writePhoto(this.#file, time);
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
    this.submit.disabled = this.#lacksPhoto() || Boolean(this.part.trouble) || given === null || !isEnough;
    setText(this.submit, this.#submitWords(given, tip));
    this.#showHint();
  }

  #lacksPhoto() { return this.method.proof === "required" && !this.#file; }

  /** Whether the place for the photo is left out: cash has none, and at the till nothing that is optional. */
  #hidesPhoto() { return !this.#file && (this.method.cash || (this.isTill && this.method.proof !== "required")); }

  #submitWords(/** @type {number?} */ given, /** @type {number?} */ tip) {
    const verb = this.isTill && this.method.verify === "none" ? "Cobrado" : "Enviar";
    const isWhole = this.part.state.way === "todo" && !tip;
    return isWhole || !given ? verb : `${verb} ${money(given / 100)}`;
  }

  #showHint() {
    if (this.#file) setText(this.hint, `Foto lista · ${Math.ceil(this.#file.size / 1024)} KB`);
    else if (this.#hidesPhoto()) setText(this.hint, "");
    else setText(this.hint, this.#lacksPhoto() ? "Falta la foto del comprobante" : "La foto es opcional");
  }

  #showPayData() {
    const tip = this.tip.read(this.part.hundredths ?? 0) ?? 0;
    this.onPayData.show({ method: this.method.name, amount: ((this.part.hundredths ?? 0) + tip) / 100 });
  }

  async #send(event) {
    event.preventDefault();
    if (this.submit.disabled || this.reference.isMissing()) return;
    this.submit.disabled = true;
    const orders = this.part.orders.filter((order) => cents(order.due) > 0 || order.total === 0);
    const amount = this.part.hundredths ?? 0;
    const given = this.method.cash ? this.tendered.read() : undefined;
    try {
      await this.send({
        method: this.method.name, file: this.#file, takenAt: this.#takenAt, reference: this.reference.text,
        orderIds: orders.map((order) => order.id), amount: wireMoney(amount),
        tip: wireMoney(this.tip.read(amount) ?? 0), tendered: given ? wireMoney(given) : "",
        items: this.part.items, replaces: this.#replaces, corrects: this.#corrects,
      });
      this.renew();
    } catch (error) {
      if (error?.isRefusal) { this.#refused(error); return; }
      // for example a file in a cloud that can no longer be read
      this.#choose(null);
      this.#show();
      setText(this.hint, "⚠ El archivo ya no se puede leer. Elígelo otra vez.");
    }
  }

  /** Show why the server refused what was sent directly. */
  #refused(error) {
    this.#show();
    setText(this.hint, `⚠ ${error.message}`);
  }
}
