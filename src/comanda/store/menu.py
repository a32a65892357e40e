"""The menu's products."""

import sqlite3
from collections.abc import Iterable

from comanda.domain.menu import Product
from comanda.store.database import Snapshot, Transaction

_ALL = "SELECT * FROM products ORDER BY id"
_BY_ID = "SELECT * FROM products WHERE id = :id"
_BY_NAME = "SELECT * FROM products WHERE name = :name"
_INSERT = """
    INSERT INTO products (name, category, price, available)
    VALUES (:name, :category, :price, 1)
"""
_UPDATE = "UPDATE products SET category = :category, price = :price WHERE name = :name"


def products(view: Snapshot) -> list[Product]:
    """The whole menu in the order of its import."""
    return [_from_row(row) for row in view.all(_ALL)]


def find(view: Snapshot, product_id: int) -> Product | None:
    row = view.one(_BY_ID, {"id": product_id})
    return None if row is None else _from_row(row)


def put_all(tx: Transaction, entries: Iterable[tuple[str, str, int]]) -> tuple[int, int]:
    """Add or update products by name from (name, category, price in minor units).

    Returns how many were added and how many changed; products that are not named stay.
    """
    added = changed = 0
    for name, category, price in entries:
        values = {"name": name, "category": category, "price": price}
        row = tx.one(_BY_NAME, {"name": name})
        if row is None:
            tx.run(_INSERT, values)
            added += 1
        elif (row["category"], row["price"]) != (category, price):
            tx.run(_UPDATE, values)
            changed += 1
    return added, changed


def _from_row(row: sqlite3.Row) -> Product:
    return Product(
        id=row["id"],
        name=row["name"],
        category=row["category"],
        price=row["price"],
        available=bool(row["available"]),
    )
