"""Whether a database has the tables, indexes and triggers that Comanda made, and no others.

A file can hold what acts by itself: a trigger runs with every change, a view stands in a table's
place. So a database is compared with one that the same migrations make from nothing. Only its
schema is read for that; nothing in it runs.
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
# As bytes: what somebody has put there need not be text.
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
# SQLite's own figures for its planner, and what Litestream keeps in a database that it replicates.
_HARMLESS = {
    "sqlite_stat1": "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
    "sqlite_stat4": "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
    "_litestream_seq": "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)",
    "_litestream_lock": "CREATE TABLE _litestream_lock (id INTEGER)",
}
# https://www.sqlite.org/lang_keywords.html and tokenize.c: what stands between words means nothing.
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

Name = tuple[str, str]  # of what kind, and which


def differences(view: Snapshot) -> Iterator[str]:
    """What is too much, missing or changed, a sentence each; nothing for a sound database.

    A database of an earlier version is compared with that version. One of a version that this
    Comanda does not know can't be compared.
    """
    (version,) = view.all(_USER_VERSION)[0]
    if not 0 < version <= VERSION:
        return
    expected, found = _made_by(version), _shape(view.all(_SCHEMA))
    for name in sorted(found.keys() - expected.keys()):
        if not _is_harmless(name, found[name]):
            yield f"sobra {_called(name)}, que Comanda no hizo"
    for name in sorted(expected.keys() - found.keys()):
        yield f"falta {_called(name)}"
    for name in sorted(expected.keys() & found.keys()):
        if expected[name] != found[name]:
            yield f"está {_KINDS[name[0]][1]} {_called(name)}"


def is_another_programs(view: Snapshot) -> bool:
    """Whether none of Comanda's tables is there."""
    found = _shape(view.all(_SCHEMA)).keys() & _made_by(VERSION).keys()
    return not found - {("table", "sqlite_sequence")}


@lru_cache(maxsize=2)
def _made_by(version: int) -> Mapping[Name, tuple[str, ...]]:
    """The shape that the migrations up to `version` make from nothing."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        register_functions(connection)
        for migration in MIGRATIONS[:version]:
            for statement in migration:
                connection.execute(statement)
        return _shape(connection.execute(_SCHEMA).fetchall())


def _shape(rows: Sequence[Sequence[Any]]) -> dict[Name, tuple[str, ...]]:
    """What there is, and how it was made: the table that it belongs to, and its statement."""
    texts = [[(value or b"").decode(errors="backslashreplace") for value in row] for row in rows]
    tables = {name.lower() for kind, name, *_ in texts if kind == "table"}
    return {(kind, name): (table, *_tokens(sql, tables)) for kind, name, table, sql in texts}


def _tokens(sql: str, tables: set[str]) -> Iterator[str]:
    """The words of a statement, whatever blanks, comments and capitals it was written with.

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


def _is_harmless(name: Name, made: tuple[str, ...]) -> bool:
    kind, called = name
    sql = _HARMLESS.get(called) if kind == "table" else None
    return sql is not None and made == (called, *_tokens(sql, {called}))


def _called(name: Name) -> str:
    """«pagos», and of what kind it is; a name that is made to mislead a terminal is spelt out."""
    kind, called = name
    shown = called if called.isprintable() else ascii(called)
    return f"{_KINDS.get(kind, (kind, ''))[0]} «{shown[:_LONGEST_NAME]}»"
