// Where an order goes, in words: a table, or a customer who takes it away.

/** "Mesa 12", or "Lupita". */
export const place = (/** @type {Placed} */ order) => order.customer ?? `Mesa ${order.table_number}`;

/** "Mesa 12", or "Para llevar · Lupita". */
export const placeLong = (/** @type {Placed} */ order) =>
  (order.customer === null || order.customer === undefined ? place(order) : `Para llevar · ${order.customer}`);

/** "12", or "Lupita": what a card shows largest. */
export const placeShort = (/** @type {Placed} */ order) => order.customer ?? String(order.table_number);

/** "la mesa 12", or "el pedido de Lupita". */
export const thePlace = (/** @type {Placed} */ order) =>
  (order.customer ? `el pedido de ${order.customer}` : `la mesa ${order.table_number}`);

/** "de la mesa 12", or "del pedido de Lupita". */
export const ofPlace = (/** @type {Placed} */ order) =>
  (order.customer ? `del pedido de ${order.customer}` : `de la mesa ${order.table_number}`);

/** The key of a bill: all open orders of one table or customer have the same. */
export const billKey = (/** @type {Placed} */ order) => (order.customer
  ? `c${order.customer.normalize("NFKC").toLowerCase().trim()}` : `t${order.table_number}`);
