// Uncaught errors: shown on the page and reported to the server's log, once. Not a module, and the first script of
// every page: it must see modules that fail to load.

(() => {
  const MOST_REPORTS = 5;
  const HARMLESS = /ResizeObserver loop/; // a browser's note about nothing visible
  const MODULE = /dynamically imported module|Importing a module|error loading dynamically/i;
  const TRIED = "comanda.versiones"; // see lib/upgrade, which may be what is missing
  const ANSWER_WITHIN = 8000; // ms: then the notice comes, also on a network that swallows requests
  const reportedKeys = new Set();
  let leaving = false;
  /** @type {Promise<boolean>?} */
  let renewal = null; // the first part that is missing decides for all

  addEventListener("error", (event) => {
    const part = event.target;
    if (part instanceof HTMLScriptElement || (part instanceof HTMLLinkElement && part.rel === "stylesheet")) {
      failToLoad(pathOf("src" in part ? part.src : part.href));
    } else if (event instanceof ErrorEvent) {
      const { message, filename, lineno, colno, error } = event;
      fail({ message, source: pathOf(filename), line: lineno || null, column: colno || null, stack: stackOf(error) });
    }
  }, true);
  addEventListener("unhandledrejection", ({ reason }) => {
    const isModule = MODULE.test(reason?.message ?? "");
    fail({ message: wordsOf(reason), stack: stackOf(reason) }, isModule);
  });
  addEventListener("pagehide", () => { leaving = true; });
  addEventListener("pageshow", () => { leaving = false; });

  async function failToLoad(/** @type {string?} */ source) {
    try {
      renewal ??= comesAnew(source);
      if (await renewal) return;
    } catch { /* no network, or no storage */ }
    fail({ message: `No se pudo cargar ${source}`, source }, true);
  }

  /** The server was upgraded while this page was loaded: reload, once for each version. */
  async function comesAnew(/** @type {string?} */ source) {
    const own = /^\/static\/([0-9a-f]{16})\//.exec(source ?? "")?.[1];
    if (!own) return false;
    const text = await (await fetch(location.href, {
      cache: "no-store", signal: AbortSignal.timeout?.(ANSWER_WITHIN),
    })).text();
    const version = /<meta name="comanda-version" content="([0-9a-f]{16})">/.exec(text)?.[1];
    const tried = JSON.parse(sessionStorage.getItem(TRIED) ?? "[]");
    if (!version || version === own || tried.includes(version)) return false;
    sessionStorage.setItem(TRIED, JSON.stringify([...tried, version]));
    location.reload();
    return true;
  }

  /** @typedef {Partial<PageError> & { message: string }} Failure */

  function fail(/** @type {Failure} */ error, isLoading = false) {
    try {
      if (leaving || HARMLESS.test(error.message) || !isOurs(error)) return;
      const key = `${error.message} ${error.source} ${error.line}`;
      if (reportedKeys.has(key)) return;
      reportedKeys.add(key);
      show(isLoading);
      if (reportedKeys.size <= MOST_REPORTS) report(error);
    } catch { /* the report must not fail */ }
  }

  /** Whether the error is the page's, not a browser extension's. */
  const isOurs = (/** @type {Failure} */ { source, stack }) => !/^[a-z-]+-extension:/.test(source ?? "")
    && !/-extension:\/\//.test(stack ?? "");

  function pathOf(/** @type {string} */ address) {
    try {
      const url = new URL(address, location.href);
      return url.origin === location.origin ? url.pathname : url.href.split(/[?#]/)[0].slice(0, 300);
    } catch {
      return null;
    }
  }

  const wordsOf = (/** @type {any} */ reason) =>
    String(reason?.message ? `${reason.name ?? "Error"}: ${reason.message}` : reason);
  const stackOf = (/** @type {any} */ error) =>
    (typeof error?.stack === "string" ? error.stack.replaceAll(location.origin, "") : null);

  function report(/** @type {Failure} */ { message, source = null, line = null, column = null, stack = null }) {
    /** @type {(text: string?, length: number) => string?} */
    const cut = (text, length) => (text === null ? null : String(text).slice(0, length));
    const body = JSON.stringify({
      message: cut(message, 500) || "?", page: cut(location.pathname, 200), source: cut(source, 300), line, column,
      stack: cut(stack, 1500),
    });
    fetch("/errors", { method: "POST", headers: { "Content-Type": "application/json" }, body, keepalive: true })
      .catch(() => {});
  }

  /** Show one notice, in a row at the page's foot that covers no control. */
  function show(/** @type {boolean} */ isLoading) {
    if (!document.body) {
      addEventListener("DOMContentLoaded", () => show(isLoading), { once: true });
      return;
    }
    const place = document.querySelector("dialog[open]") ?? document.body;
    if (place.querySelector(".uncaught")) return;
    const node = document.createElement("div");
    node.className = "uncaught";
    node.setAttribute("role", "alert");
    const words = document.createElement("span");
    words.textContent = isLoading
      ? "La página no se cargó completa. Revisa el Wi-Fi y recárgala."
      : "Algo falló en esta página. Recárgala: lo que ya enviaste o guardaste no se pierde.";
    node.append(words, button("Recargar", "primary", () => location.reload()),
      button("Cerrar aviso", "plain", () => node.remove()));
    put(place, node);
    place.addEventListener("close", () => { if (place.contains(node)) put(document.body, node); }, { once: true });
  }

  function put(/** @type {Element} */ place, /** @type {Element} */ node) {
    const foot = place.querySelector(":scope > .foot");
    if (foot) foot.before(node);
    else place.append(node);
  }

  function button(/** @type {string} */ text, /** @type {string} */ kind, /** @type {() => void} */ act) {
    const node = document.createElement("button");
    node.type = "button";
    node.className = "button";
    node.dataset.kind = kind;
    node.textContent = text;
    node.addEventListener("click", act);
    return node;
  }
})();
