// The orders that are still being written, kept on the phone: each belongs to one tab at a time.

import { newKey } from "../api.js";
import { now } from "../server-time.js";

const TOO_OLD = 24 * 60 * 60000; // yesterday's half of an order is nobody's any more
const MOST = 999;

/** A draft: `{ id, table, lines: [{ id, product, name, quantity, note }], key }`; it has a key once it is to be sent. */
export const emptyDraft = () => ({ id: newKey(), table: "", lines: [], key: "" });

export const isEmpty = (draft) => !draft.table && draft.lines.length === 0;

/** A line of an order: the same dish may stand in several, each with its own note. */
export const newLine = (product, { name = "", quantity = 1, note = "" } = {}) => ({ id: newKey(), product, name, quantity, note });

/** The drafts of `username`. `onTaken(draft)` hears that another tab goes on with the one that was open here. */
export class FormDrafts {
  #tab = newKey();
  #since = 0;
  #open = null;
  #isOurs = false;
  #aside = [];
  #channel = globalThis.BroadcastChannel ? new BroadcastChannel("comanda.borradores") : null;

  constructor(username, onTaken) {
    Object.assign(this, { onTaken, prefix: `comanda.orden.${username}/`, old: `comanda.orden.${username}` });
    this.#carryOld();
    if (this.#channel) this.#channel.onmessage = ({ data }) => this.#hear(data);
    addEventListener("storage", (event) => this.#watch(event));
  }

  /** The draft to go on with: this tab's own, else one whose tab is gone, else a new one. */
  begin(without = new Set()) {
    const own = session((store) => store.getItem(this.prefix), null);
    const free = this.#all().filter((draft) => !draft.key && !without.has(draft.id));
    const found = free.find((draft) => draft.id === own) ?? free.sort((one, other) => other.at - one.at)[0];
    this.#setOpen(found ?? emptyDraft(), !found);
    if (found) this.#channel?.postMessage({ ask: found.id, tab: this.#tab, since: this.#since });
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
    if (!isEmpty(this.#open)) this.#aside.push(this.#open);
    this.#setOpen(draft, true);
    this.#write(draft);
  }

  /** The open draft is to be sent with `key`: it is kept until `release(key)`. The next one to write. */
  handOver(draft, key) {
    this.#write({ ...draft, key });
    return this.renew();
  }

  /** What was put aside, else a new draft; the open one is somebody else's business now. */
  renew() {
    this.#setOpen(this.#aside.pop() ?? emptyDraft(), true);
    return this.#open;
  }

  /** Forget the open draft. */
  clear() {
    local((store) => store.removeItem(this.prefix + this.#open.id));
    return this.renew();
  }

  /** The outbox has kept what was handed over, or it is gone from there. */
  release(key) {
    for (const draft of this.#all()) if (draft.key === key) local((store) => store.removeItem(this.prefix + draft.id));
  }

  /** What was to be sent when its page ended. */
  leftovers() { return this.#all().filter((draft) => draft.key); }

  #setOpen(draft, isOurs) {
    this.#open = draft;
    this.#isOurs = isOurs;
    this.#since = now();
    session((store) => store.setItem(this.prefix, draft.id));
  }

  #write(draft) {
    const place = this.prefix + draft.id;
    if (isEmpty(draft)) local((store) => store.removeItem(place));
    else local((store) => store.setItem(place, JSON.stringify({ ...draft, at: now(), tab: this.#tab })));
  }

  /** All of this waiter's that can be read; what can't, or is too old, goes. */
  #all() {
    const places = local((store) => Object.keys(store), []).filter((place) => place.startsWith(this.prefix));
    const found = [];
    for (const place of places) {
      const draft = read(place);
      if (draft && (draft.key || now() - draft.at < TOO_OLD)) found.push({ ...draft, id: place.slice(this.prefix.length) });
      else local((store) => store.removeItem(place));
    }
    return found;
  }

  /** The one draft that earlier versions kept, and did not know the answer to if it has `pendingSince`. */
  #carryOld() {
    const kept = read(this.old);
    if (kept && !isEmpty(kept)) {
      const id = kept.key || newKey(); // the same in two tabs that carry it at once
      const key = kept.pendingSince > 0 ? kept.key : "";
      const at = kept.pendingSince || now();
      local((store) => store.setItem(this.prefix + id, JSON.stringify({ table: kept.table, lines: kept.lines, key, at })));
    }
    local((store) => store.removeItem(this.old));
  }

  /** Another tab would go on with a draft: it is told if somebody is still at it here. */
  #hear({ ask, held, tab, since, to }) {
    if (held && to === this.#tab && held === this.#open.id && !this.#isOurs) this.#giveUp(held);
    if (!ask || tab === this.#tab) return;
    const isFirst = this.#since < since || (this.#since === since && this.#tab < tab);
    const isHere = this.#open.id === ask && (this.#isOurs || isFirst);
    if (isHere || this.#aside.some((draft) => draft.id === ask)) this.#channel.postMessage({ held: ask, to: tab });
  }

  /** Another tab has written the draft that is open here. */
  #watch({ key, newValue }) {
    if (!newValue || key !== this.prefix + this.#open?.id) return;
    const written = read(key);
    if (written && written.tab !== this.#tab) this.#giveUp(this.#open.id);
  }

  #giveUp(id) { this.onTaken(this.begin(new Set([...(this.without ?? []), id]))); }
}

/** A draft as it was kept, put right; null where there is none. */
function read(place) {
  try {
    const kept = JSON.parse(localStorage.getItem(place));
    if (typeof kept !== "object" || kept === null) return null;
    const table = String(kept.table ?? "").replace(/\D/g, "").slice(0, 4);
    return { ...kept, table, lines: lines(kept.lines), key: typeof kept.key === "string" ? kept.key : "", at: Number(kept.at) || 0 };
  } catch {
    return null; // nothing kept, or not ours
  }
}

/** Lines, whether kept as a list or, by earlier versions, by product. */
function lines(kept) {
  const listed = Array.isArray(kept) ? kept : Object.entries(kept ?? {}).map(([product, line]) => ({ ...line, product }));
  return listed.filter((line) => line && line.product !== undefined && Number.isInteger(line.quantity) && line.quantity > 0)
    .map((line) => ({
      id: typeof line.id === "string" ? line.id : newKey(), product: String(line.product), quantity: Math.min(MOST, line.quantity),
      name: typeof line.name === "string" ? line.name : "", note: typeof line.note === "string" ? line.note : "",
    }));
}

/** Private mode, or a browser that keeps nothing: the page works on without. */
function local(use, otherwise = undefined) {
  try { return use(localStorage); } catch { return otherwise; }
}

function session(use, otherwise = undefined) {
  try { return use(sessionStorage); } catch { return otherwise; }
}
