"""The limits on connections: how many per address and in total, and how long they may be silent.

Each connection is an open file, and a process may open only a limited number of files. So each
address has a fixed number of places, enough for the busiest device of a house. A further connection
waits a moment for a place and is then refused. When all files but a reserve are in use, the oldest
connections without a sign-in are cut off, so that the till can still connect.

An address here is an IPv4 address or an IPv6 /64 network. The connections of a trusted proxy do not
count. Each of the proxy's requests takes a place of the client that it names, until the request
ends.
"""

import asyncio
import errno
import logging
import resource
import select
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import hdrs, web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.typedefs import Handler

from comanda.config import Server
from comanda.domain.sign_in import network_of
from comanda.web.contract.problems import refusal
from comanda.web.contract.refusals import TooManyConnections
from comanda.web.plumbing.proxy import address_of, is_in
from comanda.web.plumbing.rate_limited_log import RateLimitedLog

HEAD_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 30.0
PROXY_SECONDS = 3600.0  # let the proxy close first: it may send a request just when we close
OF_ADDRESS = 64
OUTSIDE = 64  # connections of an address that may wait for a place; further ones are cut off
WAIT_SECONDS = 2.0
READ_AT_ONCE = 16 * 1024  # bytes; asyncio's default is sixteen times as many
READ_OF_FILE = 64 * 1024
COSTLY_SECONDS = 0.0005  # processor time to parse one read; a read of a photo takes a tenth
CHUNK_SECONDS = 0.000005  # processor time to process one chunk
MOST_CHUNKS = 512  # unread chunks of a body; with more, each is smaller than its framing
TIMES_AS_LONG = 10  # an address pauses for its parsing time, multiplied by this factor
RESTS_SECONDS = 0.5  # a client often sends its next request at once
KEPT_FILES = 256  # reserved for the database, for uploads, and for connections just accepted
MANY_FILES = 16_384
_OUT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

log = logging.getLogger(__name__)


class Connections:
    """The open connections. Their number is limited by the files that this process can open.

    The connection of a stream stays open after aiohttp has released it. So the end of a connection
    is detected by its closed socket, at the latest when its place is needed.
    """

    def __init__(self, settings: Server) -> None:
        self._proxies = settings.proxy_networks
        self._most = _room_for_connections()
        self._open: set[asyncio.Transport] = set()
        self._strangers: dict[asyncio.Transport, None] = {}
        self._inside: defaultdict[str, dict[asyncio.Transport, Visit | None]] = defaultdict(dict)
        self._outside: defaultdict[str, set[asyncio.Transport]] = defaultdict(set)
        self._owed: dict[str, float] = {}
        self._tidy_at = OF_ADDRESS
        self._full, self._crowd = RateLimitedLog(log), RateLimitedLog(log)

    def open(self) -> None:
        """Read the limit of open files again and accept that many connections."""
        self._most = _room_for_connections()

    def is_proxy(self, address: str) -> bool:
        return is_in(address, self._proxies)

    def enter(self, visit: "Visit") -> bool:
        """Count a new connection. Return False if its address has no free place: it must `wait`."""
        connection, home = visit.connection, network_of(visit.address)
        self._open.add(connection)
        if self.is_proxy(visit.address):
            return True
        self._strangers[connection] = None
        self._make_room()
        if self._join(connection, home, visit):
            return True
        self._outside[home].add(connection)
        if len(self._outside[home]) > OUTSIDE:
            self._refuse(visit.address)
            connection.abort()
        return False

    async def wait(
        self, connection: asyncio.Transport, address: str, visit: "Visit | None"
    ) -> None:
        """Wait until this address has a free place. Raises TooManyConnections."""
        home, until = network_of(address), time.monotonic() + WAIT_SECONDS
        while not self._join(connection, home, visit):
            if time.monotonic() >= until:
                self._refuse(address)
                raise TooManyConnections
            await asyncio.sleep(WAIT_SECONDS / 40)
        self._leave_outside(connection, home)

    def know(self, connection: asyncio.BaseTransport | None) -> None:
        """Exempt the connection of a signed-in user from being cut off for others."""
        if isinstance(connection, asyncio.Transport):
            self._strangers.pop(connection, None)

    def leave(self, visit: "Visit") -> None:
        """Release an ended connection's place. A connection of a stream keeps its place."""
        connection, home = visit.connection, network_of(visit.address)
        self._strangers.pop(connection, None)
        self._leave_outside(connection, home)
        if connection.is_closing():
            self._open.discard(connection)
            self._part(connection, home)
        elif connection in self._inside[home]:
            self._inside[home][connection] = None

    @asynccontextmanager
    async def for_client(self, request: web.Request) -> AsyncIterator[None]:
        """Count a proxy's request for the client that it names. Raises TooManyConnections."""
        connection, address = request.transport, address_of(request)
        if connection is None or not self.is_proxy(request.remote or "") or self.is_proxy(address):
            yield
            return
        try:
            await self.wait(connection, address, None)
            yield
        finally:
            if request.transport is not None or connection.is_closing():
                self._part(connection, network_of(address))

    def owe(self, address: str, cost: float) -> float:
        """Add `cost` seconds of parsing to an address. Return for how many seconds to pause it.

        All connections of an address share its pause, so more connections do not help an attacker.
        """
        now, home = time.monotonic(), network_of(address)
        if len(self._owed) > MANY_FILES:
            self._owed = {other: until for other, until in self._owed.items() if until > now}
        self._owed[home] = max(now, self._owed.get(home, now)) + TIMES_AS_LONG * cost
        return self._owed[home] - now

    def _join(self, connection: asyncio.Transport, home: str, visit: "Visit | None") -> bool:
        """Take a free place, or close a resting connection for it. Return False without a place."""
        inside = self._inside[home]
        if len(inside) >= OF_ADDRESS:
            for ended in _ended(inside):
                del inside[ended]
        if len(inside) >= OF_ADDRESS:
            resting_visit = next(
                (other for other in inside.values() if other is not None and other.rests), None
            )
            if resting_visit is None:
                return False
            del inside[resting_visit.connection]
            resting_visit.force_close()
        inside[connection] = visit
        return True

    def _part(self, connection: asyncio.Transport, home: str) -> None:
        self._inside[home].pop(connection, None)
        if not self._inside[home]:
            del self._inside[home]

    def _leave_outside(self, connection: asyncio.Transport, home: str) -> None:
        self._outside[home].discard(connection)
        if not self._outside[home]:
            del self._outside[home]

    def _refuse(self, address: str) -> None:
        self._crowd.warn(
            "🚪 [Backend] Desde %s hay más de %d conexiones: se rechazan las demás. "
            "Si es un proxy, nómbralo en server.trusted_proxies",
            address,
            OF_ADDRESS,
        )

    def _make_room(self) -> None:
        """Cut off the oldest connections without a sign-in while there are too many in total."""
        if len(self._open) > min(self._most, self._tidy_at):
            self._tidy()
        while len(self._open) > self._most and self._strangers:
            first = next(iter(self._strangers))
            del self._strangers[first]
            self._open.discard(first)
            first.abort()
            self._full.warn(
                "🚪 [Backend] Están tomadas las %d conexiones que caben: se cortan las más viejas "
                "de quienes no han iniciado sesión",
                self._most,
            )

    def _tidy(self) -> None:
        self._open.difference_update(_ended(self._open))
        for home, inside in list(self._inside.items()):
            for ended in _ended(inside):
                self._part(ended, home)
        self._tidy_at = 2 * len(self._open) + OF_ADDRESS


def _ended(connections: Iterable[asyncio.Transport]) -> list[asyncio.Transport]:
    return [
        connection for connection in connections if connection.get_extra_info("socket").fileno() < 0
    ]


def _has_unread(connection: asyncio.Transport) -> bool:
    """Whether something has come that a busy loop has not read yet: the client does not rest."""
    poll = select.poll()
    poll.register(connection.get_extra_info("socket"), select.POLLIN)
    return poll.poll(0) != []


CONNECTIONS = web.AppKey("CONNECTIONS", Connections)


class Visit(web.RequestHandler):
    """A client's connection. The head of a request and the pause before it have a time limit."""

    __slots__ = (
        "_active",
        "_body_left",
        "_connections",
        "_late",
        "_pause",
        "address",
        "connection",
        "has_place",
    )

    def __init__(self, manager: web.Server, connections: Connections, **settings: Any) -> None:
        super().__init__(manager, **settings)
        self._connections = connections
        self._late: asyncio.TimerHandle | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._active = 0.0  # when something came or was answered last
        self._body_left = 0
        self.has_place = True

    @property
    def rests(self) -> bool:
        """Whether the client has received an answer and has sent nothing for `RESTS_SECONDS`."""
        is_waiting = self._waiter is not None and not self._waiter.done()
        is_silent = self._loop.time() - self._active >= RESTS_SECONDS
        is_answered = self._late is None and self._request_count > 0
        return is_waiting and is_silent and is_answered and not _has_unread(self.connection)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("no stream of bytes")
        peer = transport.get_extra_info("peername")
        self.connection, self.address = transport, str(peer[0]) if peer else ""
        self._read_at_once(READ_AT_ONCE)
        if self._connections.is_proxy(self.address):
            self._keepalive_timeout = PROXY_SECONDS
        else:
            self._expect_head()
        super().connection_made(transport)
        self.has_place = self._connections.enter(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_waiting()
        if self._pause is not None:
            self._pause.cancel()
        self._connections.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if len(data) <= self._body_left:
            super().data_received(data)  # none, or a part of a body: nothing is parsed
            self._body_left -= len(data)
        else:
            begun, requests = time.thread_time(), self._request_count
            super().data_received(data)
            self._weigh(time.thread_time() - begun)
            is_new = self._request_count > requests
            self._body_left = self._unread_body(len(data)) if is_new else 0
        self._read_at_once(min(READ_OF_FILE, max(READ_AT_ONCE, self._body_left)))
        self._active = self._loop.time()
        if self._waiter is not None and not self._waiter.done():
            self._expect_head()  # the head of a request is incomplete
        elif self._request_count:
            self._stop_waiting()

    async def finish_response(self, *answer: Any) -> tuple[web.StreamResponse, bool]:
        finished = await super().finish_response(*answer)
        self._active = self._loop.time()  # the answer may have taken long
        return finished

    def _unread_body(self, received: int) -> int:
        """Return how many bytes of the body of a request that just came are to come, at least.

        They are cheap to parse, so they are read in large pieces: many short reads of a photo cost
        more than few long reads. A body in chunks counts as none: chunks may be costly.
        """
        head = self._messages[-1][0] if self._messages else None
        return max(0, _body_length(head) - received) if isinstance(head, RawRequestMessage) else 0

    def _read_at_once(self, most: int) -> None:
        self.connection.max_size = most  # type: ignore[attr-defined]

    def _weigh(self, cost: float) -> None:
        """Pause reading after bytes that were costly to parse; close after far too many chunks.

        Chunks of one byte make a small body that takes hundreds of times the usual processing.
        """
        chunks = self._unread_chunks()
        if chunks > MOST_CHUNKS:
            self.force_close()
            return
        cost = max(cost, chunks * CHUNK_SECONDS)
        if cost > COSTLY_SECONDS and not self._connections.is_proxy(self.address):
            self._read_later(self._connections.owe(self.address, cost))

    def _unread_chunks(self) -> int:
        """Return how many chunks of the newest body are unread; aiohttp has no public count."""
        body: object = None
        if self._messages:
            body = self._messages[-1][1]
        elif self._current_request is not None:
            body = self._current_request.content
        return len(getattr(body, "_http_chunk_splits", None) or ())

    def _read_later(self, seconds: float) -> None:
        if self._pause is not None:
            self._pause.cancel()
        self._pause_transport_reading()
        self._pause = self._loop.call_later(seconds, self._read_on)

    def _read_on(self) -> None:
        self._pause = None
        if not self._reading_paused and not self._buffer_paused:
            self._resume_transport_reading()

    def _resume_transport_reading(self) -> None:
        if self._pause is None:
            super()._resume_transport_reading()

    def _expect_head(self) -> None:
        if self._late is None:
            self._late = self._loop.call_later(HEAD_SECONDS, self.force_close)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def _body_length(head: RawRequestMessage) -> int:
    """Return the length that a request's head declares; 0 for a body in chunks."""
    length = head.headers.get(hdrs.CONTENT_LENGTH, "")
    return int(length) if length.isdecimal() and not head.chunked else 0


class CountingServer(web.Server):
    """A server that makes a `Visit` of each client's connection."""

    counted: Connections

    def __call__(self) -> web.RequestHandler:
        return Visit(self, self.counted, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """An application runner that counts the connections."""

    async def setup(self) -> None:
        await super().setup()
        if self.server is None:
            raise ValueError("the runner has no server")
        self.server.__class__ = CountingServer
        self.app[CONNECTIONS].open()
        self.server.counted = self.app[CONNECTIONS]  # type: ignore[attr-defined]


class Site(web.TCPSite):
    """A listening address. A TLS handshake has the same time limit as a request's head."""

    async def start(self) -> None:
        await web.BaseSite.start(self)
        if self._runner.server is None:
            raise ValueError("the runner has not been set up")
        self._server = await asyncio.get_running_loop().create_server(
            self._runner.server,
            self._host,
            self._port,
            ssl=self._ssl_context,
            backlog=self._backlog,
            ssl_handshake_timeout=HEAD_SECONDS if self._ssl_context else None,
        )


@web.middleware
async def admit(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests on connections beyond the limit, before any other work is done."""
    try:
        connections, visit = request.app[CONNECTIONS], request.protocol
        if isinstance(visit, Visit) and not visit.has_place:
            await connections.wait(visit.connection, visit.address, visit)
            visit.has_place = True
        async with connections.for_client(request):
            return await handler(request)
    except TooManyConnections as error:
        response = refusal(error)
        response.force_close()
        return response


def _room_for_connections() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = MANY_FILES if soft == resource.RLIM_INFINITY else min(soft, MANY_FILES)
    return files - min(KEPT_FILES, files // 2)


def allow_many_clients() -> None:
    """Raise the soft limit of open files: each client is one, and the limit is often 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = MANY_FILES if hard == resource.RLIM_INFINITY else min(hard, MANY_FILES)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


class OutOfFiles:
    """The event loop's exception handler. Log a lack of open files at most once a minute."""

    def __init__(self) -> None:
        self._files = RateLimitedLog(log)

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in _OUT:
            self._files.warn(
                "🚪 [Backend] No caben más conexiones: se acabaron los archivos que este proceso "
                "puede abrir (%s). Se sigue atendiendo a quienes ya están; sube LimitNOFILE",
                error.strerror,
            )
        else:
            loop.default_exception_handler(context)
