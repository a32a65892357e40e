"""The server is killed and starts again under many streams, which all come back at once."""

import asyncio
import contextlib
from pathlib import Path

from comanda.store.backup import check
from comanda.store.connection import connect
from tests.faults.figures import report, scaled
from tests.faults.server import WAIT, Server, Tokens, free_port, furnish, phones, serving, settings
from tests.faults.wire import Listener
from tests.house import ANA, LUIS, eventually

STREAMS = scaled(200, 2_000)
RESTARTS = scaled(2, 3)
MOST = 256 * 1024
# All these browsers are at one address, as behind a proxy.
ONE_ADDRESS = '[server]\ntrusted_proxies = ["127.0.0.1"]\n'
FEW_FILES = 128  # a system's soft limit, which is often lower than the streams that come


class Storm:
    """Many browsers, each of which comes back by itself with its last id."""

    def __init__(self, url: str, cookie: str) -> None:
        self.listeners = [Listener() for _ in range(STREAMS)]
        self.connections = 0
        self._tasks = [
            asyncio.create_task(self._stay(url, cookie, listener)) for listener in self.listeners
        ]

    async def _stay(self, url: str, cookie: str, listener: Listener) -> None:
        while True:
            self.connections += 1
            await listener.follow(url, cookie, "cashier")
            await asyncio.sleep(0.2)  # a browser's pause; no assertion hangs on it

    def have_heard(self, event: int) -> bool:
        return all(listener.heard[-1:] == [event] for listener in self.listeners)

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def test_a_restart_under_many_streams_loses_no_event(tmp_path: Path) -> None:
    database, port = tmp_path / "c.db", free_port()
    tokens = await furnish(database)
    cookie = f"comanda_session={tokens[LUIS.username]}"
    storm = Storm(f"http://127.0.0.1:{port}", cookie)
    grown: list[float] = []
    config = settings(tmp_path, ONE_ADDRESS)
    try:
        for _ in range(RESTARTS + 1):
            with serving(database, config=config, port=port, files=FEW_FILES) as server:
                grown.append(await one_life(server, tokens, storm))
                server.kill()
            await place_while_nobody_listens(database, tokens, tmp_path)
        with serving(database, config=config, port=port) as server:
            await one_life(server, tokens, storm)
    finally:
        await storm.end()
    with contextlib.closing(connect(database)) as connection:
        rows = connection.execute("SELECT id FROM events WHERE type = 'order_updated' ORDER BY id")
        expected = [row["id"] for row in rows]
    assert check(database) == []
    assert all(listener.heard == expected for listener in storm.listeners)
    assert sum(listener.strange for listener in storm.listeners) == 0
    report(
        "reconnect storm",
        streams=STREAMS,
        restarts=RESTARTS + 1,
        events_each=len(expected),
        missed=0,
        twice=0,
        memory_each=f"{max(grown) / 1024:.0f} KB",
    )
    assert max(grown) <= MOST


async def one_life(server: Server, tokens: Tokens, storm: Storm) -> float:
    """Everybody comes back and hears of what is new; the memory that each stream took."""
    before = server.memory
    async with phones(server, tokens) as crowd:
        for _ in range(10):
            assert (await crowd.place(ANA))[0] == 201
        last = (await crowd.call(LUIS, "GET", "/orders"))[1]["last_event_id"]
    newest = newest_for_cashiers(server.database, int(last))
    await eventually(lambda: storm.have_heard(newest), WAIT)
    return (server.memory - before) / STREAMS


def newest_for_cashiers(database: Path, last: int) -> int:
    with contextlib.closing(connect(database)) as connection:
        query = "SELECT MAX(id) AS id FROM events WHERE type = 'order_updated' AND id <= ?"
        return int(connection.execute(query, (last,)).fetchone()["id"])


async def place_while_nobody_listens(database: Path, tokens: Tokens, folder: Path) -> None:
    """Orders that come in before the streams are back: on another port."""
    with serving(database, config=settings(folder, ONE_ADDRESS)) as server:
        async with phones(server, tokens) as crowd:
            for _ in range(5):
                assert (await crowd.place(ANA))[0] == 201
