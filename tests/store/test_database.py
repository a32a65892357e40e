"""Transactions and connections: what SQLite was told, and what no failure may break."""

import asyncio
import contextlib
import itertools
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from comanda import workflow
from comanda.domain.errors import StorageUnavailable
from comanda.domain.orders import OrderStatus, Place
from comanda.store import events, menu, orders
from comanda.store.connection import DatabaseError, connect
from comanda.store.database import (
    COMMITS_A_CHECKPOINT,
    Database,
    Snapshot,
    Transaction,
    open_database,
)
from comanda.store.orders import OrderFilter
from comanda.store.schema import VERSION
from comanda.workflow import OrderLine
from tests.house import ANA, COCO, SLOW, eventually, hire

LINES = [OrderLine(1, 2, None)]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "c.db") as opened:
        await opened.write(hire)
        yield opened


def pragma(view: Snapshot, name: str) -> int | str:
    row = view.one(f"PRAGMA {name}")
    assert row is not None
    found: int | str = row[0]
    return found


def count_orders(view: Snapshot) -> int:
    return len(orders.find_all(view, OrderFilter(list(OrderStatus))))


async def test_every_connection_is_durable_and_keeps_references_whole(database: Database) -> None:
    for name, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
        assert await database.write(pragma, name) == value
        for answer in await asyncio.gather(*(database.read(pragma, name) for _ in range(8))):
            assert answer == value
    assert await database.write(pragma, "auto_vacuum") == 2
    assert await database.write(pragma, "user_version") == VERSION


def file_size(database: Database) -> int:
    """The bytes of the file itself, without its write-ahead log."""
    return database.path.stat().st_size


async def test_what_was_committed_gets_into_the_file_while_the_database_is_open(
    database: Database,
) -> None:
    before = file_size(database)
    for table in range(1, 2 * COMMITS_A_CHECKPOINT + 1):  # a slow one begins the count anew
        await database.write(workflow.place_order, ANA, Place(table), LINES)
    await eventually(lambda: file_size(database) > before)


async def test_a_log_that_can_not_be_copied_is_told_of_and_copied_the_next_time(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def fail(connection: sqlite3.Connection) -> None:
        loop.call_soon_threadsafe(failed.set)
        raise sqlite3.OperationalError("disk I/O error")

    before = database.path.read_bytes()
    monkeypatch.setattr("comanda.store.database.LONG_SECONDS", 0)
    with monkeypatch.context() as broken:
        broken.setattr("comanda.store.database.checkpoint", fail)
        await database.write(workflow.place_order, ANA, Place(1), LINES)
        await asyncio.wait_for(failed.wait(), 20)
    await database.write(workflow.place_order, ANA, Place(2), LINES)
    await eventually(lambda: database.path.read_bytes() != before)
    assert "The write-ahead log stays as long as it is" in caplog.text


async def test_unused_pages_are_given_back_as_many_at_once_as_asked(database: Database) -> None:
    def fill(tx: Transaction) -> None:
        tx.run("CREATE TABLE heap (data BLOB)", {})
        tx.run("INSERT INTO heap VALUES (:data)", {"data": bytes(4096 * 100)})
        tx.run("DROP TABLE heap", {})

    await database.write(fill)
    before = int(await database.read(pragma, "freelist_count"))
    assert before > 90
    assert await database.reclaim(40)
    assert await database.read(pragma, "freelist_count") == before - 40
    assert not await database.reclaim(100)
    assert await database.read(pragma, "freelist_count") == 0
    # The file gets shorter, though nobody writes any more.
    await eventually(lambda: file_size(database) <= 4096 * 90)


async def test_readers_can_not_write(database: Database) -> None:
    def sneak(view: Snapshot) -> None:
        view.all("DELETE FROM products")

    with pytest.raises(StorageUnavailable) as refused:
        await database.read(sneak)
    assert "readonly" in str(refused.value.__cause__)


async def test_the_file_is_nobody_elses(database: Database) -> None:
    for path in database.path.parent.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path


async def test_a_newer_database_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    with contextlib.closing(connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(DatabaseError, match="más nueva"):
        async with open_database(path):
            pass


async def test_a_newer_database_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    with contextlib.closing(connect(path)) as connection:
        connection.execute("CREATE TABLE tomorrow (id INTEGER)")
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(DatabaseError):
        async with open_database(path):
            pass
    with contextlib.closing(connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == VERSION + 1
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_master")] == [
            "tomorrow"
        ]


@pytest.mark.parametrize("content", [b"hola" * 1000, b"SQLite format 3\0" + bytes(2000)])
async def test_what_is_no_database_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseError, match="No se puede usar"):
        async with open_database(path):
            pass
    with pytest.raises(DatabaseError, match="No se puede usar"):
        async with open_database(tmp_path / "missing" / "c.db"):
            pass
    for thread in threading.enumerate():
        if "_connection_worker" in thread.name:
            thread.join(5)
            assert not thread.is_alive()


async def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    with contextlib.closing(connect(path)) as connection:
        connection.execute("CREATE TABLE contacts (name TEXT)")
    with pytest.raises(DatabaseError, match="de otro programa"):
        async with open_database(path):
            pass
    with contextlib.closing(connect(path)) as connection:
        names = [row["name"] for row in connection.execute("SELECT name FROM sqlite_master")]
        assert names == ["contacts"]


async def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    for _ in range(3):
        async with open_database(tmp_path / "c.db") as database:
            await database.write(workflow_free_of_news)
    async with open_database(tmp_path / "c.db") as database:
        assert len(await database.read(menu.products)) == 1


def workflow_free_of_news(tx: Transaction) -> None:
    menu.put_all(tx, [("Agua", "Bebidas", 3000)], by="rosa")


@pytest.mark.parametrize("sql", ["UPDATE events SET type = 'x'", "DELETE FROM events"])
async def test_the_log_is_append_only(database: Database, sql: str) -> None:
    await database.write(workflow.place_order, ANA, Place(5), LINES)

    def tamper(tx: Transaction) -> None:
        tx.run(sql, {})

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        await database.write(tamper)


async def test_an_exception_undoes_everything_and_wakes_nobody(database: Database) -> None:
    woken: list[int] = []
    database.on_news = lambda _: woken.append(1)

    def fail(tx: Transaction) -> None:
        workflow.place_order(tx, ANA, Place(5), LINES)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(fail)
    await asyncio.sleep(0.05)
    assert (await database.read(count_orders), woken) == (0, [])
    await database.write(workflow.place_order, ANA, Place(5), LINES)
    await asyncio.sleep(0.05)
    assert (await database.read(count_orders), woken) == (1, [1])


async def test_the_wake_up_comes_once_and_after_the_commit_can_be_seen(
    database: Database,
) -> None:
    seen: list[int] = []
    with contextlib.closing(connect(database.path)) as other:

        def look(_: object) -> None:
            seen.append(other.execute("SELECT MAX(id) FROM events").fetchone()[0])

        database.on_news = look
        for expected in (2, 4, 6):
            await database.write(workflow.place_order, ANA, Place(5), LINES)
            async with asyncio.timeout(5):
                while len(seen) < expected / 2:
                    await asyncio.sleep(0.001)
        await database.write(workflow_free_of_news)
        await asyncio.sleep(0.05)
    assert seen == [2, 4, 6]


async def test_a_caller_that_is_cancelled_leaves_a_whole_transaction_and_its_wake_up(
    database: Database,
) -> None:
    woken, entered, go_on = asyncio.Event(), threading.Event(), threading.Event()
    database.on_news = lambda _: woken.set()

    def slow(tx: Transaction) -> None:
        workflow.place_order(tx, ANA, Place(5), LINES)
        entered.set()
        go_on.wait(5)
        workflow.place_order(tx, ANA, Place(6), LINES)

    caller = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(entered.wait, 5)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    async with asyncio.timeout(5):
        await woken.wait()
    assert await database.read(count_orders) == 2
    assert (await database.write(workflow.place_order, ANA, Place(7), LINES)).changed


async def test_transactions_never_interleave(database: Database) -> None:
    order = (await database.write(workflow.place_order, ANA, Place(5), LINES)).order

    def read_and_write(tx: Transaction) -> int:
        before = len(menu.products(tx))
        menu.put_all(tx, [(f"Platillo {before}", "Otros", 100)], by="rosa")
        return before

    counts = await asyncio.gather(*(database.write(read_and_write) for _ in range(50)))
    assert sorted(counts) == list(range(3, 53))
    assert order.id == 1


async def test_another_program_that_writes_is_waited_for(database: Database) -> None:
    with contextlib.closing(connect(database.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(database.write(workflow.place_order, ANA, Place(5), LINES))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        assert await database.read(count_orders) == 0
        other.execute("COMMIT")
        assert (await waiting).changed


async def test_what_another_program_wrote_meanwhile_is_what_a_transaction_starts_from(
    database: Database,
) -> None:
    with contextlib.closing(connect(database.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE products SET price = 1 WHERE id = 1")
        waiting = asyncio.create_task(database.write(workflow.place_order, ANA, Place(5), LINES))
        await asyncio.sleep(0.2)
        other.execute("COMMIT")
    assert (await waiting).order.total == 2


async def test_another_program_that_never_ends_its_write_refuses_ours_and_breaks_nothing(
    tmp_path: Path,
) -> None:
    woken: list[int] = []
    async with open_database(tmp_path / "c.db", busy_timeout=0.05) as database:
        await database.write(hire)
        database.on_news = lambda _: woken.append(1)
        with contextlib.closing(connect(database.path)) as other:
            other.execute("BEGIN IMMEDIATE")
            # Caught in here: on the way out of the block it would become a DatabaseError.
            with pytest.raises(StorageUnavailable, match="ocupada"):
                await database.write(workflow.place_order, ANA, Place(5), LINES)
            other.execute("ROLLBACK")
        assert await database.read(count_orders) == 0
        assert (await database.write(workflow.place_order, ANA, Place(5), LINES)).order.id == 1
        await asyncio.sleep(0.05)
    assert woken == [1]


async def test_two_verbs_in_one_transaction_wake_once(database: Database) -> None:
    woken: list[int] = []
    database.on_news = lambda _: woken.append(1)

    def both(tx: Transaction) -> None:
        workflow.place_order(tx, ANA, Place(5), LINES)
        workflow.place_order(tx, ANA, Place(6), LINES)

    await database.write(both)
    await asyncio.sleep(0.05)
    assert (await database.read(events.head), woken) == (4, [1])


async def test_a_reader_that_was_given_up_serves_the_next_one(tmp_path: Path) -> None:
    looking, go_on = threading.Event(), threading.Event()

    def look_long(view: Snapshot) -> int:
        looking.set()
        go_on.wait(5)
        return count_orders(view)

    async with open_database(tmp_path / "c.db", readers=1) as database:
        await database.write(hire)
        reading = asyncio.create_task(database.read(look_long))
        await asyncio.to_thread(looking.wait, 5)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await database.write(workflow.place_order, ANA, Place(5), LINES)
        go_on.set()
        assert await database.read(count_orders) == 1


async def test_a_reader_sees_one_moment_however_long_it_looks(database: Database) -> None:
    looked, go_on = threading.Event(), threading.Event()

    def look_twice(view: Snapshot) -> tuple[int, int]:
        first = count_orders(view)
        looked.set()
        go_on.wait(5)
        return first, events.head(view) // 2

    reading = asyncio.create_task(database.read(look_twice))
    await asyncio.to_thread(looked.wait, 5)
    await database.write(workflow.place_order, ANA, Place(5), LINES)
    go_on.set()
    assert await reading == (0, 0)


async def test_a_price_of_tomorrow_changes_no_order_of_today(database: Database) -> None:
    order = (await database.write(workflow.place_order, ANA, Place(5), LINES)).order
    await database.write(menu.put_all, [("Tacos al pastor", "Tacos", 1)], by="rosa")
    assert await database.read(orders.require, order.id) == order


async def test_lists_and_histories_are_found_by_index(database: Database) -> None:
    def plans(view: Snapshot) -> list[str]:
        statements = (
            "SELECT * FROM orders WHERE status IN ('listo') ORDER BY id DESC LIMIT 500",
            "SELECT * FROM orders WHERE status IN ('pagado') AND updated_at >= 5",
            "SELECT * FROM payments WHERE order_id IN (1, 2) ORDER BY order_id, attempt",
            "SELECT * FROM order_items WHERE order_id IN (1, 2) ORDER BY order_id, position",
            "SELECT * FROM events WHERE order_id = 1 ORDER BY id",
            "SELECT * FROM events WHERE id > 5 AND id <= 9 ORDER BY id",
        )
        return [
            row["detail"] for sql in statements for row in view.all("EXPLAIN QUERY PLAN " + sql)
        ]

    found = await database.read(plans)
    assert [plan for plan in found if plan.startswith("SCAN")] == []
    assert [plan for plan in found if "TEMP B-TREE" in plan] == []


async def test_closing_leaves_one_file_and_its_empty_lock(tmp_path: Path) -> None:
    async with open_database(tmp_path / "c.db") as database:
        await database.write(hire)
        await database.write(workflow.place_order, ANA, Place(5), LINES)
        await database.write(workflow.advance_order, COCO, 1, OrderStatus.PREPARING)
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert set(sizes) == {"c.db", "c.db-lock"}
    assert sizes["c.db-lock"] == 0


async def test_a_reader_whose_caller_has_gone_is_free_only_once_its_thread_is(
    tmp_path: Path,
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def dawdle(_: Snapshot) -> None:
        begun.set()
        go_on.wait()

    async with open_database(tmp_path / "c.db", readers=2) as database:
        look = asyncio.create_task(database.read(dawdle))
        await asyncio.to_thread(begun.wait)
        look.cancel()
        with pytest.raises(asyncio.CancelledError):
            await look
        try:
            async with asyncio.timeout(SLOW):
                for _ in range(5):
                    await database.read(lambda view: view.one("SELECT 1"))
        finally:
            go_on.set()
        both = asyncio.gather(*(database.read(lambda view: view.now) for _ in range(2)))
        assert len(await both) == 2


@pytest.mark.parametrize("by", ["statement", "pieces"])
async def test_what_nobody_waits_for_any_more_is_given_up(tmp_path: Path, by: str) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT MAX(x) FROM n"
    begun = threading.Event()

    def never_end(view: Snapshot) -> None:
        begun.set()
        if by == "statement":
            view.one(endless)
        for _ in view.in_pieces(itertools.count()):
            pass

    async with open_database(tmp_path / "c.db", readers=1) as database:
        look = asyncio.create_task(database.read(never_end))
        await asyncio.to_thread(begun.wait)
        await asyncio.sleep(0)
        look.cancel()
        async with asyncio.timeout(SLOW):
            await database.read(lambda view: view.one("SELECT 1"))


async def test_a_reader_that_is_stopped_once_more_while_it_gives_up_serves_the_next(
    tmp_path: Path,
) -> None:
    async with open_database(tmp_path / "c.db", readers=1) as database:
        stops = iter([True, True])  # the statement, and the ROLLBACK after it

        def stopped(view: Snapshot) -> None:
            connection = view._connection
            connection.set_progress_handler(lambda: next(stops, False), 1)
            view.one("SELECT COUNT(*) FROM sqlite_master")

        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            await database.read(stopped)
        assert next(stops, None) is None
        assert await database.read(pragma, "user_version") == VERSION


async def test_long_reading_takes_no_reader_from_anybody(tmp_path: Path) -> None:
    go_on = threading.Event()
    async with open_database(tmp_path / "c.db", readers=1) as database:
        looks = [asyncio.create_task(database.read_long(lambda _: go_on.wait())) for _ in range(3)]
        try:
            async with asyncio.timeout(SLOW):
                await database.read(lambda view: view.one("SELECT 1"))
        finally:
            go_on.set()
        assert await asyncio.gather(*looks) == [True] * 3
