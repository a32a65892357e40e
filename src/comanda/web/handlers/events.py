"""`GET /events/{role}`: a stream of events. Each stream has its own cursor into the log."""

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
    """Stream the events of a role after the cursor, or from now on."""
    role, feed, streams = _role(request), request.app[FEED], request.app[STREAMS]
    settings, in_chunks = request.app[CONFIG].events, request.version >= HttpVersion11
    stream_query = query(request, Cursor)
    if stream_query["user"] not in (None, request[STAFF].username):
        raise OtherUser(request[STAFF].name)  # an EventSource can't send `Comanda-User`
    last_event_id = request.headers.get("Last-Event-ID") or stream_query["after"]
    cursor = await _start(feed, last_event_id)
    head = StreamHead(settings)
    with suppress(ConnectionError):
        await head.begin(request)
        session = request[SESSION]
        resumes = last_event_id is not None
        stream = EventStream(
            streams, feed, session, role, cursor, settings, in_chunks=in_chunks, resumes=resumes
        )
        head.give_away(request, stream)
    return head


def _role(request: web.Request) -> Role:
    """Return the stream's role: the user's own, or any role for an admin. Raises Forbidden."""
    role = request[STREAM_ROLE]
    if request[STAFF].role not in (role, Role.ADMIN):
        raise Forbidden
    return role


async def _start(feed: Feed, last_event_id: str | None) -> int:
    """Return the cursor to start after: the client's last event, else the newest event.

    A `Last-Event-ID` that is no valid id becomes a cursor ahead of any log, which gets a resync.
    """
    if last_event_id is None:
        await feed.refresh()
        return feed.head
    return int(last_event_id) if CURSOR.fullmatch(last_event_id) else UNREADABLE
