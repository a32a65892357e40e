// Orders and proofs on their way to the server. Each draft is kept on the phone before it is first sent, and
// until the server has answered, so that bad Wi-Fi, a killed tab or a restart lose nothing and double nothing.

import { answer, asUser, call, newKey, notOurs, Problem } from "../lib/api.js";
import { pauseAfter } from "../lib/backoff.js";
import { Drafts } from "./drafts.js";
import { signInAgain } from "../house/live.js";
import { giveWay } from "../lib/other-user.js";
import { PARCELS, revive } from "./parcels.js";
import { learnTime, mark, now, since, stopwatch } from "../lib/server-time.js";

const STALLED = 30000;
const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 20000;
const SOME_TIME = 6; // attempts' worth of pause
const PASSING = [408, 421, 425, 429];
const NOT_FOOD_ANY_MORE = 60 * 60000;
const NOTICEABLE = 2000;
const HUNG = 45000; // longer than a tab that lives lets one request take

/**
 * The drafts of this device. `onChange()` hears of every change, `onSent(order, draft)` of each that
 * the server has, `onGone(draft)` of each that is here no more, sent or not. A draft has a `key`, a
 * `kind` ("order" or "proof", see `parcels.js` for what else it holds), the `waiter` it belongs to,
 * when it was `savedAt` and last `askedAt` by a person to go (`askedHere` by the device's own clock),
 * how often it went (`attempt`), and what came of it: `error` and its `code`; `errors` by field;
 * `stopped`, a refusal that will never change.
 *
 * What goes one after another is a lane: each proof is one by itself, all orders are one together.
 */
export class Outbox {
  #store = new Drafts({ onBack: () => this.#reload().then(() => this.#sendAll()) });
  /** @type {Map<string, Draft>} */
  #drafts = new Map();
  #progress = new Map();
  #running = new Set();
  #again = new Set();
  #timers = new Map();
  #notBefore = new Map(); // by the stopwatch
  #refusedAt = new Map(); // since when another tab sends a lane, by the stopwatch
  #fresh = new Set();
  #isOnline = false;
  #isRead = true;
  #changes = 0;
  #channel = globalThis.BroadcastChannel ? new BroadcastChannel("comanda.envios") : null;

  constructor(/** @type {OutboxParts} */ { username, onChange, onSent, onGone = () => {} }) {
    this.username = username;
    this.onChange = onChange;
    this.onSent = onSent;
    this.onGone = onGone;
  }

  /** False where the browser keeps nothing: a draft then lives as long as the page. */
  get isLasting() { return this.#store.isLasting; }

  /** False while nobody can tell what an earlier page left here: the browser can't read it. */
  get isRead() { return this.#isRead; }

  get drafts() { return [...this.#drafts.values()]; }

  /** The proof's draft of an order, if it has one. */
  of(/** @type {string} */ orderId) {
    return this.drafts.find((draft) => draft.kind === "proof" && draft.orderId === orderId);
  }

  /** Whether a draft is on the wire now. */
  isSending(/** @type {Draft} */ draft) { return this.#progress.has(draft.key); }

  /** Whether a draft has only just been sent off: nobody needs to be told that it is not there yet. */
  isFresh(draft) {
    if (!this.#goes(draft) || draft.attempt > 1 || (draft.attempt === 1 && !this.isSending(draft))) return false;
    return draft.kind === "proof" || this.#fresh.has(draft.key);
  }

  /** Whether an order has waited for so long that only a person can know if it is still wanted. */
  isStale(/** @type {Draft} */ draft) { return draft.kind === "order" && ageOf(draft).least > NOT_FOOD_ANY_MORE; }

  /** How much of a draft has left the phone, 0 to 1. */
  progress(draft) { return this.#progress.get(draft.key) || 0; }

  /** Hear how the page's connection is: once Comanda answers again, nothing waits for its turn. */
  follow(state) {
    const isBack = state === "online" && !this.#isOnline;
    this.#isOnline = state === "online";
    if (isBack) this.#sendAll();
  }

  /** Read what an earlier page left, and begin to send it. */
  async start() {
    addEventListener("online", () => this.#sendAll());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#sendAll();
    });
    addEventListener("pageshow", ({ persisted }) => { if (persisted) this.#reload().then(() => this.#sendAll()); });
    if (this.#channel) this.#channel.onmessage = () => this.#follow();
    await this.#reload();
    this.#sendAll();
  }

  /** Keep a new proof of `{ orderId, table, total, method, file, takenAt, reference, amount }`, in place
   *  of the order's earlier one, then send it. */
  async add({ file, ...said }) {
    const earlier = this.of(said.orderId);
    await this.#post({
      ...said, kind: "proof", key: newKey(),
      // Bytes, not a Blob: some WebKits lose the Blobs that they store.
      bytes: file ? await file.arrayBuffer() : null, type: file?.type || "", name: file?.name || "foto.jpg",
    });
    if (earlier) await this.#drop(earlier.key);
  }

  /** Keep an order of `{ key, table, total, lines }`, then send it; resolves once it is kept. */
  async addOrder({ at = now(), ...said }) {
    if (this.#drafts.has(said.key)) return;
    await this.#post({ ...said, kind: "order", savedAt: at });
  }

  async #post(said) {
    // Each after the one before it, even if the phone's clock was put back meanwhile.
    const savedAt = Math.max(said.savedAt ?? now(), ...this.drafts.map((draft) => draft.savedAt + 1));
    const draft = revive({ ...said, ...asked(said.savedAt), waiter: this.username, savedAt, attempt: 0 });
    this.#fresh.add(draft.key);
    await this.#add(draft);
    setTimeout(() => {
      this.#fresh.delete(draft.key);
      this.onChange();
    }, NOTICEABLE);
    this.#goOn(laneOf(draft));
  }

  /** Send now what waits, whoever made it. */
  async sendNow(key) {
    const draft = this.#drafts.get(key);
    if (!draft || this.isSending(draft)) return;
    await this.#change({ ...draft, stopped: false, error: "", errors: {}, waiter: this.username, ...asked() });
    this.#notBefore.delete(laneOf(draft));
    this.#goOn(laneOf(draft));
  }

  /** Forget a draft. */
  discard(key) { return this.#drop(key); }

  /** Take a draft out to change it; undefined where another tab was quicker. */
  async take(key) {
    const draft = await this.#store.take(key, this.#drafts.get(key));
    this.#forget(key);
    return draft && revive(draft);
  }

  /** Put back what was discarded. */
  async restore(draft) {
    await this.#add({ ...draft, ...asked() });
    this.#goOn(laneOf(draft));
  }

  /** What goes by itself: what was refused, or is too old, waits for a person; another waiter's for that waiter. */
  #goes(draft) { return !draft.stopped && draft.waiter === this.username && !this.isStale(draft); }

  #waiting() { return this.drafts.filter((draft) => this.#goes(draft)); }

  #sendAll() {
    for (const lane of new Set(this.#waiting().map(laneOf))) if (!this.#running.has(lane)) this.#goOn(lane);
  }

  /** Another tab has changed a draft: it sends it, but might be closed before it could. */
  async #follow() {
    await this.#reload();
    for (const lane of new Set(this.#waiting().map(laneOf))) if (!this.#timers.has(lane)) this.#later(lane, SOME_TIME);
  }

  /** Send a lane that has something new: at once, or when it has come to its end, or when the server asked for it. */
  #goOn(lane) {
    const pause = (this.#notBefore.get(lane) ?? 0) - stopwatch();
    if (pause > 0) this.#schedule(lane, pause);
    else if (this.#running.has(lane)) this.#again.add(lane);
    else this.#run(lane);
  }

  /** One lane, by one tab at a time where the browser can see to it; the keys protect anyway. */
  async #run(lane) {
    if (this.#running.has(lane)) return;
    this.#unschedule(lane);
    this.#running.add(lane);
    try {
      if (this.#isHung(lane)) await this.#sendLane(lane);
      else await exclusively(lane, () => this.#begin(lane), () => this.#giveWay(lane));
    } finally {
      this.#running.delete(lane);
      this.onChange();
    }
    if (this.#again.delete(lane) && !this.#timers.has(lane)) this.#run(lane);
  }

  #begin(lane) {
    this.#refusedAt.delete(lane);
    return this.#sendLane(lane);
  }

  /** Another tab sends this lane. */
  #giveWay(lane) {
    if (!this.#refusedAt.has(lane)) this.#refusedAt.set(lane, stopwatch());
    this.#later(lane, 1);
  }

  /** Whether the tab that sends this lane is frozen, or stuck: it would hold its lock for ever. */
  #isHung(lane) { return stopwatch() - (this.#refusedAt.get(lane) ?? Infinity) > HUNG; }

  /** One attempt for each that waits in a lane, the oldest first. */
  async #sendLane(lane) {
    const triedKeys = new Set();
    const heldTables = new Set(); // their earlier order has not arrived: the next one must not overtake it
    for (let draft = this.#next(lane, triedKeys, heldTables); draft; draft = this.#next(lane, triedKeys, heldTables)) {
      triedKeys.add(draft.key);
      const failure = await this.#attempt(draft.key);
      if (!failure) continue;
      heldTables.add(draft.table);
      this.#later(lane, failure.attempt, failure.retryAfter);
      if (failure.isForAll) return;
    }
  }

  #next(lane, triedKeys, heldTables) {
    return this.#waiting().sort((one, other) => one.savedAt - other.savedAt)
      .find((draft) => laneOf(draft) === lane && !triedKeys.has(draft.key) && !heldTables.has(draft.table));
  }

  /** Send the draft of a key. Resolves to null where it needs no other attempt, else to what holds it up. */
  async #attempt(key) {
    const here = this.#drafts.get(key);
    const isJustKept = here?.attempt === 0 && this.#fresh.has(key);
    const last = isJustKept ? here : await this.#store.get(key, here);
    if (!last) { // another tab has sent the draft, or somebody discarded it there
      this.#forget(key);
      return null;
    }
    const draft = revive({ ...last, attempt: last.attempt + 1, error: "" });
    if (!this.#goes(draft)) {
      this.#drafts.set(key, draft);
      return null;
    }
    let order = null;
    this.#progress.set(key, 0);
    this.#change(draft); // the sending does not wait for the phone's disk
    try {
      if (ageOf(draft).most > NOT_FOOD_ANY_MORE) await call("GET", "/session");
      if (!this.#goes(draft)) return null; // the answer has told for how long this device slept
      order = await this.#deliver(draft);
    } catch (error) {
      return await this.#failed(draft, error);
    } finally {
      this.#progress.delete(key);
    }
    this.onSent(order, draft);
    return null;
  }

  async #deliver(/** @type {Draft} */ draft) {
    log(PARCELS[draft.kind].sending, draft);
    const order = await upload(draft, (share) => this.#show(draft.key, share));
    log(PARCELS[draft.kind].sent, draft);
    await this.#drop(draft.key);
    return order;
  }

  #show(key, share) {
    this.#progress.set(key, share);
    this.onChange();
  }

  /** Try again later, or never: a refusal that will not change keeps the draft, and says why. */
  async #failed(draft, error) {
    if (!this.#drafts.has(draft.key)) return null; // discarded meanwhile, or sent after all
    const status = error instanceof Problem ? error.status : 0;
    const stopped = isFinal(status, error.code);
    await this.#change({ ...draft, stopped, code: error.code ?? "", error: error.message, errors: error.errors ?? {} });
    if (stopped) return null;
    if (status === 401 && error.code) signInAgain();
    if (error.code === "other_user" && this.isLasting) giveWay(error.message);
    // A single order that the server breaks on holds up its own table's, not the others'.
    return { attempt: draft.attempt, retryAfter: error.retryAfter ?? 0, isForAll: status !== 500 };
  }

  #later(lane, attempt, retryAfter = 0) {
    const pause = pauseAfter(FIRST_PAUSE, attempt - 1, LONGEST_PAUSE);
    if (retryAfter) this.#notBefore.set(lane, stopwatch() + retryAfter * 1000);
    this.#schedule(lane, Math.max(pause, retryAfter * 1000));
  }

  #schedule(lane, pause) {
    this.#unschedule(lane);
    this.#timers.set(lane, setTimeout(() => this.#run(lane), pause));
  }

  #unschedule(lane) {
    clearTimeout(this.#timers.get(lane));
    this.#timers.delete(lane);
  }

  async #add(draft) {
    await this.#store.add(draft);
    this.#drafts.set(draft.key, draft);
    this.#tell();
  }

  async #change(draft) {
    this.#drafts.set(draft.key, draft);
    this.#changes += 1;
    this.onChange();
    await this.#store.update(draft);
    this.#tell();
  }

  async #drop(key) {
    if (key === undefined) return;
    await this.#store.delete(key);
    this.#forget(key);
  }

  #forget(key) {
    const draft = this.#drafts.get(key);
    if (!draft) return;
    this.#drafts.delete(key);
    if (draft.kind === "proof") this.#unschedule(key);
    this.onGone(draft);
    this.#tell();
  }

  #tell() {
    this.#changes += 1;
    this.#channel?.postMessage("changed");
    this.onChange();
  }

  /** Read all drafts; again, if one changed here while they were read. What can't be read now stays as it is. */
  async #reload() {
    for (let changes = -1; changes !== this.#changes;) {
      changes = this.#changes;
      const all = await this.#store.all();
      this.#isRead = all !== null;
      if (!this.#isRead) break;
      const drafts = all.map(revive).filter(Boolean);
      if (changes === this.#changes) this.#drafts = new Map(drafts.map((draft) => [draft.key, draft]));
    }
    this.onChange();
  }
}

/** When a person asked for a draft to go: `since` tells its age by both clocks. */
function asked(moment = now()) {
  const { at, here } = mark(moment);
  return { askedAt: at, askedHere: here };
}

const ageOf = (/** @type {Draft} */ { askedAt, askedHere }) => since({ at: askedAt, here: askedHere });

const laneOf = (draft) => (draft.kind === "order" ? "ordenes" : draft.key);

/** Whether a refusal will never change. One without Comanda's code is a proxy's or the Wi-Fi's: it may pass. */
function isFinal(status, code) {
  if (status === 413) return true;
  if (status === 401 || code === "other_user" || PASSING.includes(status)) return false;
  return status >= 400 && status < 500 && Boolean(code);
}

/** Run `task` unless another tab is at it; then run `otherwise`. */
async function exclusively(name, task, otherwise) {
  if (!navigator.locks) return task();
  return navigator.locks.request(`comanda.envio.${name}`, { ifAvailable: true },
    (lock) => (lock ? task() : otherwise()));
}

/**
 * POST a draft; resolves to the order. Rejects with a Problem, or an Error where no answer came.
 * @type {(draft: Draft, onProgress: (share: number) => void) => Promise<OrderAfterChange>}
 */
function upload(draft, onProgress) {
  return new Promise((resolve, reject) => {
    const { path, type, body } = PARCELS[draft.kind].pack(draft);
    const request = new XMLHttpRequest();
    const sent = stopwatch();
    const watch = watchdog(() => request.abort());
    const lost = () => { watch.stop(); reject(new Error("Sin conexión")); };
    request.open("POST", path);
    request.setRequestHeader("Idempotency-Key", draft.key);
    for (const [name, value] of Object.entries(asUser(draft.waiter))) request.setRequestHeader(name, value);
    if (type) request.setRequestHeader("Content-Type", type);
    request.upload.onprogress = (event) => { watch.feed(); onProgress(event.loaded / (event.total || 1)); };
    request.onerror = lost;
    request.onabort = lost;
    request.onload = () => { watch.stop(); settle(request, path, draft, sent, resolve, reject); };
    request.send(body);
  });
}

/** Only an order is an answer: a hotel's Wi-Fi page with status 200 is not, nor what it redirects to. */
function settle(request, path, draft, sent, resolve, reject) {
  try {
    if (new URL(request.responseURL, location.href).pathname !== path) throw notOurs();
    const order = answer(request.status, request.responseText, request.getResponseHeader("Retry-After"));
    if (!PARCELS[draft.kind].isAnswer(order, draft)) throw notOurs();
    learnTime(request.getResponseHeader("Date"), sent);
    resolve(order);
  } catch (error) {
    reject(error);
  }
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
  console.log(`${what} · ${PARCELS[draft.kind].describe(draft)} · intento ${draft.attempt}`);
}
