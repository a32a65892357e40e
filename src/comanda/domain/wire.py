"""The domain's values in JSON: money, times and ids."""

import json
from datetime import UTC, datetime
from typing import Any

Wire = dict[str, Any]
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def money(minor_units: int) -> float:
    """Convert minor units (centavos) to a number: 18550 → 185.5."""
    return minor_units / 100


def time(moment: datetime) -> str:
    """Return a time in UTC as ISO 8601 with milliseconds and `Z`."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def optional_time(moment: datetime | None) -> str | None:
    return None if moment is None else time(moment)


def encode(value: Any) -> str:
    """Return one line of compact JSON."""
    return _ENCODER.encode(value)
