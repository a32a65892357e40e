// The cards of the lists. Each is made once, and updated in place.

import { h, setText } from "../lib/dom.js";
import { ago, clock, minutesSince, money, STATES, tick } from "../house/format.js";
import { isOverlooked } from "../house/overlooked.js";
import { createVoidButton } from "../house/void.js";
import { shortWarning } from "../house/rules.js";
import { newWarnings } from "./examination.js";
import { createThumbnail } from "./thumbnail.js";
import { methodName, personName, viewingWords } from "./words.js";

/**
 * A proof that waits for its verdict: the whole card is the button that opens it. `me` is the cashier of this page.
 * @type {(order: Charged, settings: Settings, me: string, open: (paymentId: string) => void) => Card<Charged>}
 */
export function createWaiting(order, settings, me, open) {
  let { payment } = order;
  const time = h("span", { class: "waited number" });
  const again = payment.attempt > 1;
  const overlooked = h("span", { class: "badge", "data-tone": "late", hidden: true }, "⏰ Nadie lo ha visto");
  const viewing = h("span", { class: "badge viewing", "data-tone": "primary", hidden: true });
  const about = h("span", { class: "quiet small" });
  const chips = h("span", { class: "warning-chips" });
  const thumbnail = createThumbnail(payment);
  const button = h("button",
    { class: "card proof-card", type: "button", data: { again: String(again) }, onclick: () => open(payment.id) },
    thumbnail.node,
    h("span", { class: "card-head" },
      h("span", { class: "table" }, h("span", { class: "unseen" }, "Mesa "), String(order.table_number)),
      h("span", { class: "sum" }, h("span", { class: "total money" }, money(order.total)), time)),
    h("span", { class: "about" },
      again ? h("span", { class: "badge", "data-tone": "retry" }, `🔄 Reenvío #${payment.attempt}`) : null,
      viewing, overlooked, chips, about));
  const node = h("li", { data: { order: order.id } }, button);
  const update = (/** @type {Charged} */ changed) => {
    const before = payment;
    payment = changed.payment;
    showChips(chips, payment, newWarnings(before, payment));
    thumbnail.update(payment);
    overlooked.hidden = !isOverlooked(payment);
    setText(about, `Orden ${order.id} · ${methodName(payment.method)} · ${personName(changed.waiter)}`);
    showViewing(viewing, payment, me);
  };
  tick(node, () => {
    showWaited(time, button, payment, settings);
    showViewing(viewing, payment, me);
  });
  return { node, update };
}

function showViewing(/** @type {HTMLElement} */ badge, /** @type {Payment} */ payment, /** @type {string} */ me) {
  const words = viewingWords(payment, me);
  badge.hidden = !words;
  setText(badge, words && `👁 ${words}`);
}

/**
 * A chip for each warning; those of `added` flash once.
 * @type {(chips: HTMLElement, payment: Payment, added: Suspicion[]) => void}
 */
function showChips(chips, payment, added) {
  if (chips.childElementCount === payment.warnings.length) return;
  chips.replaceChildren(...payment.warnings.map((warning) => h("span",
    { class: "badge", "data-tone": "wait", data: added.includes(warning) ? { new: "" } : {} }, shortWarning(warning),
    warning.type === "amount_differs" ? h("span", { class: "money" }, money(payment.amount ?? 0)) : null)));
}

/**
 * The waiting time, with a mark and not by colour alone once it is long.
 * @type {(time: HTMLElement, button: HTMLElement, payment: Payment, settings: Settings) => void}
 */
function showWaited(time, button, payment, settings) {
  const minutes = minutesSince(payment.submitted_at);
  const pace = minutes >= settings.red_minutes ? "late" : minutes >= settings.amber_minutes ? "slow" : "fine";
  const mark = { late: "‼ ", slow: "! ", fine: "" }[pace];
  if (button.dataset.pace !== pace) button.dataset.pace = pace;
  setText(time, mark + ago(payment.submitted_at));
}

/** A delivered order that nobody has charged yet, or whose payment was refused. */
export function createUnpaid(/** @type {Order} */ order, /** @type {OnAnswer} */ onVoided) {
  const time = h("span", { class: "waited number quiet" });
  const state = h("span", { class: "about" });
  const node = row(order, time, state);
  node.append(createVoidButton(order, onVoided));
  /** @type {Order?} */
  let shown = null;
  const update = (/** @type {Order} */ changed) => {
    if (shown === changed) return;
    shown = changed;
    setText(time, ago(changed.updated_at));
    state.replaceChildren(...refusal(changed.payment),
      h("span", { class: "quiet small" }, `Orden ${changed.id} · ${personName(changed.waiter)}`));
  };
  tick(node, () => setText(time, ago((shown ?? order).updated_at)));
  return { node, update };
}

const refusal = (/** @type {Payment?} */ payment) => (payment?.status === "rechazado" ? [
  h("span", { class: "badge", "data-tone": "late" }, "🔄 Pago Rechazado"),
  h("span", { class: "small" }, `«${payment.reason ?? "sin motivo"}»`),
] : []);

/** An order that was paid today. */
export function createPaid(/** @type {Order} */ order) {
  const { payment } = order;
  const how = payment ? ` · ${methodName(payment.method)}` : "";
  const by = payment?.decided_by ? ` · aprobó ${personName(payment.decided_by)}` : "";
  const time = h("span", { class: "waited number quiet" }, clock(payment?.decided_at ?? order.updated_at));
  const about = h("span", { class: "about" }, h("span", { class: "badge", "data-tone": "done" }, "✓ Pagado"),
    h("span", { class: "quiet small" }, `Orden ${order.id}${how}${by}`));
  return { node: row(order, time, about), update: () => {} };
}

/** An order that has not reached its table yet. */
export function createCooking(/** @type {Order} */ order, /** @type {OnAnswer} */ onVoided) {
  const time = h("span", { class: "waited number quiet" });
  const badge = h("span", { class: "badge" });
  const whose = h("span", { class: "quiet small" });
  const node = row(order, time, h("span", { class: "about" }, badge, whose));
  node.append(createVoidButton(order, onVoided));
  tick(node, () => setText(time, ago(order.created_at)));
  const update = (/** @type {Order} */ { status, waiter }) => {
    const { word, icon, tone } = STATES[status];
    setText(whose, `Orden ${order.id} · ${personName(waiter)}`);
    setText(badge, `${icon} ${word}`);
    badge.dataset.tone = tone;
  };
  return { node, update };
}

/** The whole row is a link to the order; a button on it stays a button. */
function row(/** @type {Order} */ order, /** @type {Element} */ time, /** @type {Element} */ about) {
  return h("li", { class: "card order-row", data: { order: order.id } },
    h("span", { class: "card-head" },
      h("a", { class: "table", href: `/caja?orden=${order.id}`, data: { order: order.id } },
        h("span", { class: "unseen" }, "Mesa "), String(order.table_number),
        h("span", { class: "unseen" }, ` · ver orden ${order.id}`)),
      h("span", { class: "sum" }, h("span", { class: "total money" }, money(order.total)), time)),
    about);
}
