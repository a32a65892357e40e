// A charge that is sent at once, as at the till: the page waits for the answer. What needs no look into the account is
// approved in the same act.

import { call, Offline, whatHappened } from "../lib/api.js";
import { toast } from "../lib/dom.js";
import { cents } from "../house/bill.js";
import { signInAgain } from "../house/live.js";
import { form, isFinal } from "./parcels.js";

/** In place of the phone's outbox. `learn(answer)` gets the server's answers. */
export class Direct {
  constructor(/** @type {{ settings: Settings, username: string, learn: OnAnswer }} */ { settings, username, learn }) {
    this.settings = settings;
    this.username = username;
    this.learn = learn;
  }

  ofOrders() { return /** @type {Draft[]} */ ([]); }

  isSending() { return false; }

  isStale() { return false; }

  progress() { return 0; }

  async sendNow() { /* nothing waits here */ }

  async discard() { return false; /* nothing waits here */ }

  /**
   * Send the charge; a charge of the same `key`, sent again after a lost answer, is done once. Rejects with an error
   * that `isRefusal`; `isUnanswered`, if the charge may be stored all the same; `isPassing`, if the refusal is not of
   * the charge itself.
   */
  async add({ file, ...said }) {
    const bytes = file ? await file.arrayBuffer() : null;
    const draft = /** @type {Draft} */ (/** @type {unknown} */ ({
      ...said, type: file?.type ?? "", name: file?.name || "foto.jpg", bytes }));
    try {
      const path = /** @type {`/orders/${string}/proof`} */ (`/orders/${draft.orderId}/proof`);
      const answer = await call("POST", path, { form: form(draft), key: draft.key, timeout: 60000 });
      this.learn(answer);
      await this.#approve(answer, draft);
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /** Approve the cashier's own payment, if nobody needs to look into the account for it. */
  async #approve(/** @type {OrderAfterChange} */ order, /** @type {Draft} */ { method, amount }) {
    const isFree = this.settings.methods.find(({ name }) => name === method)?.verify === "none";
    const own = order.payments.filter((payment) => payment.status === "por_verificar"
      && payment.submitted_by === this.username && payment.method === method
      && cents(payment.amount) === cents(Number(amount))).at(-1);
    if (!isFree || !own) return;
    try {
      this.learn(await approve(own).catch((error) => {
        if (error instanceof Offline) return approve(own); // asked twice, it is approved once
        throw error;
      }));
    } catch (error) { // the payment is stored: charging again would take it twice
      toast(`El pago está guardado. Si sigue en «Por Verificar», apruébalo ahí. ${whatHappened(error.message)}.`,
        "late");
    }
  }
}

/** @type {(payment: Payment) => Promise<OrderAfterChange>} */
const approve = (payment) => call("PUT", `/payments/${payment.id}/verdict`, { json: { verdict: "aprobado" } });

/** The error as the form shows it. */
function refusalOf(error) {
  if (error.status === 401 && error.code) signInAgain(); // what was filled in is kept
  const isPassing = error instanceof Offline || !isFinal(error.status, error.code);
  const isUnanswered = isPassing && (!error.code || error.status >= 500);
  const words = `${whatHappened(error.message)}. Toca otra vez: no se cobra dos veces.`;
  return Object.assign(isUnanswered ? new Error(words) : error, { isRefusal: true, isUnanswered, isPassing });
}
