"""On which disk the folder of the backups is, and whether it is still the one that it was on.

A disk that isn't there leaves an empty folder, or none, where it belongs; a copy made into that
would land on the database's own disk, and nobody would know. So the folders that were once on
another disk are remembered, in a file beside the database: a copy that is restored can't undo it.
"""

from pathlib import Path

from comanda.store.connection import DatabaseError
from comanda.store.refusals import told


def shares_disk(database: Path, folder: Path) -> bool | None:
    """Whether `folder`, or what it will be made in, is on the database's disk; None if unknown."""
    try:
        there = folder if folder.exists() else folder.parent
        return there.stat().st_dev == database.parent.stat().st_dev
    except OSError:
        return None


def disk_trouble(database: Path, folder: Path) -> str | None:
    """Why no copy may be made there, as a sentence without its full stop."""
    try:
        if not folder.exists() and not folder.parent.is_dir():
            return (
                f"No existe la carpeta {folder.parent}: revisa que el disco de las copias esté "
                "conectado"
            )
    except OSError as error:
        return f"No se puede leer la carpeta de las copias, {folder}: {told(error)}"
    if str(folder) in _elsewhere(database) and shares_disk(database, folder):
        return (
            f"El disco de las copias no está: {folder} estaba en otro disco y ahora está en el de "
            f"la base de datos. Conéctalo; si ya no lo usas, pon otra carpeta en backup.folder"
        )
    return None


def require_disk(database: Path, folder: Path) -> None:
    """Raises DatabaseError where no copy may be made."""
    trouble = disk_trouble(database, folder)
    if trouble is not None:
        raise DatabaseError(trouble)
    if folder.exists() and not folder.is_dir():
        raise DatabaseError(
            f"{folder} no es una carpeta; quítalo de ahí, o pon otra en backup.folder"
        )


def remember_disk(database: Path, folder: Path) -> None:
    """A copy was made in `folder`: if that is on another disk, it has to stay there."""
    known = _elsewhere(database)
    if shares_disk(database, folder) is False and str(folder) not in known:
        memory = _memory(database)
        lines = "".join(f"{one}\n" for one in (*known, folder))
        memory.write_text(lines, "utf-8", "surrogateescape")
        memory.chmod(0o600)


def _elsewhere(database: Path) -> list[str]:
    try:
        return _memory(database).read_text("utf-8", "surrogateescape").splitlines()
    except OSError:  # whoever damages it is told of the same disk, and of no disk that is missing
        return []


def _memory(database: Path) -> Path:
    return database.with_name(f"{database.name}-backups")
