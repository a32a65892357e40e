"""The types of events, and the roles that hear each type."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from comanda.domain.staff import Role
from comanda.domain.wire import Wire


class EventType(StrEnum):
    ORDER_UPDATED = "order_updated"
    ORDER_PLACED = "order_placed"
    ORDER_READY = "order_ready"
    PAYMENT_VERIFICATION_PENDING = "payment_verification_pending"
    PAYMENT_REJECTED = "payment_rejected"
    PAYMENT_APPROVED = "payment_approved"
    ORDER_VOIDED = "order_voided"
    MENU_UPDATED = "menu_updated"
    PAYMENT_SEEN = "payment_seen"
    PAYMENT_UNSEEN = "payment_unseen"
    PAYMENT_EXAMINED = "payment_examined"
    DEPOSIT_ARRIVED = "deposit_arrived"
    DEPOSIT_TIED = "deposit_tied"


AUDIENCE: Mapping[EventType, frozenset[Role]] = {
    EventType.ORDER_UPDATED: frozenset(Role),
    EventType.ORDER_PLACED: frozenset({Role.KITCHEN, Role.ADMIN}),
    EventType.ORDER_READY: frozenset({Role.WAITER, Role.ADMIN}),
    EventType.PAYMENT_VERIFICATION_PENDING: frozenset({Role.CASHIER, Role.ADMIN}),
    EventType.PAYMENT_REJECTED: frozenset({Role.WAITER, Role.ADMIN}),
    EventType.PAYMENT_APPROVED: frozenset({Role.WAITER, Role.ADMIN}),
    EventType.ORDER_VOIDED: frozenset(Role),
    EventType.MENU_UPDATED: frozenset(Role),
    EventType.PAYMENT_SEEN: frozenset({Role.WAITER, Role.ADMIN}),
    EventType.PAYMENT_UNSEEN: frozenset({Role.CASHIER, Role.WAITER, Role.ADMIN}),
    EventType.PAYMENT_EXAMINED: frozenset({Role.CASHIER, Role.WAITER, Role.ADMIN}),
    EventType.DEPOSIT_ARRIVED: frozenset({Role.CASHIER, Role.ADMIN}),
    EventType.DEPOSIT_TIED: frozenset({Role.CASHIER, Role.ADMIN}),
}


def heard_by(role: Role) -> frozenset[EventType]:
    """Return the types of events that `role` receives."""
    return frozenset(kind for kind, audience in AUDIENCE.items() if role in audience)


@dataclass(frozen=True, slots=True)
class Event:
    """A change of an order or of the menu, before the log gives it an id and a time.

    `redacted` is for the kitchen, in place of `data`; None if the kitchen may read `data`. So is
    `for_waiters` for the waiters.
    """

    type: EventType
    data: Wire
    redacted: Wire | None = None
    for_waiters: Wire | None = None


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as stored in the log; `data`, `redacted` and `for_waiters` are lines of JSON."""

    id: int
    type: EventType
    data: str
    redacted: str | None
    for_waiters: str | None
    actor: str
    at: datetime
