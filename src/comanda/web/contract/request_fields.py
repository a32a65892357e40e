"""The types of the fields in requests, each with its complaints in Spanish."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

from comanda.domain import staff
from comanda.domain.bill import MOST_ORDERS, ChosenItem
from comanda.domain.evidence import LONGEST_REFERENCE, reference_key
from comanda.domain.house import DAY_ENDS, is_time_zone
from comanda.domain.limits import LIMITS
from comanda.domain.menu import BAD_PRICE, HIGHEST_PRICE
from comanda.domain.money import MOST, NO_SIGN, PLAIN_MONEY, is_sign
from comanda.domain.names import (
    CONTROLS,
    LONGEST_NAME,
    UNKEEPABLE,
    UNSEEN,
    fold,
    in_reading_order,
    is_clean,
    is_like_a_table,
    read_name,
    tidy,
    without_unseen,
)
from comanda.domain.notice_text import clean

MAX_ID_DIGITS = 18
MOST_TIPS = 5
HIGHEST_TIP = 50  # per cent
_ID = re.compile(rf"[1-9][0-9]{{0,{MAX_ID_DIGITS - 1}}}", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?", re.ASCII)
_TOO_MUCH = re.compile(r"[0-9]{10,}(\.[0-9]{1,2})?", re.ASCII)
_CHOSEN = re.compile(r"([1-9][0-9]{0,17}):(0|[1-9][0-9]?):([1-9][0-9]{0,2})", re.ASCII)
_STAMP = re.compile(r"[0-9]{1,14}", re.ASCII)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

MESSAGES: dict[str, Any] = {
    "required": "Falta este dato",
    "null": "No puede estar vacío",
    "invalid": "No es válido",
    "type": "No es válido",
    "unknown": "Dato desconocido",
    "too_large": "No es válido",
    "validator_failed": "No es válido",
    "invalid_utf8": "No es texto",
}


def _clean(text: str) -> None:
    if not is_clean(text):
        raise ValidationError(UNKEEPABLE)


def _known_zone(name: str) -> None:
    if not is_time_zone(name):
        raise ValidationError("No es una zona horaria")


def distinct(values: list[int]) -> None:
    if len(set(values)) < len(values):
        raise ValidationError("Hay uno repetido")


class Text(fields.String):
    """One line of text without control characters; `longest` in characters."""

    default_error_messages = MESSAGES

    def __init__(self, *, shortest: int = 0, longest: int, **more: Any) -> None:
        length = validate.Length(shortest, longest, error=f"De {shortest} a {longest} caracteres")
        metadata = {"pattern": f"^[^{CONTROLS}]*$"}
        super().__init__(validate=length, metadata=metadata, **more)

    def _deserialize(self, value: Any, *more: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *more, **kwargs)
        if isinstance(text, str):
            _clean(text)  # before blanks around it are taken away: some are control characters
        return text


class AnyText(fields.String):
    """Text of any characters, for the log; `longest` in characters."""

    default_error_messages = MESSAGES

    def __init__(self, *, longest: int, **more: Any) -> None:
        length = validate.Length(0, longest, error=f"De 0 a {longest} caracteres")
        super().__init__(validate=length, **more)


class Words(Text):
    """Words for people to read, in the order of their letters, without blanks around them."""

    def _deserialize(self, value: Any, *more: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *more, **kwargs)
        return in_reading_order(text).strip() if isinstance(text, str) else text


class Name(Words):
    """A name for people to read, with at least one character that they see."""

    def __init__(self, *, longest: int, **more: Any) -> None:
        super().__init__(shortest=1, longest=longest, **more)

    def _deserialize(self, value: Any, *more: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *more, **kwargs)
        if text and not fold(text):
            raise ValidationError(UNSEEN)
        return text


class Reason(Words):
    """A reason that may be left out; words that nobody can see load as an empty text."""

    def __init__(self, **more: Any) -> None:
        super().__init__(longest=LIMITS.reason, allow_none=True, load_default=None, **more)

    def _deserialize(self, value: Any, *more: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *more, **kwargs)
        return text if text and fold(text) else ""


class Number(Name):
    """An account's number or alias: as it looks, without the unseen marks that a paste brings.

    With such marks the copied text and the QR code would differ from what the phone shows.
    """

    def _deserialize(self, value: Any, *more: Any, **kwargs: Any) -> Any:
        return without_unseen(super()._deserialize(value, *more, **kwargs)).strip()


class NoticeWords(fields.String):
    """Words of a bank's notice, with their line breaks; the lengths count what can be seen.

    The value is the text as it came.
    """

    default_error_messages = MESSAGES

    def __init__(self, *, shortest: int = 0, longest: int, **more: Any) -> None:
        super().__init__(**more)
        self._length = validate.Length(
            shortest, longest, error=f"De {shortest} a {longest} caracteres"
        )

    def _deserialize(self, value: Any, *more: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *more, **kwargs)
        if isinstance(text, str):
            if _UNKEEPABLE.search(text):
                raise ValidationError(UNKEEPABLE)
            self._length(clean(text, len(text)))
        return text


class Stamp(fields.Field[datetime | None]):
    """Milliseconds since 1970, as a number or text, loaded in UTC; blank text loads as None.

    A time before 2000 is no time of a notice: it is what a phone says that has none.
    """

    default_error_messages = MESSAGES

    def __init__(self, **more: Any) -> None:
        metadata = {"type": ["integer", "string"], "pattern": f"^({_STAMP.pattern}|\\s*)$"}
        super().__init__(load_default=None, allow_none=True, metadata=metadata, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> datetime | None:
        if isinstance(value, str) and not value.strip():
            return None
        text = str(value).strip() if type(value) in (int, str) else ""
        if not _STAMP.fullmatch(text):
            raise self.make_error("invalid")
        moment = datetime.fromtimestamp(int(text) / 1000, UTC)
        if moment < _EARLIEST:
            raise ValidationError("Esa hora es de antes de que hubiera avisos")
        return moment


class MenuName(fields.String):
    """The name of a product or category, under the same rules as in a menu file."""

    default_error_messages = MESSAGES

    def __init__(self, **more: Any) -> None:
        metadata = {"pattern": f"^[^{CONTROLS}]*$", "minLength": 1, "maxLength": LONGEST_NAME}
        super().__init__(required=True, metadata=metadata, **more)

    def _deserialize(self, value: Any, *more: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *more, **kwargs)
        if isinstance(text, str):
            _clean(text)
        try:
            return read_name(text) if isinstance(text, str) else text
        except ValueError as error:
            raise ValidationError(str(error)) from error


class Username(fields.String):
    """The username of a member of staff."""

    default_error_messages = MESSAGES

    def __init__(self, **more: Any) -> None:
        metadata = {"pattern": f"^{staff.USERNAME.pattern}$"}
        super().__init__(validate=_check_username, metadata=metadata, **more)


def _check_username(username: str) -> None:
    if complaint := staff.username_complaint(username):
        raise ValidationError(complaint)


class Pin(Text):
    """A new PIN or password."""

    def __init__(self, **more: Any) -> None:
        super().__init__(shortest=staff.SHORTEST_PIN, longest=staff.LONGEST_PIN, **more)


class YesNo(fields.Field[bool]):
    """`true` or `false`; a text or number such as `"true"` or 1 is refused."""

    default_error_messages = MESSAGES

    def __init__(self, **more: Any) -> None:
        super().__init__(metadata={"type": "boolean"}, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Price(fields.Field[int]):
    """A number with at most two decimals and at most `most`, loaded as minor units."""

    default_error_messages = MESSAGES
    most = HIGHEST_PRICE

    def __init__(self, **more: Any) -> None:
        metadata = {"type": "number", "minimum": 0, "maximum": self.most / 100}
        super().__init__(metadata=metadata, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> int:
        if type(value) not in (int, float):
            raise self.make_error("invalid")
        units = Decimal(str(value)) * 100
        if units > self.most:
            raise ValidationError(_at_most(self.most))
        if units < 0 or units != int(units):
            raise ValidationError(BAD_PRICE)
        return int(units)


class Amount(Price):
    """What a payment pays, as a number in JSON."""

    default_error_messages = MESSAGES | {"invalid": "Escribe un monto como 185.50"}
    most = MOST


def _at_most(units: int) -> str:
    return f"A lo más {PLAIN_MONEY.text(units)}"


class TimeZone(fields.String):
    """The name of a time zone in the IANA database."""

    default_error_messages = MESSAGES

    def __init__(self, **more: Any) -> None:
        super().__init__(validate=_known_zone, **more)


class DayEnds(fields.String):
    """The end of a day in the house's time zone: a time from `00:00` to `12:00`."""

    default_error_messages = MESSAGES

    def __init__(self, **more: Any) -> None:
        form = validate.Regexp(rf"({DAY_ENDS})\Z", error="Una hora de 00:00 a 12:00, como 04:00")
        super().__init__(validate=form, metadata={"pattern": f"^({DAY_ENDS})$"}, **more)

    def deserialize(self, *arguments: Any, **more: Any) -> Any:
        text = super().deserialize(*arguments, **more)
        return time.fromisoformat(text) if isinstance(text, str) else text


class Currency(fields.String):
    """The sign beside amounts, without blanks around it."""

    default_error_messages = MESSAGES

    def __init__(self, **more: Any) -> None:
        error = f"De 1 a {LIMITS.currency} caracteres"
        length = validate.Length(1, LIMITS.currency, error=error)
        super().__init__(validate=[length, _check_sign], **more)

    def _deserialize(self, value: Any, *more: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *more, **kwargs)
        return text.strip(" ") if isinstance(text, str) else text


def _check_sign(text: str) -> None:
    if not is_sign(text):
        raise ValidationError(NO_SIGN)


class Country(fields.String):
    """An ISO 3166 code of two letters, or "" for no country."""

    default_error_messages = MESSAGES

    def __init__(self, **more: Any) -> None:
        form = validate.Regexp(r"([A-Z]{2})?\Z", error="Dos letras, como MX")
        super().__init__(validate=form, metadata={"pattern": "^([A-Z]{2})?$"}, **more)


class DecimalMark(fields.String):
    """The mark before the hundredths: a point or a comma."""

    default_error_messages = MESSAGES

    def __init__(self, **more: Any) -> None:
        super().__init__(validate=validate.OneOf([".", ","], error="Un punto o una coma"), **more)


class Decimals(fields.Integer):
    """How many decimals amounts have: 0 or 2."""

    default_error_messages = MESSAGES

    def __init__(self, **more: Any) -> None:
        super().__init__(strict=True, validate=validate.OneOf([0, 2], error="0 o 2"), **more)


class Tips(fields.List[int]):
    """The per cents of tip that a waiter can offer, each once; an empty list for none."""

    default_error_messages = MESSAGES

    def __init__(self, **more: Any) -> None:
        length = validate.Length(max=MOST_TIPS, error=f"A lo más {MOST_TIPS}")
        checks: list[Callable[[Any], Any]] = [length, distinct]
        inner = Whole(1, HIGHEST_TIP, error_messages=MESSAGES)
        super().__init__(inner, validate=checks, metadata={"uniqueItems": True}, **more)

    def _deserialize(self, value: Any, *arguments: Any, **more: Any) -> Any:
        return tuple(super()._deserialize(value, *arguments, **more))


class Whole(fields.Integer):
    """An integer from `smallest` to `largest`."""

    default_error_messages = MESSAGES

    def __init__(self, smallest: int, largest: int, **more: Any) -> None:
        error = f"De {smallest} a {largest}"
        super().__init__(
            strict=True, validate=validate.Range(smallest, largest, error=error), **more
        )


class Id(fields.Field[int]):
    """A row's id: a string of digits, or an integer."""

    default_error_messages = MESSAGES

    def __init__(self, **more: Any) -> None:
        metadata: dict[str, Any] = {"type": ["string", "integer"], "pattern": f"^{_ID.pattern}$"}
        metadata |= {"minimum": 1, "maximum": 10**MAX_ID_DIGITS - 1, **more.pop("metadata", {})}
        super().__init__(metadata=metadata, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> int:
        row_id = parse_id(str(value)) if type(value) in (str, int) else None
        if row_id is None:
            raise self.make_error("invalid")
        return row_id


class Time(fields.Field[datetime]):
    """An ISO 8601 time with its zone, loaded in UTC."""

    default_error_messages = MESSAGES

    def __init__(self, **more: Any) -> None:
        super().__init__(metadata={"type": "string", "format": "date-time"}, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError("no zone")
            return moment.astimezone(UTC)
        except (TypeError, ValueError, OverflowError) as error:
            raise self.make_error("invalid") from error


class Money(fields.Field[int]):
    """An amount in a form: text with at most two decimals, loaded as minor units.

    `Reference` and `TimeOrNothing` are for forms, too. The form leaves out an empty or blank field
    before this check.
    """

    default_error_messages = MESSAGES | {"invalid": "Escribe un monto como 185.50"}

    def __init__(self, **more: Any) -> None:
        metadata = {"type": "string", "pattern": f"^({_AMOUNT.pattern}| *)$"}
        super().__init__(metadata=metadata, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> int:
        if not (isinstance(value, str) and _AMOUNT.fullmatch(value)):
            is_too_much = isinstance(value, str) and _TOO_MUCH.fullmatch(value)
            raise ValidationError(_at_most(MOST)) if is_too_much else self.make_error("invalid")
        return int(Decimal(value) * 100)


class Reference(Text):
    """A bank operation's number: up to 64 characters, at least one of them comparable."""

    def __init__(self, **more: Any) -> None:
        super().__init__(longest=LONGEST_REFERENCE, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more)
        if text and not reference_key(text):
            raise ValidationError("Escribe el número de la operación")
        return text and in_reading_order(text)


class TimeOrNothing(Time):
    """A time in a form."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        time_schema = {"type": "string", "format": "date-time"}
        self.metadata = {"anyOf": [time_schema, {"type": "string", "pattern": "^ *$"}]}


class DayOrTime(Time):
    """A day of the house (`2026-11-28`), or a time with its zone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> date | datetime:  # type: ignore[override]
        if isinstance(value, str) and _DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError as error:
                raise self.make_error("invalid") from error
        return super()._deserialize(value, attr, data)


class CustomerName(Name):
    """The name of a customer who takes an order away, as it looks, unlike a table's number.

    With unseen marks, one customer would have two bills that look alike.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(longest=LIMITS.customer, **more)

    def _deserialize(self, value: Any, *more: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *more, **kwargs)
        _clean(text)  # before a line break becomes a blank
        name = tidy(without_unseen(text))
        if is_like_a_table(name):
            raise ValidationError("Parece una mesa: escribe un nombre")
        return name


class Repeated(fields.Field[Any]):
    """A field that a form may have several times."""

    default_error_messages = MESSAGES
    most = 1

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        texts = [text for text in ([value] if isinstance(value, str) else value) if text.strip()]
        if len(texts) > self.most:
            raise ValidationError(f"A lo más {self.most}")
        values = tuple(self._read(text.strip()) for text in texts)
        if len(set(values)) < len(values):
            raise ValidationError("Hay uno repetido")
        return values

    def _read(self, text: str) -> Any:
        raise NotImplementedError


class OrderIds(Repeated):
    """The ids of further orders that a payment pays."""

    most = MOST_ORDERS - 1

    def __init__(self, **more: Any) -> None:
        items = {"type": "string", "pattern": f"^({_ID.pattern})?$"}
        super().__init__(metadata={"type": "array", "items": items, "maxItems": self.most}, **more)

    def _read(self, text: str) -> int:
        order_id = parse_id(text)
        if order_id is None:
            raise self.make_error("invalid")
        return order_id


class ChosenItems(Repeated):
    """The dishes that a guest pays, each as `ORDER_ID:POSITION:QUANTITY`."""

    most = 100

    def __init__(self, **more: Any) -> None:
        items = {"type": "string", "pattern": f"^({_CHOSEN.pattern})?$"}
        super().__init__(metadata={"type": "array", "items": items, "maxItems": self.most}, **more)

    def _read(self, text: str) -> ChosenItem:
        numbers = _CHOSEN.fullmatch(text)
        if numbers is None:
            raise self.make_error("invalid")
        return ChosenItem(*map(int, numbers.groups()))


class OneOf(fields.Enum[Any]):
    """A member of a domain enum, given by its value."""

    default_error_messages = MESSAGES | {"unknown": "Los valores son: {choices}"}

    def __init__(self, enum: Any, **more: Any) -> None:
        super().__init__(enum, by_value=True, **more)


class Several(fields.List[Any]):
    """A list of 1 to `most` dishes. The length is checked before the items."""

    default_error_messages = MESSAGES

    def __init__(self, inner: Any, *checks: Callable[[Any], None], most: int, **more: Any) -> None:
        self._length = validate.Length(1, most, error=f"De 1 a {most} platillos")
        super().__init__(inner, required=True, validate=[self._length, *checks], **more)

    def _deserialize(self, value: Any, *arguments: Any, **more: Any) -> list[Any]:
        if isinstance(value, list):
            self._length(value)
        return super()._deserialize(value, *arguments, **more)


def parse_id(text: str) -> int | None:
    """Return a row's id from the text in a URL, or None if no row can have such an id."""
    return int(text) if _ID.fullmatch(text) else None
