"""Answers in JSON: made at once, or in a thread where they are long."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import hdrs, web

from comanda.domain.wire import Wire, encode
from comanda.web.plumbing.compression import ASIDE


def reply(data: Any, status: int = 200, location: str | None = None) -> web.Response:
    """`data` as JSON; never cached, since it is somebody's."""
    return json_answer(encode(data).encode(), status, location)


def reply_change(
    changed: Wire, last_event_id: int, status: int = 200, location: str | None = None
) -> web.Response:
    """The thing that a request changed, with the newest event that it reflects.

    A page tells by it whether this answer or an event of its stream is newer.
    """
    return reply({**changed, "last_event_id": str(last_event_id)}, status, location)


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
