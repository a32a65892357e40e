"""`comanda`, that kills itself between a COMMIT and the wake-up which follows it.

`python -m tests.faults.launcher POINT FLAG serve …`: nothing happens until the file FLAG is there.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from comanda import feed
from comanda.cli import parser
from comanda.store.database import Database

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
    """The thread that has just committed asks whom to wake, and dies."""

    def get(database: Database) -> Callable[[], None]:
        die()
        wake: Callable[[], None] = vars(database)["on_news"]
        return wake

    def put(database: Database, wake: Callable[[], None]) -> None:
        vars(database)["on_news"] = wake

    Database.on_news = property(get, put)  # type: ignore[assignment]


def _die_in_the_loop(die: Callable[[], None]) -> None:
    """The loop is told that there is news, and dies before it looks."""
    wake = feed.Feed.wake

    def dying(self: feed.Feed) -> None:
        die()
        wake(self)

    feed.Feed.wake = dying  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))
