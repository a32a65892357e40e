// One stream for all tabs of a browser. Over HTTP/1.1 a browser opens six connections to a host: with a
// stream a tab, the seventh tab would never open, and no other tab could ask for anything.
//
// One tab holds the stream and tells the others what it hears, through a BroadcastChannel. Which one,
// Web Locks decide; plain HTTP has none, there the tabs settle it among themselves: whoever gets no
// answer from a holder becomes the holder, and of two the later one stays. Without a channel each tab
// has a stream of its own, and gives it up while nobody looks at it.

import { newKey } from "./api.js";

/** Every type of event there is: the holder hears for all tabs. A test holds it against the server's. */
export const TYPES = [
  "resync", "order_updated", "order_placed", "order_ready", "order_voided", "menu_updated", "payment_seen",
  "payment_unseen", "payment_verification_pending", "payment_rejected", "payment_approved",
];
const ASK_EVERY = 5000; // how long the holder may be silent before somebody asks for it
const ANSWER_WITHIN = 3000; // a holder that is frozen, or stuck, does not answer; its seat is taken
const FIRST_ANSWER_WITHIN = 250; // where nothing but its answer tells a new tab that there is a holder
const HIDDEN_FOR = 5000;
const BEATS = 3; // so many heartbeats without a word: it only looks alive

let silence = BEATS * 15000;

/** How often the server says on a stream that it is alive. */
export function setHeartbeat(seconds = 15) { silence = Math.max(5000, BEATS * 1000 * seconds); }

/**
 * `position()` is the newest event that the page knows, null before its snapshot. `onEvent(type, id, data)`
 * hears of each, `onOpen()` of a stream that stands, `onLost(isOver)` of one that doesn't (`isOver`: the
 * browser has given it up), `onAlive()` of each sign of life, `onGap(id)` that nothing up to `id` will be
 * told, `onDoubt()` and `onEnded()` what another tab has found out: the server may be gone, the session
 * is over.
 */
export class Stream {
  isOpen = false;
  #isHere = false;
  #isHolding = false;
  #locks = navigator.locks ?? null;
  #holder = { since: 0, id: "" }; // whose word counts: the latest to take the seat
  #after = 0;
  #source = null;
  #channel = null;
  #seat = null;
  #giveBack = null;
  #lastWord = 0; // the holder's
  #lastSign = 0; // the server's
  #checking = 0;
  #waiting = 0;
  #extra = new Set();

  constructor({ name, path, position, onEvent, onOpen, onLost, onAlive, onGap, onDoubt, onEnded }) {
    Object.assign(this, { name, path, position, onEvent, onOpen, onLost, onAlive, onGap, onDoubt, onEnded });
  }

  /** Be one of the tabs. What is told from now on is heard, so a snapshot that is read after this misses nothing. */
  join() {
    if (this.#isHere) return;
    this.#isHere = true;
    this.#checking = setInterval(() => this.#check(), ASK_EVERY);
    if (!globalThis.BroadcastChannel) {
      this.#isHolding = true;
      document.addEventListener("visibilitychange", this.#hide);
      return;
    }
    this.#channel = new BroadcastChannel(this.name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    if (this.#locks) this.#queue();
    this.#ask(this.#locks ? ANSWER_WITHIN : FIRST_ANSWER_WITHIN);
  }

  /** Be none of them for now: the page is frozen, or goes. Another tab takes the stream over at once. */
  leave() {
    if (!this.#isHere) return;
    this.#isHere = false;
    if (this.#isHolding) this.#post({ is: "left", holder: this.#holder });
    document.removeEventListener("visibilitychange", this.#hide);
    clearInterval(this.#checking);
    clearTimeout(this.#waiting);
    this.#waiting = 0;
    this.#rise();
    this.#seat?.abort();
    this.#seat = null;
    this.#channel?.close();
    this.#channel = null;
  }

  /** See to it that there is a stream, from the page's position on. */
  open() {
    this.join();
    if (this.#isHolding) this.#connect();
    else this.#ask(ANSWER_WITHIN);
  }

  /** Make sure that the holder still lives. */
  check() {
    if (this.#isHere && !this.#isHolding && this.#channel) this.#ask(ANSWER_WITHIN);
  }

  /** The server did not answer this page: a stream that seems to be open may not be. */
  drop() {
    this.isOpen = false;
    if (this.#isHolding) {
      this.#disconnect();
      this.#say();
    } else {
      this.#post({ is: "doubt" });
    }
  }

  /** Tell the other tabs that the session is over. */
  end() { this.#post({ is: "ended" }); }

  /** Hear of one more type of event. */
  add(type) {
    if (TYPES.includes(type) || this.#extra.has(type)) return;
    this.#extra.add(type);
    if (this.#source) this.#follow(this.#source, type);
  }

  /* The seat */

  /** Wait for the seat; the browser gives it to one tab, and to the next when that one is gone, however it went. */
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

  async #request(seat, options) {
    try {
      await this.#locks.request(this.name, options, () => {
        if (this.#seat !== seat) return null;
        this.#sit();
        return new Promise((resolve) => { this.#giveBack = resolve; });
      });
    } catch (error) { // given up here, or taken by another tab
      if (error.name !== "AbortError") this.#locks = null; // the browser gives none
    }
    if (this.#seat !== seat) return;
    this.#rise();
    if (this.#locks) this.#queue();
  }

  #sit() {
    this.#isHolding = true;
    this.isOpen = false;
    this.#holder = { since: Math.max(Date.now(), this.#holder.since + 1), id: newKey() };
    if (this.position() !== null) this.#connect();
  }

  /** Give the seat back; the stream is closed with it. */
  #rise() {
    this.#disconnect();
    this.#isHolding = false;
    this.#giveBack?.();
    this.#giveBack = null;
    this.isOpen = false;
  }

  /** The holder does not answer, or has said that it goes. */
  #take() {
    if (!this.#isHere || this.#isHolding) return;
    if (this.#locks) this.#steal();
    else this.#sit();
  }

  /** No Web Locks: those who are looked at first, and one before the other. */
  #succeed(gone) {
    const pause = (document.visibilityState === "visible" ? 0 : 200) + Math.random() * 200;
    setTimeout(() => { if (this.#holder.id === gone.id) this.#take(); }, pause);
  }

  /* What the tabs say to each other */

  #post(message) { this.#channel?.postMessage(message); }

  #say() {
    this.#post({ is: "here", holder: this.#holder, isOpen: this.isOpen, after: this.#after });
  }

  #check() {
    if (this.#isHolding) this.#checkSilence();
    else if (performance.now() - this.#lastWord >= ASK_EVERY) this.#ask(ANSWER_WITHIN);
  }

  /** A connection can die without a word: the Wi-Fi's router forgets it, and everything else goes on. */
  #checkSilence() {
    if (!this.#source || performance.now() - this.#lastSign <= silence) return;
    this.isOpen = false;
    this.#say();
    this.onLost(false);
    this.#connect();
  }

  #feel() {
    this.#lastSign = performance.now();
    this.onAlive();
  }

  #ask(within) {
    this.#post({ is: "ask" });
    if (this.#waiting || !this.#channel) return;
    const asked = performance.now();
    this.#waiting = setTimeout(() => {
      this.#waiting = 0;
      if (this.#lastWord < asked) this.#take();
    }, within * (1 + Math.random() / 2));
  }

  #hear(message) {
    if (message.is === "ask") {
      if (this.#isHolding) this.#say();
    } else if (message.is === "doubt") {
      if (this.#isHolding) this.onDoubt();
    } else if (message.is === "ended") {
      this.onEnded();
    } else if (message.is === "left") {
      if (!this.#locks && message.holder.id === this.#holder.id) this.#succeed(message.holder);
    } else if (this.#accept(message.holder)) {
      this.#lastWord = performance.now();
      if (message.is === "here") this.#learn(message);
      else this.#retell(message);
    }
  }

  /** Whether this holder's word counts. A tab that was frozen may believe for a moment that it still holds. */
  #accept(holder) {
    const known = this.#holder;
    const isLater = holder.since - known.since || (holder.id > known.id ? 1 : -1);
    if (holder.id === known.id) return true;
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

  #learn({ isOpen, after }) {
    const changed = this.isOpen !== isOpen;
    this.isOpen = isOpen;
    if (isOpen) this.onGap(after);
    if (isOpen) this.onAlive();
    if (changed && isOpen) this.onOpen();
    else if (changed) this.onLost(false);
  }

  #retell({ type, id, data, after }) {
    this.onAlive();
    this.onGap(after);
    this.onEvent(type, id, data);
  }

  /* The stream itself, in the tab that holds it */

  #connect() {
    this.#disconnect();
    this.#after = this.position();
    this.#lastSign = performance.now();
    const source = new EventSource(`${this.path}&after=${this.#after}&heartbeat=event`);
    this.#source = source;
    source.onopen = () => {
      this.isOpen = true;
      this.#feel();
      this.#say();
      this.onOpen();
    };
    source.onerror = () => {
      if (source !== this.#source) return;
      this.isOpen = false;
      this.#say();
      this.onLost(source.readyState === EventSource.CLOSED);
    };
    source.addEventListener("beat", () => {
      if (source !== this.#source) return;
      this.#feel();
      this.#say();
    });
    for (const type of [...TYPES, ...this.#extra]) this.#follow(source, type);
  }

  #follow(source, type) {
    source.addEventListener(type, (event) => {
      if (source !== this.#source) return;
      const id = Number(event.lastEventId);
      this.#feel();
      this.#post({ is: "event", holder: this.#holder, after: this.#after, type, id, data: event.data });
      if (type === "resync") this.#after = 0; // the log is another one
      this.onEvent(type, id, event.data);
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
      this.isOpen = false;
      this.onLost(false);
    }, HIDDEN_FOR);
  };
}
