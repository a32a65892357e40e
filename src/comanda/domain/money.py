"""Amounts as a house writes and reads them. Amounts are integer minor units (hundredths)."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NoReturn

MOST = 99_999_999_999
NO_SIGN = "Usa letras, un signo de moneda, «/» o «.» después: $, S/, Bs."
NO_HUNDREDTHS = "Aquí los montos no llevan centavos"
_HUNDREDTHS = 2  # digits
_BLANKS = re.compile("[\t\n\r \u00a0\u2009\u202f]+")
# MXN 85, S/ 85, Bs. 85, C$ 85, 85 €, 85 MXN; "11 mil" has no sign.
_BEFORE = re.compile(r"^(?:[A-Za-z]{1,3}[./]{0,2})? ?[$\xa2-\xa5\u20a0-\u20cf\uff04]? ?(?=[0-9])")
_BEHIND = re.compile(r"(?<=[0-9]) ?(?:[$\xa2-\xa5\u20a0-\u20cf\uff04]|(?!MIL)[A-Z]{3})\Z")
# Digits or groups of three with one mark between them, then up to two digits behind a mark.
_AMOUNT = re.compile(
    r"(?:([0-9]+)|([1-9][0-9]{0,2}([., ])[0-9]{3}(?:\3[0-9]{3})*))(?:([.,])([0-9]{1,2}))?"
)


def is_sign(text: str) -> bool:
    """Whether the text can stand beside an amount and never be read as a part of it.

    A sign has Latin letters and signs of currencies, and between or behind them `/` and `.`. It has
    no digits, blanks, marks of a negative amount, nor anything invisible or written from right to
    left.
    """
    return text[:1] not in {"", "/", "."} and all(c in "/." or _is_of_sign(c) for c in text)


def _is_of_sign(character: str) -> bool:
    if unicodedata.category(character) == "Sc":
        return unicodedata.bidirectional(character) == "ET"
    return character.isalpha() and unicodedata.name(character, "").startswith("LATIN ")


@dataclass(frozen=True, slots=True)
class MoneyFormat:
    """How a house writes money: its sign and the sign's place, 0 or 2 decimals, the decimal mark.

    The other one of point and comma separates groups of three digits. `static/js/lib/money.js`
    reads and writes alike, which `tests/money.json` holds.
    """

    sign: str = "$"
    sign_after: bool = False
    decimals: int = 2
    mark: str = "."

    @property
    def group(self) -> str:
        return "," if self.mark == "." else "."

    @property
    def separator(self) -> str:
        """The separator of cells in this house's CSV: spreadsheets expect `;` beside `185,50`."""
        return "," if self.mark == "." else ";"

    def text(self, units: int) -> str:
        """18550 → `$ 185.50`. Hundredths are shown in a house without decimals if there are any."""
        text = self._number(units, self.group)
        return f"{text} {self.sign}" if self.sign_after else f"{self.sign} {text}"

    def plain(self, units: int) -> str:
        """123450 → `1234.50`: for a spreadsheet's cell and a field, without sign and groups."""
        return self._number(units, "")

    def _number(self, units: int, between: str) -> str:
        whole, hundredths = divmod(abs(units), 100)
        digits = f"{whole:,}".replace(",", between)
        fraction = f"{self.mark}{hundredths:02}" if self.decimals or hundredths else ""
        return f"{'-' if units < 0 else ''}{digits}{fraction}"

    def example(self) -> str:
        """An amount as people here write it."""
        return self._number(18550 if self.decimals else 1_100_000, self.group)

    def read(self, text: str, most: int = MOST) -> int:
        """Return a typed amount in minor units.

        Raises ValueError with a sentence, also for more than `most` minor units. What could be read
        in two ways in this house is refused, with both readings: three digits behind the decimal
        mark.
        """
        match = _AMOUNT.fullmatch(self._without_signs(_BLANKS.sub(" ", text).strip(" ")))
        if match is None:
            self._refuse()
        digits, groups, group, mark, fraction = match.groups(default="")
        whole = digits or groups.replace(group, "")
        if mark and mark == group:
            self._refuse()
        units = int(whole) * 100 + int(fraction.ljust(_HUNDREDTHS, "0"))
        if units > most:
            raise ValueError(f"A lo más {self.text(most if self.decimals else most // 100 * 100)}")
        if group == self.mark and not mark and groups.count(group) == 1:
            raise ValueError(self._doubt(int(whole)))
        if self.decimals == 0 and int(fraction or 0) > 0:
            raise ValueError(NO_HUNDREDTHS)
        return units

    def _refuse(self) -> NoReturn:
        raise ValueError(f"Escribe un monto como {self.example()}")

    def _doubt(self, thousands: int) -> str:
        """The sentence for three digits behind the decimal mark: `1.250` may mean 1250 or 1.25."""
        units, decimals = thousands * 100, thousands // 10
        if thousands % (10 if self.decimals else 1000):
            why = "Los centavos llevan dos cifras" if self.decimals else NO_HUNDREDTHS
            return f"{why}; si son miles, escribe {self.plain(units)}"
        readings = f"¿{self.text(units)} o {self.text(decimals)}?"
        return f"{readings} Escribe {self.plain(units)} o {self.plain(decimals)}"

    def _without_signs(self, typed: str) -> str:
        """Return the text without a currency's sign or code before it or behind it."""
        before = typed.removeprefix(self.sign)
        if before != typed and re.match(" ?[0-9]", before):
            return before.strip(" ")
        behind = typed.removesuffix(self.sign)
        if behind != typed and re.search(r"[0-9] ?\Z", behind):
            return behind.strip(" ")
        return _BEHIND.sub("", _BEFORE.sub("", typed))


PLAIN_MONEY = MoneyFormat()
