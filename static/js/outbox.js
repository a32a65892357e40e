// Proofs on their way to the server. Each is kept on the phone before it is first sent, and until the
// server has answered, so that bad Wi-Fi, a killed tab or a restart lose nothing and double nothing.

import { answer, newKey, Problem } from "./api.js";
import { Drafts } from "./drafts.js";
import { signInAgain } from "./live.js";
import { learnTime, now, stopwatch } from "./server-time.js";

const STALLED = 30000;
const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 60000;
const SOME_TIME = 6; // attempts' worth of pause
const PASSING = [408, 425, 429];

/**
 * The drafts of this device. `onChange()` hears of every change, `onSent(order, draft)` of each that
 * the server has. A draft: `{ key, orderId, table, total, method, reference, amount, takenAt, waiter,
 * bytes, type, name, attempt, error, errors, stopped }`; `stopped` is one whose refusal will never
 * change, `errors` says by field what the server has against it.
 */
export class Outbox {
  #store = new Drafts();
  #drafts = new Map();
  #progress = new Map();
  #timers = new Map();
  #changes = 0;
  #channel = globalThis.BroadcastChannel ? new BroadcastChannel("comanda.envios") : null;

  constructor({ username, onChange, onSent }) {
    Object.assign(this, { username, onChange, onSent });
  }

  /** False where the browser keeps nothing: a draft then lives as long as the page. */
  get isLasting() { return this.#store.isLasting; }

  get drafts() { return [...this.#drafts.values()]; }

  /** The draft of an order, if it has one. */
  of(orderId) { return this.drafts.find((draft) => draft.orderId === orderId); }

  /** Whether a draft is on the wire now. */
  isSending(draft) { return this.#progress.has(draft.key); }

  /** How much of a draft has left the phone, 0 to 1. */
  progress(draft) { return this.#progress.get(draft.key) || 0; }

  /** Read what an earlier page left, and begin to send it. */
  async start() {
    addEventListener("online", () => this.#sendAll());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#sendAll();
    });
    if (this.#channel) this.#channel.onmessage = () => this.#follow();
    await this.#reload();
    this.#sendAll();
  }

  /** Keep a new draft of `{ orderId, table, total, method, file, takenAt, reference, amount }`, in place
   *  of the order's earlier one, then send it. */
  async add({ file, ...said }) {
    const draft = {
      ...said, key: newKey(), waiter: this.username,
      // Bytes, not a Blob: some WebKits lose the Blobs that they store.
      bytes: file ? await file.arrayBuffer() : null, type: file?.type || "", name: file?.name || "foto.jpg",
      attempt: 0, error: "", errors: {}, stopped: false, savedAt: now(),
    };
    const earlier = this.of(draft.orderId);
    await this.#keep(draft);
    if (earlier) await this.#drop(earlier.key);
    this.#send(draft.key);
  }

  /** Send now what waits, whoever took the photo. */
  async sendNow(key) {
    const draft = this.#drafts.get(key);
    if (!draft || this.isSending(draft)) return;
    await this.#keep({ ...draft, stopped: false, error: "", errors: {}, waiter: this.username });
    await this.#send(key);
  }

  /** Forget a draft. */
  discard(key) { return this.#drop(key); }

  /** What goes by itself: a refused one waits for a person, another waiter's for that waiter. */
  #ownWaiting() { return this.drafts.filter((draft) => !draft.stopped && draft.waiter === this.username); }

  #sendAll() {
    for (const draft of this.#ownWaiting()) this.#send(draft.key);
  }

  /** Another tab has changed a draft: it sends it, but might be closed before it could. */
  async #follow() {
    await this.#reload();
    for (const { key } of this.#ownWaiting()) if (!this.#timers.has(key)) this.#later(key, SOME_TIME);
  }

  /** One attempt, by one tab at a time where the browser can see to it; the key protects anyway. */
  async #send(key) {
    this.#unschedule(key);
    if (this.#progress.has(key)) return;
    this.#progress.set(key, 0);
    try {
      await exclusively(key, () => this.#attempt(key), () => this.#later(key, 1));
    } finally {
      this.#progress.delete(key);
      this.onChange();
    }
  }

  async #attempt(key) {
    const kept = await this.#store.get(key);
    if (!kept) { // another tab has sent it, or somebody discarded it there
      this.#drafts.delete(key);
      return;
    }
    const draft = { ...kept, attempt: kept.attempt + 1, error: "" };
    await this.#keep(draft);
    log("🔄 [Frontend] Enviando comprobante de pago", draft);
    try {
      const order = await upload(draft, (share) => this.#show(key, share));
      log("✅ [Frontend] Comprobante enviado exitosamente", draft);
      await this.#drop(key);
      this.onSent(order, draft);
    } catch (error) {
      await this.#failed(draft, error);
    }
  }

  #show(key, share) {
    this.#progress.set(key, share);
    this.onChange();
  }

  /** Try again later, or never: a refusal that will not change keeps the draft, and says why. */
  async #failed(draft, error) {
    if (!this.#drafts.has(draft.key)) return; // discarded meanwhile
    const status = error instanceof Problem ? error.status : 0;
    const stopped = status >= 400 && status < 500 && status !== 401 && !PASSING.includes(status);
    await this.#keep({ ...draft, stopped, error: error.message, errors: error.errors ?? {} });
    if (status === 401) signInAgain();
    else if (!stopped) this.#later(draft.key, draft.attempt, error.retryAfter);
  }

  #later(key, attempt, atLeast = 0) {
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
    this.#unschedule(key);
    this.#timers.set(key, setTimeout(() => this.#send(key), Math.max(pause, atLeast * 1000)));
  }

  #unschedule(key) {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  async #keep(draft) {
    await this.#store.put(draft);
    this.#drafts.set(draft.key, draft);
    this.#tell();
  }

  async #drop(key) {
    this.#unschedule(key);
    await this.#store.delete(key);
    this.#drafts.delete(key);
    this.#tell();
  }

  #tell() {
    this.#changes += 1;
    this.#channel?.postMessage("changed");
    this.onChange();
  }

  /** Read all drafts; again, if one changed here while they were read. */
  async #reload() {
    for (let seen = -1; seen !== this.#changes;) {
      seen = this.#changes;
      const kept = await this.#store.all();
      if (seen === this.#changes) this.#drafts = new Map(kept.map((draft) => [draft.key, draft]));
    }
    this.onChange();
  }
}

/** Run `task` unless another tab is at it; then run `otherwise`. */
async function exclusively(name, task, otherwise) {
  if (!navigator.locks) return task();
  return navigator.locks.request(`comanda.envio.${name}`, { ifAvailable: true }, (lock) => (lock ? task() : otherwise()));
}

/** POST a draft; resolves to the order. Rejects with a Problem, or an Error where no answer came. */
function upload(draft, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const sent = stopwatch();
    const watch = watchdog(() => request.abort());
    const lost = () => { watch.stop(); reject(new Error("Sin conexión")); };
    request.open("POST", `/orders/${draft.orderId}/proof`);
    request.setRequestHeader("Idempotency-Key", draft.key);
    request.upload.onprogress = (event) => { watch.feed(); onProgress(event.loaded / (event.total || 1)); };
    request.onerror = lost;
    request.onabort = lost;
    request.onload = () => { watch.stop(); learnTime(request.getResponseHeader("Date"), sent); settle(request, draft, resolve, reject); };
    request.send(form(draft));
  });
}

/** Only an order is an answer: a hotel's Wi-Fi page with status 200 is not. */
function settle(request, draft, resolve, reject) {
  try {
    const order = answer(request.status, request.responseText, request.getResponseHeader("Retry-After"));
    if (order?.id !== draft.orderId) throw new Error("La respuesta no viene de Comanda");
    resolve(order);
  } catch (error) {
    reject(error);
  }
}

function form(draft) {
  const body = new FormData();
  body.append("method", draft.method);
  for (const [name, value] of [["reference", draft.reference], ["amount", draft.amount], ["taken_at", draft.takenAt]]) {
    if (value) body.append(name, value);
  }
  if (draft.bytes) body.append("file", new Blob([draft.bytes], { type: draft.type }), draft.name);
  return body;
}

/** Calls `bark` when it has not been fed for a while. */
function watchdog(bark) {
  let timer = setTimeout(bark, STALLED);
  return {
    feed: () => { clearTimeout(timer); timer = setTimeout(bark, STALLED); },
    stop: () => clearTimeout(timer),
  };
}

function log(what, draft) {
  const size = draft.bytes ? `${Math.ceil(draft.bytes.byteLength / 1024)} KB` : "sin foto";
  console.log(`${what} · orden ${draft.orderId} · ${draft.method} · ${size} · intento ${draft.attempt}`);
}
