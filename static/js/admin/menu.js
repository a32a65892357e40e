// "Menú": categories and products in their order of display, agotado with one tap, CSV in and out.

import { call } from "../lib/api.js";
import { h, KeyedList, openDialog, setText, toast } from "../lib/dom.js";
import { money, plainMoney, readMoney } from "../lib/money.js";
import { inNumberWords } from "../lib/number-words.js";
import { fetchMenu } from "../house/first.js";
import { limit } from "../house/rules.js";
import { createForm, field } from "../lib/forms.js";
import { createRefresher } from "../lib/again.js";
import { change } from "./change.js";
import { openImport } from "./menu-import.js";

export function create(context) {
  return new MenuSection(context);
}

class MenuSection {
  /** @type {Product[]} */
  #products = [];
  #moves = 0; // those that the server has not answered yet
  #moved = Promise.resolve();

  constructor({ listen, onReset }) {
    const empty = h("p", { class: "empty" }, "El menú está vacío. Agrega un platillo o importa un CSV.");
    const groups = h("div", { class: "menu-groups" });
    /** @type {KeyedList<ProductGroup & { last: boolean }>} */
    this.groups = new KeyedList(groups, {
      key: (group) => group.name,
      compare: (a, b) => a.place - b.place,
      create: (group) => this.#createGroup(group),
      empty,
    });
    this.node = h("div", { class: "stack" },
      h("div", { class: "section-head" },
        h("h2", {}, "Menú"),
        h("div", { class: "actions" },
          h("button", { class: "button", type: "button", "data-kind": "primary", onclick: () => this.#edit(null) },
            "+ Platillo"),
          this.#arrangeButton(),
          h("button", { class: "button", type: "button", onclick: () => openImport(() => this.show()) },
            "Importar CSV"),
          h("a", { class: "button", href: "/menu.csv", download: "menu.csv" }, "Exportar CSV"))),
      groups, empty);
    listen("menu_updated", () => this.show());
    onReset(() => this.show());
  }

  /** The arrows show on request: most days nobody moves a product. */
  #arrangeButton() {
    const button = h("button", {
      class: "button", type: "button", "aria-pressed": "false",
      onclick: () => {
        const on = this.node.dataset.arranging !== "true";
        this.node.dataset.arranging = String(on);
        button.setAttribute("aria-pressed", String(on));
      },
    }, "Ordenar");
    return button;
  }

  /**
   * Fetch the menu and show it. While something is being moved its new place counts; afterwards this is called
   * again.
   */
  show = createRefresher(async (isOutdated) => {
    if (this.#moves > 0) return;
    try {
      const { products } = await fetchMenu();
      if (this.#moves === 0 && !isOutdated()) this.#set(products);
    } catch (error) {
      toast(error.message, "late");
    }
  });

  #set(/** @type {Product[]} */ products) {
    this.#products = products;
    const names = [...new Set(products.map((product) => product.category))];
    this.groups.sync(names.map((name, place) => ({
      name, place, last: place === names.length - 1, products: products.filter((product) => product.category === name),
    })));
  }

  #createGroup({ name }) {
    const list = h("ul", { class: "rows", "aria-label": name });
    /** @type {KeyedList<{ product: Product, place: number, last: boolean }>} */
    const rows = new KeyedList(list, {
      key: (row) => row.product.id,
      compare: (a, b) => a.place - b.place,
      create: (row) => this.#createRow(row),
    });
    const mover = this.#mover(`categoría ${name}`, (by) => this.#moveGroup(name, by));
    const node = h("section", { class: "menu-group" },
      h("div", { class: "row-head" }, h("h3", {}, name), mover.node), list);
    return {
      node,
      update: (group) => {
        mover.limit(group.place === 0, group.last);
        const last = group.products.length - 1;
        rows.sync(group.products.map((product, place) => ({ product, place, last: place === last })));
      },
    };
  }

  #createRow(/** @type {{ product: Product }} */ { product: { id } }) {
    const name = h("span", { class: "row-name" });
    const price = h("span", { class: "money" });
    const sold = h("button", { class: "button sold", type: "button", onclick: () => this.#toggle(id) });
    const edit = h("button",
      { class: "button row-edit", type: "button", "data-kind": "plain", onclick: () => this.#edit(id) }, name, price);
    const mover = this.#mover("", (by) => this.#moveProduct(id, by));
    const node = h("li", { class: "row" }, edit, sold, mover.node);
    return {
      node,
      update: ({ product, place, last }) => {
        setText(name, product.name);
        setText(price, money(product.price));
        edit.setAttribute("aria-label", `Editar ${product.name}, ${money(product.price)}`);
        setText(sold, product.available ? "Hay" : "⊘ Agotado");
        sold.setAttribute("aria-label", `${product.name}: agotado`);
        sold.setAttribute("aria-pressed", String(!product.available));
        node.dataset.available = String(product.available);
        mover.name(product.name);
        mover.limit(place === 0, last);
      },
    };
  }

  #mover(what, move) {
    const button = (sign, word, by) => h("button", {
      class: "button mover", type: "button", "aria-label": `${word} ${what}`, onclick: () => move(by),
    }, sign);
    const up = button("↑", "Subir", -1);
    const down = button("↓", "Bajar", 1);
    return {
      node: h("span", { class: "movers" }, up, down),
      name: (text) => {
        up.setAttribute("aria-label", `Subir ${text}`);
        down.setAttribute("aria-label", `Bajar ${text}`);
      },
      limit: (first, last) => {
        up.disabled = first;
        down.disabled = last;
      },
    };
  }

  async #toggle(id) {
    const product = this.#find(id);
    await change("PUT", `/products/${id}/available`, { available: !product.available }, this.show);
  }

  #moveProduct(id, by) {
    const group = this.#products.filter((product) => product.category === this.#find(id).category);
    const ids = swapped(group.map((product) => product.id), id, by);
    const others = this.#products.filter((product) => !ids.includes(product.id));
    const first = this.#products.findIndex((product) => ids.includes(product.id));
    return this.#arrange([...others.slice(0, first), ...ids.map((one) => this.#find(one)), ...others.slice(first)]);
  }

  #moveGroup(name, by) {
    const names = swapped(this.groups.items.map((group) => group.name), name, by);
    return this.#arrange(names.flatMap((one) => this.#products.filter((product) => product.category === one)));
  }

  /** Move at once and tell the server afterwards; the focus stays, so that another press moves on. */
  #arrange(products) {
    const focused = /** @type {HTMLButtonElement} */ (document.activeElement);
    this.#set(products);
    /** @type {HTMLElement} */
    const enabled = focused.disabled ? focused.parentNode.querySelector("button:enabled") : focused;
    enabled?.focus();
    this.#moves += 1;
    this.#moved = this.#moved.then(() => this.#sendOrder(products));
  }

  async #sendOrder(products) {
    try {
      await call("PUT", "/menu/order", { json: { product_ids: products.map((product) => product.id) } });
    } catch (error) {
      toast(error.message, "late");
    }
    this.#moves -= 1;
    this.show();
  }

  #find(id) { return this.#products.find((product) => product.id === id); }

  #edit(id) {
    const product = id ? this.#find(id) : /** @type {Product} */ ({ name: "", category: "" });
    const categories = h("datalist", { id: "categories" },
      ...this.groups.items.map(({ name }) => h("option", { value: name })));
    const name = field("Nombre", { name: "name", maxlength: limit("name"), required: true, value: product.name });
    const category = field("Categoría", {
      name: "category", maxlength: limit("name"), required: true, list: "categories", value: product.category,
    });
    const price = field("Precio",
      { name: "price", inputmode: "decimal", required: true, value: id ? plainMoney(product.price) : "" });
    const reading = h("p", { class: "small price-reading", role: "status" });
    const showReading = () => setText(reading, readingOf(price.value));
    price.input.addEventListener("input", showReading);
    price.append(reading);
    showReading();
    const form = createForm({
      fields: [name, category, categories, price],
      action: "Guardar",
      send: async () => {
        const json = { name: name.value, category: category.value, price: toPrice(price.value) };
        await call(id ? "PUT" : "POST", id ? `/products/${id}` : "/products", { json });
      },
      done: () => { dialog.close(); this.show(); },
    });
    const remove = id && h("button", {
      class: "button", type: "button", onclick: () => this.#confirmRemoval(product, dialog),
    }, "Quitar del menú");
    const title = id ? `Editar ${product.name}` : "Platillo nuevo";
    const dialog = openDialog(title, h("h2", {}, title), form,
      h("div", { class: "actions dialog-foot" }, remove || null,
        h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancelar")));
  }

  #confirmRemoval({ id, name }, editor) {
    const title = `¿Quitar ${name} del menú?`;
    const dialog = openDialog(title, h("h2", {}, title),
      h("p", {}, "Las órdenes que ya lo llevan no cambian. Si sólo falta hoy, márcalo agotado."),
      h("div", { class: "actions dialog-foot" },
        h("button", {
          class: "button", type: "button", "data-kind": "refuse",
          onclick: async () => {
            dialog.close();
            editor.close();
            await change("DELETE", `/products/${id}`, undefined, this.show);
          },
        }, "Quitar"),
        h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cancelar")));
  }
}

/** A typed price as a number. Throws with the reason for what can't be read, or has two meanings. */
function toPrice(/** @type {string} */ text) {
  const { hundredths, error } = readMoney(text);
  if (error !== undefined) throw new Error(error);
  return hundredths / 100;
}

/** "= $ 11.000 · once mil": how a price that is being typed is read; "11." isn't finished, and says nothing yet. */
function readingOf(/** @type {string} */ text) {
  if (!text.trim() || /[.,]\s*$/.test(text)) return "";
  const { hundredths, error } = readMoney(text);
  if (error !== undefined) return `⚠ ${error}`;
  return `= ${money(hundredths / 100)}${hundredths >= SPOKEN ? ` · ${inWords(hundredths)}` : ""}`;
}

const SPOKEN = 1000_00; // from here on, in hundredths, thousands are easily misread

/** 1250.5 → "mil doscientos cincuenta con 50" */
function inWords(/** @type {number} */ hundredths) {
  const words = inNumberWords(Math.floor(hundredths / 100));
  return hundredths % 100 > 0 ? `${words} con ${hundredths % 100}` : words;
}

function swapped(list, item, by) {
  const moved = [...list];
  const from = moved.indexOf(item);
  moved.splice(from, 1);
  moved.splice(from + by, 0, item);
  return moved;
}
