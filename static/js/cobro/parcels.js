// The outbox's kinds of drafts: how each is packed for the server, and which answer belongs to it.

import { call } from "../lib/api.js";

/**
 * A proof: `{ orderId, orderIds, table, customer, total, method, reference, amount, tip, tendered, items, replaces,
 * takenAt, bytes, type, name, known }`, where `known` are the ids of payments that surely are others; drafts of earlier
 * versions pay `orderId` alone. An order: `{ table, customer, total, lines: [{ product, name, quantity, note }] }`; its
 * `total` is null in drafts of earlier versions.
 * @type {Record<Draft["kind"], Parcel>}
 */
export const PARCELS = {
  proof: {
    sending: "🔄 [Frontend] Enviando comprobante de pago",
    sent: "✅ [Frontend] Comprobante enviado exitosamente",
    pack: (draft) => ({ path: `/orders/${encodeURIComponent(draft.orderId)}/proof`, body: form(draft) }),
    isAnswer: (order, draft) => order?.id === draft.orderId,
    describe: (draft) => {
      const size = draft.bytes ? `${Math.ceil(draft.bytes.byteLength / 1024)} KB` : "sin foto";
      return `orden ${draft.orderId} · ${draft.method} · ${size}`;
    },
  },
  order: {
    sending: "🔄 Enviando orden",
    sent: "✅ Orden enviada",
    pack: (draft) => ({ path: "/orders", type: "application/json", body: JSON.stringify(request(draft)) }),
    isAnswer: (order, draft) => typeof order?.id === "string"
      && (draft.customer ? order.customer !== null : order.table_number === draft.table),
    describe: (draft) => `${placeOfDraft(draft)} · ${countOf(draft)} platillos`,
  },
};

/** "Mesa 12", or "Lupita". */
export const placeOfDraft = (/** @type {Draft} */ { table, customer }) => customer || `Mesa ${table ?? "?"}`;

/** How many dishes an order has. */
export const countOf = (/** @type {Draft} */ draft) => draft.lines.reduce((sum, line) => sum + line.quantity, 0);

/**
 * An order's body, always the same for the same draft: the Idempotency-Key belongs to it.
 * @type {(draft: Draft) => NewOrder}
 */
function request(draft) {
  return {
    ...(draft.customer ? { customer: draft.customer } : { table_number: draft.table }),
    items: draft.lines.map((line) => ({ product_id: line.product, quantity: line.quantity, note: line.note || null })),
  };
}

/** A proof as the server takes it. */
export function form(/** @type {Draft} */ draft) {
  const body = new FormData();
  body.append("method", draft.method);
  const texts = { reference: draft.reference, amount: draft.amount, tendered: draft.tendered,
    replaces: draft.replaces, taken_at: draft.takenAt, tip: Number(draft.tip) > 0 ? draft.tip : "" };
  for (const [name, value] of Object.entries(texts)) if (value) body.append(name, value);
  for (const id of draft.orderIds) if (id !== draft.orderId) body.append("also", id);
  for (const item of draft.items) body.append("items", item);
  if (draft.bytes) body.append("file", new Blob([draft.bytes], { type: draft.type }), draft.name);
  return body;
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value) => (typeof value === "string" ? value : "");
const number = (value, otherwise) => (Number.isFinite(value) ? value : otherwise);

/**
 * A kept draft of any version, with all fields that the page needs; null for an unknown kind.
 * @type {(row: any) => Draft?}
 */
export function revive(row) {
  if (!isObject(row) || typeof row.key !== "string" || !row.key) return null;
  const kind = row.kind ?? "proof";
  if (!Object.hasOwn(PARCELS, kind)) return null;
  const savedAt = number(row.savedAt, 0);
  const draft = {
    ...row, kind, savedAt, askedAt: number(row.askedAt, savedAt), askedHere: number(row.askedHere, undefined),
    waiter: text(row.waiter), attempt: number(row.attempt, 0),
    error: text(row.error), errors: isObject(row.errors) ? row.errors : {}, stopped: Boolean(row.stopped),
    discarded: Boolean(row.discarded),
    total: number(row.total, null), customer: text(row.customer),
  };
  return kind === "order" ? { ...draft, lines: lines(row.lines) } : { ...draft, ...part(row), ...file(row) };
}

function lines(value) {
  return (Array.isArray(value) ? value : []).filter(isObject).map((line) => (
    { product: String(line.product), name: text(line.name), quantity: number(line.quantity, 1),
      note: text(line.note) }));
}

/** What a proof pays. A proof of an earlier version pays one order. */
function part(row) {
  const orderId = String(row.orderId);
  const orderIds = texts(row.orderIds);
  return { orderId, orderIds: orderIds.includes(orderId) ? orderIds : [orderId], items: texts(row.items),
    tip: text(row.tip), tendered: text(row.tendered), replaces: text(row.replaces), amount: text(row.amount),
    known: Array.isArray(row.known) ? texts(row.known) : null };
}

const texts = (value) => (Array.isArray(value) ? value.map(String) : []);

/** A photo's fields. Lost bytes become null: the server then refuses the proof. */
function file(row) {
  const bytes = row.bytes instanceof ArrayBuffer && row.bytes.byteLength > 0 ? row.bytes : null;
  return { bytes, type: text(row.type), name: text(row.name) || "foto.jpg", method: text(row.method) };
}

/**
 * Have the server refuse a request that may have arrived. Resolves to its order if it had, else to null.
 * @type {(key: string) => Promise<OrderAfterChange?>}
 */
export const callOff = (key) => call("DELETE", `/requests/${/** @type {"KEY"} */ (encodeURIComponent(key))}`);

const PASSING = [408, 421, 425, 429];

/** Whether a refusal is final. A refusal without Comanda's code comes from a proxy or the Wi-Fi: it may pass. */
export function isFinal(/** @type {number} */ status, /** @type {string} */ code) {
  if (status === 413) return true;
  if (status === 401 || code === "other_user" || PASSING.includes(status)) return false;
  return status >= 400 && status < 500 && Boolean(code);
}
