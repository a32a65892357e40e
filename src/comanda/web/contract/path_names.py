"""The names in paths, such as `{order_id}`: how each is parsed, looked up and refused.

The OpenAPI document and the guard read this table. The guard looks up the thing that a path names,
and stores it in the request under the name's `key`. The handler reads it there.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from aiohttp import web

from comanda.domain.deposits import Deposit
from comanda.domain.errors import (
    DepositNotFound,
    DomainError,
    NotFound,
    OrderNotFound,
    PaymentNotFound,
    ProductNotFound,
    SessionNotFound,
    StaffNotFound,
    ValidationFailed,
)
from comanda.domain.menu import Product
from comanda.domain.payments import Payment
from comanda.domain.staff import Role, Staff
from comanda.store import deposits, menu, orders, payments, staff
from comanda.store.database import Snapshot
from comanda.web.contract.request_fields import parse_id
from comanda.web.contract.responses import ID

Text = TypeVar("Text")  # the parsed text of the path
Thing = TypeVar("Thing")  # the value that the handler gets

ORDER_ID = web.RequestKey("ORDER_ID", int)
POSITION = web.RequestKey("POSITION", int)
PAYMENT = web.RequestKey("PAYMENT", Payment)
DEPOSIT = web.RequestKey("DEPOSIT", Deposit)
PRODUCT = web.RequestKey("PRODUCT", Product)
SESSION_ID = web.RequestKey("SESSION_ID", int)
MEMBER = web.RequestKey("MEMBER", Staff)
KEY = web.RequestKey("KEY", str)
DAY = web.RequestKey("DAY", date)
STREAM_ROLE = web.RequestKey("STREAM_ROLE", Role)
ASSET_PATH = web.RequestKey("ASSET_PATH", str)

_POSITION = re.compile(r"0|[1-9][0-9]?", re.ASCII)
_KEY = re.compile(r"[0-9A-Za-z_-]{1,255}", re.ASCII)
# Only this century: the start and end of a day then stay within the range of `datetime`.
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PathName(Generic[Text, Thing]):
    """A name in a path, such as `{order_id}`.

    `schema` describes the text. `parse` returns None for a text that can't be valid, and `refusal`
    makes the error for this text. `find` raises the same error if the thing does not exist.
    """

    key: web.RequestKey[Thing]
    schema: Mapping[str, Any]
    parse: Callable[[str], Text | None]
    refusal: Callable[[], DomainError]
    find: Callable[[Snapshot, Text], Thing]

    def read(self, text: str) -> Text:
        """Return the parsed text. Raises the error that `refusal` makes."""
        value = self.parse(text)
        if value is None:
            raise self.refusal()
        return value

    def look_up(self, view: Snapshot, text: str) -> Thing | DomainError:
        """Return the thing that `text` names, or the error, which the caller may raise later."""
        try:
            return self.find(view, self.read(text))
        except DomainError as refusal:
            return refusal


def _as_read(_: Snapshot, value: Text) -> Text:
    """Return the value: no look-up is needed, or the use case does it later."""
    return value


def _parse_position(text: str) -> int | None:
    return int(text) if _POSITION.fullmatch(text) else None


def _parse_key(text: str) -> str | None:
    return text if _KEY.fullmatch(text) else None


def _parse_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _bad_date() -> DomainError:
    return ValidationFailed({"date": ["Una fecha como 2026-11-28"]})


def _parse_role(text: str) -> Role | None:
    return Role(text) if text in list(Role) else None


_AN_ID = {"type": "string", **ID}
_A_POSITION = {"type": "string", "pattern": f"^({_POSITION.pattern})$"}
_A_KEY = {"type": "string", "pattern": f"^{_KEY.pattern}$"}
_A_DATE = {"type": "string", "format": "date", "pattern": f"^{_DATE.pattern}$"}
_A_ROLE = {"type": "string", "enum": [role.value for role in Role]}
_A_TEXT = {"type": "string"}

PATH_NAMES: Mapping[str, PathName[Any, Any]] = {
    "order_id": PathName(ORDER_ID, _AN_ID, parse_id, OrderNotFound, orders.require_id),
    "payment_id": PathName(PAYMENT, _AN_ID, parse_id, PaymentNotFound, payments.require),
    "position": PathName(POSITION, _A_POSITION, _parse_position, NotFound, _as_read),
    "deposit_id": PathName(DEPOSIT, _AN_ID, parse_id, DepositNotFound, deposits.require),
    "product_id": PathName(PRODUCT, _AN_ID, parse_id, ProductNotFound, menu.require),
    "session_id": PathName(SESSION_ID, _AN_ID, parse_id, SessionNotFound, _as_read),
    "username": PathName(MEMBER, _A_TEXT, str, StaffNotFound, staff.require),
    "key": PathName(KEY, _A_KEY, _parse_key, NotFound, _as_read),
    "date": PathName(DAY, _A_DATE, _parse_date, _bad_date, _as_read),
    "role": PathName(STREAM_ROLE, _A_ROLE, _parse_role, NotFound, _as_read),
    "path": PathName(ASSET_PATH, _A_TEXT, str, NotFound, _as_read),
}
