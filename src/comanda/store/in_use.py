"""Who has a database open: everybody who works with it shares a lock, a restore has it alone.

The lock is on a file of its own beside the database, since a restore replaces the database itself.
The kernel lets go of it when its holder ends, however it ends.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from comanda.store.connection import DatabaseError
from comanda.store.lineage import mismatch

# The first who comes has the lock alone for as long as it looks at the files.
PATIENCE_SECONDS = 2.0


class InUse(Exception):
    """Somebody else holds the lock."""


@contextmanager
def sharing(path: Path) -> Iterator[None]:
    """Work with the database at `path`, beside others.

    Whoever is the first makes sure that the file and its log belong together, before SQLite does
    anything with them. Raises InUse during a restore, and DatabaseError where they don't.
    """
    if not _lock_name(path).exists():  # nobody is here, and what is refused gets no lock either
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
    """Read the database at `path`, which may be a copy that nobody works with.

    Raises as `sharing` does. No lock is left beside a file that has no log.
    """
    has_log = any(path.with_name(path.name + end).exists() for end in ("-wal", "-journal"))
    with sharing(path) if has_log else nullcontext():
        yield


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Have the database at `path` to oneself. Raises InUse while anybody works with it."""
    with _lock_file(path) as descriptor:
        if not _locked(descriptor, fcntl.LOCK_EX):
            raise InUse
        yield


def _verified(descriptor: int, path: Path) -> bool:
    """Whether this is the first to come, and now shares the lock."""
    if not _locked(descriptor, fcntl.LOCK_EX):
        return False
    _require_own_log(path)
    return _locked(descriptor, fcntl.LOCK_SH)


def _require_own_log(path: Path) -> None:
    wrong = mismatch(path)
    if wrong is not None:
        raise DatabaseError(wrong)


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
