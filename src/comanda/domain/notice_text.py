"""The words of a bank's notice: cleaned, folded, and the amounts in them.

Whoever pays can often write a part of a notice, such as a concept, and so can whoever sends an SMS.
So nothing here believes more than the words say.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from comanda.domain.money import MOST, MoneyFormat

LONGEST_NOTICE = 4_000  # characters
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?(?:\n ?)+")
# Raised digits would become digits of the whole amount: 185⁵⁰ is no 18550.
_RAISED = re.compile("[\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]+")

_SIGNS = (
    r"us ?\$|u\$s|u\$d|\$u|rd ?\$|mx ?\$|col ?\$|cop ?\$|ar ?\$|clp ?\$|c ?\$"
    r"|[$\u00a2\u20a1\u20b2\u20ac]|s ?/ ?\.?|b ?/ ?\.?|bs ?\.?|gs ?\.?|q ?\.?|l ?\."
)
_CODES = r"mxn|cop|crc|pen|clp|ars|gtq|hnl|nio|dop|bob|pyg|uyu|usd|pab|eur|m\.?n\.?"
_WORDS = r"pesos|soles|sol|colones|quetzales|dolares|balboas|lempiras|cordobas|bolivianos|guaranies"
_BEFORE = rf"(?<![a-z0-9])(?:(?:{_CODES}) ?(?:{_SIGNS})?|(?:{_SIGNS}) ?(?:{_CODES})?|(?:{_WORDS}))"
# Blanks group digits only where hundredths follow: `1 250,00`, but no `$50 120`.
_NUMBER = r"(?:[0-9]{1,3}(?: [0-9]{3})+[.,][0-9]{2}(?![0-9])|[0-9](?:[.,'\u2019][0-9]|[0-9])*+)"
# A number that goes on is no amount: a blank and a group of digits, `mil`, a percentage, a date.
_GOES_ON = re.compile(
    r" ?(?:[0-9%\u00bd]|mil(?:lones)?\b|millon\b|k\b|mm?\b(?!\.?n)|/[0-9]|-[0-9]|[:x][0-9])"
    r"|[a-z\u02c6^_]|[.,'] [0-9]{3}(?![0-9])"
)
_BEHIND = re.compile(rf" ?(?:{_CODES}|{_WORDS}|[$\u00a2\u20a1\u20ac])(?![a-z0-9])")
MONEY = rf"(?:{_BEFORE} ?:? ?)?{_NUMBER}"
_MONEY = re.compile(rf"(?P<sign>{_BEFORE})? ?(?P<number>{_NUMBER})")
_DOLLARS = re.compile(r"us ?\$|u\$|usd|dolar")
_EUROS = re.compile("eur|\u20ac")
_OF_DOLLARS = frozenset({"EC", "SV", "PA", "PR", "US"})
_DOLLAR_SIGNS = frozenset({"$", "US$", "USD", "U$S", "B/.", "B/"})

_NUMBER_PARTS = re.compile(
    r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?:(?P<group>[.,'\u2019])[0-9]{3}"
    r"(?:(?P=group)[0-9]{3}|['\u2019][0-9]{3}|,[0-9]{3})*))(?:(?P<mark>[.,])(?P<cents>[0-9]{1,2}))?"
)


def clean(text: str, longest: int = LONGEST_NOTICE) -> str:
    """Return the text without what can't be seen or turns it round, one blank for each run.

    Compatible letters become plain ones (full-width digits, ligatures). Line breaks stay.
    """
    shown = _RAISED.sub("^", text[:longest].replace("\r", "\n").replace("\t", " "))
    composed = unicodedata.normalize("NFKC", shown)[: 2 * longest]
    visible = "".join(map(_shown, composed))
    return _LINES.sub("\n", _BLANKS.sub(" ", visible)).strip()[:longest]


@lru_cache(4096)
def _shown(character: str) -> str:
    if " " <= character <= "~" or character == "\n":
        return character
    category = unicodedata.category(character)
    if category in ("Zl", "Zp") or character in "\x0b\x0c\x85":
        return "\n"
    if category[0] == "Z":
        return " "
    if category[0] in "CM":
        return ""
    return str(unicodedata.decimal(character)) if category == "Nd" else character


def fold(text: str) -> str:
    """Return a cleaned text in lower case and without accents, letter by letter.

    A place in the folded text is the same place in the cleaned text.
    """
    return "".join(map(_folded, text))


@lru_cache(4096)
def _folded(character: str) -> str:
    bare = unicodedata.normalize("NFD", character)[:1].lower()
    return bare if len(bare) == 1 else character


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in a folded text, from `start` to `end`; `units` is None if it can't be read.

    `is_money`: a currency stands beside it.
    """

    units: int | None
    start: int
    end: int
    is_money: bool


def amounts(folded: str, style: MoneyFormat, country: str = "") -> Iterator[Amount]:
    """Yield the amounts in a folded text, and other numbers, in their order."""
    for match in _MONEY.finditer(folded):
        start, end = match.span()
        if match["sign"] is None:
            start = match.start("number")
            if start and (folded[start - 1].isalnum() or folded[start - 1] in ".,'/:*#-"):
                continue
        behind = _BEHIND.match(folded, end)
        currency = f"{match['sign'] or ''} {behind[0] if behind else ''}"
        is_minus = start > 0 and folded[start - 1] in "-\u2212\u2013("
        goes_on = behind is None and _GOES_ON.match(folded, end)
        units = None
        if not is_minus and not goes_on and _is_ours(currency, style, country):
            units = read_number(match["number"])
        yield Amount(units, start, behind.end() if behind else end, bool(match["sign"] or behind))


def read_number(number: str) -> int | None:
    """Return the minor units of an amount as banks write it, or None.

    Two marks: the last is the decimal one. One mark before one or two digits is the decimal mark.
    One mark before three digits groups thousands, whatever the house's own mark is: no bank writes
    thousandths (`$50.000`, `S/ 1.250`). Zero, and more than a payment can be, is None.
    """
    parts = _NUMBER_PARTS.fullmatch(number.replace(" ", ""))
    if parts is None or (parts["mark"] and parts["mark"] == parts["group"]):
        return None
    whole = re.sub("[^0-9]", "", parts["whole"])
    if len(whole) > len(str(MOST)):
        return None
    units = int(whole) * 100 + int((parts["cents"] or "").ljust(2, "0"))
    return units if 0 < units <= MOST else None


def _is_ours(currency: str, style: MoneyFormat, country: str) -> bool:
    """Whether an amount's currency may be the house's: dollars are no pesos, soles or colones."""
    if _EUROS.search(currency):
        return False
    if not _DOLLARS.search(currency):
        return True
    return country in _OF_DOLLARS if country else style.sign.upper() in _DOLLAR_SIGNS
