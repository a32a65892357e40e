"""After a restore no id comes a second time, whatever became of the database before."""

import contextlib
import shutil
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from comanda import workflow
from comanda.domain.orders import OrderStatus, Place
from comanda.domain.staff import Role
from comanda.feed import open_feed
from comanda.store import events, sessions
from comanda.store.backup import backup, check
from comanda.store.connection import DatabaseError, connect
from comanda.store.database import Database, open_database
from comanda.store.numbers import Numbers, highest_ids
from comanda.store.restore import prepare
from comanda.workflow import OrderLine
from tests.house import ANA, COCO, LUIS, FixedClock, hire

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
ALL = {
    "deposits",
    "events",
    "known_browsers",
    "orders",
    "payments",
    "products",
    "sessions",
    "sign_in_attempts",
}


async def serve_tables(database: Database, count: int) -> None:
    """Orders that are paid, by somebody who signed in for it."""
    for table in range(1, count + 1):
        order = (
            await database.write(workflow.place_order, ANA, Place(table), [OrderLine(1, 2, None)])
        ).order
        for who, status in (
            (COCO, OrderStatus.PREPARING),
            (COCO, OrderStatus.READY),
            (ANA, OrderStatus.DELIVERED),
        ):
            await database.write(workflow.advance_order, who, order.id, status)
        await database.write(workflow.submit_payment, ANA, order.id, "efectivo", None)
        token = f"{order.id:064}"
        await database.write(sessions.start, token, LUIS.username, timedelta(hours=16))


@pytest.fixture
async def path(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Path]:
    """A house that was backed up after three orders and went on for four; the server is off."""
    path = tmp_path / "comanda.db"
    async with open_database(path, clock=clock) as database:
        await database.write(hire)
        await serve_tables(database, 3)
        backup(path, tmp_path / "copia.db")
        await serve_tables(database, 4)
    yield path


def numbers(path: Path) -> dict[str, int]:
    with contextlib.closing(connect(path)) as connection:
        return highest_ids(connection)


def restore(copy: Path, target: Path, now: datetime = NOW) -> Numbers:
    with prepare(copy, target) as ready:
        ready.carry_out(now)
    assert ready.numbers is not None
    assert check(target) == []
    return ready.numbers


async def go_on(path: Path, clock: FixedClock) -> tuple[dict[str, int], dict[str, int]]:
    """The lowest and the highest ids that the next two orders bring."""
    before = numbers(path)
    async with open_database(path, clock=clock) as database:
        await serve_tables(database, 2)
    with contextlib.closing(connect(path)) as connection:
        lowest = {
            name: connection.execute(
                f"SELECT MIN(id) FROM {name} WHERE id > ?", (before[name],)
            ).fetchone()[0]
            for name in ("orders", "payments", "events", "sessions")
        }
    return lowest, numbers(path)


async def test_each_table_goes_on_after_what_was_ever_given(path: Path, clock: FixedClock) -> None:
    before = numbers(path)
    assert set(before) == ALL
    told = restore(path.with_name("copia.db"), path)
    assert (told.next_order, told.jumps) == (8, False)
    lowest, _ = await go_on(path, clock)
    assert lowest == {
        "orders": before["orders"] + 1,
        "payments": before["payments"] + 1,
        "events": before["events"] + 2,
        "sessions": before["sessions"] + 1,
    }


async def test_rows_that_are_gone_gave_their_ids_too(path: Path, clock: FixedClock) -> None:
    async with open_database(path, clock=clock) as database:
        before = await database.write(lambda tx: highest_ids(tx._connection))
        await database.write(sessions.end_all, LUIS.username)
    restore(path.with_name("copia.db"), path)
    lowest, _ = await go_on(path, clock)
    assert lowest["sessions"] == before["sessions"] + 1


async def test_what_a_killed_server_has_in_its_log_was_given(path: Path, clock: FixedClock) -> None:
    async with open_database(path, clock=clock) as database:
        await serve_tables(database, 2)
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", path.with_name(f"muerta.db{end}"))
        before = await database.read(lambda view: highest_ids(view._connection))
    dead = path.with_name("muerta.db")
    assert dead.with_name("muerta.db-wal").stat().st_size
    assert not restore(path.with_name("copia.db"), dead).jumps
    lowest, _ = await go_on(dead, clock)
    assert lowest["orders"] == before["orders"] + 1


async def test_back_and_forth_and_back_again_nothing_repeats(path: Path, clock: FixedClock) -> None:
    copy, seen = path.with_name("copia.db"), numbers(path)
    source = copy
    for hour in range(5):
        with prepare(source, path) as ready:
            kept = ready.carry_out(NOW + timedelta(hours=hour))
        assert ready.numbers is not None and not ready.numbers.jumps
        lowest, highest = await go_on(path, clock)
        assert all(lowest[name] > seen[name] for name in lowest)
        seen = highest
        assert kept is not None
        source = kept if source == copy else copy
    assert check(path) == []


def lose(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def overwrite(path: Path) -> None:
    path.write_text("hola " * 4000)


def mix(path: Path) -> None:
    """A copy put over it by hand, beside the log of the server that was killed."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE staff SET name = 'Ana de antes'")
        connection.commit()
        left = path.with_name("comanda.db-wal").read_bytes()
    path.write_bytes(path.with_name("copia.db").read_bytes())
    path.with_name("comanda.db-wal").write_bytes(left)


def go_back_by_hand(path: Path) -> None:
    """The file is as old as the copy, or older: what came after it is known to nobody."""
    shutil.copy(path.with_name("copia.db"), path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'payments'")
        connection.execute("DELETE FROM payments")
        connection.commit()


def swell(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE sqlite_sequence SET seq = 9223372036854775807")
        connection.commit()


@pytest.mark.parametrize("harm", [lose, cut, empty, overwrite, mix, go_back_by_hand, swell])
async def test_where_nobody_knows_what_was_given_the_ids_take_a_wide_step(
    path: Path, clock: FixedClock, harm: object
) -> None:
    before = numbers(path)
    assert callable(harm)
    harm(path)
    told = restore(path.with_name("copia.db"), path)
    assert told.jumps
    assert told.next_order > before["orders"] + 50_000
    lowest, highest = await go_on(path, clock)
    assert all(lowest[name] > before[name] + 50_000 for name in lowest)
    assert lowest["orders"] == told.next_order
    assert max(highest.values()) < 2**53


async def new_house(path: Path, clock: FixedClock, orders: int) -> None:
    """What a new computer's first start made, before somebody thought of the copy."""
    path.unlink()
    async with open_database(path, clock=clock) as database:
        await database.write(hire)
        await serve_tables(database, orders)


@pytest.mark.parametrize("orders", [0, 1, 5])
async def test_a_new_house_in_the_lost_ones_place_knows_nothing_of_it(
    path: Path, clock: FixedClock, orders: int
) -> None:
    before = numbers(path)
    clock.advance(hours=1)
    await new_house(path, clock, orders)
    assert restore(path.with_name("copia.db"), path).jumps
    lowest, _ = await go_on(path, clock)
    assert all(lowest[name] > before[name] + 50_000 for name in lowest)


async def test_the_same_copy_after_a_second_loss_goes_on_further_still(
    path: Path, clock: FixedClock
) -> None:
    """Each time the house is lost whole; between the two it has served a busy day."""
    copy = path.with_name("copia.db")
    path.unlink()
    first = restore(copy, path, NOW)
    path.unlink()
    second = restore(copy, path, NOW + timedelta(days=1))
    assert second.next_order >= first.next_order + 1_500


async def test_a_clock_that_lies_behind_takes_nothing_from_the_step(path: Path) -> None:
    path.unlink()
    told = restore(path.with_name("copia.db"), path, datetime(1970, 1, 1, tzinfo=UTC))
    assert told.next_order > 100_000


async def test_a_copy_without_numbers_left_is_refused(path: Path) -> None:
    copy = path.with_name("copia.db")
    swell(copy)
    before = path.read_bytes()
    with pytest.raises(DatabaseError, match="no le quedan números"), prepare(copy, path):
        pass
    assert path.read_bytes() == before


async def test_nobody_is_signed_in_after_a_restore_and_nobody_looks_at_anything(
    path: Path, clock: FixedClock
) -> None:
    async with open_database(path, clock=clock) as database:
        token = f"{1:064}"
        assert await database.read(sessions.owner, token) is not None
    restore(path.with_name("copia.db"), path)
    async with open_database(path, clock=clock) as database:
        assert await database.read(sessions.owner, token) is None
        assert await database.read(sessions.devices) == []
        assert await database.read(lambda view: view.all("SELECT * FROM viewers")) == []


async def test_every_cursor_from_before_begins_anew_and_none_from_after(
    path: Path, clock: FixedClock
) -> None:
    before = numbers(path)["events"]
    restore(path.with_name("copia.db"), path)
    async with (
        open_database(path, clock=clock) as database,
        open_feed(database, tail_events=5, replay_limit=10_000) as feed,
    ):
        start = feed.head
        assert start == before + 1 == await database.read(events.head)
        assert (await feed.page(start, Role.WAITER)).data == b""
        for _ in range(3):
            await serve_tables(database, 3)
            await feed.refresh()
            for cursor in (0, 1, before // 2, before - 1, before):
                page = await feed.page(cursor, Role.WAITER)
                assert b"event: resync\n" in page.data, cursor
                assert page.cursor == feed.head
            for cursor in (start, start + 1, feed.head - 1):
                page = await feed.page(cursor, Role.WAITER)
                assert b"event: resync\n" not in page.data
                assert b"order_updated" in page.data or cursor == feed.head - 1
    async with (
        open_database(path, clock=clock) as database,  # a restart forgets nothing
        open_feed(database, tail_events=5, replay_limit=10_000) as feed,
    ):
        assert b"event: resync\n" in (await feed.page(before, Role.WAITER)).data
        assert b"event: resync\n" not in (await feed.page(start, Role.WAITER)).data


async def test_a_log_that_never_was_restored_has_no_floor(path: Path, clock: FixedClock) -> None:
    async with (
        open_database(path, clock=clock) as database,
        open_feed(database, tail_events=5, replay_limit=10_000) as feed,
    ):
        assert b"event: resync\n" not in (await feed.page(0, Role.WAITER)).data
