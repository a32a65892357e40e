"""Whether the computer's clock can be believed, before anything is deleted by its date.

A clock that is years ahead for a moment would make every photo and every copy old. So a moment is
believed where it lies within two days of the last one that was. Any other has to be said again a
day later: by then a house that was closed goes on, and a wrong clock was noticed or set right. A
house that opens once a week says it on a third day.

Several other times may be told in turns: a computer without a battery begins in the same past at
each start, until the network tells it the time. So each of them is remembered.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

NEAR = timedelta(days=2)
SECOND_DAY = timedelta(days=1)
SELDOM = timedelta(days=8)  # a house that opens on one day of the week
FAR = timedelta(days=60)  # so far off is no holiday
CONTRADICTIONS = 2
REMEMBERED = 8  # other times, at most


@dataclass(frozen=True, slots=True)
class Belief:
    """`believed`: the last moment that was. `doubted`: when each other time was first told.

    `changes`: how often yet another time came after the first of them.
    """

    believed: datetime
    doubted: tuple[datetime, ...] = ()
    changes: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether rows and files may be deleted by their date."""
        return not self.doubted

    def hear(self, now: datetime) -> "Belief":
        """The belief after the clock has told `now`."""
        if abs(now - self.believed) <= NEAR or self._is_confirmed(now):
            return Belief(now)
        if any(abs(now - since) <= NEAR for since in self.doubted):
            return self
        remembered = (*self.doubted, now)[-REMEMBERED:]
        return Belief(self.believed, remembered, self.changes + bool(self.doubted))

    def _is_confirmed(self, now: datetime) -> bool:
        """Whether the clock told a doubted time on a second day; if read seldom, on a third."""
        if any(SECOND_DAY <= now - since <= NEAR for since in self.doubted):
            return True
        return any(
            NEAR < now - second <= SELDOM and NEAR < second - first <= SELDOM
            for second in self.doubted
            for first in self.doubted
        )

    def needs_somebody(self, now: datetime) -> bool:
        """Whether the clock probably stays wrong until somebody sets it."""
        is_far = abs(now - self.believed) > FAR
        return not self.is_sound and (is_far or self.changes >= CONTRADICTIONS)
