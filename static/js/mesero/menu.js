// The menu that an order is picked from: by category, by search, or only what was picked.

import { call } from "../api.js";
import { h, KeyedList, setText } from "../dom.js";
import { money } from "../format.js";

const RETRY = 4000;
const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

/** `line(id)` is what was picked of a product; `onLine(id, line)` hears of a change, `onMenu()` of a menu. */
export function createMenu({ line, onLine, onMenu }) {
  return new Menu(line, onLine, onMenu);
}

class Menu {
  #rows = new Map();
  #filter = "";
  #categories = "";
  #isStale = false;
  #loading = null;

  constructor(line, onLine, onMenu) {
    Object.assign(this, { line, onLine, onMenu });
    this.input = h("input", {
      class: "input", type: "search", id: "search", placeholder: "Buscar platillo", autocomplete: "off",
      oninput: () => this.#sift(),
    });
    this.search = h("div", { class: "field" }, h("label", { for: "search" }, "Buscar"), this.input);
    this.filters = h("div", { class: "filters", role: "group", "aria-label": "Categorías" });
    this.nothing = h("p", { class: "empty" }, "Cargando el menú…");
    const list = h("div", {});
    this.node = h("div", { class: "menu-list" }, list, this.nothing);
    this.groups = new KeyedList(list, {
      key: (group) => group.name,
      compare: (one, other) => one.place - other.place,
      create: (group) => this.#createGroup(group),
    });
  }

  price(id) { return this.#rows.get(id)?.product.price || 0; }

  has(id) { return this.#rows.has(id); }

  /** The names of what was picked and can't be had any more. */
  get lacking() {
    return [...this.#rows.values()].map((row) => row.product)
      .filter((product) => !product.available && this.line(product.id)).map((product) => product.name);
  }

  /** Fetch the menu, however long it takes; news that come meanwhile make it be fetched once more. */
  load() {
    this.#isStale = true;
    this.#loading ??= this.#fetch().finally(() => { this.#loading = null; });
    return this.#loading;
  }

  async #fetch() {
    while (this.#isStale) {
      this.#isStale = false;
      try {
        this.#show((await call("GET", "/menu")).products);
      } catch {
        this.#isStale = true;
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

  /** What was picked and is gone from the menu stays in sight, sold out, until it is taken back. */
  #show(products) {
    const listed = new Set(products.map((product) => product.id));
    const gone = [...this.#rows.values()].map((row) => row.product)
      .filter((product) => !listed.has(product.id) && this.line(product.id));
    const all = [...products, ...gone.map((product) => ({ ...product, available: false }))];
    const names = [...new Set(all.map((product) => product.category))];
    this.#forget(all);
    this.groups.sync(names.map((name, place) => ({
      name, place, products: all.filter((product) => product.category === name),
    })));
    this.#showFilters(names);
    setText(this.nothing, "Ningún platillo así");
    this.#choose(this.filters.querySelector(`[data-filter="${CSS.escape(this.#filter)}"]`) ? this.#filter : "");
    this.onMenu();
  }

  /** A product in another category gets a row of its own there. */
  #forget(products) {
    const places = new Map(products.map((product) => [product.id, product.category]));
    for (const [id, row] of this.#rows) if (places.get(id) !== row.product.category) this.#rows.delete(id);
  }

  #createGroup({ name }) {
    const list = h("ul", { class: "products" });
    const rows = new KeyedList(list, {
      key: ({ product }) => `${product.id} ${product.name}`,
      compare: (one, other) => one.place - other.place,
      create: ({ product }) => {
        const row = createRow(product, () => this.line(product.id), (line) => this.onLine(product.id, line));
        this.#rows.set(product.id, row);
        return { node: row.node, update: (item) => row.set(item.product) };
      },
    });
    const node = h("section", { class: "menu-group" }, h("h2", { class: "quiet" }, name), list);
    return { node, update: (group) => rows.sync(group.products.map((product, place) => ({ product, place }))) };
  }

  #showFilters(names) {
    if (this.chosen && this.#categories === names.join("\n")) return;
    this.#categories = names.join("\n");
    const words = this.chosen?.textContent || "Elegidos 0";
    this.chosen = this.#filterButton("elegidos", words);
    this.filters.replaceChildren(this.#filterButton("", "Todo"), this.chosen,
      ...names.map((name) => this.#filterButton(`=${name}`, name)));
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
    for (const group of this.groups.items) {
      const rows = group.products.map((product) => this.#rows.get(product.id));
      const matching = rows.filter((row) => this.#matches(row, wanted));
      for (const row of rows) row.node.hidden = !matching.includes(row);
      this.groups.node(group.name).hidden = matching.length === 0;
      found += matching.length;
    }
    this.nothing.hidden = found > 0;
  }

  #matches({ product }, wanted) {
    if (wanted && !plain(product.name).includes(wanted)) return false;
    if (this.#filter === "elegidos") return Boolean(this.line(product.id));
    return this.#filter === "" || this.#filter === `=${product.category}`;
  }
}

/** One product: name, price, − quantity +, and a note once it was picked. */
function createRow(first, current, onLine) {
  const { name } = first;
  const change = (by) => {
    onLine({ note: "", ...current(), quantity: (current()?.quantity || 0) + by });
    update();
  };
  const stepButton = (label, by, sign, more = {}) => h("button", {
    class: "button step-button", type: "button", "aria-label": `${label} ${name}`, onclick: () => change(by), ...more,
  }, sign);
  const less = stepButton("Quitar", -1, "−");
  const more = stepButton("Agregar", 1, "+", { "data-kind": "primary" });
  const quantity = h("output", { class: "number quantity", "aria-label": `Cantidad de ${name}` }, "0");
  const note = h("input", {
    class: "input note-input", type: "text", maxlength: 200, placeholder: "Nota para cocina", "aria-label": `Nota de ${name}`,
    autocomplete: "off", oninput: () => onLine({ ...current(), note: note.value }),
  });
  const price = h("span", { class: "quiet money" });
  const node = h("li", { class: "product" },
    h("div", { class: "product-name" }, h("span", {}, name), price),
    h("div", { class: "steps" }, less, quantity, more), note);
  function update() {
    const line = current();
    setText(quantity, String(line?.quantity || 0));
    for (const part of [less, quantity, note]) part.hidden = !line;
    node.dataset.chosen = String(Boolean(line));
    if (document.activeElement !== note) note.value = line?.note || "";
  }
  const row = { product: first, node, update, set };
  function set(product) {
    row.product = product;
    more.disabled = !product.available;
    setText(price, product.available ? money(product.price) : "⊘ Agotado");
    node.dataset.sold = String(!product.available);
    update();
  }
  set(first);
  return row;
}
