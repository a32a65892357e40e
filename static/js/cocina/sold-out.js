// The dishes that are sold out: one tap tells every page, another takes it back.

import { andAgain, call } from "../lib/api.js";
import { h, KeyedList, openDialog, setText, toast } from "../lib/dom.js";
import { fetchMenu } from "../house/first.js";
import { createRefresher } from "../lib/again.js";
import { coverWith } from "../lib/place.js";

/** `{ button, refresh }`: a button with how many are sold out, which opens the whole menu as switches. */
export function createSoldOut() {
  const counter = h("span", { class: "counter" }, "0");
  const button = h("button", { class: "button", type: "button", onclick: () => open() }, "Agotados ", counter);
  /** @type {Product[]} */
  let products = [];
  /** @type {KeyedList<MenuEntry>?} */
  let list = null;

  const refresh = createRefresher(async (isOutdated) => {
    try {
      const menu = await fetchMenu();
      if (!isOutdated()) show(menu.products);
    } catch { /* the page's bar says that the server is away; its return refreshes */ }
  });

  function show(now) {
    products = now;
    const some = products.filter((product) => !product.available).length;
    setText(counter, String(some));
    counter.dataset.some = String(some > 0);
    list?.sync(products.map((product, place) => ({ ...product, place })));
  }

  function open() {
    const switches = h("ul", { class: "switches", "aria-label": "Platillos" });
    const search = h("input", {
      class: "input", type: "search", id: "sold-search", autocomplete: "off",
      oninput: () => sift(switches, search.value),
    });
    list = new KeyedList(switches, {
      key: (product) => product.id,
      compare: (a, b) => a.place - b.place,
      create: createSwitch,
    });
    const dialog = openDialog("Agotados", h("div", { class: "sheet-head" }, h("h2", {}, "¿Qué se agotó?"),
      h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Cerrar")),
    h("div", { class: "field" }, h("label", { for: "sold-search" }, "Buscar"), search), switches);
    dialog.classList.add("sold-sheet");
    coverWith(dialog);
    dialog.addEventListener("close", () => { list = null; });
    show(products);
    refresh();
  }

  return { button, refresh };
}

/** @type {(product: MenuEntry) => Card<MenuEntry>} */
function createSwitch({ id }) {
  let name = "";
  const words = h("span", { class: "switch-name" });
  const state = h("span", { class: "badge" });
  let isAvailable = true;
  const button = h("button", {
    class: "button switch", type: "button", onclick: () => turn(),
  }, words, state);
  const node = h("li", {}, button);

  async function turn() {
    try {
      button.disabled = true;
      update(await call("PUT", `/products/${id}/available`, { json: { available: !isAvailable } }));
    } catch (error) {
      toast(`${name}: ${andAgain(error)}`, "late");
    } finally {
      button.disabled = false;
      button.focus();
    }
  }

  function update(/** @type {Product} */ product) {
    isAvailable = product.available;
    name = product.name;
    node.dataset.name = plain(name);
    setText(words, name);
    button.setAttribute("aria-label", `${name}: agotado`);
    button.setAttribute("aria-pressed", String(!isAvailable));
    setText(state, isAvailable ? "✓ Hay" : "⊘ Agotado");
    state.dataset.tone = isAvailable ? "done" : "late";
  }
  return { node, update };
}

const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

function sift(/** @type {Element} */ list, /** @type {string} */ text) {
  const wanted = plain(text.trim());
  for (const item of /** @type {Iterable<HTMLElement>} */ (list.children)) {
    item.hidden = !item.dataset.name.includes(wanted);
  }
}
