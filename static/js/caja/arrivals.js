// The money that has arrived and has no payment: fetched with its script once the bank tells of any, and for a house
// with a bank's phone. Other houses never ask.

import { takeDeposits } from "../house/first.js";

const load = () => import("./deposits.js");

/** Tells the page what is known of a payment's money; see `DepositsParts` for what it asks of the page. */
export class Arrivals {
  /** @type {typeof import("./deposits.js")?} */
  #part = null;
  /** @type {FirstDeposits | undefined} */
  #first;
  #isWanted = false;
  #isLoading = false;

  constructor(/** @type {DepositsParts} */ parts) { this.parts = parts; }

  /** What is known of a payment's money that has no deposit. */
  hintOf = (/** @type {Payment} */ payment) => this.#part?.hintOf(payment) ?? null;

  /** The button that takes a tie back; null until its script is there. */
  untieOf = (/** @type {Payment} */ payment) => {
    if (!this.#part) this.want();
    return this.#part?.createUntie(payment) ?? null;
  };

  /** Begin with what came with the page. A page that opened without an answer asks once it is online. */
  begin() {
    this.#first = takeDeposits();
    this.#isWanted = !this.#first || this.#first.phone.enabled || this.#first.deposits.length > 0;
    if (this.#first && this.#isWanted) this.want();
  }

  /** Take an event about a deposit; before the script is there, all is asked for anew with it. */
  hear(/** @type {DepositNotice} */ notice, /** @type {number} */ eventId) {
    this.#first = undefined;
    if (this.#part) this.#part.hear(notice, eventId);
    else this.want();
  }

  /** The page has another snapshot: events may have passed unheard. */
  refresh() {
    if (this.#part) this.#part.refresh();
    else if (this.#isWanted) this.want();
  }

  /** The page's payments or its connection have changed. */
  follow() { this.#part?.follow(); }

  /** The server's log begins anew. */
  forget() {
    this.#first = undefined;
    this.#part?.forget();
  }

  async want() {
    this.#isWanted = true;
    if (this.#isLoading || this.#part) return;
    this.#isLoading = true;
    try {
      const part = await load();
      this.#part = part;
      part.begin(this.parts, this.#first);
    } catch { /* the next event or snapshot tries again */ }
    this.#isLoading = false;
  }
}
