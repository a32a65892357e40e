"""How many connections there are, of an address and in all, and how long they may say nothing.

Each is an open file, and a process has only so many. So an address has places for as many as a
house's busiest device needs; what comes beyond waits a moment for a place, and is refused. Where
all files but a reserve are taken, those make room who have not signed in: the till still gets in.

An address is an IPv4 address or an IPv6 /64. A trusted proxy's connections are excepted; each of
its requests counts for the client that it names, while it lasts.
"""

import asyncio
import errno
import logging
import resource
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from comanda.config import Server
from comanda.domain.sign_in import network_of
from comanda.web.contract.problems import refusal
from comanda.web.contract.refusals import TooManyConnections
from comanda.web.plumbing.proxy import address_of, is_in
from comanda.web.plumbing.rate_limited_log import RateLimitedLog

HEAD_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 30.0
PROXY_SECONDS = 3600.0  # a proxy keeps its connections itself, and may send just when we close
OF_ADDRESS = 64
OUTSIDE = 64  # so many more of an address wait for a place; what comes beyond is cut off
WAIT_SECONDS = 2.0
READ_AT_ONCE = 16 * 1024  # bytes; the system's default is sixteen times as much
COSTLY_SECONDS = 0.0005  # of a processor, for what was read at once; a photo's takes a tenth of it
CHUNK_SECONDS = 0.000005  # of a processor, to take a chunk
MOST_CHUNKS = 512  # of what was read at once; each would be smaller than its own frame
TIMES_AS_LONG = 10  # so much longer than they cost, an address's costly bytes are waited with
RESTS_SECONDS = 0.5  # who has asked just now may be about to ask again
KEPT_FILES = 256  # for the database, for photos on their way in, for those that are let in
MANY_FILES = 16_384
_OUT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

log = logging.getLogger(__name__)


class Connections:
    """The open connections; as many there may be in all as this process can open files, or so.

    A stream's connection goes on after aiohttp has forgotten it, so a connection that has ended is
    noticed by its socket, at the latest when it would be in somebody's way.
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
        """Let in as many as the limit of open files allows now."""
        self._most = _room_for_connections()

    def is_proxy(self, address: str) -> bool:
        return is_in(address, self._proxies)

    def enter(self, visit: "Visit") -> bool:
        """Count a new connection. False where its address has no place left: it has to `wait`."""
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
        """Wait until this address has a place. Raises TooManyConnections."""
        home, until = network_of(address), time.monotonic() + WAIT_SECONDS
        while not self._join(connection, home, visit):
            if time.monotonic() >= until:
                self._refuse(address)
                raise TooManyConnections
            await asyncio.sleep(WAIT_SECONDS / 40)
        self._leave_outside(connection, home)

    def know(self, connection: asyncio.BaseTransport | None) -> None:
        """Somebody who is signed in uses this connection: it need not make room for others."""
        if isinstance(connection, asyncio.Transport):
            self._strangers.pop(connection, None)

    def leave(self, visit: "Visit") -> None:
        """A connection has ended, or was given to a stream: then it counts until that ends."""
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
        """Count a proxy's request for the client it names. Raises TooManyConnections."""
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
        """For how many seconds an address is read no more, whose bytes took `cost` to understand.

        Whoever sends much of such waits by themselves, whatever number of connections they use.
        """
        now, home = time.monotonic(), network_of(address)
        if len(self._owed) > MANY_FILES:
            self._owed = {one: until for one, until in self._owed.items() if until > now}
        self._owed[home] = max(now, self._owed.get(home, now)) + TIMES_AS_LONG * cost
        return self._owed[home] - now

    def _join(self, connection: asyncio.Transport, home: str, visit: "Visit | None") -> bool:
        """Whether there is a place; one of the same address that rests gives up its own."""
        inside = self._inside[home]
        if len(inside) >= OF_ADDRESS:
            for ended in _ended(inside):
                del inside[ended]
        if len(inside) >= OF_ADDRESS:
            resting = next((one for one in inside.values() if one is not None and one.rests), None)
            if resting is None:
                return False
            del inside[resting.connection]
            resting.force_close()
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
        """Cut off whoever came first of those who have not signed in, where all room is taken."""
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
    return [one for one in connections if one.get_extra_info("socket").fileno() < 0]


CONNECTIONS = web.AppKey("CONNECTIONS", Connections)


class Visit(web.RequestHandler):
    """A client's connection: a request's head has its time, and so has the pause before it."""

    __slots__ = ("_connections", "_heard", "_late", "_pause", "address", "connection", "has_place")

    def __init__(self, manager: web.Server, connections: Connections, **settings: Any) -> None:
        super().__init__(manager, **settings)
        self._connections = connections
        self._late: asyncio.TimerHandle | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._heard = 0.0
        self.has_place = True

    @property
    def rests(self) -> bool:
        """Whether its client has had an answer, and has asked for nothing for a while."""
        waits = self._waiter is not None and not self._waiter.done()
        silent = self._loop.time() - self._heard >= RESTS_SECONDS
        return waits and silent and self._late is None and self._request_count > 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("no stream of bytes")
        peer = transport.get_extra_info("peername")
        self.connection, self.address = transport, str(peer[0]) if peer else ""
        transport.max_size = READ_AT_ONCE  # type: ignore[attr-defined]
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
        if data:
            begun = time.thread_time()
            super().data_received(data)
            self._weigh(time.thread_time() - begun)
        else:
            super().data_received(data)  # what waited within the parser
        self._heard = self._loop.time()
        if self._waiter is not None and not self._waiter.done():
            self._expect_head()  # some of it is here, and not all
        elif self._request_count:
            self._stop_waiting()

    def _weigh(self, cost: float) -> None:
        """Read on later after what was costly to understand; no more of it after far too much.

        A body in chunks of a byte is small, and taking them costs hundreds of times its size.
        """
        chunks = self._unread_chunks()
        if chunks > MOST_CHUNKS:
            self.force_close()
            return
        cost = max(cost, chunks * CHUNK_SECONDS)
        if cost > COSTLY_SECONDS and not self._connections.is_proxy(self.address):
            self._read_later(self._connections.owe(self.address, cost))

    def _unread_chunks(self) -> int:
        """How many chunks of the newest body nobody has taken yet; aiohttp tells it nowhere."""
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


class CountingServer(web.Server):
    """A server whose clients' connections are visits."""

    counted: Connections

    def __call__(self) -> web.RequestHandler:
        return Visit(self, self.counted, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """What runs an application and counts its connections."""

    async def setup(self) -> None:
        await super().setup()
        if self.server is None:
            raise ValueError("the runner has no server")
        self.server.__class__ = CountingServer
        self.app[CONNECTIONS].open()
        self.server.counted = self.app[CONNECTIONS]  # type: ignore[attr-defined]


class Site(web.TCPSite):
    """Where a runner listens; a TLS handshake has as long as a request's head."""

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
    """Refuse what comes by a connection too many, before anything is done for it."""
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
    """Each client is an open file, and a system's soft limit is often 1,024 or less."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = MANY_FILES if hard == resource.RLIM_INFINITY else min(hard, MANY_FILES)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


class OutOfFiles:
    """The event loop's handler of exceptions; asyncio tells of each connection it can't take."""

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
