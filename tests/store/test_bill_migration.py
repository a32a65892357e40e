"""A database of the version before bills: its payments get their orders, and states stay true."""

import contextlib
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from comanda import workflow
from comanda.domain.bill import Tender
from comanda.domain.days import Day
from comanda.domain.evidence import Suspicion, WarningType
from comanda.domain.house import House
from comanda.domain.orders import OPEN_STATUSES, OrderStatus, Place
from comanda.domain.payments import PaymentStatus, Verdict
from comanda.domain.wire import encode
from comanda.store import days, house, orders, payments
from comanda.store.backup import check
from comanda.store.connection import connect, register_functions
from comanda.store.database import open_database
from comanda.store.orders import OrderFilter
from comanda.store.schema import MIGRATIONS
from comanda.workflow import Charge
from tests.house import ANA, COCO, LUIS, ROSA, image, jpeg, open_house, quick_config

BEFORE = 18
# id → (table, status, total), and its attempts: (status, declared). Payments are numbered through.
ORDERS: dict[int, tuple[int, str, int]] = {
    1: (5, "pagado", 95850),
    2: (5, "por_verificar", 18550),
    3: (5, "entregado", 9000),
    4: (5, "pendiente", 7000),
    5: (6, "anulado", 7000),
    6: (6, "entregado", 24100),
    7: (6, "por_verificar", 20000),
    8: (7, "por_verificar", 20000),
    9: (8, "pagado", 0),
    10: (8, "entregado", 9000),
}
ATTEMPTS: dict[int, list[tuple[str, int | None]]] = {
    1: [("aprobado", 10000)],  # 100 declared for 958.50, approved: it was paid in full
    2: [("por_verificar", None)],
    3: [("rechazado", 9500), ("rechazado", None)],
    7: [("rechazado", None), ("por_verificar", 5000)],
    8: [("por_verificar", 25000)],
    9: [("aprobado", 0)],
    10: [("rechazado", 5000)],
}
ALLOCATED = [
    (1, 1, 95850),
    (2, 2, 18550),
    (3, 3, 9000),
    (4, 3, 9000),
    (5, 7, 20000),
    (6, 7, 5000),
    (7, 8, 20000),
    (8, 9, 0),
    (9, 10, 9000),
]
OTHER_AMOUNT, OTHER_PHOTO = WarningType.AMOUNT_DIFFERS, WarningType.IMAGE_SIMILAR
# Payment → its warnings of before, and those of them that still hold.
WARNINGS = {
    1: ([OTHER_AMOUNT], [OTHER_AMOUNT]),
    3: ([OTHER_AMOUNT, OTHER_PHOTO], [OTHER_AMOUNT, OTHER_PHOTO]),
    6: ([OTHER_PHOTO, OTHER_AMOUNT], [OTHER_PHOTO]),
    7: ([OTHER_AMOUNT], [OTHER_AMOUNT]),
    9: ([OTHER_AMOUNT], [OTHER_AMOUNT]),
}


TOTALS_BEFORE = """
    SELECT COUNT(*), SUM(orders.total) FROM payments JOIN orders ON orders.id = order_id
    WHERE payments.status = ?
"""  # as the version before told of a day


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A database as the version before left it."""
    path = tmp_path / "comanda.db"
    with contextlib.closing(connect(path)) as connection:
        register_functions(connection)
        for statement in [line for steps in MIGRATIONS[:BEFORE] for line in steps]:
            connection.execute(statement)
        for member in (ANA, COCO, LUIS, ROSA):
            connection.execute(
                "INSERT INTO staff VALUES (?, ?, ?, 'x', 1, 0)",
                (member.username, member.name, member.role.value),
            )
        connection.execute(
            "INSERT INTO products (id, name, category, price, available, position, removed)"
            " VALUES (1, 'Tacos', 'Tacos', 7000, 1, 1, 0)"
        )
        connection.execute(
            "INSERT INTO house (id, name, currency, time_zone) VALUES (1, 'Fonda', '$', 'UTC')"
        )
        for order_id, (table, status, total) in ORDERS.items():
            _insert_order(connection, order_id, table, status, total)
        connection.execute(f"PRAGMA user_version = {BEFORE}")
    return path


def _insert_order(connection: Any, order_id: int, table: int, status: str, total: int) -> None:
    attempts = ATTEMPTS.get(order_id, [])
    connection.execute(
        "INSERT INTO orders (id, table_number, status, payment_method, total, waiter, created_at,"
        " updated_at, void_reason) VALUES (?, ?, ?, ?, ?, 'ana', 1, 2, ?)",
        (
            order_id,
            table,
            status,
            "efectivo" if attempts else None,
            total,
            "x" if status == "anulado" else None,
        ),
    )
    connection.execute(
        "INSERT INTO order_items VALUES (?, 0, 1, 'Tacos', 1, ?, NULL)", (order_id, total)
    )
    connection.execute(
        "INSERT INTO events (type, order_id, status, data, actor, at)"
        " VALUES ('order_updated', ?, ?, '{\"payment\":null}', 'ana', 1)",
        (order_id, status),
    )
    for number, (verdict, declared) in enumerate(attempts, start=1):
        decided = None if verdict == "por_verificar" else "luis"
        connection.execute(
            "INSERT INTO payments (order_id, attempt, method, status, has_proof, submitted_by,"
            " submitted_at, decided_by, decided_at, amount)"
            " VALUES (?, ?, 'efectivo', ?, 0, 'ana', 1, ?, ?, ?)",
            (order_id, number, verdict, decided, decided and 2, declared),
        )


async def test_every_payment_gets_the_order_that_it_paid(before: Path) -> None:
    async with open_database(before) as database:
        rows = await database.read(
            lambda view: view.all("SELECT * FROM payment_allocations ORDER BY payment_id")
        )
        assert [(row["payment_id"], row["order_id"], row["amount"]) for row in rows] == ALLOCATED
        second = await database.read(payments.require, 4)
        assert (second.replaces, second.attempt, second.tip, second.tendered) == (3, 2, 0, None)
    assert check(before) == []


async def test_every_state_is_what_the_payments_make(before: Path) -> None:
    async with open_database(before) as database:
        found = await database.read(orders.find_all, OrderFilter(tuple(OrderStatus)))
        assert {order.id: order.status.value for order in found} == {
            order_id: status for order_id, (_, status, _) in ORDERS.items()
        }
        for order in found:
            if order.payments:
                assert order.status is order.status_by_payments
                assert 0 <= order.paid + order.waiting <= order.total


async def test_open_orders_of_a_table_are_its_rounds(before: Path) -> None:
    async with open_database(before) as database:
        found = await database.read(orders.find_all, OrderFilter(OPEN_STATUSES))
        rounds = {order.id: order.round for order in found}
        assert rounds == {2: 1, 3: 2, 4: 3, 6: 1, 7: 2, 8: 1, 10: 1}
        assert {order.customer for order in found} == {None}
        line = [workflow.OrderLine(1, 1, None)]
        placed = await database.write(workflow.place_order, ANA, Place(5), line)
        assert placed.order.round == 4


async def test_a_payment_that_waited_with_less_is_a_part_now(before: Path) -> None:
    async with open_database(before) as database:
        await database.write(workflow.decide_payment, LUIS, 6, Verdict.APPROVED, None)
        order = await database.read(orders.require, 7)
        assert (order.status, order.paid, order.due) == (OrderStatus.DELIVERED, 5000, 15000)
        rest = Charge(Tender(tendered=20000))
        sent = await database.write(workflow.submit_payment, ANA, 7, "efectivo", None, charge=rest)
        assert sent.order.payment
        assert (sent.order.payment.amount, sent.order.payment.change) == (15000, 5000)


async def test_a_part_is_no_longer_called_another_amount(before: Path) -> None:
    with contextlib.closing(connect(before)) as connection:
        for payment_id, (types, _) in WARNINGS.items():
            warnings = encode([Suspicion(one, 7, payment_id).wire() for one in types])
            connection.execute(
                "UPDATE payments SET warnings = ? WHERE id = ?", (warnings, payment_id)
            )
    async with open_database(before) as database:
        for payment_id, (_, types) in WARNINGS.items():
            payment = await database.read(payments.require, payment_id)
            assert payment.warnings == tuple(Suspicion(one, 7, payment_id) for one in types)
    assert check(before) == []


async def test_a_past_day_keeps_its_figures(before: Path) -> None:
    day = Day(date(1970, 1, 1), House("Fonda", "$", "UTC"))
    with contextlib.closing(connect(before)) as connection:
        figures = {
            status: tuple(connection.execute(TOTALS_BEFORE, (status,)).fetchone())
            for status in ("aprobado", "rechazado")
        }
    async with open_database(before) as database:
        told = await database.read(days.of, day)
    assert (told.sales.count, told.sales.total) == figures["aprobado"]
    rejected = [(one.count, one.total) for one in told.rejections]
    assert rejected == [figures["rechazado"]]


async def test_a_house_keeps_its_look(before: Path) -> None:
    async with open_database(before) as database:
        stored = await database.read(house.get, House("x", "Bs", "UTC"))
        assert stored.money.text(123450) == "$ 1,234.50"
        assert (stored.tips, stored.own_verdicts, stored.country) == (None, None, None)


async def test_a_mistaken_approval_of_before_can_be_reopened(before: Path) -> None:
    async with open_database(before) as database:
        reopened = await database.write(
            workflow.decide_payment, ROSA, 1, Verdict.REJECTED, "eran 100"
        )
        assert (reopened.order.status, reopened.order.due) == (OrderStatus.DELIVERED, 95850)
        assert reopened.order.payments[0].status is PaymentStatus.REJECTED


PHOTO = jpeg("teal")
EVERY_STATUS = "&".join(f"status={status}" for status in OrderStatus)
# What the version before digested for a key: the verb, and what its request asked for.
KEYS = {
    "placed": (2, "('place_order', 5, (OrderLine(product_id=1, quantity=2, note=None),))"),
    "sent": (7, f"('submit_payment', 7, 'transferencia', '{sha256(PHOTO).hexdigest()}', 5000)"),
}


@pytest.fixture
def with_files(before: Path) -> Path:
    """The same database with the photo of payment 6, what was found in it, and phones' keys."""
    photo = (sha256(PHOTO).hexdigest(),)
    with contextlib.closing(connect(before)) as connection:
        connection.execute(
            "UPDATE payments SET has_proof = 1, method = 'transferencia', examined_at = 2,"
            " examination = 'examined' WHERE id = 6"
        )
        connection.execute(
            "INSERT INTO proofs VALUES (6, 'image/jpeg', ?, ?, ?)", (len(PHOTO), *photo, PHOTO)
        )
        connection.execute(
            "INSERT INTO fingerprints (payment_id, order_id, sha256) VALUES (6, 7, ?)", photo
        )
        connection.execute("INSERT INTO thumbnails VALUES (6, ?)", (image("WEBP"),))
        for key, (order_id, request) in KEYS.items():
            connection.execute(
                "INSERT INTO idempotency_keys VALUES (?, ?, ?, 3, 'ana')",
                (key, sha256(request.encode()).hexdigest(), order_id),
            )
    return before


async def test_everything_is_read_over_http_as_the_rule_has_it(with_files: Path) -> None:
    async with open_house(quick_config(with_files), new=False) as opened:
        for member in (ANA, COCO, LUIS, ROSA):
            status, listed = await opened.call(member, "GET", f"/orders?{EVERY_STATUS}")
            assert (status, len(listed["orders"])) == (200, len(ORDERS))
            for order in listed["orders"]:
                path = f"/orders/{order['id']}"
                status, detail = await opened.call(member, "GET", path)
                assert (status, {name: detail[name] for name in order}) == (200, order)
        for order in listed["orders"]:
            sums = [
                sum(one["amount"] for one in order["payments"] if one["status"] == status)
                for status in ("aprobado", "por_verificar")
            ]
            assert sums == [order["paid"], order["waiting"]]
            assert order["due"] == order["total"] - sum(sums)
        client = await opened.client(LUIS)
        for query in ("", "?size=thumb"):
            async with client.get(f"/payments/6/proof{query}") as answer:
                assert answer.status == 200
        status, found = await opened.call(ROSA, "GET", "/reconciliation?from=1970-01-01")
        assert (status, [one["amount"] for one in found["payments"]]) == (200, [958.5, 0.0])


async def test_a_phone_that_asked_before_is_answered_the_same_after(with_files: Path) -> None:
    async with open_house(quick_config(with_files), new=False) as opened:
        before, key = opened.rows(), {"Idempotency-Key": "placed"}
        lines = {"table_number": 5, "items": [{"product_id": "1", "quantity": 2}]}
        status, order = await opened.call(ANA, "POST", "/orders", json=lines, headers=key)
        assert (status, order["id"]) == (200, "2")
        lines["table_number"] = 6
        status, problem = await opened.call(ANA, "POST", "/orders", json=lines, headers=key)
        assert (status, problem["code"]) == (422, "idempotency_key_reused")
        amount = [("amount", "50")]
        status, order = await opened.submit("7", key="sent", photo=PHOTO, more=amount)
        assert (status, order["payment"]["amount"], order["due"]) == (200, 50.0, 150.0)
        after = opened.rows()
        assert {**after, "events": 0} == {**before, "events": 0}, "but alarms of unseen payments"
        tip = [*amount, ("tip", "5")]
        status, problem = await opened.submit("7", key="sent", photo=PHOTO, more=tip)
        assert (status, problem["code"]) == (422, "idempotency_key_reused")
    assert check(with_files) == []
