"""The menu's products. Each change appends its event in the same transaction."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace

from comanda.domain.errors import ProductExists, ProductNotFound
from comanda.domain.menu import Changes, Entry, Product, compare, menu_updated
from comanda.domain.names import fold
from comanda.store import events
from comanda.store.database import Snapshot, Transaction

_ALL = "SELECT * FROM products WHERE removed = 0 ORDER BY position, id"
_BY_ID = "SELECT * FROM products WHERE id = :id AND removed = 0"
_BY_NAME = "SELECT name FROM products WHERE removed = 0 AND id <> :id AND name = :name"
_BY_NAME_KEY = "SELECT name FROM products WHERE removed = 0 AND id <> :id AND name_key = :name_key"
_LAST = """
    SELECT
        (SELECT COALESCE(MAX(id), 0) FROM products) AS id,
        (SELECT COALESCE(MAX(position), 0) FROM products) AS position
"""
_NEWER = "SELECT * FROM products WHERE id > :id ORDER BY id"
_INSERT = """
    INSERT INTO products (name, name_key, category, price, available, position, removed)
    VALUES (:name, :name_key, :category, :price, 1, :position, 0)
"""
_REPRICE = "UPDATE products SET category = :category, price = :price WHERE id = :id"
_UPDATE = """
    UPDATE products SET name = :name, name_key = :name_key, category = :category, price = :price
    WHERE id = :id
"""
_SET_AVAILABLE = "UPDATE products SET available = :available WHERE id = :id"
_REMOVE = "UPDATE products SET removed = 1, name = :name WHERE id = :id"
_PLACE = "UPDATE products SET position = :position WHERE id = :id"

TOLD_AT_ONCE = 1_000  # products in an event: more than the menu of any restaurant has


def products(view: Snapshot) -> list[Product]:
    """Return the whole menu in its order of display."""
    return [_from_row(row) for row in view.in_pieces(view.each(_ALL, {}))]


def find(view: Snapshot, product_id: int) -> Product | None:
    row = view.one(_BY_ID, {"id": product_id})
    return None if row is None else _from_row(row)


def require(view: Snapshot, product_id: int) -> Product:
    """Return the product. Raises ProductNotFound."""
    product = find(view, product_id)
    if product is None:
        raise ProductNotFound
    return product


def add(tx: Transaction, entry: Entry, by: str) -> Product:
    """Add a product at the end of the menu. Raises ProductExists."""
    product = _insert(tx, entry)
    _announce(tx, [product], by=by)
    return product


def change(tx: Transaction, product_id: int, entry: Entry, by: str) -> Product:
    """Change a name, category or price. Raises ProductNotFound and ProductExists."""
    if require(tx, product_id).entry != entry:
        _update(tx, product_id, entry)
        _announce(tx, [require(tx, product_id)], by=by)
    return require(tx, product_id)


def set_available(tx: Transaction, product_id: int, *, available: bool, by: str) -> Product:
    """Mark a product as sold out or as available. Raises ProductNotFound."""
    if require(tx, product_id).available != available:
        tx.run(_SET_AVAILABLE, {"id": product_id, "available": available})
        _announce(tx, [require(tx, product_id)], by=by)
    return require(tx, product_id)


def remove(tx: Transaction, product_id: int, by: str) -> None:
    """Take a product off the menu; existing orders keep their item. Raises ProductNotFound."""
    product = require(tx, product_id)
    # Free the name for another product. No name that people type contains this character.
    tx.run(_REMOVE, {"id": product_id, "name": f"{product.name}\x1f{product_id}"})
    _announce(tx, [], [product], by=by)


def arrange(tx: Transaction, product_ids: Sequence[int], by: str) -> None:
    """Show these products in this order; all other products come after them."""
    before = [product.id for product in products(tx)]
    menu_ids = set(before)
    first_ids = dict.fromkeys(product_id for product_id in product_ids if product_id in menu_ids)
    after = [*first_ids, *(product_id for product_id in before if product_id not in first_ids)]
    if after == before:
        return
    places = enumerate(after, start=1)
    tx.run_each(
        _PLACE, [{"id": product_id, "position": position} for position, product_id in places]
    )
    moved_ids = {now for now, then in zip(after, before, strict=True) if now != then}
    _announce(tx, [product for product in products(tx) if product.id in moved_ids], by=by)


def put_all(tx: Transaction, entries: Iterable[tuple[str, str, int]], by: str) -> Changes:
    """Add or change products by name; all other products stay unchanged."""
    changes = compare(products(tx), entries)
    tx.run_each(_REPRICE, [_reprice(product, entry) for product, entry in changes.changed])
    products_told = _insert_all(tx, changes.added)
    products_told += [replace(product, **entry._asdict()) for product, entry in changes.changed]
    for start in range(0, len(products_told), TOLD_AT_ONCE):
        _announce(tx, products_told[start : start + TOLD_AT_ONCE], by=by)
    return changes


def _insert_all(tx: Transaction, entries: Sequence[Entry]) -> list[Product]:
    """Add new products in this order. Raises ProductExists for a name that occurs twice.

    `_insert` would search for the last position once for each product.
    """
    rows = [_columns(entry) for entry in entries]
    name_keys: set[str | int] = set()
    for row in rows:
        if row["name_key"] in name_keys:
            raise ProductExists(f"«{row['name']}» ya está en el menú")
        name_keys.add(row["name_key"])
    last = tx.all(_LAST)[0]
    places = enumerate(rows, start=last["position"] + 1)
    tx.run_each(_INSERT, [{**row, "position": position} for position, row in places])
    return [_from_row(row) for row in tx.all(_NEWER, {"id": last["id"]})]


def _reprice(product: Product, entry: Entry) -> dict[str, str | int]:
    return {"id": product.id, "category": entry.category, "price": entry.price}


def _insert(tx: Transaction, entry: Entry) -> Product:
    _refuse_taken(tx, _BY_NAME_KEY, entry)
    last = tx.one(_LAST)
    position = 1 + (last["position"] if last else 0)
    return require(tx, tx.insert(_INSERT, {**_columns(entry), "position": position}))


def _update(tx: Transaction, product_id: int, entry: Entry) -> None:
    is_same = fold(entry.name) == fold(require(tx, product_id).name)
    _refuse_taken(tx, _BY_NAME if is_same else _BY_NAME_KEY, entry, but=product_id)
    tx.run(_UPDATE, {"id": product_id, **_columns(entry)})


def _refuse_taken(tx: Transaction, sql: str, entry: Entry, but: int = 0) -> None:
    """Raise ProductExists if `sql` finds another product with the name.

    Names with the same `fold` count as the same name. Two old products may keep such names, but
    not the same spelling.
    """
    row = tx.one(sql, {"id": but, "name": entry.name, "name_key": fold(entry.name)})
    if row is not None:
        raise ProductExists(f"«{row['name']}» ya está en el menú")


def _columns(entry: Entry) -> dict[str, str | int]:
    return {**entry._asdict(), "name_key": fold(entry.name)}


def _announce(
    tx: Transaction, changed: Sequence[Product], removed: Sequence[Product] = (), *, by: str
) -> None:
    events.append(tx, None, None, [menu_updated(changed, removed)], by)


def _from_row(row: sqlite3.Row) -> Product:
    return Product(
        id=row["id"],
        name=row["name"],
        category=row["category"],
        price=row["price"],
        available=bool(row["available"]),
    )
