"""A database of an earlier version, with a busy evening in it, and what becomes of it."""

import contextlib
import sqlite3
import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from comanda import office, workflow
from comanda.domain.errors import IdempotencyKeyReused, ProductExists
from comanda.domain.evidence import Claim
from comanda.domain.examinations import Examination, Facts
from comanda.domain.house import House
from comanda.domain.idempotency import IdempotencyKey
from comanda.domain.menu import Entry
from comanda.domain.orders import OrderStatus, Place
from comanda.domain.payments import Payment, Proof
from comanda.domain.staff import Role
from comanda.examiner.examination import examine
from comanda.examining import Examinations, Examiner
from comanda.store import (
    events,
    examinations,
    house,
    idempotency,
    menu,
    orders,
    payments,
    retention,
    sessions,
)
from comanda.store.backup import check
from comanda.store.connection import connect, migrate, register_functions
from comanda.store.database import Transaction, open_database
from comanda.store.retention import Photo
from comanda.store.schema import MIGRATIONS, VERSION
from comanda.workflow import OrderLine
from tests.house import PDF, ROSA, jpeg, open_house, quick_config

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
    "order_items": [(4, 0, 3, "Sopa", 1, 7000, None), (5, 0, 3, "Sopa", 1, 7000, None)],
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
        order = await database.read(orders.require, 4)
        log = await database.read(events.history, order, Role.ADMIN)
        assert [event["type"] for event in log] == [
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
        assert order.total == 7000
    assert check(first_version) == []


async def test_what_the_kitchen_had_begun_is_known_from_the_log(first_version: Path) -> None:
    async with open_database(first_version) as database:
        for order_id, begun in ((4, True), (5, False)):
            assert (await database.read(orders.require, order_id)).begun is begun
    with contextlib.closing(connect(first_version)) as connection:
        (plan,) = connection.execute(
            "EXPLAIN QUERY PLAN SELECT DISTINCT order_id FROM events"
            " WHERE status = 'en_preparacion' AND order_id IN (4, 5)"
        )
        assert "COVERING INDEX events_of_begun" in plan["detail"]


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
        assert (old.reference, old.amount, old.warnings, old.seen_at) == (None, 7000, (), None)
        assert old.viewers == ()
        assert await database.read(payments.proof, 2) is not None
        again = await database.write(charge_again)
    assert [(one.type.value, one.order_id) for one in again.warnings] == [("file_reused", 5)]
    assert check(first_version) == []


async def test_a_house_from_before_keeps_its_name_and_ends_its_day_as_configured(
    tmp_path: Path,
) -> None:
    path = tmp_path / "comanda.db"
    (before,) = [at for at, steps in enumerate(MIGRATIONS) if "day_ends" in "".join(steps)]
    with contextlib.closing(connect(path)) as connection:
        register_functions(connection)
        for statement in [one for steps in MIGRATIONS[:before] for one in steps]:
            connection.execute(statement)
        connection.execute("INSERT INTO house VALUES (1, 'La Fonda', 'Bs', 'America/La_Paz')")
        connection.execute(f"PRAGMA user_version = {before}")
    default = House("Comanda", "$", "UTC", time(4))
    async with open_database(path) as database:
        found = await database.read(house.get, default)
        assert found == House("La Fonda", "Bs", "America/La_Paz", time(4))
        late = House("La Fonda", "Bs", "America/La_Paz", time(5, 30))
        assert await database.write(office.describe_house, ROSA, late, default) == late
        unsaid = House("La Fonda 2", "Bs", "America/La_Paz")
        stored = await database.write(office.describe_house, ROSA, unsaid, default)
        assert (stored.name, stored.day_ends) == ("La Fonda 2", time(5, 30))
    assert check(path) == []


def charge_again(tx: Transaction, claim: Claim | None = None) -> Payment:
    """A new order, paid with the photo of an order from before."""
    order = workflow.place_order(tx, ROSA, Place(3), [OrderLine(3, 1, None)]).order
    for status in ("en_preparacion", "listo", "entregado"):
        workflow.advance_order(tx, ROSA, order.id, OrderStatus(status))
    photo = Proof("image/jpeg", b"foto", sha256(b"foto").hexdigest())
    paid = workflow.submit_payment(
        tx, ROSA, order.id, "transferencia", photo, claim=claim or Claim()
    ).order
    assert paid.payment
    return paid.payment


def key_of_version_5(reference: str) -> str:
    """How version 5 compared operation numbers."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", reference).casefold())
    separates = {"Zs", "Pd", "Pc"}
    return "".join(one for one in plain if unicodedata.category(one) not in separates)


NUMBERS = ("AB-12 34", "AB\u200b12\u00ad34", "\u200eab\u0661\u0662\u0663\u0664", "★", None)


@pytest.fixture
def fifth_version(first_version: Path) -> Path:
    """The same evening as version 5 left it, with five payments more, of which one was approved."""
    with contextlib.closing(connect(first_version)) as connection:
        for migration in MIGRATIONS[1:5]:
            for statement in migration:
                connection.execute(statement)
        connection.execute("UPDATE payments SET status = 'rechazado'")
        for attempt, reference in enumerate(NUMBERS, 3):
            connection.execute(
                "INSERT INTO payments (order_id, attempt, method, status, has_proof, submitted_by,"
                " submitted_at, reference, reference_key)"
                " VALUES (5, ?, 'transferencia', ?, 0, 'ana', 20, ?, ?)",
                (
                    attempt,
                    "aprobado" if reference == NUMBERS[0] else "rechazado",
                    reference,
                    reference and key_of_version_5(reference),
                ),
            )
        connection.execute("PRAGMA user_version = 5")
    return first_version


@pytest.mark.parametrize("version", ["first_version", "fifth_version"])
async def test_an_old_evening_is_read_over_http_and_goes_on(
    version: str, request: pytest.FixtureRequest
) -> None:
    path: Path = request.getfixturevalue(version)
    async with open_house(quick_config(path), new=False) as opened:
        listing = "/orders?status=en_preparacion&status=pagado"
        _, listed = await opened.call(ROSA, "GET", listing)
        paid, begun = listed["orders"]
        assert (paid["status"], paid["paid"], paid["due"]) == ("pagado", 70.0, 0.0)
        assert [one["orders"][0]["amount"] for one in paid["payments"]] == [70.0] * len(
            paid["payments"]
        )
        assert (begun["round"], begun["due"], begun["payments"]) == (1, 70.0, [])
        for order in (paid, begun):
            status, detail = await opened.call(ROSA, "GET", f"/orders/{order['id']}")
            assert (status, {name: detail[name] for name in order}) == (200, order)
        for step in ("listo", "entregado"):
            await opened.advance("4", step, ROSA)
        status, order = await opened.submit("4", ROSA, method="efectivo", more=[("amount", "30")])
        assert (status, order["waiting"], order["due"]) == (201, 30.0, 40.0)
    assert check(path) == []


async def test_numbers_from_before_are_compared_as_new_ones_are(fifth_version: Path) -> None:
    async with open_database(fifth_version) as database:
        kept = await database.read(
            lambda view: view.all("SELECT * FROM payments WHERE attempt > 2")
        )
        assert [row["reference"] for row in kept] == list(NUMBERS)
        assert [row["reference_key"] for row in kept] == ["ab1234"] * 3 + [None, None]
        again = await database.write(charge_again, Claim("ab12\ufe0f34"))
    assert ("reference_reused", 5) in [(one.type.value, one.order_id) for one in again.warnings]
    assert check(fifth_version) == []


@contextlib.contextmanager
def made_by_version(path: Path, version: int) -> Iterator[sqlite3.Connection]:
    """A new database with the tables of the first `version` migrations, and no rows."""
    with contextlib.closing(connect(path)) as connection:
        register_functions(connection)
        for statement in (line for migration in MIGRATIONS[:version] for line in migration):
            connection.execute(statement)
        yield connection


async def test_numbers_from_before_are_compared_by_their_look(tmp_path: Path) -> None:
    """As the version left them that took a letter for another number."""
    path = tmp_path / "comanda.db"
    before = next(n for n, one in enumerate(MIGRATIONS) if "viewers" in "".join(one)) + 1
    with made_by_version(path, before) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(
            "INSERT INTO payments (order_id, attempt, method, status, has_proof, submitted_by,"
            " submitted_at, reference, reference_key)"
            " VALUES (5, 1, 'transferencia', 'aprobado', 0, 'ana', 20,"
            " 'Folio 8841O2', 'folio8841o2')"
        )
        connection.execute(f"PRAGMA user_version = {before}")
    async with open_database(path) as database:
        kept = await database.read(lambda view: view.one("SELECT reference_key FROM payments"))
    assert kept is not None
    assert kept["reference_key"] == "884102"


async def test_keys_are_computed_anew_where_letters_stand_beside_a_number(tmp_path: Path) -> None:
    """As the version left them that dropped such letters before it took an I for a 1."""
    path = tmp_path / "comanda.db"
    before = next(n for n, one in enumerate(MIGRATIONS) if "CREATE TABLE restores" in one[0]) + 1
    with made_by_version(path, before) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.executemany(
            "INSERT INTO payments (order_id, attempt, method, status, has_proof, submitted_by,"
            " submitted_at, reference, reference_key)"
            " VALUES (5, ?, 'transferencia', 'aprobado', 0, 'ana', 20, ?, ?)",
            [(1, "AI0000000", "a10000000"), (2, "Folio 8841", "8841"), (3, None, None)],
        )
        connection.execute(f"PRAGMA user_version = {before}")
    async with open_database(path) as database:
        rows = await database.read(
            lambda view: view.all("SELECT reference_key FROM payments ORDER BY attempt")
        )
    assert [row["reference_key"] for row in rows] == ["10000000", "8841", None]


@pytest.fixture
def before_content(tmp_path: Path) -> Path:
    """As the version left them that compared a proof by its bytes, and numbers within a method."""
    path = tmp_path / "comanda.db"
    before = next(n for n, one in enumerate(MIGRATIONS) if "ADD COLUMN content" in "".join(one))
    with made_by_version(path, before) as connection:
        connection.executemany("INSERT INTO staff VALUES (?, ?, ?, ?, ?, ?)", BY_TABLE["staff"])
        connection.execute(
            "INSERT INTO orders (id, table_number, status, total, waiter, created_at, updated_at)"
            " VALUES (5, 7, 'pagado', 7000, 'ana', 10, 20)"
        )
        for number, file in enumerate((jpeg("white"), PDF, None, b"damaged"), 1):
            connection.execute(
                "INSERT INTO payments (id, order_id, attempt, method, status, has_proof,"
                " submitted_by, submitted_at, reference, reference_key)"
                " VALUES (?, 5, ?, 'transferencia', 'aprobado', 1, 'ana', 20, ?, 'as it was')",
                (number, number, "\u13aa\u13f41234" if number == 1 else None),
            )
            connection.execute(
                "INSERT INTO fingerprints (payment_id, order_id, sha256) VALUES (?, 5, ?)",
                (number, f"{number:064}"),
            )
            kind = "application/pdf" if number == 2 else "image/jpeg"
            if file is not None:
                connection.execute(
                    "INSERT INTO proofs VALUES (?, ?, ?, ?, ?)",
                    (number, kind, len(file), f"{number:064}", file),
                )
        connection.execute(f"PRAGMA user_version = {before}")
    return path


async def test_proofs_from_before_are_compared_by_what_they_show(before_content: Path) -> None:
    async with open_database(before_content) as database:
        rows = await database.read(lambda view: view.all("SELECT * FROM fingerprints"))
        assert [row["content"] for row in rows] == [None, None, "", None], "the start looks at none"
        keys = await database.read(lambda view: view.all("SELECT reference_key FROM payments"))
        assert keys[0]["reference_key"] == "ab1234"
        assert await database.read(examinations.next_proof, {}) is None, "nothing is examined again"
        async with closing_examiner() as examiner:
            await Examinations(database, examiner).compare_older()
        rows = await database.read(lambda view: view.all("SELECT * FROM fingerprints"))
        files = (("image/jpeg", jpeg("white")), ("application/pdf", PDF))
        facts = [examine(content_type, data) for content_type, data in files]
        assert [row["content"] for row in rows] == [*(one and one.content for one in facts), "", ""]
        assert await database.read(examinations.next_older_proof) is None
        thumbnails = await database.read(lambda view: view.all("SELECT * FROM thumbnails"))
        assert [(row["payment_id"], bool(row["data"])) for row in thumbnails] == [
            (1, True),
            (2, False),
            (4, False),
        ]
        await database.write(menu.put_all, [("Sopa", "Sopas", 7000)], by="ana")
        product = (await database.read(menu.products))[0].id
        again = await database.write(charge_with, product, Proof(*files[1], "x"))
        await database.write(workflow.record_examination, again, Facts(content=rows[1]["content"]))
        payment = await database.read(payments.require, again)
        assert [(one.type.value, one.payment_id) for one in payment.warnings] == [
            ("file_reused", 2)
        ]
        unknown = await database.write(charge_with, product, Proof("image/jpeg", b"x", "y"))
        await database.write(workflow.record_examination, unknown, Facts())
        assert (await database.read(payments.require, unknown)).warnings == ()


@asynccontextmanager
async def closing_examiner() -> AsyncIterator[Examiner]:
    examiner = Examiner()
    try:
        yield examiner
    finally:
        await examiner.close()


def charge_with(tx: Transaction, product: int, proof: Proof) -> int:
    order = workflow.place_order(tx, ROSA, Place(3), [OrderLine(product, 1, None)]).order
    for status in ("en_preparacion", "listo", "entregado"):
        workflow.advance_order(tx, ROSA, order.id, OrderStatus(status))
    paid = workflow.submit_payment(tx, ROSA, order.id, "transferencia", proof).order
    assert paid.payment
    return paid.payment.id


async def test_proofs_from_before_the_examiner_stay_examined_and_keep_what_was_found(
    tmp_path: Path,
) -> None:
    path = tmp_path / "comanda.db"
    before = next(n for n, one in enumerate(MIGRATIONS) if "thumbnails" in "".join(one))
    with made_by_version(path, before) as connection:
        connection.execute("INSERT INTO staff VALUES ('ana', 'Ana', 'waiter', 'h', 1, 0)")
        connection.execute(
            "INSERT INTO orders (id, table_number, status, total, waiter, created_at, updated_at)"
            " VALUES (1, 1, 'pagado', 100, 'ana', 0, 0)"
        )
        warning = '[{"type":"file_reused","order_id":"1","payment_id":"1","link":"/orders/1"}]'
        for number, has_proof in ((1, 1), (2, 1), (3, 0)):
            connection.execute(
                "INSERT INTO payments (id, order_id, attempt, method, status, has_proof,"
                " submitted_by, submitted_at, warnings)"
                " VALUES (?, 1, ?, 'efectivo', 'por_verificar', ?, 'ana', 7, ?)",
                (number, number, has_proof, warning if number == 2 else None),
            )
        for number in (1, 2):
            connection.execute(
                "INSERT INTO proofs VALUES (?, 'image/png', 1, 'x', x'01')", [number]
            )
            connection.execute(
                "INSERT INTO fingerprints (payment_id, order_id, sha256, image_hash, content)"
                " VALUES (?, 1, 'x', x'0203', 'c')",
                [number],
            )
        connection.execute(f"PRAGMA user_version = {before}")
    async with open_database(path) as database:
        kept = (await database.read(payments.of_orders, [1]))[1]
        assert [(one.examination, one.examined_at is None) for one in kept] == [
            (Examination.EXAMINED, False),
            (Examination.EXAMINED, False),
            (None, True),
        ]
        assert [len(one.warnings) for one in kept] == [0, 1, 0]
        assert [one.late_warnings for one in kept] == [(), (), ()]
        rows = await database.read(lambda view: view.all("SELECT * FROM fingerprints"))
        assert [(row["content"], row["image_hash"]) for row in rows] == [("c", b"\x02\x03")] * 2
        assert await database.read(examinations.next_proof, {}) is None
        assert await database.read(examinations.next_older_proof) is None
        assert await database.read(examinations.thumbnail, 1) is None


def test_what_a_migration_calls_leaves_nothing_alone(tmp_path: Path) -> None:
    with contextlib.closing(connect(tmp_path / "new.db")) as connection:
        register_functions(connection)
        assert connection.execute("SELECT reference_key(NULL)").fetchone()[0] is None
        assert connection.execute("SELECT reference_key('Á-1')").fetchone()[0] == "a1"


async def test_a_key_of_before_keys_had_users_is_whose_request_it_was(
    first_version: Path,
) -> None:
    """As the version before left them; one whose user nobody can tell stays anybody's."""
    before = next(n for n, one in enumerate(MIGRATIONS) if "idempotency_keys ADD" in "".join(one))
    with contextlib.closing(connect(first_version)) as connection:
        register_functions(connection)
        for statement in (line for one in MIGRATIONS[1:before] for line in one):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {before}")
        for key, order_id, at in (("known", 4, 10), ("unknown", 5, 11)):
            fingerprint = IdempotencyKey.of(key, "same").fingerprint
            connection.execute(
                "INSERT INTO idempotency_keys (key, fingerprint, order_id, created_at)"
                " VALUES (?, ?, ?, ?)",
                (key, fingerprint, order_id, at),
            )
    async with open_database(first_version) as database:
        made_by = idempotency.order_made_by
        for username in ("ana", "rosa"):
            unknown = IdempotencyKey.of("unknown", "same", by=username)
            assert await database.read(made_by, unknown) == 5
        known = IdempotencyKey.of("known", "same", by="ana")
        assert await database.read(made_by, known) == 4
        with pytest.raises(IdempotencyKeyReused, match="ana"):
            await database.read(made_by, replace(known, username="rosa"))
    assert check(first_version) == []


async def test_products_that_look_the_same_come_along_and_no_third_one_joins(
    tmp_path: Path,
) -> None:
    """As the version before the folded names left them."""
    path, spellings = tmp_path / "comanda.db", ["Café", "CAFÉ", "Cafe\u0301", "Café\xa0"]
    before = next(n for n, one in enumerate(MIGRATIONS) if "name_key" in "".join(one))
    with made_by_version(path, before) as connection:
        for number, name in enumerate([*spellings, "Flan", "Flan\x1f6"], 1):
            connection.execute(
                "INSERT INTO products (name, category, price, available, position, removed)"
                " VALUES (?, 'Varios', ?, 1, ?, ?)",
                (name, number, number, "\x1f" in name),
            )
        connection.execute(f"PRAGMA user_version = {before}")
    async with open_database(path) as database:
        kept = await database.read(menu.products)
        assert [(one.id, one.name, one.price) for one in kept] == [
            *((number, name, number) for number, name in enumerate(spellings, 1)),
            (5, "Flan", 5),
        ]
        for name in ("café", "FLAN"):
            with pytest.raises(ProductExists):
                await database.write(menu.add, Entry(name, "Varios", 5), by="rosa")
        await database.write(menu.change, 2, Entry("CAFÉ", "Varios", 99), by="rosa")
        with pytest.raises(ProductExists):
            await database.write(menu.change, 2, Entry("Café", "Varios", 99), by="rosa")
        await database.write(menu.put_all, [Entry("CAFÉ", "Varios", 7)], by="rosa")
        assert [one.price for one in await database.read(menu.products)] == [1, 7, 3, 4, 5]
        for number in (2, 3, 4):
            await database.write(menu.remove, number, by="rosa")
        await database.write(menu.change, 1, Entry("CAFÉ", "Varios", 1), by="rosa")
    assert check(path) == []


async def test_a_database_from_before_the_indexes_of_age_keeps_its_rows_and_gets_them(
    tmp_path: Path,
) -> None:
    path = tmp_path / "comanda.db"
    before = next(n for n, one in enumerate(MIGRATIONS) if "payments_with_photo" in "".join(one))
    with made_by_version(path, before) as connection:
        connection.execute("INSERT INTO staff VALUES ('ana', 'Ana', 'waiter', 'h', 1, 0)")
        connection.execute(
            "INSERT INTO orders (id, table_number, status, total, waiter, created_at, updated_at)"
            " VALUES (1, 1, 'pagado', 100, 'ana', 0, 0)"
        )
        for number, purged in ((1, None), (2, 5)):
            connection.execute(
                "INSERT INTO payments (id, order_id, attempt, method, status, has_proof,"
                " submitted_by, submitted_at, proof_purged_at)"
                " VALUES (?, 1, ?, 'efectivo', 'aprobado', 1, 'ana', 7, ?)",
                (number, number, purged),
            )
        connection.execute("INSERT INTO proofs VALUES (1, 'image/png', 3, 'x', x'010203')")
        connection.execute(f"PRAGMA user_version = {before}")
    async with open_database(path) as database:
        found = await database.read(retention.expired_photos, datetime.now(UTC), 9)
        assert found == [Photo(1, 3)]
        assert (await database.write(retention.remove, found)).photos == 1
        assert await database.read(retention.expired_photos, datetime.now(UTC), 9) == []


async def test_a_migration_sorts_large_tables_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores: list[int] = []

    def note(connection: sqlite3.Connection, path: Path) -> None:
        stores.append(connection.execute("PRAGMA temp_store").fetchone()[0])
        migrate(connection, path)

    monkeypatch.setattr("comanda.store.connection.migrate", note)
    async with open_database(tmp_path / "comanda.db") as database:
        row = await database.write(lambda tx: tx.one("PRAGMA temp_store"))
    assert row is not None
    assert (stores, row[0]) == ([0], 2), "the default, a file, and then memory"
