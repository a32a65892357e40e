// The sheet in which an order is charged: the form, the sending and the cashier's verdict.

import { h, openDialog, setText } from "../lib/dom.js";
import { money } from "../house/format.js";
import { cover, setPlace, uncover } from "../lib/place.js";
import { ChargeForm } from "./form.js";
import { outcomeOf } from "./outcome.js";
import { createDiscard, describe, isCorrectable } from "./unsent.js";

/** The open sheet of one order. `settings` name the methods; `onClose()` is called after it closes. */
export class ChargeSheet {
  constructor(/** @type {Order} */ order, /** @type {SheetParts} */ { outbox, settings, onClose }) {
    this.order = order;
    this.outbox = outbox;
    this.onClose = onClose;
    this.form = new ChargeForm(order, { settings, send: (said) => this.#send(said) });
    this.verdict = h("div", { class: "verdict", role: "status" });
    this.draftBox = this.#createDraftBox();
    this.dialog = openDialog(`Cobrar mesa ${order.table_number}`, this.#head(), this.verdict, this.draftBox,
      this.form.node);
    this.dialog.classList.add("sheet");
    cover("orden", order.id, () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.#gone());
    this.update(order);
  }

  /** Show a change of the order or of its draft. */
  update(order = this.order) {
    if (order.payment?.id !== this.order.payment?.id) this.form.renew(order);
    this.order = order;
    const draft = this.outbox.of(order.id);
    setText(this.table, `Mesa ${order.table_number} · `);
    setText(this.total, money(order.total));
    this.#showVerdict(draft);
    this.#showDraft(draft);
    this.form.node.hidden = order.status !== "entregado" || Boolean(draft && !draft.stopped);
    if (draft?.stopped && !this.form.node.hidden) this.form.refill(draft);
  }

  #head() {
    this.table = h("span", { class: "money" });
    this.total = h("span", { class: "money" });
    this.title = h("h2", { tabindex: -1 }, this.table, this.total);
    return h("header", { class: "sheet-head" }, this.title, h("button", {
      class: "button", type: "button", "data-kind": "plain", "aria-label": "Cerrar", onclick: () => this.dialog.close(),
    }, "✕"));
  }

  #createDraftBox() {
    this.draftText = h("p", { class: "notice" });
    this.bar = h("progress", { max: 1, "aria-label": "Envío de la foto" });
    this.sendNow = h("button", {
      class: "button", type: "button", "data-kind": "primary",
      onclick: () => this.outbox.sendNow(this.outbox.of(this.order.id)?.key),
    }, "Enviar ahora");
    this.draftActions = h("div", { class: "draft-actions" }, this.sendNow,
      createDiscard(() => this.outbox.discard(this.outbox.of(this.order.id)?.key)));
    return h("div", { class: "draft-box" }, this.draftText, this.bar, this.draftActions);
  }

  async #send(said) {
    const { order } = this;
    await this.outbox.add({ orderId: order.id, table: order.table_number, total: order.total, ...said });
    this.title.focus(); // the form is now hidden
    this.update();
  }

  /** Show the cashier's verdict, or that the cashier has not looked yet. */
  #showVerdict(/** @type {Draft} */ draft) {
    const parts = outcomeOf(this.order, draft);
    const text = parts.map((part) => part.textContent).join("\n");
    if (text !== this.verdict.dataset.text) this.verdict.replaceChildren(...parts);
    this.verdict.dataset.text = text;
    this.verdict.hidden = parts.length === 0;
  }

  #showDraft(/** @type {Draft} */ draft) {
    this.draftBox.hidden = !draft;
    if (!draft) return;
    const sending = this.outbox.isSending(draft);
    setText(this.draftText, describe(draft, this.outbox));
    this.draftText.dataset.tone = draft.stopped ? "late" : "";
    this.bar.hidden = !sending;
    this.bar.value = this.outbox.progress(draft);
    this.draftActions.hidden = sending;
    this.sendNow.hidden = isCorrectable(draft);
  }

  #gone() {
    this.form.close();
    setPlace({ orden: null, metodo: null });
    uncover("orden");
    this.onClose();
  }
}
