"""The lock on an open database: programs share the lock; a restore must hold it alone.

The lock is on a separate file beside the database, since a restore replaces the database's file.
The kernel releases the lock when its process ends, also after a crash.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from comanda.store.connection import DatabaseError
from comanda.store.lineage import mismatch

# The first program has the lock alone while it checks the files; the others wait that long.
PATIENCE_SECONDS = 2.0


class InUse(Exception):
    """Another program holds the lock."""


@contextmanager
def sharing(path: Path) -> Iterator[None]:
    """Share the database at `path` with other programs while the block runs.

    The first program checks that the file and its log belong together, before SQLite opens them.
    Raises InUse during a restore, and DatabaseError if file and log don't belong together.
    """
    if not _lock_name(path).exists():  # leave no lock file beside a database that is refused
        _require_own_log(path)
    with _lock_file(path) as descriptor:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (_verified(descriptor, path) or _locked(descriptor, fcntl.LOCK_SH)):
            if time.monotonic() > deadline:
                raise InUse
            time.sleep(0.01)
        yield


@contextmanager
def looking(path: Path) -> Iterator[None]:
    """Read the database at `path`, which may be a backup that no program has open.

    Raises the errors of `sharing`. Without a log there is nothing to check, and no lock file is
    made.
    """
    has_log = any(path.with_name(path.name + end).exists() for end in ("-wal", "-journal"))
    with sharing(path) if has_log else nullcontext():
        yield


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep all other programs out while the block runs. Raises InUse if a program has it open."""
    with _lock_file(path) as descriptor:
        if not _locked(descriptor, fcntl.LOCK_EX):
            raise InUse
        yield


def _verified(descriptor: int, path: Path) -> bool:
    """If this is the first program, check the files and share the lock. Return whether it was."""
    if not _locked(descriptor, fcntl.LOCK_EX):
        return False
    _require_own_log(path)
    return _locked(descriptor, fcntl.LOCK_SH)


def _require_own_log(path: Path) -> None:
    complaint = mismatch(path)
    if complaint is not None:
        raise DatabaseError(complaint)


def _lock_name(path: Path) -> Path:
    return path.with_name(path.name + "-lock")


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _lock_file(path: Path) -> Iterator[int]:
    descriptor = os.open(_lock_name(path), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
