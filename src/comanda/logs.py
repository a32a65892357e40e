"""The log's format: lines for people, or one JSON object a line for programs."""

import logging
from datetime import UTC, datetime

from comanda.domain.wire import encode, time

TEXT = "%(asctime)s %(levelname)s %(message)s"


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


def start(level: str, form: str) -> None:
    """Log to standard error from now on; `form` is `text` or `json`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)
