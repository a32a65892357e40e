// Long lists on cheap phones: cards are created a few at a time, so that no tap waits for all.

const AT_ONCE = 4;

/**
 * Fill a KeyedList of items with an `id`. `sync(items)` shows the existing cards and the first missing cards at once,
 * the rest soon. Call `forget(item)` for an item shown or removed meanwhile.
 * @template {{ id: string }} Item
 * @param {import("./dom.js").KeyedList<Item>} list
 */
export function fillSlowly(list) {
  /** @type {Item[]} */
  let missingItems = [];
  let timer = 0;

  function sync(/** @type {Item[]} */ items) {
    clearTimeout(timer);
    missingItems = items.filter((item) => !list.node(item.id)).sort(list.compare);
    const now = missingItems.splice(0, AT_ONCE);
    list.sync([...items.filter((item) => list.node(item.id)), ...now]);
    later();
  }

  function later() {
    if (missingItems.length > 0) timer = setTimeout(more, 0);
  }

  function more() {
    list.sync([...list.items, ...missingItems.splice(0, AT_ONCE)]);
    later();
  }

  const forget = (/** @type {Item} */ item) => { missingItems = missingItems.filter(({ id }) => id !== item.id); };
  return { sync, forget };
}

/**
 * Keep an item's card, visible or not, until `drop` or `prune` removes it; `create(item)` is called once. `showTimes()`
 * updates the waiting times on all cards.
 * @template {{ id: string }} Item
 * @template {{ node: HTMLElement, showTimes: () => void }} OneCard
 * @param {(item: Item) => OneCard} create
 */
export function keepCards(create) {
  /** @type {Map<string, OneCard>} */
  const cards = new Map();
  return {
    of: (/** @type {Item} */ item) => {
      const keptCard = cards.get(item.id);
      if (keptCard) {
        delete keptCard.node.dataset.new; // the card has flashed already
        return keptCard;
      }
      const card = create(item);
      cards.set(item.id, card);
      return card;
    },
    showTimes: () => { for (const card of cards.values()) card.showTimes(); },
    drop: (/** @type {Item} */ item) => cards.delete(item.id),
    prune: (/** @type {Item[]} */ items) => {
      const ids = new Set(items.map(({ id }) => id));
      for (const id of cards.keys()) if (!ids.has(id)) cards.delete(id);
    },
  };
}
