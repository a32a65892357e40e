"""`GET /events/{role}`: each stream is a cursor into the log, and reads on by itself."""

import asyncio
import re

from aiohttp import web

from comanda.domain.errors import Forbidden, NotFound
from comanda.domain.staff import Role
from comanda.store import sessions
from comanda.web.keys import CONFIG, DATABASE, FEED, METRICS, SESSION, STAFF, STREAMS
from comanda.web.reading import query
from comanda.web.schemas import Cursor
from comanda.web.stream import RETRY, EventStream

CURSOR = re.compile(r"[0-9]{1,18}", re.ASCII)
UNREADABLE = 2**63
_GONE = (ConnectionError, TimeoutError)


async def follow(request: web.Request) -> web.StreamResponse:
    """Stream the events of a role, from the cursor on or from now."""
    role = _role(request)
    cursor = await _start(request)
    stream = EventStream(request, request[SESSION], request.app[CONFIG].events)
    with request.app[STREAMS].holding(stream), request.app[FEED].listen(role, stream.ear):
        try:
            await stream.prepare(request)
            async with stream:
                await stream.send_bytes(RETRY)
                await _pump(request, stream, cursor, role)
            await stream.finish()
        except _GONE:
            stream.cut()
        except Exception:
            stream.cut()  # no problem can be told in the middle of a stream
            raise
    return stream


async def _pump(request: web.Request, stream: EventStream, cursor: int, role: Role) -> None:
    """Write page after page; at every heartbeat make sure that the session still stands."""
    feed, loop = request.app[FEED], asyncio.get_running_loop()
    metrics, joined = request.app.get(METRICS), feed.head
    heartbeat = request.app[CONFIG].events.heartbeat_seconds
    next_check = loop.time() + heartbeat
    while stream.alive:
        stream.ear.clear()
        page = await feed.page(cursor, role)
        after, cursor = cursor, page.cursor
        if page.data:
            await stream.send_bytes(page.data)
            if metrics is not None:
                metrics.sent(feed, role, max(after, joined), cursor)
        if cursor == feed.head:
            await stream.pause()
        if loop.time() >= next_check:
            next_check = loop.time() + heartbeat
            if await request.app[DATABASE].read(sessions.owner, request[SESSION]) is None:
                return


def _role(request: web.Request) -> Role:
    """The stream's role, which is one's own unless one is admin. Raises NotFound, Forbidden."""
    try:
        role = Role(request.match_info["role"])
    except ValueError as error:
        raise NotFound from error
    if request[STAFF].role not in (role, Role.ADMIN):
        raise Forbidden
    return role


async def _start(request: web.Request) -> int:
    """The cursor to start from: `Last-Event-ID`, else `?after=`, else now.

    A `Last-Event-ID` that is no number of ours is a cursor ahead of any log: it gets a resync.
    """
    after = query(request, Cursor)["after"]
    last = request.headers.get("Last-Event-ID") or after
    if last is None:
        feed = request.app[FEED]
        await feed.refresh()
        return feed.head
    return int(last) if CURSOR.fullmatch(last) else UNREADABLE
