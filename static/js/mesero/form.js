// The form that charges an order: method, photo, operation number, amount.

import { h, setText } from "../lib/dom.js";
import { isPdf, shrink } from "../lib/photo.js";
import { placeOf, setPlace } from "../lib/place.js";
import { Fields } from "./fields.js";

/** The form of one order. `send({ method, file, takenAt, reference, amount })` keeps it on the phone. */
export class ChargeForm {
  /** @type {File?} */
  #file = null;
  #takenAt = null;
  #url = null;
  #turn = 0;
  #refilled = null;

  constructor(/** @type {Order} */ order, /** @type {ChargeFormParts} */ { settings, send }) {
    this.order = order;
    this.settings = settings;
    this.send = send;
    // Loaded with the form, not with the page. If it fails to load, photos are sent without their time.
    this.exif = import("../lib/exif.js").catch(() => ({ takenAt: () => null }));
    this.preview = h("div", { class: "preview" });
    this.hint = h("p", { class: "quiet small", role: "status" });
    this.fields = new Fields(order.total);
    this.submit = h("button", { class: "button", type: "submit", "data-kind": "primary", "data-size": "main" },
      "Enviar");
    this.node = h("form", { class: "charge", novalidate: true, onsubmit: (event) => this.#send(event) },
      this.#methods(), this.preview,
      h("div", { class: "sources" },
        this.#source("📷 Cámara", { accept: "image/*", capture: "environment" }),
        this.#source("🖼 Galería", { accept: "image/*,application/pdf" })),
      this.fields.node, this.hint, this.submit);
    this.#showPreview();
    this.#showReady();
  }

  /** Empty the form for a new attempt. */
  renew(/** @type {Order} */ order) {
    this.order = order;
    this.#choose(null);
    this.fields.fill({ reference: "", amount: order.total.toFixed(2) });
    this.#showReady();
  }

  /** Fill in a refused draft again: the waiter corrects one field, and the photo stays. */
  refill(/** @type {Draft} */ draft) {
    if (this.#refilled === draft.key) return;
    this.#refilled = draft.key;
    const wrong = draft.errors ?? {};
    /** @type {HTMLInputElement} */
    const chosen = this.node.querySelector(`[name=method][value="${CSS.escape(draft.method)}"]`);
    if (chosen) chosen.checked = true;
    this.fields.fill({ reference: draft.reference ?? "", amount: draft.amount || this.order.total.toFixed(2) });
    if (Object.keys(wrong).length > 0 && !wrong.file && draft.bytes) {
      this.#choose(new File([draft.bytes], draft.name, { type: draft.type }), wrong.taken_at ? null : draft.takenAt);
    }
    this.#showReady();
    this.fields.explain(wrong);
  }

  /** Free the photo's URL, and ignore a photo that is still being made small. */
  close() {
    this.#turn += 1;
    if (this.#url) URL.revokeObjectURL(this.#url);
  }

  #methods() {
    const known = this.settings.methods.map((method) => method.name);
    const wanted = [placeOf("metodo"), this.order.payment?.method].find((name) => known.includes(name)) || known[0];
    return h("fieldset", { class: "methods" }, h("legend", { class: "small quiet" }, "¿Cómo paga?"),
      ...this.settings.methods.map((method) => h("label", { class: "button method" }, h("input", {
        type: "radio", name: "method", value: method.name, class: "unseen", checked: method.name === wanted,
        onchange: () => { setPlace({ metodo: method.name }); this.#showReady(); },
      }), method.label)));
  }

  #source(label, attributes) {
    const input = h("input", { type: "file", class: "unseen", ...attributes });
    input.addEventListener("change", () => {
      if (input.files[0]) this.#take(input.files[0]);
      input.value = "";
    });
    return h("label", { class: "button" }, input, label);
  }

  get #method() {
    /** @type {HTMLInputElement} */
    const input = this.node.querySelector("[name=method]:checked");
    return this.settings.methods.find((method) => method.name === input?.value);
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
    this.#showReady();
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

  /** Enable the button once the method's required photo is there. */
  #showReady() {
    this.fields.setMethod(this.#method);
    const needed = this.#method.proof === "required";
    this.submit.disabled = needed && !this.#file;
    if (this.#file) setText(this.hint, `Foto lista · ${Math.ceil(this.#file.size / 1024)} KB`);
    else setText(this.hint, needed ? "Falta la foto del comprobante" : "La foto es opcional");
  }

  async #send(event) {
    event.preventDefault();
    const said = this.fields.read();
    if (!said) return;
    this.submit.disabled = true;
    try {
      await this.send({ method: this.#method.name, file: this.#file, takenAt: this.#takenAt, ...said });
      this.#showReady(); // hidden until the draft is refused or discarded
    } catch { // for example a file in a cloud that can no longer be read
      this.#choose(null);
      this.#showReady();
      setText(this.hint, "⚠ El archivo ya no se puede leer. Elígelo otra vez.");
    }
  }
}
