"""The feed: cursors into the log, from memory and from SQLite alike."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from comanda import workflow
from comanda.domain.orders import Order, OrderStatus, Place
from comanda.domain.payments import Proof, Verdict
from comanda.domain.staff import Role
from comanda.feed import PAGE_BYTES, Feed, Page, open_feed
from comanda.store.connection import connect
from comanda.store.database import Database, open_database
from comanda.workflow import OrderLine
from tests.house import ANA, COCO, LUIS, FixedClock, eventually, hire

HEARD = {
    Role.WAITER: {"order_updated", "order_ready", "payment_rejected", "payment_approved"},
    Role.KITCHEN: {"order_updated", "order_placed"},
    Role.CASHIER: {"order_updated", "payment_verification_pending"},
    Role.ADMIN: {
        "order_updated",
        "order_placed",
        "order_ready",
        "payment_verification_pending",
        "payment_rejected",
        "payment_approved",
    },
}
EVENT = re.compile(rb"id: (\d+)\nevent: ([a-z_]+)\ndata: (\{[^\n]*\})\n\n")


@pytest.fixture
async def database(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "comanda.db", clock=clock) as opened:
        await opened.write(hire)
        yield opened


class Listener:
    """Somebody who listens, and takes what comes."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.cursor = 0
        self.heard = b""
        self.missed = 0

    def hear(self, since: int, pages: Mapping[Role, Page]) -> None:
        assert self.cursor == since
        page = pages.get(self.role)
        if page is None:
            self.missed += 1
        else:
            self.cursor = page.cursor
            self.heard += page.data


def new_feed(database: Database, *, tail_events: int = 1000, replay_limit: int = 10_000) -> Feed:
    """A feed that nobody follows: it reads only when it is told to."""
    return Feed(database, tail_events=tail_events, replay_limit=replay_limit)


async def place(database: Database, note: str = "sin cebolla ñ", lines: int = 1) -> Order:
    asked = [OrderLine(1, 2, note)] * lines
    return (await database.write(workflow.place_order, ANA, Place(12), asked)).order


async def serve_a_table(database: Database) -> None:
    """An order's whole life, a rejected payment included: fourteen events of all six types."""
    order = await place(database)
    for actor, target in (
        (COCO, OrderStatus.PREPARING),
        (COCO, OrderStatus.READY),
        (ANA, OrderStatus.DELIVERED),
    ):
        await database.write(workflow.advance_order, actor, order.id, target)
    for verdict in (Verdict.REJECTED, Verdict.APPROVED):
        proof = Proof("image/jpeg", b"", "")
        paid = await database.write(workflow.submit_payment, ANA, order.id, "efectivo", proof)
        payment = paid.order.payment
        assert payment is not None
        await database.write(workflow.decide_payment, LUIS, payment.id, verdict, "borrosa")


async def read_on(feed: Feed, role: Role, cursor: int = 0) -> list[bytes]:
    """The pages from `cursor` to the head."""
    pages = []
    while cursor != feed.head:
        page = await feed.page(cursor, role)
        assert page.cursor > cursor, "a page must lead on"
        cursor = page.cursor
        pages.append(page.data)
    return pages


def ids(data: bytes) -> list[int]:
    """The events' ids; fails on a byte that belongs to no event."""
    assert EVENT.sub(b"", data) == b""
    return [int(found) for found, _, _ in EVENT.findall(data)]


@pytest.mark.parametrize("role", Role)
async def test_the_tail_and_the_pages_of_the_log_say_the_same_to_the_byte(
    database: Database, role: Role
) -> None:
    live, partly, behind = (new_feed(database, tail_events=size) for size in (1000, 5, 1000))
    for _ in range(3):
        await serve_a_table(database)
        await live.refresh()
        await partly.refresh()
    await behind.start_at_head()
    assert live.head == partly.head == behind.head == 3 * 14
    assert live._tail_after == 0 < partly._tail_after < behind._tail_after

    for cursor in range(live.head):
        expected = await read_on(live, role, cursor)
        assert await read_on(behind, role, cursor) == expected
        assert b"".join(await read_on(partly, role, cursor)) == b"".join(expected)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("in_memory", [True, False])
async def test_a_role_hears_what_is_for_it_and_nothing_else(
    database: Database, role: Role, *, in_memory: bool
) -> None:
    feed = new_feed(database)
    await serve_a_table(database)
    await (feed.refresh() if in_memory else feed.start_at_head())

    heard = EVENT.findall(b"".join(await read_on(feed, role)))
    assert {kind.decode() for _, kind, _ in heard} == HEARD[role]
    updates = [data for _, kind, data in heard if kind == b"order_updated"]
    assert len(updates) == 8
    unpaid = [b'"payment":null' in data for data in updates]
    assert unpaid == ([True] * 8 if role is Role.KITCHEN else [True] * 4 + [False] * 4)


@pytest.mark.parametrize("in_memory", [True, False])
async def test_a_page_stays_near_64_kib_and_its_cursor_goes_on(
    database: Database, *, in_memory: bool
) -> None:
    feed = new_feed(database)
    for _ in range(8):
        await place(database, note="🌮" * 200, lines=30)
    await (feed.refresh() if in_memory else feed.start_at_head())

    pages = await read_on(feed, Role.ADMIN)
    largest = max(len(match[0]) for match in EVENT.finditer(b"".join(pages)))
    assert 20_000 < largest < PAGE_BYTES
    assert len(pages) > 4
    assert all(PAGE_BYTES <= len(page) < PAGE_BYTES + largest for page in pages[:-1])
    assert ids(b"".join(pages)) == list(range(1, 17))


async def test_events_for_others_move_the_cursor_without_a_byte(database: Database) -> None:
    feed = new_feed(database)
    await place(database)
    await feed.refresh()
    assert await feed.page(1, Role.CASHIER) == await feed.page(2, Role.CASHIER)
    assert (await feed.page(1, Role.CASHIER)).data == b""


def resync(head: int) -> bytes:
    return f'id: {head}\nevent: resync\ndata: {{"last_event_id":"{head}"}}\n\n'.encode()


@pytest.mark.parametrize("in_memory", [True, False])
async def test_a_cursor_too_far_behind_starts_anew_at_the_head(
    database: Database, *, in_memory: bool
) -> None:
    feed = new_feed(database, replay_limit=6)
    for _ in range(5):
        await place(database)
    await (feed.refresh() if in_memory else feed.start_at_head())

    allowed = await feed.page(4, Role.ADMIN)
    assert ids(allowed.data) == [5, 6, 7, 8, 9, 10]
    refused = await feed.page(3, Role.ADMIN)
    assert (refused.data, refused.cursor) == (resync(10), 10)
    assert (await feed.page(refused.cursor, Role.ADMIN)).data == b""


@pytest.mark.parametrize("cursor", [3, 1_000_000, 2**63])
async def test_a_cursor_ahead_of_the_log_starts_anew_at_the_head(
    database: Database, cursor: int
) -> None:
    feed = new_feed(database)
    await place(database)
    page = await feed.page(cursor, Role.CASHIER)
    assert (page.data, page.cursor) == (resync(2), 2)


async def test_a_cursor_ahead_of_the_feed_but_not_of_the_log_just_goes_on(
    database: Database,
) -> None:
    feed = new_feed(database)
    await feed.start_at_head()
    await place(database)
    await place(database)
    assert feed.head == 0

    page = await feed.page(3, Role.KITCHEN)
    assert (ids(page.data), page.cursor) == ([4], 4)


async def test_the_tail_stays_bounded_and_the_older_events_stay_in_reach(
    database: Database,
) -> None:
    feed = new_feed(database, tail_events=10)
    for _ in range(40):
        await place(database)
        await feed.refresh()
        assert len(feed._tail) <= 20
    assert ids(b"".join(await read_on(feed, Role.ADMIN))) == list(range(1, 81))


async def test_one_read_takes_in_however_many_commits_there_were(database: Database) -> None:
    class CountingFeed(Feed):
        refreshes = 0

        async def refresh(self) -> None:
            self.refreshes += 1
            await super().refresh()

    feed = CountingFeed(database, tail_events=1000, replay_limit=1000)
    database.on_news = feed.hear
    listener = Listener(Role.ADMIN)
    follower = asyncio.create_task(feed.follow())
    feed.on_pages = listener.hear
    feed.listeners[Role.ADMIN] += 1
    async with feed._reading:
        await asyncio.gather(*(place(database) for _ in range(50)))
        await asyncio.sleep(0)
    await eventually(lambda: feed.head == 100)
    await eventually(lambda: listener.cursor == 100)
    assert feed.refreshes <= 2
    assert ids(b"".join(await read_on(feed, Role.ADMIN))) == list(range(1, 101))
    follower.cancel()
    await asyncio.gather(follower, return_exceptions=True)


async def test_the_events_of_a_commit_are_heard_before_its_caller_goes_on_and_as_the_log_has_them(
    database: Database,
) -> None:
    feed, listener = new_feed(database), Listener(Role.ADMIN)
    database.on_news, feed.on_pages = feed.hear, listener.hear
    feed.listeners[Role.ADMIN] += 1
    for head in (2, 4):
        await place(database)
        assert (listener.cursor, feed.head) == (head, head), "nobody has read the log"
    assert listener.heard == b"".join(await read_on(new_feed_of(database, 4), Role.ADMIN))


def new_feed_of(database: Database, head: int) -> Feed:
    """A feed with an empty tail, which reads all events up to `head` from the log."""
    feed = new_feed(database)
    feed.head = feed._tail_after = head
    return feed


async def test_events_that_do_not_follow_directly_are_read_from_the_log_in_its_order(
    database: Database,
) -> None:
    feed, listener = new_feed(database), Listener(Role.ADMIN)
    feed.on_pages = listener.hear
    feed.listeners[Role.ADMIN] += 1
    await place(database)  # as another program does: nobody tells the feed
    database.on_news = feed.hear
    await place(database)
    assert (listener.cursor, feed.head) == (0, 0)
    async with asyncio.timeout(5):
        await feed._stale.wait()
    await feed.refresh()
    assert ids(listener.heard) == [1, 2, 3, 4]
    async with feed._reading:
        await place(database)
        assert feed.head == 4, "whoever reads the log now may meet these events, too"
    await feed.refresh()
    assert ids(listener.heard) == [1, 2, 3, 4, 5, 6]


async def test_whoever_listens_is_told_and_whoever_has_left_is_not(database: Database) -> None:
    async with open_feed(database, tail_events=10, replay_limit=10) as feed:
        listener = Listener(Role.CASHIER)
        feed.on_pages = listener.hear
        feed.listeners[Role.CASHIER] += 1
        await place(database)
        await eventually(lambda: listener.cursor == 2)
        assert feed.head == 2
        feed.listeners[Role.CASHIER] -= 1
        assert ids(listener.heard) == [1]
        await place(database)
        await eventually(lambda: listener.missed == 1)


async def test_a_burst_that_is_more_than_a_page_is_left_to_the_listeners_own_reading(
    database: Database,
) -> None:
    feed, listener = new_feed(database), Listener(Role.ADMIN)
    for _ in range(20):
        await place(database, "x" * 200, lines=20)
    feed.on_pages = listener.hear
    feed.listeners[Role.ADMIN] += 1
    await feed.refresh()
    assert (listener.heard, listener.missed) == (b"", 1)
    pages = await read_on(feed, Role.ADMIN)
    assert len(pages) > 1
    assert ids(b"".join(pages)) == list(range(1, 41))


async def test_a_log_that_cannot_be_read_for_a_while_is_read_afterwards(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("comanda.feed.RETRY_SECONDS", 0.02)
    async with open_feed(database, tail_events=10, replay_limit=100) as feed:
        await place(database)
        await eventually(lambda: feed.head == 2)
        with closing(connect(database.path)) as saboteur, caplog.at_level(logging.ERROR):
            saboteur.execute("ALTER TABLE events RENAME TO hidden")
            feed.wake()
            await eventually(lambda: len(caplog.records) >= 3)
            saboteur.execute("ALTER TABLE hidden RENAME TO events")
        assert {record.name for record in caplog.records} == {"comanda.feed"}

        await place(database)
        await eventually(lambda: feed.head == 4)
        assert ids(b"".join(await read_on(feed, Role.ADMIN))) == [1, 2, 3, 4]
