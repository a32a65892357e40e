"""What the house does by itself: calling for proofs that nobody opens, letting old photos go."""

import asyncio
import contextlib
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from comanda import till, workflow
from comanda.chores import (
    ROWS_AT_ONCE,
    NightlyPurge,
    in_pieces,
    purge,
    purgeable,
    sweep,
)
from comanda.cli.parser import main
from comanda.config import Config, Payments, Proofs
from comanda.domain.deposits import DepositSource, NewDeposit
from comanda.domain.hours import next_at
from comanda.domain.house import House as Described
from comanda.domain.idempotency import IdempotencyKey
from comanda.domain.orders import OrderStatus, Place
from comanda.domain.payments import Proof, Verdict
from comanda.domain.sign_in import Allowance, attempt
from comanda.store import attempts, deposits, idempotency, payments, sessions
from comanda.store.backup import check
from comanda.store.connection import connect
from comanda.store.database import Database, Snapshot, Transaction, open_database
from comanda.store.retention import Photo, Purged
from comanda.workflow import OrderLine
from tests.house import ANA, COCO, LUIS, FixedClock, hire, open_house

HOUSE = Described("La Fonda", "$", "America/Mexico_City")
MEXICO = ZoneInfo(HOUSE.time_zone)
SIZE = 80_000


def alarming(config: Config) -> Config:
    return replace(config, payments=Payments(unseen_alarm_seconds=0.2))


async def test_a_proof_that_nobody_opens_calls_cashiers_and_waiters_once_and_after_a_restart(
    config: Config, clock: FixedClock
) -> None:
    async with open_house(alarming(config), clock) as house:
        order = await house.deliver()
        _, sent = await house.submit(order["id"])
        async with house.stream(LUIS) as cashier, house.stream(ANA) as waiter:
            clock.advance(seconds=1)
            for stream in (cashier, waiter):
                called = await stream.next()
                assert called.type == "payment_unseen"
                assert called.data == {
                    "order_id": order["id"],
                    "payment_id": sent["payment"]["id"],
                    "attempt": 1,
                    "table_number": 12,
                    "customer": None,
                    "order_ids": [order["id"]],
                    "amount": 241.0,
                    "tip": 0.0,
                    "method": "transferencia",
                    "total": 241.0,
                }
                assert await stream.is_silent()
    async with open_house(alarming(config), clock, new=False) as house:
        after = {"after": str(called.id)}
        async with house.stream(LUIS, params=after) as cashier:
            again = await cashier.next()
            assert (again.type, again.data) == ("payment_unseen", called.data)
            assert await cashier.is_silent()


async def test_what_was_opened_or_decided_in_time_calls_nobody(
    config: Config, clock: FixedClock
) -> None:
    async with open_house(alarming(config), clock) as house:
        for path, body in (("seen", None), ("verdict", {"verdict": "rechazado"})):
            order = await house.deliver()
            _, sent = await house.submit(order["id"])
            await house.call(LUIS, "PUT", f"/payments/{sent['payment']['id']}/{path}", json=body)
        async with house.stream(LUIS) as cashier:
            clock.advance(hours=1)
            assert await cashier.is_silent(0.5)


@pytest.fixture
async def database(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Database]:
    """An evening of 30 paid orders with photos, and one that still waits for its verdict."""
    async with open_database(tmp_path / "comanda.db", clock=clock, readers=1) as opened:
        await opened.write(hire)
        for number in range(31):
            await opened.write(charge, number)
        yield opened


def charge(tx: Transaction, number: int) -> None:
    order = workflow.place_order(tx, ANA, Place(1), [OrderLine(1, 1, None)]).order
    for status, member in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
        workflow.advance_order(tx, member, order.id, OrderStatus(status))
    photo = Proof("image/jpeg", bytes([number]) * SIZE, f"{number:064}")
    outcome = workflow.submit_payment(tx, ANA, order.id, "efectivo", photo)
    if outcome.order.payment and number < 30:
        workflow.decide_payment(tx, LUIS, outcome.order.payment.id, Verdict.APPROVED, None)


async def test_old_photos_go_and_what_is_known_of_them_stays(
    database: Database, clock: FixedClock
) -> None:
    await database.write(prove_right_hashes)
    clock.advance(days=181)
    before = clock() - timedelta(days=180)
    pages = size(database)
    assert await purgeable(database, before) == Purged(30, 30 * SIZE)
    assert size(database) == pages  # to ask takes nothing away
    assert await purge(database, before) == Purged(30, 30 * SIZE)
    assert await purge(database, before) == Purged()
    assert size(database) < pages / 4
    assert await database.read(payments.proof, 1) is None
    assert await database.read(payments.proof, 31) is not None  # it still waits for its verdict
    with contextlib.closing(connect(database.path)) as connection:
        kept = connection.execute("SELECT COUNT(*) FROM fingerprints").fetchone()[0]
        assert kept == 31
    assert check(database.path) == []


def prove_right_hashes(tx: Transaction) -> None:
    """The stand-ins for photos get the hashes that `check` will look for."""
    for row in tx.all("SELECT payment_id, data FROM proofs"):
        sha256 = hashlib.sha256(row["data"]).hexdigest()
        values = {"id": row["payment_id"], "sha256": sha256}
        tx.run("UPDATE proofs SET sha256 = :sha256 WHERE payment_id = :id", values)


async def test_the_words_of_notices_go_with_the_photos_and_the_money_stays(
    database: Database, clock: FixedClock
) -> None:
    await database.write(prove_right_hashes)
    for amount in (100, 200):
        new = NewDeposit(
            DepositSource.NOTICE,
            amount,
            clock(),
            f"aviso:{amount}",
            sender="Marcos Peña",
            text="Recibiste dinero",
        )
        await database.write(till.receive_deposit, new)
        clock.advance(days=100)
    kept = [await database.read(deposits.require, number) for number in (1, 2)]
    await purge(database, clock() - timedelta(days=180))
    first, second = [await database.read(deposits.require, number) for number in (1, 2)]
    assert first == replace(kept[0], text=None)
    assert second == kept[1]
    assert check(database.path) == []


async def test_a_photo_whose_time_is_not_over_stays(database: Database, clock: FixedClock) -> None:
    clock.advance(days=179)
    assert await purge(database, clock() - timedelta(days=180)) == Purged()


def size(database: Database) -> int:
    """Pages in use or free in the file."""
    with contextlib.closing(connect(database.path)) as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])


async def test_the_house_purges_at_its_quiet_hour_and_once_soon_after_its_start(
    database: Database, clock: FixedClock
) -> None:
    config = Config(proofs=Proofs(keep_days=1, purge_hour=4))
    clock.advance(days=2)
    nightly = NightlyPurge(database, config, HOUSE)
    await nightly.look()
    assert await database.read(payments.proof, 1) is not None
    clock.advance(minutes=10)
    await nightly.look()
    assert await database.read(payments.proof, 1) is None

    await database.write(lambda tx: workflow.decide_payment(tx, LUIS, 31, Verdict.REJECTED, "no"))
    clock.now = datetime(2026, 12, 1, 9, 59, tzinfo=UTC)  # 3:59 in Mexico City
    await nightly.look()
    assert await database.read(payments.proof, 31) is not None
    clock.advance(minutes=1)
    await nightly.look()
    assert await database.read(payments.proof, 31) is None


async def test_a_purge_that_fails_is_made_up_for_and_not_only_a_night_later(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    nightly = NightlyPurge(database, Config(proofs=Proofs(keep_days=1, purge_hour=4)), HOUSE)
    clock.advance(days=1, hours=1)
    with monkeypatch.context() as patch:
        patch.setattr("comanda.store.retention._EXPIRED", "SELECT broken")
        with pytest.raises(sqlite3.Error):
            await nightly.look()
    await nightly.look()
    assert await database.read(payments.proof, 1) is not None
    clock.advance(minutes=10)
    await nightly.look()
    assert await database.read(payments.proof, 1) is None


async def test_a_clock_that_is_years_ahead_for_a_while_takes_no_photo(
    database: Database, clock: FixedClock
) -> None:
    config = Config(proofs=Proofs(keep_days=180, purge_hour=4))
    nightly = NightlyPurge(database, config, HOUSE)
    await nightly.look()
    for years in (3, 2, -30):
        clock.advance(days=365 * years)
        for look in (nightly, NightlyPurge(database, config, HOUSE)):
            for _ in range(3):
                clock.advance(minutes=11)
                await look.look()
            assert await database.read(payments.proof, 1) is not None
        clock.advance(days=-365 * years)
    clock.advance(days=200)
    await nightly.look()
    assert await database.read(payments.proof, 1) is not None
    clock.advance(days=1, minutes=11)
    await nightly.look()
    await nightly.look()
    assert await database.read(payments.proof, 1) is None


async def test_what_is_old_is_found_by_readers_and_transactions_only_delete(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(Transaction, "all", None)
    monkeypatch.setattr(Transaction, "one", None)
    run = Transaction.run

    def note(tx: Transaction, sql: str, parameters: Mapping[str, Any]) -> int:
        written.append(sql.split(maxsplit=1)[0])
        return run(tx, sql, parameters)

    monkeypatch.setattr(Transaction, "run", note)
    assert await purge(database, clock() - timedelta(days=180)) == Purged()
    assert written == []
    clock.advance(days=181)
    assert (await purge(database, clock() - timedelta(days=180))).photos == 30
    assert set(written) == {"UPDATE", "DELETE"}


def test_a_transaction_gets_few_photos_and_large_ones_alone() -> None:
    sizes = [3, 4, 4, 20, 1, 1]
    photos = [Photo(number, size) for number, size in enumerate(sizes)]
    assert [[one.size for one in piece] for piece in in_pieces(photos, 8)] == [
        [3, 4], [4], [20], [1, 1]
    ]  # fmt: skip


async def test_keys_sessions_and_attempts_have_an_end(
    database: Database, clock: FixedClock
) -> None:
    def leave(tx: Transaction) -> None:
        for number in range(2 * ROWS_AT_ONCE + 1):
            key = IdempotencyKey(f"{number}-{tx.now}", "f")
            idempotency.remember(tx, key, 1)
            sessions.start(tx, f"{number}-{tx.now}", "ana", timedelta(hours=16))
            allowance = Allowance(5, 5, 5, timedelta(minutes=15))
            attempts.record(tx, attempt(f"u{number}", "10.0.0.1", None, allowance))

    def count(view: Snapshot) -> list[int]:
        tables = ("idempotency_keys", "sessions", "sign_in_attempts")
        return [view.all(f"SELECT COUNT(*) FROM {table}")[0][0] for table in tables]

    await database.write(leave)
    assert await database.read(count) == [401, 401, 1604]
    await sweep(database, clock() + timedelta(days=6))
    assert await database.read(count) == [401, 401, 1604]
    await sweep(database, clock() + timedelta(days=8))
    assert await database.read(count) == [401, 0, 0]
    clock.advance(days=89)
    await database.write(leave)
    await sweep(database, clock() + timedelta(days=2))
    assert await database.read(count) == [401, 401, 1604]


async def test_a_sign_in_ends_nobodys_session_by_the_clock(
    database: Database, clock: FixedClock
) -> None:
    await database.write(sessions.start, "hash-of-ana", "ana", timedelta(hours=16))
    clock.advance(days=365 * 3)
    await database.write(sessions.start, "hash-of-beto", "beto", timedelta(hours=16))
    clock.advance(days=-365 * 3)
    assert await database.read(sessions.owner, "hash-of-ana") == ANA


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-28T09:59:00+00:00", "2026-11-28T10:00:00+00:00"),
        ("2026-11-28T10:00:00+00:00", "2026-11-29T10:00:00+00:00"),
        ("2026-11-28T23:00:00+00:00", "2026-11-29T10:00:00+00:00"),
    ],
)
def test_the_next_quiet_hour_is_by_the_restaurants_clock(now: str, expected: str) -> None:
    found = next_at(4, datetime.fromisoformat(now), MEXICO)
    assert found == datetime.fromisoformat(expected)


def test_the_command_says_what_would_go_and_lets_it_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "comanda.db"
    asyncio.run(fill(path))

    def run(*arguments: str) -> tuple[int, str]:
        status = main(["purge", *arguments, "--database", str(path)])
        said = capsys.readouterr()
        return status, said.out + said.err

    for _ in range(2):
        status, said = run("--dry-run")
        assert status == 0
        assert said.startswith("Se borrarían 2 fotos (0.2 MB) de pagos anteriores al ")
    assert run()[1].startswith("Borradas: 2 fotos (0.2 MB)")
    (tmp_path / "comanda.db-clock").write_text('{"believed": 0, "doubted": null, "changes": 0}')
    status, said = run()
    assert (status, "No se borró nada: el reloj" in said) == (1, True)
    (tmp_path / "comanda.db-clock").unlink()
    assert run()[1].startswith("Borradas: 0 fotos (0.0 MB)")
    forever = tmp_path / "forever.toml"
    forever.write_text("[proofs]\nkeep_days = 0\n", encoding="utf-8")
    status, said = run("--config", str(forever))
    assert status == 1
    assert "guarda las fotos para siempre" in said


async def fill(path: Path) -> None:
    """Two decided payments of long ago."""
    long_ago = FixedClock()
    long_ago.now = datetime(2020, 1, 1, tzinfo=UTC)
    async with open_database(path, clock=long_ago, readers=1) as opened:
        await opened.write(hire)
        for number in range(2):
            await opened.write(charge, number)
