"""Another program holds the database: we wait for it, and beyond the busy timeout we say so."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from comanda.store.backup import check
from tests.faults.figures import report, spread
from tests.faults.server import furnish, phones, serving, settings
from tests.house import ANA, COCO

HELD = 3.0
HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2])) if sys.argv[2] != "until told" else sys.stdin.read(1)
connection.execute("ROLLBACK")
"""
CROWD = 10


@contextmanager
def held(database: Path, how_long: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that is in the middle of a transaction."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(database), how_long],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        yield other


async def test_a_lock_that_goes_in_time_is_waited_for(tmp_path: Path) -> None:
    database = tmp_path / "c.db"
    # Far beyond the lock's three seconds: this machine may be slow, and the test is of the waiting.
    config = settings(tmp_path, "[database]\nbusy_timeout_seconds = 60.0\n")
    tokens = await furnish(database)
    with serving(database, config=config) as server:
        async with phones(server, tokens) as crowd:
            order_id = (await crowd.place(ANA))[1]["id"]
            with held(database, str(HELD)) as other:
                started = time.monotonic()
                waiting = [
                    asyncio.create_task(crowd.place(ANA, "order")),
                    asyncio.create_task(crowd.advance(COCO, order_id, "en_preparacion")),
                ]
                assert (await crowd.call(ANA, "GET", "/orders"))[0] == 200
                assert other.poll() is None, "read while it was held"
                assert [status for status, _ in await asyncio.gather(*waiting)] == [201, 200]
                took = time.monotonic() - started
    assert check(database) == []
    report("database locked for 3 s", answered="201 200", after=f"{took:.1f} s", refused=0)


async def test_a_lock_that_stays_is_told_to_everybody_in_words(tmp_path: Path) -> None:
    database, config = tmp_path / "c.db", settings(tmp_path, "[database]\nbusy_timeout_seconds = 1")
    tokens = await furnish(database)
    waits: list[float] = []
    with serving(database, config=config) as server:
        async with phones(server, tokens) as crowd:

            async def refused(number: int) -> None:
                started = time.monotonic()
                body = {"table_number": 1, "items": [{"product_id": "1", "quantity": 1}]}
                headers = crowd.headers(ANA) | {"Idempotency-Key": f"order-{number}"}
                async with crowd.http.post("/orders", json=body, headers=headers) as response:
                    told = await response.json(content_type="application/problem+json")
                    assert (response.status, told["code"]) == (503, "storage_unavailable")
                    assert "ocupada" in told["detail"]
                    assert int(response.headers["Retry-After"]) > 0
                waits.append(time.monotonic() - started)

            with held(database, "until told") as other:
                await asyncio.gather(*map(refused, range(CROWD)))
                assert (await crowd.call(ANA, "GET", "/orders"))[1]["orders"] == []
                other.communicate("x")
            for number in range(CROWD):
                assert (await crowd.place(ANA, f"later-{number}"))[0] == 201
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT COUNT(*) FROM orders").fetchone()[0] == CROWD
    connection.close()
    report(
        "database locked for good, timeout 1 s",
        refused=f"{CROWD} of {CROWD} with 503 and Retry-After",
        waits=spread(waits),
    )
