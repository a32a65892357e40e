"""The ids with which a restored database continues, so that no id is ever given a second time.

A phone may hold a draft for order 3, a browser the photo of payment 5, a page the cursor 700, all
from the replaced database. If these ids were given again, they would name another table's order.
So each table continues after the highest id of the replaced database. If the replaced database is
missing, can't be read, or did not develop from the copy, that id is unknown. Then each table skips
more ids than any restaurant uses in the time since the copy was made.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from comanda.store.connection import DatabaseError, begin
from comanda.store.database import to_millis

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
_SEQUENCES = "SELECT name, seq FROM sqlite_sequence"
_HIGHEST = "SELECT COALESCE(MAX(id), 0) FROM {}"
_FORGET_SEQUENCE = "DELETE FROM sqlite_sequence WHERE name = :name"
_SET_SEQUENCE = "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"
_LAST_EVENT = "SELECT id, type, data, actor, at FROM events ORDER BY id DESC LIMIT 1"
_EVENT = "SELECT id, type, data, actor, at FROM events WHERE id = :id"
HAS_RESTORES = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'restores'"
_FLOOR = "SELECT COALESCE(MAX(floor), 0) FROM restores"
_RESTORED = "INSERT INTO restores (floor, at) VALUES (:floor, :at)"
# Owners of sessions may have been dismissed since the copy; nobody views its payments any more.
_OVER = ("DELETE FROM sessions", "DELETE FROM viewers")

_SEEN = ("orders", "payments", "events")  # phones and pages keep the ids of these tables
_UNREACHABLE = 10**15  # no restaurant gets this far; JavaScript has whole numbers up to 2**53
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Step:
    """How many ids to skip when the highest id is unknown: `least`, plus `a_day` for each day."""

    least: int
    a_day: int

    def over(self, age: timedelta) -> int:
        return self.least + max(0, round(self.a_day * (age / _DAY)))


_OF_EVENTS, _OF_OTHERS = _Step(1_000_000, 50_000), _Step(100_000, 2_000)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The next order's id in the restored database; `jumps`: whether ids were skipped."""

    next_order: int
    jumps: bool


def highest_ids(connection: sqlite3.Connection) -> dict[str, int]:
    """Return table → the highest id ever given there, even if its row was deleted."""
    sequences = {str(name): int(seq) for name, seq in connection.execute(_SEQUENCES)}
    numbers: dict[str, int] = {}
    for (name,) in connection.execute(_TABLES).fetchall():
        quoted = '"' + name.replace('"', '""') + '"'
        highest = connection.execute(_HIGHEST.format(quoted)).fetchone()[0]
        numbers[name] = max(sequences.get(name, 0), int(highest))
    return numbers


def require_numbers_left(connection: sqlite3.Connection, path: Path) -> None:
    """Raise DatabaseError if no ids are left for new orders."""
    if max(highest_ids(connection).values(), default=0) > _UNREACHABLE:
        raise DatabaseError(f"A la copia {path} no le quedan números para órdenes nuevas")


def is_what_became_of(copy: sqlite3.Connection, replaced: sqlite3.Connection) -> bool:
    """Whether `replaced` developed from the copy, so that it knows all ids given since.

    It must have the copy's last event, or a restore with a `floor` above that. Otherwise it is
    another restaurant's database, an earlier copy, or a new database in place of a lost one.
    """
    before, copied = highest_ids(replaced), highest_ids(copy)
    if any(not copied[name] <= before.get(name, 0) <= _UNREACHABLE for name in _SEEN):
        return False
    last = copy.execute(_LAST_EVENT).fetchone()
    if last is None or replaced.execute(_EVENT, {"id": last["id"]}).fetchone() == last:
        return True
    if replaced.execute(HAS_RESTORES).fetchone() is None:
        return False
    floor: int = replaced.execute(_FLOOR).fetchone()[0]
    return floor > int(last["id"])


def go_on(
    copy: sqlite3.Connection,
    replaced: Mapping[str, int],
    *,
    known: bool,
    last_event_at: datetime | None,
    now: datetime,
) -> Numbers:
    """Let the copy continue after the highest ids of `replaced`, and end all sessions.

    `known`: whether `replaced` has all ids that were given since the copy. Else ids are skipped.
    """
    age = now - (last_event_at or now)
    with begin(copy, "BEGIN IMMEDIATE"):
        numbers = highest_ids(copy)
        for name, own in numbers.items():
            before = replaced.get(name, 0)
            highest = max(own, before if before <= _UNREACHABLE else 0)
            step = _OF_EVENTS if name == "events" else _OF_OTHERS
            numbers[name] = highest if known else highest + step.over(age)
        numbers["events"] += 1  # the restore's own id: every cursor from before is below it
        for name, number in numbers.items():
            copy.execute(_FORGET_SEQUENCE, {"name": name})
            copy.execute(_SET_SEQUENCE, {"name": name, "seq": number})
        copy.execute(_RESTORED, {"floor": numbers["events"], "at": to_millis(now)})
        for statement in _OVER:
            copy.execute(statement)
    return Numbers(numbers["orders"] + 1, jumps=not known)
