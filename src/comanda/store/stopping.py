"""A way to end work on a database from another thread, in the middle of a statement."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_STEPS = 10_000  # of SQLite's virtual machine: some milliseconds


class Stopped(Exception):
    """The work was ended before it was done."""

    def __init__(self) -> None:
        super().__init__("se detuvo antes de terminar")


class Stop:
    """A request to end some work soon; `under` applies it to a connection of that work."""

    def __init__(self) -> None:
        self._wished = threading.Event()
        self._lock = (
            threading.RLock()
        )  # a signal's handler may call `now` while its thread holds the lock
        self._connections: list[sqlite3.Connection] = []

    def now(self) -> None:
        """End the running statements and every later one. Any thread may call this, repeatedly."""
        self._wished.set()
        with self._lock:
            for connection in list(self._connections):
                connection.interrupt()

    @property
    def is_wished(self) -> bool:
        return self._wished.is_set()

    def check(self) -> None:
        """Raise Stopped if `now` was called."""
        if self._wished.is_set():
            raise Stopped

    @contextmanager
    def under(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Let `now` end the block's statements on `connection`; raise Stopped then."""
        connection.set_progress_handler(self._wished.is_set, _STEPS)
        with self._lock:
            self._connections.append(connection)
        try:
            self.check()
            yield
        except sqlite3.Error:
            self.check()
            raise
        finally:
            with self._lock:
                self._connections.remove(connection)
