"""The ids that a restored database goes on from, so that no id is ever given a second time.

A phone may hold a draft for order 3, a browser the photo of payment 5, a page the cursor 700, all
from the database that was replaced. Were these ids given again, they would meet another table's
order. So each table goes on after the highest id that the replaced database has given. Where that
one is gone, can't be read, or is not what became of the copy, nobody knows that id: then each table
takes a step that no restaurant reaches in the time since the copy was made.
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
# Sessions: their owners may have been dismissed since. Looks at payments: those are long over.
_OVER = ("DELETE FROM sessions", "DELETE FROM viewers")

_SEEN = ("orders", "payments", "events")  # whose ids phones and pages keep
_UNREACHABLE = 10**15  # no house comes as far; JavaScript has whole numbers up to 2**53
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Step:
    """How far to go on where nobody knows what was given: `least`, and so much more each day."""

    least: int
    a_day: int

    def over(self, age: timedelta) -> int:
        return self.least + max(0, round(self.a_day * (age / _DAY)))


_OF_EVENTS, _OF_OTHERS = _Step(1_000_000, 50_000), _Step(100_000, 2_000)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the restored database gives next; `jumps` where it took a step for safety."""

    next_order: int
    jumps: bool


def given(connection: sqlite3.Connection) -> dict[str, int]:
    """The highest id that each table has ever given, whether its row is still there or not."""
    sequences = {str(name): int(seq) for name, seq in connection.execute(_SEQUENCES)}
    numbers: dict[str, int] = {}
    for (name,) in connection.execute(_TABLES).fetchall():
        quoted = '"' + name.replace('"', '""') + '"'
        highest = connection.execute(_HIGHEST.format(quoted)).fetchone()[0]
        numbers[name] = max(sequences.get(name, 0), int(highest))
    return numbers


def require_numbers_left(connection: sqlite3.Connection, path: Path) -> None:
    """Raises DatabaseError where there is no room for new orders."""
    if max(given(connection).values(), default=0) > _UNREACHABLE:
        raise DatabaseError(f"A la copia {path} no le quedan números para órdenes nuevas")


def is_what_became_of(copy: sqlite3.Connection, replaced: sqlite3.Connection) -> bool:
    """Whether all that was ever given after the copy is known from the database that it replaces.

    That one must have the copy's last event, or have gone on from a restore past it. Otherwise it
    is another house's, an earlier copy, or a new one that stands where a lost one stood.
    """
    before, then = given(replaced), given(copy)
    if any(not then[name] <= before.get(name, 0) <= _UNREACHABLE for name in _SEEN):
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
    """Let the copy go on after what `replaced` gave, `known` to be all; nobody is signed in."""
    age = now - (last_event_at or now)
    with begin(copy, "BEGIN IMMEDIATE"):
        numbers = given(copy)
        for name, own in numbers.items():
            before = replaced.get(name, 0)
            highest = max(own, before if before <= _UNREACHABLE else 0)
            step = _OF_EVENTS if name == "events" else _OF_OTHERS
            numbers[name] = highest if known else highest + step.over(age)
        numbers["events"] += 1  # the restore's own: whoever knows no more than was given is behind
        for name, number in numbers.items():
            copy.execute(_FORGET_SEQUENCE, {"name": name})
            copy.execute(_SET_SEQUENCE, {"name": name, "seq": number})
        copy.execute(_RESTORED, {"floor": numbers["events"], "at": to_millis(now)})
        for statement in _OVER:
            copy.execute(statement)
    return Numbers(numbers["orders"] + 1, jumps=not known)
