"""Numbers of operations: which text can be one, and which can't."""

import re
from collections.abc import Sequence
from datetime import date

from comanda.examiner.dates import has_date_form, is_date_number, number_day
from comanda.examiner.text import to_digits

SHORTEST, LONGEST = 6, 30
_LEAST_DIGITS = 3
_SINPE, _SINPE_CUT = (
    25,
    range(21, 25),
)  # digits of a SINPE number, and of one that lost its last line
_LINES = 2  # that a long number may take
_NUMBER_WORD = re.compile(r"[A-Za-z0-9|]+(?:[-./_][A-Za-z0-9|]+)*")
_EDGES = "#:;,.*'\"`\u00b4“”\u2018\u2019«»()[]{}<>=~_-—\u2013°º "
_MONEY_MARK = re.compile(r"[$₡₲€%]|\b(?:MXN|USD|COP|CRC|PEN|CLP|ARS|GTQ)\b|S/")
_RUN_UP, _RUN_DOWN = "01234567890123456789", "98765432109876543210"
_LONGEST_HEAD = 4  # letters before a number's first digits
_LETTER_AND_NUMBER = re.compile("[A-Z][Oo][0-9]{5,9}")
_MOST_MISREAD = 2  # letters in a number of digits that are digits
_ALL_DIGITS_FROM = 8
_SHORTER = 12  # letters and digits; a longer number is no date, whatever is in it


def number_in(words: Sequence[str], today: date) -> str | None:
    """Return the number that a value's words make, groups joined, or None if they make none."""
    text = " ".join(words)
    if _MONEY_MARK.search(text) or text.lstrip().startswith("+") or ":" in text[3:]:
        return None
    parts = _parts(words)
    number = repaired("".join(parts)).upper()
    if len(parts) == _LINES and not carries_date(number, today):
        turned = repaired("".join(parts[::-1])).upper()  # its second line was read first
        number = turned if carries_date(turned, today) else number
    if has_date_form(" ".join(parts), today) and not _is_long(number):
        return None
    return number if is_number(number, today) else None


def _is_long(number: str) -> bool:
    return len(number) > _SHORTER


def _parts(words: Sequence[str]) -> list[str]:
    """Return the words that make one number: from the first that has digits, to the last."""
    parts: list[str] = []
    for word in words:
        bare = word.strip(_EDGES)
        if not bare and parts and word.strip("-—\u2013_.") == "":
            continue
        is_part = bool(_NUMBER_WORD.fullmatch(bare)) and (_has_digits(bare) or _is_short_head(bare))
        if is_part:
            parts.append(re.sub(r"[^A-Za-z0-9]", "", bare.replace("|", "l")))
        elif parts and any(map(_has_digits, parts)):
            break
        else:
            parts = []
    while parts and not _has_digits(parts[-1]) and not _are_groups(parts):
        parts.pop()
    return parts


def _are_groups(parts: Sequence[str]) -> bool:
    """Whether words are the groups of one number, as long each: `81Z0 2J6Y GXHR`."""
    return len(parts) > _LINES and len({len(part) for part in parts}) == 1


def _has_digits(word: str) -> bool:
    return any(c.isdigit() for c in word)


def _is_short_head(word: str) -> bool:
    return (
        word.isupper()
        and len(word) <= _LONGEST_HEAD
        and word not in {"NO", "NRO", "NUM", "REF", "ID"}
    )


def repaired(number: str) -> str:
    """Return digits for the letters that must be digits.

    These are a few letters in a number of digits, and an "O" behind the one letter of a number.
    """
    digits = to_digits(number)
    wrong = sum(a != b for a, b in zip(number, digits, strict=True))
    is_of_digits = digits.isdigit() and len(number) >= _ALL_DIGITS_FROM and number[0].isdigit()
    if is_of_digits and wrong <= _MOST_MISREAD:
        return digits
    if _LETTER_AND_NUMBER.fullmatch(number):
        return f"{number[0]}0{number[2:]}"
    return number


def is_number(number: str, today: date) -> bool:
    """Whether letters and digits can be an operation's number, and are no date or filler."""
    digits = sum(c.isdigit() for c in number)
    return (
        SHORTEST <= len(number) <= LONGEST
        and number.isascii()
        and digits >= _LEAST_DIGITS
        and len(set(number)) > 1
        and number not in _RUN_UP
        and number not in _RUN_DOWN
        and not (number.isdigit() and is_date_number(number, today))
        and len(set(re.sub("[^0-9]", "", number))) > 1
        and not (len(number) in _SINPE_CUT and carries_date(number.ljust(_SINPE, "0"), today))
    )


def carries_date(number: str, today: date) -> bool:
    return number_day(number, today) is not None


def fit_to(pattern: re.Pattern[str] | None, number: str) -> str | None:
    """Return the number in the form that the house expects, or None if it doesn't fit."""
    if pattern is None or len(number) > 2 * LONGEST:
        return None
    for form in (number, number.upper(), number.lower(), to_digits(number)):
        if pattern.fullmatch(form):
            return form.upper()
    return None


def compile_pattern(pattern: str) -> re.Pattern[str] | None:
    """Return the house's pattern, or None for an empty or wrong one."""
    try:
        return re.compile(pattern) if pattern else None
    except (re.error, RecursionError, OverflowError):
        return None
