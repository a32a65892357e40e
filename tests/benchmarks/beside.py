"""Comanda beside its peers: proofs to cashiers' streams, and one event to thousands."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks import load, sides
from tests.benchmarks.results import Goal, Work
from tests.benchmarks.sides import Comanda, Missing, Side

ORDERS = 3000
POKES = 1000
EXAMINATION_PATIENCE = 120.0
ONE_POSTER = (Goal(0.75, "original"), Goal(1.8, "pocketbase"), Goal(None, "floor"))
EIGHT_POSTERS = (
    Goal(1.2, "original", least=True),
    Goal(0.8, "pocketbase_full", least=True),
    Goal(None, "floor"),
)
CROWD = (Goal(0.5, "original"), Goal(1.0, "pocketbase"), Goal(None, "floor"))
FAN_OUT = (Goal(1.25, "floor"), Goal(1.0, "nchan"))


@contextmanager
def everybody(folder: Path) -> Iterator[dict[str, Side]]:
    """Every side that can run here, started; a line says which can't."""
    with ExitStack() as stack:
        running: dict[str, Side] = {}
        for name, side in (
            (
                "comanda",
                lambda at: sides.comanda(at, finished=1000, delivered=ORDERS, pending=POKES),
            ),
            ("floor", sides.floor),
            ("original", lambda at: sides.original(at, ORDERS)),
            ("pocketbase", lambda at: sides.pocketbase(at, ORDERS, full=False)),
            ("pocketbase_full", lambda at: sides.pocketbase(at, ORDERS, full=True)),
            ("nchan", sides.nchan),
        ):
            (folder / name).mkdir()
            try:
                running[name] = stack.enter_context(side(folder / name))
            except Missing as error:
                print(f"{name} is left out. {error}")
        yield running


def works(running: dict[str, Side]) -> Iterator[Work]:
    """Each comparison as soon as it has been made."""
    posts = 25
    peers = ("floor", "original")
    yield from _proofs(running, (*peers, "pocketbase"), 10, 1, posts, 4, ONE_POSTER)
    yield from _rate(running, (*peers, "pocketbase_full"), EIGHT_POSTERS)
    yield from _proofs(running, (*peers, "pocketbase"), 500, 4, 24, 3, CROWD)
    for count in (1000, 4000):
        yield from _fan_out(running, count)


def _there(running: dict[str, Side], peers: Sequence[str]) -> list[Side]:
    return [running[name] for name in ("comanda", *peers) if name in running]


def _proofs(
    running: dict[str, Side],
    peers: Sequence[str],
    streams: int,
    posters: int,
    posts: int,
    rounds: int,
    goals: Sequence[Goal],
) -> Iterator[Work]:
    """From the first byte of the POST to the last stream that has the notice."""
    work = Work(f"proof to notice, {streams} streams, {posters} posting", "ms", goals)
    for _ in range(rounds):
        for side in _there(running, peers):
            with load.listening(side, streams) as open_streams:
                posted = load.post_proofs(open_streams, posters, posts)
            times = [1000 * seconds for seconds in posted.to_last_notice]
            work.add(side.name, times, posted.load_cpu / posted.elapsed)
            _let_examine(side)
    yield work


def _rate(running: dict[str, Side], peers: Sequence[str], goals: Sequence[Goal]) -> Iterator[Work]:
    work = Work("proofs a second, 10 streams, 8 posting", "1/s", goals)
    backlog = Work("of these 80 proofs, not yet examined when the last is announced", "proofs")
    rest = Work("from the last of them to the end of all examinations", "s")
    for _ in range(4):
        for side in _there(running, peers):
            with load.listening(side, 10) as streams:
                posted = load.post_proofs(streams, 8, 80)
                unexamined, seconds = _let_examine(side)
            work.add(side.name, [80 / posted.elapsed], posted.load_cpu / posted.elapsed)
            if isinstance(side, Comanda):
                backlog.add(side.name, [unexamined])
                rest.add(side.name, [seconds])
    yield work
    yield backlog
    yield rest


def _let_examine(side: Side) -> tuple[int, float]:
    """Wait until Comanda has examined every proof, so that no other side is measured beside it.

    Returns how many proofs were unexamined at first, and the seconds until none was.
    """
    if not isinstance(side, Comanda):
        return 0, 0.0
    began, unexamined = time.perf_counter(), side.unexamined()
    while side.unexamined():
        assert time.perf_counter() - began < EXAMINATION_PATIENCE, "the examiner is stuck"
        time.sleep(0.01)
    return unexamined, time.perf_counter() - began


def _fan_out(running: dict[str, Side], count: int) -> Iterator[Work]:
    work = Work(f"one event to {count:,} streams, last delivery", "ms", FAN_OUT)
    for _ in range(3):
        for side in _there(running, ("floor", "nchan")):
            with load.listening(side, count) as streams:
                load.fan_out(streams)
                told = [load.fan_out(streams) for _ in range(8)]
            busy = sum(cpu for _, cpu in told) / sum(seconds for seconds, _ in told)
            work.add(side.name, [1000 * seconds for seconds, _ in told], busy)
    yield work
