// What a waiter is told of a proof that was sent.

import { clock } from "../house/format.js";

export const DAMAGED = "La foto llegó dañada; toma otra si el cajero la pide";

/** Whether the examination could not read a waiting proof, or not the whole of it. */
export const isDamaged = (/** @type {Payment?} */ payment) => payment?.status === "por_verificar"
  && (payment.examination === "unreadable" || payment.warnings.some(({ type }) => type === "file_damaged"));

/** The time at which the proof was sent, in words. */
export const sentAt = (/** @type {Payment} */ payment) =>
  (payment ? `enviado a las ${clock(payment.submitted_at)}` : "");
