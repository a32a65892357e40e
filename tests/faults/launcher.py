"""`comanda`, that kills itself between a COMMIT and the wake-up which follows it.

`python -m tests.faults.launcher POINT FLAG serve …`: nothing happens until the file FLAG is there.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from comanda import feed
from comanda.cli import parser
from comanda.domain.events import LoggedEvent
from comanda.store.database import Database, OnNews

POINTS = ("writer", "loop")


def main(point: str, flag: Path, arguments: list[str]) -> int:
    def die() -> None:
        if flag.exists():
            os.kill(os.getpid(), signal.SIGKILL)

    if point == "writer":
        _die_on_the_writers_thread(die)
    else:
        _die_in_the_loop(die)
    return parser.main(arguments)


def _die_on_the_writers_thread(die: Callable[[], None]) -> None:
    """The thread that has just committed asks whom to tell, and dies."""

    def get(database: Database) -> OnNews:
        die()
        hear: OnNews = vars(database)["on_news"]
        return hear

    def put(database: Database, hear: OnNews) -> None:
        vars(database)["on_news"] = hear

    Database.on_news = property(get, put)  # type: ignore[assignment]


def _die_in_the_loop(die: Callable[[], None]) -> None:
    """The loop is told of the news, and dies before it takes them."""
    hear = feed.Feed.hear

    def dying(self: feed.Feed, news: Sequence[LoggedEvent]) -> None:
        die()
        hear(self, news)

    feed.Feed.hear = dying  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))
