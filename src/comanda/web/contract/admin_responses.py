"""The answers that only administrators get, for the OpenAPI document."""

from marshmallow import fields

from comanda.domain.notice_vetoes import Why
from comanda.domain.notices import Kind
from comanda.domain.staff import Role
from comanda.web.contract.responses import (
    Answer,
    Readings,
    Warned,
    many,
    maybe_text,
    moment,
    money,
    one,
    row_id,
    text,
    whole,
    word,
    yes_or_no,
)


class HouseChange(Answer):
    """Lines for people: `removed` is gone, `added` is new. `name` is that of the member."""

    username = text()
    name = text()
    at = moment()
    removed = many(fields.String())
    added = many(fields.String())


class HouseChanges(Answer):
    """The newest 50 changes, the latest first."""

    changes = many(HouseChange)


class Entry(Answer):
    name = text()
    category = text()
    price = money()


class Change(Answer):
    before = one(Entry)
    after = one(Entry)


class Changes(Answer):
    added = many(Entry)
    changed = many(Change)
    same = whole()


class Sum(Answer):
    count = whole()
    total = money()


class HourSum(Sum):
    hour = text()


class MethodSum(Sum):
    method = text()


class NameSum(Sum):
    """`name`: of a dish, a category or a member."""

    name = text()


class OpenBills(Answer):
    """What is open now: tables and customers, what is due, and what waits for a verdict.

    `partly_paid`: orders of which a part was approved, and what is still due of them.
    """

    bills = whole()
    due = money()
    waiting = money()
    partly_paid = one(Sum)


class ReasonSum(Sum):
    """`reason` is empty if nobody gave a reason."""

    reason = text()


class Verification(Answer):
    """Seconds from a payment's submission to its verdict."""

    count = whole()
    median_seconds = fields.Float(required=True, allow_none=True)
    p95_seconds = fields.Float(required=True, allow_none=True)


class DayDeposits(Answer):
    """Of the approvals whose money comes to the account, how many had a deposit.

    The seconds are from the proof to the bank's notice of the money; 0 if the notice was first.
    """

    approvals = whole()
    with_deposit = whole()
    median_seconds = fields.Float(required=True, allow_none=True)
    p95_seconds = fields.Float(required=True, allow_none=True)


class Day(Answer):
    """`from` and `to` are the start and end of the day.

    An hour that occurs twice, when clocks are put back, is listed twice. `sales`, by hour and by
    method, add up what the payments approved on the day pay, without tips. `tips_by_waiter` goes by
    the waiter, when the payment was sent, of the orders that it pays most. `by_dish`,
    `by_category` and `by_waiter` add up the orders that became paid on the day, wholly, to the
    total of `paid_orders`: it differs from `sales` by the parts of orders that were paid on several
    days or are not paid up. `count` is dishes, payments or orders. `removed`: dishes that were
    taken off these orders, and off orders that became void on the day, whose total in `voids` is
    what was left; of today, off open orders, too. `reopened`: payments that were approved on the
    day and are no sale any more, or whose approval was taken back on the day. `open` is null for
    any day but today. `deposits` is null if the house has no bank phone, and no deposit of the day.
    """

    date = fields.Date(required=True)
    time_zone = text()
    begins = moment(data_key="from")
    ends = moment(data_key="to")
    sales = one(Sum)
    by_hour = many(HourSum)
    by_method = many(MethodSum)
    verification = one(Verification)
    rejections = many(ReasonSum)
    warnings = many(Warned)
    readings = one(Readings)
    voids = many(ReasonSum)
    tips = one(Sum)
    tips_by_waiter = many(NameSum)
    paid_orders = one(Sum)
    by_dish = many(NameSum)
    by_category = many(NameSum)
    by_waiter = many(NameSum)
    removed = many(NameSum)
    reopened = many(ReasonSum)
    open = fields.Nested(OpenBills, required=True, allow_none=True)
    deposits = fields.Nested(DayDeposits, required=True, allow_none=True)


class Member(Answer):
    username = text()
    name = text()
    role = word(Role)
    active = yes_or_no()
    short_pin = fields.Boolean(
        metadata={
            "description": "True if the PIN is too easy to guess for a member who handles money."
        }
    )


class Members(Answer):
    staff = many(Member)


class Session(Answer):
    """`online`: a stream is open in this session now. `current`: the session of this request."""

    id = row_id()
    username = text()
    device = text()
    since = moment()
    online = yes_or_no()
    current = yes_or_no()


class Sessions(Answer):
    sessions = many(Session)


class Guesses(Answer):
    """Wrong PINs from one place; `username` is null if no member has the tried username.

    `known`: the member had signed in from this browser before. `entered_at`: the time at which the
    correct PIN followed, or null.
    """

    username = maybe_text()
    name = maybe_text()
    address = text()
    device = text()
    known = yes_or_no()
    tries = whole()
    first_at = moment()
    last_at = moment()
    entered_at = moment(allow_none=True)


class GuessList(Answer):
    guesses = many(Guesses)


class Address(Answer):
    """`url` is null if the server's computer is in no network."""

    url = maybe_text()
    reachable = yes_or_no()


class BankRule(Answer):
    """A rule that reads notices; `own`: from the configuration of the house."""

    name = text()
    own = yes_or_no()


class BankSetup(Answer):
    """What an administrator needs to connect the bank's phone.

    Addresses are null if the server's computer is in no network. `heartbeat_url` has a key that is
    made from the secret: it is null unless the configuration has the secret. `secret_by` is the
    member's name. `refused_code` tells of the last signed report that was refused.
    """

    notices_url = maybe_text()
    heartbeat_url = maybe_text()
    reachable = yes_or_no()
    has_secret = yes_or_no()
    secret_from_config = yes_or_no()
    secret_by = maybe_text()
    secret_at = moment(allow_none=True)
    notice_at = moment(allow_none=True)
    heartbeat_at = moment(allow_none=True)
    refused_at = moment(allow_none=True)
    refused_code = maybe_text()
    rules = many(BankRule)


class BankCodes(Answer):
    """QR codes as SVG; null where there is no text."""

    notices = maybe_text()
    secret = text()
    heartbeat = maybe_text()


class BankSecret(Answer):
    """The new secret, which no other answer tells."""

    secret = text()
    notices_url = maybe_text()
    heartbeat_url = maybe_text()
    codes = one(BankCodes)


class NoticeTried(Answer):
    """What is made of a notice. `why` is null for a deposit; `rule` is the rule that decided.

    `slow` names the house's own rules whose patterns ran out of time.
    """

    kind = word(Kind)
    why = fields.Enum(Why, by_value=True, required=True, allow_none=True)
    rule = maybe_text()
    amount = money(allow_none=True)
    sender = maybe_text()
    reference = maybe_text()
    account = maybe_text()
    slow = many(fields.String())


class Backup(Answer):
    name = text()
    made_at = moment()
    size = whole()


class Backups(Answer):
    enabled = yes_or_no()
    folder = text()
    last_success_at = moment(allow_none=True)
    last_success_size = fields.Integer(required=True, strict=True, allow_none=True)
    alarm = yes_or_no()
    trouble = maybe_text()
    same_disk = fields.Boolean(required=True, allow_none=True)
    copies = many(Backup)
