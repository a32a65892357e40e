"""How soon after its notice a proof is examined, and what live events notice of examinations."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.benchmarks import load
from tests.benchmarks.load import Streams
from tests.benchmarks.results import Goal, Work
from tests.benchmarks.sides import Comanda

PHOTOS = 20
ROUNDS = 5
BETWEEN = 0.005  # seconds between live events, which leave the processor alone meanwhile
EXAMINED = b"event: payment_examined"
UNEXAMINED = "SELECT COUNT(*) FROM payments WHERE has_proof = 1 AND examined_at IS NULL"


def works(side: Comanda, path: Path) -> Iterator[Work]:
    """The first proof of `side` starts its examiner."""
    with load.listening(side, 1) as streams:
        first = Work("notice to payment_examined, with the examiner's start, 250 KB", "ms")
        first.add("comanda", [_examine_one(streams)])
        yield first
        following = Work("notice to payment_examined, quiet, 250 KB", "ms", (Goal(60.0),))
        for _ in range(ROUNDS):
            following.add("comanda", [_examine_one(streams) for _ in range(8)])
        yield following
    yield _live(side, path)


def _examine_one(streams: Streams) -> float:
    """Milliseconds from the notice of a proof to the news that it is examined, on one stream."""
    stream, side = streams.sockets[0], streams.side
    stream.settimeout(load.PATIENCE)
    with load.dial(side) as phone:
        phone.sendall(side.proof()[1])
        said = load.read_until(stream, b"event: payment_verification_pending")
        noticed = time.perf_counter()
        if EXAMINED not in said:
            load.read_until(stream, EXAMINED)
        took = time.perf_counter() - noticed
        load.read_answer(phone)
    time.sleep(0.05)
    stream.settimeout(0)
    load.read_all(stream)
    return 1000 * took


def _live(side: Comanda, path: Path) -> Work:
    """Events for as long as photos that came in before are examined."""
    name = f"one event to 10 streams, 99th percentile, while {PHOTOS} photos are examined"
    work = Work(name, "ms", (Goal(2.0, "quiet"),))
    with load.listening(side, 10) as streams, closing(sqlite3.connect(path)) as database:
        for _ in range(ROUNDS):
            work.add("quiet", [_worst([_one(streams) for _ in range(200)])])
            busy: list[float] = []
            while len(busy) < 200:
                busy += _while_examining(streams, database)
            work.add("comanda", [_worst(busy)])
    return work


def _while_examining(streams: Streams, database: sqlite3.Connection) -> list[float]:
    side, found = streams.side, []
    with load.dial(side) as phone:
        for _ in range(PHOTOS):
            load.ask(phone, side.proof()[1])
    while database.execute(UNEXAMINED).fetchone()[0]:
        found.append(_one(streams))
    return found


def _one(streams: Streams) -> float:
    """Milliseconds from an event to the last stream."""
    time.sleep(BETWEEN)
    return 1000 * load.deliver(streams)


def _worst(figures: list[float]) -> float:
    """The 99th hundredth."""
    return sorted(figures)[int(0.99 * (len(figures) - 1))]
