"""What SQLite says when it is the disk, or another program, that is at fault: errors for people."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from comanda.domain.errors import StorageFull, StorageUnavailable

_OCCUPIED = "Otro programa tiene ocupada la base de datos. Inténtalo otra vez"
_UNWRITABLE = "El disco del servidor no deja leer o escribir. Avisa al administrador"
_SENTENCES = {
    sqlite3.SQLITE_BUSY: _OCCUPIED,
    sqlite3.SQLITE_LOCKED: _OCCUPIED,
    sqlite3.SQLITE_PROTOCOL: _OCCUPIED,
    sqlite3.SQLITE_READONLY: _UNWRITABLE,
    sqlite3.SQLITE_IOERR: _UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: _UNWRITABLE,
}


@contextmanager
def refusals() -> Iterator[None]:
    """Raises StorageFull and StorageUnavailable for such errors; any other passes unchanged."""
    try:
        yield
    except sqlite3.Error as error:
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if primary == sqlite3.SQLITE_FULL:
            raise StorageFull from error
        if primary in _SENTENCES:
            raise StorageUnavailable(_SENTENCES[primary]) from error
        raise
