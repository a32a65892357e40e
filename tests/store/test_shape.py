"""A database whose schema Comanda did not make: refused and named, before anything in it runs."""

import contextlib
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comanda.store.backup import backup, check
from comanda.store.connection import DatabaseError, connect
from comanda.store.database import Snapshot, open_database
from comanda.store.restore import prepare
from comanda.store.schema import VERSION
from comanda.store.shape import differences
from tests.house import hire
from tests.store.test_migrations import made_by_version

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)


def made_by(path: Path, version: int) -> Path:
    """A database as that version made it, by way of all before it."""
    with made_by_version(path, version) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute(
            "INSERT INTO staff (username, name, role, pin_hash, active, created_at)"
            " VALUES ('ana', 'Ana', 'waiter', 'x', 1, 0)"
        )
    return path


def run(path: Path, script: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def found(path: Path) -> list[str]:
    with contextlib.closing(connect(path)) as connection:
        return sorted(differences(Snapshot(connection, NOW)))


async def restored(copy: Path, target: Path) -> None:
    with prepare(copy, target) as ready:
        ready.carry_out(NOW)


@pytest.fixture
async def copy(tmp_path: Path) -> Path:
    async with open_database(tmp_path / "casa.db") as database:
        await database.write(hire)
    backup(tmp_path / "casa.db", tmp_path / "copia.db")
    return tmp_path / "copia.db"


@pytest.mark.parametrize("version", range(1, VERSION + 1))
async def test_each_version_is_as_it_was_made(tmp_path: Path, version: int) -> None:
    old = made_by(tmp_path / "vieja.db", version)
    assert found(old) == []
    await restored(old, tmp_path / "casa.db")
    assert check(tmp_path / "casa.db") == []


@pytest.mark.parametrize("version", range(1, VERSION + 1))
async def test_a_house_that_was_upgraded_is_as_a_new_one(tmp_path: Path, version: int) -> None:
    path = made_by(tmp_path / "casa.db", version)
    async with open_database(path):
        pass
    assert check(path) == []
    backup(path, tmp_path / "copia.db")
    await restored(tmp_path / "copia.db", tmp_path / "otra.db")


async def test_figures_for_the_planner_and_litestreams_tables_do_no_harm(copy: Path) -> None:
    run(
        copy,
        "ANALYZE; CREATE TABLE IF NOT EXISTS _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER);"
        "CREATE TABLE IF NOT EXISTS _litestream_lock (id INTEGER);",
    )
    assert check(copy) == []
    await restored(copy, copy.with_name("nueva.db"))


async def test_how_a_statement_is_written_does_not_matter(copy: Path) -> None:
    """As another version of SQLite, or another editor, would have put it."""
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql NOTNULL"
        ).fetchall()
        connection.execute("PRAGMA writable_schema = ON")
        for name, sql in rows:
            if name.startswith("sqlite_"):
                continue
            other = (
                re.sub(r"\n\s*", "\n\t", sql).replace("TEXT", "text").replace("CREATE ", "create\n")
            )
            other = other.replace(f'"{name}"', name).replace("NOT ", "not /* 'sic */ -- '\n")
            other = re.sub(r"REFERENCES\s(\w+)", r'REFERENCES "\1"', other)
            statement = "UPDATE sqlite_master SET sql = ? WHERE name = ?"
            connection.execute(statement, (other, name))
        connection.commit()
    assert found(copy) == []
    assert check(copy) == []


GUARD = "CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events BEGIN {}; END"
# What was done to a copy, and what is said of it.
HARMS = {
    "a trigger": (
        "CREATE TRIGGER espia AFTER INSERT ON sessions BEGIN UPDATE staff SET role = 'admin'; END",
        ["sobra el disparador «espia», que Comanda no hizo"],
    ),
    "a view": (
        "CREATE VIEW ventas AS SELECT * FROM orders",
        ["sobra la vista «ventas», que Comanda no hizo"],
    ),
    "a view in a table's place": (
        (
            "PRAGMA foreign_keys = OFF; DROP TABLE viewers;"
            "CREATE VIEW viewers AS WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i FROM n)"
            " SELECT i AS username, i AS payment_id, i AS since FROM n"
        ),
        [
            "falta el índice «sqlite_autoindex_viewers_1»",
            "falta el índice «viewers_by_payment»",
            "falta el índice «viewers_by_time»",
            "falta la tabla «viewers»",
            "sobra la vista «viewers», que Comanda no hizo",
        ],
    ),
    "no guard": (
        "DROP TRIGGER events_are_never_deleted",
        ["falta el disparador «events_are_never_deleted»"],
    ),
    "a guard that guards nothing": (
        "DROP TRIGGER events_are_never_deleted;" + GUARD.format("SELECT 1"),
        ["está cambiado el disparador «events_are_never_deleted»"],
    ),
    "a guard of another table": (
        (
            "DROP TRIGGER events_are_never_deleted;"
            "CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON viewers"
            " BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END"
        ),
        ["está cambiado el disparador «events_are_never_deleted»"],
    ),
    "a guard that speaks otherwise": (
        "DROP TRIGGER events_are_never_deleted;"
        + GUARD.format("SELECT RAISE(IGNORE) /* RAISE(ABORT, 'the event log is append-only') */"),
        ["está cambiado el disparador «events_are_never_deleted»"],
    ),
    "a table": (
        "CREATE TABLE notas (x)",
        ["sobra la tabla «notas», que Comanda no hizo"],
    ),
    "a virtual table": (
        "CREATE VIRTUAL TABLE busca USING fts5(x)",
        [
            f"sobra la tabla «{name}», que Comanda no hizo"
            for name in (
                "busca",
                "busca_config",
                "busca_content",
                "busca_data",
                "busca_docsize",
                "busca_idx",
            )
        ],
    ),
    "a column": (
        "ALTER TABLE staff ADD COLUMN nota TEXT",
        ["está cambiada la tabla «staff»"],
    ),
    "a column that is computed": (
        "ALTER TABLE payments ADD COLUMN mas INTEGER AS (tip * 2)",
        ["está cambiada la tabla «payments»"],
    ),
    "no index": ("DROP INDEX orders_by_status", ["falta el índice «orders_by_status»"]),
    "another index": (
        "DROP INDEX orders_by_status; CREATE INDEX orders_by_status ON orders (id, status)",
        ["está cambiado el índice «orders_by_status»"],
    ),
    "an index more": (
        "CREATE UNIQUE INDEX una ON orders (table_number)",
        ["sobra el índice «una», que Comanda no hizo"],
    ),
    "a table under the planner's name": (
        (
            "PRAGMA writable_schema = ON;"
            "INSERT INTO sqlite_master VALUES ('view', 'sqlite_stat1', 'sqlite_stat1', 0,"
            " 'CREATE VIEW sqlite_stat1 AS SELECT 1')"
        ),
        ["sobra la vista «sqlite_stat1», que Comanda no hizo"],
    ),
    "another table under Litestream's name": (
        "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER CHECK (seq < 9))",
        ["sobra la tabla «_litestream_seq», que Comanda no hizo"],
    ),
    "a quoted word where the same one was meant": (
        (
            "PRAGMA writable_schema = ON;"
            "UPDATE sqlite_master SET sql = replace(sql, 'IS NULL)', 'IS \"NULL\")')"
            " WHERE name = 'events'"
        ),
        ["está cambiada la tabla «events»"],
    ),
    "a statement that is bytes": (
        (
            "PRAGMA writable_schema = ON;"
            "UPDATE sqlite_master SET sql = CAST(replace(sql, 'note', 'n') AS BLOB)"
            " WHERE name = 'order_items'"
        ),
        ["está cambiada la tabla «order_items»"],
    ),
    "a name that writes to the terminal": (
        'CREATE TABLE "a\x1b[2Jb" (x)',
        ["sobra la tabla «'a\\x1b[2Jb'», que Comanda no hizo"],
    ),
}


@pytest.mark.parametrize("harm", HARMS)
async def test_what_comanda_did_not_make_is_refused_by_name(copy: Path, harm: str) -> None:
    script, said = HARMS[harm]
    target = copy.with_name("casa.db")
    before = target.read_bytes()
    run(copy, script)
    assert found(copy) == sorted(said)
    named = [line for line in check(copy) if line.startswith("En la base ")]
    assert sorted(named) == sorted(f"En la base {line}" for line in said)
    with pytest.raises(DatabaseError, match="no es como Comanda la hizo") as told:
        await restored(copy, target)
    assert any(line in str(told.value) for line in said)
    assert target.read_bytes() == before
    assert not copy.with_name("casa.db.restoring").exists()


async def test_a_statement_that_is_no_text_is_refused_in_words(copy: Path) -> None:
    run(
        copy,
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_master SET sql = CAST(sql || x'ff' AS TEXT) WHERE name = 'order_items'",
    )
    target = copy.with_name("nueva.db")
    with pytest.raises(DatabaseError, match="está dañada"):
        check(copy)
    with pytest.raises(DatabaseError, match="está dañada"):
        await restored(copy, target)
    with pytest.raises(DatabaseError, match="está dañada"):
        async with open_database(copy):
            pass
    assert not target.exists()


@pytest.mark.parametrize("version", range(1, VERSION + 1))
async def test_no_trigger_runs_before_it_is_refused(tmp_path: Path, version: int) -> None:
    """A trigger that would break every statement that changes anything, and a migration with it."""
    old = made_by(tmp_path / "vieja.db", version)
    for table in ("staff", "events", "products", "payments", "sessions"):
        for verb in ("INSERT", "UPDATE", "DELETE"):
            run(
                old,
                f"CREATE TRIGGER x_{table}_{verb} BEFORE {verb} ON {table}"
                " BEGIN SELECT RAISE(ABORT, 'it ran'); END",
            )
    with pytest.raises(DatabaseError, match="sobra el disparador «x_") as told:
        await restored(old, tmp_path / "casa.db")
    assert "y 10 cosas más" in str(told.value)
    assert "it ran" not in str(told.value)
    assert not (tmp_path / "casa.db").exists()


async def test_a_version_that_lies_is_no_way_round(copy: Path) -> None:
    for version in (1, VERSION - 1):
        run(copy, f"PRAGMA user_version = {version}")
        with pytest.raises(DatabaseError, match="no es como Comanda la hizo"):
            await restored(copy, copy.with_name("nueva.db"))
    run(copy, "PRAGMA user_version = -1")
    with pytest.raises(DatabaseError, match="no es una copia de Comanda"):
        await restored(copy, copy.with_name("nueva.db"))
    with pytest.raises(DatabaseError, match="de otro programa"):
        async with open_database(copy):
            pass
