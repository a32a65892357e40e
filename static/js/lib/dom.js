// Building and updating the page: elements from text, lists by key. HTML is never made from strings.

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

/** Set an element's text only where it differs, so that nothing moves or is announced for nothing. */
export function setText(/** @type {Element} */ node, /** @type {string} */ text) {
  if (node.textContent !== text) node.textContent = text;
}

/** An element that the page has from its beginning. */
export const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * A list whose elements live as long as what they show. `key(item)` names it, `compare(a, b)` orders
 * it, `create(item)` gives `{ node, update(item) }`. An element is made once, updated in place, and
 * moved only when its place really changed. Nothing comes, goes or moves while a finger is on a list,
 * for a second at most; and a tap on what has just come under the finger does nothing.
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

  /** Show `item`, new or changed; a `fresh` one flashes once. */
  put(/** @type {Item} */ item, { fresh = false } = {}) {
    finger.noteLayout();
    this.#set(item, fresh);
    this.#arrange();
  }

  #set(/** @type {Item} */ item, /** @type {boolean} */ fresh) {
    const key = this.key(item);
    const known = this.#entries.get(key);
    if (known) {
      known.item = item;
      known.update(item);
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

  /** Make the list hold exactly `items`: what stays keeps its element. */
  sync(/** @type {Item[]} */ items) {
    finger.noteLayout();
    const wanted = new Set(items.map(this.key));
    for (const key of [...this.#entries.keys()]) if (!wanted.has(key)) this.#leave(key);
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

/** A dialog that is gone once closed; returns its element, already open. */
export function openDialog(/** @type {string} */ label, /** @type {Child[]} */ ...children) {
  const dialog = h("dialog", { "aria-label": label }, ...children, createToasts());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

const AMOUNT = /(\S{1,5} \d[\d,]*\.\d\d)/;

/** The parts of a sentence, none of whose amounts breaks at the end of a line. */
export const wholeAmounts = (/** @type {string} */ text) => text.split(AMOUNT).map((part, at) => (
  at % 2 === 1 ? h("span", { class: "money" }, part) : part));

const OWN_SECONDS = 3;
const NEWS_SECONDS = 6;
const UNDO_RESTS = 600; // milliseconds: the second of two taps is for what stood where the button has come
/** @type {(() => void)[]} */
const waiting = []; // news that came while something could be undone

/**
 * Say something for a few seconds, in place of what was said before; screen readers hear it too.
 * `own` is what the reader did themselves, and stays for three seconds. `undo` is called by a button
 * *Deshacer* that stands beside the words; `news` that come meanwhile wait until it is gone.
 * @type {(text: string, tone?: string, options?: { own?: boolean, news?: boolean, undo?: (() => void)? }) => void}
 */
export function toast(text, tone = "", { own = false, news = false, undo = null } = {}) {
  const place = placeForToasts();
  if (news && place.querySelector("button")) {
    waiting.push(() => toast(text, tone, { own, news }));
    return;
  }
  const node = h("div", { class: "toast", data: { tone } }, h("span", {}, ...wholeAmounts(text)));
  const leave = () => {
    node.remove();
    if (undo) for (const tell of waiting.splice(0)) tell();
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

/** A row that toasts stand in. It must be there before the first of them, or a screen reader does not hear that one. */
const createToasts = () => h("div", { class: "toasts", role: "status", "aria-live": "polite" });

/** Give the page its row: above what stands at its foot, or at its end. Call it once the page stands. */
export function prepareToasts() {
  const known = document.querySelector("body > .toasts");
  if (known) return known;
  const place = createToasts();
  const foot = document.querySelector("body > .foot");
  if (foot) foot.before(place);
  else document.body.append(place);
  return place;
}

/** The page's row, or that of the dialog that lies over the page: what is said there outlives the dialog. */
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
