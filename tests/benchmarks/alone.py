"""Comanda beside itself: with a long past and a short one, busy and quiet, full and empty."""

import compileall
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from threading import Thread

import comanda
from comanda.examining import REST_SECONDS
from tests.benchmarks import examinations, history, load, sides
from tests.benchmarks.load import Streams
from tests.benchmarks.requests import http
from tests.benchmarks.results import Goal, Work, alternate
from tests.benchmarks.sides import Comanda, Side

OPEN = 60
ROUNDS = 4
DELIVERED = 2000
REPLAYED = 10_000
SLACK = 20  # a few may be added meanwhile
MEGABYTE = 1_000_000
RESTS_FROM = 500_000  # the examiner's rest takes three minutes
_ROWS = "SELECT id, type, data, redacted, actor FROM events WHERE id > ? ORDER BY id"


def works(folder: Path, finished: int) -> Iterator[Work]:
    """Each comparison as soon as it has been made; the long past has `finished` orders."""
    short, long = folder / "short", folder / "long"
    for place, orders in ((short, 1000), (long, finished)):
        place.mkdir()
        history.make(place / "comanda.db", finished=orders, delivered=OPEN, pending=0)
    yield from _past(short, long, finished)
    yield from _start(short, long, finished)
    with _house(folder / "examined") as side:
        yield from examinations.works(side, folder / "examined" / "comanda.db")
    with _house(folder / "busy") as side:
        yield from _memory(side)
        yield from _replay(side, folder / "busy" / "comanda.db")
        yield from _uploads(side, folder)
        yield from _examiner(side, folder / "busy" / "comanda.db", rests=finished > RESTS_FROM)


@contextmanager
def _house(folder: Path) -> Iterator[Comanda]:
    folder.mkdir()
    with sides.comanda(folder, finished=3000, delivered=DELIVERED, pending=4000) as side:
        yield side


def _past(short: Path, long: Path, finished: int) -> Iterator[Work]:
    """The same work with 1,000 finished orders behind it, and with many more."""
    goals = (Goal(1.2, "with 1,000"),)
    listing = Work(f"GET /orders, {OPEN} open, {finished:,} finished", "ms", goals)
    proving = Work(f"a proof of 2 KB, {finished:,} finished", "ms", goals)
    with (
        sides.comanda(long, finished=finished, delivered=OPEN, pending=0) as grown,
        sides.comanda(short, finished=1000, delivered=OPEN, pending=0) as young,
    ):
        young.name = "with 1,000"
        alternate(listing, (grown, young), ROUNDS, lambda side: _timed(side, [side.listing()] * 40))
        alternate(
            proving,
            (grown, young),
            ROUNDS,
            lambda side: _timed(side, _proofs(side, OPEN // ROUNDS)),
        )
    yield listing
    yield proving


def _proofs(side: Comanda, count: int) -> list[bytes]:
    return [side.post(side.take_order(), 2000) for _ in range(count)]


def _timed(side: Side, requests: Iterable[bytes]) -> list[float]:
    """Milliseconds of each of `requests` on one connection."""
    found = []
    with load.dial(side) as phone:
        for request in requests:
            began = time.perf_counter()
            load.ask(phone, request)
            found.append(1000 * (time.perf_counter() - began))
    return found


def _start(short: Path, long: Path, finished: int) -> Iterator[Work]:
    """From the process's start to the sign-in page, beside what Python and aiohttp alone take.

    The server has its bytecode, which pip writes when it installs Comanda. Memory is the server's
    own, after what it does once is over; `_examiner` has its child's.
    """
    compileall.compile_dir(Path(comanda.__file__).parent, quiet=1)
    goals = (Goal(0.5), Goal(None, "import aiohttp.web"))
    starting = Work(f"start to first answer, {finished:,} finished", "s", goals)
    resident = Work(f"resident, idle, {finished:,} finished", "MB", (Goal(58.0),))
    for _ in range(5):
        for code in ("pass", "import aiohttp.web"):
            starting.add(code, [sides.run_python(code)])
        for name, folder in (("comanda", long), ("with 1,000", short)):
            port = sides.free_port()
            began = time.perf_counter()
            process = sides.start(sides.comanda_command(folder / "comanda.db", port), port, folder)
            try:
                side = Comanda(name, port, process, b"", b"")
                _timed(side, [http("GET", "/")])
                starting.add(name, [time.perf_counter() - began])
                time.sleep(2.0)
                resident.add(name, [side.memory() / MEGABYTE])
            finally:
                sides.stop(process)
    yield starting
    yield resident


def _memory(side: Comanda) -> Iterator[Work]:
    """What the server's resident memory grows by, a stream; the kernel's buffers are not in it."""
    work = Work("memory an idle stream", "KB", (Goal(8.0),))
    with load.listening(side, 100) as streams:
        before = side.memory()
        streams.open(4000)
        time.sleep(1.0)
        work.add("comanda", [(side.memory() - before) / 4000 / 1000])
    yield work


def _replay(side: Comanda, path: Path) -> Iterator[Work]:
    """The newest 10,000 events to one client; the rows alone; and what others notice of it."""
    rate = Work(
        f"replay of {REPLAYED:,} events", "MB/s", (Goal(0.5, "sqlite3", least=True, enough=50.0),)
    )
    goal = Goal(5.0, "quiet", more=True)
    live = Work(f"one event to 10 streams while {REPLAYED:,} are replayed", "ms", (goal,))
    replay = partial(_replay_once, side, path)
    for _ in range(5):
        rate.add("comanda", [replay()])
        rate.add("sqlite3", [_read_rows(path)])
    yield rate
    with load.listening(side, 10) as streams:
        for _ in range(5):
            live.add("quiet", [1000 * load.deliver(streams) for _ in range(20)])
            live.add("comanda", _while_busy(streams, [replay]))
    yield live


def _replay_once(side: Comanda, path: Path) -> float:
    """Megabytes a second."""
    head = _head(path)
    request = side.follow(after=head - REPLAYED + SLACK)
    last, size, end = b"id: %d\n" % head, 0, b""
    with load.dial(side) as client:
        began = time.perf_counter()
        client.sendall(request)
        while last not in end:
            more = client.recv(1 << 20)
            size += len(more)
            end = end[-64:] + more
        return size / (time.perf_counter() - began) / MEGABYTE


def _head(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        head: int = database.execute("SELECT MAX(id) FROM events").fetchone()[0]
        return head


def _read_rows(path: Path) -> float:
    """Megabytes a second of the same events, read by `sqlite3` and nothing done with them."""
    first = _head(path) - REPLAYED
    with closing(sqlite3.connect(path)) as database:
        began = time.perf_counter()
        rows = database.execute(_ROWS, (first,))
        size = sum(len(data) for _, _, data, _, _ in rows)
        return size / (time.perf_counter() - began) / MEGABYTE


def _uploads(side: Comanda, folder: Path) -> Iterator[Work]:
    """What live events wait for while eight phones send 8 MB each; one such transaction alone."""
    work = Work("one event to 10 streams, 99th percentile, eight uploads of 8 MB", "ms")
    work.goals = (Goal(2.0, "quiet"),)
    with load.listening(side, 10) as streams:
        for _ in range(3):
            requests = [side.post(side.take_order(), 8 * MEGABYTE) for _ in range(8)]
            quiet = [1000 * load.deliver(streams) for _ in range(100)]
            busy = _while_busy(streams, [partial(_send, side, one) for one in requests])
            work.add("quiet", [_percentile(quiet)])
            work.add("comanda", [_percentile(busy)])
            work.add("sqlite3", [1000 * _commit(folder, 8 * MEGABYTE) for _ in range(8)])
    yield work


def _commit(folder: Path, size: int) -> float:
    """Seconds in which `sqlite3` alone keeps a file, as durably as Comanda does."""
    with closing(sqlite3.connect(folder / "alone.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.execute("CREATE TABLE IF NOT EXISTS proofs (data BLOB)")
        file = os.urandom(size)
        began = time.perf_counter()
        database.execute("INSERT INTO proofs VALUES (?)", (file,))
        return time.perf_counter() - began


def _send(side: Comanda, request: bytes) -> None:
    with load.dial(side) as phone:
        load.ask(phone, request)


def _examiner(side: Comanda, path: Path, *, rests: bool) -> Iterator[Work]:
    """The examiner's memory at its highest; and once it `rests`, when its process has ended."""
    working = Work("examiner at work, 250 KB and 8 MB, at its highest", "MB", (Goal(150.0),))
    for size in 10 * [250_000, 8 * MEGABYTE]:
        _send(side, side.post(side.take_order(), size))
    _await_examinations(path)
    working.add("comanda", [sum(map(sides.highest, side.children())) / MEGABYTE])
    yield working
    if rests:
        resting = Work("examiner idle", "MB", (Goal(0.0),))
        time.sleep(REST_SECONDS + 5.0)
        resting.add("comanda", [sum(map(sides.resident, side.children())) / MEGABYTE])
        yield resting


def _await_examinations(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        while database.execute(examinations.UNEXAMINED).fetchone()[0]:
            time.sleep(0.1)


def _while_busy(streams: Streams, busy: Sequence[Callable[[], object]]) -> list[float]:
    """Milliseconds of each live event for as long as any of `busy` runs."""
    threads = [Thread(target=work) for work in busy]
    for thread in threads:
        thread.start()
    found = []
    while any(thread.is_alive() for thread in threads):
        found.append(1000 * load.deliver(streams))
    for thread in threads:
        thread.join()
    return found


def _percentile(figures: Sequence[float]) -> float:
    """The 99th hundredth."""
    return sorted(figures)[int(0.99 * (len(figures) - 1))]
