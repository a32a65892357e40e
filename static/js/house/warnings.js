// What speaks against a proof, in words: a few for a card, a sentence for whoever reads on.

import { money } from "./format.js";

const SHORT = {
  reference_reused: "Referencia repetida",
  file_reused: "Comprobante repetido",
  image_similar: "Foto parecida",
  amount_differs: "Otro monto",
  proof_predates_order: "Foto anterior a la orden",
};
const SENTENCES = {
  reference_reused: (warning) => `Referencia ya usada en ${place(warning)}`,
  file_reused: (warning) => `El mismo comprobante ya se envió en ${place(warning)}`,
  image_similar: (warning) => `La foto se parece a la de ${place(warning)}: compáralas`,
  amount_differs: ({ payment, total }) => `El monto declarado, ${money(payment.amount)}, no es el total, ${money(total)}`,
  proof_predates_order: () => "La foto se tomó antes de que se pidiera la orden",
};
const EVIDENCE = ["reference_reused", "file_reused"];

/** "⚠ Referencia repetida" */
export const shortWarning = (warning) => `⚠ ${SHORT[warning.type]}`;

/** "Referencia ya usada en la orden 97", of one of `payment`'s warnings; `total` is its order's. */
export function warningSentence(warning, payment, total) {
  return SENTENCES[warning.type]({ ...warning, payment, total });
}

/** Whether a warning points to another order than the payment's own. */
export const pointsElsewhere = (warning, payment) => warning.order_id !== payment.order_id;

/** Whether approving a payment needs a reason: a similar picture is a hint, these are evidence. */
export const needsReason = (payment) => payment.warnings.some(({ type }) => EVIDENCE.includes(type));

function place(warning) {
  return pointsElsewhere(warning, warning.payment) ? `la orden\u00a0${warning.order_id}` : "un intento anterior de esta orden";
}
