// The menu of the order form: filtered by category, by search, or to the chosen dishes.

import { fetchMenu } from "../house/first.js";
import { h, KeyedList, setText } from "../lib/dom.js";
import { ProductRow } from "./product-row.js";
import { createRefresher } from "../lib/again.js";
import { now } from "../lib/server-time.js";
import { local } from "../lib/storage.js";

const RETRY = 4000;
const LONG_ABSENCE = 60000;
const PLACE = "comanda.menu";
const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

/** `order` is the order being written, see `ProductRow`; `onMenu()` is called after each fetched menu. */
export function createMenu({ order, onMenu }) {
  return new Menu(order, onMenu);
}

class Menu {
  /** @type {Map<string, ProductRow>} */
  #rows = new Map();
  #filter = "";
  #categories = "";
  #wasOnline = false;
  #isDoubtful = false;
  #loadedAt = 0;

  constructor(/** @type {OrderLines} */ order, /** @type {() => void} */ onMenu) {
    this.order = order;
    this.onMenu = onMenu;
    this.input = h("input", {
      class: "input", type: "search", id: "search", placeholder: "Buscar platillo", autocomplete: "off",
      enterkeyhint: "search",
      oninput: () => this.#sift(),
    });
    this.search = h("div", { class: "field" }, h("label", { for: "search" }, "Buscar"), this.input);
    this.filters = h("div", { class: "filters", role: "group", "aria-label": "Categorías" });
    this.nothing = h("p", { class: "empty" }, "Cargando el menú…");
    const list = h("div", {});
    this.node = h("div", { class: "menu-list" }, list, this.nothing);
    /** @type {KeyedList<ProductGroup>} */
    this.groups = new KeyedList(list, {
      key: (group) => group.name,
      compare: (one, other) => one.place - other.place,
      create: (group) => this.#createGroup(group),
    });
  }

  /** False until a menu has come. */
  get isThere() { return this.#loadedAt > 0; }

  price(id) { return this.#rows.get(id)?.product.price || 0; }

  has(id) { return this.#rows.has(id); }

  /** The names of the chosen dishes that are sold out or gone. */
  get lacking() {
    return [...this.#rows.values()].map((row) => row.product)
      .filter((product) => !product.available && this.#isChosen(product)).map((product) => product.name);
  }

  #isChosen(/** @type {Product} */ product) { return this.order.linesOf(product.id).length > 0; }

  /** Fetch the menu; try again until it comes. */
  load = createRefresher(async () => {
    try {
      const { products } = await fetchMenu();
      this.#loadedAt = now();
      this.#isDoubtful = false;
      this.#show(products);
      local.write(PLACE, products);
    } catch {
      if (this.#rows.size === 0) this.#show(lastMenu()); // opened without a network
      await new Promise((resolve) => { setTimeout(resolve, RETRY); });
      this.load();
    }
  });

  /** Follow the stream's state: while it is away, changes of the menu are missed. */
  follow(state) {
    if (state === "online") this.#wasOnline = true;
    else if (this.#wasOnline) this.#isDoubtful = true;
  }

  /** After the page returns, fetch the menu again if it may have changed. */
  freshen() {
    if (this.isThere && (this.#isDoubtful || now() - this.#loadedAt > LONG_ABSENCE)) this.load();
  }

  setChosen(count) {
    if (!this.chosen) return;
    setText(this.chosen, `Elegidos ${count}`);
    if (this.#filter === "elegidos" && count === 0) this.#choose("");
  }

  /** Show the whole menu again. */
  clear() {
    this.input.value = "";
    this.#choose("");
  }

  /** Show the draft's quantities and notes. */
  update() {
    for (const row of this.#rows.values()) row.update();
  }

  /** Show the menu. A chosen dish that is gone from it stays visible as sold out until it is removed. */
  #show(/** @type {Product[]} */ products) {
    const listed = new Set(products.map((product) => product.id));
    const gone = [...this.#rows.values()].map((row) => row.product)
      .filter((product) => !listed.has(product.id) && this.#isChosen(product));
    const all = [...products, ...gone.map((product) => ({ ...product, available: false }))];
    const names = [...new Set(all.map((product) => product.category))];
    this.#forget(all);
    this.groups.sync(names.map((name, place) => ({
      name, place, products: all.filter((product) => product.category === name),
    })));
    this.#showFilters(names);
    setText(this.nothing, all.length > 0 || this.isThere ? "Ningún platillo así" : "Cargando el menú…");
    this.#choose(this.filters.querySelector(`[data-filter="${CSS.escape(this.#filter)}"]`) ? this.#filter : "");
    this.onMenu();
  }

  /** Drop the rows of products that are gone or changed their category. */
  #forget(/** @type {Product[]} */ products) {
    const places = new Map(products.map((product) => [product.id, product.category]));
    for (const [id, row] of this.#rows) if (places.get(id) !== row.product.category) this.#rows.delete(id);
  }

  #createGroup({ name }) {
    const list = h("ul", { class: "products" });
    /** @type {KeyedList<{ product: Product, place: number }>} */
    const rows = new KeyedList(list, {
      key: ({ product }) => `${product.id} ${product.name}`,
      compare: (one, other) => one.place - other.place,
      create: ({ product }) => {
        const row = new ProductRow(product, this.order);
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
      class: "button filter", type: "button", "aria-pressed": "false", data: { filter },
      onclick: () => this.#choose(filter),
    }, label);
  }

  #choose(filter) {
    this.#filter = filter;
    for (const button of /** @type {Iterable<HTMLElement>} */ (this.filters.children)) {
      button.setAttribute("aria-pressed", String(button.dataset.filter === filter));
    }
    this.#sift();
  }

  #sift() {
    const wanted = plain(this.input.value.trim());
    let count = 0;
    for (const group of this.groups.items) {
      const rows = group.products.map((product) => this.#rows.get(product.id));
      const matching = rows.filter((row) => this.#matches(row, wanted));
      for (const row of rows) row.node.hidden = !matching.includes(row);
      this.groups.node(group.name).hidden = matching.length === 0;
      count += matching.length;
    }
    this.nothing.hidden = count > 0;
  }

  #matches(/** @type {ProductRow} */ { product }, /** @type {string} */ wanted) {
    if (wanted && !plain(product.name).includes(wanted)) return false;
    if (this.#filter === "elegidos") return this.#isChosen(product);
    return this.#filter === "" || this.#filter === `=${product.category}`;
  }
}

/** The last menu, for a page that is opened without a network. */
const lastMenu = () => local.readList(PLACE)
  .filter((one) => typeof one?.id === "string" && typeof one.name === "string" && Number.isFinite(one.price));
