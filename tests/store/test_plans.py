"""No statement of the house reads a table that grows from end to end."""

import ast
import contextlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

import comanda
from comanda.store import deposits, reconciliation, statement_lines, ties
from comanda.store.connection import connect, register_functions
from comanda.store.schema import MIGRATIONS

STORE = Path(comanda.__file__).parent / "store"
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE)\b")
# One row for each member of staff, one for the house, 20 accounts, 500 guesses, and the
# tables. Any other table grows.
SMALL = {"staff", "viewers", "weak_pins", "house", "accounts", "sign_in_failures", "sqlite_master"}
SMALL |= {"bank_phone", "statement_profiles", "sqlite_sequence"}
SMALL |= {"json_each", "failed", "line", "wanted"}  # what a statement is given, not what is stored
SMALL |= {"unexamined", "statement_profiles"}  # a limited number of rows
# What stands in braces, in each of its forms.
BLANKS = {
    "column": ["reference_key", "read_key"],
    "ids": [":id0, :id1"],
    "since": ["", "AND updated_at >= :since"],
    "before": ["", "AND id < :before"],
    "chosen": [reconciliation._ONE, reconciliation._APPROVED],
    "lacking": list(deposits._LACKING.values()),
    "payable": [ties._PAYABLE],
    "fitting": [statement_lines._FITTING],
    "tied": list(deposits._TIED.values()),
    "method": ["", "AND payments.method = :method"],
}
# These read all of a copy, or of a stopped house's database, which is what they are for.
WHOLE = {"backup.py", "values.py", "numbers.py", "restore.py"}
# In a migration each is carried out once.
NO_STATEMENTS = {"schema.py"}


def statements() -> Iterator[tuple[str, str]]:
    """(file, statement) of each text in the store that is SQL, with its blanks filled in."""
    for path in sorted(STORE.glob("*.py")):
        if path.name in NO_STATEMENTS | WHOLE:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and STATEMENT.match(text):
                for sql in filled(text):
                    yield path.name, " ".join(sql.split())


def filled(sql: str) -> Iterator[str]:
    blank = re.search(r"{(\w+)}", sql)
    if blank is None:
        yield sql
        return
    for form in BLANKS[blank[1]]:
        yield from filled(sql.replace(blank[0], form))


STATEMENTS = sorted(set(statements()))


@pytest.fixture(scope="module")
def empty() -> Iterator[sqlite3.Connection]:
    with contextlib.closing(connect(Path(":memory:"))) as connection:
        register_functions(connection)
        for statement in (line for one in MIGRATIONS for line in one):
            connection.execute(statement)
        yield connection


def scans(connection: sqlite3.Connection, sql: str) -> list[str]:
    values = dict.fromkeys(re.findall(r":(\w+)", sql), 1)
    rows = connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)
    read = [re.match(r"SCAN (?!CONSTANT ROW)(\S+)", row["detail"]) for row in rows]
    return [found[1] for found in read if found is not None and found[1] not in SMALL]


@pytest.mark.parametrize(("file", "sql"), STATEMENTS, ids=lambda part: part[:60])
def test_no_statement_scans_a_table_that_grows(
    empty: sqlite3.Connection, file: str, sql: str
) -> None:
    assert scans(empty, sql) == [], file


def test_all_of_the_stores_statements_are_looked_at() -> None:
    files = {file for file, _ in STATEMENTS}
    speaking = {
        path.name
        for path in STORE.glob("*.py")
        if path.name not in NO_STATEMENTS | WHOLE
        and re.search(r"\b(tx|view)\.(all|one|each|run|insert)\(", path.read_text())
    }
    assert speaking <= files
    assert len(STATEMENTS) > 60


def test_a_scan_is_noticed(empty: sqlite3.Connection) -> None:
    assert scans(empty, "SELECT * FROM payments WHERE reason = :reason") == ["payments"]
    assert scans(empty, "SELECT p.id FROM payments AS p") == ["p"]
    assert scans(empty, "SELECT * FROM staff") == []
