"""An order, and the one table of its transitions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from comanda.domain.deposits import Deposit
from comanda.domain.errors import (
    Forbidden,
    IllegalTransition,
    NotFound,
    OrderHasPayments,
    ValidationFailed,
)
from comanda.domain.events import Event, EventType
from comanda.domain.payments import Payment, PaymentStatus
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
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True)
class Transition:
    """`role` may move an order from `source` to `target`; `notice` is the event for its audience.

    The notice of a verdict is the verdict's own. A row with `within` undoes a delivery: during that
    time, and only until a payment is sent. A row with `unbegun` is only for an order that the
    kitchen has never begun. An order that the kitchen began and moved back to PENDING does not
    count as unbegun.
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
    Transition(_S.DELIVERED, _S.VERIFYING, _R.CASHIER, _T.PROOF, _E.PAYMENT_VERIFICATION_PENDING),
    Transition(_S.VERIFYING, _S.VERIFYING, _R.WAITER, _T.PROOF, _E.PAYMENT_VERIFICATION_PENDING),
    Transition(_S.VERIFYING, _S.VERIFYING, _R.CASHIER, _T.PROOF, _E.PAYMENT_VERIFICATION_PENDING),
    Transition(_S.VERIFYING, _S.PAID, _R.CASHIER, _T.VERDICT),
    Transition(_S.VERIFYING, _S.DELIVERED, _R.CASHIER, _T.VERDICT),
    Transition(_S.VERIFYING, _S.VERIFYING, _R.CASHIER, _T.VERDICT),
    Transition(_S.VERIFYING, _S.DELIVERED, _R.WAITER, _T.WITHDRAWAL),
    Transition(_S.VERIFYING, _S.DELIVERED, _R.CASHIER, _T.WITHDRAWAL),
    Transition(_S.VERIFYING, _S.VERIFYING, _R.WAITER, _T.WITHDRAWAL),
    Transition(_S.VERIFYING, _S.VERIFYING, _R.CASHIER, _T.WITHDRAWAL),
    Transition(_S.PAID, _S.DELIVERED, _R.ADMIN, _T.VERDICT),
    Transition(_S.PAID, _S.VERIFYING, _R.ADMIN, _T.VERDICT),
    Transition(_S.DELIVERED, _S.DELIVERED, _R.ADMIN, _T.VERDICT),
    Transition(_S.PENDING, _S.VOIDED, _R.WAITER, _T.STATUS, _E.ORDER_VOIDED, unbegun=True),
    Transition(_S.PENDING, _S.VOIDED, _R.CASHIER, _T.STATUS, _E.ORDER_VOIDED),
    Transition(_S.PREPARING, _S.VOIDED, _R.CASHIER, _T.STATUS, _E.ORDER_VOIDED),
    Transition(_S.READY, _S.VOIDED, _R.CASHIER, _T.STATUS, _E.ORDER_VOIDED),
    Transition(_S.DELIVERED, _S.VOIDED, _R.CASHIER, _T.STATUS, _E.ORDER_VOIDED),
)

_FINAL = (OrderStatus.PAID, OrderStatus.VOIDED)
_CHARGED = (OrderStatus.DELIVERED, OrderStatus.VERIFYING, OrderStatus.PAID)
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
class Place:
    """Where an order goes: a table, or a customer who takes it away; exactly one of the two."""

    table_number: int | None = None
    customer: str | None = None

    def __post_init__(self) -> None:
        if (self.table_number is None) == (self.customer is None):
            raise ValueError("an order has a table or a customer")


@dataclass(frozen=True, slots=True)
class OrderItem:
    """A line of an order; `unit_price` in minor units, as it was when the order was placed.

    `removed` units were taken off the line, which keeps its place with a quantity of 0, too.
    """

    product_id: int
    name: str
    quantity: int
    unit_price: int
    note: str | None
    removed: int = 0
    removed_reason: str | None = None

    def wire(self) -> Wire:
        return {
            "product_id": str(self.product_id),
            "name": self.name,
            "quantity": self.quantity,
            "unit_price": money(self.unit_price),
            "note": self.note,
            "removed": self.removed,
            "removed_reason": self.removed_reason,
        }


@dataclass(frozen=True, slots=True)
class Order:
    """One round of a table or a customer; `void_reason` is the reason of a void.

    `payments` are all attempts that pay the order, the oldest first. `updated_at` is when the order
    entered its state; a new waiter or a look at a payment does not change this time. `begun` is
    whether the kitchen has ever had the order in preparation; a step back does not reset it.
    """

    id: int
    table_number: int | None
    status: OrderStatus
    payment_method: str | None
    items: tuple[OrderItem, ...]
    waiter: str
    payments: tuple[Payment, ...]
    created_at: datetime
    updated_at: datetime
    void_reason: str | None = None
    begun: bool = False
    customer: str | None = None
    round: int = 1

    @property
    def total(self) -> int:
        """The order's total in minor units."""
        return sum(item.quantity * item.unit_price for item in self.items)

    @property
    def place(self) -> Place:
        return Place(self.table_number, self.customer)

    @property
    def payment(self) -> Payment | None:
        """The latest attempt to pay."""
        return self.payments[-1] if self.payments else None

    @property
    def paid(self) -> int:
        """What approved payments pay of the order, in minor units."""
        return self._covered(PaymentStatus.APPROVED)

    @property
    def waiting(self) -> int:
        """What payments that wait for a verdict pay of the order, in minor units."""
        return self._covered(PaymentStatus.PENDING)

    @property
    def due(self) -> int:
        """What no payment covers yet, in minor units."""
        return self.total - self.paid - self.waiting

    @property
    def is_covered(self) -> bool:
        """Whether nothing is left to pay. An order that costs nothing needs a payment of 0."""
        return self.due <= 0 and any(payment.counts for payment in self.payments)

    def _covered(self, status: PaymentStatus) -> int:
        payments = (payment for payment in self.payments if payment.status is status)
        return sum(payment.share(self.id) for payment in payments)

    def after(self, payment: Payment, at: datetime) -> "Order":
        """The order with a new or changed payment, in the state that its payments make.

        A payment that was corrected may pay the order no more.

        This is the only rule for the state of an order that was delivered (design, section 4): it
        is VERIFYING while a payment waits; else PAID when the approved payments reach its total;
        else DELIVERED. A void order stays void.
        """
        others = self.without(payment).payments
        changed = (payment,) if self.id in payment.order_ids else ()
        payments = tuple(sorted((*others, *changed), key=lambda attempt: attempt.id))
        order = replace(self, payments=payments)
        if self.status not in _CHARGED:
            return order
        status = order.status_by_payments
        valid_payments = [one for one in payments if one.status is not PaymentStatus.WITHDRAWN]
        return replace(
            order,
            status=status,
            payment_method=valid_payments[-1].method if valid_payments else None,
            updated_at=self.updated_at if status is self.status else at,
        )

    def without(self, payment: Payment) -> "Order":
        """The order as if this payment had not been sent, in the same state."""
        others = tuple(other for other in self.payments if other.id != payment.id)
        return replace(self, payments=others)

    @property
    def status_by_payments(self) -> OrderStatus:
        """The state that the rule of `after` gives."""
        statuses = {payment.status for payment in self.payments}
        if PaymentStatus.PENDING in statuses:
            return OrderStatus.VERIFYING
        if PaymentStatus.APPROVED in statuses and self.paid >= self.total:
            return OrderStatus.PAID
        return OrderStatus.DELIVERED

    @property
    def is_in_its_state(self) -> bool:
        """Whether the order's state fits its payments, by the rule of `after`.

        Before its delivery an order has no payments that count; a void order has no approved one.
        """
        if self.status in _CHARGED:
            return self.status is self.status_by_payments
        if self.status is OrderStatus.VOIDED:
            return not self.paid
        return not any(payment.counts for payment in self.payments)

    def move(
        self, target: OrderStatus, role: Role, through: Through, at: datetime
    ) -> tuple["Order", EventType | None]:
        """The order in its new state, and its notice's type. Raises as `find_transition` does."""
        row = find_transition(self.status, target, role, through, begun=self.begun)
        if row.within is not None:
            self._check_undo(row.within, at)
        if target is OrderStatus.VOIDED and self.paid:
            raise OrderHasPayments(
                "Una parte ya está pagada: para anularla, un administrador reabre antes ese pago"
            )
        begun = self.begun or target is OrderStatus.PREPARING
        return replace(self, status=target, updated_at=at, begun=begun), row.notice

    def _check_undo(self, within: timedelta, at: datetime) -> None:
        """Raise IllegalTransition for a delivery that is too old to be taken back."""
        if self.payments:
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

    def relocate(self, place: Place, round_number: int) -> "Order":
        """The order at another place. Raises IllegalTransition and OrderHasPayments."""
        if self.status in _FINAL:
            raise IllegalTransition(f"Una orden en «{self.status}» ya no cambia de mesa")
        if self.paid:
            raise OrderHasPayments(
                "Una parte ya está pagada: para cambiarla, un administrador reabre antes ese pago"
            )
        return replace(
            self,
            table_number=place.table_number,
            customer=place.customer,
            round=round_number,
        )

    def take_off(self, position: int, quantity: int, reason: str, role: Role) -> "Order":
        """The order with only `quantity` left of the line at `position`.

        Raises NotFound (no such line), Forbidden, IllegalTransition, OrderHasPayments and
        ValidationFailed (more than there is).
        """
        if position >= len(self.items):
            raise NotFound("Esa orden no tiene ese renglón")
        self._check_take_off(role)
        item = self.items[position]
        if quantity > item.quantity:
            raise ValidationFailed({"quantity": [f"Sólo se quita: hay {item.quantity}"]})
        removed = item.removed + item.quantity - quantity
        less = replace(item, quantity=quantity, removed=removed, removed_reason=reason)
        items = (*self.items[:position], less, *self.items[position + 1 :])
        if not any(left.quantity for left in items):
            raise IllegalTransition("Es lo último de la orden: anúlala")
        return replace(self, items=items)

    def _check_take_off(self, role: Role) -> None:
        if self.status in _FINAL:
            raise IllegalTransition(f"Una orden en «{self.status}» ya no cambia")
        if role is Role.WAITER and (self.begun or self.status is not OrderStatus.PENDING):
            raise Forbidden("La cocina ya la empezó: pide en caja que lo quiten")
        if any(payment.counts for payment in self.payments):
            raise OrderHasPayments(
                "De esta orden ya hay un pago: antes hay que retirarlo, rechazarlo o reabrirlo"
            )

    def wire(self, reader: Role) -> Wire:
        """Return the order for `reader`: the kitchen sees it as if it had no payments.

        Waiters see of a payment's money that it came, not from whom.

        `begun` is present only in an order that the kitchen moved back to PENDING.
        """
        if reader is Role.KITCHEN and self.payments:
            return replace(self, payments=()).wire(reader)
        is_redacted = reader is Role.WAITER
        payments = [
            (payment.redacted() if is_redacted else payment).wire() for payment in self.payments
        ]
        taken_back = self.begun and self.status is OrderStatus.PENDING
        return {
            "id": str(self.id),
            "table_number": self.table_number,
            "customer": self.customer,
            "round": self.round,
            "status": self.status.value,
            "payment_method": self.payment_method,
            "total": money(self.total),
            "items": [item.wire() for item in self.items],
            "waiter": self.waiter,
            "payment": payments[-1] if payments else None,
            "paid": money(self.paid),
            "waiting": money(self.waiting),
            "due": money(self.due),
            "payments": payments,
            "void_reason": self.void_reason,
            "created_at": time(self.created_at),
            "updated_at": time(self.updated_at),
            **({"begun": True} if taken_back else {}),
        }


def order_updated(order: Order) -> Event:
    """The event `order_updated`, which is appended with every change of an order."""
    redacted = order.wire(Role.KITCHEN) if order.payments else None
    has_deposit = any(payment.deposit is not None for payment in order.payments)
    for_waiters = order.wire(Role.WAITER) if has_deposit else None
    return Event(EventType.ORDER_UPDATED, order.wire(Role.ADMIN), redacted, for_waiters)


def deposit_notice(kind: EventType, deposit: Deposit) -> Event:
    """The notice of type `kind` about money that arrived."""
    return Event(kind, deposit.notice_wire())


def notice(kind: EventType, order: Order, by: str) -> Event:
    """The notice of type `kind`, for those who must act on what `by` did to an order."""
    if kind is EventType.ORDER_PLACED:
        return Event(kind, order.wire(Role.KITCHEN))
    data = _order_and_place(order)
    if kind is EventType.ORDER_VOIDED:
        data |= {"reason": order.void_reason, "by": by}
    return Event(kind, data)


def _order_and_place(order: Order) -> Wire:
    return {
        "order_id": str(order.id),
        "table_number": order.table_number,
        "customer": order.customer,
    }


def payment_notice(kind: EventType, payment: Payment, orders: Sequence[Order]) -> Event:
    """The notice of type `kind` about a payment of `orders`, the oldest order first."""
    attempt = {"payment_id": str(payment.id), "attempt": payment.attempt}
    data: Wire = {**_order_and_place(orders[0]), **attempt}
    if kind is EventType.PAYMENT_EXAMINED:
        return Event(kind, data | _findings(payment))
    data |= {
        "order_ids": [str(order.id) for order in orders],
        "amount": money(payment.amount),
        "tip": money(payment.tip),
    }
    request = {"method": payment.method, "total": money(sum(order.total for order in orders))}
    if kind is EventType.PAYMENT_VERIFICATION_PENDING:
        return Event(kind, data | request | _submission(payment))
    if kind is EventType.PAYMENT_UNSEEN:
        return Event(kind, data | request)
    if kind is EventType.PAYMENT_REJECTED:
        return Event(kind, data | {"reason": payment.reason})
    seen = {"seen_by": payment.seen_by} if kind is EventType.PAYMENT_SEEN else {}
    return Event(kind, data | seen)


def _findings(payment: Payment) -> Wire:
    return {
        "status": payment.examination,
        "reading": None if payment.reading is None else payment.reading.wire(),
        "warnings": [warning.wire() for warning in payment.warnings],
    }


def _submission(payment: Payment) -> Wire:
    return {
        "action": "submitted" if payment.replaces is None else "resubmitted",
        "reference": payment.reference,
        "warnings": [warning.wire() for warning in payment.warnings],
    }
