// Why a proof is refused.

import { h } from "../dom.js";
import { money } from "../format.js";
import { askReason } from "../reasons.js";
import { REASONS } from "./words.js";

/** Ask for the reason; `confirm(reason)` hears it. Returns the open dialog. */
export const askRejection = (order, confirm) => askReason({
  label: "Rechazar comprobante",
  heading: [`Rechazar mesa ${order.table_number} · `, h("span", { class: "money" }, money(order.total))],
  legend: "¿Por qué? El mesero lo verá.",
  reasons: REASONS,
  action: "Rechazar",
}, confirm);
