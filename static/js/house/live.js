// A page's live state: a Map of orders, first from a snapshot, then from the event stream.

import { call, Offline, Problem } from "../lib/api.js";
import { pauseAfter } from "../lib/again.js";
import { takeOrders } from "./first.js";
import { onCovered } from "./idle.js";
import { forget, keep, me, onOther, recall } from "../lib/kept.js";
import { setLink } from "../lib/link.js";
import { LANGUAGE, setHeartbeat, Stream } from "./stream.js";
import { isInDoubt, mark } from "../lib/server-time.js";
import { learnVersion } from "../lib/upgrade.js";

const LONGEST_PAUSE = 30000;
const CHECK_EVERY = 25000;
const KEEP_EVERY = 10000;

/**
 * Keeps `orders` up to date. Calls `onOrder(order, before)` for a change, `onReset(orders, before)` for a snapshot,
 * `on[type](data, id)` for a notice (`on.resync` as the server's log begins anew),
 * `onState("online" | "connecting" | "offline")` for the connection. `snapshots` are the paths of the snapshot. A page
 * that opens without a network begins with its kept data.
 */
export class Live {
  /** @type {Map<string, Order>} */
  orders = new Map();
  /** @type {LinkState} */
  state = "connecting";
  /** @type {Stream} */
  #stream;
  #cursor = 0; // the snapshot's: events up to here are in it
  #heardId = 0; // the newest event heard on the stream
  /** @type {Map<string, number>} */
  #learnedIds = new Map(); // by order: the last event that an answer reflected
  #floor = 0; // the stream skips events up to here: an older snapshot misses some
  /** @type {Mark?} */
  #trueAt = null; // the mark at which the shown data were last true
  #isLoaded = false;
  #isKept = false;
  #isOver = false; // the user has left
  #hasFailed = false;
  #wasLost = false; // the stream, which a server that stops ends, or this page by itself
  #failures = 0;
  #timer = 0;
  #keeping = 0;
  /** @type {Promise<void>?} */
  #loading = null;
  /** @type {News[]} */
  #meanwhile = [];

  constructor(/** @type {LiveParts} */ { role, snapshots = ["/orders"], onReset, onOrder, onState, on = {} }) {
    this.role = role;
    this.snapshots = snapshots;
    this.onReset = onReset;
    this.onOrder = onOrder;
    this.onState = onState;
    this.on = /** @type {Record<string, ((content: any, id?: any) => void) | undefined>} */ ({ ...on });
  }

  start() {
    this.#stream = this.#shareStream();
    addEventListener("online", () => this.refresh());
    addEventListener("offline", () => this.#show("offline"));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#look();
      else this.#keep();
    });
    addEventListener("pagehide", () => this.#rest());
    addEventListener("pageshow", (event) => { if (event.persisted) this.refresh(); });
    document.addEventListener("freeze", () => this.#rest());
    document.addEventListener("resume", () => this.refresh());
    onOther((username) => { if (username) location.reload(); else this.refresh(); });
    onCovered(() => this.#finish());
    setInterval(() => {
      if (document.visibilityState === "visible" || this.state !== "online") this.#check();
    }, CHECK_EVERY);
    return this.refresh();
  }

  /** All tabs of a browser share their user's stream; an administrator's has all events. */
  #shareStream() {
    const { username, role } = me() ?? { username: "", role: this.role };
    const stream = new Stream({
      name: `comanda.noticias.${LANGUAGE}.${role}.${username}`,
      path: `/events/${role}?user=${encodeURIComponent(username)}`,
      position: () => (this.#isLoaded ? Math.max(this.#cursor, this.#heardId) : null),
      onEvent: (type, id, data) => this.#hear(type, id, data),
      onOpen: () => this.#opened(),
      onLost: (isOver) => this.#lost(isOver),
      onSilent: () => this.#silent(),
      onAlive: (when) => { if (this.#isLoaded) this.#trueAt = when; },
      onGap: (id) => this.#skipped(id),
      onDoubt: () => this.#check(),
      onEnded: () => this.refresh(),
    });
    for (const type of Object.keys(this.on)) stream.add(type);
    return stream;
  }

  /** Fetch everything again, and make sure that a stream is open. */
  refresh() {
    if (this.#isOver) return Promise.resolve();
    this.#loading ??= this.#load().finally(() => { this.#loading = null; }).then(() => this.#loadMissed());
    return this.#loading;
  }

  /** Resolves once the orders are as new as can be: no snapshot is on its way. */
  async settled() { await this.#loading; }

  async #load() {
    clearTimeout(this.#timer);
    this.#stream.join();
    this.#meanwhile = [];
    try {
      const first = takeOrders();
      if (first) {
        this.#take([first]);
        return;
      }
      if (isInDoubt()) await call("GET", "/session"); // learn the time before a list asks by the day
      const session = call("GET", "/session");
      const snapshots = this.snapshots.map((path) => call("GET", resolve(path)));
      const [{ user }, ...answers] = await Promise.all([session, ...snapshots]);
      if (isOther(user)) {
        location.reload();
        return;
      }
      this.#take(answers);
    } catch (error) {
      await this.#fail(error);
    }
  }

  #take(/** @type {Orders[]} */ answers) {
    if (this.#isOver) return;
    this.#cursor = Math.min(...answers.map((answer) => Number(answer.last_event_id)));
    const before = this.orders;
    this.orders = new Map(answers.flatMap((answer) => answer.orders).map((order) => [order.id, order]));
    this.#keepLearned(before);
    this.#isLoaded = true;
    this.#trueAt = mark();
    this.#hasFailed = false;
    this.#stream.open(); // before the page shows the orders: their pictures would take its place in the browser's queue
    this.onReset(this.orders, before);
    this.#catchUp();
    this.#keepSoon();
    if (this.#stream.isOpen) this.#show("online");
  }

  /** The answer to a change is newer than a snapshot or kept data from before the change. */
  #keepLearned(/** @type {Map<string, Order>} */ before) {
    for (const [orderId, eventId] of this.#learnedIds) {
      if (eventId <= this.#cursor) this.#learnedIds.delete(orderId);
      else this.orders.set(orderId, /** @type {Order} */ (before.get(orderId)));
    }
  }

  /** Events that came during the load may be newer than the snapshot. */
  #catchUp() {
    const missed = this.#meanwhile;
    this.#meanwhile = [];
    for (const { type, id, data } of missed) this.#tell(type, id, data);
  }

  /** The stream began after the events that this page knows. */
  #skipped(/** @type {number} */ id) {
    this.#floor = Math.max(this.#floor, id);
    if (!this.#loading && this.#isLoaded) this.#loadMissed();
  }

  #loadMissed() {
    const isShort = this.#isLoaded && Math.max(this.#cursor, this.#heardId) < this.#floor;
    this.#floor = 0;
    if (isShort) this.refresh();
  }

  /** Take each event once and in order, from whichever tab. */
  #hear(/** @type {string} */ type, /** @type {number} */ id, /** @type {string} */ data) {
    if (type === "resync") {
      this.#resync();
      return;
    }
    if (id <= this.#heardId) return;
    this.#heardId = id;
    if (!this.#isLoaded || (this.#loading && type === "order_updated")) this.#meanwhile.push({ type, id, data });
    if (this.#isLoaded) this.#tell(type, id, data);
  }

  /** Skip an event that the snapshot holds already: it may be older than the shown data. */
  #tell(/** @type {string} */ type, /** @type {number} */ id, /** @type {string} */ data) {
    if (id <= this.#cursor) return;
    const content = JSON.parse(data);
    if (type === "order_updated") this.#follow(content, id);
    this.on[type]?.(content, id);
  }

  #follow(/** @type {Order} */ order, /** @type {number} */ eventId) {
    if (eventId <= (this.#learnedIds.get(order.id) ?? 0)) return; // an answer gave a later state
    this.#learnedIds.delete(order.id);
    this.#apply(order);
  }

  /**
   * Take an order from the answer to a change, which reflects every event up to `lastEventId`. After a later event, the
   * answer is ignored. Else it counts at once, and the events that it reflects are ignored.
   */
  learn(/** @type {Order} */ order, /** @type {string} */ lastEventId) {
    const eventId = Number(lastEventId);
    if (!(eventId > Math.max(this.#cursor, this.#heardId, this.#learnedIds.get(order.id) ?? 0))) return;
    this.#learnedIds.set(order.id, eventId);
    this.#apply(order);
  }

  #apply(/** @type {Order} */ order) {
    const before = this.orders.get(order.id);
    this.orders.set(order.id, order);
    this.onOrder(order, before);
    this.#keepSoon();
  }

  /** Add a handler for a type of event. */
  listen(/** @type {string} */ type, /** @type {(content: any) => void} */ handler) {
    const oldHandler = this.on[type];
    this.on[type] = oldHandler ? (content, id) => { oldHandler(content, id); handler(content); } : handler;
    this.#stream?.add(type);
  }

  /** The server has a new event log: forget all positions. */
  #resync() {
    this.#cursor = 0;
    this.#heardId = 0;
    this.#floor = 0;
    this.#learnedIds.clear();
    this.on.resync?.({}, 0);
    this.refresh();
  }

  #opened() {
    if (this.#wasLost) this.#learnSettings();
    this.#wasLost = false;
    if (this.#hasFailed) this.refresh();
    else if (this.#isLoaded && !this.#loading) this.#show("online");
  }

  /** The browser reconnects a lost stream by itself, but gives up on any status but 200. */
  #lost(/** @type {boolean} */ isOver) {
    this.#wasLost = true;
    if (this.state === "online") this.#show("connecting");
    if (isOver) this.#later();
  }

  /** The stream is silent: fetch what was missed, and the interval of heartbeats. */
  #silent() {
    this.refresh();
    this.#learnSettings();
  }

  /** The server may have been started anew: with another version, or other settings. */
  async #learnSettings() {
    try {
      const { heartbeat_seconds: seconds, version } = await call("GET", "/settings");
      setHeartbeat(seconds);
      learnVersion(version);
    } catch { /* keep the old ones */ }
  }

  async #fail(/** @type {any} */ error) {
    if (error instanceof Problem && error.status === 401) {
      this.#stream.end();
      signInAgain();
      return;
    }
    if (!(error instanceof Problem || error instanceof Offline)) reportError(error); // a bug of the page
    this.#hasFailed = true;
    this.#wasLost = true; // also of a page that was opened without a network
    await this.#showKept();
    this.#show(error instanceof Offline ? "offline" : "connecting");
    this.#later();
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), pauseAfter(1000, this.#failures, LONGEST_PAUSE));
    this.#failures += 1;
  }

  /** The page is visible again: it may have missed events, and the tab that holds the stream may still sleep. */
  #look() {
    this.refresh();
    this.#stream.check();
  }

  /** Ask whether the server is there, and who is signed in. */
  async #check() {
    if (this.#isOver) return;
    try {
      const { user } = await call("GET", "/session", { timeout: 8000 });
      if (isOther(user)) location.reload();
      else if (this.state !== "online") await this.refresh();
    } catch (error) {
      this.#stream.drop();
      await this.#fail(error);
    }
  }

  #show(/** @type {LinkState} */ state) {
    if (state === "online") {
      this.#trueAt = mark();
      this.#failures = 0; // not after an answer alone: a refused stream is retried ever more rarely
    }
    this.state = state;
    setLink(state, this.#trueAt);
    this.onState(state);
  }

  /** The user has left: request and hear nothing more. */
  #finish() {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#stream.leave();
  }

  /** The page freezes or closes: leave the stream to another tab. */
  #rest() {
    this.#keep();
    this.#wasLost = true; // the server may be another when the page wakes
    this.#stream.leave();
  }

  /* Kept data */

  #keepSoon() {
    this.#keeping ||= setTimeout(() => { this.#keeping = 0; this.#keep(); }, KEEP_EVERY);
  }

  #keep() {
    if (!this.#isLoaded) return;
    if (this.#trueAt) keep(`orders.${this.role}`, [...this.orders.values()], this.#trueAt.at);
  }

  async #showKept() {
    if (this.#isLoaded || this.#isKept) return;
    const last = await recall(`orders.${this.role}`);
    if (last === undefined) return; // read again at the next failure
    this.#isKept = true;
    if (!last || this.#isLoaded) return;
    const before = this.orders;
    this.orders = new Map(last.value.map((/** @type {Order} */ order) => [order.id, order]));
    this.#keepLearned(before);
    this.#trueAt = mark(last.at);
    this.onReset(this.orders, before);
  }
}

const resolve = (/** @type {OrdersPath | (() => OrdersPath)} */ path) => (typeof path === "function" ? path() : path);

/** Whether another user has signed in, in another tab. */
function isOther(/** @type {User} */ user) {
  const mine = me();
  return mine !== null && (user.username !== mine.username || user.role !== mine.role);
}

/** Go to the sign-in page, which leads back here. Deletes the kept data. */
export function signInAgain() {
  forget();
  location.assign(`/?volver=${encodeURIComponent(location.pathname + location.search)}`);
}
