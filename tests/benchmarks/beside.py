"""Comanda beside its peers: proofs to cashiers' streams, and one event to thousands."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks import load, sides
from tests.benchmarks.results import Goal, Work
from tests.benchmarks.sides import ComandaWithPdf, Missing, Side

ORDERS = 3000
POKES = 1000
# What the goals leave out: no peer looks at the picture, and a server in Python that does so has
# another floor.
ONE_POSTER = (
    Goal(1.0, "pocketbase"),
    Goal(0.8, "original"),
    Goal(1.8, "floor"),
    Goal(None, "floor_looking"),
    Goal(None, "original", of="comanda_pdf"),
)
EIGHT_POSTERS = (
    Goal(1.0, "pocketbase_full", least=True),
    Goal(2.0, "original", least=True),
    Goal(None, "floor_looking"),
    Goal(None, "original", of="comanda_pdf"),
)
CROWD = (
    Goal(0.4, "original"),
    Goal(None, "floor_looking"),
    Goal(None, "original", of="comanda_pdf"),
)
FAN_OUT = (Goal(1.4, "floor"), Goal(1.0, "nchan"))


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
            (
                "comanda_pdf",
                lambda at: sides.comanda(
                    at, finished=1000, delivered=ORDERS, pending=0, kind=ComandaWithPdf
                ),
            ),
            ("floor", lambda at: sides.floor(at, looking=False)),
            ("floor_looking", lambda at: sides.floor(at, looking=True)),
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
    peers = ("comanda_pdf", "floor", "floor_looking", "original")
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
    yield work


def _rate(running: dict[str, Side], peers: Sequence[str], goals: Sequence[Goal]) -> Iterator[Work]:
    work = Work("proofs a second, 10 streams, 8 posting", "1/s", goals)
    for _ in range(4):
        for side in _there(running, peers):
            with load.listening(side, 10) as streams:
                posted = load.post_proofs(streams, 8, 80)
            work.add(side.name, [80 / posted.elapsed], posted.load_cpu / posted.elapsed)
    yield work


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
