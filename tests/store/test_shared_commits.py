"""Units of work that share a commit: each all or nothing, in order, and answered after it."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from comanda import workflow
from comanda.domain.errors import StorageFull, ValidationFailed
from comanda.domain.orders import OrderStatus, Place
from comanda.store import events, orders
from comanda.store.connection import connect
from comanda.store.database import Database, Transaction, open_database
from comanda.store.orders import OrderFilter
from comanda.workflow import OrderLine
from tests.house import ANA, hire

LINES = [OrderLine(1, 2, None)]
UNKNOWN = [OrderLine(1, 2, None), OrderLine(99, 1, None)]
START = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine no commit grows long unless a test wants it to."""
    monkeypatch.setattr("comanda.store.database.LONG_SECONDS", 60)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    ticks = count()
    clock: Callable[[], datetime] = lambda: START + timedelta(seconds=next(ticks))  # noqa: E731
    async with open_database(tmp_path / "c.db", clock=clock) as opened:
        await opened.write(hire)
        yield opened


@asynccontextmanager
async def busy(database: Database) -> AsyncIterator[list[str]]:
    """The writer is held up in the block; what SQLite is told meanwhile and after it."""
    held, go_on, told = threading.Event(), threading.Event(), list[str]()

    def hold(tx: Transaction) -> None:
        tx._connection.set_trace_callback(told.append)
        held.set()
        go_on.wait(10)

    holding = asyncio.create_task(database.write(hold))
    await asyncio.to_thread(held.wait, 10)
    try:
        yield told
    finally:
        go_on.set()
        await holding


async def start(*units: "asyncio.Task[object]") -> None:
    """Let each of `units` reach the queue, in this order."""
    for _ in units:
        await asyncio.sleep(0)


def placing(database: Database, table: int, lines: list[OrderLine]) -> "asyncio.Task[object]":
    return asyncio.create_task(database.write(workflow.place_order, ANA, Place(table), lines))


async def tables(database: Database) -> list[int | None]:
    found = await database.read(orders.find_all, OrderFilter(list(OrderStatus)))
    return [order.table_number for order in reversed(found)]


async def test_units_that_wait_share_one_commit_in_the_order_in_which_they_came(
    database: Database,
) -> None:
    woken: list[int] = []
    database.on_news = lambda _: woken.append(1)
    async with busy(database) as told:
        waiting = [placing(database, table, LINES) for table in range(1, 9)]
        await start(*waiting)
        assert await database.read(events.head) == 0, "nobody sees what is not committed"
    await asyncio.gather(*waiting)
    assert told.count("COMMIT") == 2, "the holder's, and one for all eight"
    assert await tables(database) == list(range(1, 9))
    assert woken == [1]
    found = await database.read(orders.find_all, OrderFilter(list(OrderStatus)))
    assert len({order.created_at for order in found}) == 8, "each has a moment of its own"


async def test_a_commit_that_grows_long_leaves_the_others_to_the_next_ones(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comanda.store.database.LONG_SECONDS", 0)
    async with busy(database) as told:
        waiting = [placing(database, table, LINES) for table in range(1, 9)]
        await start(*waiting)
    await asyncio.gather(*waiting)
    assert told.count("COMMIT") == 9, "the holder's, and one for each"
    assert await tables(database) == list(range(1, 9))


async def test_one_that_is_refused_leaves_no_trace_and_takes_nobody_along(
    database: Database,
) -> None:
    async with busy(database) as told:
        waiting = [placing(database, 1, LINES), placing(database, 2, UNKNOWN)]
        waiting.append(placing(database, 3, LINES))
        await start(*waiting)
    first, refused, last = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(refused, ValidationFailed)
    assert isinstance(first, workflow.Outcome)
    assert isinstance(last, workflow.Outcome)
    assert told.count("COMMIT") == 2
    assert await tables(database) == [1, 3]
    assert await database.read(events.head) == 4


async def test_a_commit_that_fails_is_made_again_for_each_alone(database: Database) -> None:
    """The disk takes the small ones, and not the large one that shared their commit."""

    def store_much(tx: Transaction) -> None:
        workflow.place_order(tx, ANA, Place(99), LINES)
        tx.run("UPDATE orders SET waiter = waiter || :much", {"much": "x" * 4_000_000})

    def limit(tx: Transaction) -> None:
        pages = tx.one("PRAGMA page_count")
        assert pages is not None
        tx.all(f"PRAGMA max_page_count = {pages[0] + 20}")

    await database.write(limit)
    async with busy(database):
        waiting = [placing(database, 1, LINES)]
        waiting.append(asyncio.create_task(database.write(store_much)))
        waiting.append(placing(database, 2, LINES))
        await start(*waiting)
    first, refused, last = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(refused, StorageFull)
    assert isinstance(first, workflow.Outcome)
    assert isinstance(last, workflow.Outcome)
    assert await tables(database) == [1, 2]


async def test_what_was_answered_is_on_the_disk(database: Database, tmp_path: Path) -> None:
    async with busy(database):
        waiting = [placing(database, table, LINES) for table in (1, 2, 3)]
        await start(*waiting)
    for task in asyncio.as_completed(waiting):
        outcome = await task
        assert isinstance(outcome, workflow.Outcome)
        with contextlib.closing(connect(tmp_path / "c.db")) as other:
            row: sqlite3.Row = other.execute(
                "SELECT COUNT(*) FROM orders WHERE id = ?", (outcome.order.id,)
            ).fetchone()
            assert row[0] == 1


async def test_one_that_was_given_up_is_still_done_whole(database: Database) -> None:
    async with busy(database):
        waiting = [placing(database, table, LINES) for table in (1, 2)]
        await start(*waiting)
        waiting[0].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert await tables(database) == [1, 2]


async def test_a_closed_database_refuses_every_further_unit(tmp_path: Path) -> None:
    async with open_database(tmp_path / "c.db") as database:
        await database.write(hire)
    for _ in range(2):
        with pytest.raises(ValueError, match="no active connection"):
            await asyncio.wait_for(database.write(workflow.place_order, ANA, Place(1), LINES), 5)


async def test_units_are_answered_though_nobody_counts_their_commit(database: Database) -> None:
    def fail(seconds: float) -> None:
        raise ArithmeticError(seconds)

    database.on_commit = fail
    waiting = [placing(database, table, LINES) for table in range(1, 4)]
    await asyncio.wait_for(asyncio.gather(*waiting), 5)
    assert await tables(database) == [1, 2, 3]


async def test_units_are_answered_behind_one_whose_iteration_ends(database: Database) -> None:
    def stop(tx: Transaction) -> None:
        next(iter(()))

    async with busy(database):
        stopped = asyncio.create_task(database.write(stop))
        waiting = placing(database, 1, LINES)
        await start(stopped, waiting)
    await asyncio.wait_for(waiting, 5)
    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(stopped, 5)
    assert await tables(database) == [1]
