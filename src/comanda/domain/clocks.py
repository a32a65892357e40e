"""Whether the computer's clock can be believed, before anything is deleted by its date.

A clock that is years ahead for a moment would make every photo and every copy look old. So a moment
is believed if it lies within two days of the last believed moment. Any other moment is doubted
until the clock confirms it on a second day, one to two days later: by then a house that was closed
is open again, or somebody has noticed or corrected a wrong clock. A house that opens once a week
confirms the moment on a third day of opening.

A clock may alternate between several doubted times: a computer without a battery begins at the same
past time at each start, until the network sets its clock. So each doubted time is remembered.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

NEAR = timedelta(days=2)
SECOND_DAY = timedelta(days=1)
SELDOM = timedelta(days=8)  # for a house that opens on one day of the week
FAR = timedelta(days=60)  # no holiday is longer
CONTRADICTIONS = 2
REMEMBERED = 8  # doubted times, at most


@dataclass(frozen=True, slots=True)
class Belief:
    """`believed` is the last believed moment; `doubted` are the other times, as first told.

    `changes` counts the doubted times that came after the first doubted time.
    """

    believed: datetime
    doubted: tuple[datetime, ...] = ()
    changes: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether rows and files may be deleted by their date."""
        return not self.doubted

    def hear(self, now: datetime) -> "Belief":
        """Return the belief after the clock has told `now`."""
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
        """Whether the clock is probably wrong and stays wrong until somebody sets it."""
        is_far = abs(now - self.believed) > FAR
        return not self.is_sound and (is_far or self.changes >= CONTRADICTIONS)
