"""The fields of requests. Every body and query is checked here; unknown fields are refused."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from marshmallow import (
    INCLUDE,
    RAISE,
    Schema,
    ValidationError,
    fields,
    pre_load,
    validate,
    validates_schema,
)

from comanda.domain import staff
from comanda.domain.accounts import MOST_ACCOUNTS
from comanda.domain.errors import ValidationFailed
from comanda.domain.evidence import WarningType
from comanda.domain.limits import LIMITS
from comanda.domain.notice_text import LONGEST_NOTICE
from comanda.domain.notices import LONGEST_TITLE
from comanda.domain.orders import OPEN_STATUSES, OrderStatus
from comanda.domain.payments import Verdict
from comanda.web.contract.request_fields import (
    MESSAGES,
    Amount,
    AnyText,
    ChosenItems,
    Country,
    Currency,
    CustomerName,
    DayEnds,
    DayOrTime,
    DecimalMark,
    Decimals,
    Id,
    MenuName,
    Money,
    Name,
    NoticeWords,
    Number,
    OneOf,
    OrderIds,
    Pin,
    Price,
    Reason,
    Reference,
    Several,
    Stamp,
    Text,
    Time,
    TimeOrNothing,
    TimeZone,
    Tips,
    Username,
    Whole,
    Words,
    YesNo,
    distinct,
)

MAX_COMPLAINTS = 200
MAX_PRODUCTS = 5_000
MAX_MENU = 1_000_000


class Request(Schema):
    """A request's body or query, with its complaints in Spanish."""

    error_messages = MESSAGES

    class Meta:
        unknown = RAISE


class SignIn(Request):
    username = Text(shortest=1, longest=LIMITS.username, required=True)
    pin = Text(shortest=1, longest=LIMITS.pin, required=True)


class Line(Request):
    product_id = Id(required=True)
    quantity = Whole(1, LIMITS.quantity, required=True)
    note = Words(longest=LIMITS.note, allow_none=True, load_default=None)


class NewPlace(Request):
    """A table or a customer who takes the order away: exactly one of the two."""

    table_number = Whole(1, LIMITS.table_number, allow_none=True, load_default=None)
    customer = CustomerName(allow_none=True, load_default=None)

    @validates_schema
    def check_place(self, data: Mapping[str, Any], **_: Any) -> None:
        given = [name for name in ("table_number", "customer") if data[name] is not None]
        if not given:
            raise ValidationError({"table_number": ["Falta la mesa, o el nombre para llevar"]})
        if len(given) > 1:
            raise ValidationError({"customer": ["O una mesa, o un nombre para llevar"]})


class NewOrder(NewPlace):
    items = Several(fields.Nested(Line, error_messages=MESSAGES), most=LIMITS.items)


class NewQuantity(Request):
    """How many dishes are left of an order's line, and why the others were taken off."""

    quantity = Whole(0, LIMITS.quantity, required=True)
    reason = Name(longest=LIMITS.reason, required=True)


class NewStatus(Request):
    status = OneOf(OrderStatus, required=True)
    reason = Reason()


class NewClaim(Request):
    """What a payment says, corrected. A value that is left out, or null, stays as it was."""

    reference = Reference(
        allow_none=True,
        load_default=None,
    )
    amount = Amount(allow_none=True, load_default=None)

    @validates_schema
    def check_claim(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["reference"] is None and data["amount"] is None:
            raise ValidationError({"reference": ["Falta el número, o el monto"]})


class NewVerdict(Request):
    verdict = OneOf(Verdict, required=True)
    reason = Reason()
    seen_in_account = YesNo(load_default=False)


class NewReconciliation(Request):
    """Whether an approved payment was found in the bank's statement."""

    found = YesNo(required=True)


class NewTie(Request):
    """The payment that a deposit belongs to, or null for none."""

    payment_id = Id(required=True, allow_none=True)


class _OfAnyApp(Request):
    """Apps that pass notices on send fields of their own, too: they are ignored."""

    class Meta:
        unknown = INCLUDE


Notice = _OfAnyApp.from_dict(
    {
        "from": NoticeWords(longest=LONGEST_TITLE, load_default="", allow_none=True),
        "title": NoticeWords(longest=LONGEST_TITLE, load_default="", allow_none=True),
        "text": NoticeWords(shortest=1, longest=LONGEST_NOTICE, required=True),
        "sentStamp": Stamp(),
        "receivedStamp": Stamp(),
    },
    name="Notice",
)


class KnownWarnings(Request):
    """The types of late warnings that a cashier has taken note of."""

    types = fields.List(
        OneOf(WarningType), required=True, validate=validate.Length(1, error="Falta este dato")
    )


class ProofQuery(Request):
    size = fields.String(
        load_default=None,
        validate=validate.OneOf(["thumb"], error="El único tamaño es thumb"),
        error_messages=MESSAGES,
    )


class NewProduct(Request):
    name = MenuName()
    category = MenuName()
    price = Price(required=True)


class Availability(Request):
    available = YesNo(required=True)


class MenuOrder(Request):
    product_ids = Several(Id(), distinct, most=MAX_PRODUCTS, metadata={"uniqueItems": True})


class MenuText(Request):
    csv = fields.String(
        required=True,
        validate=[
            validate.Length(1, error="El archivo está vacío"),
            validate.Length(max=MAX_MENU, error="El archivo es demasiado grande"),
        ],
        error_messages=MESSAGES,
    )


class NewStaff(Request):
    username = Username(required=True)
    name = Name(longest=LIMITS.name, required=True)
    role = OneOf(staff.Role, required=True)
    pin = Pin(required=True)

    @validates_schema
    def check_pin(self, data: Mapping[str, Any], **_: Any) -> None:
        _check_pin(data["pin"], data["role"])


def _check_pin(pin: str, role: staff.Role) -> None:
    if complaint := staff.pin_complaint(pin, role):
        raise ValidationError({"pin": [complaint]})


class NewName(Request):
    name = Name(longest=LIMITS.name, required=True)


class NewPin(Request):
    pin = Pin(required=True)


class NewRole(Request):
    role = OneOf(staff.Role, required=True)


class Activity(Request):
    active = YesNo(required=True)


class NewHouse(Request):
    restaurant = Name(longest=LIMITS.name, required=True)
    currency = Currency(required=True)
    time_zone = TimeZone(required=True)
    day_ends = DayEnds(load_default=None, allow_none=False)
    country = Country(load_default=None)
    currency_after = YesNo(load_default=None)
    decimals = Decimals(load_default=None)
    decimal_mark = DecimalMark(load_default=None)
    own_verdicts = YesNo(load_default=None)
    tips = Tips(load_default=None)


class NewAccount(Request):
    """An account of the house. `number` may be a CLABE, an alias, a phone or a wallet."""

    method = Text(shortest=1, longest=32, required=True)
    label = Name(longest=LIMITS.account, required=True)
    holder = Name(longest=LIMITS.name, required=True)
    number = Number(longest=LIMITS.account, required=True)
    alias = Number(longest=LIMITS.account, allow_none=True, load_default=None)
    qr = Name(longest=LIMITS.qr, allow_none=True, load_default=None)


class NewAccounts(Request):
    accounts = fields.List(
        fields.Nested(NewAccount, error_messages=MESSAGES),
        required=True,
        validate=validate.Length(max=MOST_ACCOUNTS, error=f"A lo más {MOST_ACCOUNTS} cuentas"),
        error_messages=MESSAGES,
    )


class NewRestaurant(NewHouse):
    """The body of the first start. `csv` is the house's menu; `sample` asks for an example menu."""

    token = Text(shortest=1, longest=100, required=True)
    username = Username(required=True)
    name = Name(longest=LIMITS.name, required=True)
    pin = Pin(required=True)
    csv = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(0, MAX_MENU, error="El archivo es demasiado grande"),
        error_messages=MESSAGES,
    )
    sample = YesNo(load_default=False)

    @validates_schema
    def check_pin(self, data: Mapping[str, Any], **_: Any) -> None:
        _check_pin(data["pin"], staff.Role.ADMIN)


class PageError(Request):
    """An error of a page. Its texts may have any characters; they are cleaned for the log."""

    message = AnyText(longest=500, required=True)
    page = AnyText(longest=200, required=True)
    source = AnyText(longest=300, allow_none=True, load_default=None)
    line = Whole(0, 10_000_000, allow_none=True, load_default=None)
    column = Whole(0, 10_000_000, allow_none=True, load_default=None)
    stack = AnyText(longest=4_000, allow_none=True, load_default=None)
    agent = AnyText(longest=300, allow_none=True, load_default=None)


class OrderQuery(Request):
    status = fields.List(OneOf(OrderStatus), load_default=list(OPEN_STATUSES))
    since = Time(load_default=None)
    before = Id(load_default=None)
    late = fields.String(
        load_default=None,
        validate=validate.OneOf(["true"], error="Sólo puede ser true"),
        error_messages=MESSAGES,
        metadata={
            "description": "Only orders, in whatever state, whose payment has late warnings that "
            "no cashier has acknowledged."
        },
    )
    limit = Id(
        load_default=LIMITS.orders,
        validate=validate.Range(1, LIMITS.orders, error=f"De 1 a {LIMITS.orders}"),
        metadata={"type": "integer", "maximum": LIMITS.orders},
    )


Statement = Request.from_dict(
    {
        "from": DayOrTime(load_default=None),
        "to": DayOrTime(load_default=None),
        "method": Text(shortest=1, longest=32, load_default=None),
    },
    name="Statement",
)

NoticeOnTrial = Request.from_dict(
    {
        "from": AnyText(longest=LONGEST_TITLE, load_default=""),
        "text": AnyText(longest=LONGEST_NOTICE, required=True),
    },
    name="NoticeOnTrial",
)

DepositQuery = Request.from_dict(
    {
        "from": DayOrTime(load_default=None),
        "to": DayOrTime(load_default=None),
        "tied": fields.String(
            load_default=None,
            validate=validate.OneOf(["true", "false"], error="Es true o false"),
            error_messages=MESSAGES,
            metadata={"description": "Only deposits with a payment, or only those without."},
        ),
    },
    name="DepositQuery",
)


HeartbeatQuery = _OfAnyApp.from_dict(
    {
        "key": fields.String(
            load_default=None,
            error_messages=MESSAGES,
            metadata={"description": "The house's own, as Admin → Banco shows it."},
        )
    },
    name="HeartbeatQuery",
)


class Cursor(Request):
    after = fields.String(
        load_default=None,
        validate=validate.Regexp(r"[0-9]{1,64}\Z", re.ASCII, error="No es válido"),
        error_messages=MESSAGES,
        metadata={"pattern": "^[0-9]{1,64}$"},
    )
    user = Text(shortest=1, longest=LIMITS.username, load_default=None)
    # A page of the previous version asks for heartbeats, which every stream now has. If the server
    # refused this field, the page would get no events until a reload. The next version may drop it.
    heartbeat = fields.String(
        load_default=None,
        validate=validate.OneOf(["event"], error="El único latido que se pide es event"),
        error_messages=MESSAGES,
        metadata={"deprecated": True},
    )


class PlainForm(Request):
    """The text fields of a form.

    A plain HTML form sends an empty field for an input that was not filled in. An empty optional
    field counts as left out.
    """

    @pre_load
    def leave_out_empty_fields(
        self, data: Mapping[str, str | list[str]], **_: Any
    ) -> dict[str, str | list[str]]:
        optional = {name for name, field in self.load_fields.items() if not field.required}
        return {
            name: value for name, value in data.items() if name not in optional or _is_filled(value)
        }


class Form(PlainForm):
    """The text fields of a payment attempt; its file is judged by its content."""

    method = Text(shortest=1, longest=32, required=True)
    reference = Reference(load_default=None)
    amount = Money(load_default=None)
    tip = Money(load_default=0)
    tendered = Money(load_default=None)
    also = OrderIds(load_default=())
    items = ChosenItems(load_default=())
    replaces = Id(load_default=None)
    taken_at = TimeOrNothing(load_default=None)


def _is_filled(value: str | list[str]) -> bool:
    return any(text.strip() for text in ([value] if isinstance(value, str) else value))


class ProofForm(Form):
    """The whole form with its file, for the OpenAPI document."""

    file = fields.Raw(metadata={"type": "string", "format": "binary"})


class StatementChoice(PlainForm):
    """How a bank's statement is to be read, besides what is found out.

    `mapping` is JSON: `{separator, encoding, header_row, columns: {date: 0, …}, date_order,
    decimal_mark}`, each of which may be left out. `bank` is the name under which it is kept.
    """

    bank = Name(longest=40, load_default=None)
    mapping = AnyText(longest=2_000, load_default=None)


class StatementForm(StatementChoice):
    """The whole form with its file, for the OpenAPI document."""

    file = fields.Raw(metadata={"type": "string", "format": "binary"})


def check(schema: type[Schema], data: Any) -> dict[str, Any]:
    """Return `data` as loaded by `schema`. Raises ValidationFailed."""
    try:
        loaded: dict[str, Any] = _schema(schema).load(data)
    except ValidationError as error:
        complaints = islice(_flatten(error.messages), MAX_COMPLAINTS)
        raise ValidationFailed(dict(complaints)) from error
    return loaded


@cache
def _schema(schema: type[Schema]) -> Schema:
    """Return the instance of the schema, made once.

    A new instance copies all fields, which is slow. An instance keeps nothing of the loaded data.
    """
    return schema()


def _flatten(messages: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield nested complaints as (`items.0.quantity`, sentences).

    A complaint about a plain value in a list gets the path of the list.
    """
    if not isinstance(messages, Mapping):
        yield path or "_schema", list(messages)
        return
    for key, inner in messages.items():
        is_value = isinstance(key, int) and not isinstance(inner, Mapping)
        yield from _flatten(inner, path if is_value else f"{path}.{key}".lstrip("."))
