"""Reading a request: its JSON, its query, its ids, its key for safe repetition."""

import asyncio
import json
import re
from datetime import date
from typing import Any, NoReturn

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from marshmallow import Schema

from comanda.domain.errors import (
    MalformedBody,
    OrderNotFound,
    PaymentNotFound,
    UploadTimeout,
    ValidationFailed,
)
from comanda.domain.idempotency import IdempotencyKey
from comanda.web.fields import parse_id
from comanda.web.keys import STAFF
from comanda.web.schemas import check

UNREADABLE = (ConnectionError, HttpProcessingError, web.RequestPayloadError)
JSON_SECONDS = 30.0
# No other century, so that a day's border never leaves the calendar.
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
MAX_FIELDS, MAX_ELEMENTS = 64, 5_000
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


async def json_body(request: web.Request, schema: type[Schema]) -> dict[str, Any]:
    """The JSON body, checked. Raises MalformedBody, UploadTimeout and ValidationFailed."""
    try:
        async with asyncio.timeout(JSON_SECONDS):
            raw = await request.read()
        data = json.loads(raw.decode(), parse_constant=_refuse_constant, object_pairs_hook=_object)
    except TimeoutError as error:
        raise UploadTimeout from error
    except (ValueError, RecursionError, *UNREADABLE) as error:
        raise MalformedBody from error
    return check(schema, data)


def query(request: web.Request, schema: type[Schema]) -> dict[str, Any]:
    """The query parameters, checked; only `status` may be repeated. Raises ValidationFailed."""
    data: dict[str, Any] = {}
    for name in request.query:
        values = request.query.getall(name)
        if name != "status" and len(values) > 1:
            raise ValidationFailed({name: ["Está repetido"]})
        data[name] = values if name == "status" else values[0]
    return check(schema, data)


def order_id(request: web.Request) -> int:
    """The order's id in the path. Raises OrderNotFound for what can't be one."""
    found = parse_id(request.match_info["order_id"])
    if found is None:
        raise OrderNotFound
    return found


def payment_id(request: web.Request) -> int:
    """The payment's id in the path. Raises PaymentNotFound for what can't be one."""
    found = parse_id(request.match_info["payment_id"])
    if found is None:
        raise PaymentNotFound
    return found


def date_in_path(request: web.Request) -> date:
    """The date in the path, `2026-11-28`. Raises ValidationFailed."""
    text = request.match_info["date"]
    try:
        if not _DATE.fullmatch(text):
            raise ValueError("not YYYY-MM-DD")
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValidationFailed({"date": ["Una fecha como 2026-11-28"]}) from error


def idempotency_key(request: web.Request, *about: object) -> IdempotencyKey | None:
    """The `Idempotency-Key`, bound to the user and to what the request is `about`.

    Raises ValidationFailed.
    """
    value = request.headers.get("Idempotency-Key")
    if value is None:
        return None
    if not _KEY.fullmatch(value):
        raise ValidationFailed({"Idempotency-Key": ["De 1 a 255 caracteres ASCII sin espacios"]})
    return IdempotencyKey.of(value, *about, by=request[STAFF].username)


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of a size that some request can have.

    marshmallow's time for unknown fields grows with the square of their number: 90,000 of them in
    one body held the whole server up for 14 s.
    """
    longest = max((len(value) for _, value in pairs if isinstance(value, list)), default=0)
    if len(pairs) > MAX_FIELDS or longest > MAX_ELEMENTS:
        raise ValueError("no request has so many")
    return dict(pairs)
