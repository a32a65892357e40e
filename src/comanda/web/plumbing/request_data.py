"""The data of a request besides its path: JSON body, query parameters, idempotency key."""

import asyncio
import json
import re
from typing import Any, NoReturn

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from marshmallow import Schema

from comanda.domain.errors import (
    FileTooLarge,
    MalformedBody,
    UploadTimeout,
    ValidationFailed,
)
from comanda.domain.idempotency import IdempotencyKey
from comanda.web.contract.refusals import NotJson, ServerBusy
from comanda.web.contract.requests import check
from comanda.web.plumbing.body_memory import Share
from comanda.web.plumbing.compression import ASIDE
from comanda.web.plumbing.keys import BODIES, ROUTE, STAFF, STRANGERS_BODIES

UNREADABLE = (ConnectionError, HttpProcessingError, web.RequestPayloadError)
JSON_SECONDS = 30.0
MAX_FIELDS, MAX_ELEMENTS, MAX_VALUES, MAX_DEPTH = 64, 5_000, 8_000, 16
BYTES_OF_A_VALUE = 32  # a route's largest body, divided by this, limits its values
# A string, or an unterminated string up to the end; possessive, so it never backtracks.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


async def json_body(request: web.Request, schema: type[Schema]) -> dict[str, Any]:
    """Return the JSON body, checked by `schema`; parse and check a large body in a thread.

    Raises NotJson before a byte is read, FileTooLarge by its declared length or at the first byte
    too many, ServerBusy, MalformedBody, UploadTimeout and ValidationFailed.
    """
    _require_json(request)
    room = request.app[BODIES if STAFF in request else STRANGERS_BODIES]
    with Share(room) as share:
        most = request[ROUTE].body_bytes
        raw = await read_body(request, share)
        if len(raw) > ASIDE:
            return await asyncio.to_thread(_parse, raw, schema, most)
        return _parse(raw, schema, most)


def _require_json(request: web.Request) -> None:
    """Raises NotJson: another site's page can send text or a form without asking, but no JSON."""
    if not request.body_exists:
        raise MalformedBody
    refuse_packed(request)
    if request.content_type != "application/json":
        raise NotJson


def refuse_packed(request: web.Request) -> None:
    """Raises MalformedBody for a compressed body: no page compresses, and we don't unpack."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise MalformedBody("La petición viene comprimida: envíala sin Content-Encoding")


async def read_body(request: web.Request, share: Share) -> bytearray:
    """Return the body's bytes, whatever they are, at most as many as the route takes.

    Raises FileTooLarge by the declared length or at the first byte too many, ServerBusy,
    MalformedBody and UploadTimeout.
    """
    most = request[ROUTE].body_bytes
    raw = bytearray()
    try:
        _expect(request.content_length or 0, most)
        async with asyncio.timeout(JSON_SECONDS):
            while piece := await request.content.readany():
                _expect(len(raw) + len(piece), most)
                if not share.hold(len(raw) + len(piece)):
                    raise ServerBusy
                raw += piece
    except TimeoutError as error:
        raise UploadTimeout from error
    except UNREADABLE as error:
        raise MalformedBody from error
    return raw


def _expect(size: int, most: int) -> None:
    """Raises FileTooLarge."""
    if size > most:
        limit = f"{most // 2**20} MB" if most >= 2**20 else f"{most // 2**10} KB"
        raise FileTooLarge(f"Lo que se envió es demasiado grande: aquí caben {limit}")


def _parse(raw: bytearray, schema: type[Schema], most: int) -> dict[str, Any]:
    return check(schema, parse_json(raw, most))


def parse_json(raw: bytes | bytearray, most: int, *, strict: bool = True) -> Any:
    """Return what a body of a route that takes `most` bytes says. Raises MalformedBody.

    Unless it is `strict`, a text may have line breaks as they are, instead of `\\n`.
    """
    try:
        _weigh(raw, min(most // BYTES_OF_A_VALUE, MAX_VALUES))
        return json.loads(
            raw.decode(),
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
            strict=strict,
        )
    except (ValueError, RecursionError) as error:
        raise MalformedBody from error


def _weigh(raw: bytes | bytearray, most_values: int) -> None:
    """Raises ValueError for JSON with more values, or deeper nesting, than its route can have.

    Count the values before parsing: the parser would create an object for each of them.
    """
    bare = _STRING.sub(b"", raw)
    brackets = bare.translate(None, _NO_BRACKETS)
    if bare.count(b",") + len(brackets) > most_values:
        raise ValueError("no request has so many values")
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise ValueError("no request is so deep")


def query(request: web.Request, schema: type[Schema]) -> dict[str, Any]:
    """Return the checked query parameters; only `status` may repeat. Raises ValidationFailed."""
    data: dict[str, Any] = {}
    if len(request.query) > MAX_FIELDS:
        raise ValidationFailed({"_schema": ["Son demasiados datos"]})
    for name in request.query:
        values = request.query.getall(name)
        if name != "status" and len(values) > 1:
            raise ValidationFailed({name: ["Está repetido"]})
        data[name] = values if name == "status" else values[0]
    return check(schema, data)


def idempotency_key(request: web.Request, *about: object) -> IdempotencyKey | None:
    """Return the `Idempotency-Key`, bound to the user and to the values in `about`.

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
    """Return a JSON object as a dict. Raises ValueError for more fields than any request has.

    marshmallow's time for unknown fields grows with the square of their number: 90,000 fields in a
    body blocked the whole server for 14 s.
    """
    longest = max((len(value) for _, value in pairs if isinstance(value, list)), default=0)
    if len(pairs) > MAX_FIELDS or longest > MAX_ELEMENTS:
        raise ValueError("no request has so many")
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a name stands twice, and programs differ in which of them counts")
    return fields
