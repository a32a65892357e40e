"""Answers in JSON; a thread encodes the long answers."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import hdrs, web

from comanda.domain.staff import Role
from comanda.domain.wire import Wire, encode
from comanda.web.plumbing.compression import ASIDE
from comanda.workflow import Outcome


def reply(data: Any, status: int = 200, location: str | None = None) -> web.Response:
    """Return `data` as JSON, never cached: it may be personal."""
    return json_answer(encode(data).encode(), status, location)


def reply_change(
    changed: Wire, last_event_id: int, status: int = 200, location: str | None = None
) -> web.Response:
    """Return the changed thing with the id of the newest event that it includes.

    By this id, a page knows whether the answer or an event of its stream is newer.
    """
    return reply({**changed, "last_event_id": str(last_event_id)}, status, location)


def reply_outcome(outcome: Outcome, reader: Role, *, creates: bool = False) -> web.Response:
    """The order after a verb, as `reader` may see it.

    The answer to a request that `creates` something has the order's address, and is 201 unless an
    earlier request with the same key created it.
    """
    order = outcome.order.wire(reader)
    if not creates:
        return reply_change(order, outcome.last_event_id)
    status = 201 if outcome.changed else 200
    return reply_change(order, outcome.last_event_id, status, f"/orders/{outcome.order.id}")


async def reply_aside(make: Callable[[], Any]) -> web.Response:
    """Return the result of `make` as JSON; call and encode in a thread, so others don't wait."""
    return json_answer(await asyncio.to_thread(lambda: encode(make()).encode()))


def json_answer(body: bytes, status: int = 200, location: str | None = None) -> web.Response:
    """Return an answer with `body`, which is encoded JSON."""
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
