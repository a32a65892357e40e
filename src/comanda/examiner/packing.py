"""A reading as JSON, on the pipe from the examiner. What comes out of it is text for people."""

import math
from datetime import date, time
from typing import Any

from comanda.domain.readings import Box, FieldName, ReadField, Reading, ReadLine
from comanda.examiner.text import clean

MOST_LINES, MOST_FIELDS = 300, 20
LONGEST = 200  # characters of a line or a field
_LARGEST_AMOUNT = 10**12  # minor units
_MOST_PAGES = 100


def pack_reading(reading: Reading) -> dict[str, Any]:
    """Return the JSON object of a reading."""
    return {
        "amount": reading.amount,
        "reference": reading.reference,
        "day": None if reading.day is None else reading.day.isoformat(),
        "time": None if reading.time is None else reading.time.isoformat(),
        "number_day": None if reading.number_day is None else reading.number_day.isoformat(),
        "account": reading.account,
        "holder": reading.holder,
        "bank": reading.bank,
        "fields": [
            [field.name.value, field.text[:LONGEST], field.box and pack_box(field.box)]
            for field in reading.fields[:MOST_FIELDS]
        ],
        "lines": [[line.text[:LONGEST], pack_box(line.box)] for line in reading.lines[:MOST_LINES]],
    }


def unpack_reading(packed: dict[str, Any]) -> Reading:
    """Return the reading in a JSON object that anybody may have made.

    Raises ValueError, TypeError and LookupError for anything but a reading.
    """
    fields, lines = packed["fields"], packed["lines"]
    if len(fields) > MOST_FIELDS or len(lines) > MOST_LINES:
        raise ValueError("too many lines")
    day = _day(packed["day"])
    return Reading(
        amount=_amount(packed["amount"]),
        reference=_text(packed["reference"]),
        day=day,
        time=None if packed["time"] is None or day is None else _time(packed["time"]),
        number_day=_day(packed["number_day"]),
        account=_text(packed["account"]),
        holder=_text(packed["holder"]),
        bank=_text(packed["bank"]),
        fields=tuple(
            ReadField(FieldName(name), _text(text) or "", None if box is None else unpack_box(box))
            for name, text, box in fields
        ),
        lines=tuple(ReadLine(_text(text) or "", unpack_box(box)) for text, box in lines),
    )


def pack_box(box: Box) -> list[float]:
    """Return the JSON array of a box."""
    edges = (box.left, box.top, box.width, box.height)
    return [*(round(edge, 4) for edge in edges), box.page]


def unpack_box(packed: list[float]) -> Box:
    """Return the box in a JSON array. Raises ValueError and TypeError for anything else."""
    *edges, page = packed
    left, top, width, height = (min(1.0, max(0.0, _finite(edge))) for edge in edges)
    if type(page) is not int or not 0 <= page < _MOST_PAGES:
        raise ValueError("a wrong page")
    return Box(left, top, width, height, page)


def _text(text: Any) -> str | None:
    if text is None:
        return None
    if type(text) is not str or len(text) > LONGEST:
        raise ValueError("a wrong text")
    return clean(text, LONGEST) or None


def _amount(amount: Any) -> int | None:
    if amount is not None and (type(amount) is not int or not 0 <= amount < _LARGEST_AMOUNT):
        raise ValueError("a wrong amount")
    return amount


def _day(text: Any) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _time(text: str) -> time:
    moment = time.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError("a time with a zone")
    return moment


def _finite(number: Any) -> float:
    if type(number) not in (int, float) or not math.isfinite(number):
        raise ValueError("a wrong number")
    return float(number)
