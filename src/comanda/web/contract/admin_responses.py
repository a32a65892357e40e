"""What only administrators are answered, for the OpenAPI document."""

from marshmallow import fields

from comanda.domain.evidence import WarningType
from comanda.domain.staff import Role
from comanda.web.contract.responses import (
    Answer,
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


class House(Answer):
    restaurant = text()
    currency = text()
    time_zone = text()
    day_ends = text()


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


class ReasonSum(Sum):
    """`reason` is empty where none was given."""

    reason = text()


class Warned(Answer):
    """`approved`: how many of them were approved all the same."""

    type = word(WarningType)
    count = whole()
    approved = whole()


class Verification(Answer):
    """Seconds from a payment's submission to its verdict."""

    count = whole()
    median_seconds = fields.Float(required=True, allow_none=True)
    p95_seconds = fields.Float(required=True, allow_none=True)


class Day(Answer):
    """`from` and `to` are where it begins and ends; an hour that comes twice is there twice."""

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
    voids = many(ReasonSum)


class Member(Answer):
    username = text()
    name = text()
    role = word(Role)
    active = yes_or_no()
    short_pin = fields.Boolean(
        metadata={"description": "Their PIN is too easily guessed for whoever handles money."}
    )


class Members(Answer):
    staff = many(Member)


class Session(Answer):
    """`online`: a stream is open on it now; `current`: it is the asker's own."""

    id = row_id()
    username = text()
    device = text()
    since = moment()
    online = yes_or_no()
    current = yes_or_no()


class Sessions(Answer):
    sessions = many(Session)


class Guesses(Answer):
    """Wrong PINs from one place; `username` is null where nobody has it.

    `known`: from a browser that they had signed in from. `entered_at`: a right PIN came after.
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
    """`url` is null where this computer is in no network."""

    url = maybe_text()
    reachable = yes_or_no()


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
