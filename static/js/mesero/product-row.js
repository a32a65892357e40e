// A dish of the menu: name, price, − quantity +. A chosen dish has a pencil for its note, and may have more lines with
// other notes.

import { h, setText } from "../lib/dom.js";
import { money } from "../house/format.js";
import { NoteEditor } from "./notes.js";

/** `{ node, product, update(), set(product) }`. `order` is the order being written: `linesOf`, `add`, `change`. */
export class ProductRow {
  #shown = new Map();

  constructor(/** @type {Product} */ product, /** @type {OrderLines} */ order) {
    this.product = product;
    this.order = order;
    this.editor = new NoteEditor((line, note) => this.#change(line, { note }), (line) => this.#edited(line));
    this.price = h("span", { class: "quiet money" });
    this.steps = createSteps((by) => this.#step(this.#lines[0], by));
    this.pencil = h("button", { class: "button pencil", type: "button", onclick: () => this.#edit(this.#lines[0]) });
    this.other = h("button", {
      class: "button other-note", type: "button", "aria-label": `Otro ${product.name} con otra nota`,
      onclick: () => this.#addOther(),
    }, "+ otra nota");
    this.list = h("ul", { class: "dish-lines" });
    this.tools = h("div", { class: "dish-tools" }, this.pencil, this.other);
    this.node = h("li", { class: "product" },
      h("div", { class: "product-name" }, h("span", {}, product.name), this.price), this.steps.node,
      this.list, this.tools, this.editor.node);
    this.set(product);
  }

  get #lines() { return this.order.linesOf(this.product.id); }

  set(/** @type {Product} */ product) {
    this.product = product;
    setText(this.price, product.available ? money(product.price) : "⊘ Agotado");
    this.node.dataset.sold = String(!product.available);
    this.update();
  }

  /** Show the order's lines of this dish. */
  update() {
    const lines = this.#lines;
    const { available, name } = this.product;
    const isOne = lines.length === 1;
    this.#followEditor(lines);
    this.node.dataset.chosen = String(lines.length > 0);
    this.steps.show(lines.reduce((sum, line) => sum + line.quantity, 0), name, available, lines.length > 1);
    showPencil(this.pencil, lines[0], name);
    this.pencil.hidden = !isOne || this.editor.line !== null;
    this.other.hidden = this.editor.line !== null || !available || !(lines.length > 1 || lines[0]?.note);
    this.tools.hidden = this.pencil.hidden && this.other.hidden;
    this.#showLines(lines.length > 1 ? lines : []);
  }

  /** Show the lines; a line that stays keeps its element. New lines come last. */
  #showLines(lines) {
    for (const [id, shown] of this.#shown) {
      if (lines.some((line) => line.id === id)) continue;
      shown.node.remove();
      this.#shown.delete(id);
    }
    for (const line of lines) {
      if (!this.#shown.has(line.id)) this.#shown.set(line.id, this.#createLine(line.id));
      const shown = this.#shown.get(line.id);
      if (shown.node.parentNode !== this.list) this.list.append(shown.node);
      shown.update(line);
    }
  }

  /** Close the editor if its line is gone or was changed by an undo. */
  #followEditor(lines) {
    if (!this.editor.line) return;
    const line = lines.find((one) => one.id === this.editor.line.id);
    if (!line || line.note !== this.editor.line.note) this.editor.close();
  }

  #createLine(id) {
    const line = () => this.#lines.find((one) => one.id === id);
    const steps = createSteps((by) => this.#step(line(), by));
    const pencil = h("button", { class: "button pencil", type: "button", onclick: () => this.#edit(line()) });
    const node = h("li", { class: "dish-line" }, pencil, steps.node);
    return {
      node,
      pencil,
      update: (now) => {
        const label = `${this.product.name}, ${now.note || "sin nota"}`;
        showPencil(pencil, now, this.product.name);
        steps.show(now.quantity, label, this.product.available, false);
      },
    };
  }

  #step(line, by) {
    const focused = document.activeElement;
    if (line) this.#change(line, { quantity: line.quantity + by });
    else this.order.add(this.product);
    this.update();
    if (focused && !focused.checkVisibility?.()) this.steps.more.focus();
  }

  #change(line, changes) {
    this.order.change(line.id, changes);
    this.update();
  }

  #edit(line) {
    const place = this.#lines.indexOf(line);
    const label = this.#lines.length > 1 ? `${this.product.name}, renglón ${place + 1}` : this.product.name;
    this.editor.open(line, label);
    this.update();
    this.node.scrollIntoView({ block: "nearest" });
  }

  #edited(line) {
    this.update();
    (this.#shown.get(line.id)?.pencil ?? this.pencil).focus();
  }

  #addOther() {
    const line = this.order.add(this.product);
    this.update();
    if (line) this.#edit(line);
  }
}

function showPencil(pencil, line, name) {
  const note = line?.note ?? "";
  setText(pencil, note ? `✎ ${note}` : "✎ Nota");
  pencil.setAttribute("aria-label", note ? `Cambiar nota, ${name}: ${note}` : `Escribir nota, ${name}`);
}

/** − quantity +; only + at zero, and only the quantity if several lines have their own buttons. */
function createSteps(onStep) {
  const button = (by, sign, more = {}) => h("button", {
    class: "button step-button", type: "button", onclick: () => onStep(by), ...more,
  }, sign);
  const less = button(-1, "−");
  const more = button(1, "+", { "data-kind": "primary" });
  const quantity = h("span", { class: "number quantity" });
  return {
    node: h("div", { class: "steps" }, less, quantity, more),
    more,
    show: (count, label, available, isSum) => {
      setText(quantity, String(count));
      less.hidden = count === 0 || isSum;
      quantity.hidden = count === 0;
      more.hidden = isSum;
      more.disabled = !available;
      const here = count > 0 ? `, hay ${count}` : "";
      less.setAttribute("aria-label", `Quitar ${label}${here}`);
      more.setAttribute("aria-label", `Agregar ${label}${here}`);
    },
  };
}
