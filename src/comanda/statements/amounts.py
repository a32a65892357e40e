"""Amounts in a statement's cells, in minor units."""

import re
from collections.abc import Iterable

from comanda.domain.money import MOST

TOO_MUCH = "El monto es demasiado grande"
_MINUSES = "\u2212\u2013-"
_AMOUNT = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[+{_MINUSES}])?\s*"
    r"(?:[A-Za-z]{1,3}[./]{0,2})?\s?[$\xa2-\xa5\u20a0-\u20cf\uff04]?\s*"
    rf"(?P<inner>[+{_MINUSES}])?\s*"
    r"(?P<number>[0-9](?:[0-9.,'\u2019 \u00a0\u202f]*[0-9])?|[.,][0-9]{1,2})\s*"
    rf"(?P<behind>[+{_MINUSES}])?\s*(?P<close>\))?\s*"
    r"(?:[$\xa2-\xa5\u20a0-\u20cf\uff04]|(?!MIL)[A-Z]{3})?\s*"
    r"(?P<side>CR|DR|DB|[CDHA])?\.?",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,'\u2019 \u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*")
_MARKS = re.compile(r"[.,]")
_LONGEST = 40  # characters: a pattern takes its time with more
_HUNDREDTHS = 2
_THOUSANDS = 3
_DEBITS = ("d", "db", "dr")
_PLAIN = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{2})?", re.ASCII)


def read_amount(text: str, mark: str) -> int | None:
    """Return a cell's amount, a debit below 0; None for an empty cell or a dash.

    `mark` is the decimal mark. Raises ValueError, with a sentence for more than MOST.
    """
    if _PLAIN.fullmatch(text) and mark == ".":  # most cells, and the quickest to read
        whole, _, fraction = text.partition(".")
        units = int(whole + (fraction or "00"))
        return _within(units)
    stripped = text.strip()
    if len(stripped) > _LONGEST:
        raise ValueError("El monto no se entiende")
    if stripped.strip(_MINUSES) == "":
        return None
    match = _AMOUNT.fullmatch(stripped)
    if match is None or bool(match["open"]) != bool(match["close"]):
        raise ValueError("El monto no se entiende")
    units = _units(match["number"], mark)
    signs = [match["sign"], match["inner"], match["behind"]]
    is_below = any(sign and sign in _MINUSES for sign in signs) or bool(match["open"])
    side = (match["side"] or "").lower()
    return _within(-units if is_below or side in _DEBITS else units)


def _within(units: int) -> int:
    if abs(units) > MOST:
        raise ValueError(TOO_MUCH)
    return units


def _units(number: str, mark: str) -> int:
    whole, found_mark, fraction = number.rpartition(mark)
    if not found_mark:
        whole, fraction = number, ""
    if not whole.isdigit() and whole:
        grouped = _GROUPED.fullmatch(whole)
        if grouped is None or grouped[1] == mark:
            raise ValueError("El monto no se entiende")
        whole = re.sub("[^0-9]", "", whole)
    if not (fraction.isdigit() or not fraction) or fraction[_HUNDREDTHS:].strip("0"):
        raise ValueError("El monto tiene más de dos decimales")
    return int(whole or 0) * 100 + int(fraction[:_HUNDREDTHS].ljust(_HUNDREDTHS, "0"))


def find_mark(texts: Iterable[str], default: str) -> str:
    """Return the decimal mark that the amounts are written with; `default` if none tells."""
    for text in texts:
        marks: list[str] = _MARKS.findall(text)
        if not marks:
            continue
        last = marks[-1]
        digits = re.match("[0-9]*", text[text.rfind(last) + 1 :])
        if len(set(marks)) > 1:
            return last
        if len(marks) > 1:
            return "," if last == "." else "."
        if digits is None or len(digits[0]) != _THOUSANDS:
            return last
    return default


def is_amount(text: str) -> bool:
    """Whether a cell has an amount of money, by whatever decimal mark."""
    for mark in ".,":
        try:
            if read_amount(text, mark) is not None:
                return True
        except ValueError:
            continue
    return False
