"""A restaurant's database with a long past, made by SQLite itself: a million orders in minutes.

By itself: `python -m tests.benchmarks.history FILE ORDERS` makes one to look at.
"""

import hashlib
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from comanda.domain.orders import OrderStatus
from comanda.domain.staff import Role
from comanda.store.connection import connect, migrate
from tests.house import MENU, PIN_HASH

EVENTS_PER_ORDER = 8
TOKENS = {role: f"benchmark-{role}" for role in Role}
_EARLY, _LATE = 1_700_000_000_000, 4_000_000_000_000
_PER_TABLE = 40
_COUNT = "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
_ORDERS = f"""
    INSERT INTO orders
        (id, table_number, status, payment_method, total, waiter, created_at, updated_at)
    {_COUNT} SELECT i, i % {_PER_TABLE} + 1, :status, :method, 20100, 'waiter', {_EARLY} + i,
        {_EARLY} + i FROM n
"""
_ITEMS = f"""
    INSERT INTO order_items (order_id, position, product_id, name, quantity, unit_price, note)
    {_COUNT} SELECT i, position, position + 1, name, 1, 10050, NULL
    FROM n, (SELECT 0 AS position, 'Tacos al pastor' AS name UNION ALL SELECT 1, 'Sopa')
"""
_PAYMENTS = f"""
    INSERT INTO payments (order_id, attempt, method, status, has_proof, submitted_by, submitted_at,
        decided_by, decided_at)
    {_COUNT} SELECT i, attempt, 'efectivo', status, 0, 'waiter', {_EARLY} + i, 'cashier',
        {_EARLY} + i
    FROM n, (SELECT 2 AS attempt, 'aprobado' AS status UNION ALL SELECT 1, 'rechazado')
    WHERE attempt = 2 OR i % 10 = 0
"""
_ALLOCATIONS = """
    INSERT INTO payment_allocations (payment_id, order_id, amount)
    SELECT payments.id, orders.id, total FROM payments JOIN orders ON orders.id = order_id
    WHERE order_id BETWEEN :first AND :last
"""
_EVENTS = f"""
    INSERT INTO events (type, order_id, status, data, redacted, actor, at)
    {_COUNT} SELECT CASE step WHEN 7 THEN 'payment_approved' ELSE 'order_updated' END, i, :status,
        printf(:data, i), NULL, 'waiter', {_EARLY} + i
    FROM n, (SELECT 0 AS step UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3
        UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7)
    WHERE step < :steps ORDER BY i, step
"""
DATA = (
    '{"id":"%d","table_number":12,"status":"pagado","payment_method":"efectivo","total":201.0,'
    '"items":[{"product_id":"1","name":"Tacos al pastor","quantity":1,"unit_price":100.5,'
    '"note":null},{"product_id":"2","name":"Sopa","quantity":1,"unit_price":100.5,"note":null}],'
    '"waiter":"waiter","payment":null,"created_at":"2023-11-14T22:13:20.000Z",'
    '"updated_at":"2023-11-14T22:13:20.000Z"}'
)


def make(path: Path, *, finished: int, delivered: int = 0, pending: int = 0) -> None:
    """Staff who are signed in with TOKENS, the menu, and orders: finished, delivered, pending."""
    with closing(connect(path)) as database:
        database.execute("PRAGMA auto_vacuum = INCREMENTAL")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -400000")
        migrate(database, path)
        database.execute("BEGIN")
        _furnish(database)
        _add(database, 1, finished, OrderStatus.PAID)
        _add(database, finished + 1, delivered, OrderStatus.DELIVERED)
        _add(database, finished + delivered + 1, pending, OrderStatus.PENDING)
        database.execute("COMMIT")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _furnish(database: sqlite3.Connection) -> None:
    for role, token in TOKENS.items():
        database.execute(
            "INSERT INTO staff VALUES (?, ?, ?, ?, 1, ?)", (role, role, role, PIN_HASH, _EARLY)
        )
        digest = hashlib.sha256(token.encode()).hexdigest()
        database.execute(
            "INSERT INTO sessions (token_hash, username, device, created_at, expires_at)"
            " VALUES (?, ?, '', ?, ?)",
            (digest, role, _EARLY, _LATE),
        )
    database.executemany(
        "INSERT INTO products (name, category, price, available) VALUES (?, ?, ?, 1)", MENU
    )


def _add(database: sqlite3.Connection, first: int, count: int, status: OrderStatus) -> None:
    if not count:
        return
    paid = status is OrderStatus.PAID
    span = {"first": first, "last": first + count - 1}
    method = "efectivo" if paid else None
    database.execute(_ORDERS, {**span, "status": status, "method": method})
    database.execute(_ITEMS, span)
    if paid:
        database.execute(_PAYMENTS, span)
        database.execute(_ALLOCATIONS, span)
    steps = EVENTS_PER_ORDER if paid else 1
    database.execute(_EVENTS, {**span, "status": status, "data": DATA, "steps": steps})


if __name__ == "__main__":
    make(Path(sys.argv[1]), finished=int(sys.argv[2]), delivered=1000, pending=60)
