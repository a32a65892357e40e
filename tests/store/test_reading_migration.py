"""A database of the version before proofs were read: all stays, and new numbers are compared."""

import contextlib
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from comanda import workflow
from comanda.domain.evidence import Claim, WarningType
from comanda.domain.examinations import Facts, Source
from comanda.domain.payments import Correction, FormerClaim, PaymentStatus, Verdict
from comanda.domain.readings import Read, Reading
from comanda.store import examinations, orders, payments, readings
from comanda.store.backup import check
from comanda.store.connection import connect, register_functions
from comanda.store.database import open_database
from comanda.store.retention import Photo
from comanda.store.schema import MIGRATIONS, VERSION
from tests.house import ANA, LUIS, ROSA

BEFORE = 21
NUMBER = "88412201937"
PHOTO = b"foto"


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return left_by(BEFORE, tmp_path / "comanda.db")


def left_by(version: int, path: Path) -> Path:
    """As this version left it: order 1 paid, order 2 with a payment that waits, with a warning;
    both with their proofs, the first one's examined."""
    warning = '[{"type":"reference_reused","order_id":"1","payment_id":"1","link":"/orders/1"}]'
    with contextlib.closing(connect(path)) as connection:
        register_functions(connection)
        for statement in [line for steps in MIGRATIONS[:version] for line in steps]:
            connection.execute(statement)
        for member in (ANA, LUIS, ROSA):
            connection.execute(
                "INSERT INTO staff VALUES (?, ?, ?, 'x', 1, 0)",
                (member.username, member.name, member.role.value),
            )
        connection.execute(
            "INSERT INTO products (id, name, category, price, available, position, removed)"
            " VALUES (1, 'Tacos', 'Tacos', 7000, 1, 1, 0)"
        )
        for number, status, verdict in ((1, "pagado", "aprobado"), (2, *["por_verificar"] * 2)):
            connection.execute(
                "INSERT INTO orders (id, table_number, status, payment_method, total, waiter,"
                " created_at, updated_at) VALUES (?, 5, ?, 'transferencia', 7000, 'ana', 1, 2)",
                (number, status),
            )
            connection.execute(
                "INSERT INTO order_items (order_id, position, product_id, name, quantity,"
                " unit_price) VALUES (?, 0, 1, 'Tacos', 1, 7000)",
                [number],
            )
            connection.execute(
                "INSERT INTO events (type, order_id, status, data, actor, at)"
                " VALUES ('order_updated', ?, ?, '{}', 'ana', 2)",
                (number, status),
            )
            decided = ("luis", 4) if verdict == "aprobado" else (None, None)
            connection.execute(
                "INSERT INTO payments (id, order_id, attempt, method, status, has_proof,"
                " submitted_by, submitted_at, decided_by, decided_at, reference, reference_key,"
                " waiter, warnings, examination, examined_at)"
                " VALUES (?, ?, 1, 'transferencia', ?, 1, 'ana', 3, ?, ?, ?, ?, 'ana', ?, ?, ?)",
                (
                    number,
                    number,
                    verdict,
                    *decided,
                    NUMBER,
                    NUMBER,
                    warning if number == 2 else None,
                    *(("examined", 3) if number == 1 else (None, None)),
                ),
            )
            connection.execute(
                "INSERT INTO payment_allocations (payment_id, order_id, amount)"
                " VALUES (?, ?, 7000)",
                (number, number),
            )
            connection.execute(
                "INSERT INTO proofs VALUES (?, 'image/jpeg', 4, ?, ?)",
                (number, sha256(PHOTO).hexdigest(), PHOTO),
            )
            connection.execute(
                "INSERT INTO fingerprints (payment_id, order_id, sha256, content)"
                " VALUES (?, ?, 'x', ?)",
                (number, number, "c" if number == 1 else None),
            )
        connection.execute(f"PRAGMA user_version = {version}")
    return path


async def test_every_payment_comes_along_and_nothing_is_read_again(before: Path) -> None:
    assert VERSION > BEFORE
    async with open_database(before) as database:
        first, second = [await database.read(payments.require, one) for one in (1, 2)]
        assert (first.status, second.status) == (PaymentStatus.APPROVED, PaymentStatus.PENDING)
        for payment in (first, second):
            assert (payment.reading, payment.former_claims) == (None, ())
            assert await database.read(readings.find, payment.id) is None
        assert [one.type for one in second.warnings] == [WarningType.REFERENCE_REUSED]
        rows = await database.read(
            lambda view: view.all(
                "SELECT read_key, was_read, code FROM payments JOIN fingerprints"
                " ON payment_id = payments.id"
            )
        )
        assert [tuple(row) for row in rows] == [(None, None, None)] * 2
        waiting = await database.read(examinations.next_proof, {})
        assert waiting is not None
        assert waiting.payment_id == 2
        assert await database.read(examinations.next_older_proof) is None


async def test_a_payment_of_before_is_examined_and_corrected_as_any_other(before: Path) -> None:
    at = datetime(1970, 1, 1, tzinfo=UTC)
    reading = Reading(amount=6900, reference="777766665555", day=date(1970, 1, 1))
    facts = Facts(content="c", reading=reading, source=Source.PICTURE, code="d" * 64)
    async with open_database(before, clock=lambda: at) as database:
        await database.write(workflow.record_examination, 2, facts)
        await database.write(workflow.correct_claim, ANA, 2, Correction("123412341234", 6900))
        payment = await database.read(payments.require, 2)
        assert payment.reading == Read(6900, "777766665555", date(1970, 1, 1))
        assert payment.former_claims == (FormerClaim(NUMBER, 7000, "ana", at),)
        kinds = [one.type for one in payment.warnings]
        assert kinds == [WarningType.FILE_REUSED], "the number and the amount were corrected"
        stored = await database.read(readings.find, 2)
        assert stored is not None
        assert (stored.reading, stored.source) == (reading, Source.PICTURE)
        order = await database.read(orders.require, 2)
        assert (order.waiting, order.due) == (6900, 100)


async def test_a_number_read_today_is_compared_with_one_typed_before(before: Path) -> None:
    facts = Facts(reading=Reading(reference=NUMBER), source=Source.TEXT)
    async with open_database(before) as database:
        await database.write(workflow.decide_payment, LUIS, 2, Verdict.REJECTED, "no se lee")
        sent = await database.write(
            workflow.submit_payment, ANA, 2, "efectivo", None, None, Claim()
        )
        assert sent.order.payment is not None
        new_id = sent.order.payment.id
        await database.write(workflow.record_examination, new_id, facts)
        payment = await database.read(payments.require, new_id)
        assert [(one.type, one.payment_id) for one in payment.warnings] == [
            (WarningType.REFERENCE_REUSED, 1)
        ]
        assert payment.reading is None, "there is no file that it could be kept with"


async def test_old_photos_go_as_before(before: Path) -> None:
    async with open_database(before) as database:
        removed = await database.write(workflow.remove_proofs, [Photo(1, 4), Photo(2, 4)])
        assert removed.photos == 1
    assert check(before) == []


def test_the_indexes_answer(before: Path) -> None:
    with contextlib.closing(connect(before)) as connection:
        register_functions(connection)
        for statement in MIGRATIONS[BEFORE]:
            connection.execute(statement)
        for sql, index in (
            ("SELECT id FROM payments WHERE read_key = 'a' AND id < 9", "payments_by_read_number"),
            ("SELECT payment_id FROM fingerprints WHERE code = 'a'", "fingerprints_by_code"),
        ):
            plan = connection.execute("EXPLAIN QUERY PLAN " + sql).fetchall()
            assert any(index in row["detail"] for row in plan), sql
