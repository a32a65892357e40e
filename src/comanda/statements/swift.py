"""The movements of an MT940 file, whose lines the library `mt-940` knows.

The library gets one line of bounded length at a time: its patterns are not made for hostile files,
and on its own it writes what it can't read to the log.
"""

import io
import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from comanda.statements.amounts import read_amount
from comanda.statements.lines import (
    MOST_LINES,
    Line,
    Movements,
    fold,
    in_pieces,
    refused,
    tidy,
)

# A block begins at its brace alone, and blanks are never given back: each text is read in one way.
_BEGINNING = re.compile(
    r"\s*+(?:\{[0-9]{1,3}:[^\n{]{0,400}?(?:\n\s*+)?){0,20}:(?:20|25):", re.ASCII
)
_TAG = re.compile(r":(\d{2}[A-Z]?):")
_LONGEST_STATEMENT_LINE = 300
_MOST_DETAILS = 2_000  # characters of a movement's words
_SUBFIELD = re.compile(r"\?(\d{2})")
_SENDERS = ("32", "33")
_TEXTS = tuple(str(number) for number in (*range(20, 30), *range(60, 64)))
_NO_REFERENCE = ("nonref", "")
_CENTURY = 2000


def is_mt940(text: str) -> bool:
    """Whether a file's text is MT940."""
    return _BEGINNING.match(text) is not None


@cache
def _pattern() -> "re.Pattern[str]":
    from mt940.tags import Statement  # noqa: PLC0415 - loaded for such a file alone

    return Statement().re


def read_mt940(text: str) -> Movements:
    """Return the movements. Raises ValidationFailed for too many."""
    movements = Movements()
    for count, (number, statement, details) in enumerate(in_pieces(_pairs(text))):
        if count >= MOST_LINES:
            raise refused(f"El archivo pasa de {MOST_LINES:,} movimientos: pide menos días")
        try:
            movements.lines.append(_line(number, statement, details))
        except ValueError as error:
            movements.complain(number, str(error))
    return movements


def _pairs(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the number, the `:61:` and the `:86:` of each movement."""
    begins, statement, details, tag = 0, "", "", ""
    for number, ended in enumerate(io.StringIO(text, newline=None), 1):  # not all at a time
        line = ended.rstrip("\n")
        match = _TAG.match(line)
        if match is None:
            if line.startswith("-"):
                tag = ""
            elif tag == "61" and len(statement) < _LONGEST_STATEMENT_LINE:
                statement += f"\n{line}"[:_LONGEST_STATEMENT_LINE]
            elif tag == "86" and len(details) < _MOST_DETAILS:
                details += f"\n{line[:_MOST_DETAILS]}"
            continue
        tag = match[1]
        if begins and tag != "86":
            yield begins, statement, details
            begins, statement, details = 0, "", ""
        if tag == "61":
            begins, statement = number, line[match.end() :][:_LONGEST_STATEMENT_LINE]
        elif tag == "86":
            details = line[match.end() :][:_MOST_DETAILS] if begins else ""
    if begins:
        yield begins, statement, details


def _line(number: int, statement: str, details: str) -> Line:
    match = _pattern().match(statement[:_LONGEST_STATEMENT_LINE])
    if match is None:
        raise ValueError("El renglón :61: no se entiende")
    try:
        day = date(_CENTURY + int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError as error:
        raise ValueError("La fecha no se entiende") from error
    amount = read_amount(match["amount"], ",")
    if amount is None:
        raise ValueError("No tiene monto")
    # `RD`, a debit taken back, comes in; `RC`, a credit taken back, goes out.
    comes_in = match["status"].upper() in ("C", "RD")
    sender, words = _parts(details[:_MOST_DETAILS])
    references = [match["bank_reference"], match["customer_reference"]]
    known = [one for one in references if fold(one or "") not in _NO_REFERENCE]
    extra = match["extra_details"] or ""
    return Line(
        number,
        day,
        amount if comes_in else -amount,
        reference=tidy(known[0] or "") if known else None,
        description=tidy(f"{words} {extra}"),
        sender=sender,
        own=fold(" ".join((*(one or "" for one in references), extra, details))),
    )


def _parts(details: str) -> tuple[str | None, str]:
    """Return the sender and the words; German and Polish banks number the parts, as `?32`."""
    flat = details.replace("\n", "")
    pieces = _SUBFIELD.split(flat)
    if len(pieces) == 1:
        return None, details
    parts: dict[str, str] = {}
    for name, value in zip(pieces[1::2], pieces[2::2], strict=True):
        parts.setdefault(name, value)
    sender = " ".join(parts[name] for name in _SENDERS if name in parts)
    return tidy(sender), " ".join(parts[name] for name in _TEXTS if name in parts)
