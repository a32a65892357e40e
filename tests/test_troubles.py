"""What fails is said in Spanish, with the file's name."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from comanda.store.backup import check
from comanda.store.connection import DatabaseError
from comanda.store.database import open_database
from comanda.store.refusals import told


def test_a_file_that_is_not_there_is_told_from_a_folder_that_is_not(tmp_path: Path) -> None:
    for path, words in (
        (tmp_path / "c.db", f"{tmp_path}/c.db: no existe"),
        (tmp_path / "disco" / "c.db", f"{tmp_path}/disco/c.db: no existe su carpeta"),
        (tmp_path, f"{tmp_path}: es una carpeta"),
    ):
        with pytest.raises(OSError) as failed:
            path.open("rb")
        assert told(failed.value) == words


def test_what_has_no_words_keeps_its_own() -> None:
    assert told(OSError("odd")) == "odd"
    assert told(OSError(98, "Address already in use")) == "[Errno 98] Address already in use"
    assert told(ValueError("va de 1 a 4")) == "va de 1 a 4"
    assert told(sqlite3.OperationalError("no such table: x")) == "no such table: x"


async def test_a_database_that_was_cut_off_names_the_way_back(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    async with open_database(path):
        pass
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(DatabaseError, match=r"está dañada.*comanda restore"):
        async with open_database(path):
            pass
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    path.write_text("hola " * 999)
    with pytest.raises(DatabaseError, match="no es una base de datos"):
        check(path)
