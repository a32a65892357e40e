"""The open streams: Server-Sent Events, encoded once and written as bytes to every client.

aiohttp answers the request for a stream and then gives the connection away. From then on a stream
is a cursor into the log and a connection, without a task. A stream whose client has received every
event rests, and a new event is written directly to the connections of all resting streams. Only a
stream that is behind has a task, which writes page after page until the client has every event.
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
BEAT = b"event: beat\ndata: {}\n\n"  # browsers report events to the page, but not comments
LAST_CHUNK = b"0\r\n\r\n"  # RFC 9112, section 7.1
END_SECONDS = 0.5
BEATS_AT_ONCE = 100


class StreamHead(EventSourceResponse):
    """The beginning of the answer to a stream's request; an EventStream writes the rest."""

    def __init__(self, settings: Events) -> None:
        super().__init__(sep="\n", send_timeout=settings.send_timeout_seconds)
        self.headers[hdrs.CONNECTION] = "close"  # the connection ends with the stream
        self._given_away = False

    async def begin(self, request: web.Request) -> None:
        """Send the headers and the retry time. Raises ConnectionError if the client has gone."""
        await self.prepare(request)
        await self.write(RETRY)

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send the headers. Raises ConnectionError if the client has gone."""
        if self._given_away:
            return None
        if request.transport is None:
            raise ConnectionResetError
        return await super().prepare(request)

    async def write_eof(self, data: bytes = b"") -> None:
        """Write the end of the answer, unless an EventStream has taken over the connection."""
        if not self._given_away:
            await super().write_eof(data)

    def give_away(self, request: web.Request, stream: "EventStream") -> None:
        """Make `stream` the protocol of the request's connection, and let aiohttp release it.

        aiohttp then believes that the client has gone, so the request's handler must return without
        another `await`. Raises ConnectionError if the client has gone.
        """
        handler, transport = request.protocol, request.transport
        if transport is None:
            raise ConnectionResetError
        self._given_away = True
        if handler.writing_paused:
            stream.pause_writing()
        transport.set_protocol(stream)
        transport.resume_reading()  # otherwise a closed client goes unnoticed
        handler.transport = None  # otherwise aiohttp closes the connection
        handler.connection_lost(None)
        stream.connection_made(transport)

    async def _ping(self) -> None:
        """Send no heartbeat: `Streams.beat` sends the heartbeats of all streams."""


class EventStream(asyncio.Protocol):
    """One client's stream: the events for `role` after `cursor`, on the client's connection."""

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
        """Whether the stream and its connection are open and its lifetime has not passed."""
        return not (self.ended or self.connection.is_closing() or _now() >= self._ends_at)

    def read_on(self) -> None:
        """Write the events after the cursor; rest when there are no more.

        A stream that resumes then gets a first heartbeat, which tells the client that it has every
        event. The headers can't tell this: a proxy may pass them on and hold back the events.
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
        """Write page after page, each when the client has received most of the earlier pages.

        Cut off a client that receives nothing for too long. Cut off the client, too, when the log
        can't be read: the client connects again with its last event id.
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
        """Stop resting and stop reading."""
        self._streams.rouse(self)
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def end(self) -> None:
        """End the stream after the bytes written so far; cut off a client that stalls on them."""
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
        """Drop the connection without waiting until the client has received the rest."""
        if self in self._streams:
            self.connection.abort()


def _chunk(data: bytes) -> bytes:
    """Return `data` as a chunk (RFC 9112, section 7.1), or nothing for empty data.

    An empty chunk would end the body.
    """
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def _framed(data: bytes, in_chunks: bool) -> bytes:  # noqa: FBT001
    return _chunk(data) if in_chunks else data


Resting = dict[EventStream, asyncio.Transport]


class Streams:
    """All open streams: send them events and heartbeats, and end one session's or all of them."""

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
        """Return the sessions with an open stream."""
        return frozenset(stream.session for stream in self._open)

    def rest(self, stream: EventStream) -> None:
        """Let `hear` write to `stream` from now on: its cursor is at the head of the log."""
        self._resting[stream.role, stream.in_chunks][stream] = stream.connection

    def rouse(self, stream: EventStream) -> None:
        """Let `hear` no longer write to `stream`."""
        self._resting[stream.role, stream.in_chunks].pop(stream, None)

    def hear(self, since: int, pages: Mapping[Role, Page]) -> None:
        """Write the page after `since` to all resting streams; let the late streams read on.

        Only the connection of each stream is touched: with thousands of streams, access to the
        stream objects would take most of the time. On an error, some clients have the page and some
        do not, so all are cut off. They connect again with their last event id.
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
                late_streams = list(resting)
            else:
                data = _framed(page.data, in_chunks)
                late_streams = _send(data, resting) if data else []
            for stream in late_streams:
                del resting[stream]
                stream.cursor = since
                stream.read_on()

    async def beat(self, standing: Callable[[set[str]], Awaitable[set[str]]]) -> None:
        """Send a heartbeat to all streams; end the streams whose session is no longer valid.

        `standing` returns which of the given sessions are valid. If it raises an error, cut off all
        streams and raise the same error.
        """
        streams = list(self._open)
        try:
            standing_sessions = await standing({stream.session for stream in streams})
        except Exception:
            for stream in streams:
                stream.cut()
            raise
        for number, stream in enumerate(streams, 1):
            if stream.session not in standing_sessions or not stream.alive:
                stream.end()
            elif connection := self._resting[stream.role, stream.in_chunks].get(stream):
                _send(_framed(BEAT, stream.in_chunks), {stream: connection})
            if number % BEATS_AT_ONCE == 0:
                await asyncio.sleep(0)  # let new events go out between

    def end_session(self, session: str) -> None:
        for stream in self._open:
            if stream.session == session:
                stream.end()

    async def end_all(self) -> None:
        """End every stream; after `END_SECONDS`, cut off the streams of stalled clients."""
        self._closed = True
        for stream in self._open:
            stream.end()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._none_open.wait(), END_SECONDS)
        for stream in self._open:
            stream.cut()


def _send(data: bytes, resting: Resting) -> list[EventStream]:
    """Write `data` to each open connection without unsent bytes; return the other streams."""
    late_streams = []
    for stream, connection in resting.items():
        if connection.is_closing() or connection.get_write_buffer_size():
            late_streams.append(stream)
        else:
            connection.write(data)
    return late_streams


def _now() -> float:
    return asyncio.get_running_loop().time()
