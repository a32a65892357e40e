"""The folder of backups: each file is a whole database, with its time as name."""

import os
import re
import shutil
from collections.abc import Collection
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from comanda.store.backup import backup, check
from comanda.store.clocks import newest_event
from comanda.store.connection import DatabaseError, connect
from comanda.store.database import Snapshot
from comanda.store.disks import remember_disk, require_disk
from comanda.store.lineage import family
from comanda.store.refusals import told
from comanda.store.stopping import Stop

# Must stay free on the disk, so that the restaurant can go on taking orders.
RESERVE_BYTES = 64 * 2**20
_NAME = re.compile(r"comanda-(\d{8}T\d{6}Z)\.db", re.ASCII)
_MOMENT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Copy:
    """A backup; `size` in bytes."""

    name: str
    made_at: datetime
    size: int


def copies(folder: Path) -> list[Copy]:
    """Return the backups in `folder`, newest first; files with other names are ignored."""
    known_copies = (_copy(path) for path in folder.glob("comanda-*.db"))
    return sorted(filter(None, known_copies), key=lambda copy: copy.made_at, reverse=True)


def make(
    source: Path, folder: Path, now: datetime, stop: Stop | None = None
) -> tuple[Copy, list[str]]:
    """Copy `source` into `folder`; return the copy and the faults of its contents.

    Creates `folder` if it is missing, but not its parents. Raises DatabaseError if no whole copy
    can be made; no unfinished file is left then.
    """
    try:
        require_disk(source, folder)
        folder.mkdir(mode=0o700, exist_ok=True)
        clear_unfinished(folder)
        _require_space(source, folder)
    except OSError as error:
        raise DatabaseError(f"No se puede escribir en {folder}: {told(error)}") from error
    path = _free_name(folder, now)
    backup(source, path, stop)
    try:
        complaints = check(path, stop)
    except DatabaseError:
        if stop is not None and stop.is_wished:
            path.unlink(missing_ok=True)  # its check did not end
        raise
    copy = _copy(path)
    if copy is None:
        raise DatabaseError(f"La copia {path} desapareció")
    remember_disk(source, folder)
    return copy, complaints


def clear_unfinished(folder: Path) -> None:
    """Remove the files that a killed copy has left."""
    for unfinished in folder.glob("comanda-*.db.part*"):
        unfinished.unlink(missing_ok=True)


def last_events(path: Path) -> list[datetime]:
    """Return the time of the copy's newest event in a list; an empty list for an empty log."""
    with closing(connect(path)) as connection:
        return newest_event(Snapshot(connection, datetime.now(UTC)))


def remove_all_but(folder: Path, kept_moments: Collection[datetime]) -> list[str]:
    """Delete the backups that are not of `kept_moments`; return the deleted names."""
    removed_names = [copy.name for copy in copies(folder) if copy.made_at not in kept_moments]
    for name in removed_names:
        (folder / name).unlink(missing_ok=True)
    return removed_names


def _free_name(folder: Path, now: datetime) -> Path:
    """Return a path named for this second, or for the next second whose name is free.

    A clock that starts in the same past at each start repeats the same second: the file of that
    name is then another day's copy.
    """
    while True:
        path = folder / f"comanda-{now.astimezone(UTC).strftime(_MOMENT)}.db"
        if not any(map(os.path.lexists, family(path))):
            return path
        now += timedelta(seconds=1)


def _copy(path: Path) -> Copy | None:
    match = _NAME.fullmatch(path.name)
    with suppress(ValueError, FileNotFoundError):
        if match:
            made_at = datetime.strptime(match[1], _MOMENT).replace(tzinfo=UTC)
            return Copy(path.name, made_at, path.stat().st_size)
    return None


def _require_space(source: Path, folder: Path) -> None:
    """Raise DatabaseError if the copy would leave the restaurant too little free space."""
    free, needed = shutil.disk_usage(folder).free, source.stat().st_size + RESERVE_BYTES
    if free < needed:
        raise DatabaseError(
            f"No cabe otra copia en {folder}: quedan {free / 2**20:.0f} MB libres y hacen falta "
            f"{needed / 2**20:.0f} MB"
        )
