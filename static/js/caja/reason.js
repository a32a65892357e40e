// Asking why a proof is refused, or approved in spite of its warnings.

import { h, wholeAmounts } from "../lib/dom.js";
import { money } from "../lib/money.js";
import { askReason } from "../house/reasons.js";
import { needsReason, warningSentence } from "../house/rules.js";
import { depositOf } from "./arrival.js";
import { givenOf, placesWithin } from "./charges.js";
import { reasonsFor, reasonsToApprove, SETTLING } from "./words.js";

/**
 * Ask why a payment is refused; `confirm(reason)` hears it. Returns the open dialog.
 * @type {(order: Charged, confirm: (reason: string) => void) => HTMLDialogElement}
 */
export const askWhyRejected = (order, confirm) => askReason({
  label: "Rechazar comprobante",
  heading: heading("Rechazar", order),
  before: [
    ...(depositOf(order.payment) ? [h("p", { class: "notice" },
      "💰 Su dinero ya llegó, según el banco. Si lo rechazas, ese ingreso queda sin pago.")] : []),
    ...(order.bill.length > 1
      ? [h("p", { class: "notice", "data-tone": "late" }, `Devuelve ${order.bill.length} órdenes a Por Cobrar: `
        + `${order.bill.map(({ id }) => id).join(", ")}.`)]
      : []),
  ],
  legend: "¿Por qué? El mesero lo verá.",
  reasons: reasonsFor(order.payment.method),
  action: "Rechazar",
}, confirm);

/**
 * Ask why a payment with a strong warning is approved.
 * @type {(order: Charged, confirm: (reason: string) => void) => HTMLDialogElement}
 */
export const askWhyApproved = (order, confirm) => askToApprove(order, confirm, []);

/**
 * Ask the same when a warning came while the approval, without a reason, was on its way.
 * @type {(order: Charged, confirm: (reason: string) => void) => HTMLDialogElement}
 */
export const askAfterAll = (order, confirm) => askToApprove(order, confirm, [
  h("p", { class: "notice", "data-tone": "late", role: "alert" },
    "Aún no se aprobó: mientras lo aprobabas llegó un aviso. Míralo, y di por qué lo apruebas.")]);

/** @type {(order: Charged, confirm: (reason: string) => void, before: HTMLElement[]) => HTMLDialogElement} */
function askToApprove(order, confirm, before) {
  const warnings = strong(order.payment.warnings);
  const against = h("div", { class: "against", "aria-live": "polite" },
    ...warnings.map((warning) => reasonAgainst(warning, order)));
  return askReason({
    label: "Aprobar comprobante",
    heading: heading("Aprobar", order),
    before: [...before, against],
    legend: "¿Por qué lo apruebas? Queda en el registro.",
    reasons: reasonsToApprove(warnings.map(({ type }) => type)),
    action: "Aprobar",
    kind: "done",
  }, confirm);
}

/**
 * Add strong warnings that came while the question is open. Its button rests for a moment: it moves under the finger.
 * @type {(dialog: HTMLDialogElement, order: Charged, warnings: Suspicion[]) => void}
 */
export function addReasonsAgainst(dialog, order, warnings) {
  const against = dialog.querySelector(".against");
  const added = strong(warnings).map((warning) => reasonAgainst(warning, order, true));
  if (!against || added.length === 0) return;
  against.append(...added);
  added[0].scrollIntoView({ block: "nearest" });
  const buttons = dialog.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  setTimeout(() => { for (const button of buttons) button.disabled = false; }, SETTLING);
}

const strong = (/** @type {Suspicion[]} */ warnings) =>
  warnings.filter((warning) => needsReason({ warnings: [warning] }));

/** @type {(warning: Suspicion, order: Charged, isNew?: boolean) => HTMLElement} */
const reasonAgainst = (warning, { payment }, isNew = false) =>
  h("p", { class: "notice", data: isNew ? { new: "" } : {} },
    ...wholeAmounts(`⚠ ${warningSentence(warning, payment)}`));

const heading = (/** @type {string} */ verb, /** @type {Charged} */ order) =>
  [`${verb} ${placesWithin(order)} · `,
    h("span", { class: "money" }, money(givenOf(order.payment)))];
