"""The log: lines for people, or one JSON object a line for programs.

A line of the event loop is written a moment later, together with those that follow: a proof's
notice leaves before its lines do. Warnings and errors are written at once, after what still waits.
"""

import asyncio
import logging
from datetime import UTC, datetime
from typing import TextIO

from comanda.domain.wire import encode, time

TEXT = "%(asctime)s %(levelname)s %(message)s"
LATER_SECONDS = 0.01


class JsonFormatter(logging.Formatter):
    """`{time, level, logger, message}`, with `request` for a request and `trace` for an error."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": time(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        request = getattr(record, "request", None)
        if request is not None:
            fields["request"] = request
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        return encode(fields)


class LateHandler(logging.StreamHandler[TextIO]):
    """A handler that writes the event loop's lines `LATER_SECONDS` later, in their order.

    Their times are those of what they tell of.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__(stream)
        self._records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)
        if record.levelno >= logging.WARNING:
            self.flush()
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
            return
        if len(self._records) == 1:
            loop.call_later(LATER_SECONDS, self.flush)

    def flush(self) -> None:
        """Write all lines that wait."""
        self.acquire()
        try:
            records, self._records = self._records, []
            if records:
                self.stream.write("".join(map(self._line, records)))
                super().flush()
        except Exception:  # noqa: BLE001 - as `logging` does: a line must not break what it tells of
            self.handleError(records[-1])
        finally:
            self.release()

    def _line(self, record: logging.LogRecord) -> str:
        try:
            return self.format(record) + self.terminator
        except Exception:  # noqa: BLE001 - as `logging` does: a line must not break what it tells of
            self.handleError(record)
            return ""


def start(level: str, form: str) -> None:
    """Log to standard error from now on; `form` is `text` or `json`."""
    handler = LateHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    # No line tells these, and each costs time (Python's logging HOWTO, section Optimization).
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)
