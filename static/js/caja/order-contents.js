// What the dialog of an order shows: what was ordered, each payment with its proof, and the history.

import { h } from "../lib/dom.js";
import { clock, day, money, STATES, tick } from "../house/format.js";
import { attemptOf } from "../house/bill.js";
import { createArrival, sourceWords } from "./arrival.js";
import { createUntie, hintOf } from "./deposits.js";
import { createDishes, createFacts, createFindings, orderLink } from "./evidence.js";
import { namesOf } from "./examination.js";
import { place } from "../house/place.js";
import { createPhoto } from "./photo.js";
import { ReadingPanel } from "./reading.js";
import { createReopen } from "./reopen.js";
import { methodName, personName } from "./words.js";

const VERDICTS = {
  por_verificar: { word: "⏳ Por verificar", tone: "wait" },
  aprobado: { word: "✓ Aprobado", tone: "done" },
  rechazado: { word: "✕ Rechazado", tone: "late" },
  retirado: { word: "↩ Retirado", tone: "" },
};

/** The parts of the dialog; `again()` opens it anew. */
export function contentsOf(/** @type {OrderDetail} */ order, /** @type {() => void} */ again) {
  const { word, icon, tone } = STATES[order.status];
  const latestFirst = [...order.payments].reverse();
  const round = order.round > 1 ? `ronda ${order.round} · ` : "";
  const isShared = order.paid > 0 && order.due > 0;
  return [
    h("p", { class: "order-sum" }, h("span", { class: "badge", data: { tone } }, `${icon} ${word}`),
      h("span", { class: "quiet" }, `${round}${personName(order.waiter)} · ${moment(order.created_at)}`),
      h("span", { class: "detail-total money" }, money(order.total))),
    order.void_reason ? h("p", { class: "reason" }, `«${order.void_reason}»`) : null,
    isShared ? h("p", {}, "Pagado ", h("b", { class: "money" }, money(order.paid)), " · falta ",
      h("b", { class: "money" }, money(order.due))) : null,
    createDishes(order),
    ...latestFirst.map((payment) => createPayment(payment, order, again)),
    order.payments.length === 0 ? h("p", { class: "empty" }, "Aún no tiene pagos") : null,
    createHistory(order),
  ].filter((part) => part !== null);
}

function createPayment(/** @type {Payment} */ payment, /** @type {Order} */ order, /** @type {() => void} */ again) {
  const { word, tone } = VERDICTS[payment.status];
  const label = `Comprobante de la orden ${order.id}, ${attemptOf(payment, [order]).toLowerCase()}`;
  /** @type {ReadingPanel?} */
  let reading = null;
  const photo = createPhoto(payment, label, (state) => reading?.followPhoto(state));
  const arrival = createArrival({
    hintOf: (one) => hintOf(one, again), untieOf: (one) => createUntie(one, again),
  });
  tick(arrival.node, () => arrival.update(payment));
  if (payment.reading) reading = new ReadingPanel(payment, { photo });
  return h("article", { class: "past-payment", "aria-label": attemptOf(payment, [order]) },
    h("h3", {}, `${attemptOf(payment, [order])} · ${methodName(payment.method)} · `,
      h("span", { class: "money" }, money(payment.amount)), " ", h("span", { class: "badge", data: { tone } }, word)),
    payment.orders.length > 1 ? h("p", { class: "small" }, "Paga ", ...payment.orders.flatMap((part, at) => [
      at > 0 ? ", " : "", part.order_id === order.id ? `esta orden ${money(part.amount)}`
        : h("span", {}, orderLink(part.order_id, `orden ${part.order_id}`), ` ${money(part.amount)}`)])) : null,
    h("p", { class: "quiet small" }, ...sayWho(payment)), arrival.node,
    payment.reason ? h("p", { class: payment.status === "rechazado" ? "reason" : "" }, `«${payment.reason}»`) : null,
    createFacts(payment), createFindings(payment).node, reading?.node, createReopen(payment, again), photo);
}

function sayWho(/** @type {Payment} */ payment) {
  const said = [`Envió ${personName(payment.submitted_by)}, ${moment(payment.submitted_at)}`];
  if (payment.decided_by) {
    const verb = { aprobado: "aprobó", retirado: "retiró" }[/** @type {string} */ (payment.status)] ?? "rechazó";
    said.push(` · ${verb} ${personName(payment.decided_by)}, ${moment(payment.decided_at ?? "")}`);
  }
  const { checked } = payment;
  if (checked === "aviso" || checked === "estado") said.push(` · por el ${sourceWords({ source: checked })}`);
  else if (payment.seen_in_account) said.push(" · visto en la cuenta");
  if (payment.reconciled_at) said.push(` · encontrado en el banco (${personName(payment.reconciled_by)})`);
  return said;
}

/** The order's history: each state, payment, waiter who took the order and late warning, and who acted. */
function createHistory(/** @type {OrderDetail} */ order) {
  /** @type {HTMLElement[]} */
  const steps = [];
  let before = "";
  for (const entry of order.history) {
    const changes = (entry.payments ?? []).map((change) => paymentWords(change, order));
    const words = [...correctionWords(entry), ...changes].filter((text) => text !== "");
    const { word, icon } = STATES[entry.status];
    // A payment's words tell why the order is in its state, but for an order that became paid.
    const isTold = words.length > 0 && entry.status !== "pagado";
    if (entry.status !== before && !isTold) words.push(`${icon} ${word}`);
    before = entry.status;
    steps.push(...words.map((text) => h("li", {},
      h("span", { class: "number quiet" }, moment(entry.at)), ` ${text} · ${personName(entry.by)}`)));
  }
  return h("section", { class: "history" }, h("h3", {}, "Historia"), h("ol", {}, ...steps));
}

/** @returns {string[]} */
function correctionWords(/** @type {HistoryEntry} */ { late, known, taken_from: from, moved_from: moved, removed }) {
  return [
    late ? `⚠ Aviso después de aprobar: ${namesOf(asWarnings(late))}` : "",
    known ? `Enterado del aviso: ${namesOf(asWarnings(known))}` : "",
    from ? `✋ Tomó la mesa de ${personName(from)}` : "",
    moved ? `⇄ Cambió de lugar: antes ${place(moved)}` : "",
    ...(removed ?? []).map(({ name, quantity, reason }) => `− ${quantity} ${name}: ${reason ?? ""}`),
  ];
}

/** "↩ Pago retirado", and its amount if it pays only a part of the order. An order paid at once says that itself. */
function paymentWords(/** @type {PaymentChange} */ { payment_id: id, status, was }, /** @type {OrderDetail} */ order) {
  const parts = order.payments.find((payment) => payment.id === id)?.orders ?? [];
  const share = parts.find((part) => part.order_id === order.id)?.amount ?? order.total;
  const isPart = share < order.total;
  const words = {
    por_verificar: "⏳ Por verificar",
    aprobado: isPart ? "✓ Parte aprobada" : "",
    rechazado: was === "aprobado" ? "↺ Pago reabierto" : "✕ Pago rechazado",
    retirado: "↩ Pago retirado",
  }[status];
  return isPart ? `${words}: ${money(share)}` : words;
}

const asWarnings = (/** @type {Suspicion["type"][]} */ types) => types.map((type) => ({ type }));

/** The time, and the day unless it is today. */
function moment(/** @type {string} */ iso) {
  const date = day(iso);
  return date === day() ? clock(iso) : `${date} ${clock(iso)}`;
}
