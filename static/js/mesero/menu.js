// The menu that an order is picked from: by category, by search, or only what was picked.

import { call } from "../api.js";
import { h, setText } from "../dom.js";
import { money } from "../format.js";

const RETRY = 4000;
const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

/** `line(id)` is what was picked of a product; `onLine(id, line)` hears of a change. */
export function createMenu({ line, onLine }) {
  return new Menu(line, onLine);
}

class Menu {
  #rows = new Map();
  #groups = [];
  #filter = "";

  constructor(line, onLine) {
    Object.assign(this, { line, onLine });
    this.input = h("input", {
      class: "input", type: "search", id: "search", placeholder: "Buscar platillo", autocomplete: "off",
      oninput: () => this.#sift(),
    });
    this.search = h("div", { class: "field" }, h("label", { for: "search" }, "Buscar"), this.input);
    this.filters = h("div", { class: "filters", role: "group", "aria-label": "Categorías" });
    this.nothing = h("p", { class: "empty", hidden: true }, "Ningún platillo así");
    this.node = h("div", { class: "menu-list" }, h("p", { class: "empty" }, "Cargando el menú…"));
  }

  price(id) { return this.#rows.get(id)?.product.price || 0; }

  /** Fetch the menu, however long it takes. */
  async load() {
    for (;;) {
      try {
        const { products } = await call("GET", "/menu");
        this.#build(products);
        return;
      } catch {
        await new Promise((resolve) => { setTimeout(resolve, RETRY); });
      }
    }
  }

  setChosen(count) {
    if (!this.chosen) return;
    setText(this.chosen, `Elegidos ${count}`);
    if (this.#filter === "elegidos" && count === 0) this.#choose("");
  }

  /** Show the draft's quantities and notes. */
  update() {
    for (const row of this.#rows.values()) row.update();
  }

  #build(products) {
    const categories = [...new Set(products.map((product) => product.category))];
    this.#groups = categories.map((name) => this.#group(name, products.filter((product) => product.category === name)));
    this.chosen = this.#filterButton("elegidos", "Elegidos 0");
    this.filters.replaceChildren(this.#filterButton("", "Todo"), this.chosen,
      ...categories.map((name) => this.#filterButton(`=${name}`, name)));
    this.node.replaceChildren(...this.#groups.map((group) => group.node), this.nothing);
    this.#choose("");
  }

  #group(name, products) {
    const rows = products.map((product) => {
      const row = createRow(product, () => this.line(product.id), (line) => this.onLine(product.id, line));
      this.#rows.set(product.id, row);
      return row;
    });
    const node = h("section", { class: "menu-group" }, h("h2", { class: "quiet" }, name),
      h("ul", { class: "products" }, ...rows.map((row) => row.node)));
    return { name, rows, node };
  }

  #filterButton(filter, label) {
    return h("button", {
      class: "button filter", type: "button", "aria-pressed": "false", data: { filter }, onclick: () => this.#choose(filter),
    }, label);
  }

  #choose(filter) {
    this.#filter = filter;
    for (const button of this.filters.children) button.setAttribute("aria-pressed", String(button.dataset.filter === filter));
    this.#sift();
  }

  #sift() {
    const wanted = plain(this.input.value.trim());
    let found = 0;
    for (const group of this.#groups) {
      const rows = group.rows.filter((row) => this.#matches(group, row, wanted));
      for (const row of group.rows) row.node.hidden = !rows.includes(row);
      group.node.hidden = rows.length === 0;
      found += rows.length;
    }
    this.nothing.hidden = found > 0;
  }

  #matches(group, row, wanted) {
    if (wanted && !plain(row.product.name).includes(wanted)) return false;
    if (this.#filter === "elegidos") return Boolean(this.line(row.product.id));
    return this.#filter === "" || this.#filter === `=${group.name}`;
  }
}

/** One product: name, price, − quantity +, and a note once it was picked. */
function createRow(product, current, onLine) {
  const { name, price, available } = product;
  const change = (by) => {
    onLine({ note: "", ...current(), quantity: (current()?.quantity || 0) + by });
    update();
  };
  const stepButton = (label, by, sign, more = {}) => h("button", {
    class: "button step-button", type: "button", "aria-label": `${label} ${name}`, onclick: () => change(by), ...more,
  }, sign);
  const less = stepButton("Quitar", -1, "−");
  const more = stepButton("Agregar", 1, "+", { "data-kind": "primary", disabled: !available });
  const quantity = h("output", { class: "number quantity", "aria-label": `Cantidad de ${name}` }, "0");
  const note = h("input", {
    class: "input note-input", type: "text", maxlength: 200, placeholder: "Nota para cocina", "aria-label": `Nota de ${name}`,
    autocomplete: "off", oninput: () => onLine({ ...current(), note: note.value }),
  });
  const node = h("li", { class: "product" },
    h("div", { class: "product-name" }, h("span", {}, name), h("span", { class: "quiet money" }, available ? money(price) : "Agotado")),
    h("div", { class: "steps" }, less, quantity, more), note);
  function update() {
    const line = current();
    setText(quantity, String(line?.quantity || 0));
    for (const part of [less, quantity, note]) part.hidden = !line;
    node.dataset.chosen = String(Boolean(line));
    if (document.activeElement !== note) note.value = line?.note || "";
  }
  update();
  return { product, node, update };
}
