// Drafts of proofs and orders, kept on the phone by their key until the server has answered. A draft and its photo
// are written once; later changes of its state are written to a second store.

import { inTime, openDatabase, transact, Unanswered } from "../lib/storage.js";

const DATABASE = "comanda";
const STORES = { drafts: "key", states: "key" };
const UNANSWERED = 4000;
const STILL_UNANSWERED = 500; // after a failure, later requests fail sooner
const TRY_EVERY = 2000;

/**
 * Drafts in IndexedDB. While the browser refuses that, drafts are in memory, and the write is tried again; `onBack()`
 * is called when it works. Each draft is whole in its store: pages of earlier versions wrote and read it so.
 */
export class Drafts {
  #memory = new Map();
  #deleted = new Set();
  #database = null;
  #opening = null;
  #works = true;
  #isThere = Boolean(globalThis.indexedDB); // without IndexedDB, trying again is useless
  #timer = 0;

  constructor({ onBack = () => {} } = {}) { this.onBack = onBack; }

  /** False while a draft lives no longer than the page. */
  get isLasting() { return this.#works && this.#memory.size === 0; }

  /** All drafts, or null if they can't be read now: there may still be drafts. */
  async all() {
    const rows = await this.#run("readonly", readAll, this.#isThere ? null : []);
    if (rows === null) return null;
    const isNews = ({ key }) => !this.#memory.has(key) && !this.#deleted.has(key);
    return [...rows.filter(isNews), ...this.#memory.values()];
  }

  /** The draft of a key, undefined without a draft, `otherwise` if the browser can't tell. */
  async get(key, otherwise) {
    if (this.#deleted.has(key)) return undefined;
    return this.#memory.get(key) ?? this.#run("readonly", read(key), otherwise);
  }

  async add(draft) {
    this.#deleted.delete(draft.key);
    await this.#write(draft, (drafts, states) => {
      drafts.put(draft);
      states.delete(draft.key);
    });
  }

  /** Keep a draft's new state, unless another tab has deleted it. A photo on the disk is not written again. */
  async update(draft) {
    if (this.#memory.has(draft.key)) return this.add(draft);
    return this.#write(draft, (drafts, states) => {
      drafts.count(draft.key).onsuccess = ({ target }) => {
        if (target.result > 0) states.put({ ...draft, bytes: null });
      };
    });
  }

  async #write(draft, work) {
    if (await this.#run("readwrite", work, false)) this.#memory.delete(draft.key);
    else if (!this.#deleted.has(draft.key)) this.#memory.set(draft.key, draft);
  }

  async delete(key) {
    this.#memory.delete(key);
    this.#deleted.add(key);
    if (await this.#run("readwrite", remove(key), false)) this.#deleted.delete(key);
  }

  /**
   * Read and delete a draft in one transaction: of two tabs, only one gets it, and the other undefined. Resolves to
   * `otherwise` if the browser can't tell.
   */
  async take(key, otherwise) {
    const here = this.#memory.get(key);
    const readAndRemove = (...stores) => {
      const request = read(key)(...stores);
      remove(key)(...stores);
      return request;
    };
    const draft = await this.#run("readwrite", readAndRemove, null);
    this.#memory.delete(key);
    if (draft === null) this.#deleted.add(key);
    return draft ?? here ?? (draft === null ? otherwise : undefined);
  }

  /** Run one transaction. A connection that the phone closed in the background is reopened once. */
  async #run(mode, work, otherwise, patience = this.#works ? UNANSWERED : STILL_UNANSWERED) {
    for (let chance = 0; chance < 2; chance += 1) {
      try {
        const result = await inTime(this.#transact(mode, work), patience);
        this.#works = true;
        return result;
      } catch (error) {
        this.#database?.close(); // running transactions still end
        this.#database = null;
        if (error instanceof Unanswered) break;
      }
    }
    this.#works = false;
    this.#tryLater();
    return otherwise;
  }

  #tryLater() {
    if (this.#isThere) this.#timer ||= setTimeout(() => { this.#timer = 0; this.#catchUp(); }, TRY_EVERY);
  }

  async #transact(mode, work) {
    return transact(this.#database ?? await this.#connect(), Object.keys(STORES), mode, work, { durability: "strict" });
  }

  /** Open the database. An old page in another tab may block this until it closes. */
  #connect() {
    this.#opening ??= openDatabase(DATABASE, STORES).then((database) => this.#opened(database))
      .finally(() => { this.#opening = null; });
    return this.#opening;
  }

  #opened(database) {
    this.#database = database;
    database.onclose = () => { this.#database = null; };
    database.onversionchange = () => { // a newer page upgrades it
      database.close();
      this.#database = null;
    };
    return database;
  }

  /** Write to the disk the changes that are only in memory. */
  async #catchUp() {
    if ((await this.#run("readonly", (drafts) => drafts.count(), null, UNANSWERED)) === null) return;
    for (const draft of [...this.#memory.values()]) await this.add(draft);
    for (const key of [...this.#deleted]) await this.delete(key);
    if (await this.all() !== null) this.onBack();
  }
}

// Work on the two stores in one transaction.

/** A draft with its state, or undefined. */
const read = (key) => (drafts, states) => {
  const [draft, state] = [drafts.get(key), states.get(key)];
  return { get result() { return draft.result && withState(draft.result, state.result); } };
};

function readAll(drafts, states) {
  const [all, changes] = [drafts.getAll(), states.getAll()];
  const result = () => {
    const stateOf = new Map(changes.result.map((state) => [state.key, state]));
    return all.result.map((draft) => withState(draft, stateOf.get(draft.key)));
  };
  return { get result() { return result(); } };
}

const withState = (draft, state) => ({ ...draft, ...state, bytes: draft.bytes });

const remove = (key) => (...stores) => { for (const store of stores) store.delete(key); };
