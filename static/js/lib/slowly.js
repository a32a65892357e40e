// Long lists on cheap phones: cards are made a few at a time, so that no tap has to wait for them all.

const AT_ONCE = 4;

/**
 * Fills a KeyedList of orders. `sync(orders)` shows what it has and the first of what it lacks at once,
 * and the rest soon; `forget(order)` for one that has been shown or removed meanwhile.
 */
export function fillSlowly(list) {
  let lacking = [];
  let timer = 0;

  function sync(orders) {
    clearTimeout(timer);
    lacking = orders.filter((order) => !list.node(order.id)).sort(list.compare);
    const now = lacking.splice(0, AT_ONCE);
    list.sync([...orders.filter((order) => list.node(order.id)), ...now]);
    later();
  }

  function later() {
    if (lacking.length > 0) timer = setTimeout(more, 0);
  }

  function more() {
    list.sync([...list.items, ...lacking.splice(0, AT_ONCE)]);
    later();
  }

  const forget = (order) => { lacking = lacking.filter(({ id }) => id !== order.id); };
  return { sync, forget };
}

/**
 * A card lives as long as its order is one of the list's, in sight or not: `create(order)` makes it once.
 * `showTimes()` lets all of them tell how long they have waited by now.
 */
export function keepCards(create) {
  const cards = new Map();
  return {
    of: (order) => {
      const known = cards.get(order.id);
      if (known) {
        delete known.node.dataset.new; // what flashed once is not new any more
        return known;
      }
      const card = create(order);
      cards.set(order.id, card);
      return card;
    },
    showTimes: () => { for (const card of cards.values()) card.showTimes(); },
    drop: (order) => cards.delete(order.id),
    prune: (orders) => {
      const ids = new Set(orders.map(({ id }) => id));
      for (const id of cards.keys()) if (!ids.has(id)) cards.delete(id);
    },
  };
}
