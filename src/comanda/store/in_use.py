"""Who has a database open: everybody who works with it shares a lock, a restore has it alone.

The lock is on a file of its own beside the database, since a restore replaces the database itself.
The kernel lets go of it when its holder ends, however it ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class InUse(Exception):
    """Somebody else holds the lock."""


@contextmanager
def sharing(path: Path) -> Iterator[None]:
    """Work with the database at `path`, beside others. Raises InUse during a restore."""
    with _locked(path, fcntl.LOCK_SH):
        yield


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Have the database at `path` to oneself. Raises InUse while anybody works with it."""
    with _locked(path, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[None]:
    name = path.with_name(path.name + "-lock")
    descriptor = os.open(name, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUse from error
        yield
    finally:
        os.close(descriptor)
