// One table of one IndexedDB database, for little things that outlast the page.

const UNANSWERED = 3000;

/**
 * `run(mode, work, options)` is one transaction on `table` of `database`, whose rows have a `name`. It
 * resolves to what `work(table)` found, or null; to undefined where the browser keeps nothing now.
 */
export function shelf(database, table) {
  return async function run(mode, work, options) {
    try {
      const opened = await open(database, table);
      try {
        return await transact(opened.transaction(table, mode, options), (transaction) => work(transaction.objectStore(table))) ?? null;
      } finally {
        opened.close();
      }
    } catch {
      return undefined;
    }
  };
}

function open(database, table) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(table, { keyPath: "name" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    setTimeout(() => reject(new Error("the browser does not answer")), UNANSWERED);
  });
}

function transact(transaction, work) {
  return new Promise((resolve, reject) => {
    const request = work(transaction);
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
    setTimeout(() => reject(new Error("the browser does not answer")), UNANSWERED);
  });
}
