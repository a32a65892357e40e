"""How long a bank's statement takes to be imported, and whether a live event waits for it.

`python -m tests.benchmarks.statement` imports 50,000 lines into a house with 100,000 deposits
behind it, over HTTP, while orders are placed and heard of; then the same file again, and then a
notice at a time. Server, phones and cashier share one process, so the waits are longer than those
of a real house. Nothing is asserted; only the ratios of one run mean something.
"""

import asyncio
import contextlib
import statistics
import tempfile
import time
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import aiohttp

from comanda import till
from comanda.domain.deposits import DepositSource, NewDeposit
from comanda.store.connection import connect
from comanda.web.plumbing.keys import DATABASE
from tests.house import LUIS, FixedClock, House, open_house, quick_config

BEHIND, LINES, NOTICES = 100_000, 50_000, 200
PATIENT = aiohttp.ClientTimeout(total=300)
PAUSE = 0.02  # seconds between two orders
_DEPOSIT = """
    INSERT INTO deposits (source, amount, at, is_day, received_at, received_by, sender, reference,
                          reference_key, has_notice, in_statement)
    VALUES ('aviso', :amount, :at, 0, :at, 'comanda', 'Marcos', :reference, :reference, 1, 0)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> None:
    clock = FixedClock()
    clock.now = datetime.now(UTC)
    async with open_house(quick_config(folder / "comanda.db"), clock) as house:
        _fill(house)
        database = house.app[DATABASE]
        today = clock.now.date()
        quiet = await _orders_during(house, lambda: asyncio.sleep(3))
        used: list[tuple[float, float]] = []

        async def bring(data: bytes) -> None:
            begun, worked = time.monotonic(), time.process_time()
            form = aiohttp.FormData()
            form.add_field("file", data, filename="estado.csv")
            status, answer = await house.call(
                LUIS, "POST", "/deposits/statement", data=form, timeout=PATIENT
            )
            used.append((time.monotonic() - begun, time.process_time() - worked))
            print(f"  {status} {answer}", flush=True)

        await bring(_statement(today, LINES, "solo"))
        busy = _statement(today, LINES, "con órdenes")
        during = await _orders_during(house, partial(bring, busy))
        again = await _orders_during(house, partial(bring, busy))
        for name, (seconds, processor) in zip(("alone", "busy", "again"), used, strict=True):
            print(f"{LINES:,} lines, {name}: {seconds:.2f} s, of the processor {processor:.2f} s")
        _print_waits("quiet", quiet, quiet)
        _print_waits("during the import", during, quiet)
        _print_waits("during the same again", again, quiet)
        waits = []
        for number in range(NOTICES):
            new = NewDeposit(DepositSource.NOTICE, 100 + number, clock.now, f"notice {number}")
            begun = time.perf_counter()
            await database.write(till.receive_deposit, new)
            waits.append(time.perf_counter() - begun)
        print(f"one notice after it: {1000 * statistics.median(waits):.2f} ms (median)")


def _fill(house: House) -> None:
    """Put deposits of a year behind the house."""
    now = int(house.clock.now.timestamp() * 1000)
    with contextlib.closing(connect(house.path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            _DEPOSIT,
            (
                {
                    "amount": 5_000 + 7 * (number % 9_000),
                    "at": now - number * 300_000,
                    "reference": f"{10_000_000 + number}",
                }
                for number in range(BEHIND)
            ),
        )
        connection.execute("COMMIT")


def _statement(last: date, count: int, words: str) -> bytes:
    """A year of a busy account."""
    rows = ["Fecha,Hora,Concepto,Referencia,Cargo,Abono,Saldo"]
    for number in range(count):
        day = last - timedelta(days=number * 365 // count)
        amount = f"{50 + number % 900}.{number % 100:02}"
        clock = f"{8 + number % 12:02}:{number % 60:02}:{number % 59:02}"
        concept = f'"SPEI RECIBIDO BANCO {number % 40}, cliente {number} {words}"'
        rows.append(
            f'{day:%d/%m/%Y},{clock},{concept},{zlib.crc32(concept.encode())},,"{amount}","1,000.00"'
        )
    return "\r\n".join(rows).encode()


async def _orders_during(house: House, work: Callable[[], Awaitable[object]]) -> list[float]:
    """Place orders until `work` ends; return how long each took to the cashier's stream."""
    waits: list[float] = []
    async with house.stream(LUIS) as stream:
        running = asyncio.ensure_future(work())
        while not running.done():
            begun = time.monotonic()
            order = await house.place()
            while (await stream.until("order_updated")).data["id"] != order["id"]:
                pass
            waits.append(time.monotonic() - begun)
            await asyncio.sleep(PAUSE)
        await running
    return waits


def _print_waits(name: str, waits: list[float], quiet: list[float]) -> None:
    middle, late = (statistics.quantiles(waits, n=100)[at] for at in (49, 98))
    ratio = middle / statistics.median(quiet)
    print(
        f"  order to stream, {name}: {1000 * middle:.1f} ms (median, {ratio:.1f} times quiet), "
        f"99th of 100 {1000 * late:.1f} ms, {len(waits)} orders"
    )


if __name__ == "__main__":
    main()
