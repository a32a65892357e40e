"""Connections and transactions: one writer, a few readers, and the news of each commit.

A unit of work is a plain function that runs as a whole on its connection's thread. So units never
interleave, a cancelled caller never leaves a unit half done, and a unit costs one hop between
threads however many statements it has.

Units that wait while the disk is busy share the next commit and its one `fsync`. Each unit has a
savepoint of its own, so that it is stored whole or not at all, and a timestamp of its own. Its
caller gets the answer after the commit.

A connection of its own copies committed pages from the write-ahead log to the file. SQLite would
do this as part of a commit, and somebody's order would wait.
"""

import asyncio
import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from comanda.background import Tasks, in_background
from comanda.domain.errors import StorageUnavailable
from comanda.domain.events import LoggedEvent
from comanda.store.connection import (
    DatabaseError,
    Worker,
    begin,
    checkpoint,
    create_private,
    data_version,
    only_read,
    open_worker,
    prepare,
    real_file,
    reclaim,
)
from comanda.store.in_use import InUse, sharing
from comanda.store.lineage import advance
from comanda.store.refusals import refusals, told

P = ParamSpec("P")
T = TypeVar("T")
Clock = Callable[[], datetime]
OnNews = Callable[[Sequence[LoggedEvent]], None]

log = logging.getLogger(__name__)

LONG_SECONDS = 0.01
COMMITS_A_CHECKPOINT = 16
PIECE = 32  # rows between two pauses
MOST_IDS = 10_000  # of one statement; SQLite takes 32,766 values
PAUSE_SECONDS = 0.0002
STOP_SECONDS = 0.02
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Snapshot:
    """One consistent view of the database, for reading."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        now: datetime,
        abandoned: threading.Event | None = None,
    ) -> None:
        self._connection = connection
        self._abandoned = abandoned
        self.now = now

    def all(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[sqlite3.Row]:
        return self._connection.execute(sql, parameters or {}).fetchall()

    def one(self, sql: str, parameters: Mapping[str, Any] | None = None) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(sql, parameters or {}).fetchone()
        return row

    def each(self, sql: str, parameters: Mapping[str, Any]) -> Iterator[sqlite3.Row]:
        """Yield the rows one by one, so that a reader may stop early."""
        yield from self._connection.execute(sql, parameters)

    def where_in(self, sql: str, ids: Sequence[int]) -> Iterator[sqlite3.Row]:
        """Yield the rows of `sql` for `ids`, which its `{ids}` stands for; nothing for no ids."""
        for start in range(0, len(ids), MOST_IDS):
            values = {f"id{at}": one for at, one in enumerate(ids[start : start + MOST_IDS])}
            yield from self.all(sql.format(ids=", ".join(f":{name}" for name in values)), values)

    def in_pieces(self, items: Iterable[T]) -> Iterator[T]:
        """Yield `items`, and pause after every PIECE of them so that other threads can run.

        Python runs one thread at a time: without pauses a long answer delays all others.
        Raises Abandoned if the caller no longer waits for the answer.
        """
        for number, item in enumerate(items, 1):
            yield item
            if number % PIECE == 0:
                time.sleep(PAUSE_SECONDS)
                if self._abandoned is not None and self._abandoned.is_set():
                    raise Abandoned


class Abandoned(Exception):
    """The caller of a read was cancelled before it ended."""


class Transaction(Snapshot):
    """A view that can also write, whole or not at all. `now` is the timestamp of every change."""

    def __init__(self, connection: sqlite3.Connection, now: datetime) -> None:
        super().__init__(connection, now)
        self.news: list[LoggedEvent] = []

    def in_pieces(self, items: Iterable[T]) -> Iterator[T]:
        """Return `items` without pauses: other units wait for this transaction to end."""
        return iter(items)

    def run(self, sql: str, parameters: Mapping[str, Any]) -> int:
        """Execute a change; return how many rows it touched."""
        return self._connection.execute(sql, parameters).rowcount

    def run_each(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute a change once for each of many rows."""
        self._connection.executemany(sql, rows)

    def insert(self, sql: str, parameters: Mapping[str, Any]) -> int:
        """Execute an INSERT; return the new row's id."""
        row_id = self._connection.execute(sql, parameters).lastrowid
        if row_id is None:
            raise ValueError("not an INSERT of one row")
        return row_id


Condition = Callable[[Transaction], None]
_condition: ContextVar[Condition | None] = ContextVar("condition", default=None)


@contextmanager
def only_while(condition: Condition) -> Iterator[None]:
    """Check `condition` before each `write` of the block, in the same transaction.

    `condition` raises if the change may no longer be made. No verb can forget the check, and it
    applies to the tasks that the block starts as well.
    """
    token = _condition.set(condition)
    try:
        yield
    finally:
        _condition.reset(token)


@dataclass(slots=True, eq=False)
class _Unit:
    """A unit of work for the writer, and later its result or its error, and its events.

    `asked_at` is the time of the caller's request, in seconds of the monotonic clock. `answer` is
    what the caller waits for, on the event loop.
    """

    call: Callable[[Transaction], Any]
    asked_at: float
    answer: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None
    news: Sequence[LoggedEvent] = ()

    def run(self, connection: sqlite3.Connection, now: datetime) -> None:
        """Run the unit in the open transaction. Raises only if SQLite undid all of that."""
        tx, self.error, self.news = Transaction(connection, now), None, ()
        connection.execute("SAVEPOINT unit")
        try:
            self.result = self.call(tx)
        except BaseException as error:
            if not connection.in_transaction:
                raise
            connection.execute("ROLLBACK TO unit")
            self.error = error
        else:
            self.news = tx.news
        connection.execute("RELEASE unit")

    def tell(self) -> None:
        """Give the caller, unless they have gone, the result or the error."""
        if self.answer.done():
            return
        if self.error is None:
            self.answer.set_result(self.result)
        elif isinstance(self.error, StopIteration):  # a future takes none, and units behind wait
            self.answer.set_exception(RuntimeError("a unit of work raised StopIteration"))
        else:
            self.answer.set_exception(self.error)


class Database:
    """The open database. `write` and `read` take functions of a transaction or a snapshot.

    `on_commit` gets the seconds that a transaction took, on the writer's thread.

    Both methods raise StorageFull or StorageUnavailable if the disk or another program is at fault.
    """

    def __init__(
        self,
        writer: Worker,
        readers: list[Worker],
        long_reader: Worker,
        copier: Worker,
        clock: Clock,
        path: Path,
        busy_timeout: float,
    ) -> None:
        self.clock = clock
        self.path = path
        self.on_news: OnNews = _ignore
        self.on_commit: Callable[[float], None] | None = None
        self._commits = 0
        self._log_is_long = asyncio.Event()
        self._version: int | None = None
        self._loop = asyncio.get_running_loop()
        self._writer = writer
        self._copier = copier
        self._waiting: deque[_Unit] = deque()
        self._is_called = False  # the writer will take the units that wait
        self._busy_timeout = self._patience = busy_timeout
        self._long_readers: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()
        self._long_readers.put_nowait(long_reader)
        self._readers: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()
        for reader in readers:
            self._readers.put_nowait(reader)

    async def write(
        self, work: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work` whole or not at all, and tell the feed of the events that it appended.

        The writer's thread sends the events right after COMMIT: neither a verb nor a cancelled
        caller can forget that, and the events are stored before it. The feed hears of them before
        the caller has the result. Within `only_while`, the condition is checked first.
        """
        condition = _condition.get()

        def call(tx: Transaction) -> T:
            if condition is not None:
                condition(tx)
            return work(tx, *args, **kwargs)

        unit = _Unit(call, time.monotonic(), self._loop.create_future())
        self._waiting.append(unit)
        if not self._is_called:
            self._is_called = True  # before the thread can set it back
            try:
                self._writer.start(self._commit_waiting)
            except ValueError:  # the database has been closed
                self._is_called = False
                raise
        with refusals():
            result: T = await unit.answer
        return result

    async def read(
        self, work: Callable[Concatenate[Snapshot, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work` on one consistent snapshot."""
        return await self._read(self._readers, lambda view: work(view, *args, **kwargs))

    async def read_long(
        self, work: Callable[Concatenate[Snapshot, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a `work` that may take seconds: one at a time, without delaying other reads."""
        return await self._read(self._long_readers, lambda view: work(view, *args, **kwargs))

    async def _read(self, readers: "asyncio.LifoQueue[Worker]", call: Callable[[Snapshot], T]) -> T:
        """Run `call` on a free reader, which is free again once its thread is."""

        def take_back(look: "asyncio.Future[T]") -> None:
            readers.put_nowait(reader)
            if not look.cancelled():
                look.exception()  # mark as retrieved: the caller has the error, or is gone

        reader, abandoned = await readers.get(), threading.Event()
        try:
            look = reader.submit(partial(self._look, call, abandoned))
        except ValueError:  # the database has been closed
            readers.put_nowait(reader)
            raise
        look.add_done_callback(take_back)
        try:
            with refusals():
                return await asyncio.shield(look)
        except asyncio.CancelledError:
            abandoned.set()
            self._stop_reading(reader, look)
            raise

    def _stop_reading(self, reader: Worker, look: "asyncio.Future[Any]") -> None:
        """Interrupt again and again until the read ends: a next statement may begin meanwhile."""
        if not look.done():
            reader.stop_reading()
            self._loop.call_later(STOP_SECONDS, self._stop_reading, reader, look)

    async def keep_log_short(self) -> None:
        """Copy the write-ahead log to the file whenever the log has grown, until cancelled."""
        while True:
            await self._log_is_long.wait()
            self._log_is_long.clear()
            try:
                await self._copier.run(checkpoint)
            except sqlite3.Error:
                log.warning("The write-ahead log stays as long as it is", exc_info=True)

    async def changed_elsewhere(self) -> bool:
        """Whether another program has committed a change since the last call."""
        with refusals():
            before, self._version = self._version, await self._writer.run(data_version)
        return before not in (None, self._version)

    def size(self) -> int:
        """Return the bytes of the file and its write-ahead log together."""
        ahead = self.path.with_name(self.path.name + "-wal")
        return self.path.stat().st_size + (ahead.stat().st_size if ahead.exists() else 0)

    async def reclaim(self, pages: int) -> bool:
        """Give up to `pages` unused pages of the file back; return whether there are more.

        In WAL mode the file itself shrinks at the next checkpoint.
        """
        with refusals():
            has_more = await self._writer.run(partial(reclaim, pages=pages))
        if not has_more:
            self._log_is_long.set()
        return has_more

    def _commit_waiting(self, connection: sqlite3.Connection) -> None:
        """Commit every waiting unit. A unit that comes from now on calls again."""
        self._is_called = False
        while units := [self._waiting.popleft() for _ in range(len(self._waiting))]:
            self._commit(connection, units)

    def _commit(self, connection: sqlite3.Connection, units: Sequence[_Unit]) -> None:
        """Commit `units` in one transaction; if that fails, commit each in its own.

        A transaction that takes long is committed early, and the other units wait for the next:
        so large photos don't pile up in one commit.
        """
        patience = units[0].asked_at + self._busy_timeout - time.monotonic()
        try:
            self._wait_no_longer(connection, patience)
            begun = time.monotonic()
            with begin(connection, "BEGIN IMMEDIATE"):
                began_work, changes = time.monotonic(), connection.total_changes
                for number, unit in enumerate(units, 1):
                    unit.run(connection, self._now())
                    if time.monotonic() - begun > LONG_SECONDS:
                        self._waiting.extendleft(reversed(units[number:]))
                        units = units[:number]
                        break
                if connection.total_changes != changes:
                    advance(connection)
                worked = time.monotonic() - began_work
            committed = time.monotonic()
        except BaseException as error:  # noqa: BLE001 - each waiting caller gets the error
            self._commit_one_by_one(connection, units, error)
        else:
            news = [event for unit in units for event in unit.news]
            self._loop.call_soon_threadsafe(self._tell, units, news, self.on_news if news else None)
            self._note_length(worked)
            self._note_commit(committed - begun)

    def _tell(
        self, units: Sequence[_Unit], news: Sequence[LoggedEvent], on_news: OnNews | None
    ) -> None:
        """Tell the feed, and then the callers, of a commit; one hop between threads for all."""
        try:
            if on_news is not None:
                on_news(news)
        finally:
            for unit in units:
                unit.tell()

    def _note_length(self, seconds: float) -> None:
        """Ask for a checkpoint after many commits, or after units that worked for long.

        `seconds`: the work alone, without waiting for the disk and for locks.
        """
        self._commits += 1
        if self._commits >= COMMITS_A_CHECKPOINT or seconds > LONG_SECONDS:
            self._commits = 0
            self._loop.call_soon_threadsafe(self._log_is_long.set)

    def _note_commit(self, seconds: float) -> None:
        """Call `on_commit`; the units that still wait don't depend on its success."""
        try:
            if self.on_commit is not None:
                self.on_commit(seconds)
        except Exception:
            log.exception("A commit was not counted")

    def _commit_one_by_one(
        self, connection: sqlite3.Connection, units: Sequence[_Unit], error: BaseException
    ) -> None:
        """Commit each unit alone, so that the failure of one refuses no other."""
        if len(units) == 1:
            units[0].error = error
            self._loop.call_soon_threadsafe(units[0].tell)
            return
        for unit in units:
            self._commit(connection, [unit])

    def _wait_no_longer(self, connection: sqlite3.Connection, seconds: float) -> None:
        """Set how long SQLite waits for another program's lock: `seconds`, rounded to tenths.

        The time in the queue counts. So all callers behind a lasting lock get their error after one
        timeout; the timeouts don't add up.
        """
        patience = round(max(0.0, seconds), 1)
        if patience != self._patience:
            connection.execute(f"PRAGMA busy_timeout = {int(1000 * patience)}")
            self._patience = patience

    def _look(
        self,
        call: Callable[[Snapshot], T],
        abandoned: threading.Event,
        connection: sqlite3.Connection,
    ) -> T:
        with begin(connection, "BEGIN"):
            return call(Snapshot(connection, self._now(), abandoned))

    def _now(self) -> datetime:
        return from_millis(to_millis(self.clock()))


def _ignore(news: Sequence[LoggedEvent]) -> None:
    """Do nothing: nobody listens for news yet."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def to_millis(moment: datetime) -> int:
    """Return `moment` as stored: milliseconds since 1970 (UTC)."""
    return (moment - _EPOCH) // _MILLISECOND


def from_millis(millis: int) -> datetime:
    return _EPOCH + millis * _MILLISECOND


def optional_from_millis(millis: int | None) -> datetime | None:
    return None if millis is None else from_millis(millis)


@asynccontextmanager
async def open_database(
    path: Path,
    *,
    clock: Clock = utc_now,
    readers: int = 4,
    busy_timeout: float = 5.0,
    tasks: Tasks | None = None,
) -> AsyncIterator[Database]:
    """Open the database at `path`; create or migrate it if needed. `busy_timeout` is in seconds.

    Raises DatabaseError if the folder is missing, if the file is not a database or is a newer
    Comanda's, or if the log beside it belongs to another file. An error of SQLite's that leaves the
    block becomes a DatabaseError, too.
    """
    async with AsyncExitStack() as stack:
        try:
            path = real_file(path)
            stack.enter_context(sharing(path))
            create_private(path)
            writer = await open_worker(stack, path, busy_timeout)
            await writer.run(partial(prepare, path=path))
            pool = [await open_worker(stack, path, busy_timeout) for _ in range(readers)]
            long_reader = await open_worker(stack, path, busy_timeout)
            for reader in (*pool, long_reader):
                await reader.run(only_read)
            copier = await open_worker(stack, path, busy_timeout)
            database = Database(writer, pool, long_reader, copier, clock, path, busy_timeout)
            async with in_background(database.keep_log_short, name="checkpoints", tasks=tasks):
                yield database
        except InUse as error:
            raise DatabaseError(f"Se está restaurando {path}; prueba en un momento") from error
        except (OSError, sqlite3.DatabaseError, StorageUnavailable) as error:
            raise DatabaseError(
                f"No se puede usar la base de datos {path}: {told(error)}"
            ) from error
