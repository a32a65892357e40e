"""The verbs of the restaurant, one transaction each. Start reading here.

Each verb is a plain function of a transaction; `Database.write` runs it, commits it, and wakes the
feed. A verb decides with the domain's rules, and stores with the store's `place` and `save`, which
take the order's events along. An exception undoes everything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from comanda.domain.errors import ValidationFailed
from comanda.domain.idempotency import IdempotencyKey
from comanda.domain.orders import (
    Order,
    OrderItem,
    OrderStatus,
    Through,
    check_reason,
    check_role,
    find_transition,
)
from comanda.domain.payments import PaymentStatus, Proof, Verdict
from comanda.domain.staff import Staff
from comanda.store import idempotency, menu, orders, payments, sessions
from comanda.store.database import Transaction

_MOVES_TO = {Verdict.APPROVED: OrderStatus.PAID, Verdict.REJECTED: OrderStatus.DELIVERED}


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What a waiter asks for: the price is the menu's, never the phone's."""

    product_id: int
    quantity: int
    note: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The order, and whether this request is what changed it."""

    order: Order
    changed: bool


def place_order(
    tx: Transaction,
    actor: Staff,
    table_number: int,
    lines: Sequence[OrderLine],
    key: IdempotencyKey | None = None,
) -> Outcome:
    """A waiter sends a table's order to the kitchen.

    Raises Forbidden, ValidationFailed (a product that is unknown or sold out) and
    IdempotencyKeyReused.
    """
    row = find_transition(None, OrderStatus.PENDING, actor.role, Through.PLACE)
    if (made := idempotency.order_made_by(tx, key)) is not None:
        return Outcome(orders.require(tx, made), changed=False)
    items = tuple(_priced(tx, lines))
    order = orders.place(tx, table_number, items, row.notice, by=actor.username)
    idempotency.remember(tx, key, order.id)
    return Outcome(order, changed=True)


def _priced(tx: Transaction, lines: Sequence[OrderLine]) -> Iterator[OrderItem]:
    for position, line in enumerate(lines):
        product = menu.find(tx, line.product_id)
        if product is None:
            raise ValidationFailed({f"items.{position}.product_id": ["No está en el menú"]})
        if not product.available:
            raise ValidationFailed({f"items.{position}.product_id": [f"{product.name}: agotado"]})
        yield OrderItem(product.id, product.name, line.quantity, product.price, line.note)


def advance_order(
    tx: Transaction, actor: Staff, order_id: int, target: OrderStatus, reason: str | None = None
) -> Outcome:
    """Staff take an order one step on, the kitchen one back; or it is void, for a `reason`.

    Raises OrderNotFound, Forbidden, ValidationFailed (the reason) and IllegalTransition.
    """
    order = orders.require(tx, order_id)
    check_role(actor.role, target, Through.STATUS)
    check_reason(target, reason)
    if order.status is target:
        return Outcome(order, changed=False)
    moved, kind = order.move(target, actor.role, Through.STATUS, at=tx.now)
    settled = replace(moved, void_reason=reason)
    orders.save(tx, settled, kind, by=actor.username)
    return Outcome(settled, changed=True)


def submit_payment(
    tx: Transaction,
    actor: Staff,
    order_id: int,
    method: str,
    proof: Proof | None,
    key: IdempotencyKey | None = None,
) -> Outcome:
    """A waiter sends an attempt to pay to the cashiers, with the guest's proof.

    Raises OrderNotFound, Forbidden, IdempotencyKeyReused and IllegalTransition.
    """
    order = orders.require(tx, order_id)
    check_role(actor.role, OrderStatus.VERIFYING, Through.PROOF)
    if idempotency.order_made_by(tx, key) is not None:
        return Outcome(order, changed=False)
    moved, kind = order.move(OrderStatus.VERIFYING, actor.role, Through.PROOF, at=tx.now)
    attempt = 1 + (order.payment.attempt if order.payment else 0)
    payment = payments.insert(tx, order_id, attempt, method, proof, by=actor.username)
    paid = replace(moved, payment=payment, payment_method=method)
    orders.save(tx, paid, kind, by=actor.username)
    idempotency.remember(tx, key, order_id)
    return Outcome(paid, changed=True)


def decide_payment(
    tx: Transaction, actor: Staff, payment_id: int, verdict: Verdict, reason: str | None
) -> Outcome:
    """A cashier approves or rejects the attempt that they looked at, and no other.

    Raises PaymentNotFound, Forbidden and PaymentAlreadyDecided.
    """
    payment = payments.require(tx, payment_id)
    order = orders.require(tx, payment.order_id)
    check_role(actor.role, _MOVES_TO[verdict], Through.VERDICT)
    if payment.status == PaymentStatus(verdict.value):
        return Outcome(order, changed=False)
    decided = payment.decide(verdict, reason, by=actor.username, at=tx.now)
    moved, kind = order.move(_MOVES_TO[verdict], actor.role, Through.VERDICT, at=tx.now)
    payments.decide(tx, decided)
    settled = replace(moved, payment=decided)
    orders.save(tx, settled, kind, by=actor.username)
    return Outcome(settled, changed=True)


def start_session(
    tx: Transaction, username: str, token_hash: str, lifetime: timedelta, replaces: str | None
) -> None:
    """Sign in: a new session, which ends the one that the same browser held."""
    if replaces is not None:
        sessions.end(tx, replaces)
    sessions.start(tx, token_hash, username, lifetime)


def end_session(tx: Transaction, token_hash: str) -> None:
    """Sign out."""
    sessions.end(tx, token_hash)
