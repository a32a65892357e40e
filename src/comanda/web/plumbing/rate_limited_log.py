"""Limited logging of the lines that anybody outside can cause."""

import logging
import time

QUIET_SECONDS = 60.0


class RateLimitedLog:
    """A log for a single kind of trouble, with at most a line a minute."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._next = time.monotonic()

    def warn(self, sentence: str, *about: object) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + QUIET_SECONDS
            self._log.warning(sentence, *about)
