// One stream for all tabs of a browser, which opens at most six connections to a host. The holder, the tab with the
// stream, tells the other tabs through a BroadcastChannel. Web Locks choose the holder. Plain HTTP has none: there a
// tab becomes the holder as it opens, or when it gets no answer from the holder, and the later of two holders stays.
// Without a channel, each tab has its own stream, and closes it while hidden.

import { newKey } from "../lib/api.js";
import { doubled } from "../lib/again.js";
import { mark, now, since } from "../lib/server-time.js";

/** All types of events: the holder hears for all tabs. A test compares them with the server's. */
export const TYPES = [
  "resync", "order_updated", "order_placed", "order_ready", "order_voided", "menu_updated", "payment_seen",
  "payment_unseen", "payment_verification_pending", "payment_rejected", "payment_approved", "payment_examined",
  "deposit_arrived", "deposit_tied",
];
/** The version of the tabs' messages. Tabs of another version, open since before an upgrade, have their own stream. */
export const LANGUAGE = 4;
const ASK_EVERY = 5000; // how long the holder may be silent before a tab asks
const ANSWER_WITHIN = 3000; // a holder that is frozen or stuck doesn't answer, and loses its seat
const HIDDEN_FOR = 5000;
const GRACE = 5000; // a heartbeat this late was missed: the stream only looks alive
const CHECK_EVERY = 1000;
// times `silence`: each miss doubles the patience with the next stream, for slow networks
const MOST_PATIENCE = 8;

let silence = 15000 + GRACE;

/** Set the interval of the server's heartbeats. */
export function setHeartbeat(seconds = 15) { silence = 1000 * seconds + GRACE; }

/**
 * `position()` is the newest event that the page knows, null before its snapshot. `onLost(isOver)`: the stream is lost
 * (`isOver`: the browser has given up); `onSilent()`: heartbeats are missing; `onAlive(when)`: a sign of life;
 * `onGap(id)`: the stream skips events up to `id`; `onDoubt()`, `onEnded()`: another tab says that the server may be
 * gone, that the session is over.
 */
export class Stream {
  isOpen = false; // heard, and no heartbeat missed since, whichever tab holds it
  #isHere = false;
  #isHolding = false;
  /** @type {LockManager?} */
  #locks = navigator.locks ?? null;
  #holder = { since: 0, id: "" }; // the last tab to take the seat: its messages count
  #after = 0;
  /** @type {EventSource?} */
  #source = null;
  #hasFailed = false; // the browser waits a while before it tries again
  /** @type {BroadcastChannel?} */
  #channel = null;
  /** @type {AbortController?} */
  #seat = null;
  /** @type {((value?: unknown) => void)?} */
  #giveBack = null;
  #lastWord = 0; // when the holder last spoke
  /** @type {Mark?} */
  #heardAt = null; // the mark of the server's last sign of life; null if the stream is lost
  #begun = mark(); // since when the tab waits for the stream
  #misses = 0; // silent streams in a row
  #checking = 0;
  #watching = 0;
  #waiting = 0;
  /** @type {Set<string>} */
  #extra = new Set();

  constructor(/** @type {StreamParts} */ { name, path, position, ...on }) {
    this.name = name;
    this.path = path;
    this.position = position;
    this.on = on;
  }

  /** Join the tabs. Later events are heard, so a snapshot read after this misses none. */
  join() {
    if (this.#isHere) return;
    this.#isHere = true;
    this.#begun = mark();
    this.#checking = setInterval(() => this.#check(), ASK_EVERY);
    this.#watching = setInterval(() => this.#checkSilence(), CHECK_EVERY);
    if (!globalThis.BroadcastChannel) {
      this.#isHolding = true;
      document.addEventListener("visibilitychange", this.#hide);
      return;
    }
    this.#channel = new BroadcastChannel(this.name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    if (this.#locks) {
      this.#queue();
      this.#ask(ANSWER_WITHIN);
    } else {
      this.#sit();
    }
  }

  /** Leave the tabs, as the page freezes or closes. Another tab takes over the stream at once. */
  leave() {
    if (!this.#isHere) return;
    this.#isHere = false;
    if (this.#isHolding) this.#post({ is: "left", holder: this.#holder });
    document.removeEventListener("visibilitychange", this.#hide);
    clearInterval(this.#checking);
    clearInterval(this.#watching);
    clearTimeout(this.#waiting);
    this.#waiting = 0;
    this.#heardAt = null;
    this.isOpen = false;
    this.#rise();
    this.#seat?.abort();
    this.#seat = null;
    this.#channel?.close();
    this.#channel = null;
  }

  /** Make sure that there is a stream, from the page's position on. */
  open() {
    this.join();
    const isOnItsWay = this.#source !== null && !(this.#hasFailed && this.#source.readyState !== EventSource.OPEN);
    if (this.#isHolding && !isOnItsWay) this.#connect();
    else if (!this.#isHolding && !this.isOpen) this.#ask(ANSWER_WITHIN);
  }

  /** Check that the stream is heard, and that its holder is alive. */
  check() {
    if (!this.#isHere) return;
    this.#checkSilence();
    if (!this.#isHolding && this.#channel) this.#ask(ANSWER_WITHIN);
  }

  /** The server did not answer this page: the stream may be dead. */
  drop() {
    this.isOpen = false;
    this.#heardAt = null;
    if (this.#isHolding) {
      this.#disconnect();
      this.#say();
    } else {
      this.#post({ is: "doubt" });
    }
  }

  /** Tell the other tabs that the session is over. */
  end() { this.#post({ is: "ended" }); }

  /** Listen for one more type of event. */
  add(/** @type {string} */ type) {
    if (TYPES.includes(type) || this.#extra.has(type)) return;
    this.#extra.add(type);
    if (this.#source) this.#follow(this.#source, type);
  }

  /* The seat */

  /** Wait for the seat: the browser gives it to a tab, and to the next when that tab is gone. */
  #queue() {
    const seat = new AbortController();
    this.#seat = seat;
    this.#request(seat, { signal: seat.signal });
  }

  #steal() {
    this.#seat?.abort();
    const seat = new AbortController();
    this.#seat = seat;
    this.#request(seat, { steal: true });
  }

  /** @type {(seat: AbortController, options: LockOptions) => Promise<void>} */
  async #request(seat, options) {
    try {
      await this.#locks?.request(this.name, options, () => {
        if (this.#seat !== seat) return null;
        this.#sit();
        return new Promise((resolve) => { this.#giveBack = resolve; });
      });
    } catch (error) { // given up here, or taken by another tab
      if (error.name !== "AbortError") this.#locks = null; // the browser has no locks
    }
    if (this.#seat !== seat) return;
    this.#rise();
    if (this.#locks) this.#queue();
  }

  #sit() {
    this.#isHolding = true;
    this.#begun = mark();
    this.#holder = { since: Math.max(Date.now(), this.#holder.since + 1), id: newKey() };
    this.#connect();
  }

  /** Give the seat back; the stream is closed with it. */
  #rise() {
    this.#disconnect();
    this.#isHolding = false;
    this.#giveBack?.();
    this.#giveBack = null;
  }

  /** Take the seat of a holder that doesn't answer or has left. */
  #take() {
    if (!this.#isHere || this.#isHolding) return;
    if (this.#locks) this.#steal();
    else this.#sit();
  }

  /** Without Web Locks: visible tabs first, each after a random pause. */
  #succeed(/** @type {Holder} */ goneHolder) {
    const pause = (document.visibilityState === "visible" ? 0 : 200) + Math.random() * 200;
    setTimeout(() => { if (this.#holder.id === goneHolder.id) this.#take(); }, pause);
  }

  /* Messages between tabs */

  #post(/** @type {Said} */ message) { this.#channel?.postMessage(message); }

  #say() { this.#post({ is: "here", ...this.#word() }); }

  /** The holder, and how many milliseconds ago the server was heard: marks are valid in their own tab only. */
  #word() {
    const age = this.#heardAt && since(this.#heardAt).most;
    return { holder: this.#holder, after: this.#after, age, sent: Date.now() };
  }

  #check() {
    if (!this.#isHolding && performance.now() - this.#lastWord >= ASK_EVERY) this.#ask(ANSWER_WITHIN);
  }

  /**
   * A connection can die silently: the router forgets it, or a proxy holds it back, and all other requests work. Each
   * tab checks for itself, since the holder may hang.
   */
  #checkSilence() {
    if (this.#heardAt === null && !this.#source) return;
    const patience = this.#heardAt ? silence : doubled(silence, this.#misses, MOST_PATIENCE * silence);
    if (since(this.#heardAt ?? this.#begun).most <= patience) return;
    this.#misses += 1;
    this.#lose();
    if (this.#isHolding) {
      this.#connect();
      this.#say();
    } else {
      this.#ask(ANSWER_WITHIN);
    }
    this.on.onSilent();
  }

  /** The server was heard by the holder. */
  #feel(/** @type {Mark} */ heard) {
    this.#heardAt = heard;
    this.#misses = 0;
    this.on.onAlive(heard);
    if (this.isOpen) return;
    this.isOpen = true;
    this.on.onOpen();
  }

  #lose(isOver = false) {
    const wasOpen = this.isOpen;
    this.#heardAt = null;
    this.isOpen = false;
    if (wasOpen || isOver) this.on.onLost(isOver);
  }

  #ask(/** @type {number} */ within) {
    this.#post({ is: "ask" });
    if (this.#waiting || !this.#channel) return;
    const askedAt = performance.now();
    this.#waiting = setTimeout(() => {
      this.#waiting = 0;
      if (this.#lastWord < askedAt) this.#take();
    }, within * (1 + Math.random() / 2));
  }

  #hear(/** @type {Said} */ message) {
    if (message.is === "ask") {
      if (!this.#isHolding) return;
      this.#checkSilence(); // a hidden tab's timers may pause for a minute
      this.#say();
    } else if (message.is === "doubt") {
      if (this.#isHolding) this.on.onDoubt();
    } else if (message.is === "ended") {
      this.on.onEnded();
    } else if (message.is === "left") {
      if (!this.#locks && message.holder.id === this.#holder.id) this.#succeed(message.holder);
    } else if (this.#accept(message.holder)) {
      this.#lastWord = performance.now();
      if (message.is === "here") this.#learn(message);
      else this.#retell(message);
    }
  }

  /** Whether this holder's messages count. A tab that was frozen may take itself for the holder for a moment. */
  #accept(/** @type {Holder} */ holder) {
    const lastHolder = this.#holder;
    const isLater = holder.since - lastHolder.since || (holder.id > lastHolder.id ? 1 : -1);
    if (holder.id === lastHolder.id) return true;
    if (isLater < 0) {
      if (this.#isHolding) this.#say();
      return false;
    }
    this.#holder = holder;
    if (!this.#isHolding) return true;
    this.#rise();
    if (this.#locks) this.#queue();
    return true;
  }

  #learn(/** @type {Word} */ word) {
    const age = ageOf(word);
    if (age === null) {
      this.#lose();
      return;
    }
    this.on.onGap(word.after);
    this.#feel(mark(now() - age));
  }

  #retell(/** @type {Word & News} */ word) {
    const { type, id, data, after } = word;
    const age = ageOf(word);
    if (age !== null) this.#feel(mark(now() - age));
    this.on.onGap(after);
    this.on.onEvent(type, id, data);
  }

  /* The stream itself, in the tab that holds it */

  #connect() {
    const after = this.position();
    if (after === null) return; // the snapshot will open it
    this.#disconnect();
    this.#after = after;
    this.#begun = mark();
    this.#hasFailed = false;
    const source = new EventSource(`${this.path}&after=${this.#after}`);
    this.#source = source;
    source.onerror = () => {
      if (source !== this.#source) return;
      this.#lose(source.readyState === EventSource.CLOSED);
      this.#hasFailed = true;
      this.#begun = mark();
      this.#say();
    };
    source.addEventListener("beat", () => { // the first comes with the stream; headers alone prove nothing
      if (source !== this.#source) return;
      this.#feel(mark());
      this.#say();
    });
    for (const type of [...TYPES, ...this.#extra]) this.#follow(source, type);
  }

  #follow(/** @type {EventSource} */ source, /** @type {string} */ type) {
    source.addEventListener(type, (event) => {
      if (source !== this.#source) return;
      const id = Number(event.lastEventId);
      this.#feel(mark());
      this.#post({ is: "event", ...this.#word(), type, id, data: event.data });
      this.#after = type === "resync" ? 0 : Math.max(this.#after, id); // after a resync the log is new
      this.on.onEvent(type, id, event.data);
    });
  }

  #disconnect() {
    this.#source?.close();
    this.#source = null;
  }

  #hide = () => {
    setTimeout(() => {
      if (!this.#isHere || document.visibilityState === "visible" || !this.#source) return;
      this.#disconnect();
      this.#lose();
    }, HIDDEN_FOR);
  };
}

/** How long ago the server was heard as the holder's message comes, or null if too long. */
function ageOf(/** @type {Word} */ { age, sent }) {
  if (age === null) return null;
  const whole = age + Math.max(0, Date.now() - sent);
  return whole <= silence ? whole : null;
}
