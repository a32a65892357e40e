"""Copies made under load: each is one moment, restores row by row, and holds up no writer."""

import asyncio
import contextlib
import json
import random
import shutil
import sqlite3
import time
from pathlib import Path

from comanda.domain.wire import Wire, money
from comanda.store.backup import check
from comanda.store.connection import connect
from tests.faults.evening import Evening
from tests.faults.figures import report, scaled, spread
from tests.faults.server import WAIT, Phones, Tokens, furnish, phones, serving, settings
from tests.faults.test_kill import QUIET
from tests.flow.program import comanda
from tests.house import ANA, LUIS, Stream

COPIES = scaled(3, 20)
TABLES = scaled(40, 400)
# What is written once and never changed: a copy has the first of the original's rows, all columns.
WRITTEN_ONCE = {"events": "id", "order_items": "order_id, position", "proofs": "payment_id"}
LAST_PAYMENT = """
    SELECT payments.* FROM payment_allocations JOIN payments ON payments.id = payment_id
    WHERE payment_allocations.order_id = ? ORDER BY payment_id DESC LIMIT 1
"""
LAST_TOLD = """
    SELECT data FROM events WHERE order_id = :id AND type = 'order_updated' ORDER BY id DESC LIMIT 1
"""


async def test_copies_under_load_are_one_moment_and_restore_whole(tmp_path: Path) -> None:
    database = tmp_path / "c.db"
    config, tokens = settings(tmp_path, QUIET), await furnish(database)
    evening = Evening(database, random.Random(11))
    copies, writes = [tmp_path / f"copia-{number}.db" for number in range(COPIES)], []
    with serving(database, config=config) as server:
        async with phones(server, tokens) as crowd:
            alone = await orders(crowd, 100)
            jobs = evening.crowd(crowd, 3)
            async with asyncio.timeout(WAIT * 5):
                while len(evening.tables) < TABLES:
                    await asyncio.sleep(0.01)
            busy = await orders(crowd, 100)
            for copy in copies:
                copying = asyncio.create_task(asyncio.to_thread(run_backup, database, copy))
                while not copying.done():
                    writes += await orders(crowd, 1)
                await copying
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
        rows = sum(compare(copy, database) for copy in copies)
        photos = await restore(copies[-1], database, tmp_path, tokens)
    report(
        "backup under load", copies=COPIES, rows_compared=rows, different=0, photos_fetched=photos
    )
    report(
        "a write (median / worst)",
        alone=spread(alone),
        under_load=spread(busy),
        during_a_backup=spread(writes),
    )


def run_backup(database: Path, copy: Path) -> None:
    status, _, told = comanda("backup", str(copy), "--database", str(database))
    assert status == 0, told


async def orders(crowd: Phones, count: int) -> list[float]:
    """Orders one after the other; the seconds that each took."""
    waits = []
    for _ in range(count):
        started = time.monotonic()
        assert (await crowd.place(ANA))[0] == 201
        waits.append(time.monotonic() - started)
    return waits


def compare(copy: Path, database: Path) -> int:
    """Row by row: the copy has what the original had at the copy's last event. Rows compared."""
    assert check(copy) == []
    compared = 0
    with contextlib.closing(connect(copy)) as old, contextlib.closing(connect(database)) as live:
        for table, order in WRITTEN_ONCE.items():
            query = f"SELECT * FROM {table} ORDER BY {order}"
            rows = [tuple(row) for row in old.execute(query)]
            assert rows == [tuple(row) for row in live.execute(f"{query} LIMIT {len(rows)}")]
            compared += len(rows)
        for row in old.execute("SELECT * FROM orders"):
            compare_order(row, old)
            compared += 1
        last = old.execute("SELECT MAX(id) FROM events").fetchone()[0]
        then = "SELECT COUNT(DISTINCT order_id) FROM events WHERE id <= ?"
        assert live.execute(then, (last,)).fetchone()[0] == count(old, "orders")
        assert count(old, "proofs") == count(old, "payments")
    return compared


def count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])


def compare_order(row: sqlite3.Row, old: sqlite3.Connection) -> None:
    """An order in the copy is as the copy's log last told of it, and so is its payment."""
    told: Wire = json.loads(old.execute(LAST_TOLD, {"id": row["id"]}).fetchone()["data"])
    assert row["status"] == told["status"]
    assert money(row["total"]) == told["total"]
    payment = old.execute(LAST_PAYMENT, (row["id"],)).fetchone()
    if payment is None:
        assert told["payment"] is None
    else:
        for name in ("attempt", "status", "method", "reason", "decided_by"):
            assert payment[name] == told["payment"][name]


async def restore(copy: Path, database: Path, folder: Path, tokens: Tokens) -> int:
    """Serve the copy: every photo in it comes back byte for byte; a stream from later resyncs."""
    restored = folder / "restored" / "c.db"
    restored.parent.mkdir()
    shutil.copy(copy, restored)
    with contextlib.closing(connect(database)) as live:
        # Beyond what the served copy adds itself by examining what it has.
        ahead = live.execute("SELECT MAX(id) FROM events").fetchone()[0] + 1_000_000
        photos = dict(map(tuple, live.execute("SELECT payment_id, data FROM proofs")))
    with contextlib.closing(connect(restored)) as old:
        known = [row["payment_id"] for row in old.execute("SELECT payment_id FROM proofs")]
    with serving(restored) as server:
        async with phones(server, tokens) as crowd:
            headers = crowd.headers(LUIS)
            for payment_id in known:
                path = f"/payments/{payment_id}/proof"
                async with crowd.http.get(path, headers=headers) as response:
                    assert await response.read() == photos[payment_id]
            later = headers | {"Last-Event-ID": str(ahead)}
            async with crowd.http.get("/events/cashier", headers=later) as response:
                assert (await Stream(response).next(WAIT)).type == "resync"
            assert (await crowd.place(ANA))[0] == 201, "and the evening goes on"
    assert check(restored) == []
    return len(known)
