"""Putting a backup in the place of a database, so that a crash at any moment loses neither."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from comanda.store.backup import PARTIAL, backup, check, remove_unfinished, sync_folder
from comanda.store.connection import (
    DatabaseError,
    connect,
    migrate,
    real_file,
    require_known_version,
)
from comanda.store.database import Snapshot, optional_from_millis, utc_now
from comanda.store.in_use import InUse, alone
from comanda.store.lineage import RESTORING, family, mismatch
from comanda.store.numbers import Numbers, given, go_on, is_what_became_of, require_numbers_left
from comanda.store.refusals import told
from comanda.store.shape import differences, is_another_programs
from comanda.store.values import misfits

_VERSION = "PRAGMA user_version"
_ORDERS = "SELECT COUNT(*) AS count, MIN(created_at) AS first, MAX(created_at) AS last FROM orders"
_PAYMENTS = "SELECT COUNT(*) AS count FROM payments"
_NAMED = 5  # of what is wrong with a copy, so many are said by name
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


@dataclass(slots=True)
class Restore:
    """A sound copy of the backup, beside the database that it is to replace.

    `numbers` is what it gives next, once it has been carried out.
    """

    contents: Contents
    copy: Path
    target: Path
    numbers: Numbers | None = None

    def carry_out(self, now: datetime) -> Path | None:
        """Replace the database; returns where the one before is kept, None where there was none.

        What a database that is gone has left beside it is kept, too. No id that the database before
        ever gave is given again, and nobody is signed in.

        Raises DatabaseError, and nothing has changed, where another program has it open.
        """
        try:
            if self.target.exists() and mismatch(self.target) is None:
                _fold_log(self.target)
            self.numbers = _number(self.copy, self.target, self.contents.last_event_at, now)
            _sync_file(self.copy)
            name = f"{self.target.name}.replaced-{now:%Y%m%dT%H%M%SZ}"
            kept = _free_name(self.target.with_name(name))
            if any(map(os.path.lexists, family(self.target)[1:])):
                return _replace_family(self.copy, self.target, kept)
            return _replace_file(self.copy, self.target, kept)
        except (OSError, sqlite3.Error) as error:
            raise DatabaseError(
                f"No se pudo poner la copia en {self.target}: {told(error)}"
            ) from error


@contextmanager
def prepare(source: Path, target: Path) -> Iterator[Restore]:
    """Copy `source` beside `target`, check it, and bring it to this version of Comanda.

    Nobody else can open `target` for as long as the block runs. Raises DatabaseError for a backup
    that is damaged, newer or not Comanda's, and for a target that somebody has open.
    """
    target = real_file(target)
    copy = target.with_name(target.name + RESTORING)
    try:
        _require_another_file(source, target, copy)
        with alone(target):
            try:
                remove_unfinished(copy)  # an earlier restore may have died
                yield Restore(_copied(source, copy), copy, target)
            finally:
                remove_unfinished(copy)
    except InUse as error:
        raise DatabaseError(f"{target} está en uso. Detén Comanda y prueba otra vez") from error
    except OSError as error:
        raise DatabaseError(f"No se puede restaurar {target}: {told(error)}") from error


def _require_another_file(source: Path, target: Path, copy: Path) -> None:
    """A restore must not delete, or replace, what it restores from. Raises DatabaseError."""
    if _is_same(source, target):
        raise DatabaseError(f"{source} es la base de datos misma; dale antes otro nombre")
    if _is_same(source, copy) or _is_same(source, copy.with_name(copy.name + PARTIAL)):
        raise DatabaseError(
            f"{source} es de una restauración que quedó a medias; usa la copia de la que salió"
        )


def _is_same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _copied(source: Path, copy: Path) -> Contents:
    """A copy of the whole of `source`, migrated and sound."""
    if not source.is_file():
        raise DatabaseError(f"No existe la copia {source}")
    try:
        size = backup(source, copy, inspect=lambda found: _require_own(found, source))
        with closing(connect(copy)) as connection:
            contents = _contents(connection, size)
            require_numbers_left(connection, source)
            migrate(connection, source)
        complaints = check(copy)
    except sqlite3.Error as error:
        raise DatabaseError(
            f"No se pudo leer y preparar la copia {source}: {told(error)}"
        ) from error
    if complaints:
        raise DatabaseError(f"La copia {source} está dañada: {complaints[0]}")
    return contents


def _require_own(connection: sqlite3.Connection, source: Path) -> None:
    """Nothing in a copy may act, or stand for something else, before it is known to be Comanda's,
    and nothing in it is read before it is known to be what Comanda writes.

    Raises DatabaseError.
    """
    version: int = connection.execute(_VERSION).fetchone()[0]
    view = Snapshot(connection, utc_now())
    if version < 1 or is_another_programs(view):
        raise DatabaseError(f"{source} no es una copia de Comanda")
    require_known_version(version, source)
    foreign = list(differences(view))
    if foreign:
        raise DatabaseError(
            f"La copia {source} no es como Comanda la hizo: {'; '.join(foreign[:_NAMED])}"
            + (f"; y {len(foreign) - _NAMED} cosas más" if len(foreign) > _NAMED else "")
            + ". No se cambió nada. Usa otra copia"
        )
    wrong = next(misfits(view), None)
    if wrong is not None:
        raise DatabaseError(
            f"La copia {source} está dañada: {wrong}. No se cambió nada. Usa otra copia"
        )


def _contents(connection: sqlite3.Connection, size: int) -> Contents:
    orders = connection.execute(_ORDERS).fetchone()
    event = connection.execute(_LAST_EVENT).fetchone()
    return Contents(
        version=connection.execute(_VERSION).fetchone()[0],
        size=size,
        orders=orders["count"],
        payments=connection.execute(_PAYMENTS).fetchone()["count"],
        first_order_at=optional_from_millis(orders["first"]),
        last_order_at=optional_from_millis(orders["last"]),
        last_event_id=event["id"] if event else 0,
        last_event_at=optional_from_millis(event["at"] if event else None),
    )


def _number(copy: Path, target: Path, last_event_at: datetime | None, now: datetime) -> Numbers:
    """Let the copy go on after what the database in `target` has given, as far as it can tell."""
    with closing(connect(copy)) as connection:
        replaced, known = {}, False
        if target.exists() and mismatch(target) is None:
            with suppress(sqlite3.Error), closing(connect(target)) as before:
                known, replaced = is_what_became_of(connection, before), given(before)
        return go_on(connection, replaced, known=known, last_event_at=last_event_at, now=now)


def _replace_file(copy: Path, target: Path, kept: Path) -> Path | None:
    """Nothing lies beside the database: at any moment `target` is the old one or the new one."""
    has_one = target.exists()
    if has_one:
        try:
            os.link(target, kept)
        except OSError:  # a file system without links
            shutil.copy2(target, kept)
            _sync_file(kept)
        sync_folder(target.parent)
    copy.replace(target)
    sync_folder(target.parent)
    return kept if has_one else None


def _replace_family(copy: Path, target: Path, kept: Path) -> Path:
    """Put the database and all that lies beside it aside, as they are, and only then the copy.

    What lies there is not the database's own, or can't be brought into it. Were it there together
    with the copy for a moment only, a crash in that moment would mix them. The database goes first:
    what is left without it is opened by nobody, and nor is the place once it is empty, for as long
    as the copy waits beside it.
    """
    names: list[Path] = []
    with ExitStack() as back:
        for old, new in zip(family(target), family(kept), strict=True):
            if os.path.lexists(old):
                old.replace(new)
                back.callback(new.replace, old)
                names.append(new)
                sync_folder(target.parent)
        copy.replace(target)
        back.pop_all()
    sync_folder(target.parent)
    return names[0]


def _free_name(wanted: Path) -> Path:
    """`wanted`, or the like of it: nothing has that name, and nothing stands beside it."""
    others = (wanted.with_name(f"{wanted.name}-{number}") for number in count(2))
    return next(
        path for path in chain([wanted], others) if not any(map(os.path.lexists, family(path)))
    )


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


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
