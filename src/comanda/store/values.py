"""The check that a database holds only values that Comanda writes.

SQLite accepts a text in a column for numbers, and a time in the year 300,000. The server would fail
later, when it reads the value in the middle of an evening.
"""

import sqlite3
from collections.abc import Iterator
from enum import StrEnum

from comanda.domain.deposits import Checked, DepositSource, TieRule
from comanda.domain.events import EventType
from comanda.domain.examinations import Examination
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
_LAST_MOMENT = 253_402_300_799_999  # the end of the year 9999
_WORDS: dict[tuple[str, str], type[StrEnum]] = {
    ("deposits", "source"): DepositSource,
    ("deposits", "tie_rule"): TieRule,
    ("events", "type"): EventType,
    ("orders", "status"): OrderStatus,
    ("payments", "checked"): Checked,
    ("payments", "examination"): Examination,
    ("payments", "status"): PaymentStatus,
    ("staff", "role"): Role,
}
_JSON = {
    ("events", "data"),
    ("events", "for_waiters"),
    ("events", "redacted"),
    ("house_changes", "added"),
    ("house_changes", "removed"),
    ("payment_allocations", "items"),
    ("payments", "former_claims"),
    ("payments", "late_warnings"),
    ("payments", "reading"),
    ("payments", "warnings"),
    ("readings", "data"),
    ("statement_profiles", "data"),
}
# Dishes are pairs [position, quantity].
_NO_DISHES = """CASE WHEN json_valid("items") THEN EXISTS (
    SELECT 1 FROM json_each("items") AS dish
    WHERE CASE dish.type WHEN 'array' THEN json_array_length(dish.value) <> 2
        OR json_type(dish.value, '$[0]') <> 'integer' OR json_type(dish.value, '$[1]') <> 'integer'
        ELSE 1 END
) END"""
_BAD_SEQUENCE = """
    SELECT 1 FROM sqlite_sequence
    WHERE typeof(name) <> 'text' OR typeof(seq) <> 'integer' OR seq < 0 LIMIT 1
"""
_BAD_FLOOR = """
    SELECT 1 FROM restores
    WHERE floor > (SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'events') LIMIT 1
"""


def misfits(view: Snapshot) -> Iterator[str]:
    """Yield a sentence for each table with a value that Comanda would not write.

    The database's schema must be Comanda's, of any version.
    """
    for table in view.all(_TABLES):
        column = _wrong_column(view, table["name"])
        if column is not None:
            yield f"en la tabla «{table['name']}» hay un valor imposible de «{column}»"
    if view.one(_BAD_SEQUENCE) is not None:
        yield "no se entiende hasta qué número llegó una tabla"
    elif view.one(HAS_RESTORES) is not None and view.one(_BAD_FLOOR) is not None:
        yield "en la tabla «restores» hay un valor imposible de «floor»"


def _wrong_column(view: Snapshot, table: str) -> str | None:
    """Return the first column with an impossible value in some row of the table, or None."""
    columns = view.all(_COLUMNS, {"table": table})
    cases = " ".join(
        f"WHEN {_impossible(table, column)} THEN '{column['name']}'" for column in columns
    )
    row = view.one(_FIRST.format(cases, table))
    return None if row is None else str(row["wrong"])


def _impossible(table: str, column: sqlite3.Row) -> str:
    """Return the SQL condition for an impossible value of the column.

    NULL passes: the schema says whether a column may be NULL.
    """
    name, kind = column["name"], column["type"]
    conditions = [f"typeof(\"{name}\") NOT IN ('{kind}', 'null')"]
    is_time = name.endswith("_at") or name in ("at", "since")
    if is_time and table != "sessions":  # a restore deletes all sessions
        conditions.append(f'"{name}" NOT BETWEEN 0 AND {_LAST_MOMENT}')
    if words := _WORDS.get((table, name)):
        listed = ", ".join(f"'{word}'" for word in words)
        conditions.append(f'"{name}" NOT IN ({listed})')
    if (table, name) in _JSON:
        conditions.append(f'"{name}" NOTNULL AND NOT json_valid("{name}")')
    if (table, name) == ("payment_allocations", "items"):
        conditions.append(_NO_DISHES)
    return " OR ".join(conditions)
