"""The live tail of the event log, which streams follow.

A stream is a cursor into the log. The feed encodes each new event once, and keeps a bounded tail of
events in memory. Each stream reads on from its own cursor: from the tail or, if its cursor is older
than the tail, in pages from SQLite.

The writer hands the events of each commit to the feed, which takes them if they follow directly on
the tail. Otherwise, after a commit of another program or while the log is being read, they are only
a wake-up: the feed then reads the new events from the log.
"""

import asyncio
import json
import logging
import sqlite3
from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter

from comanda.background import Tasks, in_background
from comanda.domain.errors import StorageUnavailable
from comanda.domain.events import AUDIENCE, EventType, LoggedEvent
from comanda.domain.staff import Role
from comanda.domain.wire import encode
from comanda.store import events
from comanda.store.database import Database, Snapshot

log = logging.getLogger(__name__)

PAGE_BYTES = 64 * 1024
RETRY_SECONDS = 1.0
EVENTS_AT_ONCE = 500
LOOK_SECONDS = 1.0
FEED = "feed"
_ID = attrgetter("id")


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as the bytes of the event-stream format (WHATWG HTML, section 9.2.5)."""

    id: int
    audience: frozenset[Role]
    data: bytes
    redacted: bytes
    for_waiters: bytes

    def for_role(self, role: Role) -> bytes:
        """The bytes of the event for `role`; empty if `role` does not hear the event."""
        if role not in self.audience:
            return b""
        if role is Role.WAITER:
            return self.for_waiters
        return self.redacted if role is Role.KITCHEN else self.data


@dataclass(frozen=True, slots=True)
class Page:
    """Bytes to send, and the cursor of a stream that has sent them."""

    data: bytes
    cursor: int


OnPages = Callable[[int, Mapping[Role, Page]], None]


class Feed:
    """The newest part of the log. `head` is the id of the newest event that streams can read.

    `listeners` counts the streams of each role. `on_pages` is called with a cursor and, for each
    role that has listeners, the page of all events after that cursor. `on_pages` handles its own
    failures: the feed does not call it again for the same events. `on_notice` is called for each
    cashiers' notice with the seconds since its transaction began and the number of cashiers who
    listen, and `on_submission` without any. `elsewhere` is set after another program has committed.
    """

    def __init__(self, database: Database, *, tail_events: int, replay_limit: int) -> None:
        self.head = 0
        self.is_behind = False  # the log can't be read now
        self._floor = (
            0  # a lower cursor is from before a restore, and may know events that are gone
        )
        self.listeners: Counter[Role] = Counter()
        self.on_pages: OnPages = _ignore
        self.on_notice: Callable[[float, int], None] | None = None
        self.on_submission: Callable[[], None] | None = None
        self.elsewhere = asyncio.Event()
        self._database = database
        self._tail_events = tail_events
        self._replay_limit = replay_limit
        self._tail: list[Frame] = []
        self._tail_after = 0
        self._stale = asyncio.Event()
        self._reading = asyncio.Lock()
        self._pages_at_once = asyncio.Semaphore(2)

    def wake(self) -> None:
        """Wake `follow`: the log may have new events."""
        self._stale.set()

    def hear(self, news: Sequence[LoggedEvent]) -> None:
        """Take the events of a commit into the tail, and tell the listeners.

        If that fails, `follow` tries again, and its failure is listed.
        """
        if news[0].id != self.head + 1 or self._reading.locked() or len(news) > EVENTS_AT_ONCE:
            self.wake()
            return
        try:
            self._take(news)
        except BaseException:
            self.wake()
            raise

    async def follow(self) -> None:
        """Read new events now and after each wake-up, until cancelled."""
        self._stale.set()
        while True:
            await self._stale.wait()
            self._stale.clear()
            try:
                await self.refresh()
                self.is_behind = False
            except (sqlite3.Error, StorageUnavailable):
                log.exception("The log could not be read; trying again")
                self.is_behind = True
                self._stale.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def watch(self) -> None:
        """Notice commits of other programs, such as a command beside the server, until cancelled.

        This server's own commits wake the feed directly. A check costs 35 µs and waits for no lock.
        """
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if await self._database.changed_elsewhere():
                    self.wake()
                    self.elsewhere.set()
            except (sqlite3.Error, StorageUnavailable):
                log.exception("Nobody knows what other programs commit; trying again")

    async def refresh(self) -> None:
        """Take the log's new events into the tail, and tell the listeners, piece by piece."""
        while await self._take_some():
            pass

    async def _take_some(self) -> bool:
        """Return whether there may be more events. After a failure nothing has moved: try again."""
        async with self._reading:
            new_events = await self._database.read(_some_after, self.head)
            if not new_events:
                return False
            self._take(new_events)
        return len(new_events) == EVENTS_AT_ONCE

    def _take(self, new_events: Sequence[LoggedEvent]) -> None:
        frames = [_frame(event) for event in new_events]
        since, head = self.head, new_events[-1].id
        pages = self._whole_pages(frames, head)
        self._tail.extend(frames)
        self.head = head
        self._trim()
        self.on_pages(since, pages)
        self._tell_notices(new_events)

    def _tell_notices(self, new_events: Iterable[LoggedEvent]) -> None:
        for event in new_events:
            if event.type is EventType.PAYMENT_VERIFICATION_PENDING:
                self._log_notice(event)
                self._time_notice(event)
                if self.on_submission is not None:
                    self.on_submission()

    def _whole_pages(self, frames: Sequence[Frame], head: int) -> dict[Role, Page]:
        """Make a page for each role that listens. A page that is too long is left out."""
        roles = [role for role, count in self.listeners.items() if count > 0]
        pages = {role: _page_of_frames(frames, role, head) for role in roles}
        return {role: page for role, page in pages.items() if page.cursor == head}

    async def start_at_head(self) -> None:
        """Begin with an empty tail after the newest event; earlier events are in the log."""
        await self._database.changed_elsewhere()
        self.head = self._tail_after = await self._database.read(events.head)
        self._floor = await self._database.read(events.floor)

    async def page(self, cursor: int, role: Role) -> Page:
        """The events after `cursor` for `role`, about 64 KiB at most.

        A cursor that is too far behind, from before a restore, or ahead of the log gets
        `event: resync` and continues at the head.
        """
        if cursor > self.head:
            await self.refresh()
        if not max(self._floor, self.head - self._replay_limit) <= cursor <= self.head:
            return Page(_resync(self.head), self.head)
        if cursor >= self._tail_after:
            return self._page_of_tail(cursor, role)
        async with self._pages_at_once:
            return await self._database.read(_page_of_log, cursor, self.head, role)

    def _page_of_tail(self, cursor: int, role: Role) -> Page:
        first = bisect_right(self._tail, cursor, key=_ID)
        return _page_of_frames(self._tail[first:], role, self.head)

    def _trim(self) -> None:
        """Drop the oldest events once the tail has twice its size, so that trimming stays rare."""
        if len(self._tail) > 2 * self._tail_events:
            surplus = len(self._tail) - self._tail_events
            self._tail_after = self._tail[surplus - 1].id
            del self._tail[:surplus]

    def _log_notice(self, event: LoggedEvent) -> None:
        """Log a proof's commit and notice, also if the phone that sent the proof has gone."""
        data = json.loads(event.data)
        about = (data["order_id"], data["method"], event.actor)
        log.info("✅ [Backend] Orden %s actualizada a por_verificar · %s · %s", *about)
        log.info("📡 [Backend] Evento emitido: %s · orden %s · %s · %s", event.type, *about)
        cashiers = self.listeners[Role.CASHIER] + self.listeners[Role.ADMIN]
        log.info(
            "📡 [Backend] Notificación enviada a cajeros: %d en línea · orden %s · %s · %s",
            cashiers,
            *about,
        )

    def _time_notice(self, event: LoggedEvent) -> None:
        if self.on_notice is not None:
            seconds = (self._database.clock() - event.at).total_seconds()
            self.on_notice(seconds, self.listeners[Role.CASHIER])


def _ignore(since: int, pages: Mapping[Role, Page]) -> None:
    """Do nothing: no stream listens yet."""


@asynccontextmanager
async def open_feed(
    database: Database, *, tail_events: int, replay_limit: int, tasks: Tasks | None = None
) -> AsyncIterator[Feed]:
    """Open a feed that follows `database`'s log until the block ends."""
    feed = Feed(database, tail_events=tail_events, replay_limit=replay_limit)
    await feed.start_at_head()
    database.on_news = feed.hear
    async with (
        in_background(feed.follow, name=FEED, tasks=tasks),
        in_background(feed.watch, name="watch", tasks=tasks),
    ):
        yield feed


def _some_after(view: Snapshot, cursor: int) -> list[LoggedEvent]:
    return list(islice(events.each_after(view, cursor, events.head(view)), EVENTS_AT_ONCE))


def _page_of_log(view: Snapshot, cursor: int, head: int, role: Role) -> Page:
    lines = events.lines_after(view, cursor, head, role)
    return _fill(((line[0], _encode(*line)) for line in lines), head)


def _page_of_frames(frames: Iterable[Frame], role: Role, head: int) -> Page:
    return _fill(((frame.id, frame.for_role(role)) for frame in frames), head)


def _fill(events_as_sent: Iterable[tuple[int, bytes]], head: int) -> Page:
    """Return a page of the first events; its cursor is `head` if all events fit."""
    parts: list[bytes] = []
    size = 0
    for event_id, part in events_as_sent:
        parts.append(part)
        size += len(part)
        if size >= PAGE_BYTES:
            return Page(b"".join(parts), event_id)
    return Page(b"".join(parts), head)


def _frame(event: LoggedEvent) -> Frame:
    data = _encode(event.id, event.type, event.data)
    redacted, for_waiters = (
        data if version is None else _encode(event.id, event.type, version)
        for version in (event.redacted, event.for_waiters)
    )
    return Frame(event.id, AUDIENCE[event.type], data, redacted, for_waiters)


def _resync(head: int) -> bytes:
    return _encode(head, "resync", encode({"last_event_id": str(head)}))


def _encode(event_id: int, name: str, data: str) -> bytes:
    return f"id: {event_id}\nevent: {name}\ndata: {data}\n\n".encode()
