"""The movements of an OFX file: 1.x is SGML whose tags need not be closed, 2.x is XML.

Only the tags within each `STMTTRN` count. Nothing is expanded but the five entities of XML.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from html import unescape
from itertools import pairwise

from comanda.statements.amounts import find_mark, read_amount
from comanda.statements.lines import (
    MOST_LINES,
    Line,
    Movements,
    fold,
    in_pieces,
    refused,
    tidy,
)

_HEADER = re.compile(r"\s*OFXHEADER\s*:", re.IGNORECASE)
_ROOT = re.compile("<OFX>", re.IGNORECASE)
_LOOKED_AT = 16_384  # characters in which the root stands
_MARKUP = re.compile("<!")
_DECLARES = re.compile(r"<!\s*+(?:DOCTYPE|ENTITY|ELEMENT|\[CDATA\[)", re.IGNORECASE)
_TRANSACTION = re.compile(r"<STMTTRN>", re.IGNORECASE)
_END = re.compile(r"</STMTTRN>|</BANKTRANLIST>|<LEDGERBAL>|<AVAILBAL>", re.IGNORECASE)
_TAG = re.compile(r"<([A-Za-z0-9.]{1,32})>([^<\r\n]*)")
_ACCOUNT = re.compile(r"<ACCTID>([^<\r\n]{0,64})", re.IGNORECASE)
_POSTED = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(?:(\d{2})(?:\.\d{1,6})?)?)?"
    r"(?:\s*\[\s*([+-]?\d{1,2})(?:[.:](\d{1,2}))?(?::[^\]]{0,16})?\])?"
)
_LONGEST = 8_000  # characters of one movement
_OUT = {"debit", "check", "payment", "atm", "pos", "fee", "srvchg", "directdebit", "cash"}
# Times that banks write where they know the day alone.
_NO_TIMES = (time(), time(12))
_MOST_HOURS = 14


def is_ofx(text: str) -> bool:
    """Whether a file's text is OFX."""
    beginning = text[:_LOOKED_AT]
    is_xml = beginning.lstrip().startswith("<") and _ROOT.search(beginning) is not None
    return is_xml or _HEADER.match(beginning) is not None


def read_ofx(text: str) -> Movements:
    """Return the movements. Raises ValidationFailed for XML that declares entities."""
    markup = in_pieces(_MARKUP.finditer(text))
    if any(_DECLARES.match(text, found.start()) for found in markup):
        raise refused("El archivo OFX declara entidades: descárgalo otra vez del banco")
    movements = Movements()
    for number, part in enumerate(in_pieces(_transactions(text)), 1):
        if number > MOST_LINES:
            raise refused(f"El archivo pasa de {MOST_LINES:,} movimientos: pide menos días")
        try:
            movements.lines.append(_line(number, part))
        except ValueError as error:
            movements.complain(number, str(error))
    return movements


def account_of(text: str) -> str | None:
    """Return the account's number, if the file tells it."""
    match = _ACCOUNT.search(text)
    return tidy(match[1]) if match else None


def _transactions(text: str) -> Iterator[str]:
    begins = [match.end() for match in _TRANSACTION.finditer(text)]
    for begin, following in pairwise([*begins, len(text)]):
        end = _END.search(text, begin, min(following, begin + _LONGEST))
        yield text[begin : end.start() if end else min(following, begin + _LONGEST)]


def _line(number: int, part: str) -> Line:
    fields: dict[str, str] = {}
    for name, value in _TAG.findall(part):
        fields.setdefault(name.upper(), unescape(value).strip())
    day, clock, moment = _posted(fields.get("DTPOSTED", ""))
    text = fields.get("TRNAMT", "")
    amount = read_amount(text, find_mark([text], "."))
    if amount is None:
        raise ValueError("No tiene monto")
    if fold(fields.get("TRNTYPE", "")) in _OUT:
        amount = -abs(amount)
    names = ("REFNUM", "CHECKNUM", "NAME", "MEMO")
    return Line(
        number,
        day,
        amount,
        clock=clock,
        moment=moment,
        reference=tidy(fields.get("REFNUM") or fields.get("CHECKNUM") or fields.get("FITID", "")),
        description=tidy(fields.get("MEMO", "")),
        sender=tidy(fields.get("NAME", "")),
        own=fold(" ".join(fields.get(name, "") for name in names)),
    )


def _posted(text: str) -> tuple[date, time | None, datetime | None]:
    """Return the day of a movement, and its exact time if its time zone is told.

    A time without its zone would be UTC by the standard, and is the bank's own clock in many files:
    then only the day counts.
    """
    match = _POSTED.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"La fecha no se entiende: «{text[:40]}»")
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
        clock = time(int(match[4] or 0), int(match[5] or 0), int(match[6] or 0))
    except ValueError as error:
        raise ValueError(f"La fecha no se entiende: «{text[:40]}»") from error
    if clock in _NO_TIMES or match[7] is None or abs(int(match[7])) > _MOST_HOURS:
        return day, None, None
    hours, minutes = int(match[7]), int(match[8] or 0)
    offset = timedelta(hours=hours, minutes=-minutes if match[7].startswith("-") else minutes)
    try:
        return day, None, datetime.combine(day, clock, timezone(offset)).astimezone(UTC)
    except OverflowError:  # in the first or the last year of the calendar
        return day, None, None
