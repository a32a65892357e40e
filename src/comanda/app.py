"""The only place that wires the parts together; each part starts and stops as one generator."""

import asyncio
import logging
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path

from aiohttp import web

from comanda.background import Tasks, in_background
from comanda.chores import do_chores, open_backups
from comanda.config import Config
from comanda.examining import COMMAND, Reads, open_examinations
from comanda.feed import open_feed
from comanda.files import static_folder
from comanda.store.database import Clock, Database, open_database, utc_now
from comanda.store.shape import differences
from comanda.web.contract.problems import problem_details
from comanda.web.plumbing.access_log import AccessLogger
from comanda.web.plumbing.assets import Assets
from comanda.web.plumbing.body_memory import STRANGERS_MOST, Room
from comanda.web.plumbing.compression import pack
from comanda.web.plumbing.connections import (
    CONNECTIONS,
    KEEP_ALIVE_SECONDS,
    Connections,
    OutOfFiles,
    Runner,
    Site,
    admit,
    allow_many_clients,
)
from comanda.web.plumbing.guard import same_origin
from comanda.web.plumbing.heartbeat import keep_alive
from comanda.web.plumbing.hosts import HOSTS, Hosts, ours
from comanda.web.plumbing.keys import (
    ASSETS,
    BACKUPS,
    BODIES,
    CONFIG,
    DATABASE,
    DOWN,
    EXAMINATIONS,
    FEED,
    LARGE_UPLOADS,
    LISTS,
    LOOKS,
    METRICS,
    PAGE_ERRORS,
    PINS,
    SIGNATURES,
    SLOW_RULES,
    STAFF_ERRORS,
    STATEMENTS,
    STRANGERS_BODIES,
    STREAMS,
    UPLOADS,
)
from comanda.web.plumbing.malformed_http import answer_malformed_http
from comanda.web.plumbing.pins import PinHasher
from comanda.web.plumbing.prometheus import Metrics
from comanda.web.plumbing.response_headers import add_security_headers, tell_time
from comanda.web.plumbing.setup_token import SETUP_TOKEN, SetupToken, issue_token
from comanda.web.plumbing.stream import Streams
from comanda.web.plumbing.throttle import Throttle
from comanda.web.routes import add_routes

Part = Callable[[web.Application], AsyncIterator[None]]
log = logging.getLogger(__name__)

UPLOADS_AT_ONCE = 4
SHUTDOWN_SECONDS = 5.0
# A thread of Python runs this long while another thread waits for its turn. An order passes several
# threads; with the default, ten times as long, the order would wait for each of them.
TURN_SECONDS = 0.0005
# Each look at another payment adds two events to the log, which is kept for ever.
LOOK_SECONDS, LOOKS_OF_MEMBER, LOOKS_OF_ALL = 60.0, 30, 300
# Of a request's body, for each client; aiohttp's default is four times as much.
UNREAD_BYTES = 64 * 1024


def build_app(
    config: Config, *, clock: Clock = utc_now, examiner: Sequence[str] = COMMAND
) -> web.Application:
    """Return the whole of Comanda as an aiohttp application.

    `examiner` is the command that starts the examiner's process.
    """
    middlewares = [admit, pack, problem_details, same_origin, ours]
    app = web.Application(middlewares=middlewares)
    tasks = Tasks()
    app[CONFIG] = config
    app[DOWN] = tasks.down
    app[ASSETS] = Assets(static_folder())
    app[BODIES] = Room()
    app[STRANGERS_BODIES] = Room(STRANGERS_MOST)
    app[CONNECTIONS] = Connections(config.server)
    app[HOSTS] = Hosts(config.server)
    app[STREAMS] = Streams()
    app[SETUP_TOKEN] = SetupToken(clock)
    app[PAGE_ERRORS] = Throttle()
    app[STAFF_ERRORS] = Throttle()
    app[SIGNATURES] = Throttle()
    app[SLOW_RULES] = []
    app[LOOKS] = Throttle(LOOK_SECONDS, LOOKS_OF_MEMBER, LOOKS_OF_ALL)
    app[UPLOADS] = asyncio.Semaphore(UPLOADS_AT_ONCE)
    app[LARGE_UPLOADS] = asyncio.Lock()
    app[LISTS] = asyncio.Lock()
    app[STATEMENTS] = asyncio.Lock()
    if config.server.metrics_token:
        app[METRICS] = Metrics()
    add_routes(app)
    app.on_response_prepare.append(add_security_headers)
    app.on_response_prepare.append(tell_time(clock))
    app.on_shutdown.append(_end_streams)
    app.on_shutdown.append(_stop_copies)
    app.cleanup_ctx.append(_hash_pins)
    app.cleanup_ctx.append(_keep_data(clock, tasks))
    app.cleanup_ctx.append(_examine_proofs(examiner, tasks))
    app.cleanup_ctx.append(_keep_copies(clock, tasks))
    app.cleanup_ctx.append(_keep_streams(tasks))
    return app


@asynccontextmanager
async def listening(
    app: web.Application,
    host: str,
    port: int,
    *,
    tls: ssl.SSLContext | None = None,
    cancellation: bool = True,
    shutdown: float = SHUTDOWN_SECONDS,
) -> AsyncIterator[web.AppRunner]:
    """Serve the application at this address until the block ends; port 0 takes any free port.

    With `cancellation`, a handler is cancelled when its client disconnects. Cancelling is safe: a
    transaction runs to its end on its own thread. `shutdown` is how many seconds running requests
    have to end.

    Compressed request bodies are not unpacked, because no page sends them. aiohttp would unpack a
    body on the event loop before the session is checked: 300 KB of zeros stopped all streams for
    seconds.
    """
    runner = Runner(
        app,
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        access_log_class=AccessLogger,
        handler_cancellation=cancellation,
        shutdown_timeout=shutdown,
        read_bufsize=UNREAD_BYTES,
        auto_decompress=False,
    )
    try:
        await runner.setup()
        answer_malformed_http(runner.server)
        await Site(runner, host, port, ssl_context=tls).start()
        yield runner
    finally:
        await runner.cleanup()


async def serve(
    app: web.Application,
    host: str,
    port: int,
    ready: Callable[[str, int, str | None], None],
    tls: ssl.SSLContext | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM.

    `ready` is called with host, port and setup token once the server answers. The token is None if
    the house has an administrator.
    """
    allow_many_clients()
    sys.setswitchinterval(TURN_SECONDS)
    stop = asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(OutOfFiles())
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with listening(app, host, port, tls=tls) as runner:
        ready(host, runner.addresses[0][1], await issue_token(app))
        await stop.wait()


async def _hash_pins(app: web.Application) -> AsyncIterator[None]:
    with closing(PinHasher()) as pins:
        app[PINS] = pins
        yield


def _keep_data(clock: Clock, tasks: Tasks) -> Part:
    async def data(app: web.Application) -> AsyncIterator[None]:
        database, events = app[CONFIG].database, app[CONFIG].events
        async with (
            open_database(
                Path(database.path),
                clock=clock,
                readers=database.readers,
                busy_timeout=database.busy_timeout_seconds,
                tasks=tasks,
            ) as app[DATABASE],
            open_feed(
                app[DATABASE],
                tail_events=events.tail_events,
                replay_limit=events.replay_limit,
                tasks=tasks,
            ) as app[FEED],
            do_chores(app[DATABASE], app[CONFIG], app[CONFIG].house, tasks),
        ):
            await _tell_differences(app[DATABASE])
            if METRICS in app:
                app[DATABASE].on_commit = app[METRICS].committed
            yield

    return data


async def _tell_differences(database: Database) -> None:
    """Log how the database's tables differ from Comanda's own; the server starts nevertheless."""
    for difference in await database.read(lambda view: list(differences(view))):
        log.error(
            "La base de datos no es como Comanda la hizo: %s. Si no fue alguien de confianza, "
            "detén Comanda y vuelve a una copia: comanda restore COPIA",
            difference,
        )


def _examine_proofs(command: Sequence[str], tasks: Tasks) -> Part:
    async def examinations(app: web.Application) -> AsyncIterator[None]:
        async with open_examinations(
            app[DATABASE], app[FEED], command, tasks=tasks, reads=_reads(app[CONFIG])
        ) as app[EXAMINATIONS]:
            yield

    return examinations


def _reads(config: Config) -> Reads | None:
    """Return what proofs are read with, or None if the house doesn't have them read."""
    if config.proofs.reading == "off":
        return None
    patterns = {method.name: method.reference_pattern for method in config.payments.methods}
    return Reads(config.house, patterns)


def _keep_copies(clock: Clock, tasks: Tasks) -> Part:
    async def copies(app: web.Application) -> AsyncIterator[None]:
        path, settings = Path(app[CONFIG].database.path), app[CONFIG].backup
        async with open_backups(path, settings, clock, tasks=tasks) as app[BACKUPS]:
            yield

    return copies


def _keep_streams(tasks: Tasks) -> Part:
    async def streams(app: web.Application) -> AsyncIterator[None]:
        app[FEED].on_pages = app[STREAMS].hear
        if METRICS in app:
            app[FEED].on_notice = app[METRICS].noticed
        async with in_background(partial(keep_alive, app), name="heartbeat", tasks=tasks):
            yield

    return streams


async def _end_streams(app: web.Application) -> None:
    await app[STREAMS].end_all()


async def _stop_copies(app: web.Application) -> None:
    """Stop a copy that is being made: the shutdown would wait minutes for its request."""
    app[BACKUPS].stop()
