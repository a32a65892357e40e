"""A database of an earlier version, with a busy evening in it, and what becomes of it."""

import contextlib
import sqlite3
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from comanda import workflow
from comanda.domain.orders import OrderStatus
from comanda.domain.payments import Payment, Proof
from comanda.domain.staff import Role
from comanda.store import events, menu, orders, payments, sessions
from comanda.store.backup import check
from comanda.store.connection import connect
from comanda.store.database import Transaction, open_database
from comanda.store.schema import MIGRATIONS, VERSION
from comanda.workflow import OrderLine
from tests.house import ROSA

LAST_EVENT = 4
BY_TABLE: dict[str, list[tuple[Any, ...]]] = {
    "staff": [("ana", "Ana", "waiter", "hash", 1, 0), ("rosa", "Rosa", "admin", "hash", 1, 0)],
    "sessions": [("a" * 64, "ana", 5, 2**60)],
    "products": [(3, "Sopa", "Sopas", 7000, 1), (7, "Agua", "Bebidas", 3000, 0)],
    "orders": [
        (4, 12, "en_preparacion", None, 7000, "ana", 10, 20),
        (5, 7, "pagado", "transferencia", 7000, "ana", 10, 20),
    ],
    "payments": [
        (1, 5, 1, "transferencia", "rechazado", "ilegible", 0, "ana", 12, "ana", 13),
        (2, 5, 2, "transferencia", "aprobado", None, 1, "ana", 14, "ana", 15),
    ],
    "proofs": [(2, "image/jpeg", 4, sha256(b"foto").hexdigest(), b"foto")],
    "order_items": [(4, 0, 3, "Sopa", 1, 7000, None)],
    "events": [
        (1, "order_updated", 4, "pendiente", "{}", None, "ana", 10),
        (2, "order_placed", 4, "pendiente", "{}", None, "ana", 10),
        (3, "order_updated", 4, "en_preparacion", "{}", '{"payment":null}', "coco", 20),
        (4, "order_updated", 5, "pagado", "{}", None, "ana", 20),
    ],
}


@pytest.fixture
def first_version(tmp_path: Path) -> Path:
    """A database as version 1 left it."""
    path = tmp_path / "comanda.db"
    with contextlib.closing(connect(path)) as connection:
        for statement in MIGRATIONS[0]:
            connection.execute(statement)
        for table, rows in BY_TABLE.items():
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        connection.execute("PRAGMA user_version = 1")
    return path


async def test_every_row_comes_along(first_version: Path) -> None:
    async with open_database(first_version) as database:
        assert await database.read(events.head) == LAST_EVENT
        assert [event["type"] for event in await database.read(events.history, 4, Role.ADMIN)] == [
            "order_updated",
            "order_placed",
            "order_updated",
        ]
        told = await database.read(lambda view: list(events.each_after(view, 0, LAST_EVENT)))
        assert [(event.id, event.redacted) for event in told] == [
            (1, None),
            (2, None),
            (3, '{"payment":null}'),
            (4, None),
        ]
        assert [
            (one.id, one.name, one.available) for one in await database.read(menu.products)
        ] == [
            (3, "Sopa", True),
            (7, "Agua", False),
        ]
        owner = await database.read(sessions.owner, "a" * 64)
        assert owner is not None
        assert owner.username == "ana"
        assert (await database.read(orders.require, 4)).total == 7000
    assert check(first_version) == []


async def test_the_log_goes_on_where_it_was_and_is_still_append_only(first_version: Path) -> None:
    async with open_database(first_version) as database:
        await database.write(menu.put_all, [("Flan", "Postres", 5500)], by="rosa")
        assert await database.read(events.head) == LAST_EVENT + 1
        assert [one.name for one in await database.read(menu.products)] == ["Sopa", "Agua", "Flan"]
    with contextlib.closing(connect(first_version)) as connection:
        for sql in ("UPDATE events SET actor = 'x'", "DELETE FROM events"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(sql)
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(
                "INSERT INTO events (type, order_id, status, data, actor, at)"
                " VALUES ('x', 4, NULL, '{}', 'x', 0)"
            )
        (plan,) = connection.execute("EXPLAIN QUERY PLAN SELECT 1 FROM events WHERE order_id = 4")
        assert "events_by_order" in plan["detail"]
        assert connection.execute("PRAGMA user_version").fetchone()[0] == VERSION


async def test_a_migration_that_fails_leaves_the_database_as_it_was(first_version: Path) -> None:
    with contextlib.closing(connect(first_version)) as connection:
        connection.execute("CREATE TABLE house (id INTEGER)")
        before = list(map(tuple, connection.execute("SELECT sql FROM sqlite_master")))
    with pytest.raises(Exception, match="house"):
        async with open_database(first_version):
            pass
    with contextlib.closing(connect(first_version)) as connection:
        assert list(map(tuple, connection.execute("SELECT sql FROM sqlite_master"))) == before
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 1
        assert connection.execute("SELECT COUNT(*) FROM events").fetchone()[0] == LAST_EVENT


async def test_an_earlier_versions_proof_is_known_again(first_version: Path) -> None:
    async with open_database(first_version) as database:
        old = await database.read(payments.require, 2)
        assert (old.reference, old.amount, old.warnings, old.seen_at) == (None, None, (), None)
        assert old.viewers == ()
        assert await database.read(payments.proof, 2) is not None
        again = await database.write(charge_again)
    assert [(one.type.value, one.order_id) for one in again.warnings] == [("file_reused", 5)]
    assert check(first_version) == []


def charge_again(tx: Transaction) -> Payment:
    """A new order, paid with the photo of an order from before."""
    order = workflow.place_order(tx, ROSA, 3, [OrderLine(3, 1, None)]).order
    for status in ("en_preparacion", "listo", "entregado"):
        workflow.advance_order(tx, ROSA, order.id, OrderStatus(status))
    photo = Proof("image/jpeg", b"foto", sha256(b"foto").hexdigest())
    paid = workflow.submit_payment(tx, ROSA, order.id, "transferencia", photo).order
    assert paid.payment
    return paid.payment
