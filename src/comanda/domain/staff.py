"""The members of staff, their roles, and rules for usernames and PINs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from comanda.domain.wire import Wire

LONGEST_USERNAME = 40
USERNAME = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,{LONGEST_USERNAME - 1}}}", re.ASCII)
WRONG_USERNAME = f"De 1 a {LONGEST_USERNAME} letras minúsculas sin acento, cifras, punto o guion"
SHORTEST_PIN, LONG_PIN, LONGEST_PIN = 4, 6, 128
SHORT_PIN = f"Para caja y administración el PIN lleva al menos {LONG_PIN} cifras o letras"
_OBVIOUS_PINS = frozenset(
    {"comanda", "password", "contraseña", "restaurante", "secreto", "qwerty", "abc123"}
    | {"admin", "cajero", "cajera", "mesero", "mesera", "cocina", "112233", "123321", "2580"}
)


class Role(StrEnum):
    WAITER = "waiter"
    KITCHEN = "kitchen"
    CASHIER = "cashier"
    ADMIN = "admin"


MONEY_ROLES = frozenset({Role.CASHIER, Role.ADMIN})


def username_complaint(username: str) -> str | None:
    """Why `username` is refused for a new member, in words for people; None if it is allowed."""
    if not USERNAME.fullmatch(username):
        return WRONG_USERNAME
    if username in {actor.username for actor in NOBODY}:
        return f"Con «{username}» firma Comanda lo que nadie del personal hizo; elige otro usuario"
    return None


def pin_complaint(pin: str, role: Role) -> str | None:
    """Why `pin` is refused as a new PIN, in words for people; None if it is allowed."""
    if not SHORTEST_PIN <= len(pin) <= LONGEST_PIN:
        return f"El PIN lleva de {SHORTEST_PIN} a {LONGEST_PIN} caracteres"
    if role in MONEY_ROLES and len(pin) < LONG_PIN:
        return SHORT_PIN
    return None


def is_weak(pin: str) -> bool:
    """Whether `pin` is too easily guessed for a cashier or an administrator.

    A short PIN is refused as a new PIN. An obvious PIN is accepted, and a page asks for a better
    PIN.
    """
    return len(pin) < LONG_PIN or is_obvious(pin)


def is_obvious(pin: str) -> bool:
    """Whether guessers try this PIN first: 0000, 1212, 123123, 1234, 9876, «comanda»."""
    codes = [ord(letter) for letter in pin]
    steps = {(after - before) % 10 for before, after in pairwise(codes)}
    repeats = any(pin == pin[:size] * (len(pin) // size) for size in (1, 2, 3) if size < len(pin))
    counts = pin.isdecimal() and steps in ({1}, {9})
    return repeats or counts or pin.casefold() in _OBVIOUS_PINS


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff; `active` is false for a disabled member.

    `pin_is_weak` is also false for a PIN that was set before Comanda stored this, until the next
    sign-in with that PIN.
    """

    username: str
    name: str
    role: Role
    active: bool = True
    pin_is_weak: bool = field(default=False, compare=False)

    @property
    def needs_better_pin(self) -> bool:
        """Whether the member handles money and has a PIN that is easily guessed."""
        return self.role in MONEY_ROLES and self.pin_is_weak

    def wire(self) -> Wire:
        """`{username, name, role}`."""
        return {"username": self.username, "name": self.name, "role": self.role.value}


@dataclass(frozen=True, slots=True)
class StaffChange:
    """A member after a change, and the token hashes of the sessions that the change ended."""

    member: Staff
    ended_sessions: Sequence[str] = ()


# The names in the log for actions of no member of staff: the house itself, and its command line.
HOUSE = Staff("comanda", "Comanda", Role.ADMIN)
CONSOLE = Staff("consola", "La consola", Role.ADMIN)
NOBODY = (HOUSE, CONSOLE)
