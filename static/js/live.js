// The live state of a page: one Map of orders, one snapshot to begin with, one event stream after it.

import { call, Offline, Problem } from "./api.js";

const LONGEST_PAUSE = 30000;
const CHECK_EVERY = 25000;

/**
 * Keeps `orders` true. `onOrder(order, before)` hears of each change, `onReset(orders, before)` of
 * each snapshot, `on[type](data)` of each notice, `onState("online" | "connecting" | "offline")` of the
 * connection. `snapshots` are the paths that the snapshot is read from.
 */
export class Live {
  orders = new Map();
  state = "connecting";
  #source = null;
  #cursor = 0;
  #failures = 0;
  #timer = 0;
  #loading = null;
  #meanwhile = [];

  constructor({ role, snapshots = ["/orders"], onReset, onOrder, onState, on = {} }) {
    Object.assign(this, { role, snapshots, onReset, onOrder, onState, on });
  }

  start() {
    addEventListener("online", () => this.refresh());
    addEventListener("offline", () => this.#show("offline"));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.refresh();
    });
    addEventListener("pageshow", (event) => { if (event.persisted) this.refresh(); });
    setInterval(() => this.#check(), CHECK_EVERY);
    return this.refresh();
  }

  /** Fetch everything again, and make sure that a stream is open. */
  refresh() {
    this.#loading ??= this.#load().finally(() => { this.#loading = null; });
    return this.#loading;
  }

  async #load() {
    clearTimeout(this.#timer);
    this.#meanwhile = [];
    try {
      const answers = await Promise.all(this.snapshots.map((path) => call("GET", resolve(path))));
      this.#cursor = Math.min(...answers.map((one) => Number(one.last_event_id)));
      const before = this.orders;
      this.orders = new Map(answers.flatMap((one) => one.orders).map((order) => [order.id, order]));
      this.onReset(this.orders, before);
      this.#failures = 0;
      if (this.#isOpen()) this.#catchUp();
      else this.#open();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Events that came while the snapshot was on its way may be newer than it. */
  #catchUp() {
    const missed = this.#meanwhile;
    this.#meanwhile = [];
    for (const event of missed) this.#apply(event);
    this.#show("online");
  }

  #isOpen() {
    return this.#source !== null && this.#source.readyState === EventSource.OPEN;
  }

  #open() {
    this.#source?.close();
    const source = new EventSource(`/events/${this.role}?after=${this.#cursor}`);
    this.#source = source;
    source.onopen = () => { this.#failures = 0; this.#show("online"); };
    source.onerror = () => this.#lost(source);
    source.addEventListener("resync", () => this.#resync());
    source.addEventListener("order_updated", (event) => this.#apply(event));
    for (const type of Object.keys(this.on)) this.#hear(source, type);
  }

  #hear(source, type) {
    source.addEventListener(type, (event) => {
      if (Number(event.lastEventId) > this.#cursor) this.on[type](JSON.parse(event.data));
    });
  }

  /** Hear of one more type of event, or of one type in one more place, from now on. */
  listen(type, handler) {
    const known = this.on[type];
    this.on[type] = known ? (data) => { known(data); handler(data); } : handler;
    if (!known && this.#source) this.#hear(this.#source, type);
  }

  /** What a newer snapshot already holds is not applied again: it may be older than what is shown. */
  #apply(event) {
    if (this.#loading) this.#meanwhile.push(event);
    if (Number(event.lastEventId) <= this.#cursor) return;
    const order = JSON.parse(event.data);
    const before = this.orders.get(order.id);
    this.orders.set(order.id, order);
    this.onOrder(order, before);
  }

  /** The log is not the one this page knew: whatever it says next counts. */
  #resync() {
    this.#cursor = 0;
    this.refresh();
  }

  /** The browser comes back by itself from a lost stream, but gives up on any status but 200. */
  #lost(source) {
    if (source !== this.#source) return;
    this.#show("connecting");
    if (source.readyState === EventSource.CLOSED) this.#later();
  }

  #fail(error) {
    if (error instanceof Problem && error.status === 401) {
      signInAgain();
      return;
    }
    this.#show(error instanceof Offline ? "offline" : "connecting");
    this.#later();
  }

  #later() {
    clearTimeout(this.#timer);
    const pause = Math.min(LONGEST_PAUSE, 1000 * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.refresh(), pause * (0.5 + Math.random() / 2));
  }

  /** A stream that only looks alive is found out by asking for something else. */
  async #check() {
    if (document.visibilityState !== "visible") return;
    try {
      await call("GET", "/session", { timeout: 8000 });
      if (this.state === "offline") await this.refresh();
    } catch (error) {
      this.#source?.close();
      this.#fail(error);
    }
  }

  #show(state) {
    this.state = state;
    this.onState(state);
  }
}

const resolve = (path) => (typeof path === "function" ? path() : path);

/** Go to the sign-in page, and come back here afterwards. */
export function signInAgain() {
  location.assign(`/?volver=${encodeURIComponent(location.pathname + location.search)}`);
}
