"""The open streams: Server-Sent Events, written as bytes that were encoded once for everybody.

A stream that has told its client everything rests. News goes straight to the connections of those
that rest: no task wakes for it. One that a slow client holds up wakes, and reads on by itself.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp_sse import EventSourceResponse

from comanda.config import Events
from comanda.domain.staff import Role
from comanda.feed import Page

RETRY = b"retry: 2000\n\n"
PING = b": ping\n\n"
END_SECONDS = 0.5
PINGS_AT_ONCE = 100


class EventStream(EventSourceResponse):
    """One client's stream, on the connection of `request`: what `role` hears after `cursor`."""

    def __init__(
        self, request: web.Request, session: str, role: Role, cursor: int, settings: Events
    ) -> None:
        super().__init__(sep="\n", send_timeout=settings.send_timeout_seconds)
        self.session = session
        self.role = role
        self.cursor = cursor
        self.ended = False
        self.woken = asyncio.Event()
        self.connection = request.transport
        self.in_chunks = request.version >= HttpVersion11
        self._send_seconds = settings.send_timeout_seconds
        self._ends_at = _now() + 60 * settings.stream_minutes * random.uniform(0.75, 1.25)  # noqa: S311  # nosec B311

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send the headers. Raises ConnectionError where the client has gone by now."""
        if request.transport is None:
            raise ConnectionResetError
        return await super().prepare(request)

    @property
    def alive(self) -> bool:
        """Whether there is a client to write to, and a reason to."""
        gone = self.connection is None or self.connection.is_closing()
        return not (self.ended or gone or _now() >= self._ends_at)

    async def send_bytes(self, data: bytes) -> None:
        """Write whole events. Raises TimeoutError, the connection cut, for a stalled client."""
        try:
            async with asyncio.timeout(self._send_seconds):
                await self.write(data)
        except TimeoutError:
            self.cut()
            raise

    async def finish(self) -> None:
        """Tell the client that this was all. Raises TimeoutError for a stalled client.

        aiohttp would do it after the handler, without a limit, and where nobody can cut it off.
        """
        async with asyncio.timeout(self._send_seconds):
            await self.write_eof()

    def end(self) -> None:
        """Finish after what is being written."""
        self.ended = True
        self.woken.set()

    def cut(self) -> None:
        """Drop the connection without waiting for the client to take anything more."""
        if self.connection is not None:
            self.connection.abort()

    async def _ping(self) -> None:
        """No heartbeat of its own: one task keeps it for all streams."""


def _chunk(data: bytes) -> bytes:
    """RFC 9112, section 7.1; of nothing, nothing, since an empty chunk is the end."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


PING_CHUNK = _chunk(PING)
Resting = dict[EventStream, asyncio.Transport]
OnSent = Callable[[Role, int, int, int], None]


class Streams:
    """All open streams, so that they can be told, kept alive and ended: one session's, or all.

    `on_sent` is told of events that were written live: the role, after which event, until which,
    and to how many streams.
    """

    def __init__(self) -> None:
        self.on_sent: OnSent = _ignore
        self._open: set[EventStream] = set()
        self._resting: defaultdict[tuple[Role, bool], Resting] = defaultdict(dict)
        self._closed = False
        self._none_open = asyncio.Event()
        self._none_open.set()

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def holding(self, stream: EventStream) -> Iterator[None]:
        """Know `stream` for as long as the block runs."""
        self._open.add(stream)
        self._none_open.clear()
        stream.ended = self._closed
        try:
            yield
        finally:
            self._open.discard(stream)
            if not self._open:
                self._none_open.set()

    def sessions(self) -> frozenset[str]:
        """The sessions that have a stream open."""
        return frozenset(stream.session for stream in self._open)

    async def rest(self, stream: EventStream) -> None:
        """Wait at the head of the log, until there is something that `hear` can't pass on."""
        resting = self._resting[stream.role, stream.in_chunks]
        if stream.connection is not None and not stream.woken.is_set():
            resting[stream] = stream.connection
        try:
            await stream.woken.wait()
        finally:
            resting.pop(stream, None)
            stream.woken.clear()

    def hear(self, since: int, pages: Mapping[Role, Page]) -> None:
        """Send all that rest at `since` what follows it; wake those that can't take it at once.

        Nothing of a stream but its connection is touched, which is most of the time that thousands
        of them would take.
        """
        for (role, in_chunks), resting in self._resting.items():
            page = pages.get(role)
            if page is None:
                behind = list(resting)
            else:
                data = _chunk(page.data) if in_chunks else page.data
                behind = _send(data, resting) if data else []
                self.on_sent(role, since, page.cursor, len(resting) - len(behind))
            for stream in behind:
                del resting[stream]
                stream.cursor = since
                stream.woken.set()

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
                _send(PING_CHUNK if stream.in_chunks else PING, {stream: connection})
            if number % PINGS_AT_ONCE == 0:
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


def _ignore(role: Role, after: int, until: int, streams: int) -> None:
    """Nobody measures."""


def _now() -> float:
    return asyncio.get_running_loop().time()
