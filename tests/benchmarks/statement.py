"""How long a bank's statement takes to be imported, and whether a live event waits for it.

`python -m tests.benchmarks.statement` imports 50,000 lines into a house with 100,000 deposits and
5,000 payments behind it, over HTTP, while orders are placed and heard of. Then it ties one payment
at a time. Nothing is asserted; only the ratios of one run mean something.
"""

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import aiohttp

from comanda import till
from comanda.domain.deposits import DepositSource, NewDeposit
from comanda.store.connection import connect
from comanda.web.plumbing.keys import DATABASE
from tests.house import LUIS, FixedClock, House, open_house, quick_config

BEHIND, LINES, PAYMENTS, TIES = 100_000, 50_000, 5_000, 200
PAUSE = 0.02  # seconds between two orders
_DEPOSIT = """
    INSERT INTO deposits (source, amount, at, is_day, received_at, sender, reference, reference_key,
                          has_notice, in_statement)
    VALUES ('aviso', :amount, :at, 0, :at, 'Marcos', :reference, :reference, 1, 0)
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
        data = _statement(clock.now.date(), LINES)
        quiet = await _orders_during(house, lambda: asyncio.sleep(3))
        took: list[float] = []

        async def bring() -> None:
            begun = time.monotonic()
            form = aiohttp.FormData()
            form.add_field("file", data, filename="estado.csv")
            status, answer = await house.call(LUIS, "POST", "/deposits/statement", data=form)
            took.append(time.monotonic() - begun)
            print(f"  {status} {answer}")

        during = await _orders_during(house, bring)
        again = await _orders_during(house, bring)
        print(f"import of {LINES:,} lines: {took[0]:.2f} s; again: {took[1]:.2f} s")
        _print_waits("quiet", quiet, quiet)
        _print_waits("during the import", during, quiet)
        _print_waits("during the second", again, quiet)
        waits = []
        for number in range(TIES):
            new = NewDeposit(DepositSource.NOTICE, 100 + number, clock.now, f"tie {number}")
            begun = time.perf_counter()
            await database.write(till.receive_deposit, new)
            waits.append(time.perf_counter() - begun)
        print(f"one notice, stored and tied: {1000 * statistics.median(waits):.2f} ms (median)")


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


def _statement(last: date, count: int) -> bytes:
    """A year of a busy account: half of the lines come in."""
    rows = ["Fecha,Hora,Concepto,Referencia,Cargo,Abono,Saldo"]
    for number in range(count):
        day = last - timedelta(days=number * 365 // count)
        amount = f"{50 + number % 900}.{number % 100:02}"
        clock = f"{8 + number % 12:02}:{number % 60:02}:{number % 59:02}"
        words = f'"SPEI RECIBIDO BANCO {number % 40}, cliente {number}"'
        rows.append(f'{day:%d/%m/%Y},{clock},{words},{70_000_000 + number},,"{amount}","1,000.00"')
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
