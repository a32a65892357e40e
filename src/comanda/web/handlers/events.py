"""`GET /events/{role}`: each stream is a cursor into the log, and reads on by itself."""

import re
from contextlib import suppress

from aiohttp import HttpVersion11, web

from comanda.domain.errors import Forbidden, OtherUser
from comanda.domain.staff import Role
from comanda.feed import Feed
from comanda.web.contract.path_names import STREAM_ROLE
from comanda.web.contract.requests import Cursor
from comanda.web.plumbing.keys import CONFIG, FEED, SESSION, STAFF, STREAMS
from comanda.web.plumbing.request_data import query
from comanda.web.plumbing.stream import EventStream, StreamHead

CURSOR = re.compile(r"[0-9]{1,18}", re.ASCII)
UNREADABLE = 2**63


async def follow(request: web.Request) -> web.StreamResponse:
    """Stream the events of a role, from the cursor on or from now."""
    role, feed, streams = _role(request), request.app[FEED], request.app[STREAMS]
    settings, in_chunks = request.app[CONFIG].events, request.version >= HttpVersion11
    asked = query(request, Cursor)
    if asked["user"] not in (None, request[STAFF].username):
        raise OtherUser(request[STAFF].name)  # a browser's EventSource sends no header of a page's
    last = request.headers.get("Last-Event-ID") or asked["after"]
    cursor = await _start(feed, last)
    head = StreamHead(settings)
    with suppress(ConnectionError):
        await head.begin(request)
        session = request[SESSION]
        resumes = last is not None
        stream = EventStream(
            streams, feed, session, role, cursor, settings, in_chunks=in_chunks, resumes=resumes
        )
        head.give_away(request, stream)
    return head


def _role(request: web.Request) -> Role:
    """The stream's role, which is one's own unless one is admin. Raises Forbidden."""
    role = request[STREAM_ROLE]
    if request[STAFF].role not in (role, Role.ADMIN):
        raise Forbidden
    return role


async def _start(feed: Feed, last: str | None) -> int:
    """The cursor to start from: after the last event that the client has, else now.

    A `Last-Event-ID` that is no number of ours is a cursor ahead of any log: it gets a resync.
    """
    if last is None:
        await feed.refresh()
        return feed.head
    return int(last) if CURSOR.fullmatch(last) else UNREADABLE
