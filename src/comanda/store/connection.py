"""Connections to the database's file: their pragmas, their threads, the schema's version."""

import asyncio
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import aiosqlite

from comanda.store.lineage import advance, begin_anew
from comanda.store.refusals import told
from comanda.store.schema import FUNCTIONS, MIGRATIONS, VERSION

log = logging.getLogger(__name__)

T = TypeVar("T")
# The write-ahead log: from LOG_PAGES on, a commit itself copies the pages to the database's file.
# The log's file is cut to LOG_BYTES when the log begins anew: a commit that makes the file longer
# takes a fifth more time than a commit that writes over it.
LOG_PAGES = 8_000
LOG_BYTES = 32 * 1024 * 1024
ROLLBACKS = 100


class DatabaseError(Exception):
    """The file can't be used as Comanda's database; the message gives people the reason."""


class Worker(aiosqlite.Connection):
    """An aiosqlite connection that runs whole functions on its thread."""

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self.submit(work)

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Begin `work` on the thread; return the future of its result.

        A future costs the event loop less than a task that waits for `run`.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((future, partial(work, self._conn)))
        return future

    def start(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Begin `work`, which tells of its end and its errors by itself, on the thread."""
        self._tx.put_nowait((None, partial(work, self._conn)))

    def stop_reading(self) -> None:
        """End the statement that runs on the thread now, with an error."""
        self._conn.interrupt()

    def join(self) -> None:
        """Wait for the thread of a connection that could not be opened.

        aiosqlite does not wait: the thread would report to an event loop that may be closed.
        """
        self._thread.join()


@contextmanager
def begin(connection: sqlite3.Connection, statement: str) -> Iterator[None]:
    """Run the block in a transaction that `statement` starts; roll back if the block raises."""
    connection.execute(statement)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: sqlite3.Connection) -> None:
    """Roll the transaction back if it is still open.

    Another thread may interrupt the ROLLBACK as well, so it is repeated. With the transaction left
    open, no other could begin on this connection.
    """
    for _ in range(ROLLBACKS):
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise


def real_file(path: Path) -> Path:
    """Return the file that `path` is or links to. Raises DatabaseError if it is not a file."""
    try:
        real = path.resolve()
    except (OSError, RuntimeError) as error:
        raise DatabaseError(f"No se puede seguir el enlace {path}: {told(error)}") from error
    if real.is_dir():
        raise DatabaseError(f"{path} es una carpeta; aquí va el archivo de la base de datos")
    if real.exists() and not real.is_file():
        raise DatabaseError(f"{path} no es un archivo, y la base de datos tiene que serlo")
    return real


def create_private(path: Path) -> None:
    """Create the file, which holds payment proofs, with mode 0600. The WAL gets the same mode."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


async def open_worker(stack: AsyncExitStack, path: Path, busy_timeout: float) -> Worker:
    """Open a worker with a connection of its own; `stack` closes the worker."""
    worker = Worker(partial(connect, path, busy_timeout), iter_chunk_size=64)
    try:
        await stack.enter_async_context(worker)
    except sqlite3.Error:
        worker.join()
        raise
    return worker


def connect(path: Path, busy_timeout: float = 5.0) -> sqlite3.Connection:
    """Open a connection with the pragmas that all connections of Comanda have."""
    connection = sqlite3.connect(
        path, timeout=busy_timeout, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    except UnicodeDecodeError as error:  # SQLite's message quotes the malformed bytes
        connection.close()
        raise _malformed() from error
    return connection


def _malformed() -> sqlite3.DatabaseError:
    """Return the error that SQLite raises for a schema which it can't read."""
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    error.sqlite_errorname = "SQLITE_CORRUPT"
    return error


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
    # An open reader keeps the log from beginning anew between the two marks.
    with closing(connect(path)) as reader, begin(reader, "BEGIN"):
        reader.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        migrate(connection, path)
        with begin(connection, "BEGIN IMMEDIATE"):
            begin_anew(connection)
    start_log_anew(connection)
    with begin(connection, "BEGIN IMMEDIATE"):
        advance(connection)  # from the start there is a log, which tells another file apart
    # A unit's savepoint keeps what it may have to undo; the disk would only make it slower. A
    # migration is over by now: to sort a large table in memory would take too much.
    connection.execute("PRAGMA temp_store = MEMORY")


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the database to this version, in one transaction. Raises DatabaseError."""
    with begin(connection, "BEGIN IMMEDIATE"):
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        require_known_version(version, path)
        has_tables = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
        if version < 0 or (version == 0 and has_tables):
            raise DatabaseError(f"{path} es una base de datos de otro programa")
        register_functions(connection)
        for number in range(version, VERSION):
            for statement in MIGRATIONS[number]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        advance(connection)


def require_known_version(version: int, path: Path) -> None:
    """Raise DatabaseError for a database of a newer Comanda."""
    if version > VERSION:
        raise DatabaseError(
            f"La base de datos {path} es de una versión más nueva de Comanda "
            f"({version}; esta conoce hasta la {VERSION}). Actualiza Comanda."
        )


def register_functions(connection: sqlite3.Connection) -> None:
    """Register FUNCTIONS for the connection's SQL; each returns NULL for NULL."""
    for name, function in FUNCTIONS.items():
        connection.create_function(name, 1, _or_null(function), deterministic=True)


def _or_null(function: Callable[[str], str]) -> Callable[[str | None], str | None]:
    return lambda text: None if text is None else function(text)


def start_log_anew(connection: sqlite3.Connection) -> None:
    """Empty the log, so that it begins with a mark that no earlier copy has.

    While another program reads, or if the disk is full, the log stays as it is.
    """
    patience: int = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.OperationalError:
        log.warning("The write-ahead log can't begin anew", exc_info=True)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")


def checkpoint(connection: sqlite3.Connection) -> None:
    """Copy pages from the write-ahead log to the file, as far as nobody has to wait for that."""
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def data_version(connection: sqlite3.Connection) -> int:
    """Return a number that changes when another connection commits, not when this one does."""
    version: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return version


def reclaim(connection: sqlite3.Connection, pages: int) -> bool:
    # `executescript` runs to the end; `execute` stops after the first page (Python 3.11).
    connection.executescript(f"PRAGMA incremental_vacuum({pages})")
    free_pages: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
    vacuums: int = connection.execute("PRAGMA auto_vacuum").fetchone()[0]
    return bool(vacuums and free_pages)


def only_read(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only = ON")
