"""Connections to the database's file: with what pragmas, on which threads, in which version."""

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
# Of the write-ahead log: past so many pages a commit itself takes them to the file, and so much
# stays of its own file once it begins anew.
LOG_PAGES = 8_000
LOG_BYTES = 4 * 1024 * 1024
ROLLBACKS = 100


class DatabaseError(Exception):
    """The file can't be used as Comanda's database; the message says why, for people."""


class Worker(aiosqlite.Connection):
    """An aiosqlite connection that runs whole functions on its thread."""

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self.submit(work)

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Begin `work`; the future is done once the thread is, if nobody cancels it.

        It costs the event loop less than a task that waits for `run`.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((future, partial(work, self._conn)))
        return future

    def stop_reading(self) -> None:
        """End the statement that runs on the thread now, with an error. Changes nothing else."""
        self._conn.interrupt()

    def join(self) -> None:
        """Wait for the thread of a connection that could not be opened.

        aiosqlite doesn't, and the thread reports to a loop that may be closed by then.
        """
        self._thread.join()


@contextmanager
def begin(connection: sqlite3.Connection, statement: str) -> Iterator[None]:
    """A transaction that `statement` starts, whole or not at all."""
    connection.execute(statement)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: sqlite3.Connection) -> None:
    """End the transaction, if there is still one.

    Whoever ends a statement from another thread may do it again just now. Were the transaction
    left, no other could ever begin on this connection.
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
    """The file itself, where `path` is a link to it. Raises DatabaseError for what is no file."""
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
    """Payment proofs are nobody else's business: the file and its WAL get mode 0600."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


async def open_worker(stack: AsyncExitStack, path: Path, busy_timeout: float) -> Worker:
    """A worker with a connection of its own, that `stack` closes."""
    worker = Worker(partial(connect, path, busy_timeout), iter_chunk_size=64)
    try:
        await stack.enter_async_context(worker)
    except sqlite3.Error:
        worker.join()
        raise
    return worker


def connect(path: Path, busy_timeout: float = 5.0) -> sqlite3.Connection:
    """A plain connection with the pragmas that all of Comanda's connections have."""
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
    except UnicodeDecodeError as error:  # SQLite names what is malformed, in the very bytes
        connection.close()
        raise _malformed() from error
    return connection


def _malformed() -> sqlite3.DatabaseError:
    """The error that SQLite gives for a schema which it can't read."""
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
    # While somebody reads, the log can't begin between the two marks.
    with closing(connect(path)) as reader, begin(reader, "BEGIN"):
        reader.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        migrate(connection, path)
        with begin(connection, "BEGIN IMMEDIATE"):
            begin_anew(connection)
    start_log_anew(connection)
    with begin(connection, "BEGIN IMMEDIATE"):
        advance(connection)  # so that there is a log to tell another file by, from the first moment


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
    """Raises DatabaseError for a database of a newer Comanda."""
    if version > VERSION:
        raise DatabaseError(
            f"La base de datos {path} es de una versión más nueva de Comanda "
            f"({version}; esta conoce hasta la {VERSION}). Actualiza Comanda."
        )


def register_functions(connection: sqlite3.Connection) -> None:
    """Make FUNCTIONS known to the connection's SQL; NULL gives NULL."""
    for name, function in FUNCTIONS.items():
        connection.create_function(name, 1, _or_null(function), deterministic=True)


def _or_null(function: Callable[[str], str]) -> Callable[[str | None], str | None]:
    return lambda text: None if text is None else function(text)


def start_log_anew(connection: sqlite3.Connection) -> None:
    """Let the log begin with a mark that no copy from before this start has.

    Where another program reads just now, or the disk is full, it goes on as it is.
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
    """Copy what is in the write-ahead log to the file, as far as nobody has to wait for it."""
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def data_version(connection: sqlite3.Connection) -> int:
    """A number that changes when another connection commits; this one's own commits leave it."""
    version: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return version


def reclaim(connection: sqlite3.Connection, pages: int) -> bool:
    # A script is run to its end; `execute` would stop after the first page (Python 3.11).
    connection.executescript(f"PRAGMA incremental_vacuum({pages})")
    left: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
    vacuums: int = connection.execute("PRAGMA auto_vacuum").fetchone()[0]
    return bool(vacuums and left)


def only_read(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only = ON")
