"""Bills against their promises: whatever staff pay, judge, withdraw and mend in whatever order, no
money is made or lost, and every state is what the payments make."""

import json
import sqlite3
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from comanda import workflow
from comanda.domain.bill import ChosenItem, Tender, paid_items
from comanda.domain.errors import DomainError
from comanda.domain.idempotency import IdempotencyKey
from comanda.domain.orders import Order, OrderStatus, Place
from comanda.domain.payments import PaymentRules, PaymentStatus, Verdict
from comanda.domain.staff import Role
from comanda.store import orders, payments
from comanda.store.backup import check
from comanda.store.database import Snapshot, Transaction
from comanda.workflow import Charge, OrderLine, Outcome
from tests.house import ANA, BETO, COCO, EVERYONE, LUIS, ROSA, FixedClock, hire
from tests.test_workflow import open_file

STAFF = st.sampled_from(EVERYONE)
HANDS = st.sampled_from([ANA, BETO, LUIS, ROSA])  # whom a route lets charge
TABLES = (
    "orders",
    "order_items",
    "payments",
    "payment_allocations",
    "events",
    "idempotency_keys",
)
RULES = PaymentRules(frozenset({"transferencia"}))
CHARGED = (OrderStatus.DELIVERED, OrderStatus.VERIFYING, OrderStatus.PAID)
AMOUNTS = st.sampled_from([None, None, None, 0, 1, 3333, 7000, 8550, 24100, 24101, 48200, 10**9])
ORDERS = st.integers(1, 4)


class Bills(RuleBasedStateMachine):
    """Four delivered orders: three rounds of table 1, and Lupita's."""

    reached: ClassVar[Counter[tuple[str, object]]] = Counter()

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "c.db"
        self.connection = open_file(self.path)
        self.clock = FixedClock()
        self.perform(hire)
        for where in (Place(1), Place(1), Place(1), Place(customer="Lupita")):
            lines = [OrderLine(1, 2, None), OrderLine(2, 1, None)]
            placed = self.perform(workflow.place_order, ANA, where, lines)
            for member, status in (
                (COCO, OrderStatus.PREPARING),
                (COCO, OrderStatus.READY),
                (ANA, OrderStatus.DELIVERED),
            ):
                self.perform(workflow.advance_order, member, placed.order.id, status)

    def teardown(self) -> None:
        for order in self.every_order():
            self.reached["ends", order.status.value] += 1
            self.reached["payments", min(3, len(order.payments))] += 1
        self.connection.execute("PRAGMA journal_mode = WAL")
        assert check(self.path) == []
        self.connection.close()
        self.folder.cleanup()

    def view(self) -> Snapshot:
        return Snapshot(self.connection, self.clock.now)

    def every_order(self) -> list[Order]:
        return orders.require_all(self.view(), [1, 2, 3, 4])

    def perform(self, verb: Any, *request: Any, **more: Any) -> Any:
        """Run a verb as `Database.write` does; None where it was refused, and left no trace."""
        self.clock.advance(seconds=1)
        before = self.rows()
        self.connection.execute("BEGIN IMMEDIATE")
        tx = Transaction(self.connection, self.clock.now)
        try:
            result = verb(tx, *request, **more)
            self.connection.execute("COMMIT")
        except DomainError as refusal:
            self.connection.execute("ROLLBACK")
            assert self.rows() == before
            self.reached[verb.__name__, refusal.code] += 1
            return None
        if isinstance(result, Outcome):
            self.reached[verb.__name__, result.changed] += 1
            assert result.changed == (self.rows() != before)
            assert result.changed == bool(tx.news)
            self.check_news(tx)
        return result

    def check_news(self, tx: Transaction) -> None:
        """Each order's `order_updated` comes before the one notice, which names these orders."""
        kinds = [news.type.value for news in tx.news]
        notices = [kind for kind in kinds if kind != "order_updated"]
        assert len(notices) <= 1
        assert kinds[len(kinds) - len(notices) :] == notices
        if notices and notices[0].startswith("payment_"):
            told = [json.loads(news.data)["id"] for news in tx.news[:-1]]
            named = json.loads(tx.news[-1].data)["order_ids"]
            assert told[-len(named) :] == named  # before it, a look at another payment may end

    def rows(self) -> list[list[tuple[Any, ...]]]:
        return [
            [tuple(row) for row in self.connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
            for table in TABLES
        ]

    def payment(self, number: int) -> int:
        """One of the payments, the latest for 0; an unknown one where there is none."""
        ids = [row["id"] for row in self.connection.execute("SELECT id FROM payments ORDER BY id")]
        return ids[-1 - number % len(ids)] if ids else 999

    @rule(
        actor=HANDS,
        first=ORDERS,
        others=st.frozensets(ORDERS, max_size=3),
        amount=AMOUNTS,
        tip=st.sampled_from([0, 0, 0, 500, -1, 10**9]),
        tendered=st.sampled_from([None, None, 10**6, 1]),
        method=st.sampled_from(["efectivo", "transferencia"]),
        replaces=st.sampled_from([None, None, None, 0, 1]),
        key=st.sampled_from([None, None, "a", "b"]),
    )
    def pay(
        self,
        actor: Any,
        first: int,
        others: frozenset[int],
        amount: int | None,
        tip: int,
        tendered: int | None,
        method: str,
        replaces: int | None,
        key: str | None,
    ) -> None:
        also = tuple(sorted(others - {first}))
        named = None if replaces is None else self.payment(replaces)
        charge = Charge(Tender(amount, tip, tendered), also, (), named)
        bound = IdempotencyKey.of(key, first, charge, method, by=actor.username) if key else None
        self.submit(actor, first, method, charge, bound)

    @rule(actor=HANDS, first=ORDERS, position=st.integers(0, 2), quantity=st.integers(1, 3))
    def pay_dishes(self, actor: Any, first: int, position: int, quantity: int) -> None:
        chosen = (ChosenItem(first, position, quantity),)
        self.submit(actor, first, "efectivo", Charge(chosen=chosen), None)

    def submit(
        self, actor: Any, first: int, method: str, charge: Charge, key: IdempotencyKey | None
    ) -> None:
        dues = {order.id: order.due for order in self.every_order()}
        outcome = self.perform(
            workflow.submit_payment, actor, first, method, None, key, charge=charge
        )
        if outcome is None or not outcome.changed:
            return
        payment = payments.require(self.view(), self.payment(0))
        after = {order.id: order.due for order in self.every_order()}
        taken = {one: dues[one] - after[one] for one in dues if dues[one] != after[one]}
        assert taken == {part.order_id: part.amount for part in payment.allocations if part.amount}
        assert set(taken) <= {first, *charge.also}
        if charge.tender.amount is not None:
            assert payment.amount == charge.tender.amount
        assert payment.tip == charge.tender.tip

    @rule(order_id=ORDERS, key=st.sampled_from(["c", "d"]))
    def repeat(self, order_id: int, key: str) -> None:
        """A phone that lost the answer, and asks for the same again."""
        charge = Charge(Tender(100))
        bound = IdempotencyKey.of(key, order_id, charge, by=ANA.username)
        for _ in range(2):
            self.submit(ANA, order_id, "efectivo", charge, bound)

    @rule(order_id=ORDERS, actor=HANDS)
    def mend_after_a_part(self, order_id: int, actor: Any) -> None:
        """A part is approved, and somebody tries to change what was paid."""
        self.submit(actor, order_id, "efectivo", Charge(Tender(1)), None)
        self.decide(LUIS, 0, Verdict.APPROVED)
        self.advance(LUIS, order_id, OrderStatus.VOIDED)
        self.move(actor, order_id, Place(3))
        self.take_off(LUIS, order_id, 0, 0)

    @rule(order_id=ORDERS, actor=HANDS)
    def pay_the_rest(self, order_id: int, actor: Any) -> None:
        """All that is due in cash: once withdrawn, then approved."""
        for _ in range(2):
            self.submit(actor, order_id, "efectivo", Charge(), None)
            self.withdraw(actor, 0)
        self.submit(actor, order_id, "efectivo", Charge(), None)
        self.decide(LUIS, 0, Verdict.APPROVED)

    @rule(order_id=ORDERS, table=st.integers(1, 3))
    def move_while_it_waits(self, order_id: int, table: int) -> None:
        """All four are paid at once, and one of them goes to another table."""
        others = tuple(sorted({1, 2, 3, 4} - {order_id}))
        self.submit(ANA, order_id, "efectivo", Charge(also=others), None)
        self.move(LUIS, order_id, Place(table))

    @rule(order_id=ORDERS)
    def decide_the_own(self, order_id: int) -> None:
        """A cashier charges a transfer, looks at it, judges it, and takes it back."""
        self.submit(LUIS, order_id, "transferencia", Charge(Tender(1)), None)
        self.decide(LUIS, 0, Verdict.APPROVED)
        self.see(ROSA, 0)
        self.withdraw(LUIS, 0)

    @rule(actor=STAFF, number=st.integers(0, 4), verdict=st.sampled_from(list(Verdict)))
    def decide(self, actor: Any, number: int, verdict: Verdict) -> None:
        payment_id = self.payment(number)
        self.perform(
            workflow.decide_payment,
            actor,
            payment_id,
            verdict,
            "porque sí",
            seen_in_account=True,
            rules=RULES,
        )

    @rule(number=st.integers(0, 2), verdict=st.sampled_from(list(Verdict)))
    def judge(self, number: int, verdict: Verdict) -> None:
        """A cashier who may: chance alone seldom gets to a verdict."""
        self.decide(LUIS, number, verdict)

    @rule(actor=STAFF, number=st.integers(0, 2))
    def withdraw(self, actor: Any, number: int) -> None:
        self.perform(workflow.withdraw_payment, actor, self.payment(number))

    @rule(actor=STAFF, number=st.integers(0, 2))
    def see(self, actor: Any, number: int) -> None:
        if actor.role in (Role.CASHIER, Role.ADMIN):
            self.perform(workflow.see_payment, actor, self.payment(number), rules=RULES)

    @rule(actor=STAFF, order_id=ORDERS, to=st.sampled_from(list(OrderStatus)))
    def advance(self, actor: Any, order_id: int, to: OrderStatus) -> None:
        reason = "se fueron" if to is OrderStatus.VOIDED else None
        self.perform(workflow.advance_order, actor, order_id, to, reason)

    @rule(actor=HANDS, order_id=ORDERS, where=st.sampled_from([Place(1), Place(2)]))
    def move(self, actor: Any, order_id: int, where: Place) -> None:
        self.perform(workflow.move_order, actor, order_id, where)

    @rule(actor=HANDS, order_id=ORDERS, position=st.integers(0, 2), quantity=st.integers(0, 3))
    def take_off(self, actor: Any, order_id: int, position: int, quantity: int) -> None:
        self.perform(workflow.take_off_item, actor, order_id, position, quantity, "se acabó")

    @invariant()
    def money_is_neither_made_nor_lost(self) -> None:
        if not hasattr(self, "connection"):
            return
        found = self.every_order()
        for order in found:
            assert 0 <= order.paid + order.waiting <= order.total
            statuses = {payment.status for payment in order.payments}
            waits, is_paid = PaymentStatus.PENDING in statuses, order.paid == order.total
            if order.status in CHARGED:
                assert (order.status is OrderStatus.VERIFYING) == waits
                assert (order.status is OrderStatus.PAID) == (is_paid and not waits)
            else:
                assert statuses <= {PaymentStatus.REJECTED, PaymentStatus.WITHDRAWN}
            for position, quantity in paid_items(order).items():
                assert 0 <= quantity <= order.items[position].quantity
        all_payments = {payment.id: payment for order in found for payment in order.payments}
        for status, sums in (
            (PaymentStatus.APPROVED, [order.paid for order in found]),
            (PaymentStatus.PENDING, [order.waiting for order in found]),
        ):
            given = [one.amount for one in all_payments.values() if one.status is status]
            assert sum(given) == sum(sums)

    @invariant()
    def the_log_tells_what_is(self) -> None:
        if not hasattr(self, "connection"):
            return
        last: dict[int, sqlite3.Row] = {}
        for row in self.connection.execute("SELECT * FROM events ORDER BY id"):
            if row["type"] == "order_updated":
                last[row["order_id"]] = row
        for order in self.every_order():
            assert json.loads(last[order.id]["data"])["status"] == order.status.value
            told = json.loads(last[order.id]["data"])
            assert told == json.loads(json.dumps(order.wire(Role.ADMIN)))


def test_bills_keep_their_promises_whatever_staff_do() -> None:
    Bills.reached.clear()
    run_state_machine_as_test(
        Bills,
        settings=settings(max_examples=50, stateful_step_count=25, deadline=None, derandomize=True),
    )
    # A machine that never paid would keep every promise.
    wanted = {
        *(("ends", status.value) for status in CHARGED),
        *(("payments", count) for count in range(4)),
        *(("submit_payment", code) for code in (True, False, "nothing_due", "validation_failed")),
        *(("decide_payment", code) for code in (True, False, "payment_already_decided")),
        ("decide_payment", "own_payment"),
        *(("withdraw_payment", code) for code in (True, "forbidden", "illegal_transition")),
        *(("advance_order", code) for code in (True, "order_has_payments")),
        *(("move_order", code) for code in (True, False, "order_has_payments")),
        *(("take_off_item", code) for code in (True, "order_has_payments")),
        ("submit_payment", "idempotency_key_reused"),
    }
    assert wanted <= set(Bills.reached)
