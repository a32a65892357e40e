// Keeps the pages' shell on the device, so that pages open without a network. Never keeps the server's data (orders,
// menus, proofs, streams). Each version of the pages has a cache of its own, and a page is only kept once all its files
// are: no page is ever put together from two versions.

const SHELL = "comanda-shell."; // and the version
const BEFORE = "comanda-shell"; // of the worker that knew no versions
const PAGES = ["/", "/mesero", "/cocina", "/caja", "/admin"];
const FILE = /^\/static\/([0-9a-f]{16})\//;
const NAMED = /="(\/static\/[0-9a-f]{16}\/[^"]+)"/g;
const VERSION = /<meta name="comanda-version" content="([0-9a-f]{16})">/;
const PATIENCE = 4000; // ms: nobody looks at a white page for longer
const GIVE_UP = 15000;
const DEAF_FOR = 10000;

let deafUntil = 0; // after a network failure, a page's other parts don't wait again

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (globalThis));

worker.addEventListener("install", (event) => {
  event.waitUntil(keepAgain("/")); // whoever leaves without a network is led there
  worker.skipWaiting();
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([worker.clients.claim(), caches.delete(BEFORE)]));
});

worker.addEventListener("fetch", (event) => {
  const { pathname: path, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  const version = FILE.exec(path)?.[1];
  if (version) event.respondWith(answerFile(event, path, version));
  else if (PAGES.includes(path) || path.startsWith("/ayuda")) event.respondWith(answerPage(event, path));
});

/**
 * The kept file, which never changes; else the network's, which is kept.
 * @type {(event: FetchEvent, path: string, version: string) => Promise<Response>}
 */
async function answerFile(event, path, version) {
  const kept = await findKept(path);
  if (kept) return kept;
  const response = await fetch(event.request);
  const copy = response.clone();
  if (response.ok) event.waitUntil(quietly(async () => (await caches.open(SHELL + version)).put(path, copy)));
  return response;
}

/**
 * The network's page, which is kept for later. Without a network, for a network that doesn't answer in time, or for a
 * status from 500 on, the kept page. Without a kept page, the network's. A page that asks for its next version wants
 * the network's only.
 * @type {(event: FetchEvent, path: string) => Promise<Response>}
 */
async function answerPage(event, path) {
  const last = event.request.cache === "no-store" ? undefined : await findKept(path);
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
  const copy = response.clone();
  return { response, keeping: response.ok ? quietly(() => keep(path, copy)) : null };
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
    return await caches.match(path);
  } catch {
    return undefined; // private mode
  }
}

/** Keep a page with all its files. A newer version's page replaces an older one's, and at last the older version. */
async function keep(/** @type {string} */ path, /** @type {Response} */ page) {
  const text = await page.clone().text();
  const version = VERSION.exec(text)?.[1];
  if (!version) return;
  const cache = await caches.open(SHELL + version);
  await Promise.all([...text.matchAll(NAMED)].map(async ([, address]) => {
    if (!await cache.match(address)) await cache.add(address);
  }));
  await cache.put(path, page);
  for (const name of await caches.keys()) {
    if (name.startsWith(SHELL) && name !== SHELL + version) await dropOld(name, path);
  }
}

/** Take the page at `path` out of an older version's cache. Its other pages are kept anew before it is deleted. */
async function dropOld(/** @type {string} */ name, /** @type {string} */ path) {
  const old = await caches.open(name);
  await old.delete(path);
  const [next] = (await old.keys()).map(({ url }) => new URL(url).pathname).filter((other) => !FILE.test(other));
  if (!next) await caches.delete(name);
  else await keepAgain(next);
}

/** Fetch and keep a page, if the network is there. */
const keepAgain = (/** @type {string} */ path) => quietly(async () => {
  const response = await fetch(path);
  if (response.ok) await keep(path, response);
});

/** Without a network or room, the page works without it. */
async function quietly(/** @type {() => Promise<void>} */ act) {
  try { await act(); } catch { /* the next page tries again */ }
}
