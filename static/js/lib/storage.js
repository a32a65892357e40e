// What the browser keeps for later pages: texts by their names, and databases.

/** Texts: `local` of all tabs, `session` of this one. Where the browser refuses, the page goes on without. */
export const local = texts(() => localStorage);
export const session = texts(() => sessionStorage);

function texts(/** @type {() => Storage} */ area) {
  /** @type {<Result, Otherwise>(act: (all: Storage) => Result, otherwise: Otherwise) => Result | Otherwise} */
  const attempt = (act, otherwise) => {
    try { return act(area()); } catch { return otherwise; }
  };
  return {
    /** The text of a name, or null; `otherwise` where the browser refuses. */
    read: (/** @type {string} */ name, /** @type {string?} */ otherwise = null) =>
      attempt((all) => all.getItem(name), otherwise),

    /** The list of a name; empty where something else is kept. */
    readList(/** @type {string} */ name) {
      const list = attempt((all) => JSON.parse(all.getItem(name) ?? ""), null);
      return Array.isArray(list) ? list : [];
    },

    /** Keep a text, or a list; null is removed. Whether the browser did so. */
    write: (/** @type {string} */ name, /** @type {string | string[] | null} */ value) => attempt((all) => {
      if (value === null) all.removeItem(name);
      else all.setItem(name, Array.isArray(value) ? JSON.stringify(value) : value);
      return true;
    }, false),

    /** All names, null where the browser refuses. */
    names: () => attempt(Object.keys, null),
  };
}

const UNANSWERED = 3000;

/** Neither done nor refused: the device's disk is busy, or another tab was stopped in the middle of something. */
export class Unanswered extends Error {}

/**
 * What `promise` resolves to; rejects with Unanswered after `patience` milliseconds, though it may still be done.
 * @type {<Result>(promise: Promise<Result>, patience: number) => Promise<Result>}
 */
export const inTime = (promise, patience) => Promise.race([promise, new Promise((_, reject) => {
  setTimeout(() => reject(new Unanswered()), patience);
})]);

/**
 * Open a database with `stores`, each with the name of its key. One of an earlier version gets those that it lacks.
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
 * Run `work(...stores)` in one transaction. Once it is on the disk, and not merely asked for, resolves to the
 * result of the request that `work` returns, or to true.
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
 * A database of one store, whose rows have a `name`, for little things that outlast the page: `run(mode, work,
 * options)` is one transaction on it. Resolves to null where nothing is found, to undefined where nothing is kept now.
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
