"""Answers that grow with the data: read and encoded in pieces on a reader's thread.

To encode a list of thousands at once would block every other answer meanwhile.
"""

from collections.abc import Callable, Iterator
from typing import Any, Concatenate, ParamSpec

from aiohttp import web

from comanda.domain.wire import Wire, encode
from comanda.store.database import Snapshot
from comanda.web.plumbing.json_replies import json_answer
from comanda.web.plumbing.keys import DATABASE

P = ParamSpec("P")


async def reply_with(
    request: web.Request,
    work: Callable[Concatenate[Snapshot, P], Wire],
    *args: P.args,
    **kwargs: P.kwargs,
) -> web.Response:
    """Return the result of `work` as JSON; its lists may be iterators."""
    body = await request.app[DATABASE].read(_encoded, lambda view: work(view, *args, **kwargs))
    return json_answer(body)


async def reply_with_long(
    request: web.Request,
    work: Callable[Concatenate[Snapshot, P], Wire],
    *args: P.args,
    **kwargs: P.kwargs,
) -> web.Response:
    """Return the result of `work` as JSON; it may take seconds, see `Database.read_long`."""
    read = lambda view: work(view, *args, **kwargs)  # noqa: E731
    return json_answer(await request.app[DATABASE].read_long(_encoded, read))


def _encoded(view: Snapshot, work: Callable[[Snapshot], Wire]) -> bytes:
    return _part(view, work(view)).encode()


def _part(view: Snapshot, value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{encode(name)}:{_part(view, value[name])}" for name in value) + "}"
    if isinstance(value, list | Iterator):
        return "[" + ",".join(encode(item) for item in view.in_pieces(value)) + "]"
    return encode(value)
