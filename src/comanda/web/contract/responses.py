"""The schemas of answers, for the OpenAPI document. The tests check every answer against them."""

import dataclasses
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from comanda.config import COPIED
from comanda.domain.deposits import Checked, DepositSource, TieRule
from comanda.domain.evidence import WarningType
from comanda.domain.examinations import Examination, Source
from comanda.domain.limits import LIMITS
from comanda.domain.notice_vetoes import Why
from comanda.domain.orders import OrderStatus
from comanda.domain.payments import PaymentStatus
from comanda.domain.readings import FieldName
from comanda.domain.staff import Role

READING_STATES = ("on", "off", "missing")
ID = {"pattern": "^[1-9][0-9]{0,17}$"}


class Answer(Schema):
    """A JSON object with exactly the declared fields."""

    class Meta:
        unknown = RAISE


def text(**more: Any) -> fields.String:
    return fields.String(required=True, **more)


def maybe_text(**more: Any) -> fields.String:
    return text(allow_none=True, **more)


def row_id() -> fields.String:
    """A row's id: a string of digits."""
    return text(metadata=ID)


def whole(**more: Any) -> fields.Integer:
    return fields.Integer(required=True, strict=True, **more)


def money(**more: Any) -> fields.Float:
    """A number with at most two decimals."""
    return fields.Float(required=True, **more)


def table() -> fields.Integer:
    return whole(
        allow_none=True, metadata={"description": "null: `customer` takes the order away."}
    )


def yes_or_no(**more: Any) -> fields.Boolean:
    return fields.Boolean(required=True, **more)


def moment(**more: Any) -> fields.DateTime:
    return fields.DateTime(format="iso", required=True, **more)


def many(kind: Any, **more: Any) -> fields.List[Any]:
    return fields.List(
        kind if isinstance(kind, fields.Field) else fields.Nested(kind), required=True, **more
    )


def one(kind: type[Schema], **more: Any) -> fields.Nested:
    return fields.Nested(kind, required=True, **more)


def word(kind: Any, **more: Any) -> fields.Enum[Any]:
    """A member of a domain enum, written as its value."""
    return fields.Enum(kind, by_value=True, required=True, **more)


def newest_event() -> fields.String:
    return text(metadata={"description": "The id of the newest event that this answer reflects."})


class Health(Answer):
    status = text()
    down = fields.List(
        fields.String(),
        metadata={
            "description": "Parts that failed and are starting again; left out if all parts work."
        },
    )


class User(Answer):
    username = text()
    name = text()
    role = word(Role)


class SignedIn(Answer):
    user = one(User)
    short_pin = fields.Boolean(
        metadata={
            "description": "True if the PIN is too easy to guess for a member who handles money."
        }
    )


class Method(Answer):
    name = text()
    label = text()
    proof = text()
    reference = text()
    reference_label = text()
    verify = text()
    reference_pattern = text(
        metadata={"description": "The form of the operation's number; empty: any."}
    )
    cash = yes_or_no(metadata={"description": "Whether it asks for what the guest tendered."})


class Check(Answer):
    """How a payment by `method` is looked up at the bank; `copy` is what its page asks for."""

    method = text()
    country = text(metadata={"description": "Two letters; empty: of every country."})
    title = text()
    updated = text(metadata={"description": "The day of which the steps are, as `2026-11-01`."})
    url = text(metadata={"description": "The page where to look it up; empty without one."})
    steps = many(fields.String())
    copy = many(fields.String(validate=validate.OneOf(COPIED)))


class WarningMeaning(Answer):
    short = text()
    sentence = text(metadata={"description": "The page fills in `{order}` and `{amount}`."})
    strong = yes_or_no()


Warnings = Answer.from_dict({kind: one(WarningMeaning) for kind in WarningType}, name="Warnings")
Limits = Answer.from_dict(
    {limit.name: whole() for limit in dataclasses.fields(LIMITS)}, name="Limits"
)


class House(Answer):
    restaurant = text()
    currency = text()
    time_zone = text()
    day_ends = text()
    country = text()
    currency_after = yes_or_no()
    decimals = whole()
    decimal_mark = text()
    own_verdicts = yes_or_no()
    tips = many(fields.Integer(strict=True))


class DepositSettings(Answer):
    silent_minutes = fields.Float(
        required=True,
        metadata={"description": "A bank's phone that is silent for longer is out of reach."},
    )
    overdue_seconds = fields.Float(
        required=True,
        metadata={"description": "The till tells after so long that no money has arrived."},
    )


class Settings(House):
    version = text(metadata={"description": "Of the pages' files; a page of another one reloads."})
    methods = many(Method)
    max_bytes = whole()
    keep_days = whole()
    unseen_alarm_seconds = fields.Float(required=True)
    amber_minutes = whole()
    red_minutes = whole()
    idle_minutes = fields.Float(required=True)
    heartbeat_seconds = fields.Float(required=True)
    warnings = one(Warnings)
    limits = one(Limits)
    reading = text(
        validate=validate.OneOf(READING_STATES),
        metadata={
            "description": "Whether the text of photos is read; `missing`: the server lacks the "
            "program for it."
        },
    )
    checks = many(Check, metadata={"description": "Those of the house's country."})
    deposits = one(DepositSettings)
    ready_alarm_seconds = fields.Float(required=True)


class Product(Answer):
    id = row_id()
    name = text()
    category = text()
    price = money()
    available = yes_or_no()


class Menu(Answer):
    products = many(Product)


class Item(Answer):
    product_id = row_id()
    name = text()
    quantity = whole()
    unit_price = money()
    note = maybe_text()
    removed = whole(metadata={"description": "How many dishes were taken off this line."})
    removed_reason = maybe_text()


class Suspicion(Answer):
    type = word(WarningType)
    order_id = row_id()
    payment_id = row_id()
    link = text()


class Viewer(Answer):
    username = text()
    name = text()
    since = moment()


class Account(Answer):
    method = text()
    label = text()
    holder = text()
    number = text()
    alias = maybe_text()
    qr = maybe_text(metadata={"description": "The text of the bank's own QR code."})


class Accounts(Answer):
    accounts = many(Account)


class PaidItem(Answer):
    position = whole()
    quantity = whole()


class Allocation(Answer):
    """The part of a payment that pays one order."""

    order_id = row_id()
    table_number = table()
    customer = maybe_text()
    amount = money()
    items = many(
        PaidItem, metadata={"description": "The dishes that the guest chose to pay, if any."}
    )


class Read(Answer):
    """What a proof says, as far as it was read."""

    amount = money(allow_none=True)
    reference = maybe_text()
    at = maybe_text(metadata={"description": "A time in UTC, or a day if no time was read."})
    account = maybe_text(metadata={"description": "The last digits of the account, or an alias."})
    holder = maybe_text()


class FormerClaim(Answer):
    reference = maybe_text()
    amount = money()
    by = text()
    at = moment()


class Tie(Answer):
    """Why a deposit is tied to its payment; `by` is the cashier for `mano`, else null."""

    rule = word(TieRule)
    by = maybe_text()


class Deposit(Answer):
    """Money that the bank says has arrived. Waiters get null for whom it came from."""

    id = row_id()
    source = word(DepositSource)
    amount = money()
    at = moment()
    is_day = yes_or_no(
        metadata={"description": "True: the statement tells no time; `at` begins its day."}
    )
    received_at = moment()
    received_by = text(metadata={"description": "Who imported the statement, or `comanda`."})
    sender = maybe_text()
    reference = maybe_text()
    account = maybe_text()
    rule = maybe_text(metadata={"description": "The rule that read the notice."})
    text = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The notice's words, until `keep_days`; null in a payment."},
    )
    in_statement = yes_or_no()
    payment_id = fields.String(required=True, allow_none=True, metadata=ID)
    tie = one(Tie, allow_none=True)


class Payment(Answer):
    id = row_id()
    order_id = row_id()
    attempt = whole()
    method = text()
    status = word(PaymentStatus)
    reason = maybe_text()
    has_proof = yes_or_no()
    submitted_by = text()
    submitted_at = moment()
    decided_by = maybe_text()
    decided_at = moment(allow_none=True)
    reference = maybe_text()
    amount = money(metadata={"description": "What it pays of its orders, without the tip."})
    tip = money()
    tendered = money(allow_none=True)
    change = money(allow_none=True)
    replaces = text(allow_none=True, metadata=ID)
    orders = many(Allocation)
    warnings = many(Suspicion)
    seen_by = maybe_text()
    seen_at = moment(allow_none=True)
    seen_in_account = fields.Boolean(required=True, allow_none=True)
    reconciled_by = maybe_text()
    reconciled_at = moment(allow_none=True)
    viewers = many(Viewer)
    examination = word(
        Examination,
        allow_none=True,
        metadata={"description": "null before the proof was examined, and without a proof."},
    )
    examined_at = moment(allow_none=True)
    late_warnings = many(
        Suspicion,
        metadata={
            "description": "The warnings that came after the approval, and that no cashier has "
            "acknowledged."
        },
    )
    reading = one(
        Read,
        allow_none=True,
        metadata={"description": "null: nothing was read, not yet, or the proof was deleted."},
    )
    former_claims = many(
        FormerClaim,
        metadata={"description": "The values before each correction, the oldest first."},
    )
    deposit = one(
        Deposit,
        allow_none=True,
        metadata={"description": "The money of this payment that the bank says has arrived."},
    )
    checked = word(
        Checked,
        allow_none=True,
        metadata={"description": "How the money of an approved payment was seen."},
    )


class BankPhone(Answer):
    """The phone that passes the bank's notices on, as the till sees it."""

    enabled = yes_or_no(metadata={"description": "False: the house has no such phone."})
    heard_at = moment(
        allow_none=True, metadata={"description": "The last heartbeat or notice; null: none yet."}
    )
    heartbeat_at = moment(allow_none=True)
    notice_at = moment(allow_none=True)


class Deposits(Answer):
    deposits = many(Deposit)
    last_event_id = newest_event()


class NoticeIgnored(Answer):
    ignored = word(Why, metadata={"description": "Why the notice brings no deposit."})


class DepositAfterChange(Deposit):
    last_event_id = newest_event()


class ReconciledPayment(Payment):
    table_number = table()
    customer = maybe_text()
    total = money()
    to_account = yes_or_no(metadata={"description": "Its money comes to the house's account."})
    was_untied = yes_or_no(
        metadata={
            "description": "True: it was approved by the bank's word, which has been taken from it "
            "since."
        }
    )


class PaymentAfterChange(ReconciledPayment):
    last_event_id = newest_event()


class Box(Answer):
    """A place on the upright picture, in fractions of its width and height."""

    left = fields.Float(required=True)
    top = fields.Float(required=True)
    width = fields.Float(required=True)
    height = fields.Float(required=True)
    page = whole(metadata={"description": "The index of a PDF's page; 0 for a picture."})


class ReadField(Answer):
    """A field of a receipt, beside what the house knows."""

    name = word(FieldName)
    value = text()
    text = fields.String(required=True, metadata={"description": "As it stands on the receipt."})
    box = one(Box, allow_none=True)
    check = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(["matches", "differs"]),
        metadata={"description": "null: there is nothing to compare it with."},
    )
    against = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "What it is compared with. `amount`: the payment's amount and tip; "
            "`reference`: the order that has the same number, null for a new one; `at`: the time "
            "of the first order; `account` and `holder`: the label of the account that fits."
        },
    )


class ReadLine(Answer):
    text = fields.String(required=True)
    box = one(Box)


Reading = Answer.from_dict(
    {
        "payment_id": row_id(),
        "source": word(
            Source,
            allow_none=True,
            metadata={"description": "`texto`: a PDF's own text. null: nothing was read."},
        ),
        "fields": many(ReadField),
        "lines": many(ReadLine),
    },
    name="Reading",
)


class MethodTotal(Answer):
    method = text()
    count = whole()
    total = money(metadata={"description": "What arrives: amounts with their tips."})
    tips = money()
    count_reconciled = whole()
    amount_reconciled = money()


class Person(Answer):
    """The name of a member who submitted, decided or reconciled a payment."""

    username = text()
    name = text()


class ReasonCount(Answer):
    reason = text()
    count = whole()


class Warned(Answer):
    """`count`: payments with this warning. `approved`: how many of these were approved.

    `reasons` are those that were given for the approvals, the most frequent first.
    """

    type = word(WarningType)
    count = whole()
    approved = whole()
    reasons = many(ReasonCount)


class Readings(Answer):
    """How many proofs were read, and in how many nothing could be read."""

    read = whole()
    unreadable = whole()


class SideTotal(Answer):
    count = whole()
    total = money()


class RuleTotal(SideTotal):
    rule = word(TieRule)


class TiedTotal(SideTotal):
    by_rule = many(RuleTotal)


class Sides(Answer):
    """The payments to the account beside the deposits.

    `was_untied`: those of `without_deposit` that were approved by a deposit. `without_payment`: the
    deposits of the period that are tied to no payment.
    """

    tied = one(TiedTotal)
    without_deposit = one(SideTotal)
    was_untied = one(SideTotal)
    without_payment = one(SideTotal)


Reconciliation = Answer.from_dict(
    {
        "from": moment(),
        "to": moment(),
        "payments": many(ReconciledPayment),
        "deposits": many(
            Deposit, metadata={"description": "Those of the period that are tied to no payment."}
        ),
        "sides": one(
            Sides,
            allow_none=True,
            metadata={
                "description": "null: nothing is compared, for the bank tells this house nothing, "
                "or the method's money does not come to the account."
            },
        ),
        "people": many(Person),
        "totals": many(MethodTotal),
        "readings": one(Readings),
        "warnings": many(Warned),
    },
    name="Reconciliation",
)


class Order(Answer):
    id = row_id()
    table_number = table()
    customer = maybe_text()
    round = whole()
    status = word(OrderStatus)
    payment_method = maybe_text()
    total = money()
    items = many(Item)
    waiter = text()
    payment = one(Payment, allow_none=True)
    paid = money(metadata={"description": "What approved payments pay. The kitchen sees none."})
    waiting = money(metadata={"description": "What waiting payments pay."})
    due = money(metadata={"description": "`total` without `paid` and `waiting`."})
    payments = many(
        Payment, metadata={"description": "All attempts, the oldest first. The kitchen sees none."}
    )
    void_reason = maybe_text()
    begun = fields.Boolean(
        metadata={"description": "True if the kitchen began the order and put it back."}
    )
    created_at = moment()
    updated_at = moment()


class OrderAfterChange(Order):
    last_event_id = newest_event()


class Orders(Answer):
    orders = many(Order)
    last_event_id = newest_event()


class Start(Orders):
    session = one(SignedIn)
    settings = one(Settings)
    menu = fields.Nested(Menu, metadata={"description": "For the waiters' page and the kitchen's."})
    deposits = fields.List(
        fields.Nested(Deposit),
        metadata={"description": "For the till: the last day's deposits without a payment."},
    )
    bank_phone = fields.Nested(BankPhone, metadata={"description": "For the till."})


class Place(Answer):
    table_number = table()
    customer = maybe_text()


class RemovedItem(Answer):
    name = text()
    quantity = whole()
    reason = maybe_text()


class PaymentChange(Answer):
    payment_id = text()
    status = word(PaymentStatus)
    was = fields.Enum(PaymentStatus, by_value=True, required=True, allow_none=True)


class HistoryEntry(Answer):
    type = text()
    status = word(OrderStatus)
    by = text()
    at = moment()
    taken_from = fields.String(
        metadata={"description": "The waiter who had the order before another waiter took it."}
    )
    moved_from = fields.Nested(
        Place, metadata={"description": "Where the order was before it was moved."}
    )
    removed = fields.List(
        fields.Nested(RemovedItem), metadata={"description": "The dishes that were taken off."}
    )
    payments = fields.List(
        fields.Nested(PaymentChange),
        metadata={"description": "The payments that were sent, decided, withdrawn or reopened."},
    )
    late = fields.List(
        fields.Enum(WarningType, by_value=True),
        metadata={"description": "The types of the warnings that came after the approval."},
    )
    known = fields.List(
        fields.Enum(WarningType, by_value=True),
        metadata={"description": "The types of the late warnings that a cashier acknowledged."},
    )


class OrderDetail(Order):
    history = many(HistoryEntry)


class Problem(Answer):
    """An error (RFC 9457). `detail` is a sentence for staff. `validation_failed` has `errors`."""

    type = text()
    title = text()
    status = whole()
    code = text()
    detail = text()
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
