// The pages' shell, kept on the device: a page opens without a network, and says so itself.
// Answers of the server's own (orders, menus, proofs, streams) are never kept here.

const SHELL = "comanda-shell";
const PAGES = ["/", "/mesero", "/cocina", "/caja", "/admin"];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(PAGES)));
  skipWaiting();
});

addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const isShell = url.origin === location.origin
    && (PAGES.includes(url.pathname) || url.pathname.startsWith("/ayuda") || url.pathname.startsWith("/static/"));
  if (event.request.method === "GET" && isShell) event.respondWith(fromNetwork(event.request, url));
});

/** The network's answer, kept for later; without a network, the one that was kept. */
async function fromNetwork(request, url) {
  const cache = await caches.open(SHELL);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(url.pathname, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(url.pathname);
    if (kept) return kept;
    throw error;
  }
}
