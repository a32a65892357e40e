"""Who works in the house."""

import re
from dataclasses import dataclass
from enum import StrEnum

from comanda.domain.wire import Wire

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
SHORTEST_PIN, LONGEST_PIN, LONGEST_NAME = 4, 128, 80


class Role(StrEnum):
    WAITER = "waiter"
    KITCHEN = "kitchen"
    CASHIER = "cashier"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff; `active` is false once disabled."""

    username: str
    name: str
    role: Role
    active: bool = True

    def wire(self) -> Wire:
        """`{username, name, role}`."""
        return {"username": self.username, "name": self.name, "role": self.role.value}
