// A charge that is sent at once, as at the till: the page waits for the answer. What needs no look into the account is
// approved in the same act.

import { call, newKey, whatHappened } from "../lib/api.js";
import { toast } from "../lib/dom.js";
import { form } from "./parcels.js";

/** In place of the phone's outbox. `learn(answer)` gets the server's answers. */
export class Direct {
  #key = "";
  #said = "";

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

  async discard() { /* nothing waits here */ }

  /** Send the charge; the same charge again, after an answer was lost, is done once. */
  async add({ file, ...said }) {
    const bytes = file ? await file.arrayBuffer() : null;
    const draft = /** @type {Draft} */ (/** @type {unknown} */ ({
      ...said, type: file?.type ?? "", name: file?.name || "foto.jpg", bytes }));
    const text = JSON.stringify({ ...said, size: file?.size ?? 0, at: file?.lastModified ?? 0 });
    if (text !== this.#said) this.#key = newKey();
    this.#said = text;
    try {
      const path = /** @type {`/orders/${string}/proof`} */ (`/orders/${draft.orderId}/proof`);
      const answer = await call("POST", path, { form: form(draft), key: this.#key, timeout: 60000 });
      this.#said = "";
      this.learn(answer);
      await this.#approve(answer, draft);
    } catch (error) {
      throw Object.assign(error, { isRefusal: true });
    }
  }

  /** Approve the cashier's own payment, if nobody needs to look into the account for it. */
  async #approve(/** @type {OrderAfterChange} */ order, /** @type {Draft} */ { method }) {
    const isFree = this.settings.methods.find(({ name }) => name === method)?.verify === "none";
    const own = order.payments.filter((payment) => payment.status === "por_verificar"
      && payment.submitted_by === this.username).at(-1);
    if (!isFree || !own) return;
    try {
      this.learn(await call("PUT", `/payments/${own.id}/verdict`, { json: { verdict: "aprobado" } }));
    } catch (error) { // the payment is stored: charging again would take it twice
      toast(`El pago quedó por verificar: apruébalo ahí. ${whatHappened(error.message)}.`, "late");
    }
  }
}
