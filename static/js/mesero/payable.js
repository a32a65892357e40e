// "Por Cobrar": delivered orders, the rejected ones first; those with the cashier stand below, uncounted.

import { h, KeyedList, setText } from "../dom.js";
import { isOverlooked } from "../overlooked.js";
import { createCard, isRejected, showBadge, showState } from "./cards.js";

export const PAYABLE = ["entregado", "por_verificar"];

/** `{ panel, list, count }`; `onCharge(order)` hears of a tap on the button. */
export function createPayable(isMine, onCharge) {
  const items = h("ul", { class: "orders", "aria-label": "Órdenes por cobrar" });
  const empty = h("p", { class: "empty" }, "Nada por cobrar ✓");
  const list = new KeyedList(items, {
    key: (order) => order.id,
    compare: (a, b) => rank(a) - rank(b) || Number(a.id) - Number(b.id),
    create: (order) => createPayableCard(order, isMine(order), onCharge),
    empty,
  });
  const count = () => list.items.filter((order) => order.status === "entregado").length;
  return { panel: h("div", { class: "panel-body" }, items, empty), list, count };
}

function rank(order) {
  if (order.status === "por_verificar") return 2;
  return isRejected(order) ? 0 : 1;
}

function createPayableCard(order, isMine, onCharge) {
  const { node, card, badge, items, body, update } = createCard(order, isMine);
  const reason = h("p", { class: "reason" });
  const charge = h("button", {
    class: "button", type: "button", "data-size": "main", onclick: () => onCharge(order.id),
  });
  body.append(reason);
  card.append(charge);
  return {
    node,
    update: (now) => {
      const rejected = isRejected(now);
      const waiting = now.status === "por_verificar";
      update(now, now.updated_at);
      card.dataset.status = rejected ? "rechazado" : now.status;
      items.hidden = rejected || waiting;
      reason.hidden = !rejected || !now.payment.reason;
      if (rejected) showBadge(badge, "🔄 Pago Rechazado", "retry");
      else if (waiting) showWaiting(badge, now.payment);
      else showState(badge, now.status);
      setText(reason, `«${now.payment?.reason ?? ""}»`);
      showCharge(charge, rejected, waiting);
    },
  };
}

function showWaiting(badge, payment) {
  if (payment.seen_at) showBadge(badge, "👀 Caja lo vio", "primary");
  else if (isOverlooked(payment)) showBadge(badge, "⏰ La caja aún no lo ve", "late");
  else showBadge(badge, "⏳ Esperando al cajero", "wait");
}

function showCharge(button, rejected, waiting) {
  if (waiting) button.dataset.kind = "";
  else button.dataset.kind = rejected ? "retry" : "primary";
  if (waiting) setText(button, "Ver");
  else setText(button, rejected ? "🔄 Reintentar Pago" : "💳 Cobrar");
  button.dataset.size = waiting ? "" : "main";
}
