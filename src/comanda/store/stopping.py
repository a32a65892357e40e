"""Ending work on a database from another thread, in the middle of a statement."""

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
    """A wish that work ends soon; each connection of that work is `under` it."""

    def __init__(self) -> None:
        self._wished = threading.Event()
        self._lock = threading.RLock()  # a signal may come while it is held
        self._connections: list[sqlite3.Connection] = []

    def now(self) -> None:
        """End what runs and what begins from now on. May be called again, from any thread."""
        self._wished.set()
        with self._lock:
            for connection in list(self._connections):
                connection.interrupt()

    @property
    def is_wished(self) -> bool:
        return self._wished.is_set()

    def check(self) -> None:
        """Raises Stopped once that is wished."""
        if self._wished.is_set():
            raise Stopped

    @contextmanager
    def under(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Statements on `connection` end with an error once that is wished. Raises Stopped."""
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
