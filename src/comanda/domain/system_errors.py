"""Errors of the operating system, in Spanish words for people."""

import errno
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


def told(error: Exception) -> str:
    """`error` as a sentence without its full stop; other errors keep their own words."""
    if isinstance(error, OSError) and error.errno in _SYSTEM:
        words, name = _SYSTEM[error.errno], error.filename
        if name and error.errno == errno.ENOENT and not Path(str(name)).parent.is_dir():
            words = "no existe su carpeta"
        return f"{name}: {words}" if name else words
    return str(error)
