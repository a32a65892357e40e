"""The open streams: Server-Sent Events, written as bytes that were encoded once for everybody.

aiohttp answers a stream's request, and then gives the connection away: from there on a stream is a
cursor into the log and a connection, and no task waits for it. One that has told its client
everything rests, and news goes straight to the connections of those that rest. Only one that is
behind has a task, which writes page after page until it is behind no more.
"""

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import cast

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp_sse import EventSourceResponse

from comanda.config import Events
from comanda.domain.staff import Role
from comanda.feed import Feed, Page

log = logging.getLogger(__name__)

RETRY = b"retry: 2000\n\n"
BEAT = b"event: beat\ndata: {}\n\n"  # a browser tells its page of events, and of no comments
LAST_CHUNK = b"0\r\n\r\n"  # RFC 9112, section 7.1
END_SECONDS = 0.5
BEATS_AT_ONCE = 100


class StreamHead(EventSourceResponse):
    """How the answer to a stream's request begins; the rest of it is an EventStream."""

    def __init__(self, settings: Events) -> None:
        super().__init__(sep="\n", send_timeout=settings.send_timeout_seconds)
        self.headers[hdrs.CONNECTION] = "close"  # the stream's end is the connection's
        self._given_away = False

    async def begin(self, request: web.Request) -> None:
        """Send it. Raises ConnectionError where the client has gone by now."""
        await self.prepare(request)
        await self.write(RETRY)

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send the headers. Raises ConnectionError, too."""
        if self._given_away:
            return None
        if request.transport is None:
            raise ConnectionResetError
        return await super().prepare(request)

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing, where the end is for another one to write."""
        if not self._given_away:
            await super().write_eof(data)

    def give_away(self, request: web.Request, stream: "EventStream") -> None:
        """Make `stream` the protocol of the request's connection; aiohttp keeps nothing of it.

        To aiohttp it is as if the client had gone, so its handler must return without waiting for
        anything more. Raises ConnectionError where the client has gone.
        """
        handler, transport = request.protocol, request.transport
        if transport is None:
            raise ConnectionResetError
        self._given_away = True
        if handler.writing_paused:
            stream.pause_writing()
        transport.set_protocol(stream)
        transport.resume_reading()  # or the client's end would go unnoticed
        handler.transport = None  # it would close the connection that it loses
        handler.connection_lost(None)
        stream.connection_made(transport)

    async def _ping(self) -> None:
        """No heartbeat of its own: `Streams.beat` is that of all streams."""


class EventStream(asyncio.Protocol):
    """One client's stream: what `role` hears after `cursor`, on a connection of its own."""

    __slots__ = (
        "_ends_at",
        "_feed",
        "_greeted",
        "_reading",
        "_room",
        "_send_seconds",
        "_streams",
        "connection",
        "cursor",
        "ended",
        "in_chunks",
        "role",
        "session",
    )

    connection: asyncio.Transport

    def __init__(
        self,
        streams: "Streams",
        feed: Feed,
        session: str,
        role: Role,
        cursor: int,
        settings: Events,
        *,
        in_chunks: bool,
        resumes: bool = False,
    ) -> None:
        self.session = session
        self.role = role
        self.cursor = cursor
        self.in_chunks = in_chunks
        self.ended = False
        self._streams = streams
        self._feed = feed
        self._greeted = not resumes
        self._reading: asyncio.Task[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._send_seconds = settings.send_timeout_seconds
        self._ends_at = _now() + 60 * settings.stream_minutes * random.uniform(0.75, 1.25)  # noqa: S311  # nosec B311

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.connection = cast(asyncio.Transport, transport)
        self._feed.listeners[self.role] += 1
        self._streams.add(self)
        self.read_on()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        self._feed.listeners[self.role] -= 1
        self._streams.discard(self)

    def pause_writing(self) -> None:
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._room = None

    @property
    def alive(self) -> bool:
        """Whether there is a client to write to, and a reason to."""
        return not (self.ended or self.connection.is_closing() or _now() >= self._ends_at)

    def read_on(self) -> None:
        """Write what follows the cursor; rest once there is nothing more.

        Whoever asked for what follows a cursor is told by a first heartbeat that this was all.
        Headers alone say nothing, since a proxy that holds the rest back passes those on.
        """
        if self.ended or self._reading is not None:
            return
        if self.cursor == self._feed.head:
            if not self._greeted:
                self._greeted = True
                self.connection.write(_framed(BEAT, self.in_chunks))
            self._streams.rest(self)
        else:
            self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        """Page after page, each when the client has taken most of those before.

        A client that takes nothing for too long is cut off, and so is one that nothing can be read
        for: it comes back with its last id.
        """
        try:
            while self.cursor != self._feed.head and self.alive:
                await self._wait_for_room()
                page = await self._feed.page(self.cursor, self.role)
                self._write(page)
        except TimeoutError:
            self.cut()
        except Exception:
            log.exception("A stream could not be read on; it was cut")
            self.cut()
        else:
            self._reading = None
            if self.alive:
                self.read_on()
            else:
                self.end()

    async def _wait_for_room(self) -> None:
        """Raises TimeoutError for a stalled client."""
        if self._room is not None:
            async with asyncio.timeout(self._send_seconds):
                await self._room

    def _write(self, page: Page) -> None:
        self.cursor = page.cursor
        if page.data and not self.connection.is_closing():
            self.connection.write(_framed(page.data, self.in_chunks))

    def _leave(self) -> None:
        """Neither rest nor read any more."""
        self._streams.rouse(self)
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def end(self) -> None:
        """Finish after what has been written; a stalled client is given a while to take it."""
        if self.ended:
            return
        self.ended = True
        self._leave()
        if not self.connection.is_closing():
            if self.in_chunks:
                self.connection.write(LAST_CHUNK)
            self.connection.close()
        asyncio.get_running_loop().call_later(self._send_seconds, self.cut)

    def cut(self) -> None:
        """Drop the connection without waiting for the client to take anything more."""
        if self in self._streams:
            self.connection.abort()


def _chunk(data: bytes) -> bytes:
    """RFC 9112, section 7.1; of nothing, nothing, since an empty chunk is the end."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def _framed(data: bytes, in_chunks: bool) -> bytes:  # noqa: FBT001
    return _chunk(data) if in_chunks else data


Resting = dict[EventStream, asyncio.Transport]


class Streams:
    """All open streams, so that they can be told, kept alive and ended: one session's, or all."""

    def __init__(self) -> None:
        self._open: set[EventStream] = set()
        self._resting: defaultdict[tuple[Role, bool], Resting] = defaultdict(dict)
        self._closed = False
        self._none_open = asyncio.Event()
        self._none_open.set()

    def __len__(self) -> int:
        return len(self._open)

    def __contains__(self, stream: EventStream) -> bool:
        return stream in self._open

    def add(self, stream: EventStream) -> None:
        self._open.add(stream)
        self._none_open.clear()
        if self._closed:
            stream.end()

    def discard(self, stream: EventStream) -> None:
        self._open.discard(stream)
        if not self._open:
            self._none_open.set()

    def sessions(self) -> frozenset[str]:
        """The sessions that have a stream open."""
        return frozenset(stream.session for stream in self._open)

    def rest(self, stream: EventStream) -> None:
        """Tell `stream` what `hear` says from now on; it is at the head of the log."""
        self._resting[stream.role, stream.in_chunks][stream] = stream.connection

    def rouse(self, stream: EventStream) -> None:
        """`stream` rests no more."""
        self._resting[stream.role, stream.in_chunks].pop(stream, None)

    def hear(self, since: int, pages: Mapping[Role, Page]) -> None:
        """Send all that rest at `since` what follows it; those that can't take it at once read on.

        Nothing of a stream but its connection is touched, which is most of the time that thousands
        of them would take. Where that fails, nobody knows who was told: all break off, and come
        back with the last id that they have.
        """
        try:
            self._hear(since, pages)
        except Exception:
            for stream in list(self._open):
                stream.cut()
            raise

    def _hear(self, since: int, pages: Mapping[Role, Page]) -> None:
        for (role, in_chunks), resting in self._resting.items():
            page = pages.get(role)
            if page is None:
                behind = list(resting)
            else:
                data = _framed(page.data, in_chunks)
                behind = _send(data, resting) if data else []
            for stream in behind:
                del resting[stream]
                stream.cursor = since
                stream.read_on()

    async def beat(self, standing: Callable[[set[str]], Awaitable[set[str]]]) -> None:
        """One heartbeat of all streams; those whose session no longer stands are ended.

        Where that can't be told, they break off: what `standing` raises is raised.
        """
        streams = list(self._open)
        try:
            still = await standing({stream.session for stream in streams})
        except Exception:
            for stream in streams:
                stream.cut()
            raise
        for number, stream in enumerate(streams, 1):
            if stream.session not in still or not stream.alive:
                stream.end()
            elif connection := self._resting[stream.role, stream.in_chunks].get(stream):
                _send(_framed(BEAT, stream.in_chunks), {stream: connection})
            if number % BEATS_AT_ONCE == 0:
                await asyncio.sleep(0)  # live events go between

    def end_session(self, session: str) -> None:
        for stream in self._open:
            if stream.session == session:
                stream.end()

    async def end_all(self) -> None:
        """End every stream; one that is stuck on a stalled client is cut off."""
        self._closed = True
        for stream in self._open:
            stream.end()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._none_open.wait(), END_SECONDS)
        for stream in self._open:
            stream.cut()


def _send(data: bytes, resting: Resting) -> list[EventStream]:
    """Give `data` to each connection that has taken all before; returns the others' streams."""
    behind = []
    for stream, connection in resting.items():
        if connection.is_closing() or connection.get_write_buffer_size():
            behind.append(stream)
        else:
            connection.write(data)
    return behind


def _now() -> float:
    return asyncio.get_running_loop().time()
