// Where an order goes, in words: a table, or a customer who takes it away.

/** "Mesa 12", or "Lupita". */
export const place = (/** @type {Placed} */ order) => order.customer ?? `Mesa ${order.table_number}`;

/** "mesa 12", or "Lupita": within a sentence. */
export const placeWithin = (/** @type {Placed} */ order) => order.customer ?? `mesa ${order.table_number}`;

/** "12", or "Lupita": what a card shows largest. */
export const placeShort = (/** @type {Placed} */ order) => order.customer ?? String(order.table_number);

/** "La mesa 12", or "El pedido de Lupita". */
export const thePlace = (/** @type {Placed} */ order) =>
  (order.customer ? `El pedido de ${order.customer}` : `La mesa ${order.table_number}`);

/** "de la mesa 12", or "del pedido de Lupita". */
export const ofPlace = (/** @type {Placed} */ order) =>
  (order.customer ? `del pedido de ${order.customer}` : `de la mesa ${order.table_number}`);

/** The key of a bill: all open orders of one table or customer have the same. */
export const billKey = (/** @type {Placed} */ order) => (order.customer
  ? `c${order.customer.normalize("NFKC").toLowerCase().trim()}` : `t${order.table_number}`);
