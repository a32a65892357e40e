"""Whether the computer's clock can be believed, before anything is deleted by its date.

A clock that is years ahead for a moment would make every photo and every copy old. So a moment is
believed where it lies within two days of the last one that was. Any other has to be said again a
day later: by then a house that was closed goes on, and a wrong clock was noticed or set right.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

NEAR = timedelta(days=2)
SECOND_DAY = timedelta(days=1)
FAR = timedelta(days=60)  # so far off is no holiday
CONTRADICTIONS = 2


@dataclass(frozen=True, slots=True)
class Belief:
    """`believed`: the last moment that was. `doubted`: since when another time is told.

    `changes`: how often that other time has been replaced by yet another.
    """

    believed: datetime
    doubted: datetime | None = None
    changes: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether things may be deleted by their date."""
        return self.doubted is None

    def hear(self, now: datetime) -> "Belief":
        """The belief after the clock has told `now`."""
        if abs(now - self.believed) <= NEAR:
            return Belief(now)
        if self.doubted is None:
            return Belief(self.believed, now)
        if not timedelta() <= now - self.doubted <= NEAR:
            return Belief(self.believed, now, self.changes + 1)
        if now - self.doubted >= SECOND_DAY:
            return Belief(now)
        return self

    def needs_somebody(self, now: datetime) -> bool:
        """Whether the clock probably stays wrong until somebody sets it."""
        is_far = abs(now - self.believed) > FAR
        return not self.is_sound and (is_far or self.changes >= CONTRADICTIONS)
