// How an unsent order or proof stands, in words, and the button that discards it.

import { whatHappened } from "../lib/api.js";
import { createSureButton } from "../lib/sure.js";

const OVERTAKEN = ["nothing_due", "illegal_transition"]; // somebody has paid the order, or made it void

/** Whether a draft would be refused again unchanged: the server named wrong fields, or nothing is due any more. */
export const isCorrectable = (/** @type {Draft} */ draft) => draft.stopped
  && (Object.keys(draft.errors).length > 0 || OVERTAKEN.includes(draft.code));

/** Whether the server is to refuse a discarded draft: its key may be used up, so that it is not sent any more. */
export const isGoingAway = (/** @type {Draft} */ { discarded, stopped }) => discarded && !stopped;

/** A draft's state, in words. */
export function describe(/** @type {Draft} */ draft, /** @type {SheetParts["outbox"]} */ outbox) {
  const isOrder = draft.kind === "order";
  if (isGoingAway(draft)) {
    return outbox.isSending(draft) ? "Descartando…"
      : "⚠ No se sabe si llegó. Se descarta al volver la conexión, si no llegó.";
  }
  if (outbox.isSending(draft)) return isOrder ? "Enviando…" : `Enviando… ${Math.round(100 * outbox.progress(draft))} %`;
  const whose = draft.waiter === outbox.username ? "" : `De ${draft.waiter || "otra persona"}: `;
  if (draft.stopped) return `${whose}⚠ No se pudo: ${refusalOf(draft)}`;
  if (whose) return `${whose}se envía cuando entre`;
  if (outbox.isStale(draft)) return "⚠ Lleva más de una hora aquí. Envíala si todavía la esperan.";
  const next = isOrder ? "Se envía sola y no se duplica." : "Se enviará solo.";
  return `${whatHappened(draft.error) || "Sin enviar"}. ${next}`;
}

/** The server's reason for a refusal; for an order's line, with its dish. */
export function refusalOf(/** @type {Draft} */ draft) {
  if (draft.kind === "proof" && draft.code === "order_not_found") {
    return `Comanda ya no tiene la orden ${draft.orderId}: quizá se volvió a una copia de antes. `
      + "El comprobante sigue aquí; avisa en caja antes de descartarlo.";
  }
  if (draft.kind === "proof" && OVERTAKEN.includes(draft.code)) {
    return `${draft.error}. Revisa lo que falta y cobra eso; si no falta nada, descártalo.`;
  }
  const [field, sentences] = Object.entries(draft.errors)[0] ?? [];
  const name = draft.lines?.[/^items\.(\d+)\./.exec(field ?? "")?.[1]]?.name;
  const sentence = Array.isArray(sentences) ? sentences[0] : "";
  if (!name || !sentence) return draft.error;
  return sentence.startsWith(name) ? sentence : `${name}: ${sentence}`;
}

/** A button that discards a proof at the second tap. */
export const createDiscard = (/** @type {() => void} */ discard, whose = "") =>
  createSureButton(() => "Descartar", "¿Seguro? Descartar", discard, whose).button;
