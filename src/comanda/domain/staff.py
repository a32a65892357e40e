"""Who works in the house."""

from dataclasses import dataclass
from enum import StrEnum

from comanda.domain.wire import Wire


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
