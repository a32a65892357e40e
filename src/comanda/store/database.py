"""Connections and transactions: one writer, a few readers, and a wake-up after each commit.

A unit of work is a plain function that runs whole on its connection's thread. So units never
interleave, a caller that is cancelled never leaves one half done, and a unit costs one hop between
threads however many statements it has.

Units that wait while the disk is busy share the next commit, and so its one `fsync`: each is all or
nothing by a savepoint of its own, has a timestamp of its own, and is answered after the commit.

What was committed is copied from the write-ahead log to the file meanwhile, on a connection of
its own: SQLite would do it as a part of a commit, and somebody's order would wait for it.
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

log = logging.getLogger(__name__)

LONG_SECONDS = 0.01
COMMITS_A_CHECKPOINT = 16
PIECE = 32  # rows between two breaths
BREATH_SECONDS = 0.0002
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
        """The rows one by one, so that a reader may stop early."""
        yield from self._connection.execute(sql, parameters)

    def in_pieces(self, items: Iterable[T]) -> Iterator[T]:
        """`items`, with a breath now and then in which other threads go on.

        Python lets one thread run at a time, and a long answer would hold up everybody's.
        Raises Abandoned where nobody waits for the answer any more.
        """
        for number, item in enumerate(items, 1):
            yield item
            if number % PIECE == 0:
                time.sleep(BREATH_SECONDS)
                if self._abandoned is not None and self._abandoned.is_set():
                    raise Abandoned


class Abandoned(Exception):
    """The caller of a read was cancelled before it ended."""


class Transaction(Snapshot):
    """All or nothing. `now` is the one timestamp of everything in it."""

    def __init__(self, connection: sqlite3.Connection, now: datetime) -> None:
        super().__init__(connection, now)
        self.has_news = False

    def in_pieces(self, items: Iterable[T]) -> Iterator[T]:
        """`items` as they are, without a pause: others wait for this transaction to end."""
        return iter(items)

    def run(self, sql: str, parameters: Mapping[str, Any]) -> int:
        """Execute a change; returns how many rows it touched."""
        return self._connection.execute(sql, parameters).rowcount

    def run_each(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute a change once for each of many rows."""
        self._connection.executemany(sql, rows)

    def insert(self, sql: str, parameters: Mapping[str, Any]) -> int:
        """Execute an INSERT; returns the new row's id."""
        row_id = self._connection.execute(sql, parameters).lastrowid
        if row_id is None:
            raise ValueError("not an INSERT of one row")
        return row_id


Condition = Callable[[Transaction], None]
_condition: ContextVar[Condition | None] = ContextVar("condition", default=None)


@contextmanager
def only_while(condition: Condition) -> Iterator[None]:
    """Whatever the block writes begins with `condition`, in the same transaction.

    `condition` raises where the change must not be made any more. It holds for every `write` of
    the block, so that no verb can forget it, and for the tasks that the block starts.
    """
    token = _condition.set(condition)
    try:
        yield
    finally:
        _condition.reset(token)


@dataclass(slots=True, eq=False)
class _Unit:
    """A unit of work that waits for the writer; then what it returned, or why it came to nothing.

    `asked` is when, in seconds of the monotonic clock.
    """

    call: Callable[[Transaction], Any]
    asked: float
    result: Any = None
    error: BaseException | None = None
    has_news: bool = False

    def run(self, connection: sqlite3.Connection, now: datetime) -> None:
        """Do it as part of a transaction. Raises only where SQLite undid the whole transaction."""
        tx, self.error, self.has_news = Transaction(connection, now), None, False
        connection.execute("SAVEPOINT unit")
        try:
            self.result = self.call(tx)
        except BaseException as error:
            if not connection.in_transaction:
                raise
            connection.execute("ROLLBACK TO unit")
            self.error = error
        else:
            self.has_news = tx.has_news
        connection.execute("RELEASE unit")


class Database:
    """The open database. `write` and `read` take functions of a transaction or a snapshot.

    `on_commit` is told, on the writer's thread, how many seconds a transaction took.

    Both verbs raise StorageFull and StorageUnavailable where the disk, or another program, refuses.
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
        self.on_news: Callable[[], None] = _ignore
        self.on_commit: Callable[[float], None] | None = None
        self._commits = 0
        self._log_is_long = asyncio.Event()
        self._version: int | None = None
        self._loop = asyncio.get_running_loop()
        self._writer = writer
        self._copier = copier
        self._waiting: deque[_Unit] = deque()
        self._busy_timeout = self._patience = busy_timeout
        self._long_readers: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()
        self._long_readers.put_nowait(long_reader)
        self._readers: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()
        for reader in readers:
            self._readers.put_nowait(reader)

    async def write(
        self, work: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work` whole or not at all, and wake the feed if it appended events.

        The wake-up is sent from the writer's thread right after COMMIT, so neither a verb nor a
        cancelled caller can forget it, and it can't come before what it announces. Within
        `only_while`, its condition is looked at first.
        """
        condition = _condition.get()

        def call(tx: Transaction) -> T:
            if condition is not None:
                condition(tx)
            return work(tx, *args, **kwargs)

        unit = _Unit(call, time.monotonic())
        self._waiting.append(unit)
        with refusals():
            await self._writer.run(self._commit_waiting)
            if unit.error is not None:
                raise unit.error
        result: T = unit.result
        return result

    async def read(
        self, work: Callable[Concatenate[Snapshot, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work` on one consistent snapshot."""
        return await self._read(self._readers, lambda view: work(view, *args, **kwargs))

    async def read_long(
        self, work: Callable[Concatenate[Snapshot, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same for what may take seconds: one after the other, beside all other reading."""
        return await self._read(self._long_readers, lambda view: work(view, *args, **kwargs))

    async def _read(self, readers: "asyncio.LifoQueue[Worker]", call: Callable[[Snapshot], T]) -> T:
        """A reader is free again only once its thread is: its caller may be long gone."""

        def take_back(look: "asyncio.Future[T]") -> None:
            readers.put_nowait(reader)
            if not look.cancelled():
                look.exception()  # whoever waited for it has it, or nobody does

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
        """Interrupt repeatedly: the next statement may not have begun yet."""
        if not look.done():
            reader.stop_reading()
            self._loop.call_later(STOP_SECONDS, self._stop_reading, reader, look)

    async def keep_log_short(self) -> None:
        """Copy the write-ahead log to the file whenever it has grown, until cancelled."""
        while True:
            await self._log_is_long.wait()
            self._log_is_long.clear()
            try:
                await self._copier.run(checkpoint)
            except sqlite3.Error:
                log.warning("The write-ahead log stays as long as it is", exc_info=True)

    async def changed_elsewhere(self) -> bool:
        """Whether another program has committed anything since this was last asked."""
        with refusals():
            before, self._version = self._version, await self._writer.run(data_version)
        return before not in (None, self._version)

    def size(self) -> int:
        """The bytes of the file and of its write-ahead log."""
        ahead = self.path.with_name(self.path.name + "-wal")
        return self.path.stat().st_size + (ahead.stat().st_size if ahead.exists() else 0)

    async def reclaim(self, pages: int) -> bool:
        """Give up to `pages` unused pages of the file back; whether there are more.

        In WAL mode the file itself shrinks at the next checkpoint.
        """
        with refusals():
            has_more = await self._writer.run(partial(reclaim, pages=pages))
        if not has_more:
            self._log_is_long.set()
        return has_more

    def _commit_waiting(self, connection: sqlite3.Connection) -> None:
        """Commit all that waits; nothing does where an earlier commit took it along."""
        units = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if units:
            self._commit(connection, units)

    def _commit(self, connection: sqlite3.Connection, units: Sequence[_Unit]) -> None:
        """One transaction for all of `units`; where it fails, one for each of them.

        One that grows long is committed, and the rest of them wait: large photos don't pile up.
        """
        patience = units[0].asked + self._busy_timeout - time.monotonic()
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
        except BaseException as error:  # noqa: BLE001 - it is each waiting caller's
            self._commit_one_by_one(connection, units, error)
        else:
            self._note_length(worked)
            if self.on_commit is not None:
                self.on_commit(committed - begun)
            if any(unit.has_news for unit in units):
                self._loop.call_soon_threadsafe(self.on_news)

    def _note_length(self, seconds: float) -> None:
        """Units that worked for `seconds`, disk and locks aside, have made the log longer."""
        self._commits += 1
        if self._commits >= COMMITS_A_CHECKPOINT or seconds > LONG_SECONDS:
            self._commits = 0
            self._loop.call_soon_threadsafe(self._log_is_long.set)

    def _commit_one_by_one(
        self, connection: sqlite3.Connection, units: Sequence[_Unit], error: BaseException
    ) -> None:
        """So that nobody is refused for what only another one's work met, a full disk say."""
        if len(units) == 1:
            units[0].error = error
            return
        for unit in units:
            self._commit(connection, [unit])

    def _wait_no_longer(self, connection: sqlite3.Connection, seconds: float) -> None:
        """Wait for another program's lock for `seconds` at most, in tenths.

        The time in the queue counts: behind a lock that stays, everybody is told after one
        timeout, not each after those of all before.
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


def _ignore() -> None:
    """Nobody listens for news yet."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def to_millis(moment: datetime) -> int:
    """UTC milliseconds since 1970, as stored."""
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
    """Open `path`, creating or migrating it; `busy_timeout` in seconds.

    Raises DatabaseError where the file is missing its folder, is no database, is newer, or is not
    the one that its log belongs to; and in place of any error of SQLite's that the block lets out.
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
