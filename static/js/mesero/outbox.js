// Orders and proofs on their way to the server. Each draft is kept on the phone until the server has answered: bad
// Wi-Fi, a killed tab or a restart neither lose nor double a draft.

import { answer, asUser, call, newKey, notOurs, Problem } from "../lib/api.js";
import { pauseAfter } from "../lib/again.js";
import { Drafts } from "./drafts.js";
import { signInAgain } from "../house/live.js";
import { giveWay } from "../lib/kept.js";
import { callOff, isFinal, PARCELS, revive } from "../cobro/parcels.js";
import { learnTime, mark, now, since, stopwatch } from "../lib/server-time.js";

const STALLED = 30000;
const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 20000;
const SOME_TIME = 6; // the pause after so many attempts
const NOT_FOOD_ANY_MORE = 60 * 60000;
const NOTICEABLE = 2000;
const HUNG = 45000; // longer than a running tab lets a request take

/**
 * The drafts of this device. `onChange()` is called after every change, `onSent(order, draft)` when the server has a
 * draft, `onGone(draft)` when a draft was sent or deleted, `onRefused()` after a final refusal. A draft has a `key`, a
 * `kind` ("order" or "proof", with more fields: see `parcels.js`), its `waiter`, the times `savedAt` and `askedAt`,
 * when a person last asked to send it (`askedHere` by the device's own clock), the number of the `attempt`, and its
 * failure: `error` and `code`; `errors` by field; `stopped` if the refusal is final. A `discarded` draft is called off
 * instead of sent.
 *
 * The drafts of a lane are sent one after another: each proof has its own lane, all orders share one lane.
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
  #refusedAt = new Map(); // by lane: since when another tab sends it, by the stopwatch
  #fresh = new Set();
  #unsent = new Set(); // the keys of drafts that have surely not left this device
  #isOnline = false;
  #isRead = true;
  #changes = 0;
  #channel = globalThis.BroadcastChannel ? new BroadcastChannel("comanda.envios") : null;

  constructor(/** @type {OutboxParts} */ { username, onChange, onSent, onGone = () => {}, onRefused = () => {} }) {
    this.username = username;
    this.onChange = onChange;
    this.onSent = onSent;
    this.onGone = onGone;
    this.onRefused = onRefused;
  }

  /** False while drafts are lost when the page closes: the browser keeps nothing. */
  get isLasting() { return this.#store.isLasting; }

  /** False while the browser can't read the drafts of earlier pages. */
  get isRead() { return this.#isRead; }

  get drafts() { return [...this.#drafts.values()]; }

  /** The proofs that pay one of these orders, the oldest first. */
  ofOrders(/** @type {string[]} */ orderIds) {
    return this.drafts.filter((draft) => draft.kind === "proof" && draft.orderIds.some((id) => orderIds.includes(id)))
      .sort((one, other) => one.savedAt - other.savedAt);
  }

  /** Whether a draft is being sent now. */
  isSending(/** @type {Draft} */ draft) { return this.#progress.has(draft.key); }

  /** Whether a draft is on its first attempt for less than two seconds: too early to show it as unsent. */
  isFresh(draft) {
    if (!this.#goes(draft) || draft.attempt > 1 || (draft.attempt === 1 && !this.isSending(draft))) return false;
    return draft.kind === "proof" || this.#fresh.has(draft.key);
  }

  /** Whether an order has waited so long that a person must decide whether to send it. */
  isStale(/** @type {Draft} */ draft) { return draft.kind === "order" && ageOf(draft).least > NOT_FOOD_ANY_MORE; }

  /** The sent share of a draft, 0 to 1. */
  progress(draft) { return this.#progress.get(draft.key) || 0; }

  /** Follow the page's connection: when it is back, send everything at once. */
  follow(state) {
    const isBack = state === "online" && !this.#isOnline;
    this.#isOnline = state === "online";
    if (isBack) this.#sendAll();
  }

  /** Read the drafts of earlier pages, and begin to send them. */
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

  /**
   * Keep a proof (its fields: see `parcels.js`) with its `file`, then send it. It replaces the refused draft of the key
   * `corrects`, if there is one.
   */
  async add({ file, corrects, ...said }) {
    await this.#post({
      ...said, kind: "proof", key: said.key ?? newKey(),
      // Bytes, not a Blob: some WebKits lose the Blobs that they store.
      bytes: file ? await file.arrayBuffer() : null, type: file?.type || "", name: file?.name || "foto.jpg",
    });
    if (corrects) await this.#drop(corrects);
  }

  /** Keep an order of `{ key, table, total, lines }`, then send it; resolves once it is kept. */
  async addOrder({ at = now(), ...said }) {
    if (this.#drafts.has(said.key)) return;
    await this.#post({ ...said, kind: "order", savedAt: at });
  }

  async #post(said) {
    // Drafts keep their order even if the phone's clock is set back.
    const savedAt = Math.max(said.savedAt ?? now(), ...this.drafts.map((draft) => draft.savedAt + 1));
    const draft = revive({ ...said, ...asked(said.savedAt), waiter: this.username, savedAt, attempt: 0 });
    this.#fresh.add(draft.key);
    this.#unsent.add(draft.key);
    await this.#add(draft);
    setTimeout(() => {
      this.#fresh.delete(draft.key);
      this.onChange();
    }, NOTICEABLE);
    this.#goOn(laneOf(draft));
  }

  /** Send a waiting draft now, also another waiter's: it becomes this waiter's. */
  async sendNow(key) {
    const draft = this.#drafts.get(key);
    if (!draft || this.isSending(draft)) return;
    await this.#change({ ...draft, discarded: false, stopped: false, error: "", errors: {}, waiter: this.username,
      ...asked() });
    this.#notBefore.delete(laneOf(draft));
    this.#goOn(laneOf(draft));
  }

  /**
   * Discard a draft. What may have arrived is first called off at the server; without an answer the draft stays, and is
   * called off later. Resolves to whether it is gone and did not arrive.
   */
  async discard(key) {
    const draft = this.#drafts.get(key);
    if (!draft) return false;
    if (!this.#mayHaveArrived(draft)) {
      await this.#drop(key);
      return true;
    }
    const discarded = { ...draft, discarded: true, stopped: false, error: "", errors: {} };
    this.#progress.set(key, 0);
    await this.#change(discarded);
    try {
      return await this.#callOff(discarded) === null;
    } catch (error) {
      const failure = await this.#failed(discarded, error);
      if (failure) this.#later(laneOf(draft), failure.attempt, failure.retryAfter);
      return false;
    } finally {
      this.#progress.delete(key);
      this.onChange();
    }
  }

  /** Whether the server may have a draft whose answer was lost. */
  #mayHaveArrived(/** @type {Draft} */ draft) {
    if (this.#unsent.has(draft.key)) return false;
    return !draft.stopped || draft.discarded || draft.code === "idempotency_key_reused";
  }

  /** Have the server refuse a draft from now on. Resolves to its order if it had arrived, else to null. */
  async #callOff(/** @type {Draft} */ draft) {
    const order = await callOff(draft.key);
    await this.#drop(draft.key);
    if (order) this.onSent(order, draft);
    return order;
  }

  /** Take a draft out to change it; undefined if another tab was quicker. */
  async take(key) {
    const draft = await this.#store.take(key, this.#drafts.get(key));
    this.#forget(key);
    return draft && revive(draft);
  }

  /** Put back a discarded draft: its old key may be used up. */
  async restore(draft) {
    const restored = { ...draft, ...asked(), key: newKey(), attempt: 0 };
    this.#unsent.add(restored.key);
    await this.#add(restored);
    this.#goOn(laneOf(restored));
  }

  /** Whether a draft is sent without a person. A refused, too old or other waiter's draft is not. */
  #goes(draft) {
    if (draft.stopped) return false;
    return draft.discarded || (draft.waiter === this.username && !this.isStale(draft));
  }

  #waiting() { return this.drafts.filter((draft) => this.#goes(draft)); }

  #sendAll() {
    for (const lane of new Set(this.#waiting().map(laneOf))) if (!this.#running.has(lane)) this.#goOn(lane);
  }

  /** Another tab has changed a draft and sends it. Send it here later, in case that tab closes first. */
  async #follow() {
    this.#unsent.clear();
    await this.#reload();
    for (const lane of new Set(this.#waiting().map(laneOf))) if (!this.#timers.has(lane)) this.#later(lane, SOME_TIME);
  }

  /** Send a lane with something new: now, after its present run, or at the time that the server asked for. */
  #goOn(lane) {
    const pause = (this.#notBefore.get(lane) ?? 0) - stopwatch();
    if (pause > 0) this.#schedule(lane, pause);
    else if (this.#running.has(lane)) this.#again.add(lane);
    else this.#run(lane);
  }

  /** Run a lane in one tab at a time, if the browser has locks. Without locks, the keys prevent doubles. */
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

  /** Whether the tab that sends this lane seems frozen: it would hold its lock for ever. */
  #isHung(lane) { return stopwatch() - (this.#refusedAt.get(lane) ?? Infinity) > HUNG; }

  /** Make one attempt for each waiting draft of a lane, the oldest first. */
  async #sendLane(lane) {
    const triedKeys = new Set();
    const heldTables = new Set(); // tables with an unsent order: a later order must not overtake it
    for (let draft = this.#next(lane, triedKeys, heldTables); draft; draft = this.#next(lane, triedKeys, heldTables)) {
      triedKeys.add(draft.key);
      const failure = await this.#attempt(draft.key);
      if (!failure) continue;
      heldTables.add(draft.customer || draft.table);
      this.#later(lane, failure.attempt, failure.retryAfter);
      if (failure.isForAll) return;
    }
  }

  #next(lane, triedKeys, heldTables) {
    return this.#waiting().sort((one, other) => one.savedAt - other.savedAt)
      .find((draft) => laneOf(draft) === lane && !triedKeys.has(draft.key)
        && !heldTables.has(draft.customer || draft.table));
  }

  /** Send the draft of a key. Resolves to null if no other attempt is needed, else to the failure. */
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
    if (navigator.onLine !== false) this.#unsent.delete(key);
    this.#change(draft); // the sending does not wait for the phone's disk
    try {
      if (ageOf(draft).most > NOT_FOOD_ANY_MORE) await call("GET", "/session");
      if (!this.#goes(draft)) return null; // the answer corrected the clock: the draft is too old
      if (draft.discarded) {
        await this.#callOff(draft);
        return null;
      }
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
    if (draft.kind === "proof") this.#tellOthers(draft, order);
    await this.#drop(draft.key);
    return order;
  }

  /** The payments of an answer are no other draft's. */
  #tellOthers(/** @type {Draft} */ sent, /** @type {OrderAfterChange} */ { payments = [] }) {
    const ids = payments.map(({ id }) => id);
    for (const draft of this.ofOrders(sent.orderIds)) {
      if (draft.key !== sent.key && draft.known) this.#change({ ...draft, known: [...draft.known, ...ids] });
    }
  }

  #show(key, share) {
    this.#progress.set(key, share);
    this.onChange();
  }

  /** Keep the draft with its failure. Returns null after a final refusal, else when to try again. */
  async #failed(draft, error) {
    if (!this.#drafts.has(draft.key)) return null; // discarded meanwhile, or sent after all
    const status = error instanceof Problem ? error.status : 0;
    const stopped = isFinal(status, error.code);
    const { discarded, known } = this.#drafts.get(draft.key); // perhaps changed on its way
    await this.#change({ ...draft, discarded, known, stopped, code: error.code ?? "", error: error.message,
      errors: error.errors ?? {} });
    if (stopped) {
      this.onRefused();
      return null;
    }
    if (status === 401 && error.code) signInAgain();
    if (error.code === "other_user" && this.isLasting) giveWay(error.message);
    // After a 500, only later orders of the same table wait.
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
    this.#unsent.delete(key);
    if (draft.kind === "proof") this.#unschedule(key);
    this.onGone(draft);
    this.#tell();
  }

  #tell() {
    this.#changes += 1;
    this.#channel?.postMessage("changed");
    this.onChange();
  }

  /** Read all drafts; again if a draft changed meanwhile. If reading fails, the known drafts stay. */
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

/** The time at which a person asked to send a draft, by the server's clock and the device's. */
function asked(moment = now()) {
  const { at, here } = mark(moment);
  return { askedAt: at, askedHere: here };
}

const ageOf = (/** @type {Draft} */ { askedAt, askedHere }) => since({ at: askedAt, here: askedHere });

const laneOf = (draft) => (draft.kind === "order" ? "ordenes" : draft.key);

/** Run `task`, or `otherwise` while another tab runs the task. */
async function exclusively(name, task, otherwise) {
  if (!navigator.locks) return task();
  return navigator.locks.request(`comanda.envio.${name}`, { ifAvailable: true },
    (lock) => (lock ? task() : otherwise()));
}

/**
 * POST a draft; resolves to the order. Rejects with a Problem, or with an Error without an answer.
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

/** Accept only an order as the answer: a Wi-Fi login page may answer with status 200 or redirect. */
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

/** Call `bark` if `feed` is not called for a while. */
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
