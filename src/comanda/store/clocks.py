"""What the computer's clock has said before, in a file beside the database.

A restart does not forget it, and a copy that is restored can't undo it. Where the file can't be
written, memory has to do.
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
    """What is believed of the clock that the database at `database` goes by."""

    def __init__(self, database: Path) -> None:
        self._file = database.with_name(database.name + "-clock")
        self._memory: Belief | None = None

    def is_sound(self, now: datetime, evidence: Callable[[], Iterable[datetime]]) -> bool:
        """Hear the clock; whether anything may be deleted by its date.

        `evidence`: times that are known from before, for a house that was never asked yet.
        """
        before = self._stored()
        start = before or Belief(max(evidence(), default=now))
        after = start.hear(now)
        self._memory = after
        if before is None or _differ(before, after):
            self._store(after)
        return after.is_sound

    def trouble(self, now: datetime) -> str | None:
        """A sentence for the administrator, without its full stop, where somebody has to look."""
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
            told = json.loads(self._file.read_text(encoding="utf-8"))
            return Belief(
                from_millis(told["believed"]),
                tuple(map(from_millis, told["doubted"] or ())),
                int(told["changes"]),
            )
        return self._memory

    def _store(self, belief: Belief) -> None:
        told = {
            "believed": to_millis(belief.believed),
            "doubted": [to_millis(since) for since in belief.doubted],
            "changes": belief.changes,
        }
        fresh = self._file.with_name(f"{self._file.name}.{threading.get_ident()}")
        with suppress(OSError):
            descriptor = os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(told, file)
            fresh.replace(self._file)


def newest_event(view: Snapshot) -> list[datetime]:
    """When the log was last added to; nothing for an empty log."""
    row = view.one(_NEWEST_EVENT)
    return [] if row is None else [from_millis(row["at"])]


def is_sound(view: Snapshot, clockwork: Clockwork, now: datetime, *others: datetime) -> bool:
    """As `Clockwork.is_sound`, with the newest event and `others` for evidence."""
    return clockwork.is_sound(now, lambda: [*newest_event(view), *others])


def _differ(before: Belief, after: Belief) -> bool:
    """Whether it is worth writing down: not each minute that goes by."""
    is_later = abs(after.believed - before.believed) >= _WORTH_WRITING
    return is_later or replace(before, believed=after.believed) != after


def _day(moment: datetime) -> str:
    return f"{moment.astimezone():%d/%m/%Y}"
