"""Dates and times in text, in Spanish, English and Portuguese, as banks write them."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache

from comanda.examiner.text import fold, is_like, skeleton, to_digits

_MONTHS = (
    "ene enero jan january janeiro",
    "feb febrero february fev fevereiro",
    "mar marzo march marco",
    "abr abril apr april",
    "may mayo mai maio",
    "jun junio june junho",
    "jul julio july julho",
    "ago agosto aug august",
    "sep sept set septiembre setiembre september setembro",
    "oct octubre october out outubro",
    "nov noviembre november novembro",
    "dic diciembre dec december dez dezembro",
)
_MONTH_NAMES = {
    skeleton(name): number for number, names in enumerate(_MONTHS, 1) for name in names.split()
}
_RELATIVE = {
    "hoy": 0, "hoje": 0, "today": 0, "ayer": 1, "ontem": 1, "yesterday": 1, "anteayer": 2,
}  # fmt: skip
_RELATIVE_DAY = re.compile(rf"(?<![a-z])(?:{'|'.join(_RELATIVE)})(?![a-z])")
_DATED_NUMBER = re.compile("([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{17}")
_NUMBER_DAYS = range(-366, 4)  # days from today, of a date in a number
_CENTURY = 2000
_NOON = 12
_OLDEST_YEARS, _NEWEST_DAYS = 12, 400  # a date further away was misread
_NUMBERLIKE = re.compile(
    r"(?<![^\s,;(])[0-9OoQDIlSBZ|!]{1,4}(?:[/.:\-][0-9OoQDIlSBZ|!]{1,4}){1,5}(?!\w)"
)
_DAY_FIRST = re.compile(
    r"(?<![0-9.,/\-])([0-9]{1,2})\s?[/.\-]\s?([0-9]{1,2})\s?[/.\-]\s?([0-9]{4}|[0-9]{2})(?![0-9/]|[.\-][0-9])"
)
_YEAR_FIRST = re.compile(
    r"(?<![0-9.,/\-])(20[0-9]{2})\s?[-/.]\s?([0-9]{1,2})\s?[-/.]\s?([0-9]{1,2})(?![0-9/])"
)
_BETWEEN = r"\s?(?:de\b|del\b|[/.,\-])?\s?"
_WORD = r"([a-z|!](?:[a-z|!]|[0158](?=[a-z|!]))*)"
_DAY_NAME = re.compile(
    rf"(?<![0-9.,/:\-])([0-9]{{1,2}}|l[0-9]|[0-9]l)(?:o|ro)?{_BETWEEN}{_WORD}\.?"
    rf"(?:{_BETWEEN}(?:del ano )?([0-9o]{{4}}|[0-9]{{2}})(?![0-9:h.]|\s?:|\s?h|\s?[ap]\.?\s?m))?"
)
_NAME_DAY = re.compile(
    rf"(?<![a-z0-9]){_WORD}\.?\s?([0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9:])"
    r",?\s?(?:de |del )?([0-9]{4})(?![0-9])"
)
_TIME = re.compile(
    r"(?<![0-9:.,/$])([0-9]{1,2})\s?([:.h])\s?([0-9]{2})(?:\s?[:.]\s?([0-9]{2}))?(?![0-9/])"
    r"(?:[.,][0-9]{1,6})?\s?"
    r"(?:([ap])[\s.,]{0,3}(?:m|rn|n)\b\.?|(h(?:rs|oras|ora|r|s)?\b)|([^\w\s]{0,2}\s?[a-z]{1,2}\b))?"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as written, with its time if one stands beside it; `text` is what says so."""

    day: date
    time: time | None
    text: str


def find_moments(text: str, today: date) -> list[Moment]:
    """Return the dates in a text, each with the time that follows (or the text's only time)."""
    plain = _plain(text)
    days = _find_days(plain, today)
    times = _find_times(_blank(plain, [span for _, span in days]))
    moments = []
    for at, (day, (start, end)) in enumerate(days):
        stop = days[at + 1][1][0] if at + 1 < len(days) else len(plain)
        behind = [found for found, place in times if end <= place < stop]
        fitting = behind or ([found for found, _ in times] if len(days) == 1 else [])
        moments.append(Moment(day, fitting[0] if fitting else None, plain[start:end]))
    return moments


def find_time(text: str, *, is_labelled: bool = False) -> time | None:
    """Return the only time in a text without a date, or None."""
    times = {found for found, _ in _find_times(_plain(text), is_labelled=is_labelled)}
    return times.pop() if len(times) == 1 else None


def number_day(number: str, today: date) -> date | None:
    """Return the date that a number of 25 digits begins with (SINPE), if it is a recent one."""
    match = _DATED_NUMBER.fullmatch(number)
    day = match and _date(*(int(part) for part in match.groups()))
    return day if day and (day - today).days in _NUMBER_DAYS else None


def is_date_number(number: str, today: date) -> bool:
    """Whether six or eight digits are a date near today, as many a payer's own reference is."""
    forms = {
        6: ((0, 2, 2, 4, 4, 6), (4, 6, 2, 4, 0, 2)),
        8: ((0, 2, 2, 4, 4, 8), (6, 8, 4, 6, 0, 4)),
    }
    for d1, d2, m1, m2, y1, y2 in forms.get(len(number), ()):
        day, month, year = int(number[d1:d2]), int(number[m1:m2]), int(number[y1:y2])
        found = _date(_full(year), month, day)
        if found and abs((found - today).days) <= _NEWEST_DAYS:
            return True
    return False


def has_date_form(text: str, today: date) -> bool:
    return bool(_find_days(_plain(text), today))


def _plain(text: str) -> str:
    """Return folded text, in which letters within dates and times are digits again."""
    repaired = _NUMBERLIKE.sub(_repair, text[:300])
    return fold(repaired).replace("\u00b4", "").replace("`", "")


def _repair(match: re.Match[str]) -> str:
    digits = sum(c.isdigit() for c in match[0])
    letters = sum(c.isalpha() for c in match[0])
    return to_digits(match[0]) if digits >= 2 * letters else match[0]


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = f"{text[:start]}{'~' * (end - start)}{text[end:]}"
    return text


_Day = tuple[date, tuple[int, int]]


def _find_days(plain: str, today: date) -> list[_Day]:
    found: list[_Day] = []
    for pattern, read in _FORMS:
        free = _blank(plain, [span for _, span in found])
        found += [
            (day, match.span())
            for match in pattern.finditer(free)
            if (day := read(match, today)) and _is_likely(day, today)
        ]
    found += [
        (today - timedelta(days=days), match.span())
        for match in _RELATIVE_DAY.finditer(plain)
        if (days := _RELATIVE[match[0]]) < today.toordinal()
    ]
    return sorted(found, key=lambda item: item[1])


def _is_likely(day: date, today: date) -> bool:
    return (day - today).days <= _NEWEST_DAYS and today.year - day.year <= _OLDEST_YEARS


def _day_first(match: re.Match[str], _today: date) -> date | None:
    first, second, year = (int(part) for part in match.groups())
    return _date(_full(year), second, first) or _date(_full(year), first, second)


def _year_first(match: re.Match[str], _today: date) -> date | None:
    return _date(*(int(part) for part in match.groups()))


def _day_name(match: re.Match[str], today: date) -> date | None:
    month = _month(match[2])
    day = int(to_digits(match[1]))
    if month is None:
        return None
    if match[3] is None:
        return _nearest(month, day, today)
    year = int(to_digits(match[3]))
    return _date(_full(year), month, day)


def _name_day(match: re.Match[str], _today: date) -> date | None:
    month = _month(match[1])
    return None if month is None else _date(int(match[3]), month, int(match[2]))


_FORMS = (
    (_YEAR_FIRST, _year_first),
    (_DAY_FIRST, _day_first),
    (_NAME_DAY, _name_day),
    (_DAY_NAME, _day_name),
)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full(year: int) -> int:
    return year + _CENTURY if year < 100 else year  # noqa: PLR2004


def _nearest(month: int, day: int, today: date) -> date | None:
    days = [_date(today.year + shift, month, day) for shift in (-1, 0, 1)]
    return min((d for d in days if d), key=lambda d: abs(d - today), default=None)


@lru_cache(1024)
def _month(word: str) -> int | None:
    """Return the number of a month, also if letters of its name were misread."""
    bare = skeleton(word)
    if bare in _MONTH_NAMES:
        return _MONTH_NAMES[bare]
    numbers = {number for name, number in _MONTH_NAMES.items() if is_like(name, bare)}
    return numbers.pop() if len(numbers) == 1 else None


def _find_times(plain: str, *, is_labelled: bool = False) -> list[tuple[time, int]]:
    times = []
    for match in _TIME.finditer(plain):
        found = _time(match, is_labelled=is_labelled)
        if found is not None:
            times.append((found, match.start()))
    return times


def _time(match: re.Match[str], *, is_labelled: bool) -> time | None:
    hours, mark, minutes, seconds, half, hour_word, unclear = match.groups()
    hour = int(hours)
    if (unclear and hour <= _NOON) or (mark == "." and not (half or hour_word or is_labelled)):
        return None
    if not half and not hour_word and len(hours) == 1 and mark != "h":
        return None  # the half of the day was lost
    if half and hour <= _NOON:
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    try:
        return time(hour, int(minutes), int(seconds or 0))
    except ValueError:
        return None
