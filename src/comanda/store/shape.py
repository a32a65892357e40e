"""The check that a database has the tables, indexes and triggers of Comanda, and no others.

A file can hold code that acts by itself: a trigger runs with every change, a view can stand in for
a table. So a database is compared with a new database, made by the same migrations. The comparison
reads only the schema; nothing in the file runs.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from typing import Any

from comanda.store.connection import register_functions
from comanda.store.database import Snapshot
from comanda.store.schema import MIGRATIONS, VERSION

_USER_VERSION = "PRAGMA user_version"
# As bytes: a manipulated schema need not be valid text.
_SCHEMA = """
    SELECT CAST(type AS BLOB), CAST(name AS BLOB), CAST(tbl_name AS BLOB), CAST(sql AS BLOB)
    FROM sqlite_master ORDER BY rowid
"""
_KINDS = {
    "table": ("la tabla", "cambiada"),
    "index": ("el índice", "cambiado"),
    "trigger": ("el disparador", "cambiado"),
    "view": ("la vista", "cambiada"),
}
# The statistics of SQLite's planner, and the tables that Litestream adds to replicate a database.
_HARMLESS = {
    "sqlite_stat1": "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
    "sqlite_stat4": "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
    "_litestream_seq": "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)",
    "_litestream_lock": "CREATE TABLE _litestream_lock (id INTEGER)",
}
# https://www.sqlite.org/lang_keywords.html and tokenize.c: blanks and comments mean nothing.
_TOKEN = re.compile(
    r"""
    (?P<blank>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<text>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
    | (?P<word>[\w$]+)
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_LONGEST_NAME = 60

Name = tuple[str, str]  # (kind, name), as in sqlite_master


def differences(view: Snapshot) -> Iterator[str]:
    """Yield a sentence for each extra, missing or changed part; nothing for a sound database.

    A database of an earlier version is compared with that version's schema. For a version that
    this Comanda does not know, nothing is compared.
    """
    (version,) = view.all(_USER_VERSION)[0]
    if not 0 < version <= VERSION:
        return
    expected, actual = _expected_shape(version), _shape(view.all(_SCHEMA))
    for name in sorted(actual.keys() - expected.keys()):
        if not _is_harmless(name, actual[name]):
            yield f"sobra {_describe(name)}, que Comanda no hizo"
    for name in sorted(expected.keys() - actual.keys()):
        yield f"falta {_describe(name)}"
    for name in sorted(expected.keys() & actual.keys()):
        if expected[name] != actual[name]:
            yield f"está {_KINDS[name[0]][1]} {_describe(name)}"


def is_another_programs(view: Snapshot) -> bool:
    """Whether the database has no part of Comanda's schema."""
    own_names = _shape(view.all(_SCHEMA)).keys() & _expected_shape(VERSION).keys()
    return not own_names - {("table", "sqlite_sequence")}


@lru_cache(maxsize=2)
def _expected_shape(version: int) -> Mapping[Name, tuple[str, ...]]:
    """Return the shape of a new database after the migrations up to `version`."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        register_functions(connection)
        for migration in MIGRATIONS[:version]:
            for statement in migration:
                connection.execute(statement)
        return _shape(connection.execute(_SCHEMA).fetchall())


def _shape(rows: Sequence[Sequence[Any]]) -> dict[Name, tuple[str, ...]]:
    """Return (kind, name) → the table that it belongs to, then the tokens of its statement."""
    texts = [[(value or b"").decode(errors="backslashreplace") for value in row] for row in rows]
    tables = {name.lower() for kind, name, *_ in texts if kind == "table"}
    return {(kind, name): (table, *_tokens(sql, tables)) for kind, name, table, sql in texts}


def _tokens(sql: str, tables: set[str]) -> Iterator[str]:
    """Yield the tokens of a statement, without blanks and comments, its words in lower case.

    A table's name loses its quotes, which SQLite adds where it renames a table. Any other quotes
    stay: "NULL" is not NULL.
    """
    for token in _TOKEN.finditer(sql):
        text = token[0]
        if token["blank"]:
            continue
        if token["word"]:
            yield text.lower()
        elif token["quoted"] and text[1:-1].lower() in tables:
            yield text[1:-1].lower()
        else:
            yield text


def _is_harmless(name: Name, shape: tuple[str, ...]) -> bool:
    kind, table = name
    sql = _HARMLESS.get(table) if kind == "table" else None
    return sql is not None and shape == (table, *_tokens(sql, {table}))


def _describe(name: Name) -> str:
    """Return the kind and the name, as in «la tabla «pagos»».

    Unprintable characters are escaped, since they could mislead a terminal.
    """
    kind, own_name = name
    printable = own_name if own_name.isprintable() else ascii(own_name)
    return f"{_KINDS.get(kind, (kind, ''))[0]} «{printable[:_LONGEST_NAME]}»"
