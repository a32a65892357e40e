"""Amounts of money in text: which currency signs there are, and what marks between digits mean."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from comanda.domain.money import MOST
from comanda.examiner.lines import Token
from comanda.examiner.text import to_digits

_BEFORE = (
    r"US\s?\$|USD|RD\s?\$|MX\s?\$|MXN?|COP|CRC|PEN|CLP|ARS|GTQ|HNL|NIO|DOP|BOB|PYG|UYU|BRL|VES|EUR"
    r"|M\.N\.|C\s?\$|R\s?\$|[$§₡₲€¢]|S\s?/\.?|[Ss](?=\s?[0-9])|Bs\.?\s?S?\.?|B\s?/\.?|Gs\.?|Q\.?|L\.?"
)
_BEHIND = (
    r"MXN?|M\.?N\.?|USD|COP|CRC|PEN|CLP|ARS|GTQ|HNL|NIO|DOP|BOB|PYG|UYU|BRL|VES|EUR|Bs\.?|Gs\.?"
    r"|[$₡₲€¢]|pesos|soles|colones|quetzales|d[oó]lares|balboas|lempiras|c[oó]rdobas|bolivianos|reales"
)
_NUMBER = r"[0-9OolISBQ|](?:\s?[.,'\u2019]\s?(?=[0-9OolISB])|[0-9OolISB]|\s(?=[0-9]{3}(?![0-9])))*"
_MONEY = re.compile(
    rf"(?:(?<![A-Za-z0-9])(?P<before>{_BEFORE})\s*[:\-]?\s*)?(?<![\w.,/:\-])?(?P<number>{_NUMBER})"
    rf"(?P<dash>[.,]\s?[-\u2013—]{{1,2}})?(?:\s?(?P<behind>{_BEHIND})(?![A-Za-z0-9]))?"
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED_CENTS = re.compile("(?<=[0-9])\\s?[.,]?\\s?([⁰¹²³⁴⁵⁶⁷⁸⁹]{2})(?![⁰¹²³⁴⁵⁶⁷⁸⁹])")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,' ])[0-9]{3})(?:\1[0-9]{3})*")
_CENTS, _THOUSAND, _MOST_DIGITS = 2, 3, 12  # digits
_SMALL = 0.72  # of the height of the digits before: raised cents
_LEAST_GLUED = 10_00  # minor units: a sign and a digit at least
_HALF_CENTS = re.compile(r"[.,][0-9]\Z")  # small cents of which one was lost
_FORM = re.compile(r"[0-9][.,'][0-9]{2,3}(?![0-9])")
_ODD_MARK = re.compile(r"[^\w\s.,:;\-+]\s?\Z")
_HALF = "1"  # what the right half of a sign is misread as, behind a mark for the left half
_GLUED = "58"  # what a "$" is misread as


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units, and how it was written.

    `has_sign`: a currency stands beside it. `has_mark`: what stands there is no letter and no
    digit, and may be a misread sign. `is_repaired`: letters were taken for digits.
    `start` and `end` are places in the text.
    """

    units: int
    text: str
    has_sign: bool
    has_mark: bool
    is_repaired: bool
    start: int
    end: int

    @property
    def has_form(self) -> bool:
        """Whether marks between the digits say that they are an amount."""
        return bool(_FORM.search(self.text))


def money_text(tokens: Sequence[Token]) -> str:
    """Return the text of tokens, with raised cents behind a decimal mark."""
    text = ""
    before: Token | None = None
    for token in tokens:
        if before is not None and _are_cents(before, token):
            text = f"{text.rstrip('.,')}\0{token.text}"
        else:
            text = f"{text} {token.text}" if text else token.text
        before = token
    marked = _RAISED_CENTS.sub(lambda match: "\0" + match[1].translate(_RAISED), text)
    return re.sub("\0", lambda match: _mark_for_cents(marked, match.start()), marked)


def _mark_for_cents(text: str, at: int) -> str:
    """The decimal mark that does not group the digits before: `12.500` has a point already."""
    digits = re.search(r"[0-9.,' ]*\Z", text[:at])
    return "," if digits and "." in digits[0] else "."


def _are_cents(before: Token, token: Token) -> bool:
    return (
        len(token.text) == _CENTS
        and token.text.isdigit()
        and before.text.rstrip(".,")[-1:].isdigit()
        and token.height < _SMALL * before.height
        and token.left - before.right < before.height
        and token.middle < before.middle
    )


def find_money(text: str) -> list[Money]:
    """Return the amounts in a text. What can be read in two ways, or in none, is left out."""
    amounts = []
    for match in _MONEY.finditer(text[:300]):
        number = match["number"].strip()
        before = text[: match.start("number")]
        if re.search(r"[A-Za-z0-9][.,/:\-+]?\Z", before) and not match["before"]:
            continue
        if re.match(
            r"\s?[0-9]|[/:\-+*][0-9]|[A-Za-z]|\s?[%ºª]|\s?h(?:rs)?\b", _behind(text, match)
        ):
            continue
        if sum(c.isdigit() for c in number) * 2 < sum(c.isalnum() for c in number):
            continue
        if _HALF_CENTS.search(number):
            continue
        has_sign = bool(match["before"] or match["behind"])
        digits = to_digits(number)
        units = read_units(digits)
        if units is not None and 0 < units <= MOST:
            shown = match[0].strip()
            amounts.append(
                Money(
                    units,
                    shown,
                    has_sign,
                    bool(_ODD_MARK.search(before)),
                    digits != number,
                    match.start(),
                    match.end(),
                )
            )
    return amounts


def _behind(text: str, match: re.Match[str]) -> str:
    return text[match.end() :]


def read_units(digits: str) -> int | None:
    """Return the minor units of digits with marks, or None if it isn't sure what the marks mean.

    Three digits behind the last mark are thousands: `185.500`.
    """
    compact = re.sub(r"\s*([.,'])\s*", r"\1", digits.replace("\u2019", "'"))
    whole, fraction = _split(compact)
    if whole is None:
        return None
    if not whole.isdigit():
        whole = _ungroup(whole) or ""
    if not whole.isascii() or not whole.isdigit() or len(whole) > _MOST_DIGITS:
        return None
    return int(whole) * 100 + int(fraction.ljust(2, "0"))


def _split(digits: str) -> tuple[str | None, str]:
    """Cut off the fraction behind a decimal mark."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits, ""
    whole, mark, behind = digits[:last], digits[last], digits[last + 1 :]
    if not behind.isdigit() or (mark in whole and len(behind) != _THOUSAND):
        return None, ""
    if len(behind) <= _CENTS:
        return whole, behind
    if len(behind) == _THOUSAND:
        other = "," if mark == "." else "."
        return (None, "") if other in whole else (digits, "")
    return None, ""


def _ungroup(whole: str) -> str | None:
    """Return the digits of groups of three.

    A first group of four that begins as a misread "$" does has a digit too many.
    """
    head = re.match(r"([0-9]+)[.,' ]", whole)
    if head and len(head[1]) == _THOUSAND + 1 and head[1][0] in _GLUED:
        whole = whole[1:]
    if not _GROUPED.fullmatch(whole):
        if re.fullmatch(r"[0-9]{1,3}(?:'[0-9]{3})+(?:[.,][0-9]{3})+", whole):  # 1'234,500
            return re.sub("[^0-9]", "", whole)
        return None
    return re.sub("[^0-9]", "", whole)


def is_glued(units: int, other: int) -> bool:
    """Whether the first amount may be the second with a sign before it that was read as a digit."""
    longer, shorter = f"{units}", f"{other}"
    return len(longer) == len(shorter) + 1 and longer[0] in _GLUED + _HALF and longer[1:] == shorter


def may_be_glued(units: int, *, has_mark: bool) -> bool:
    """Whether an amount without a sign begins as a misread sign does."""
    return f"{units}"[0] in (_HALF if has_mark else _GLUED) and units >= _LEAST_GLUED
