"""Answers in JSON, and the headers that every answer has."""

import asyncio
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any

from aiohttp import hdrs, web
from multidict import istr

from comanda.domain.wire import encode
from comanda.store.database import Clock
from comanda.web.plumbing.compression import ASIDE

# Names that are made once, and not for every answer.
_SECURITY = tuple(
    (istr(name), value)
    for name, value in (
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    )
)


def reply(data: Any, status: int = 200, location: str | None = None) -> web.Response:
    """`data` as JSON; never cached, since it is somebody's."""
    return json_answer(encode(data).encode(), status, location)


async def reply_aside(make: Callable[[], Any]) -> web.Response:
    """What `make` returns as JSON, made in a thread: others go on meanwhile, however long it is."""
    return json_answer(await asyncio.to_thread(lambda: encode(make()).encode()))


def json_answer(body: bytes, status: int = 200, location: str | None = None) -> web.Response:
    """An answer of JSON that is encoded already."""
    headers = {hdrs.CACHE_CONTROL: "no-store"}
    if location is not None:
        headers[hdrs.LOCATION] = location
    return web.Response(
        body=body,
        status=status,
        headers=headers,
        content_type="application/json",
        charset="utf-8",
        zlib_executor_size=ASIDE,
    )


async def add_security_headers(_: web.Request, response: web.StreamResponse) -> None:
    """An `on_response_prepare` signal; a handler's own stricter or wider policy stays."""
    headers = response.headers
    headers[hdrs.SERVER] = "Comanda"
    for name, value in _SECURITY:
        headers.setdefault(name, value)


def tell_time(clock: Clock) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """An `on_response_prepare` signal: pages count by its `Date`, whatever their own clock says."""

    async def add_date(_: web.Request, response: web.StreamResponse) -> None:
        response.headers[hdrs.DATE] = formatdate(clock().timestamp(), usegmt=True)

    return add_date
