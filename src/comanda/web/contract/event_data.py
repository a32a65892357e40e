"""Each event's data, for the OpenAPI document. The tests hold every stream against it."""

from collections.abc import Mapping
from typing import NamedTuple

from marshmallow import Schema, fields, validate

from comanda.domain.events import AUDIENCE, EventType
from comanda.domain.staff import Role
from comanda.web.contract.responses import (
    Answer,
    Order,
    Product,
    Suspicion,
    many,
    maybe_text,
    money,
    row_id,
    text,
    whole,
)


class OrderReady(Answer):
    order_id = row_id()
    table_number = whole()


class OrderVoided(OrderReady):
    reason = text()
    by = text(metadata={"description": "Who voided it: a username."})


class PaymentApproved(OrderReady):
    payment_id = row_id()
    attempt = whole()


class PaymentRejected(PaymentApproved):
    reason = maybe_text()


class PaymentSeen(PaymentApproved):
    seen_by = text()


class PaymentUnseen(PaymentApproved):
    method = text()
    total = money()


class PaymentVerificationPending(PaymentUnseen):
    action = text(
        validate=validate.OneOf(["submitted", "resubmitted"]),
        metadata={"description": "`resubmitted` after a rejection."},
    )
    reference = maybe_text()
    amount = fields.Float(required=True, allow_none=True)
    warnings = many(Suspicion)


class MenuUpdated(Answer):
    products = many(Product)
    removed = many(fields.String())


class Resync(Answer):
    last_event_id = text()


class Beat(Answer):
    """It has no data."""


class StreamEvent(NamedTuple):
    """A type of event: who hears it, what its data is, and when it comes."""

    audience: frozenset[Role]
    data: type[Schema]
    when: str


def _logged(event_type: EventType, data: type[Schema], when: str) -> tuple[str, StreamEvent]:
    return event_type.value, StreamEvent(AUDIENCE[event_type], data, when)


_EVERYBODY = frozenset(Role)
EVENTS: Mapping[str, StreamEvent] = dict(
    (
        _logged(EventType.ORDER_UPDATED, Order, "An order changed. The kitchen reads no payment."),
        _logged(EventType.ORDER_PLACED, Order, "There is a new order to cook."),
        _logged(EventType.ORDER_READY, OrderReady, "An order can be taken to its table."),
        _logged(
            EventType.PAYMENT_VERIFICATION_PENDING,
            PaymentVerificationPending,
            "A payment waits for a cashier's verdict.",
        ),
        _logged(EventType.PAYMENT_REJECTED, PaymentRejected, "The order is to be paid again."),
        _logged(EventType.PAYMENT_APPROVED, PaymentApproved, "The order is paid."),
        _logged(EventType.PAYMENT_SEEN, PaymentSeen, "A cashier has opened it; once a payment."),
        _logged(EventType.PAYMENT_UNSEEN, PaymentUnseen, "No cashier has opened it for a while."),
        _logged(EventType.ORDER_VOIDED, OrderVoided, "The order is void."),
        _logged(
            EventType.MENU_UPDATED,
            MenuUpdated,
            "Products are new or changed, or are gone (their ids): fetch `GET /menu` again.",
        ),
        (
            "resync",
            StreamEvent(
                _EVERYBODY,
                Resync,
                "The cursor is too far behind the log, ahead of it, or from before a restore: "
                "fetch `GET /orders` again. The stream goes on after `last_event_id`.",
            ),
        ),
        (
            "beat",
            StreamEvent(
                _EVERYBODY,
                Beat,
                "The heartbeat, without an `id`, by which a silent stream differs from a dead "
                "one. On a stream that resumes, the first beat comes when all that follows the "
                "cursor has been told.",
            ),
        ),
    )
)
