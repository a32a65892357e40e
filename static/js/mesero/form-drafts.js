// The orders that are being written, kept on the phone. Each belongs to one tab at a time.

import { newKey } from "../lib/api.js";
import { limit } from "../house/rules.js";
import { now } from "../lib/server-time.js";
import { local, session } from "../lib/storage.js";

const TOO_OLD = 24 * 60 * 60000; // nobody finishes yesterday's order
const HELD_WITHIN = 700; // a running tab answers by then, a frozen tab does not
const TRY_EVERY = 2000;
const REFUSED = Symbol("what a browser that refuses to be read has said");

/**
 * A new draft. Its `key` is set when it is to be sent.
 * @type {() => FormDraft}
 */
export const emptyDraft = () => ({ id: newKey(), table: "", customer: "", away: false, lines: [], key: "" });

export const isEmpty = (/** @type {FormDraft} */ draft) => !draft.table && !draft.customer && draft.lines.length === 0;

/** A line of an order. A dish may have several lines, each with its own note. */
export const newLine = (/** @type {string} */ product, { name = "", quantity = 1, note = "" } = {}) =>
  ({ id: newKey(), product, name, quantity, note });

/**
 * The drafts of `username`. `onTaken(draft, isAware)` is called with the next draft when another tab continues or sent
 * the draft that was open here; `isAware` if the user saw that draft here. `onTrouble()` is called when `isLasting`
 * changes.
 */
export class FormDrafts {
  #tab = newKey();
  #since = 0;
  /** @type {FormDraft} */
  #open = null;
  #isOurs = false;
  /** @type {FormDraft[]} */
  #aside = [];
  #writer = null; // the last known tab that wrote the open draft, or null
  #isUnread = false; // the kept drafts could not be read yet
  #written = new Set(); // the drafts that this tab has written, by id
  #unkept = new Map(); // texts that the browser refused to keep, by place; null deletes
  #timer = 0;
  #channel = globalThis.BroadcastChannel ? new BroadcastChannel("comanda.borradores") : null;

  constructor(/** @type {string} */ username, /** @type {FormDraftsParts} */ { onTaken, onTrouble = () => {} }) {
    this.onTaken = onTaken;
    this.onTrouble = onTrouble;
    this.old = `comanda.orden.${username}`;
    this.prefix = `${this.old}/`;
    this.#carryOld();
    if (this.#channel) this.#channel.onmessage = ({ data }) => this.#hear(data);
    addEventListener("storage", (event) => this.#watch(event));
    // A page that slept, or that *back* reopened, has missed the other tabs' messages.
    for (const type of ["pageshow", "focus"]) addEventListener(type, () => this.isHere());
    document.addEventListener("visibilitychange", () => this.isHere());
  }

  /** False while drafts are lost when the page closes. */
  get isLasting() { return this.#unkept.size === 0; }

  /**
   * Whether the open draft is still this tab's. If another tab continued or sent it while this tab slept, this tab
   * gives it up. If the browser refuses to read the draft, this tab keeps it.
   */
  isHere() {
    if (!this.#open || this.#writer === null) return true;
    const text = local.read(this.prefix + this.#open.id, REFUSED);
    if (text === REFUSED) return true;
    const keptDraft = text === null ? null : parse(text);
    if (keptDraft && !keptDraft.key && keptDraft.tab === this.#writer) return true;
    this.#giveUp(this.#open.id, true);
    return false;
  }

  /** Open a draft: this tab's own, else the newest other draft, unless its tab objects, else a new draft. */
  begin(without = new Set()) {
    const ownId = session.read(this.prefix);
    const all = this.#all();
    if (this.#isUnread) this.#tryLater();
    const free = all.filter((draft) => !draft.key && !without.has(draft.id));
    const draft = free.find((one) => one.id === ownId) ?? free.sort((one, other) => other.at - one.at)[0];
    this.#setOpen(draft ?? emptyDraft(), !draft, draft?.tab ?? null);
    if (draft) {
      this.#channel?.postMessage({ ask: draft.id, tab: this.#tab, since: this.#since });
      setTimeout(() => this.#claim(draft), HELD_WITHIN);
    }
    this.without = without;
    return this.#open;
  }

  /** Keep the open draft. */
  save(draft) {
    this.#isOurs = true;
    this.#open = draft;
    this.#write(draft);
  }

  /** Open another draft; the present draft returns after it. */
  replace(draft) {
    if (!isEmpty(this.#open)) {
      this.save(this.#open);
      this.#aside.push(this.#open);
    }
    this.#setOpen(draft, true, null);
    this.#write(draft);
  }

  /** Keep the open draft, which will be sent with `key`, until `release(key)`. Returns the next draft. */
  handOver(draft, key) {
    this.#write({ ...draft, key });
    return this.renew();
  }

  /** Open the draft that was put aside, else a new draft. */
  renew() {
    const next = this.#aside.pop();
    this.#setOpen(next ?? emptyDraft(), true, this.#written.has(next?.id) ? this.#tab : null);
    return this.#open;
  }

  /** Forget the open draft. */
  clear() {
    this.#put(this.prefix + this.#open.id, null);
    return this.renew();
  }

  /** Delete the draft of `key`: the outbox has it, or has removed it. */
  release(key) {
    for (const draft of this.#all()) if (draft.key === key) this.#put(this.prefix + draft.id, null);
    for (const [place, text] of this.#unkept) if (parse(text)?.key === key) this.#put(place, null);
  }

  /** The drafts that were to be sent when their page ended. */
  leftovers() { return this.#all().filter((draft) => draft.key); }

  #setOpen(draft, isOurs, writer) {
    this.#open = draft;
    this.#writer = writer;
    this.#isOurs = isOurs;
    this.#since = now();
    session.write(this.prefix, draft.id);
  }

  /** Take the draft: no other tab has objected in time. */
  #claim(draft) {
    if (this.#open === draft && !this.#isOurs && this.isHere()) this.save(draft);
  }

  #write(draft) {
    const isNone = isEmpty(draft);
    const text = isNone ? null : JSON.stringify({ ...draft, at: now(), tab: this.#tab });
    if (!this.#put(this.prefix + draft.id, text)) return;
    if (isNone) this.#written.delete(draft.id);
    else this.#written.add(draft.id);
    if (draft.id === this.#open.id) this.#writer = isNone ? null : this.#tab;
  }

  /** Keep a text; null deletes it. If the browser refuses, try again later. Returns whether it worked. */
  #put(/** @type {string} */ place, /** @type {string?} */ text) {
    const wasLasting = this.isLasting;
    const isKept = local.write(place, text);
    if (isKept) this.#unkept.delete(place);
    else this.#unkept.set(place, text);
    if (!isKept) this.#tryLater();
    if (this.isLasting !== wasLasting) this.onTrouble();
    return isKept;
  }

  #tryLater() {
    this.#timer ||= setTimeout(() => {
      this.#timer = 0;
      if (this.#isUnread) this.#readLate();
      for (const [place, text] of [...this.#unkept]) this.#put(place, text);
      if (this.#open && !isEmpty(this.#open) && this.#isOurs && this.#writer === null) this.#write(this.#open);
    }, TRY_EVERY);
  }

  /** Read drafts that were unreadable when the page began; open one if nothing else is being written. */
  #readLate() {
    this.#all();
    if (this.#isUnread) this.#tryLater();
    else if (isEmpty(this.#open)) this.onTaken(this.begin(this.without), false);
  }

  /** All readable drafts of this waiter. Invalid or too old drafts are deleted. */
  #all() {
    const places = local.names();
    this.#isUnread = places === null;
    const drafts = [];
    for (const place of (places ?? []).filter((one) => one.startsWith(this.prefix))) {
      const text = local.read(place, REFUSED);
      if (text === REFUSED) {
        this.#isUnread = true;
        continue;
      }
      const draft = parse(text);
      const id = place.slice(this.prefix.length);
      if (draft && (draft.key || now() - draft.at < TOO_OLD)) drafts.push({ ...draft, id });
      else local.write(place, null); // it may stay if the browser refuses
    }
    return drafts;
  }

  /** Convert the one draft of earlier versions. With `pendingSince`, it was sent without an answer. */
  #carryOld() {
    const text = local.read(this.old);
    if (text === null) return;
    const oldDraft = parse(text);
    if (oldDraft && !isEmpty(oldDraft)) {
      const id = oldDraft.key || newKey(); // the same in two tabs that carry it at once
      const key = oldDraft.pendingSince > 0 ? oldDraft.key : "";
      const at = oldDraft.pendingSince || now();
      local.write(this.prefix + id, JSON.stringify({ table: oldDraft.table, lines: oldDraft.lines, key, at }));
    }
    local.write(this.old, null);
  }

  /** Hear another tab: it asks for a draft that may be in use here, or holds the draft that is open here. */
  #hear({ ask, held: heldId, tab, since, to }) {
    if (heldId && to === this.#tab && heldId === this.#open.id && !this.#isOurs) this.#giveUp(heldId);
    if (!ask || tab === this.#tab) return;
    const isFirst = this.#since < since || (this.#since === since && this.#tab < tab);
    const isHere = this.#open.id === ask && (this.#isOurs || isFirst);
    if (isHere || this.#aside.some((draft) => draft.id === ask)) this.#channel.postMessage({ held: ask, to: tab });
  }

  /** Notice when another tab writes, sends or empties the draft that is open here. */
  #watch({ key }) {
    if (key === this.prefix + this.#open?.id) this.isHere();
  }

  #giveUp(id, isAware = false) {
    const wasEmpty = isEmpty(this.#open);
    this.onTaken(this.begin(new Set([...(this.without ?? []), id])), isAware && !wasEmpty);
  }
}

/** A kept draft with all its fields valid; null for any other text. */
function parse(text) {
  try {
    const value = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const table = String(value.table ?? "").replace(/\D/g, "").slice(0, String(limit("table_number")).length);
    const key = typeof value.key === "string" ? value.key : "";
    const customer = typeof value.customer === "string" ? value.customer : "";
    const away = Boolean(value.away);
    return { ...value, table, customer, away, lines: lines(value.lines), key, at: Number(value.at) || 0 };
  } catch {
    return null; // no draft of this page
  }
}

/** The valid lines of a list, or of an object by product, which earlier versions kept. */
function lines(value) {
  const byProduct = () => Object.entries(value ?? {}).map(([product, line]) => ({ ...line, product }));
  return (Array.isArray(value) ? value : byProduct())
    .filter((line) => line && line.product !== undefined && Number.isInteger(line.quantity) && line.quantity > 0)
    .map((line) => ({
      id: typeof line.id === "string" ? line.id : newKey(), product: String(line.product),
      quantity: Math.min(limit("quantity"), line.quantity),
      name: typeof line.name === "string" ? line.name : "", note: typeof line.note === "string" ? line.note : "",
    }));
}
