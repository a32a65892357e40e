"""How the domain's values look on the wire: money, times and ids."""

import json
from datetime import UTC, datetime
from typing import Any

Wire = dict[str, Any]


def money(minor_units: int) -> float:
    """Minor units (centavos) → a number with two decimals: 18550 → 185.5."""
    return minor_units / 100


def time(moment: datetime) -> str:
    """UTC, ISO 8601, milliseconds, `Z`."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def optional_time(moment: datetime | None) -> str | None:
    return None if moment is None else time(moment)


def encode(value: Any) -> str:
    """One line of compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
