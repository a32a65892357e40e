// The orders that are still being written, kept on the phone: each belongs to one tab at a time.

import { newKey } from "../lib/api.js";
import { limit } from "../house/rules.js";
import { now } from "../lib/server-time.js";
import { local, session } from "../lib/storage.js";

const TOO_OLD = 24 * 60 * 60000; // yesterday's half of an order is nobody's any more
const HELD_WITHIN = 700; // a tab that lives answers by then; one that the browser has frozen does not
const TRY_EVERY = 2000;
const REFUSED = Symbol("what a browser that refuses to be read has said");

/**
 * A draft: `{ id, table, lines: [{ id, product, name, quantity, note }], key }`; it has a key once it is to be
 * sent.
 * @type {() => FormDraft}
 */
export const emptyDraft = () => ({ id: newKey(), table: "", lines: [], key: "" });

export const isEmpty = (/** @type {FormDraft} */ draft) => !draft.table && draft.lines.length === 0;

/** A line of an order: the same dish may stand in several, each with its own note. */
export const newLine = (/** @type {string} */ product, { name = "", quantity = 1, note = "" } = {}) =>
  ({ id: newKey(), product, name, quantity, note });

/**
 * The drafts of `username`. `onTaken(draft, isAware)` hears that another tab goes on with the one that was
 * open here, or has sent it; `isAware` where somebody has seen it here. `onTrouble()` hears that the browser
 * has begun or ceased to keep what is written.
 */
export class FormDrafts {
  #tab = newKey();
  #since = 0;
  /** @type {FormDraft} */
  #open = null;
  #isOurs = false;
  /** @type {FormDraft[]} */
  #aside = [];
  #writer = null; // the tab that wrote the open draft last, as far as is known here; null before anybody did
  #isUnread = false; // what was kept could not be read yet
  #written = new Set(); // the drafts that this tab has written, by id
  #unkept = new Map(); // what the browser has refused to keep, by place; null is to go
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
    // A page that slept, or that the browser kept for its *back*, has heard of nothing meanwhile.
    for (const type of ["pageshow", "focus"]) addEventListener(type, () => this.isHere());
    document.addEventListener("visibilitychange", () => this.isHere());
  }

  /** False while what is written lives no longer than the page. */
  get isLasting() { return this.#unkept.size === 0; }

  /**
   * Whether the open draft is still this tab's. Another one may have gone on with it or sent it, while this
   * one slept: then this tab gives it up. A browser that does not let it be read takes nothing away.
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

  /** The draft to go on with: this tab's own, else one whose tab is gone, else a new one. */
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

  /** Keep the open draft as it is now. */
  save(draft) {
    this.#isOurs = true;
    this.#open = draft;
    this.#write(draft);
  }

  /** Begin with another draft; the open one comes back after it. */
  replace(draft) {
    if (!isEmpty(this.#open)) {
      this.save(this.#open);
      this.#aside.push(this.#open);
    }
    this.#setOpen(draft, true, null);
    this.#write(draft);
  }

  /** The open draft is to be sent with `key`: it is kept until `release(key)`. The next one to write. */
  handOver(draft, key) {
    this.#write({ ...draft, key });
    return this.renew();
  }

  /** What was put aside, else a new draft; the open one is somebody else's business now. */
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

  /** The outbox has kept what was handed over, or it is gone from there. */
  release(key) {
    for (const draft of this.#all()) if (draft.key === key) this.#put(this.prefix + draft.id, null);
    for (const [place, text] of this.#unkept) if (parse(text)?.key === key) this.#put(place, null);
  }

  /** What was to be sent when its page ended. */
  leftovers() { return this.#all().filter((draft) => draft.key); }

  #setOpen(draft, isOurs, writer) {
    this.#open = draft;
    this.#writer = writer;
    this.#isOurs = isOurs;
    this.#since = now();
    session.write(this.prefix, draft.id);
  }

  /** Nobody has said within the time that they are at it: from now on it is this tab's. */
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

  /** Keep a text, or null for none; again later, where the browser refuses. Whether it is kept. */
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

  /** What was left here could not be read when the page began: it comes as long as nothing else was begun. */
  #readLate() {
    this.#all();
    if (this.#isUnread) this.#tryLater();
    else if (isEmpty(this.#open)) this.onTaken(this.begin(this.without), false);
  }

  /** All of this waiter's that can be read; what makes no sense, or is too old, goes. */
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
      else local.write(place, null); // of no use: no trouble if it stays
    }
    return drafts;
  }

  /** The one draft that earlier versions kept, and did not know the answer to if it has `pendingSince`. */
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

  /** Another tab would go on with a draft: it is told if somebody is still at it here. */
  #hear({ ask, held: heldId, tab, since, to }) {
    if (heldId && to === this.#tab && heldId === this.#open.id && !this.#isOurs) this.#giveUp(heldId);
    if (!ask || tab === this.#tab) return;
    const isFirst = this.#since < since || (this.#since === since && this.#tab < tab);
    const isHere = this.#open.id === ask && (this.#isOurs || isFirst);
    if (isHere || this.#aside.some((draft) => draft.id === ask)) this.#channel.postMessage({ held: ask, to: tab });
  }

  /** Another tab has written the draft that is open here, or sent it, or emptied it. */
  #watch({ key }) {
    if (key === this.prefix + this.#open?.id) this.isHere();
  }

  #giveUp(id, isAware = false) {
    const wasEmpty = isEmpty(this.#open);
    this.onTaken(this.begin(new Set([...(this.without ?? []), id])), isAware && !wasEmpty);
  }
}

/** A draft as it was kept, put right; null where there is none. */
function parse(text) {
  try {
    const value = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const table = String(value.table ?? "").replace(/\D/g, "").slice(0, String(limit("table_number")).length);
    const key = typeof value.key === "string" ? value.key : "";
    return { ...value, table, lines: lines(value.lines), key, at: Number(value.at) || 0 };
  } catch {
    return null; // nothing kept, or not ours
  }
}

/** Lines, whether kept as a list or, by earlier versions, by product. */
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
