// Tying a deposit to a payment and taking that back: what the server makes of it, and what is said where it does not.

import { andAgain, call, Offline } from "../lib/api.js";
import { toast } from "../lib/dom.js";
import { signInAgain } from "../house/live.js";

/** Tie a deposit to a payment, or for null to none. Resolves to the server's answer, or says why not: then null. */
export async function putTie(/** @type {string} */ id, /** @type {string?} */ paymentId) {
  try {
    return await call("PUT", `/deposits/${id}/payment`, { json: { payment_id: paymentId } });
  } catch (error) {
    if (error.status === 401) signInAgain();
    else toast(error instanceof Offline || !error.code ? andAgain(error) : `${error.message}.`, "late");
    return null;
  }
}
