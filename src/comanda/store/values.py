"""Whether a database holds only such values as Comanda writes.

SQLite lets a text stand where a number is meant, and a time be of the year 300,000. A house that
finds one later, in the middle of an evening, fails there.
"""

import sqlite3
from collections.abc import Iterator
from enum import StrEnum

from comanda.domain.events import EventType
from comanda.domain.orders import OrderStatus
from comanda.domain.payments import PaymentStatus
from comanda.domain.staff import Role
from comanda.store.database import Snapshot
from comanda.store.numbers import HAS_RESTORES

_TABLES = """
    SELECT name FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name NOT LIKE '~_%' ESCAPE '~'
    ORDER BY name
"""
_COLUMNS = "SELECT name, LOWER(type) AS type FROM pragma_table_info(:table)"
_FIRST = 'SELECT CASE {} END AS wrong FROM "{}" WHERE wrong IS NOT NULL LIMIT 1'
_LAST_MOMENT = 253_402_300_799_999  # the year 9999 ends
_WORDS: dict[tuple[str, str], type[StrEnum]] = {
    ("events", "type"): EventType,
    ("orders", "status"): OrderStatus,
    ("payments", "status"): PaymentStatus,
    ("staff", "role"): Role,
}
_JSON = {("events", "data"), ("events", "redacted"), ("payments", "warnings")}
_BAD_SEQUENCE = """
    SELECT 1 FROM sqlite_sequence
    WHERE typeof(name) <> 'text' OR typeof(seq) <> 'integer' OR seq < 0 LIMIT 1
"""
_BAD_FLOOR = """
    SELECT 1 FROM restores
    WHERE floor > (SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'events') LIMIT 1
"""


def misfits(view: Snapshot) -> Iterator[str]:
    """A sentence for each table with a value that Comanda would not write.

    The database's schema must be Comanda's, of any version.
    """
    for table in view.all(_TABLES):
        wrong = _wrong_column(view, table["name"])
        if wrong is not None:
            yield f"en la tabla «{table['name']}» hay un valor imposible de «{wrong}»"
    if view.one(_BAD_SEQUENCE) is not None:
        yield "no se entiende hasta qué número llegó una tabla"
    elif view.one(HAS_RESTORES) is not None and view.one(_BAD_FLOOR) is not None:
        yield "en la tabla «restores» hay un valor imposible de «floor»"


def _wrong_column(view: Snapshot, table: str) -> str | None:
    """The first column that a row of the table has such a value in."""
    columns = view.all(_COLUMNS, {"table": table})
    cases = " ".join(
        f"WHEN {_impossible(table, column)} THEN '{column['name']}'" for column in columns
    )
    row = view.one(_FIRST.format(cases, table))
    return None if row is None else str(row["wrong"])


def _impossible(table: str, column: sqlite3.Row) -> str:
    """What SQL says of a value that can't be in the column. NULL is the schema's to allow."""
    name, kind = column["name"], column["type"]
    conditions = [f"typeof(\"{name}\") NOT IN ('{kind}', 'null')"]
    is_time = name.endswith("_at") or name in ("at", "since")
    if is_time and table != "sessions":  # no session comes back with a copy
        conditions.append(f'"{name}" NOT BETWEEN 0 AND {_LAST_MOMENT}')
    if words := _WORDS.get((table, name)):
        listed = ", ".join(f"'{word}'" for word in words)
        conditions.append(f'"{name}" NOT IN ({listed})')
    if (table, name) in _JSON:
        conditions.append(f'"{name}" NOTNULL AND NOT json_valid("{name}")')
    return " OR ".join(conditions)
