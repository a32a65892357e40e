"""A restaurant in the middle of an evening, to try Comanda with; its data is thrown away."""

import asyncio
import hashlib
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from argon2 import PasswordHasher

from comanda import office, workflow
from comanda.domain.accounts import Account
from comanda.domain.bill import Tender
from comanda.domain.evidence import Claim
from comanda.domain.house import House
from comanda.domain.menu import SAMPLE
from comanda.domain.orders import OrderStatus, Place
from comanda.domain.payments import Verdict
from comanda.domain.staff import Role, Staff
from comanda.media.inspection import inspect
from comanda.store import orders
from comanda.store.database import Database, open_database
from comanda.workflow import Charge, OrderLine, Outcome

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
class Round:
    """An order of the evening; `dishes` are pairs of product id and quantity.

    `minutes` say how many minutes ago each step was done: placed, begun, ready, delivered, as far
    as the order has come. With a `void_reason`, the steps are placed and voided.
    """

    place: Place
    waiter: Staff
    dishes: tuple[tuple[int, int], ...]
    minutes: tuple[int, ...]
    note: str | None = None
    void_reason: str | None = None


@dataclass(frozen=True)
class Guest:
    """Who pays the order `order_id`, by transfer or with the cash `tendered`; minor units.

    An `amount` of None is all that is due. `minutes` say how many minutes ago the payment was sent
    and, with a `verdict`, judged. An `is_astray` transfer went to an account of somebody else's,
    which the examination of its receipt notices.
    """

    order_id: int
    minutes: tuple[int, ...]
    verdict: Verdict | None = None
    amount: int | None = None
    tip: int = 0
    tendered: int | None = None
    is_astray: bool = False


# The id of an order is its place here, counted from 1: the orders stand as they were placed.
EVENING = (
    Round(Place(12), ANA, ((1, 1), (4, 1), (10, 1)), (58, 55, 46, 43)),
    Round(Place(2), BETO, ((7, 1), (12, 1)), (52, 50, 38, 36)),
    Round(Place(5), ANA, ((3, 2), (10, 2)), (49, 47, 35, 33)),
    Round(Place(9), ANA, ((6, 2), (9, 2)), (45, 43, 30, 27)),
    Round(Place(12), ANA, ((8, 1), (12, 2)), (41, 40, 32, 30)),
    Round(Place(8), BETO, ((5, 2), (6, 1), (12, 4)), (39, 37, 22, 20)),
    Round(Place(12), ANA, ((9, 2), (11, 2)), (26, 25, 18, 16)),
    Round(Place(4), BETO, ((8, 1), (12, 2)), (18, 16, 2)),
    Round(Place(customer="Lupita"), BETO, ((1, 3), (10, 1)), (14, 13, 3)),
    Round(Place(7), ANA, ((5, 2), (11, 2)), (12, 9)),
    Round(Place(3), BETO, ((2, 3), (10, 2)), (4,), note="sin cebolla"),
    Round(Place(6), ANA, ((1, 2), (12, 2)), (3, 1), void_reason="el cliente canceló"),
)
# Table 8 splits 615.00 in three: one guest has paid, one waits, one has not paid yet.
GUESTS = (
    Guest(3, (15, 14), Verdict.APPROVED, tip=1900),
    Guest(2, (9, 6), Verdict.REJECTED),
    Guest(6, (8, 7), Verdict.APPROVED, amount=20500, tendered=50000),
    Guest(6, (4,), amount=20500, tip=2000),
    Guest(4, (3,), is_astray=True),
)
ACCOUNTS = (
    Account("transferencia", "CLABE", "Restaurante La Fonda", "012180001234564471"),
    Account("transferencia", "Celular", "Restaurante La Fonda", "5512344471", alias="lafonda"),
)
OTHERS_ACCOUNT = ("Abarrotes del Norte", "9302")  # holder and ending
TIPS = (10, 15)  # per cent


async def fill(path: Path, now: datetime, house: House) -> None:
    """Make a new database with the evening's orders up to `now`, in a house that asks for tips."""
    moment = now - timedelta(hours=1)
    async with _draughtsman() as draw, open_database(path, clock=lambda: moment) as database:
        for member, pin in PINS.items():
            await database.write(office.hire, member, PasswordHasher().hash(pin))
        await database.write(office.import_menu, ROSA, SAMPLE)
        await database.write(office.describe_house, ROSA, replace(house, tips=TIPS))
        await database.write(office.put_accounts, ROSA, ACCOUNTS)
        for minutes, step in _evening(draw, house):
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
    """Return the JPEG of a receipt: its total, reference, payer, time, holder and ending."""
    assert process.stdin and process.stdout  # nosec B101  # noqa: S101 - both are pipes
    process.stdin.write(json.dumps(receipt).encode() + b"\n")
    length = await process.stdout.readexactly(4)
    return await process.stdout.readexactly(int.from_bytes(length))


def _evening(draw: Draw, house: House) -> list[tuple[int, Step]]:
    """The steps of the evening with their age in minutes, the earliest first."""
    served = [
        (minutes, step)
        for order_id, order in enumerate(EVENING, start=1)
        for minutes, step in zip(order.minutes, _steps_of(order_id, order), strict=False)
    ]
    paid = [
        (minutes, step)
        for guest in GUESTS
        for minutes, step in zip(guest.minutes, _payment_of(guest, draw, house), strict=False)
    ]
    return sorted([*served, *paid], key=lambda timed_step: -timed_step[0])


def _steps_of(order_id: int, order: Round) -> list[Step]:
    """Return the steps of an order, from placing it to its delivery."""
    lines = [
        OrderLine(product, quantity, None if at else order.note)
        for at, (product, quantity) in enumerate(order.dishes)
    ]

    async def place(database: Database) -> None:
        await database.write(workflow.place_order, order.waiter, order.place, lines)

    def advance(actor: Staff, target: OrderStatus, reason: str | None = None) -> Step:
        async def step(database: Database) -> None:
            await database.write(workflow.advance_order, actor, order_id, target, reason)

        return step

    if order.void_reason:
        return [place, advance(order.waiter, OrderStatus.VOIDED, order.void_reason)]
    return [
        place,
        advance(COCO, OrderStatus.PREPARING),
        advance(COCO, OrderStatus.READY),
        advance(order.waiter, OrderStatus.DELIVERED),
    ]


def _payment_of(guest: Guest, draw: Draw, house: House) -> list[Step]:
    """Return the steps of a payment: the waiter's, then the cashier's."""
    payment_ids: list[int] = []

    async def charge(database: Database) -> None:
        outcome = await _charge(database, guest, draw, house)
        payment_ids.extend(payment.id for payment in outcome.order.payments[-1:])

    async def judge(database: Database) -> None:
        assert guest.verdict  # nosec B101  # noqa: S101 - only a judged payment has this step
        reason = "ilegible" if guest.verdict is Verdict.REJECTED else None
        await database.write(
            workflow.decide_payment,
            LUIS,
            payment_ids[0],
            guest.verdict,
            reason,
            seen_in_account=True,
        )

    return [charge, judge]


async def _charge(database: Database, guest: Guest, draw: Draw, house: House) -> Outcome:
    order = await database.read(orders.require, guest.order_id)
    waiter = EVENING[guest.order_id - 1].waiter
    charge = Charge(Tender(guest.amount, guest.tip, guest.tendered))
    if guest.tendered is not None:
        return await database.write(
            workflow.submit_payment, waiter, order.id, "efectivo", None, charge=charge
        )
    number = order.id + len(order.payments)
    reference = str(8_841_220_193_727 * number)
    payer = PAYERS[number % len(PAYERS)]
    given = (order.due if guest.amount is None else guest.amount) + guest.tip
    when = house.local(database.clock()).strftime("%d/%m/%Y %H:%M")
    account = ACCOUNTS[0]
    own_account = (account.holder, account.number[-4:])
    payee = OTHERS_ACCOUNT if guest.is_astray else own_account
    photo = await draw(given, reference, payer, when, *payee)
    return await database.write(
        workflow.submit_payment,
        waiter,
        order.id,
        "transferencia",
        inspect(photo, hashlib.sha256(photo).hexdigest()),
        claim=Claim(reference),
        charge=charge,
        to_account=True,
    )
