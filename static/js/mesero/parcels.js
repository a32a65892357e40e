// The outbox's kinds of drafts: how each is packed for the server, and which answer belongs to it.

/**
 * A proof: `{ orderId, table, total, method, reference, amount, takenAt, bytes, type, name }`. An order:
 * `{ table, total, lines: [{ product, name, quantity, note }] }`; its `total` is null in drafts of
 * earlier versions.
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
    isAnswer: (order, draft) => typeof order?.id === "string" && order.table_number === draft.table,
    describe: (draft) => `mesa ${draft.table} · ${countOf(draft)} platillos`,
  },
};

/** How many dishes an order has. */
export const countOf = (/** @type {Draft} */ draft) => draft.lines.reduce((sum, line) => sum + line.quantity, 0);

/**
 * An order's body, always the same for the same draft: the Idempotency-Key belongs to it.
 * @type {(draft: Draft) => NewOrder}
 */
function request(draft) {
  return {
    table_number: draft.table,
    items: draft.lines.map((line) => ({ product_id: line.product, quantity: line.quantity, note: line.note || null })),
  };
}

function form(/** @type {Draft} */ draft) {
  const body = new FormData();
  body.append("method", draft.method);
  for (const [name, value] of [["reference", draft.reference], ["amount", draft.amount], ["taken_at", draft.takenAt]]) {
    if (value) body.append(name, value);
  }
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
    total: number(row.total, null),
  };
  return kind === "order" ? { ...draft, lines: lines(row.lines) } : { ...draft, ...file(row) };
}

function lines(value) {
  return (Array.isArray(value) ? value : []).filter(isObject).map((line) => (
    { product: String(line.product), name: text(line.name), quantity: number(line.quantity, 1),
      note: text(line.note) }));
}

/** A photo's fields. Lost bytes become null: the server then refuses the proof. */
function file(row) {
  const bytes = row.bytes instanceof ArrayBuffer && row.bytes.byteLength > 0 ? row.bytes : null;
  return { bytes, type: text(row.type), name: text(row.name) || "foto.jpg", method: text(row.method) };
}
