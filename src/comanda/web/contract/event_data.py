"""The data of each event, for the OpenAPI document. The tests check every stream against it."""

from collections.abc import Mapping
from typing import NamedTuple

from marshmallow import Schema, fields, validate

from comanda.domain.deposits import DepositSource
from comanda.domain.events import AUDIENCE, EventType
from comanda.domain.examinations import Examination
from comanda.domain.staff import Role
from comanda.web.contract.responses import (
    Answer,
    Order,
    Product,
    Read,
    Suspicion,
    many,
    maybe_text,
    money,
    one,
    row_id,
    table,
    text,
    whole,
    word,
)


class OrderReady(Answer):
    order_id = row_id()
    table_number = table()
    customer = maybe_text()


class OrderVoided(OrderReady):
    reason = text()
    by = text(metadata={"description": "Who voided it: a username."})


class AboutPayment(OrderReady):
    """The order is the oldest that the payment pays."""

    payment_id = row_id()
    attempt = whole()


class PaymentApproved(AboutPayment):
    order_ids = many(row_id())
    amount = money()
    tip = money()


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
        metadata={"description": "`resubmitted` in place of a rejected payment."},
    )
    reference = maybe_text()
    warnings = many(Suspicion)


class PaymentExamined(AboutPayment):
    status = word(Examination)
    reading = one(
        Read, allow_none=True, metadata={"description": "null: nothing was read from the proof."}
    )
    warnings = many(Suspicion)


class DepositNotice(Answer):
    """Money that the bank says has arrived."""

    deposit_id = row_id()
    source = word(DepositSource)
    amount = money()
    at = text()
    sender = maybe_text()
    reference = maybe_text()
    payment_id = maybe_text(metadata={"description": "null while it is tied to no payment."})


class MenuUpdated(Answer):
    products = many(Product)
    removed = many(fields.String())


class Resync(Answer):
    last_event_id = text()


class Beat(Answer):
    """The heartbeat, an empty object."""


class StreamEvent(NamedTuple):
    """A type of event: the roles that get it, its data's schema, and when it is sent."""

    audience: frozenset[Role]
    data: type[Schema]
    when: str


def _logged(event_type: EventType, data: type[Schema], when: str) -> tuple[str, StreamEvent]:
    return event_type.value, StreamEvent(AUDIENCE[event_type], data, when)


_EVERYBODY = frozenset(Role)
EVENTS: Mapping[str, StreamEvent] = dict(
    (
        _logged(EventType.ORDER_UPDATED, Order, "An order changed. The kitchen gets no payment."),
        _logged(EventType.ORDER_PLACED, Order, "There is a new order to cook."),
        _logged(EventType.ORDER_READY, OrderReady, "An order can be taken to its table."),
        _logged(
            EventType.PAYMENT_VERIFICATION_PENDING,
            PaymentVerificationPending,
            "A payment waits for a cashier's verdict.",
        ),
        _logged(
            EventType.PAYMENT_REJECTED,
            PaymentRejected,
            "A payment was rejected; what it would have paid is due again.",
        ),
        _logged(
            EventType.PAYMENT_APPROVED,
            PaymentApproved,
            "A payment was approved; what it pays is paid.",
        ),
        _logged(
            EventType.PAYMENT_SEEN,
            PaymentSeen,
            "A cashier has opened a payment; sent once for each payment.",
        ),
        _logged(
            EventType.PAYMENT_UNSEEN,
            PaymentUnseen,
            "A payment waits, and no cashier has opened it for a while.",
        ),
        _logged(
            EventType.PAYMENT_EXAMINED,
            PaymentExamined,
            "A payment's proof was examined, or could not be read (`unreadable`); sent once for "
            "each proof, after the `order_updated` of each order that got a warning.",
        ),
        _logged(
            EventType.DEPOSIT_ARRIVED,
            DepositNotice,
            "Money arrived, by a notice or by a line of a statement of the last day.",
        ),
        _logged(
            EventType.DEPOSIT_TIED,
            DepositNotice,
            "A deposit was tied to a payment, or (`payment_id` null) is tied to none any more.",
        ),
        _logged(EventType.ORDER_VOIDED, OrderVoided, "An order was voided."),
        _logged(
            EventType.MENU_UPDATED,
            MenuUpdated,
            "`products` are new or changed; `removed` are ids of removed products: "
            "fetch `GET /menu` again.",
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
                "The heartbeat, without an `id`: it shows that a silent stream still works. On a "
                "stream that resumes, the first beat comes after all events past the cursor.",
            ),
        ),
    )
)
