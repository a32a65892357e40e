"""How often someone may guess: a sliding window of failed attempts per key."""

import math
from collections import deque
from collections.abc import Callable

from comanda.domain.errors import TooManyAttempts

MANY_KEYS = 10_000


class Throttle:
    """At most `attempts` failures per key within `window` seconds of the `monotonic` clock."""

    def __init__(self, attempts: int, window: float, monotonic: Callable[[], float]) -> None:
        self._attempts = attempts
        self._window = window
        self._monotonic = monotonic
        self._failures: dict[str, deque[float]] = {}

    def enter(self, key: str) -> None:
        """Count an attempt as failed until `forgive` says otherwise. Raises TooManyAttempts."""
        now = self._monotonic()
        recent = self._recent(key, now)
        if len(recent) >= self._attempts:
            raise TooManyAttempts(math.ceil(recent[0] + self._window - now))
        recent.append(now)

    def forgive(self, key: str) -> None:
        """The right PIN was given."""
        self._failures.pop(key, None)

    def _recent(self, key: str, now: float) -> deque[float]:
        if len(self._failures) >= MANY_KEYS:
            self._forget_old(now)
        recent = self._failures.setdefault(key, deque())
        while recent and recent[0] <= now - self._window:
            recent.popleft()
        return recent

    def _forget_old(self, now: float) -> None:
        oldest = now - self._window
        self._failures = {
            key: times for key, times in self._failures.items() if times and times[-1] > oldest
        }
