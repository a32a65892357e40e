// The sheet in which an order is charged: method, photo, sending, and what the cashier says to it.

import { h, openDialog, setText } from "../dom.js";
import { money } from "../format.js";
import { isPdf, shrink } from "../photo.js";
import { isRejected, sentAt } from "./cards.js";
import { placeOf, setPlace } from "./place.js";
import { createDiscard, describe } from "./unsent.js";

/** The open sheet of one order. `outbox` sends; `settings` name the methods; `onClose()` when it is gone. */
export class ChargeSheet {
  #file = null;
  #url = null;
  #preparing = 0;

  constructor(order, { outbox, settings, onClose }) {
    Object.assign(this, { order, outbox, settings, onClose });
    setPlace({ orden: order.id });
    this.#build();
    this.dialog = openDialog(`Cobrar mesa ${order.table_number}`, this.#head(), this.verdict, this.draftBox, this.form);
    this.dialog.classList.add("sheet");
    this.dialog.addEventListener("close", () => this.#gone());
    this.update(order);
  }

  /** The order has changed, or its draft. */
  update(order = this.order) {
    if (order.payment?.id !== this.order.payment?.id) this.#choose(null);
    this.order = order;
    const draft = this.outbox.of(order.id);
    setText(this.title, `Mesa ${order.table_number} · ${money(order.total)}`);
    this.#showVerdict(draft);
    this.#showDraft(draft);
    this.form.hidden = order.status !== "entregado" || Boolean(draft && !draft.stopped);
    this.#showReady();
  }

  #head() {
    this.title = h("h2", { class: "money", tabindex: -1 });
    return h("header", { class: "sheet-head" }, this.title, h("button", {
      class: "button", type: "button", "data-kind": "plain", "aria-label": "Cerrar", onclick: () => this.dialog.close(),
    }, "✕"));
  }

  #build() {
    this.verdict = h("div", { class: "verdict", role: "status" });
    this.draftText = h("p", { class: "notice" });
    this.bar = h("progress", { max: 1, "aria-label": "Envío de la foto" });
    this.sendNow = h("button", {
      class: "button", type: "button", "data-kind": "primary",
      onclick: () => this.outbox.sendNow(this.outbox.of(this.order.id)?.key),
    }, "Enviar ahora");
    this.draftActions = h("div", { class: "draft-actions" }, this.sendNow,
      createDiscard(() => this.outbox.discard(this.outbox.of(this.order.id)?.key)));
    this.draftBox = h("div", { class: "draft-box" }, this.draftText, this.bar, this.draftActions);
    this.#buildForm();
  }

  #buildForm() {
    this.preview = h("div", { class: "preview" });
    this.hint = h("p", { class: "quiet small", role: "status" });
    this.submit = h("button", { class: "button", type: "submit", "data-kind": "primary", "data-size": "main" }, "Enviar");
    this.form = h("form", { class: "charge", onsubmit: (event) => this.#send(event) },
      this.#methods(), this.preview,
      h("div", { class: "sources" },
        this.#source("📷 Cámara", { accept: "image/*", capture: "environment" }),
        this.#source("🖼 Galería", { accept: "image/*,application/pdf" })),
      this.hint, this.submit);
    this.#showPreview();
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
    const name = new FormData(this.form).get("method");
    return this.settings.methods.find((method) => method.name === name);
  }

  /** Make the chosen photo small; one chosen meanwhile wins. */
  async #take(chosen) {
    const turn = this.#preparing + 1;
    this.#preparing = turn;
    this.#choose(null);
    this.submit.disabled = true;
    setText(this.hint, "Preparando la foto…");
    const small = await shrink(chosen);
    if (turn !== this.#preparing) return;
    const name = small === chosen ? chosen.name : "foto.jpg";
    if (small.size > this.settings.max_bytes) {
      setText(this.hint, `⚠ El archivo pasa de ${Math.floor(this.settings.max_bytes / 2 ** 20)} MB. Elige otro.`);
      return;
    }
    this.#choose(new File([small], name, { type: small.type }));
    this.#showReady();
  }

  #choose(file) {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#file = file;
    this.#url = file ? URL.createObjectURL(file) : null;
    this.#showPreview();
  }

  #showPreview() {
    const file = this.#file;
    if (!file) this.preview.replaceChildren(h("p", { class: "quiet" }, "Aquí verás la foto"));
    else if (isPdf(file)) this.preview.replaceChildren(h("p", {}, `📄 ${file.name}`));
    else this.preview.replaceChildren(h("img", { src: this.#url, alt: "Foto del comprobante" }));
  }

  /** The button works once all that the method asks for is there. */
  #showReady() {
    const needed = this.#method?.proof === "required";
    const isReady = Boolean(this.#file) || !needed;
    this.submit.disabled = !isReady;
    if (this.#file) setText(this.hint, `Foto lista · ${Math.ceil(this.#file.size / 1024)} KB`);
    else setText(this.hint, needed ? "Falta la foto del comprobante" : "La foto es opcional");
  }

  async #send(event) {
    event.preventDefault();
    this.submit.disabled = true;
    const { order } = this;
    try {
      await this.outbox.add({
        orderId: order.id, table: order.table_number, total: order.total, method: this.#method.name, file: this.#file,
      });
      this.title.focus(); // the form is gone, and the focus with it
      this.update();
    } catch { // a file that lives elsewhere, and can't be read any more
      this.#choose(null);
      this.#showReady();
      setText(this.hint, "⚠ El archivo ya no se puede leer. Elígelo otra vez.");
    }
  }

  /** What the cashier has said, or that nobody has looked yet. */
  #showVerdict(draft) {
    const { order } = this;
    const parts = [];
    if (order.status === "por_verificar") {
      parts.push(h("p", { class: "outcome", data: { tone: "wait" } }, "⏳ Esperando al cajero"),
        h("p", { class: "quiet" }, `Intento ${order.payment.attempt} · ${order.payment.method} · ${sentAt(order.payment)}`));
    } else if (order.status === "pagado") {
      parts.push(h("p", { class: "outcome", data: { tone: "done" } }, "✓ Pago aprobado"));
    } else if (order.status === "anulado") {
      parts.push(h("p", { class: "outcome", data: { tone: "late" } }, "🚫 Orden anulada"), h("p", { class: "reason" }, `«${order.void_reason}»`));
    } else if (isRejected(order) && !(draft && !draft.stopped)) {
      parts.push(h("p", { class: "badge", data: { tone: "retry" } }, "🔄 Pago Rechazado"),
        h("p", { class: "reason" }, `«${order.payment.reason || "Sin motivo"}»`));
    } else if (order.status !== "entregado") {
      parts.push(h("p", { class: "notice" }, "Esta orden todavía no se ha entregado."));
    }
    const text = parts.map((part) => part.textContent).join("\n");
    if (text !== this.verdict.dataset.text) this.verdict.replaceChildren(...parts);
    this.verdict.dataset.text = text;
    this.verdict.hidden = parts.length === 0;
  }

  #showDraft(draft) {
    this.draftBox.hidden = !draft;
    if (!draft) return;
    const sending = this.outbox.isSending(draft);
    setText(this.draftText, describe(draft, this.outbox));
    this.draftText.dataset.tone = draft.stopped ? "late" : "";
    this.bar.hidden = !sending;
    this.bar.value = this.outbox.progress(draft);
    this.draftActions.hidden = sending;
  }

  #gone() {
    this.#preparing += 1;
    if (this.#url) URL.revokeObjectURL(this.#url);
    setPlace({ orden: null, metodo: null });
    this.onClose();
  }
}
