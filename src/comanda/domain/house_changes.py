"""What was changed of the house and of its accounts, by whom and when.

Who gives guests an own account to pay to, and takes it back a minute later, has left a trace.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from comanda.domain.accounts import Account
from comanda.domain.house import House
from comanda.domain.wire import Wire, time

MOST_CHANGES = 50  # that an answer lists
BANK_LINE = "Banco: secreto nuevo para el teléfono"

_LABELS = {
    "restaurant": "Nombre",
    "currency": "Moneda",
    "time_zone": "Zona horaria",
    "day_ends": "El día termina",
    "country": "País",
    "currency_after": "Signo al final",
    "decimals": "Decimales",
    "decimal_mark": "Marca decimal",
    "own_verdicts": "Trabaja una sola persona",
    "tips": "Propinas",
}


@dataclass(frozen=True, slots=True)
class HouseChange:
    """A change by `username`, called `name`, as lines for people: what is gone, what is new."""

    username: str
    name: str
    at: datetime
    removed: tuple[str, ...]
    added: tuple[str, ...]

    def wire(self) -> Wire:
        """`{username, name, at, removed, added}`."""
        return {
            "username": self.username,
            "name": self.name,
            "at": time(self.at),
            "removed": list(self.removed),
            "added": list(self.added),
        }


def account_lines(accounts: Sequence[Account]) -> list[str]:
    """Return a line for each account, with all that a guest sees and scans."""
    return [_account_line(account) for account in accounts]


def _account_line(account: Account) -> str:
    parts = [account.label, account.holder, account.method, account.number]
    if account.alias is not None:
        parts.append(f"alias {account.alias}")
    if account.qr is not None:
        parts.append(f"QR {account.qr}")
    return " · ".join(parts)


def house_lines(house: House) -> list[str]:
    """Return a line for each of the house's settings."""
    return [f"{_LABELS[name]}: {_word(value)}" for name, value in house.wire().items()]


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, list):
        return ", ".join(f"{percent} %" for percent in value) or "ninguna"
    return str(value) or "ninguno"
