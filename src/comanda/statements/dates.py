"""Dates and times in a statement's cells."""

import re
from collections.abc import Iterable
from datetime import date, time
from enum import StrEnum

from comanda.statements.lines import fold


class DateOrder(StrEnum):
    """The order of day, month and year in a date of numbers."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    YEAR_FIRST = "ymd"


_MONTHS = (
    *("ene jan", "feb fev", "mar", "abr apr", "may mai", "jun", "jul", "ago aug", "sep set"),
    *("oct out", "nov", "dic dec dez"),
)
_MONTH_NAMES = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_LONGEST = 60  # characters of a cell: a pattern takes its time with more
_CENTURY = 2000
_A_YEAR = 4  # digits
_MOST_MONTHS = 12
_NOON = 12
_DATE = re.compile(
    r"\s*(?:[a-z]{3,9}\.?,?\s+)?"  # a weekday
    r"(\d{1,4})(?:\s*[/.\-]\s*|\s+(?:de\s+)?)(\d{1,2}|[a-z]{3,10})\.?(?:\s*[/.,\-]\s*|\s+(?:del?\s+)?)(\d{4}|\d{2})(?!\d)"
)
_NAME_FIRST = re.compile(r"\s*([a-z]{3,10})\.?\s+(\d{1,2}),?\s+(\d{4})(?!\d)")
_PACKED = re.compile(r"\s*(20\d\d)(\d\d)(\d\d)(?!\d{1,3}(?:\D|$))")
_PACKED_DAY_FIRST = re.compile(r"\s*(\d\d)(\d\d)(20\d\d)(?!\d)")  # its year is no month
_TIME = re.compile(
    r"(?:^|[\sT,])(\d{1,2})[:.h](\d{2})(?:[:.](\d{2}))?(?:[.,]\d+)?\s*(?:([ap])\.?\s?m\b\.?|h(?:rs)?\b)?",
    re.IGNORECASE,
)
_PACKED_TIME = re.compile(r"(\d{2})(\d{2})(\d{2})?")
_MIDNIGHT = time()


def read_date(text: str, order: DateOrder = DateOrder.DAY_FIRST) -> tuple[date, str]:
    """Return the date that a cell begins with, and the text behind it. Raises ValueError."""
    if len(text) > _LONGEST:
        raise ValueError(text[:_LONGEST])
    plain = text if text.isascii() and text[:1].isdigit() and text.islower() else fold(text)
    if (match := _PACKED_DAY_FIRST.match(plain)) and int(match[2]) <= _MOST_MONTHS:
        return date(int(match[3]), int(match[2]), int(match[1])), plain[match.end() :]
    if match := _PACKED.match(plain):
        return date(int(match[1]), int(match[2]), int(match[3])), plain[match.end() :]
    if match := _DATE.match(plain):
        return _date(match[1], match[2], match[3], order), plain[match.end() :]
    if match := _NAME_FIRST.match(plain):
        return date(int(match[3]), _month(match[1]), int(match[2])), plain[match.end() :]
    raise ValueError(text)


def _date(first: str, second: str, third: str, order: DateOrder) -> date:
    if len(first) == _A_YEAR:
        return date(int(first), _month(second), int(third))
    year = int(third) if len(third) == _A_YEAR else _CENTURY + int(third)
    if not second.isdigit():
        return date(year, _month(second), int(first))
    if order is DateOrder.YEAR_FIRST:
        return date(_CENTURY + int(first), int(second), int(third))
    if order is DateOrder.MONTH_FIRST:
        return date(year, int(first), int(second))
    return date(year, int(second), int(first))


def _month(word: str) -> int:
    if word.isdigit():
        return int(word)
    number = _MONTH_NAMES.get(word[:3])
    if number is None:
        raise ValueError(word)
    return number


def read_time(text: str) -> time | None:
    """Return the time in a cell, or None; midnight stands for no time. Raises ValueError."""
    stripped = text.strip()
    if not stripped or len(stripped) > _LONGEST:
        return None
    if match := _PACKED_TIME.fullmatch(stripped):
        return time(int(match[1]), int(match[2]), int(match[3] or 0)) or None
    if (match := _TIME.search(stripped)) is None:
        return None
    hour = int(match[1])
    if match[4]:
        hour = hour % _NOON + (_NOON if match[4] in "pP" else 0)
    found = time(hour, int(match[2]), int(match[3] or 0))
    return None if found == _MIDNIGHT else found


def find_order(texts: Iterable[str]) -> DateOrder:
    """Return the order that the dates have; the day is first where both would be right."""
    for text in texts:
        if len(text) > _LONGEST:
            continue
        match = _DATE.match(fold(text))
        if match is None or not match[2].isdigit():
            continue
        if len(match[1]) == _A_YEAR:
            return DateOrder.YEAR_FIRST
        if int(match[1]) > _MOST_MONTHS:
            return DateOrder.DAY_FIRST
        if int(match[2]) > _MOST_MONTHS:
            return DateOrder.MONTH_FIRST
    return DateOrder.DAY_FIRST


def is_date(text: str) -> bool:
    """Whether a cell has a date in some order."""
    for order in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST):
        try:
            read_date(text, order)
        except ValueError:
            continue
        return True
    return False
