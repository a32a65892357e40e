"""The earlier times of the computer's clock, in a file beside the database.

The file survives a restart, and restoring a copy does not change it. If the file can't be
written, the times are kept in memory only.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from comanda.domain.clocks import Belief
from comanda.store.database import Snapshot, from_millis, to_millis

_WORTH_WRITING = timedelta(hours=1)
_NEWEST_EVENT = "SELECT at FROM events WHERE id = (SELECT MAX(id) FROM events)"


class Clockwork:
    """What is known about the clock that gives the database at `database` its times."""

    def __init__(self, database: Path) -> None:
        self._file = database.with_name(database.name + "-clock")
        self._memory: Belief | None = None

    def is_sound(self, now: datetime, evidence: Callable[[], Iterable[datetime]]) -> bool:
        """Take note of the clock's time; return whether rows may be deleted by their date.

        `evidence` returns earlier times from the database. It is called only if none is stored.
        """
        before = self._stored()
        start = before or Belief(max(evidence(), default=now))
        after = start.hear(now)
        self._memory = after
        if before is None or _differ(before, after):
            self._store(after)
        return after.is_sound

    def trouble(self, now: datetime) -> str | None:
        """Return a sentence, without full stop, if the administrator must check the clock."""
        belief = self._stored()
        if belief is None or not belief.hear(now).needs_somebody(now):
            return None
        return (
            f"El reloj de esta computadora dice {_day(now)}, y la última fecha segura es "
            f"{_day(belief.believed)}. Si está mal, corrígelo; si está bien, mañana Comanda lo da "
            "por bueno. Mientras tanto no borra nada por su fecha"
        )

    def _stored(self) -> Belief | None:
        with suppress(OSError, ValueError, KeyError, TypeError, OverflowError):
            fields = json.loads(self._file.read_text(encoding="utf-8"))
            return Belief(
                from_millis(fields["believed"]),
                tuple(map(from_millis, fields["doubted"] or ())),
                int(fields["changes"]),
            )
        return self._memory

    def _store(self, belief: Belief) -> None:
        fields = {
            "believed": to_millis(belief.believed),
            "doubted": [to_millis(since) for since in belief.doubted],
            "changes": belief.changes,
        }
        new_file = self._file.with_name(f"{self._file.name}.{threading.get_ident()}")
        with suppress(OSError):
            descriptor = os.open(new_file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(fields, file)
            new_file.replace(self._file)


def newest_event(view: Snapshot) -> list[datetime]:
    """Return the time of the newest event in a list; an empty list for an empty log."""
    row = view.one(_NEWEST_EVENT)
    return [] if row is None else [from_millis(row["at"])]


def is_sound(view: Snapshot, clockwork: Clockwork, now: datetime, *others: datetime) -> bool:
    """Call `Clockwork.is_sound` with the newest event's time and `others` as evidence."""
    return clockwork.is_sound(now, lambda: [*newest_event(view), *others])


def _differ(before: Belief, after: Belief) -> bool:
    """Whether the change is worth a write to the disk: a few minutes more are not."""
    is_later = abs(after.believed - before.believed) >= _WORTH_WRITING
    return is_later or replace(before, believed=after.believed) != after


def _day(moment: datetime) -> str:
    return f"{moment.astimezone():%d/%m/%Y}"
