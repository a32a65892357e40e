// The browser's storage for later pages: texts by name, and databases.

/** Texts: `local` for all tabs, `session` for this tab. If the browser refuses, the page goes on without. */
export const local = texts(() => localStorage);
export const session = texts(() => sessionStorage);

function texts(/** @type {() => Storage} */ area) {
  /** @type {<Result, Otherwise>(act: (all: Storage) => Result, otherwise: Otherwise) => Result | Otherwise} */
  const attempt = (act, otherwise) => {
    try { return act(area()); } catch { return otherwise; }
  };
  return {
    /**
     * The text of a name, or null; `otherwise` if the browser refuses.
     * @type {<Otherwise = null>(name: string, otherwise?: Otherwise) => string | Otherwise | null}
     */
    read: (name, otherwise) => attempt((all) => all.getItem(name), otherwise ?? null),

    /** The list of a name; empty for any other value. */
    readList(/** @type {string} */ name) {
      const list = attempt((all) => JSON.parse(all.getItem(name) ?? ""), null);
      return Array.isArray(list) ? list : [];
    },

    /** Keep a text or a list; null deletes. Returns whether it worked. */
    write: (/** @type {string} */ name, /** @type {string | unknown[] | null} */ value) => attempt((all) => {
      if (value === null) all.removeItem(name);
      else all.setItem(name, Array.isArray(value) ? JSON.stringify(value) : value);
      return true;
    }, false),

    /** All names, or null if the browser refuses. */
    names: () => attempt(Object.keys, null),
  };
}

const UNANSWERED = 3000;

/** Neither done nor refused: the disk is busy, or another tab was stopped within a transaction. */
export class Unanswered extends Error {}

/**
 * The result of `promise`; rejects with Unanswered after `patience` milliseconds. The work may still get done.
 * @type {<Result>(promise: Promise<Result>, patience: number) => Promise<Result>}
 */
export const inTime = (promise, patience) => Promise.race([promise, new Promise((_, reject) => {
  setTimeout(() => reject(new Unanswered()), patience);
})]);

/**
 * Open a database with `stores`, name → key. An older database gets its missing stores.
 * @type {(name: string, stores: Record<string, string>) => Promise<IDBDatabase>}
 */
export async function openDatabase(name, stores) {
  const database = await open(name, stores);
  if (Object.keys(stores).every((store) => database.objectStoreNames.contains(store))) return database;
  const next = database.version + 1;
  database.close();
  return open(name, stores, next);
}

/** @type {(name: string, stores: Record<string, string>, version?: number) => Promise<IDBDatabase>} */
function open(name, stores, version) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(stores)) {
        if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store, { keyPath });
      }
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * Run `work(...stores)` in one transaction. After the commit, resolves to the result of the request that `work`
 * returns, or to true.
 * @type {Transact}
 */
export function transact(database, names, mode, work, options) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(names, mode, options);
    const request = work(...names.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(request ? request.result : true);
    transaction.onabort = () => reject(transaction.error);
  });
}

/**
 * A database with one store, for small rows by `name`. Returns `run(mode, work, options)`, which is one transaction. It
 * resolves to null without a result, to undefined if the storage fails.
 * @type {(name: string, store: string) => OnShelf}
 */
export function shelf(name, store) {
  /** @type {OnShelf} */
  const whole = async (mode, work, options) => {
    const database = await openDatabase(name, { [store]: "name" });
    try {
      return await transact(database, [store], mode, work, options) ?? null;
    } finally {
      database.close();
    }
  };
  return (mode, work, options) => inTime(whole(mode, work, options), UNANSWERED).catch(() => undefined);
}
