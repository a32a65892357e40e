"""SQLite's errors, turned into errors and sentences that people understand."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from comanda.domain import system_errors
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

_WAY_BACK = "Para volver a una copia: comanda restore COPIA"
_TROUBLES = {
    sqlite3.SQLITE_NOTADB: f"no es una base de datos. {_WAY_BACK}",
    sqlite3.SQLITE_CORRUPT: f"está dañada. {_WAY_BACK}",
    sqlite3.SQLITE_FULL: "el disco está lleno",
    sqlite3.SQLITE_READONLY: "falta el permiso de escribir",
    sqlite3.SQLITE_CANTOPEN: "no se puede abrir",
    sqlite3.SQLITE_IOERR: "el disco falla",
    sqlite3.SQLITE_BUSY: "otro programa la tiene ocupada",
    sqlite3.SQLITE_LOCKED: "otro programa la tiene ocupada",
}


@contextmanager
def refusals() -> Iterator[None]:
    """Turn errors caused by the disk or another program into StorageFull and StorageUnavailable.

    All other errors pass unchanged.
    """
    try:
        yield
    except sqlite3.Error as error:
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if primary == sqlite3.SQLITE_FULL:
            raise StorageFull from error
        if primary in _SENTENCES:
            raise StorageUnavailable(_SENTENCES[primary]) from error
        raise


def told(error: Exception) -> str:
    """Return `error`, SQLite's or the system's, as a sentence without full stop."""
    if isinstance(error, sqlite3.Error):
        return _TROUBLES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, str(error))
    return system_errors.told(error)
