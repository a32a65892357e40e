"""A database with Comanda's schema and with values that Comanda never writes."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comanda.store.backup import backup, check
from comanda.store.connection import DatabaseError
from comanda.store.restore import prepare
from tests.house import House

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
NUMBERS = "no se entiende hasta qué número llegó una tabla"
# What was done to a copy, and what is said of it.
HARMS = {
    "UPDATE sqlite_sequence SET seq = NULL WHERE name = 'orders'": NUMBERS,
    "UPDATE sqlite_sequence SET seq = 'muchas' WHERE name = 'orders'": NUMBERS,
    "UPDATE sqlite_sequence SET seq = 9e999 WHERE name = 'events'": NUMBERS,
    "UPDATE sqlite_sequence SET seq = -7 WHERE name = 'events'": NUMBERS,
    "UPDATE orders SET created_at = 'ayer'": "un valor imposible de «created_at»",
    "UPDATE orders SET updated_at = 4e18": "un valor imposible de «updated_at»",
    "UPDATE orders SET created_at = 4000000000000000000": "valor imposible de «created_at»",
    "UPDATE orders SET total = x'00'": "la tabla «orders» hay un valor imposible de «total»",
    "UPDATE products SET price = 'caro'": "la tabla «products» hay un valor imposible de «price»",
    "UPDATE staff SET role = 'rey'": "la tabla «staff» hay un valor imposible de «role»",
    "UPDATE staff SET name = x'ff00'": "la tabla «staff» hay un valor imposible de «name»",
    "UPDATE payments SET warnings = '{'": "un valor imposible de «warnings»",
    "UPDATE payments SET late_warnings = '{'": "un valor imposible de «late_warnings»",
    "UPDATE payments SET reading = '{'": "un valor imposible de «reading»",
    "UPDATE payments SET former_claims = '['": "un valor imposible de «former_claims»",
    "UPDATE payments SET was_read = 'sí'": "un valor imposible de «was_read»",
    "INSERT INTO readings VALUES (1, '{')": "«readings» hay un valor imposible de «data»",
    "UPDATE payments SET examination = 'leído'": "un valor imposible de «examination»",
    "INSERT INTO events (type, data, actor, at) VALUES ('menu_updated', '{}', 'x', 'hoy')": (
        "la tabla «events» hay un valor imposible de «at»"
    ),
    "INSERT INTO events (type, data, actor, at) VALUES ('menu_updated', '{', 'x', 1)": (
        "la tabla «events» hay un valor imposible de «data»"
    ),
    "INSERT INTO events (type, data, actor, at) VALUES ('fiesta', '{}', 'x', 1)": (
        "la tabla «events» hay un valor imposible de «type»"
    ),
    "INSERT INTO house_changes (username, at, removed, added) VALUES ('x', 1, '[', '[]')": (
        "la tabla «house_changes» hay un valor imposible de «removed»"
    ),
    "INSERT INTO restores VALUES (9223372036854775807, 1)": (
        "la tabla «restores» hay un valor imposible de «floor»"
    ),
}


@pytest.fixture
async def copy(house: House, tmp_path: Path) -> Path:
    order = await house.deliver()
    await house.submit(order["id"])
    backup(house.path, tmp_path / "copia.db")
    return tmp_path / "copia.db"


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Path]:
    """A place without a database, in which nothing is left afterwards but the lock."""
    folder = tmp_path / "sala"
    folder.mkdir()
    yield folder / "comanda.db"
    assert {path.name for path in folder.iterdir()} <= {"comanda.db-lock"}


@pytest.mark.parametrize("harm", HARMS)
async def test_what_comanda_never_writes_is_refused_in_words(
    copy: Path, target: Path, harm: str
) -> None:
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.execute(harm)
        connection.commit()
    said = check(copy)
    assert len(said) == 1
    assert HARMS[harm].lower() in said[0].lower()
    with (
        pytest.raises(
            DatabaseError, match=r"está dañada: .* No se cambió nada. Usa otra copia"
        ) as told,
        prepare(copy, target),
    ):
        pass
    assert HARMS[harm] in str(told.value)
