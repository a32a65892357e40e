"""What anybody can make the log say, and is said once a minute for that."""

import logging
import time

QUIET_SECONDS = 60.0


class RateLimitedLog:
    """Tells a log of a trouble once a minute, however often it comes."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._next = time.monotonic()

    def warn(self, sentence: str, *about: object) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + QUIET_SECONDS
            self._log.warning(sentence, *about)
