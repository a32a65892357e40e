"""Orders as they are listed, and as they were when they were placed."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from comanda import workflow
from comanda.domain.errors import OrderNotFound
from comanda.domain.orders import OPEN_STATUSES, Order, OrderStatus, Place
from comanda.domain.payments import Proof, Verdict
from comanda.domain.staff import Role
from comanda.store import events, menu, orders, payments
from comanda.store.connection import connect
from comanda.store.database import Database, Snapshot, open_database
from comanda.store.orders import OrderFilter
from comanda.workflow import OrderLine
from tests.house import ANA, COCO, LUIS, FixedClock, hire

LINES = [OrderLine(3, 1, None), OrderLine(1, 2, "sin cebolla"), OrderLine(2, 1, None)]
PROOF = Proof("image/jpeg", b"foto", "0" * 64)
EVERY_STATUS = tuple(OrderStatus)
KITCHEN_TO_TABLE = (
    (COCO, OrderStatus.PREPARING),
    (COCO, OrderStatus.READY),
    (ANA, OrderStatus.DELIVERED),
)


@pytest.fixture
async def database(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "c.db", clock=clock) as opened:
        await opened.write(hire)
        yield opened


async def place(database: Database, steps: int = 0) -> Order:
    """A new order, taken `steps` on from `pendiente`."""
    order = (await database.write(workflow.place_order, ANA, Place(12), LINES)).order
    for actor, status in KITCHEN_TO_TABLE[:steps]:
        order = (await database.write(workflow.advance_order, actor, order.id, status)).order
    return order


async def charge(database: Database, order: Order, method: str = "transferencia") -> Order:
    return (await database.write(workflow.submit_payment, ANA, order.id, method, PROOF)).order


async def judge(database: Database, order: Order, verdict: Verdict, reason: str | None) -> Order:
    assert order.payment is not None
    return (
        await database.write(workflow.decide_payment, LUIS, order.payment.id, verdict, reason)
    ).order


async def listed(database: Database, wanted: OrderFilter) -> list[int]:
    return [order.id for order in await database.read(orders.find_all, wanted)]


async def test_orders_are_listed_newest_first_by_status(database: Database) -> None:
    for steps in (0, 1, 2, 3, 0):
        await place(database, steps)
    assert await listed(database, OrderFilter(EVERY_STATUS)) == [5, 4, 3, 2, 1]
    assert await listed(database, OrderFilter([OrderStatus.PENDING])) == [5, 1]
    assert await listed(database, OrderFilter([OrderStatus.READY, OrderStatus.PREPARING])) == [3, 2]
    assert await listed(database, OrderFilter([OrderStatus.PAID])) == []


async def test_what_is_open_is_all_that_is_not_paid(database: Database) -> None:
    first, second = await place(database, 3), await place(database, 3)
    await judge(database, await charge(database, first), Verdict.APPROVED, None)
    await charge(database, second)
    await place(database)
    assert await listed(database, OrderFilter(OPEN_STATUSES)) == [3, 2]
    assert await listed(database, OrderFilter([OrderStatus.PAID])) == [1]


async def test_since_is_the_time_of_the_last_change_and_includes_it(
    database: Database, clock: FixedClock
) -> None:
    first = await place(database)
    clock.advance(minutes=1)
    await place(database)
    clock.advance(minutes=1)
    changed = clock.now
    await database.write(workflow.advance_order, COCO, first.id, OrderStatus.PREPARING)
    just_after = changed + timedelta(milliseconds=1)
    assert await listed(database, OrderFilter(EVERY_STATUS, since=first.created_at)) == [2, 1]
    assert await listed(database, OrderFilter(EVERY_STATUS, since=changed)) == [1]
    assert await listed(database, OrderFilter(EVERY_STATUS, since=just_after)) == []


async def test_pages_by_before_and_limit_show_every_order_once(database: Database) -> None:
    for _ in range(5):
        await place(database)
    assert await listed(database, OrderFilter(EVERY_STATUS, before=3)) == [2, 1]
    before, pages = None, []
    while page := await listed(database, OrderFilter(EVERY_STATUS, before=before, limit=2)):
        pages.append(page)
        before = page[-1]
    assert pages == [[5, 4], [3, 2], [1]]


async def test_all_filters_hold_at_once(database: Database, clock: FixedClock) -> None:
    await place(database)
    clock.advance(minutes=1)
    since = clock.now
    for steps in (0, 1, 0, 0, 0):
        await place(database, steps)
    wanted = OrderFilter([OrderStatus.PENDING], since=since, before=6, limit=2)
    assert await listed(database, wanted) == [5, 4]


async def test_every_order_is_listed_with_its_own_lines_in_their_own_order(
    database: Database,
) -> None:
    placed = [await place(database), await place(database, 2)]
    found = await database.read(orders.find_all, OrderFilter(EVERY_STATUS))
    assert found == placed[::-1]
    for order in found:
        lines = [(item.name, item.quantity, item.note) for item in order.items]
        assert lines == [
            ("Agua", 1, None),
            ("Tacos al pastor", 2, "sin cebolla"),
            ("Sopa", 1, None),
        ]


async def test_an_order_shows_its_latest_attempt_and_remembers_the_others(
    database: Database, clock: FixedClock
) -> None:
    order = await place(database, 3)
    for reason in ("ilegible", "monto distinto"):
        clock.advance(minutes=1)
        order = await judge(database, await charge(database, order), Verdict.REJECTED, reason)
    order = await charge(database, order, "efectivo")

    found = await database.read(orders.require, order.id)
    (in_list,) = await database.read(orders.find_all, OrderFilter(EVERY_STATUS))
    assert found == in_list == order
    assert found.payment is not None
    assert (found.payment.attempt, found.payment.method) == (3, "efectivo")
    assert (found.status, found.payment_method) == (OrderStatus.VERIFYING, "efectivo")
    attempts = (await database.read(payments.of_orders, [order.id]))[order.id]
    assert [(one.attempt, one.status.value, one.reason, one.decided_by) for one in attempts] == [
        (1, "rechazado", "ilegible", "luis"),
        (2, "rechazado", "monto distinto", "luis"),
        (3, "por_verificar", None, None),
    ]


async def test_what_a_verb_answers_is_what_is_stored_after_every_step(
    database: Database, clock: FixedClock
) -> None:
    answers = [await place(database)]
    for actor, status in KITCHEN_TO_TABLE:
        clock.advance(minutes=1)
        moved = await database.write(workflow.advance_order, actor, answers[-1].id, status)
        answers.append(moved.order)
        assert await database.read(orders.require, 1) == answers[-1]
    clock.advance(minutes=1)
    answers.append(await charge(database, answers[-1]))
    assert await database.read(orders.require, 1) == answers[-1]
    clock.advance(minutes=1)
    answers.append(await judge(database, answers[-1], Verdict.REJECTED, "ilegible"))
    assert await database.read(orders.require, 1) == answers[-1]
    assert {order.created_at for order in answers} == {answers[0].created_at}
    assert len({order.updated_at for order in answers}) == len(answers)


async def test_a_rejected_order_is_back_at_the_table_with_its_payment_method(
    database: Database,
) -> None:
    order = await charge(database, await place(database, 3))
    await judge(database, order, Verdict.REJECTED, "ilegible")
    found = await database.read(orders.require, order.id)
    assert (found.status, found.payment_method) == (OrderStatus.DELIVERED, "transferencia")


async def test_a_new_menu_changes_no_order_and_no_history_and_prices_the_next(
    database: Database,
) -> None:
    order = await place(database)
    log = await database.read(events.history, order, Role.ADMIN)
    await database.write(menu.put_all, [("Tacos al pastor", "Tacos", 1)], by="rosa")
    assert await database.read(orders.require, order.id) == order
    assert (order.total, (await place(database)).total) == (3000 + 17100 + 7000, 3000 + 2 + 7000)
    assert await database.read(events.history, order, Role.ADMIN) == log


async def test_the_stored_total_is_what_the_lines_add_up_to(database: Database) -> None:
    order = await place(database)
    with contextlib.closing(connect(database.path)) as other:
        (stored,) = other.execute("SELECT total FROM orders").fetchone()
    assert stored == order.total == 27100


async def test_an_order_that_nobody_placed_is_not_found(database: Database) -> None:
    with pytest.raises(OrderNotFound):
        await database.read(orders.require, 1)
    assert await listed(database, OrderFilter(EVERY_STATUS)) == []


START = datetime(2026, 11, 28, 20, tzinfo=UTC)
AN_ORDER = Order(1, 12, OrderStatus.PENDING, None, (), "ana", (), START, START)


@pytest.mark.parametrize(
    "look",
    [
        lambda view: orders.find_all(view, OrderFilter([OrderStatus.PENDING])),
        lambda view: orders.find_all(view, OrderFilter(OPEN_STATUSES, before=9, limit=3)),
        lambda view: orders.find_all(view, OrderFilter(OPEN_STATUSES, since=view.now)),
        lambda view: orders.require(view, 1),
        lambda view: payments.of_orders(view, [1]),
        lambda view: payments.proof(view, 1),
        lambda view: events.history(view, AN_ORDER, Role.ADMIN),
        lambda view: list(events.each_after(view, 1, 9)),
    ],
    ids=["by status", "a page", "since", "one", "attempts", "proof", "history", "log"],
)
async def test_no_table_that_grows_is_read_from_end_to_end(
    database: Database, clock: FixedClock, look: Callable[[Snapshot], object]
) -> None:
    await charge(database, await place(database, 3))
    await place(database)
    said: list[str] = []
    with contextlib.closing(connect(database.path)) as connection:
        connection.set_trace_callback(said.append)
        look(Snapshot(connection, clock.now - timedelta(hours=1)))
        connection.set_trace_callback(None)
        assert said
        assert [step for sql in said for step in plan(connection, sql) if "SCAN" in step] == []


def plan(connection: sqlite3.Connection, sql: str) -> list[str]:
    return [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
