"""What the system and SQLite say when something fails, in the words of whoever reads it."""

import errno
import sqlite3
from pathlib import Path

_SYSTEM = {
    errno.ENOENT: "no existe",
    errno.EEXIST: "ya existe",
    errno.EACCES: "falta el permiso",
    errno.EPERM: "falta el permiso",
    errno.EISDIR: "es una carpeta",
    errno.ENOTDIR: "una parte de la ruta no es una carpeta",
    errno.EROFS: "el disco es de sólo lectura",
    errno.ENOSPC: "el disco está lleno",
    errno.EDQUOT: "el disco está lleno",
    errno.EIO: "el disco falla",
    errno.ELOOP: "sus enlaces dan vueltas",
    errno.ENAMETOOLONG: "el nombre es demasiado largo",
}
_WAY_BACK = "Para volver a una copia: comanda restore COPIA"
_SQLITE = {
    sqlite3.SQLITE_NOTADB: f"no es una base de datos. {_WAY_BACK}",
    sqlite3.SQLITE_CORRUPT: f"está dañada. {_WAY_BACK}",
    sqlite3.SQLITE_FULL: "el disco está lleno",
    sqlite3.SQLITE_READONLY: "falta el permiso de escribir",
    sqlite3.SQLITE_CANTOPEN: "no se puede abrir",
    sqlite3.SQLITE_IOERR: "el disco falla",
    sqlite3.SQLITE_BUSY: "otro programa la tiene ocupada",
    sqlite3.SQLITE_LOCKED: "otro programa la tiene ocupada",
}


def told(error: Exception) -> str:
    """`error` as a sentence without its full stop; what has no words here keeps its own."""
    if isinstance(error, OSError) and error.errno in _SYSTEM:
        words, name = _SYSTEM[error.errno], error.filename
        if name and error.errno == errno.ENOENT and not Path(str(name)).parent.is_dir():
            words = "no existe su carpeta"
        return f"{name}: {words}" if name else words
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, str(error))
    return str(error)
