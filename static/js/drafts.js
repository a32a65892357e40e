// Where drafts of proofs are kept on the phone: by their key, until the server has answered.

const DATABASE = "comanda";
const TABLE = "drafts";
const UNANSWERED = 4000;

/** Drafts in IndexedDB; in memory where the browser refuses that. */
export class Drafts {
  isLasting = true;
  #memory = new Map();
  #database = null;

  async all() {
    const kept = await this.#run("readonly", (table) => table.getAll(), []);
    return [...kept.filter((draft) => !this.#memory.has(draft.key)), ...this.#memory.values()];
  }

  async get(key) {
    return this.#memory.get(key) ?? this.#run("readonly", (table) => table.get(key), undefined);
  }

  async put(draft) {
    const kept = await this.#run("readwrite", (table) => table.put(draft), null);
    if (kept === null) this.#memory.set(draft.key, draft);
    else this.#memory.delete(draft.key);
  }

  async delete(key) {
    this.#memory.delete(key);
    await this.#run("readwrite", (table) => table.delete(key), null);
  }

  /** One transaction; a connection that the phone closed in the background is opened again once. */
  async #run(mode, work, otherwise) {
    for (let chance = 0; chance < 2; chance += 1) {
      try {
        this.#database ??= await openDatabase();
        const found = await transact(this.#database, mode, work);
        this.isLasting = true;
        return found;
      } catch {
        this.#database = null;
      }
    }
    this.isLasting = false;
    return otherwise;
  }
}

function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    setTimeout(() => reject(new Error("the browser does not answer")), UNANSWERED);
  });
}

/** Resolves once the transaction is on the disk, not merely asked for. */
function transact(database, mode, work) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(TABLE, mode, { durability: "strict" });
    const request = work(transaction.objectStore(TABLE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}
