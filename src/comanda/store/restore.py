"""Replace a database by a backup, so that a crash at any moment loses neither."""

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
from comanda.store.numbers import (
    Numbers,
    go_on,
    highest_ids,
    is_what_became_of,
    require_numbers_left,
)
from comanda.store.refusals import told
from comanda.store.shape import differences, is_another_programs
from comanda.store.values import misfits

_VERSION = "PRAGMA user_version"
_ORDERS = "SELECT COUNT(*) AS count, MIN(created_at) AS first, MAX(created_at) AS last FROM orders"
_PAYMENTS = "SELECT COUNT(*) AS count FROM payments"
_NAMED = 5  # so many differences of a copy are named
_LAST_EVENT = "SELECT id, at FROM events ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Contents:
    """A summary of a database, for the person who chooses a copy."""

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
    """A sound copy of the backup, beside the database that it will replace.

    `carry_out` sets `numbers`, the ids with which the copy continues.
    """

    contents: Contents
    copy: Path
    target: Path
    numbers: Numbers | None = None

    def carry_out(self, now: datetime) -> Path | None:
        """Replace the database; return the path of the old database, or None without one.

        The files that a lost database left beside it are kept, too. No id of the old database is
        given again, and all sessions end.

        Raises DatabaseError and changes nothing if another program has the database open.
        """
        try:
            if self.target.exists() and mismatch(self.target) is None:
                _fold_log(self.target)
            self.numbers = _number(self.copy, self.target, self.contents.last_event_at, now)
            _sync_file(self.copy)
            name = f"{self.target.name}.replaced-{now:%Y%m%dT%H%M%SZ}"
            old_path = _free_name(self.target.with_name(name))
            if any(map(os.path.lexists, family(self.target)[1:])):
                return _replace_family(self.copy, self.target, old_path)
            return _replace_file(self.copy, self.target, old_path)
        except (OSError, sqlite3.Error) as error:
            raise DatabaseError(
                f"No se pudo poner la copia en {self.target}: {told(error)}"
            ) from error


@contextmanager
def prepare(source: Path, target: Path) -> Iterator[Restore]:
    """Copy `source` beside `target`, check it, and bring it to this version of Comanda.

    No other program can open `target` while the block runs. Raises DatabaseError for a backup that
    is damaged, newer or not Comanda's, and for a target that a program has open.
    """
    target = real_file(target)
    copy = target.with_name(target.name + RESTORING)
    try:
        _require_another_file(source, target, copy)
        with alone(target):
            try:
                remove_unfinished(copy)  # an earlier restore may have been killed
                yield Restore(_copy_sound(source, copy), copy, target)
            finally:
                remove_unfinished(copy)
    except InUse as error:
        raise DatabaseError(f"{target} está en uso. Detén Comanda y prueba otra vez") from error
    except OSError as error:
        raise DatabaseError(f"No se puede restaurar {target}: {told(error)}") from error


def _require_another_file(source: Path, target: Path, copy: Path) -> None:
    """Raise DatabaseError if the restore would delete or replace its own source."""
    if _is_same(source, target):
        raise DatabaseError(f"{source} es la base de datos misma; dale antes otro nombre")
    if _is_same(source, copy) or _is_same(source, copy.with_name(copy.name + PARTIAL)):
        raise DatabaseError(
            f"{source} es de una restauración que quedó a medias; usa la copia de la que salió"
        )


def _is_same(path: Path, other: Path) -> bool:
    return path.exists() and other.exists() and path.samefile(other)


def _copy_sound(source: Path, copy: Path) -> Contents:
    """Copy `source` to `copy`, migrate and check the copy; return its contents."""
    if not source.is_file():
        raise DatabaseError(f"No existe la copia {source}")
    try:
        size = backup(source, copy, inspect=lambda connection: _require_own(connection, source))
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
    """Raise DatabaseError for a copy with a schema or values that Comanda does not write.

    Called before anything else uses the copy: a foreign trigger could run with a change, and a
    foreign view could stand in for a table.
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
    misfit = next(misfits(view), None)
    if misfit is not None:
        raise DatabaseError(
            f"La copia {source} está dañada: {misfit}. No se cambió nada. Usa otra copia"
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
    """Let the copy continue after the ids of the database in `target`, if that can be read."""
    with closing(connect(copy)) as connection:
        replaced, known = {}, False
        if target.exists() and mismatch(target) is None:
            with suppress(sqlite3.Error), closing(connect(target)) as before:
                known, replaced = is_what_became_of(connection, before), highest_ids(before)
        return go_on(connection, replaced, known=known, last_event_at=last_event_at, now=now)


def _replace_file(copy: Path, target: Path, old_path: Path) -> Path | None:
    """Replace a database without files beside it: `target` is the old or the new one at any time.

    Returns `old_path`, or None if there was no database.
    """
    has_old = target.exists()
    if has_old:
        try:
            os.link(target, old_path)
        except OSError:  # a file system without links
            shutil.copy2(target, old_path)
            _sync_file(old_path)
        sync_folder(target.parent)
    copy.replace(target)
    sync_folder(target.parent)
    return old_path if has_old else None


def _replace_family(copy: Path, target: Path, old_path: Path) -> Path:
    """Move the database and all files beside it away, and only then put the copy in place.

    The files beside the database belong to another one, or can't be folded into it. If they lay
    beside the copy even for a moment, a crash in that moment would mix them. The database is moved
    first: Comanda refuses to open a log without its database, and an empty place while the copy
    waits beside it.
    """
    names: list[Path] = []
    with ExitStack() as back:
        for old, new in zip(family(target), family(old_path), strict=True):
            if os.path.lexists(old):
                old.replace(new)
                back.callback(new.replace, old)
                names.append(new)
                sync_folder(target.parent)
        copy.replace(target)
        back.pop_all()
    sync_folder(target.parent)
    return names[0]


def _free_name(path: Path) -> Path:
    """Return `path`, or `path` with a number: neither the file nor its companions exist."""
    others = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return next(
        name for name in chain([path], others) if not any(map(os.path.lexists, family(name)))
    )


def _fold_log(target: Path) -> None:
    """Copy the write-ahead log into the file, so that the file alone is complete.

    SQLite's locks show whether a program other than Comanda has the file open: then raise
    DatabaseError. A file that is too damaged for this stays as it is.
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
