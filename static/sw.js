// The pages' shell, kept on the device: a page opens without a network, and says so itself.
// Answers of the server's own (orders, menus, proofs, streams) are never kept here.

const SHELL = "comanda-shell";
const PAGES = ["/", "/mesero", "/cocina", "/caja", "/admin"];
const PATIENCE = 4000; // milliseconds: longer than that nobody looks at a white page
const GIVE_UP = 15000;
const DEAF_FOR = 10000;

let deafUntil = 0; // the network did not answer just now: a page's other parts don't wait for it, each anew

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (globalThis));

worker.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(PAGES)));
  worker.skipWaiting();
});

worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const isShell = url.origin === location.origin
    && (PAGES.includes(url.pathname) || url.pathname.startsWith("/ayuda") || url.pathname.startsWith("/static/"));
  if (event.request.method === "GET" && isShell) event.respondWith(answer(event, url.pathname));
});

/**
 * The network's answer, kept for later; the one that was kept where there is no network, or one that
 * does not answer, or where a proxy has nothing but an error of its own. A browser that keeps nothing
 * has the network alone.
 * @type {(event: FetchEvent, path: string) => Promise<Response>}
 */
async function answer(event, path) {
  const last = await kept(path);
  if (last && performance.now() < deafUntil) return last;
  const giveUp = new AbortController();
  const asked = fromNetwork(event.request, path, last ? giveUp : null);
  event.waitUntil(asked.then(({ keeping }) => keeping, () => {}));
  if (!last) return (await asked).response;
  try {
    const { response } = await inTime(asked);
    return response.status >= 500 ? last : response;
  } catch {
    return last;
  }
}

/** @type {(request: Request, path: string, giveUp: AbortController?) => Promise<Fetched>} */
async function fromNetwork(request, path, giveUp) {
  const timer = giveUp && setTimeout(() => giveUp.abort(), GIVE_UP); // or it would hold a connection for minutes
  const response = await fetch(request, giveUp ? { signal: giveUp.signal } : {});
  clearTimeout(timer ?? undefined);
  deafUntil = 0;
  return { response, keeping: response.ok ? keep(path, response.clone()) : null };
}

/** @typedef {{ response: Response, keeping: Promise<void>? }} Fetched */

/** Rejects when the network has had its time. @type {(asked: Promise<Fetched>) => Promise<Fetched>} */
function inTime(asked) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      deafUntil = performance.now() + DEAF_FOR;
      reject(new Error("no answer"));
    }, PATIENCE);
    asked.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function kept(/** @type {string} */ path) {
  try {
    return await (await caches.open(SHELL)).match(path);
  } catch {
    return undefined; // private mode
  }
}

async function keep(/** @type {string} */ path, /** @type {Response} */ response) {
  try {
    await (await caches.open(SHELL)).put(path, response);
  } catch { /* no room: the page is whole without it */ }
}
