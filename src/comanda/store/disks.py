"""Whether the folder of the backups is on the disk that it should be on.

While a disk is not mounted, its mount point is an empty folder, or missing. A copy made there would
land on the database's own disk, and nobody would notice. So a file beside the database lists the
folders that were once on another disk. Restoring a copy does not change that file.
"""

from pathlib import Path

from comanda.store.connection import DatabaseError
from comanda.store.refusals import told


def shares_disk(database: Path, folder: Path) -> bool | None:
    """Whether `folder` (its parent if missing) is on the database's disk; None if unknown."""
    try:
        existing = folder if folder.exists() else folder.parent
        return existing.stat().st_dev == database.parent.stat().st_dev
    except OSError:
        return None


def disk_trouble(database: Path, folder: Path) -> str | None:
    """Return why no copy may be made in `folder`, as a sentence without full stop, or None."""
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
    """Raise DatabaseError if no copy may be made in `folder`."""
    trouble = disk_trouble(database, folder)
    if trouble is not None:
        raise DatabaseError(trouble)
    if folder.exists() and not folder.is_dir():
        raise DatabaseError(
            f"{folder} no es una carpeta; quítalo de ahí, o pon otra en backup.folder"
        )


def remember_disk(database: Path, folder: Path) -> None:
    """Store that `folder` is on another disk than the database, if it is."""
    folders = _elsewhere(database)
    if shares_disk(database, folder) is False and str(folder) not in folders:
        memory = _memory(database)
        lines = "".join(f"{line}\n" for line in (*folders, folder))
        memory.write_text(lines, "utf-8", "surrogateescape")
        memory.chmod(0o600)


def _elsewhere(database: Path) -> list[str]:
    try:
        return _memory(database).read_text("utf-8", "surrogateescape").splitlines()
    except OSError:  # without the file, the status still says that both are on one disk
        return []


def _memory(database: Path) -> Path:
    return database.with_name(f"{database.name}-backups")
