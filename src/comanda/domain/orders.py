"""An order, and the one table of its transitions."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from comanda.domain.errors import Forbidden, IllegalTransition, ValidationFailed
from comanda.domain.events import Event, EventType
from comanda.domain.payments import Payment
from comanda.domain.staff import Role
from comanda.domain.wire import Wire, money, time


class OrderStatus(StrEnum):
    PENDING = "pendiente"
    PREPARING = "en_preparacion"
    READY = "listo"
    DELIVERED = "entregado"
    VERIFYING = "por_verificar"
    PAID = "pagado"
    VOIDED = "anulado"


class Through(StrEnum):
    """The kind of request that asks for a transition."""

    PLACE = "place"
    STATUS = "status"
    PROOF = "proof"
    VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class Transition:
    """`role` may move an order from `source` to `target`; `notice` is the event for its audience.

    A row with `within` undoes a delivery: during that time, and only until a payment is sent. A row
    with `unbegun` is only for an order that the kitchen has never begun. An order that the kitchen
    began and moved back to PENDING does not count as unbegun.
    """

    source: OrderStatus | None
    target: OrderStatus
    role: Role
    through: Through
    notice: EventType | None = None
    within: timedelta | None = None
    unbegun: bool = False

    def admits(self, role: Role) -> bool:
        return role in (self.role, Role.ADMIN)


_S, _R, _T, _E = OrderStatus, Role, Through, EventType
_UNDO = timedelta(minutes=1)

TRANSITIONS = (
    Transition(None, _S.PENDING, _R.WAITER, _T.PLACE, _E.ORDER_PLACED),
    Transition(_S.PENDING, _S.PREPARING, _R.KITCHEN, _T.STATUS),
    Transition(_S.PREPARING, _S.READY, _R.KITCHEN, _T.STATUS, _E.ORDER_READY),
    Transition(_S.READY, _S.PREPARING, _R.KITCHEN, _T.STATUS),
    Transition(_S.PREPARING, _S.PENDING, _R.KITCHEN, _T.STATUS),
    Transition(_S.READY, _S.DELIVERED, _R.WAITER, _T.STATUS),
    Transition(_S.DELIVERED, _S.READY, _R.WAITER, _T.STATUS, within=_UNDO),
    Transition(_S.DELIVERED, _S.VERIFYING, _R.WAITER, _T.PROOF, _E.PAYMENT_VERIFICATION_PENDING),
    Transition(_S.VERIFYING, _S.PAID, _R.CASHIER, _T.VERDICT, _E.PAYMENT_APPROVED),
    Transition(_S.VERIFYING, _S.DELIVERED, _R.CASHIER, _T.VERDICT, _E.PAYMENT_REJECTED),
    Transition(_S.PENDING, _S.VOIDED, _R.WAITER, _T.STATUS, _E.ORDER_VOIDED, unbegun=True),
    Transition(_S.PENDING, _S.VOIDED, _R.CASHIER, _T.STATUS, _E.ORDER_VOIDED),
    Transition(_S.PREPARING, _S.VOIDED, _R.CASHIER, _T.STATUS, _E.ORDER_VOIDED),
    Transition(_S.READY, _S.VOIDED, _R.CASHIER, _T.STATUS, _E.ORDER_VOIDED),
    Transition(_S.DELIVERED, _S.VOIDED, _R.CASHIER, _T.STATUS, _E.ORDER_VOIDED),
)

_FINAL = (OrderStatus.PAID, OrderStatus.VOIDED)
OPEN_STATUSES = tuple(status for status in OrderStatus if status not in _FINAL)


def check_role(role: Role, target: OrderStatus, through: Through) -> None:
    """Raise Forbidden if `role` may never ask for `target` by this request, and other roles may."""
    rows = [row for row in TRANSITIONS if row.target is target and row.through is through]
    if rows and not any(row.admits(role) for row in rows):
        raise Forbidden


def find_transition(
    source: OrderStatus | None,
    target: OrderStatus,
    role: Role,
    through: Through,
    *,
    begun: bool = False,
) -> Transition:
    """Return the row that allows a transition.

    `begun` is whether the kitchen has ever had the order in preparation. Raises Forbidden (the
    role) or IllegalTransition (the state).
    """
    check_role(role, target, through)
    transition = (source, target, through)
    rows = [row for row in TRANSITIONS if (row.source, row.target, row.through) == transition]
    role_rows = [row for row in rows if row.admits(role)]
    for row in role_rows:
        if not (row.unbegun and begun):
            return row
    if role_rows:
        raise Forbidden("La cocina ya la empezó: pide en caja que la anulen")
    if any(row.within is None for row in rows):
        raise Forbidden(f"Tu rol no puede pasar una orden de «{source}» a «{target}»")
    raise IllegalTransition(f"Una orden en «{source}» no puede pasar a «{target}»")


def check_reason(target: OrderStatus, reason: str | None) -> None:
    """Raise ValidationFailed for a void without a reason, or a reason for another transition."""
    if target is OrderStatus.VOIDED and reason is None:
        raise ValidationFailed({"reason": ["Falta el motivo"]})
    if target is not OrderStatus.VOIDED and reason is not None:
        raise ValidationFailed({"reason": ["Solo se da un motivo al anular"]})


@dataclass(frozen=True, slots=True)
class OrderItem:
    """A line of an order; `unit_price` in minor units, as it was when the order was placed."""

    product_id: int
    name: str
    quantity: int
    unit_price: int
    note: str | None

    def wire(self) -> Wire:
        return {
            "product_id": str(self.product_id),
            "name": self.name,
            "quantity": self.quantity,
            "unit_price": money(self.unit_price),
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Order:
    """A table's order; `payment` is the latest attempt to pay, `void_reason` the reason of a void.

    `updated_at` is when the order entered its state; a new waiter or a look at the payment does not
    change this time. `begun` is whether the kitchen has ever had the order in preparation; a step
    back does not reset it.
    """

    id: int
    table_number: int
    status: OrderStatus
    payment_method: str | None
    items: tuple[OrderItem, ...]
    waiter: str
    payment: Payment | None
    created_at: datetime
    updated_at: datetime
    void_reason: str | None = None
    begun: bool = False

    @property
    def total(self) -> int:
        """The order's total in minor units."""
        return sum(item.quantity * item.unit_price for item in self.items)

    def move(
        self, target: OrderStatus, role: Role, through: Through, at: datetime
    ) -> tuple["Order", EventType | None]:
        """The order in its new state, and its notice's type. Raises as `find_transition` does."""
        row = find_transition(self.status, target, role, through, begun=self.begun)
        if row.within is not None:
            self._check_undo(row.within, at)
        begun = self.begun or target is OrderStatus.PREPARING
        return replace(self, status=target, updated_at=at, begun=begun), row.notice

    def _check_undo(self, within: timedelta, at: datetime) -> None:
        """Raise IllegalTransition for a delivery that is too old to be taken back."""
        if self.payment is not None:
            raise IllegalTransition(
                "Ya se mandó un pago de esta orden: su entrega no se puede deshacer"
            )
        if at - self.updated_at > within:
            raise IllegalTransition(
                f"Se entregó hace más de {within.seconds} segundos: ya no se puede deshacer"
            )

    def hand_to(self, waiter: str) -> "Order":
        """The order with another waiter. Raises IllegalTransition for a paid or void order."""
        if self.status in _FINAL:
            raise IllegalTransition(f"Una orden en «{self.status}» ya no se puede tomar")
        return replace(self, waiter=waiter)

    def wire(self, reader: Role) -> Wire:
        """Return the order for `reader`: the kitchen sees no payment.

        `begun` is present only in an order that the kitchen moved back to PENDING.
        """
        taken_back = self.begun and self.status is OrderStatus.PENDING
        wire = {
            "id": str(self.id),
            "table_number": self.table_number,
            "status": self.status.value,
            "payment_method": self.payment_method,
            "total": money(self.total),
            "items": [item.wire() for item in self.items],
            "waiter": self.waiter,
            "payment": self.payment and self.payment.wire(),
            "void_reason": self.void_reason,
            "created_at": time(self.created_at),
            "updated_at": time(self.updated_at),
            **({"begun": True} if taken_back else {}),
        }
        return _without_payment(wire) if reader is Role.KITCHEN else wire


def _without_payment(order: Wire) -> Wire:
    """Return the order as the kitchen sees it."""
    return {**order, "payment": None}


def order_updated(order: Order) -> Event:
    """The event `order_updated`, which is appended with every change of an order."""
    data = order.wire(Role.ADMIN)
    redacted = None if order.payment is None else _without_payment(data)
    return Event(EventType.ORDER_UPDATED, data, redacted)


def notice(kind: EventType, order: Order, by: str) -> Event:
    """The notice of type `kind`, for those who must act on what `by` did."""
    if kind is EventType.ORDER_PLACED:
        return Event(kind, order.wire(Role.KITCHEN))
    data: Wire = {"order_id": str(order.id), "table_number": order.table_number}
    if kind is EventType.ORDER_READY:
        return Event(kind, data)
    if kind is EventType.ORDER_VOIDED:
        return Event(kind, data | {"reason": order.void_reason, "by": by})
    return Event(kind, data | _payment_notice(kind, order))


def _payment_notice(kind: EventType, order: Order) -> Wire:
    payment = order.payment
    if payment is None:
        raise ValueError(f"{kind} needs a payment")
    attempt = {"payment_id": str(payment.id), "attempt": payment.attempt}
    request = {"method": payment.method, "total": money(order.total)}
    if kind is EventType.PAYMENT_VERIFICATION_PENDING:
        return attempt | request | _submission(payment)
    if kind is EventType.PAYMENT_UNSEEN:
        return attempt | request
    if kind is EventType.PAYMENT_EXAMINED:
        return attempt | _findings(payment)
    if kind is EventType.PAYMENT_REJECTED:
        return attempt | {"reason": payment.reason}
    return attempt | ({"seen_by": payment.seen_by} if kind is EventType.PAYMENT_SEEN else {})


def _findings(payment: Payment) -> Wire:
    return {
        "customer": None,
        "status": payment.examination,
        "reading": None,
        "warnings": [warning.wire() for warning in payment.warnings],
    }


def _submission(payment: Payment) -> Wire:
    return {
        "action": "submitted" if payment.attempt == 1 else "resubmitted",
        "reference": payment.reference,
        "amount": None if payment.amount is None else money(payment.amount),
        "warnings": [warning.wire() for warning in payment.warnings],
    }
