"""The verbs of the office: what is sold, who works here, what the house is called.

As in the workflow, each is a plain function of a transaction, and an exception undoes everything.
"""

from collections.abc import Sequence

from comanda.domain.house import House
from comanda.domain.menu import Changes, Entry, Product
from comanda.domain.staff import Staff
from comanda.store import house, menu
from comanda.store.database import Transaction


def add_product(tx: Transaction, actor: Staff, entry: Entry) -> Product:
    """A new product, last in the menu. Raises ProductExists."""
    return menu.add(tx, entry, by=actor.username)


def change_product(tx: Transaction, actor: Staff, product_id: int, entry: Entry) -> Product:
    """Another name, category or price. Raises ProductNotFound and ProductExists."""
    return menu.change(tx, product_id, entry, by=actor.username)


def set_available(tx: Transaction, actor: Staff, product_id: int, *, available: bool) -> Product:
    """A product is sold out, or to be had again. Raises ProductNotFound."""
    return menu.set_available(tx, product_id, available=available, by=actor.username)


def remove_product(tx: Transaction, actor: Staff, product_id: int) -> None:
    """Take a product off the menu. Raises ProductNotFound."""
    menu.remove(tx, product_id, by=actor.username)


def arrange_menu(tx: Transaction, actor: Staff, product_ids: Sequence[int]) -> None:
    """Show the menu in this order; a product that it doesn't name comes last."""
    menu.arrange(tx, product_ids, by=actor.username)


def import_menu(tx: Transaction, actor: Staff, entries: Sequence[Entry]) -> Changes:
    """Add and change products by name, all of them or none."""
    return menu.put_all(tx, entries, by=actor.username)


def describe_house(tx: Transaction, described: House) -> House:
    """Another name, currency or time zone for the restaurant."""
    house.put(tx, described)
    return described
