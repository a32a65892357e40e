"""The open streams: Server-Sent Events, written as bytes that were encoded once for everybody."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp_sse import EventSourceResponse

from comanda.config import Events

RETRY = b"retry: 2000\n\n"
END_SECONDS = 0.5


class EventStream(EventSourceResponse):
    """One client's stream, on the connection of `request`."""

    def __init__(self, request: web.Request, session: str, settings: Events) -> None:
        super().__init__(
            sep="\n",
            ping_interval=settings.heartbeat_seconds,
            send_timeout=settings.send_timeout_seconds,
        )
        self.session = session
        self.ear = asyncio.Event()
        self.ended = False
        self._settings = settings
        self._transport = request.transport
        self._ends_at = _now() + 60 * settings.stream_minutes * random.uniform(0.75, 1.25)  # noqa: S311  # nosec B311

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send the headers. Raises ConnectionError where the client has gone by now."""
        if request.transport is None:
            raise ConnectionResetError
        return await super().prepare(request)

    @property
    def alive(self) -> bool:
        """Whether there is a client to write to, and a reason to."""
        gone = self._transport is None or self._transport.is_closing()
        return not (self.ended or gone or _now() >= self._ends_at)

    async def send_bytes(self, data: bytes) -> None:
        """Write whole events. Raises TimeoutError, the connection cut, for a stalled client."""
        try:
            async with asyncio.timeout(self._settings.send_timeout_seconds):
                await self.write(data)
        except TimeoutError:
            self.cut()
            raise

    async def finish(self) -> None:
        """Tell the client that this was all. Raises TimeoutError for a stalled client.

        aiohttp would do it after the handler, without a limit, and where nobody can cut it off.
        """
        async with asyncio.timeout(self._settings.send_timeout_seconds):
            await self.write_eof()

    async def pause(self) -> bool:
        """Wait for news, for one heartbeat at most; True where there was some."""
        try:
            async with asyncio.timeout(self._settings.heartbeat_seconds):
                await self.ear.wait()
        except TimeoutError:
            return False
        return True

    def end(self) -> None:
        """Finish after what is being written."""
        self.ended = True
        self.ear.set()

    def cut(self) -> None:
        """Drop the connection without waiting for the client to take anything more."""
        if self._transport is not None:
            self._transport.abort()


class Streams:
    """All open streams, so that they can be ended: one session's, or all of them."""

    def __init__(self) -> None:
        self._open: set[EventStream] = set()
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


def _now() -> float:
    return asyncio.get_running_loop().time()
