"""A database of the version before deposits: all stays, and money is tied to what was paid then."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comanda import till, workflow
from comanda.domain.deposits import Checked, DepositSource, NewDeposit, TieRule
from comanda.domain.payments import Payment, Verdict
from comanda.store import events, payments
from comanda.store.backup import check
from comanda.store.connection import connect
from comanda.store.database import Database, Snapshot, open_database
from comanda.store.schema import VERSION
from tests.house import ANA, LUIS
from tests.store.test_reading_migration import NUMBER, left_by

BEFORE = 22
AT = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def before(tmp_path: Path) -> Path:
    path = left_by(BEFORE, tmp_path / "comanda.db")
    with contextlib.closing(connect(path)) as connection:
        connection.execute("UPDATE payments SET seen_in_account = 1, tip = 500 WHERE id = 1")
        connection.execute(
            "INSERT INTO payments (id, order_id, attempt, method, status, has_proof, submitted_by,"
            " submitted_at, waiter, replaces) VALUES"
            " (3, 2, 2, 'efectivo', 'retirado', 0, 'ana', 4, 'ana', NULL)"
        )
        connection.execute("INSERT INTO payment_allocations VALUES (3, 2, 10, NULL)")
    return path


async def test_every_payment_tells_what_arrives_of_it_and_how_it_was_checked(before: Path) -> None:
    assert VERSION > BEFORE
    async with open_database(before) as database:
        found = [await database.read(payments.require, one) for one in (1, 2, 3)]
        assert [payment.checked for payment in found] == [Checked.ACCOUNT, None, None]
        assert [payment.to_account for payment in found] == [True, True, False]
        assert [payment.deposit for payment in found] == [None] * 3
        rows = await database.read(lambda view: view.all("SELECT arrives FROM payments"))
        assert [row["arrives"] for row in rows] == [7500, 7000, 10]
        assert [payment.arrives for payment in found] == [7500, 7000, 10]
    assert check(before) == []


async def test_money_is_tied_to_what_was_paid_before(before: Path) -> None:
    async with open_database(before, clock=lambda: AT) as database:
        paid = await received(database, 7500, NUMBER)
        assert paid.deposit is not None
        assert paid.deposit.tie is not None
        assert (paid.id, paid.deposit.tie.rule) == (1, TieRule.REFERENCE)
        waiting = await received(database, 7000, None)
        assert waiting.id == 2
        verdict = Verdict.APPROVED
        await database.write(workflow.decide_payment, LUIS, 2, verdict, "llegó")
        assert (await database.read(payments.require, 2)).checked is Checked.NOTICE
    assert check(before) == []


async def received(database: Database, amount: int, reference: str | None) -> Payment:
    new = NewDeposit(DepositSource.NOTICE, amount, AT, f"aviso:{amount}", reference=reference)
    arrival = await database.write(till.receive_deposit, new)
    assert arrival.deposit.payment_id is not None
    return await database.read(payments.require, arrival.deposit.payment_id)


async def test_the_log_of_before_is_read_by_every_role(before: Path) -> None:
    def log(view: Snapshot) -> list[tuple[int, str, str]]:
        return list(events.lines_after(view, 0, 99, ANA.role))

    async with open_database(before) as database:
        assert [data for _, _, data in await database.read(log)] == ["{}", "{}"]
