// Keeps the pages' shell on the device, so that pages open without a network. Never keeps the server's data (orders,
// menus, proofs, streams).

const SHELL = "comanda-shell";
const PAGES = ["/", "/mesero", "/cocina", "/caja", "/admin"];
const PATIENCE = 4000; // ms: nobody looks at a white page for longer
const GIVE_UP = 15000;
const DEAF_FOR = 10000;

let deafUntil = 0; // after a network failure, a page's other parts don't wait again

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
 * The network's answer, which is kept for later. Without a network, for a network that doesn't answer in time, or for a
 * status from 500 on, the kept answer. Without a kept answer, the network's.
 * @type {(event: FetchEvent, path: string) => Promise<Response>}
 */
async function answer(event, path) {
  const last = await findKept(path);
  if (last && performance.now() < deafUntil) return last;
  const giveUp = new AbortController();
  const networkAnswer = fromNetwork(event.request, path, last ? giveUp : null);
  event.waitUntil(networkAnswer.then(({ keeping }) => keeping, () => {}));
  if (!last) return (await networkAnswer).response;
  try {
    const { response } = await inTime(networkAnswer);
    return response.status >= 500 ? last : response;
  } catch {
    return last;
  }
}

/** @type {(request: Request, path: string, giveUp: AbortController?) => Promise<Fetched>} */
async function fromNetwork(request, path, giveUp) {
  const timer = giveUp && setTimeout(() => giveUp.abort(), GIVE_UP); // else it may hold a connection for minutes
  const response = await fetch(request, giveUp ? { signal: giveUp.signal } : {});
  clearTimeout(timer ?? undefined);
  deafUntil = 0;
  return { response, keeping: response.ok ? keep(path, response.clone()) : null };
}

/** @typedef {{ response: Response, keeping: Promise<void>? }} Fetched */

/** Rejects after PATIENCE. @type {(networkAnswer: Promise<Fetched>) => Promise<Fetched>} */
function inTime(networkAnswer) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      deafUntil = performance.now() + DEAF_FOR;
      reject(new Error("no answer"));
    }, PATIENCE);
    networkAnswer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function findKept(/** @type {string} */ path) {
  try {
    return await (await caches.open(SHELL)).match(path);
  } catch {
    return undefined; // private mode
  }
}

async function keep(/** @type {string} */ path, /** @type {Response} */ response) {
  try {
    await (await caches.open(SHELL)).put(path, response);
  } catch { /* no room: the page works without it */ }
}
