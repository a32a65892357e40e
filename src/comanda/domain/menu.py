"""The products that the house sells, and the difference between two menus."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from comanda.domain.events import Event, EventType
from comanda.domain.names import fold
from comanda.domain.wire import Wire, money

HIGHEST_PRICE = 999_999_999
BAD_PRICE = "Un precio como 85 u 85.50"


class Entry(NamedTuple):
    """A line of a menu; `price` in minor units."""

    name: str
    category: str
    price: int

    def wire(self) -> Wire:
        """`{name, category, price}`."""
        return {"name": self.name, "category": self.category, "price": money(self.price)}


@dataclass(frozen=True, slots=True)
class Product:
    """A dish or drink; `price` in minor units."""

    id: int
    name: str
    category: str
    price: int
    available: bool = True

    @property
    def entry(self) -> Entry:
        return Entry(self.name, self.category, self.price)

    def wire(self) -> Wire:
        """`{id, name, category, price, available}`."""
        return {"id": str(self.id), **self.entry.wire(), "available": self.available}


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference that a list makes to a menu: added entries, and changes as (before, after)."""

    added: tuple[Entry, ...]
    changed: tuple[tuple[Product, Entry], ...]
    same: int

    def __add__(self, more: "Changes") -> "Changes":
        return Changes(self.added + more.added, self.changed + more.changed, self.same + more.same)

    def wire(self) -> Wire:
        """`{added: [entry…], changed: [{before, after}…], same}`."""
        return {
            "added": [entry.wire() for entry in self.added],
            "changed": [
                {"before": product.entry.wire(), "after": entry.wire()}
                for product, entry in self.changed
            ],
            "same": self.same,
        }


def compare(products: Iterable[Product], entries: Iterable[tuple[str, str, int]]) -> Changes:
    """Compare `entries` with the `products` of a menu, by name; products not named stay.

    A changed product keeps the spelling of its name. Two old products may have names that look the
    same: then an entry changes the product with exactly its spelling, or else the first of the two.
    """
    by_name: dict[str, Product] = {}
    for product in products:
        by_name[product.name] = product
        by_name.setdefault(fold(product.name), product)
    added: list[Entry] = []
    matches: list[tuple[Product, Entry]] = []
    for entry in (Entry(*fields) for fields in entries):
        product_match = by_name.get(entry.name) or by_name.get(fold(entry.name))
        if product_match is None:
            added.append(entry)
        else:
            matches.append((product_match, entry._replace(name=product_match.name)))
    changed = tuple((product, entry) for product, entry in matches if product.entry != entry)
    return Changes(tuple(added), changed, len(matches) - len(changed))


def menu_updated(products: Sequence[Product], removed: Sequence[Product] = ()) -> Event:
    """The event that tells which products are new or changed, and which are gone."""
    data: Wire = {
        "products": [product.wire() for product in products],
        "removed": [str(product.id) for product in removed],
    }
    return Event(EventType.MENU_UPDATED, data)


SAMPLE = (
    Entry("Tacos al pastor", "Tacos", 8550),
    Entry("Tacos de suadero", "Tacos", 9000),
    Entry("Quesadilla de flor", "Antojitos", 6500),
    Entry("Sopa de tortilla", "Sopas", 7000),
    Entry("Enchiladas verdes", "Platos fuertes", 12500),
    Entry("Mole poblano", "Platos fuertes", 16500),
    Entry("Chile relleno", "Platos fuertes", 14000),
    Entry("Guacamole", "Entradas", 8000),
    Entry("Flan de la casa", "Postres", 5500),
    Entry("Agua de jamaica", "Bebidas", 3000),
    Entry("Café de olla", "Bebidas", 3500),
    Entry("Cerveza", "Bebidas", 5000),
)


def sample_menu(decimals: int) -> list[Entry]:
    """The sample, in whole amounts for a house without decimals."""
    if decimals:
        return list(SAMPLE)
    return [entry._replace(price=-(-entry.price // 100) * 100) for entry in SAMPLE]
