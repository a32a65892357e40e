// The deposits that have no payment, whichever of a list, an event and an answer comes first or last.

import { cents } from "../house/bill.js";
import { businessDay, day } from "../house/format.js";
import { startOf } from "../lib/wall-time.js";
import { givenOf } from "./charges.js";

const MINUTE = 60000;
export const NEAR = 30 * MINUTE; // as the server ties by the amount alone
export const A_DAY = 24 * 60 * MINUTE;

/** `onChange()` hears of each change. */
export class Untied {
  /** @type {Map<string, Deposit>} */
  #deposits = new Map();
  /** @type {Map<string, { eventId: number, deposit: Deposit? }>} */
  #news = new Map(); // by deposit: its last change that is newer than the list; null: it has a payment
  #listId = 0; // the list has all events up to here

  constructor(/** @type {() => void} */ onChange) { this.onChange = onChange; }

  /** Take a list that has all events up to `lastEventId`; what was heard after that stays. */
  take(/** @type {Deposit[]} */ deposits, /** @type {number} */ lastEventId) {
    this.#listId = lastEventId;
    this.#deposits = new Map(deposits.map((deposit) => [deposit.id, deposit]));
    for (const [id, { eventId, deposit }] of this.#news) {
      if (eventId <= lastEventId) this.#news.delete(id);
      else this.#put(id, deposit);
    }
    this.onChange();
  }

  #put(/** @type {string} */ id, /** @type {Deposit?} */ deposit) {
    if (deposit) this.#deposits.set(id, deposit);
    else this.#deposits.delete(id);
  }

  /**
   * Take what a deposit was after an event; null for a deposit with a payment. The list, or a later event, may know
   * more.
   * @type {(id: string, deposit: Deposit?, eventId: number) => void}
   */
  learn(id, deposit, eventId) {
    if (eventId <= Math.max(this.#listId, this.#news.get(id)?.eventId ?? 0)) return;
    this.#news.set(id, { eventId, deposit });
    this.#put(id, deposit);
    this.onChange();
  }

  /**
   * Take an event. Returns false where the event does not tell enough, and the list has to be asked for: whether a
   * statement's line has a time.
   * @type {(notice: DepositNotice, eventId: number) => boolean}
   */
  hear({ deposit_id: id, source, payment_id: paymentId, ...said }, eventId) {
    if (paymentId === null && source === "estado") {
      if (eventId <= this.#listId) return true;
      this.#news.delete(id);
      return false;
    }
    this.learn(id, paymentId === null ? {
      ...said, id, source, is_day: false, received_at: said.at, received_by: "", account: null, rule: null, text: null,
      in_statement: false, payment_id: null, tie: null,
    } : null, eventId);
    return true;
  }

  /** The server's log begins anew: what was heard has no place in it. A list follows. */
  forget() {
    this.#news.clear();
    this.#listId = 0;
  }

  /**
   * The deposits that may be a payment's, by their amount: `near` its time, and `others` of today.
   * @type {(payment: Payment) => { near: Deposit[], others: Deposit[] }}
   */
  fitting(payment) {
    const [given, at, today] = [cents(givenOf(payment)), Date.parse(payment.submitted_at), startOf(businessDay())];
    const near = [];
    const others = [];
    for (const deposit of this.#deposits.values()) {
      if (cents(deposit.amount) !== given) continue;
      const waited = at - Date.parse(deposit.at);
      if (deposit.is_day ? waited >= -NEAR && waited <= A_DAY : Math.abs(waited) <= NEAR) near.push(deposit);
      else if (deposit.is_day ? day(deposit.at) === day() : Date.parse(deposit.at) >= today) others.push(deposit);
    }
    return { near, others };
  }
}
