// Create and update elements and lists by key. No HTML is built from strings.

import * as finger from "./finger.js";
import { sayOnlyOnline } from "./link.js";

/**
 * Create an element: `h("p", { class: "quiet", onclick: f, data: { state: "x" } }, "text", node)`.
 * @type {MakeElement}
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "data") Object.assign(node.dataset, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), /** @type {Handler} */ (value));
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Set an element's text if it differs: a needless change would move or announce it. */
export function setText(/** @type {Element} */ node, /** @type {string} */ text) {
  if (node.textContent !== text) node.textContent = text;
}

/** An element that the page has from its beginning. */
export const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * A list with an element for each item. `key(item)` names an item, `compare(a, b)` orders items, `create(item)` returns
 * `{ node, update(item) }`. An element is created once, updated in place, and moved only if its place changed. While a
 * finger is on a list, no element comes, goes or moves, for a second at most. A tap on an element that has just come
 * under the finger does nothing.
 * @template Item
 */
export class KeyedList {
  /** @type {Map<string, Card<Item> & { item: Item }>} */
  #entries = new Map();
  /** @type {Set<Element>} */
  #leaving = new Set();
  #settle = () => this.#arrange();

  constructor(/** @type {HTMLElement} */ container,
    /** @type {Listing<Item>} */ { key, compare, create, empty = null }) {
    this.container = container;
    this.key = key;
    this.compare = compare;
    this.create = create;
    this.empty = empty;
    finger.watch(container);
    if (empty) sayOnlyOnline(empty);
    this.#showEmpty();
  }

  get size() { return this.#entries.size; }

  get items() { return [...this.#entries.values()].map((entry) => entry.item).sort(this.compare); }

  node(/** @type {string} */ key) { return this.#entries.get(key)?.node; }

  /** Show a new or changed item; with `fresh`, a new item flashes once. */
  put(/** @type {Item} */ item, { fresh = false } = {}) {
    finger.noteLayout();
    this.#set(item, fresh);
    this.#arrange();
  }

  #set(/** @type {Item} */ item, /** @type {boolean} */ fresh) {
    const key = this.key(item);
    const oldEntry = this.#entries.get(key);
    if (oldEntry) {
      oldEntry.item = item;
      oldEntry.update(item);
    } else {
      const entry = { item, ...this.create(item) };
      entry.update(item);
      entry.node.dataset.key = key;
      if (fresh) entry.node.dataset.new = "";
      this.#entries.set(key, entry);
    }
    this.#showEmpty();
  }

  remove(/** @type {string} */ key) {
    if (!this.#entries.has(key)) return;
    finger.noteLayout();
    this.#leave(key);
    this.#arrange();
  }

  #leave(/** @type {string} */ key) {
    const entry = this.#entries.get(key);
    if (entry) this.#leaving.add(entry.node);
    this.#entries.delete(key);
    this.#showEmpty();
  }

  /** Show exactly `items`; items that stay keep their elements. */
  sync(/** @type {Item[]} */ items) {
    finger.noteLayout();
    const wantedKeys = new Set(items.map(this.key));
    for (const key of [...this.#entries.keys()]) if (!wantedKeys.has(key)) this.#leave(key);
    for (const item of items) this.#set(item, false);
    this.#arrange();
  }

  #arrange() {
    if (finger.isDown()) {
      finger.afterFinger(this.#settle);
      return;
    }
    finger.noteLayout();
    for (const node of this.#leaving) node.remove();
    this.#leaving.clear();
    const sorted = [...this.#entries.values()].sort((a, b) => this.compare(a.item, b.item));
    let next = null;
    for (const { node } of sorted.reverse()) {
      if (node.parentNode !== this.container || node.nextElementSibling !== next) {
        this.container.insertBefore(node, next);
      }
      next = node;
    }
  }

  #showEmpty() {
    if (this.empty) this.empty.hidden = this.size > 0;
  }
}

/** Open a dialog, which is removed when closed. Returns its element. */
export function openDialog(/** @type {string} */ label, /** @type {Child[]} */ ...children) {
  const dialog = h("dialog", { "aria-label": label }, ...children, createToasts());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

// "C$ 1,234.50", "₡ 11.000", "Bs. 85": a sign and what follows it.
const AMOUNT = /((?:\S{1,5} (?=[\d.,]*\d[.,]\d\d(?!\d))|(?:Bs\.|\S{0,4}[$¢₠-⃏/]) )\d(?:[\d.,]*\d)?)/;

/** Split a sentence so that no amount breaks at the end of a line. */
export const wholeAmounts = (/** @type {string} */ text) => text.split(AMOUNT).map((part, at) => (
  at % 2 === 1 ? h("span", { class: "money" }, part) : part));

const OWN_SECONDS = 3;
const NEWS_SECONDS = 6;
const UNDO_RESTS = 600; // ms: the second tap of two is not for the new button
/** @type {(() => void)[]} */
const waitingNews = []; // news that wait while *Deshacer* is shown

/**
 * Show a message for six seconds, in place of the last message; screen readers read it, too. An `own` message, about
 * the reader's own act, stays for three seconds. `undo` is called by a button *Deshacer* beside the words; `news` wait
 * until that button is gone.
 * @type {(text: string, tone?: string, options?: { own?: boolean, news?: boolean, undo?: (() => void)? }) => void}
 */
export function toast(text, tone = "", { own = false, news = false, undo = null } = {}) {
  const place = placeForToasts();
  if (news && place.querySelector("button")) {
    waitingNews.push(() => toast(text, tone, { own, news }));
    return;
  }
  const node = h("div", { class: "toast", data: { tone } }, h("span", {}, ...wholeAmounts(text)));
  const leave = () => {
    node.remove();
    if (undo) for (const tell of waitingNews.splice(0)) tell();
  };
  if (undo) node.append(createUndo(() => { leave(); undo(); }));
  place.replaceChildren(node);
  setTimeout(leave, 1000 * (own && !undo ? OWN_SECONDS : NEWS_SECONDS));
}

function createUndo(/** @type {() => void} */ undo) {
  const button = h("button", { class: "button", type: "button", disabled: true, onclick: undo }, "Deshacer");
  setTimeout(() => { button.disabled = false; }, UNDO_RESTS);
  return button;
}

/** The row for toasts. A screen reader only reads toasts whose row existed before. */
const createToasts = () => h("div", { class: "toasts", role: "status", "aria-live": "polite" });

/** Add the page's row for toasts, above its foot or at its end. Call this after the page is built. */
export function prepareToasts() {
  const row = document.querySelector("body > .toasts");
  if (row) return row;
  const place = createToasts();
  const foot = document.querySelector("body > .foot");
  if (foot) foot.before(place);
  else document.body.append(place);
  return place;
}

/** The row of the open dialog, else the page's row. A toast outlives its dialog. */
function placeForToasts() {
  const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
  if (!dialog) return prepareToasts();
  const place = dialog.querySelector(":scope > .toasts") ?? createToasts();
  if (place !== dialog.lastElementChild) dialog.append(place);
  dialog.addEventListener("close", () => {
    if (place.firstChild) prepareToasts().replaceChildren(...place.children);
  }, { once: true });
  return place;
}
