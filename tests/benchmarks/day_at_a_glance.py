"""How long a day takes to open with a million orders behind it.

Run it with `.venv/bin/python -m tests.benchmarks.day_at_a_glance`. It writes about three years of a
house with 900 orders a day, then asks for days of them over HTTP, and prints the milliseconds that
passed and those that a processor worked, client included: the second stay the same on a machine
that has other things to do. It asserts nothing: machines differ.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from comanda.store.connection import connect
from tests.house import ROSA, House, open_house, quick_config

ORDERS = 1_000_000
A_DAY = 900
FIRST = date(2024, 1, 1)
ROUNDS = 60
METHODS = ("transferencia", "transferencia", "efectivo", "tarjeta")
Row = tuple[object, ...]
REASONS = ("ilegible", "monto distinto", "no aparece en la cuenta", None)
_ORDER = """
    INSERT INTO orders
        (id, table_number, status, total, waiter, created_at, updated_at, void_reason)
    VALUES (?, ?, ?, ?, 'ana', ?, ?, ?)
"""
_PAYMENT = """
    INSERT INTO payments (order_id, attempt, method, status, reason, has_proof, submitted_by,
        submitted_at, decided_by, decided_at)
    VALUES (?, ?, ?, ?, ?, 0, 'ana', ?, 'luis', ?)
"""
_ALLOCATIONS = """
    INSERT INTO payment_allocations (payment_id, order_id, amount)
    SELECT payments.id, orders.id, total FROM payments JOIN orders ON orders.id = order_id
"""


def history(chance: random.Random) -> Iterator[tuple[Row, list[Row]]]:
    """An order and its payments each: 2 of 100 are void, 1 of 10 payments is refused first."""
    first = int(time.mktime(FIRST.timetuple())) * 1000
    for number in range(1, ORDERS + 1):
        at = first + int(number / A_DAY * 86_400_000)
        total = chance.randrange(3000, 90000, 50)
        if chance.random() < 0.02:
            yield (number, 1, "anulado", total, at, at + 60_000, "se fueron"), []
            continue
        attempts: list[Row] = []
        later = at + 3_000_000
        if chance.random() < 0.1:
            refused = (chance.choice(REASONS), later, later + chance.randrange(5_000, 300_000))
            attempts.append((number, 1, "transferencia", "rechazado", *refused))
            later += 400_000
        done = later + chance.randrange(5_000, 300_000)
        method = chance.choice(METHODS)
        attempts.append((number, len(attempts) + 1, method, "aprobado", None, later, done))
        yield (number, 1, "pagado", total, at, done, None), attempts


def write_history(path: Path) -> None:
    """Straight into the tables: no request is measured here."""
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for order, attempts in history(random.Random(7)):
            connection.execute(_ORDER, order)
            connection.executemany(_PAYMENT, attempts)
        connection.execute(_ALLOCATIONS)
        connection.execute("COMMIT")


async def measure(house: House, path: str) -> tuple[float, float]:
    """Milliseconds from the request to the whole answer, and those that a processor worked."""
    client = await house.client(ROSA)
    started, worked = time.perf_counter(), time.process_time()
    async with client.get(path) as response:
        assert response.status == 200
        await response.read()
    return (time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = quick_config(Path(folder) / "c.db")
        async with open_house(config) as house:
            await asyncio.to_thread(write_history, house.path)
            size = house.path.stat().st_size / 1e6
            print(f"{ORDERS} orders, {A_DAY} a day, {size:.0f} MB")
            chance = random.Random(11)
            days = [FIRST + timedelta(days=chance.randrange(1, 1100)) for _ in range(ROUNDS)]
            for kind in ("", ".csv"):
                measured = [await measure(house, f"/days/{day}{kind}") for day in days]
                print(f"GET /days/{{date}}{kind}, {ROUNDS} days:")
                for name, times in zip(
                    ("waited", "worked"), zip(*measured, strict=True), strict=True
                ):
                    spread = f"min {min(times):.0f}, max {max(times):.0f}"
                    print(f"  {name}: median {statistics.median(times):.0f} ms, {spread}")


if __name__ == "__main__":
    asyncio.run(main())
