"""Streams that stop reading hold up nobody, cost little, are ended, and catch up later."""

import asyncio
import socket
import time
from pathlib import Path

from tests.faults.figures import report, scaled, spread
from tests.faults.server import WAIT, Phones, Server, furnish, phones, serving, settings
from tests.faults.wire import Listener, open_stalled, read_to_the_end
from tests.house import ANA, LUIS, eventually

STALLED = scaled(100, 200)
EVENTS = scaled(300, 1_000)
NOTE, LINES = "🌮" * 200, 24  # an order of some 20 KB: the kernel takes a few hundred of them
MOST = 256 * 1024
# All these clients are at one address, as behind a proxy.
CONFIG = """
[server]
trusted_proxies = ["127.0.0.1"]
[events]
tail_events = 20
replay_limit = 1000000
send_timeout_seconds = {seconds}
"""


async def test_clients_that_stop_reading(tmp_path: Path) -> None:
    database = tmp_path / "c.db"
    # Long enough for all the events to pass while they are stalled.
    config = settings(tmp_path, CONFIG.format(seconds=scaled(20, 90)))
    tokens = await furnish(database)
    with serving(database, config=config) as server:
        async with phones(server, tokens) as crowd:
            cookie = crowd.headers(LUIS)["Cookie"]
            live = Listener()
            following = asyncio.create_task(live.follow(server.url, cookie, "cashier"))
            alone = await place_and_hear(crowd, live, 60)
            before, sockets, last = server.memory, server.sockets, live.heard[-1]
            stalled = [
                await open_stalled(server.url, cookie, "cashier", last) for _ in range(STALLED)
            ]
            await eventually(lambda: server.sockets >= sockets + STALLED, WAIT)
            highest = before
            beside: list[float] = []
            for _ in range(EVENTS // 20):
                beside += await place_and_hear(crowd, live, 20)
                highest = max(highest, server.memory)
            still = server.sockets - sockets
            await eventually(lambda: server.sockets <= sockets, WAIT)
            expected = [event for event in live.heard if event > last]
            assert len(expected) == EVENTS
            missed = await catch_up(server, cookie, stalled, last, expected)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
    assert missed > 0, "they must have been stalled"
    each = (highest - before) / STALLED
    report(
        "stalled streams",
        streams=STALLED,
        events=EVENTS,
        memory_each=f"{each / 1024:.0f} KB",
        open_at_the_end_of_the_events=still,
        ended_by_the_timeout=STALLED,
        events_caught_up=missed,
        lost=0,
    )
    report("a live stream, order to event", alone=spread(alone), beside_them=spread(beside))
    assert each <= MOST


async def place_and_hear(crowd: Phones, live: Listener, count: int) -> list[float]:
    """Orders, each placed when the one before was heard; the seconds until each was heard."""
    waits = []
    for _ in range(count):
        heard, started = len(live.heard), time.monotonic()
        status, _ = await crowd.place(ANA, note=NOTE, lines=LINES)
        assert status == 201
        async with asyncio.timeout(WAIT):
            while len(live.heard) == heard:
                await asyncio.sleep(0.0005)
        waits.append(time.monotonic() - started)
    return waits


async def catch_up(
    server: Server, cookie: str, stalled: list[socket.socket], last: int, expected: list[int]
) -> int:
    """Each hears all, part of it before it was ended and the rest when it is back."""
    missed = 0
    for caller in stalled:
        listener = Listener(await read_to_the_end(caller) or [last])
        first = [event for event in listener.heard if event > last]
        assert first == expected[: len(first)]
        missed += len(expected) - len(first)
        coming = asyncio.create_task(listener.follow(server.url, cookie, "cashier"))
        await eventually(lambda: listener.heard[-1] == expected[-1], WAIT)  # noqa: B023
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        assert [event for event in listener.heard if event > last] == expected
        assert listener.strange == 0
    return missed
