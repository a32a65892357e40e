"""Amounts as a house writes and reads them. Amounts are integer minor units (hundredths)."""

import re
from dataclasses import dataclass

MOST_DIGITS = 9
_AMOUNT = re.compile(r"[0-9][0-9.,]*", re.ASCII)
_SPACED = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]{1,2})?", re.ASCII)  # 1 234,50
_HUNDREDTHS = 2  # digits


class Doubtful(ValueError):
    """A text that could be two amounts, or that names hundredths in a house without them."""


@dataclass(frozen=True, slots=True)
class MoneyFormat:
    """How a house writes money: its sign and the sign's place, 0 or 2 decimals, the decimal mark.

    The other one of point and comma separates groups of three digits.
    """

    sign: str = "$"
    sign_after: bool = False
    decimals: int = 2
    mark: str = "."

    @property
    def group(self) -> str:
        return "," if self.mark == "." else "."

    def text(self, units: int) -> str:
        """18550 → `$ 185.50`. Hundredths are shown in a house without decimals if there are any."""
        text = self._number(units, self.group)
        return f"{text} {self.sign}" if self.sign_after else f"{self.sign} {text}"

    def _number(self, units: int, between: str) -> str:
        whole, hundredths = divmod(abs(units), 100)
        digits = f"{whole:,}".replace(",", between)
        fraction = f"{self.mark}{hundredths:02}" if self.decimals or hundredths else ""
        return f"{'-' if units < 0 else ''}{digits}{fraction}"

    def example(self) -> str:
        """An amount as people here write it."""
        return self._number(18550 if self.decimals else 1_100_000, self.group)

    def read(self, text: str) -> int:
        """Return a typed amount in minor units.

        Raises ValueError with a sentence; what could be read in two ways is refused, with both.
        `static/js/lib/money.js` reads by the same rules, which a test holds against each other.
        """
        typed = " ".join(text.replace(self.sign, "", 1).split())
        if _SPACED.fullmatch(typed):
            typed = typed.replace(" ", "")
        if not _AMOUNT.fullmatch(typed) or typed[-1] in ".,":
            raise ValueError(self._wrong())
        at = max(typed.rfind("."), typed.rfind(","))
        if at < 0:
            return self._checked(typed, "")
        last, before, after = typed[at], typed[:at], typed[at + 1 :]
        if len(after) == len("000"):
            return self._thousands(typed, before, after, last)
        other = "," if last == "." else "."
        if len(after) > _HUNDREDTHS or last in before or not _is_grouped(before, other):
            raise ValueError(self._wrong())
        if self.decimals == 0 and int(after) > 0:
            raise Doubtful("Aquí los montos no llevan centavos")
        return self._checked(before.replace(other, ""), after)

    def _thousands(self, typed: str, before: str, after: str, last: str) -> int:
        """Read three digits after the last mark; with the decimal mark they are doubtful."""
        if not _is_grouped(typed, last):
            raise ValueError(self._wrong())
        units = self._checked(typed.replace(last, ""), "")
        if last != self.mark or last in before:
            return units
        decimal = round(float(f"{before}.{after}") * 100)
        raise Doubtful(f"¿{self.text(units)} o {self.text(decimal)}? Escríbelo sin duda")

    def _checked(self, digits: str, fraction: str) -> int:
        if len(digits.lstrip("0")) > MOST_DIGITS:
            raise ValueError(self._wrong())
        return int(digits) * 100 + int(fraction.ljust(_HUNDREDTHS, "0"))

    def _wrong(self) -> str:
        return f"Escribe un monto como {self.example()}"


def _is_grouped(text: str, between: str) -> bool:
    """Whether text is digits, or digits in proper groups of three: `1234`, `1,234`."""
    first, *others = text.split(between)
    is_number = all(digits.isdigit() for digits in (first, *others))
    return is_number and (
        not others
        or (len(first) <= len("000") and {len(group) for group in others} == {len("000")})
    )


PLAIN_MONEY = MoneyFormat()
