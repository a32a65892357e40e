// The verdict on the shown payment: given here, or by another cashier.

import { call, Offline, orTryAgain, Problem } from "../lib/api.js";
import { toast } from "../lib/dom.js";
import { fetchPart } from "../lib/later.js";
import { clock, money } from "../house/format.js";
import { signInAgain } from "../house/live.js";
import { needsReason } from "../house/rules.js";
import { givenOf, placesOf, placesWithin } from "./charges.js";
import { decidedWords } from "./words.js";

const DONE = "No tienes que hacer nada.";
const loadReasons = () => import("./reason.js");

/** @typedef {typeof import("./reason.js")} Reasons */

/**
 * Judges what `detail` shows. `known(payment)` is the payment as the page knows it, `learn(answer)` hears what the
 * server answers,
 * `onDone()` of a verdict that was given on what is on show.
 */
export class Verdicts {
  /** @type {string?} */
  judging = null; // the id of the payment whose verdict is on its way
  /** @type {HTMLDialogElement?} */
  #dialog = null;
  /** @type {Reasons?} */
  #reasons = null; // fetched when the first payment is opened
  #question = 0;

  constructor(/** @type {VerdictParts} */ { detail, username, known, learn, onDone }) {
    this.detail = detail;
    this.username = username;
    this.known = known;
    this.learn = learn;
    this.onDone = onDone;
  }

  /** Fetch the questions for a reason ahead of the first verdict; if that fails, the first question tries again. */
  prepare() {
    if (!this.#reasons) loadReasons().then((part) => { this.#reasons = part; }, () => {});
  }

  approve() {
    const { detail } = this;
    if (!detail.canJudge || detail.isResting || !detail.payment) return;
    if (detail.tick.isMissing) detail.tick.ask();
    else if (detail.isLoading) return;
    else if (needsReason(detail.payment)) this.#ask("askWhyApproved", "aprobado");
    else this.#judge("aprobado", null);
  }

  reject() {
    if (this.detail.canJudge && !this.detail.isResting) this.#ask("askWhyRejected", "rechazado");
  }

  /** @type {(question: "askWhyApproved" | "askWhyRejected" | "askAfterAll", verdict: Verdict) => Promise<void>} */
  async #ask(question, verdict) {
    this.#question += 1;
    const mine = this.#question;
    const { payment } = this.detail;
    this.#reasons ??= await fetchPart(loadReasons());
    const { order } = this.detail;
    if (!this.#reasons || !order || mine !== this.#question || payment?.id !== this.detail.payment?.id) return;
    this.#dialog = this.#reasons[question](order, (reason) => this.#judge(verdict, reason));
  }

  /** Add strong warnings to the open question why the payment is approved; what was typed stays. */
  warn(/** @type {Suspicion[]} */ warnings) {
    const { order } = this.detail;
    if (order && this.#dialog?.isConnected) this.#reasons?.addReasonsAgainst(this.#dialog, order, warnings);
  }

  /** Close the question: its payment is no longer on show. */
  stopAsking() {
    this.#question += 1;
    this.#dialog?.close();
  }

  /** Another cashier may have decided the shown payment meanwhile. */
  check(/** @type {Charged | undefined} */ order) {
    const { payment } = this.detail;
    if (!payment) return;
    const latest = order?.payment ?? null;
    if (latest?.status === "por_verificar") return;
    if (this.judging === payment.id) return; // our own verdict: its answer says what came of it
    if (latest) this.#settle(latest);
    else this.#inquire(payment);
  }

  /** The order has moved on: ask for this payment's verdict. */
  async #inquire(/** @type {Payment} */ payment) {
    this.detail.settle("Este comprobante ya no espera dictamen");
    this.stopAsking();
    try {
      const { payments } = await call("GET", `/orders/${payment.order_id}`);
      const now = payments.find((one) => one.id === payment.id);
      if (now?.decided_by && this.#isOnShow(payment)) toast(this.#explain(now));
    } catch { /* what is said already is enough */ }
  }

  #isOnShow(/** @type {Payment} */ payment) { return this.detail.payment?.id === payment.id; }

  #explain(/** @type {Payment} */ payment) {
    return `${decidedWords(payment, this.username)}${payment.decided_at ? ` a las ${clock(payment.decided_at)}` : ""}`;
  }

  #settle(/** @type {Payment} */ payment) {
    this.stopAsking();
    this.detail.settle(`${this.#explain(payment)}. ${DONE}`);
  }

  /** Send the verdict on the shown payment, and on no other. */
  async #judge(/** @type {Verdict} */ verdict, /** @type {string?} */ reason) {
    const { detail } = this;
    const { order, payment } = detail;
    if (!detail.canJudge || !order || !payment) return;
    /** @type {NewVerdict} */
    const json = { verdict };
    if (reason) json.reason = reason;
    const { isNeeded, isGiven, box } = detail.tick;
    if (verdict === "aprobado" && isNeeded && !isGiven) json.seen_in_account = box.checked;
    this.judging = payment.id;
    detail.setBusy(true);
    detail.clearNotice();
    try {
      const headers = { "Comanda-Corrections": String(payment.former_claims?.length ?? 0) }; // as it is on show
      const answer = await call("PUT", `/payments/${payment.id}/verdict`, { json, headers });
      this.learn(answer);
      this.judging = null;
      await this.#accepted(order, payment, answer, verdict);
    } catch (error) {
      this.judging = null;
      await this.#refused(order, payment, error);
    }
  }

  /**
   * The answer may be another cashier's verdict, the same as ours but earlier.
   * @type {(order: Charged, payment: Payment, answer: Order, verdict: Verdict) => Promise<void>}
   */
  async #accepted(order, payment, answer, verdict) {
    const decided = answer.payments.find((one) => one.id === payment.id);
    if (decided?.decided_by !== this.username) {
      await this.#explainLost(order, payment);
      return;
    }
    const words = `${placesWithin(order)} · ${money(givenOf(payment))}`;
    if (verdict === "aprobado") toast(`✓ Aprobado: ${words}`, "done");
    else toast(`Rechazado: ${words}`);
    if (this.#isOnShow(payment)) this.onDone();
  }

  async #refused(/** @type {Charged} */ order, /** @type {Payment} */ payment, /** @type {any} */ error) {
    if (error instanceof Problem && error.status === 401) {
      signInAgain();
      return;
    }
    const known = this.known(payment)?.payment;
    if (error instanceof Offline && known?.decided_by) {
      if (this.#isOnShow(payment)) this.#settle(known);
      return;
    }
    if (error.code === "payment_already_decided") {
      await this.#explainLost(order, payment);
      return;
    }
    if (error.errors?.reason && await this.#askAfterAll(order, payment)) return;
    const words = error instanceof Offline
      ? "Sin conexión: no se sabe si se guardó el dictamen. Inténtalo otra vez."
      : orTryAgain(error);
    if (this.#isOnShow(payment)) this.detail.fail(words);
    toast(`${placesOf(order)}: ${words}`, "late");
  }

  /**
   * A strong warning came while the approval was on its way: ask for the reason that it needs now. The tick stays.
   * Returns whether that is so.
   */
  async #askAfterAll(/** @type {Charged} */ order, /** @type {Payment} */ payment) {
    const { detail } = this;
    let latest = this.known(payment) ?? order;
    try {
      if (!needsReason(latest.payment)) {
        const { payments } = await call("GET", `/orders/${order.id}`);
        latest = { ...latest, payment: payments.find((one) => one.id === payment.id) ?? payment };
      }
    } catch { /* the refusal's own words say it */ }
    if (!this.#isOnShow(latest.payment) || !needsReason(latest.payment)) return false;
    detail.setBusy(false);
    detail.update(latest);
    this.#ask("askAfterAll", "aprobado");
    return true;
  }

  /** Another cashier was first: say who, in a friendly way. */
  async #explainLost(/** @type {Order} */ order, /** @type {Payment} */ payment) {
    let words = `Otra persona ya lo decidió. ${DONE}`;
    try {
      const { payments } = await call("GET", `/orders/${order.id}`);
      const decided = payments.find((one) => one.id === payment.id);
      if (decided) words = `${this.#explain(decided)}. ${DONE}`;
    } catch { /* what is known already is enough */ }
    if (this.#isOnShow(payment)) this.detail.settle(words);
    else toast(words);
  }
}
