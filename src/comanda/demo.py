"""A restaurant in the middle of an evening, to try Comanda with; its data is thrown away."""

import asyncio
import hashlib
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from argon2 import PasswordHasher

from comanda import office, workflow
from comanda.domain.evidence import Claim
from comanda.domain.menu import SAMPLE
from comanda.domain.orders import OrderStatus, Place
from comanda.domain.payments import Verdict
from comanda.domain.staff import Role, Staff
from comanda.media.inspection import inspect
from comanda.store import orders
from comanda.store.database import Database, open_database
from comanda.workflow import OrderLine

ANA = Staff("ana", "Ana", Role.WAITER)
BETO = Staff("beto", "Beto", Role.WAITER)
COCO = Staff("coco", "Coco", Role.KITCHEN)
LUIS = Staff("luis", "Luis", Role.CASHIER)
ROSA = Staff("rosa", "Rosa", Role.ADMIN)
PINS = {ANA: "1111", BETO: "1212", COCO: "2222", LUIS: "350917", ROSA: "746208"}

Step = Callable[[Database], Awaitable[None]]
Draw = Callable[..., Awaitable[bytes]]

# Without accents: the font of the receipts has none.
PAYERS = ("Laura Mendoza", "Jorge Antonio Villanueva", "Carmen Ruiz Cano", "Pablo Paz")


@dataclass(frozen=True)
class Table:
    """An order of the evening; `dishes` are pairs of product id and quantity.

    `minutes` say how many minutes ago each step was done: placed, begun, ready, delivered, charged,
    judged, as far as the order has come. With a `void_reason`, the steps are placed and voided.
    """

    number: int
    waiter: Staff
    dishes: tuple[tuple[int, int], ...]
    minutes: tuple[int, ...]
    verdict: Verdict | None = None
    note: str | None = None
    void_reason: str | None = None


EVENING = (
    Table(12, ANA, ((1, 1), (4, 1), (10, 1)), (52, 49, 37, 34)),
    Table(2, BETO, ((7, 1), (12, 1)), (47, 45, 33, 31, 9, 6), Verdict.REJECTED),
    Table(5, ANA, ((3, 2), (10, 2)), (44, 42, 30, 28, 15, 14), Verdict.APPROVED),
    Table(9, ANA, ((6, 2), (9, 2)), (40, 38, 25, 22, 3)),
    Table(4, BETO, ((8, 1), (12, 2)), (18, 16, 2)),
    Table(7, ANA, ((5, 2), (11, 2)), (12, 9)),
    Table(3, BETO, ((2, 3), (10, 2)), (4,), note="sin cebolla"),
    Table(6, ANA, ((1, 2), (12, 2)), (3, 1), void_reason="el cliente canceló"),
)


async def fill(path: Path, now: datetime) -> None:
    """Make a new database with the evening's orders up to `now`."""
    moment = now - timedelta(hours=1)
    async with _draughtsman() as draw, open_database(path, clock=lambda: moment) as database:
        for member, pin in PINS.items():
            await database.write(office.hire, member, PasswordHasher().hash(pin))
        await database.write(office.import_menu, ROSA, SAMPLE)
        for minutes, step in _evening(draw):
            moment = now - timedelta(minutes=minutes)
            await step(database)


@asynccontextmanager
async def _draughtsman() -> AsyncIterator[Draw]:
    """Yield the function that draws a receipt, in a process of its own.

    The demo goes on as the server, which never loads what decodes and draws pictures.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "comanda.examiner.receipts", stdin=PIPE, stdout=PIPE
    )
    try:
        yield partial(_draw, process)
    finally:
        await process.communicate(b"")  # closes the pipe, which ends the process


async def _draw(process: Process, *receipt: int | str) -> bytes:
    """Return the JPEG of a receipt: its total, reference, payer and time."""
    assert process.stdin and process.stdout  # nosec B101  # noqa: S101 - both are pipes
    process.stdin.write(json.dumps(receipt).encode() + b"\n")
    length = await process.stdout.readexactly(4)
    return await process.stdout.readexactly(int.from_bytes(length))


def _evening(draw: Draw) -> list[tuple[int, Step]]:
    """The steps of the evening with their age in minutes, the earliest first."""
    steps = [
        (minutes, step)
        for order_id, table in enumerate(EVENING, start=1)
        for minutes, step in zip(table.minutes, _steps_of(order_id, table, draw), strict=False)
    ]
    return sorted(steps, key=lambda timed_step: -timed_step[0])


def _steps_of(order_id: int, table: Table, draw: Draw) -> list[Step]:
    """Return the steps of an order, from placing it to the cashier's verdict."""
    lines = [OrderLine(product, quantity, table.note) for product, quantity in table.dishes]

    async def place(database: Database) -> None:
        await database.write(workflow.place_order, table.waiter, Place(table.number), lines)

    def advance(actor: Staff, target: OrderStatus, reason: str | None = None) -> Step:
        async def step(database: Database) -> None:
            await database.write(workflow.advance_order, actor, order_id, target, reason)

        return step

    if table.void_reason:
        return [place, advance(table.waiter, OrderStatus.VOIDED, table.void_reason)]
    return [
        place,
        advance(COCO, OrderStatus.PREPARING),
        advance(COCO, OrderStatus.READY),
        advance(table.waiter, OrderStatus.DELIVERED),
        partial(_charge, waiter=table.waiter, order_id=order_id, draw=draw),
        partial(_judge, order_id=order_id, verdict=table.verdict),
    ]


async def _charge(database: Database, waiter: Staff, order_id: int, draw: Draw) -> None:
    order = await database.read(orders.require, order_id)
    reference = str(8_841_220_193_727 * order_id)
    payer = PAYERS[order_id % len(PAYERS)]
    photo = await draw(order.total, reference, payer, f"{database.clock():%d/%m/%Y %H:%M}")
    await database.write(
        workflow.submit_payment,
        waiter,
        order_id,
        "transferencia",
        inspect(photo, hashlib.sha256(photo).hexdigest()),
        claim=Claim(reference),
    )


async def _judge(database: Database, order_id: int, verdict: Verdict | None) -> None:
    payment = (await database.read(orders.require, order_id)).payment
    if payment and verdict:
        reason = "ilegible" if verdict is Verdict.REJECTED else None
        await database.write(
            workflow.decide_payment, LUIS, payment.id, verdict, reason, seen_in_account=True
        )
