// As much of a browser as the pages' modules need to be imported and run without one. Import it first.

/** A Storage that keeps what it is given until the test ends. */
class MemoryStorage {
  #items = new Map();

  getItem(name) { return this.#items.get(name) ?? null; }

  setItem(name, value) { this.#items.set(name, String(value)); }

  removeItem(name) { this.#items.delete(name); }

  key(at) { return [...this.#items.keys()][at] ?? null; }

  get length() { return this.#items.size; }
}

/** A stream that says what a test tells it to say. */
export class FakeEventSource extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSED = 2;
  static opened = [];
  readyState = FakeEventSource.OPEN;

  constructor(url) {
    super();
    this.url = url;
    FakeEventSource.opened.push(this);
  }

  /** The stream that a page follows now. */
  static get latest() { return FakeEventSource.opened.at(-1); }

  say(type, id, content) {
    const event = new MessageEvent(type, { data: JSON.stringify(content), lastEventId: String(id) });
    this.dispatchEvent(event);
  }

  close() { this.readyState = FakeEventSource.CLOSED; }
}

/** A request that a test answers, or loses. */
export class FakeXMLHttpRequest {
  static sent = [];
  upload = {};
  headers = {};
  responseText = "";
  status = 0;

  open(method, path) { Object.assign(this, { method, path, responseURL: `${location.origin}${path}` }); }

  setRequestHeader(name, value) { this.headers[name] = value; }

  getResponseHeader(name) { return this.answered?.[name] ?? null; }

  send(body) {
    this.body = body;
    FakeXMLHttpRequest.sent.push(this);
  }

  abort() { this.onabort?.(); }

  answer(status, content, headers = {}) {
    const responseText = typeof content === "string" ? content : JSON.stringify(content);
    Object.assign(this, { status, responseText, answered: headers });
    this.onload();
  }

  lose() { this.onerror(); }
}

const MOST_TURNS = 100000;
const page = new EventTarget();
const documentElement = { dataset: {} };
const nodeTimers = { setInterval, setTimeout };
const put = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"]) put(name, page[name].bind(page));
put("document", Object.assign(new EventTarget(), { documentElement, visibilityState: "visible" }));
put("location", { pathname: "/mesero", search: "", href: "https://house.test/mesero", origin: "https://house.test" });
put("history", { state: null });
put("localStorage", new MemoryStorage());
put("sessionStorage", new MemoryStorage());
put("EventSource", FakeEventSource);
put("XMLHttpRequest", FakeXMLHttpRequest);
put("BroadcastChannel", undefined); // each tab has a stream of its own
// A page's clocks tick for ever; a test's process ends.
put("setInterval", (...given) => nodeTimers.setInterval(...given).unref());
put("setTimeout", (...given) => nodeTimers.setTimeout(...given).unref());

/** Answer what the pages fetch: `routes` has a function of the request by "GET /orders"; nothing else is answered. */
export function serve(routes) {
  const asked = [];
  put("fetch", async (path, options) => {
    const name = `${options?.method ?? "GET"} ${path}`;
    asked.push({ name, ...options });
    if (!routes[name]) throw new TypeError("Failed to fetch");
    return routes[name](options);
  });
  return asked;
}

export const json = (content, status = 200, headers = {}) => (
  new Response(JSON.stringify(content), { status, headers: { "Content-Type": "application/json", ...headers } }));

/** Let everything go on that only waits for what is there already. */
export const settled = () => new Promise((resolve) => { setImmediate(resolve); });

/** Resolves once `isSo()`; rejects where that does not come of what is under way. */
export async function until(isSo) {
  for (let turn = 0; !isSo(); turn += 1) {
    if (turn > MOST_TURNS) throw new Error(`waited in vain for ${isSo}`);
    await settled();
  }
}
