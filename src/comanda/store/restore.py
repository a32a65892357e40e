"""Putting a backup in the place of a database, so that a crash at any moment loses neither."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from comanda.store.backup import backup, check, sync_folder
from comanda.store.connection import DatabaseError, connect, migrate, real_file
from comanda.store.database import optional_from_millis
from comanda.store.in_use import InUse, alone
from comanda.store.lineage import COMPANIONS, mismatch
from comanda.store.refusals import told

_VERSION = "PRAGMA user_version"
_ORDERS = "SELECT COUNT(*) AS count, MIN(created_at) AS first, MAX(created_at) AS last FROM orders"
_PAYMENTS = "SELECT COUNT(*) AS count FROM payments"
_LAST_EVENT = "SELECT id, at FROM events ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds, for somebody who has to choose."""

    version: int
    size: int
    orders: int
    payments: int
    first_order_at: datetime | None
    last_order_at: datetime | None
    last_event_id: int
    last_event_at: datetime | None


@dataclass(frozen=True, slots=True)
class Restore:
    """A sound copy of the backup, beside the database that it is to replace."""

    contents: Contents
    copy: Path
    target: Path

    def carry_out(self, now: datetime) -> Path | None:
        """Replace the database; returns where the one before is kept, None where there was none.

        What a database that is gone has left beside it is kept, too.

        Raises DatabaseError, and nothing has changed, where another program has it open.
        """
        try:
            name = f"{self.target.name}.replaced-{now:%Y%m%dT%H%M%SZ}"
            kept = _free_name(self.target.with_name(name))
            names = _keep(self.target, kept)
            _put_in_place(self.copy, self.target)
            names += _put_aside(self.target, kept)
        except OSError as error:
            raise DatabaseError(
                f"No se pudo poner la copia en {self.target}: {told(error)}"
            ) from error
        return next(iter(names), None)


@contextmanager
def prepare(source: Path, target: Path) -> Iterator[Restore]:
    """Copy `source` beside `target`, check it, and bring it to this version of Comanda.

    Nobody else can open `target` for as long as the block runs. Raises DatabaseError for a backup
    that is damaged, newer or not Comanda's, and for a target that somebody has open.
    """
    target = real_file(target)
    copy = target.with_name(target.name + ".restoring")
    try:
        if source.exists() and target.exists() and source.samefile(target):
            raise DatabaseError(f"{source} es la base de datos misma; dale antes otro nombre")
        with alone(target):
            try:
                copy.unlink(missing_ok=True)
                yield Restore(_copied(source, copy), copy, target)
            finally:
                for end in ("", *COMPANIONS):
                    copy.with_name(copy.name + end).unlink(missing_ok=True)
    except InUse as error:
        raise DatabaseError(f"{target} está en uso. Detén Comanda y prueba otra vez") from error
    except OSError as error:
        raise DatabaseError(f"No se puede restaurar {target}: {told(error)}") from error


def _copied(source: Path, copy: Path) -> Contents:
    """A copy of the whole of `source`, migrated and sound."""
    if not source.is_file():
        raise DatabaseError(f"No existe la copia {source}")
    try:
        size = backup(source, copy)
        with closing(connect(copy)) as connection:
            contents = _contents(connection, source, size)
            migrate(connection, source)
        complaints = check(copy)
    except sqlite3.Error as error:
        raise DatabaseError(f"{source} no es una copia de Comanda: {told(error)}") from error
    if complaints:
        raise DatabaseError(f"La copia {source} está dañada: {complaints[0]}")
    return contents


def _contents(connection: sqlite3.Connection, source: Path, size: int) -> Contents:
    version = connection.execute(_VERSION).fetchone()[0]
    if version == 0:
        raise DatabaseError(f"{source} no es una copia de Comanda")
    orders = connection.execute(_ORDERS).fetchone()
    event = connection.execute(_LAST_EVENT).fetchone()
    return Contents(
        version=version,
        size=size,
        orders=orders["count"],
        payments=connection.execute(_PAYMENTS).fetchone()["count"],
        first_order_at=optional_from_millis(orders["first"]),
        last_order_at=optional_from_millis(orders["last"]),
        last_event_id=event["id"] if event else 0,
        last_event_at=optional_from_millis(event["at"] if event else None),
    )


def _keep(target: Path, kept: Path) -> list[Path]:
    """Give the database a second name, `kept`, under which it stays whole.

    A log that isn't the database's own is kept as it is, and so is the database.
    """
    if not target.exists():
        return []
    if mismatch(target) is None:
        _fold_log(target)
    try:
        os.link(target, kept)
    except OSError:  # a file system without links
        shutil.copy2(target, kept)
        _sync_file(kept)
    sync_folder(target.parent)
    return [kept]


def _put_aside(target: Path, kept: Path) -> list[Path]:
    """Keep what the database before could not be folded with, before anybody opens the new one.

    Until that is done the new one is not opened: they don't belong together.
    """
    aside: list[Path] = []
    for end in COMPANIONS:
        with suppress(FileNotFoundError):
            companion = target.with_name(target.name + end)
            aside.append(companion.replace(kept.with_name(kept.name + end)))
    sync_folder(target.parent)
    return aside


def _free_name(wanted: Path) -> Path:
    """`wanted`, or the like of it: nothing has that name, and nothing stands beside it."""
    others = (wanted.with_name(f"{wanted.name}-{number}") for number in count(2))
    return next(path for path in chain([wanted], others) if not any(_family(path)))


def _family(path: Path) -> Iterator[bool]:
    return (path.with_name(path.name + end).exists() for end in ("", *COMPANIONS))


def _fold_log(target: Path) -> None:
    """Bring what is in the write-ahead log into the file, so that the file alone is everything.

    A program that is not Comanda may have it open; SQLite's own locks tell. A file that is too
    broken for this is kept as it is.
    """
    try:
        with closing(connect(target, busy_timeout=1.0)) as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise DatabaseError(f"Otro programa tiene abierta {target}. Ciérralo antes") from error


def _put_in_place(copy: Path, target: Path) -> None:
    """Whatever happens, `target` is the old database or the new one, and on the disk."""
    _sync_file(copy)
    copy.replace(target)
    sync_folder(target.parent)


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
