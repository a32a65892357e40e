// Where drafts of proofs and orders are kept on the phone: by their key, until the server has answered.

const DATABASE = "comanda";
const VERSION = 2; // 2: a draft has a kind; those of version 1 are proofs
const TABLE = "drafts";
const UNANSWERED = 4000;
const STILL_UNANSWERED = 500; // once it has failed, nobody waits long for each further thing: it is tried again by itself
const TRY_EVERY = 2000;

/**
 * Drafts in IndexedDB; in memory while the browser refuses that, and it is tried again until it no longer
 * does, which `onBack()` hears.
 */
export class Drafts {
  #memory = new Map();
  #deleted = new Set();
  #database = null;
  #opening = null;
  #isSlow = false;
  #works = true;
  #isThere = Boolean(globalThis.indexedDB); // or there is nothing to come back
  #timer = 0;

  constructor({ onBack = () => {} } = {}) { this.onBack = onBack; }

  /** False while a draft lives no longer than the page. */
  get isLasting() { return this.#works && this.#memory.size === 0; }

  /** Every draft; null where they could not be read now, which does not mean that there are none. */
  async all() {
    const kept = await this.#run("readonly", (table) => table.getAll(), this.#isThere ? null : []);
    if (kept === null) return null;
    const isNews = ({ key }) => !this.#memory.has(key) && !this.#deleted.has(key);
    return [...kept.filter(isNews), ...this.#memory.values()];
  }

  /** The draft of a key, undefined where there is none, `otherwise` where the browser can't tell. */
  async get(key, otherwise) {
    if (this.#deleted.has(key)) return undefined;
    return this.#memory.get(key) ?? this.#run("readonly", (table) => table.get(key), otherwise);
  }

  async put(draft) {
    this.#deleted.delete(draft.key);
    const kept = await this.#run("readwrite", (table) => table.put(draft), null);
    if (kept === null) this.#memory.set(draft.key, draft);
    else this.#memory.delete(draft.key);
  }

  async delete(key) {
    this.#memory.delete(key);
    this.#deleted.add(key);
    if ((await this.#run("readwrite", (table) => table.delete(key), null)) !== null) this.#deleted.delete(key);
  }

  /** Read and delete in one act, so that of two tabs only one has it; undefined for the other, `otherwise`
   *  where the browser can't tell. */
  async take(key, otherwise) {
    const here = this.#memory.get(key);
    const read = (table) => {
      const request = table.get(key);
      table.delete(key);
      return request;
    };
    const kept = await this.#run("readwrite", read, null);
    this.#memory.delete(key);
    if (kept === null) this.#deleted.add(key);
    return kept ?? here ?? (kept === null ? otherwise : undefined);
  }

  /** One transaction; a connection that the phone closed in the background is opened again once. */
  async #run(mode, work, otherwise, patience = this.#works ? UNANSWERED : STILL_UNANSWERED) {
    for (let chance = 0; chance < 2; chance += 1) {
      try {
        const found = await transact(await this.#connect(), mode, work, patience);
        this.#works = true;
        return found;
      } catch (error) {
        this.#database?.close(); // what is under way on it is still done
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

  /** The database. It is waited for once only: an old page of another tab may keep it for as long as it is open. */
  #connect() {
    if (this.#database) return this.#database;
    this.#opening ??= openDatabase().then((database) => this.#opened(database)).finally(() => {
      this.#opening = null;
      this.#isSlow = false;
    });
    return Promise.race([this.#opening, this.#tooLong(this.#opening)]);
  }

  async #tooLong(opening) {
    await new Promise((resolve) => { setTimeout(resolve, this.#isSlow ? 0 : UNANSWERED); });
    if (this.#opening === opening) this.#isSlow = true;
    throw new Unanswered();
  }

  #opened(database) {
    this.#database = database;
    database.onclose = () => { this.#database = null; };
    database.onversionchange = () => { // a newer page wants it
      database.close();
      this.#database = null;
    };
    if (this.#isSlow) setTimeout(() => this.#catchUp());
    return database;
  }

  /** Do on the disk what could only be done in memory. */
  async #catchUp() {
    if ((await this.#run("readonly", (table) => table.count(), null, UNANSWERED)) === null) return;
    for (const draft of [...this.#memory.values()]) await this.put(draft);
    for (const key of [...this.#deleted]) await this.delete(key);
    if (await this.all() !== null) this.onBack();
  }
}

/** The database in our version; as it is, where a newer page has been here. */
async function openDatabase() {
  let database = null;
  try {
    database = await open(VERSION);
  } catch (error) {
    if (error?.name !== "VersionError") throw error;
    database = await open();
  }
  if (database.objectStoreNames.contains(TABLE)) return database;
  database.close();
  throw new Error("somebody else's database");
}

function open(version) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, version);
    request.onupgradeneeded = () => upgrade(request.result, request.transaction);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function upgrade(database, transaction) {
  if (!database.objectStoreNames.contains(TABLE)) {
    database.createObjectStore(TABLE, { keyPath: "key" });
    return;
  }
  const request = transaction.objectStore(TABLE).openCursor();
  request.onsuccess = () => {
    const place = request.result;
    if (!place) return;
    if (!place.value.kind) place.update({ ...place.value, kind: "proof" });
    place.continue();
  };
}

/** Neither done nor refused: the phone's disk is busy, or another tab was stopped in the middle of something. */
class Unanswered extends Error {}

/**
 * Resolves once the transaction is on the disk, not merely asked for. Rejects where that takes too long;
 * it may still be done later, before all that is asked for after it.
 */
function transact(database, mode, work, patience) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Unanswered()), patience);
    const transaction = database.transaction(TABLE, mode, { durability: "strict" });
    const request = work(transaction.objectStore(TABLE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}
