"""The verbs against a model: whatever staff do in whatever order, the table and the log hold."""

import contextlib
import json
import sqlite3
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from comanda import workflow
from comanda.domain.errors import DomainError, ValidationFailed
from comanda.domain.idempotency import IdempotencyKey
from comanda.domain.orders import Order, OrderStatus, Place
from comanda.domain.payments import Proof, Verdict
from comanda.domain.staff import Role
from comanda.store import events, orders, payments
from comanda.store.connection import connect, migrate
from comanda.store.database import Snapshot, Transaction, open_database
from comanda.workflow import OrderLine, Outcome
from tests.house import ANA, BETO, COCO, EVERYONE, LUIS, ROSA, FixedClock, hire

LINES = [OrderLine(1, 2, None), OrderLine(2, 1, "sin sal")]
PROOF = Proof("image/jpeg", b"foto", "0" * 64)
STAFF = st.sampled_from(EVERYONE)
NOTICES = {
    OrderStatus.PENDING: "order_placed",
    OrderStatus.READY: "order_ready",
    OrderStatus.VERIFYING: "payment_verification_pending",
    OrderStatus.PAID: "payment_approved",
    OrderStatus.VOIDED: "order_voided",
}
STEPS = {
    # what PUT status may do: from → (to, role)
    "pendiente": ("en_preparacion", Role.KITCHEN),
    "en_preparacion": ("listo", Role.KITCHEN),
    "listo": ("entregado", Role.WAITER),
}
EVERY_STEP = [status for status in OrderStatus if status is not OrderStatus.VOIDED]
UNDO = ("entregado", "listo")
RECALLS = {"listo": "en_preparacion", "en_preparacion": "pendiente"}
VOIDABLE = {
    "pendiente": {Role.WAITER, Role.CASHIER, Role.ADMIN},
    "en_preparacion": {Role.CASHIER, Role.ADMIN},
    "listo": {Role.CASHIER, Role.ADMIN},
    "entregado": {Role.CASHIER, Role.ADMIN},
}
WALK = {
    (None, "pendiente"),
    ("pendiente", "en_preparacion"),
    ("en_preparacion", "listo"),
    ("listo", "entregado"),
    ("entregado", "por_verificar"),
    ("por_verificar", "pagado"),
    ("por_verificar", "entregado"),
    ("pagado", "entregado"),
    *RECALLS.items(),
    UNDO,
    *((state, "anulado") for state in VOIDABLE),
}
REACHABLE = {
    # by whom PUT status may ask for a state at all, beside an admin
    "pendiente": {Role.KITCHEN},
    "en_preparacion": {Role.KITCHEN},
    "listo": {Role.KITCHEN, Role.WAITER},
    "entregado": {Role.WAITER},
}
VERBS = ("place_order", "advance_order", "take_order", "submit_payment", "decide_payment")


def open_file(path: Path) -> sqlite3.Connection:
    """A new database; nothing here is read after a power cut, so nothing waits for the disk."""
    connection = connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = MEMORY")
    migrate(connection, path)
    return connection


def steps(view: Snapshot, order_id: int) -> list[tuple[str | None, str]]:
    """From which state to which the log says that an order went; a new waiter is no step."""
    told = [
        (row["status"], json.loads(row["data"])["waiter"])
        for row in view.all(
            "SELECT status, data FROM events"
            " WHERE order_id = :id AND type = 'order_updated' ORDER BY id",
            {"id": order_id},
        )
    ]
    states = [
        status
        for (status, waiter), (_, before) in zip(told, [("", told[0][1]), *told], strict=False)
        if waiter == before
    ]
    return list(zip([None, *states], states, strict=False))


@dataclass
class Model:
    """What an order should be."""

    status: str = "pendiente"
    waiter: str = "ana"
    delivered_at: datetime | None = None
    attempts: list[tuple[int, str]] = field(default_factory=list)
    void_reason: str | None = None
    begun: bool = False

    def may_be_voided_by(self, role: Role) -> bool:
        """A waiter voids only what the kitchen never began."""
        return role in VOIDABLE.get(self.status, ()) and not (self.begun and role is Role.WAITER)


class House(RuleBasedStateMachine):
    """Random verbs by random people, in a house that is already at work."""

    reached: ClassVar[set[tuple[str, object]]] = set()

    @initialize(served=st.lists(st.integers(0, 9), min_size=1, max_size=3))
    def open(self, served: list[int]) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.connection = open_file(Path(self.folder.name) / "c.db")
        self.clock = FixedClock()
        self.model: dict[int, Model] = {}
        self.keys: dict[str, tuple[Any, int]] = {}
        self.perform(hire)
        for number, times in enumerate(served):
            self.place(ANA, None, 1)
            for _ in range(times):
                self.serve(number, Verdict.REJECTED, None)

    def teardown(self) -> None:
        for model in self.model.values():
            self.reached.update({("status", model.status), ("attempts", len(model.attempts))})
        self.connection.close()
        self.folder.cleanup()

    def perform(self, verb: Any, *request: Any) -> Any:
        """Run a verb as `Database.write` does; None where it was refused."""
        self.clock.advance(seconds=1)
        before, head = self.fingerprint(), self.head()
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            result = verb(Transaction(self.connection, self.clock.now), *request)
            self.connection.execute("COMMIT")
        except DomainError as refusal:
            self.connection.execute("ROLLBACK")
            assert self.fingerprint() == before
            self.reached.add((verb.__name__, refusal.code))
            return None
        if isinstance(result, Outcome):
            self.reached.add((verb.__name__, result.changed))
            if result.changed:
                self.check_new_events(verb, result.order, head)
            else:
                assert self.fingerprint() == before
        return result

    def check_new_events(self, verb: Any, order: Order, head: int) -> None:
        """A change appends its order's event, then the notice that its new state calls for."""
        fresh = self.connection.execute("SELECT * FROM events WHERE id > ? ORDER BY id", (head,))
        told = NOTICES.get(order.status)
        last = steps(Snapshot(self.connection, self.clock.now), order.id)[-1]
        if last in (*RECALLS.items(), UNDO) or verb is workflow.take_order:
            told = None
        elif order.status is OrderStatus.DELIVERED and order.payment:
            told = "payment_rejected"
        kinds = ["order_updated"] + ([told] if told else [])
        assert [(row["type"], row["order_id"], row["status"]) for row in fresh] == [
            (kind, order.id, order.status) for kind in kinds
        ]

    def head(self) -> int:
        return events.head(Snapshot(self.connection, self.clock.now))

    def fingerprint(self) -> list[list[tuple[Any, ...]]]:
        tables = ("orders", "order_items", "payments", "proofs", "events", "idempotency_keys")
        return [
            [tuple(row) for row in self.connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
            for table in tables
        ]

    def pick(self, number: int) -> int:
        """One of the orders; for 5, one that nobody placed."""
        return 999 if number == 5 else sorted(self.model)[number % len(self.model)]

    @rule(actor=STAFF, key=st.sampled_from([None, "a", "b"]), table=st.integers(1, 2))
    def place(self, actor: Any, key: str | None, table: int) -> None:
        bound = IdempotencyKey.of(key, "place", table) if key else None
        outcome = self.perform(workflow.place_order, actor, Place(table), LINES, bound)
        may = actor.role in (Role.WAITER, Role.ADMIN)
        known = self.keys.get(key or "")
        if not may or (known and known[0] != ("place", table)):
            assert outcome is None
        elif known:
            assert (outcome.changed, outcome.order.id) == (False, known[1])
        else:
            self.model[outcome.order.id] = Model(waiter=actor.username)
            if key:
                self.keys[key] = (("place", table), outcome.order.id)

    @rule(actor=STAFF, number=st.integers(0, 5), to=st.sampled_from(EVERY_STEP))
    def advance(self, actor: Any, number: int, to: OrderStatus) -> None:
        order_id = self.pick(number)
        outcome = self.perform(workflow.advance_order, actor, order_id, to)
        if order_id not in self.model:
            assert outcome is None
            return
        model = self.model[order_id]
        roles = REACHABLE.get(to.value)
        step, role = STEPS.get(model.status, ("", None))
        if roles and actor.role not in (*roles, Role.ADMIN):
            assert outcome is None
        elif to == model.status:
            assert not outcome.changed
        elif to == step and actor.role in (role, Role.ADMIN):
            assert outcome.changed
            self.move(model, to)
        elif to == RECALLS.get(model.status) or (
            (model.status, to) == UNDO
            and actor.role is not Role.KITCHEN
            and not model.attempts
            and model.delivered_at
            and self.clock.now - model.delivered_at <= timedelta(minutes=1)
        ):
            assert outcome.changed
            self.reached.add(("from", model.status))
            self.move(model, to)
        else:
            assert outcome is None

    def move(self, model: Model, to: OrderStatus) -> None:
        model.status = to.value
        model.begun |= to is OrderStatus.PREPARING
        model.delivered_at = self.clock.now if to is OrderStatus.DELIVERED else None

    @rule(actor=STAFF, number=st.integers(0, 5))
    def take(self, actor: Any, number: int) -> None:
        """What the guard lets through alone, as the route's audience is waiters and admins."""
        if actor.role not in (Role.WAITER, Role.ADMIN):
            return
        order_id = self.pick(number)
        outcome = self.perform(workflow.take_order, actor, order_id)
        model = self.model.get(order_id, Model(status="pagado", waiter=""))
        if model.waiter == actor.username:
            assert not outcome.changed
        elif model.status in ("pagado", "anulado"):
            assert outcome is None
        else:
            assert outcome.changed
            model.waiter = actor.username

    @rule(number=st.integers(0, 4), late=st.booleans())
    def take_back(self, number: int, late: bool) -> None:  # noqa: FBT001
        """The step before, by someone who may; `late` is longer than a delivery can be undone."""
        before = RECALLS | dict([UNDO])
        model = self.model[self.pick(number)]
        if late:
            self.clock.advance(minutes=2)
        if model.status in before:
            self.advance(ROSA, number, OrderStatus(before[model.status]))

    @rule(number=st.integers(0, 4))
    def deliver_by_mistake(self, number: int) -> None:
        """A delivery that its waiter takes back at once."""
        if self.model[self.pick(number)].status == "listo":
            self.advance(ANA, number, OrderStatus.DELIVERED)
            self.advance(ANA, number, OrderStatus.READY)

    @rule(actor=STAFF, number=st.integers(0, 5), reason=st.sampled_from([None, "a", "b"]))
    def void(self, actor: Any, number: int, reason: str | None) -> None:
        order_id = self.pick(number)
        outcome = self.perform(workflow.advance_order, actor, order_id, OrderStatus.VOIDED, reason)
        if order_id not in self.model or actor.role is Role.KITCHEN or reason is None:
            assert outcome is None
            return
        model = self.model[order_id]
        if model.status == "anulado":
            assert not outcome.changed
        elif model.may_be_voided_by(actor.role):
            assert outcome.changed
            model.status, model.void_reason = "anulado", reason
        else:
            assert outcome is None

    @rule(
        actor=STAFF,
        number=st.integers(0, 5),
        key=st.sampled_from([None, "a", "c", "d"]),
        proof=st.sampled_from([None, PROOF]),
    )
    def submit(self, actor: Any, number: int, key: str | None, proof: Proof | None) -> None:
        order_id = self.pick(number)
        bound = IdempotencyKey.of(key, "submit", order_id) if key else None
        outcome = self.perform(workflow.submit_payment, actor, order_id, "efectivo", proof, bound)
        known = self.keys.get(key or "")
        may = actor.role is not Role.KITCHEN
        if may and order_id in self.model and known and known[0] == ("submit", order_id):
            assert not outcome.changed
            return
        possible = order_id in self.model and self.model[order_id].status == "entregado"
        if not may or not possible or known:
            assert outcome is None
            return
        self.model[order_id].status = "por_verificar"
        self.model[order_id].attempts.append((outcome.order.payment.id, "por_verificar"))
        assert outcome.order.payment.attempt == len(self.model[order_id].attempts)
        assert outcome.order.payment.has_proof == (proof is not None)
        assert outcome.order.payment_method == outcome.order.payment.method == "efectivo"
        if key:
            self.keys[key] = (("submit", order_id), order_id)

    @rule(
        actor=STAFF,
        number=st.integers(0, 5),
        attempt=st.integers(0, 3),
        verdict=st.sampled_from(list(Verdict)),
    )
    def decide(self, actor: Any, number: int, attempt: int, verdict: Verdict) -> None:
        model = self.model.get(self.pick(number), Model())
        if not model.attempts:
            assert self.perform(workflow.decide_payment, actor, 999, verdict, None) is None
            return
        index = attempt % len(model.attempts)
        payment_id, status = model.attempts[index]
        outcome = self.perform(workflow.decide_payment, actor, payment_id, verdict, "porque sí")
        if actor.role not in (Role.CASHIER, Role.ADMIN):
            assert outcome is None
        elif status == verdict:
            assert not outcome.changed
        elif (status, verdict, actor.role) == ("aprobado", Verdict.REJECTED, Role.ADMIN):
            model.attempts[index] = (payment_id, "rechazado")
            model.status = "entregado"
        elif status != "por_verificar":
            assert outcome is None
        else:
            model.attempts[index] = (payment_id, verdict.value)
            model.status = "pagado" if verdict is Verdict.APPROVED else "entregado"

    @rule(
        number=st.integers(0, 4),
        verdict=st.sampled_from(list(Verdict)),
        key=st.sampled_from([None, "c", "d"]),
    )
    def serve(self, number: int, verdict: Verdict, key: str | None) -> None:
        """What should happen next, by someone who may: chance alone never gets to a payment."""
        model = self.model[self.pick(number)]
        if model.status in STEPS:
            to, role = STEPS[model.status]
            self.advance(COCO if role is Role.KITCHEN else ANA, number, OrderStatus(to))
        elif model.status == "entregado":
            self.submit(BETO, number, key, PROOF)
        elif model.status == "por_verificar":
            self.decide(LUIS, number, len(model.attempts) - 1, verdict)

    @rule(number=st.integers(0, 4))
    def repeat(self, number: int) -> None:
        """A phone and a browser that lost the answer, and ask for the same thing again."""
        model = self.model[self.pick(number)]
        asked = ("submit", self.pick(number))
        if model.void_reason:
            self.void(ROSA, number, "otro motivo")
        else:
            self.advance(ROSA, number, OrderStatus(model.status))
        for key, (request, _) in list(self.keys.items()):
            if request == asked:
                self.submit(ANA, number, key, PROOF)
            elif request[0] == "place":
                self.place(ANA, key, request[1])
                self.place(ANA, key, 3 - request[1])  # the same key for another table
        for index, (_, status) in enumerate(model.attempts):
            if status != "por_verificar":
                self.decide(LUIS, number, index, Verdict(status))

    @invariant()
    def every_state_is_its_last_event_and_every_event_a_state(self) -> None:
        if not hasattr(self, "connection"):
            return
        view = Snapshot(self.connection, self.clock.now)
        log = view.all("SELECT * FROM events ORDER BY id")
        assert [row["id"] for row in log] == list(range(1, len(log) + 1))
        last: dict[int, sqlite3.Row] = {}
        for row in log:
            if row["type"] == "order_updated":
                last[row["order_id"]] = row
            else:
                assert last[row["order_id"]]["at"] == row["at"]
        for order_id, model in self.model.items():
            order = orders.require(view, order_id)
            assert (order.status, order.void_reason) == (model.status, model.void_reason)
            assert order.waiter == model.waiter
            assert json.loads(last[order_id]["data"]) == order.wire(Role.ADMIN)
            assert set(steps(view, order_id)) <= WALK
            attempts = payments.of_orders(view, [order_id]).get(order_id, [])
            assert [(one.id, one.status.value) for one in attempts] == model.attempts
            assert [one.attempt for one in attempts] == list(range(1, len(attempts) + 1))
            assert order.payment == (attempts[-1] if attempts else None)
        assert set(last) == set(self.model)


def test_the_house_follows_the_model_whatever_staff_do() -> None:
    House.reached.clear()
    run_state_machine_as_test(
        House,
        settings=settings(
            max_examples=150, stateful_step_count=25, deadline=None, derandomize=True
        ),
    )
    # A machine that stayed in the kitchen would hold every promise about payments.
    assert {
        *(("status", status.value) for status in OrderStatus),
        *(("attempts", count) for count in range(4)),
        *((verb, changed) for verb in VERBS for changed in (True, False)),
        *((verb, "forbidden") for verb in VERBS if verb != "take_order"),
        *(("from", status) for status in ("en_preparacion", "listo", "entregado")),
        ("take_order", "illegal_transition"),
        *((verb, "idempotency_key_reused") for verb in ("place_order", "submit_payment")),
        ("advance_order", "illegal_transition"),
        ("advance_order", "validation_failed"),
        ("submit_payment", "illegal_transition"),
        ("decide_payment", "payment_already_decided"),
        ("decide_payment", "payment_not_found"),
        *((verb, "order_not_found") for verb in ("advance_order", "take_order", "submit_payment")),
    } <= House.reached


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from(
            [*OrderStatus, "submit", *((verdict, nth) for verdict in Verdict for nth in (1, 2))]
        ),
        min_size=10,
        max_size=40,
    ),
    st.integers(0, 3),
)
def test_whatever_one_who_may_do_all_tries_no_order_leaves_the_table(
    requests: list[Any], served: int
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.closing(open_file(Path(folder) / "c.db")) as connection,
    ):
        tx = Transaction(connection, FixedClock().now)
        hire(tx)
        order_id = workflow.place_order(tx, ROSA, Place(1), LINES).order.id
        for request in [*(OrderStatus(to) for to, _ in STEPS.values())][:served] + requests:
            with contextlib.suppress(DomainError):
                attempt(tx, order_id, request)
        walk = steps(tx, order_id)
        assert walk[0] == (None, "pendiente")
        assert set(walk) <= WALK
        assert walk[-1][1] == orders.require(tx, order_id).status


def attempt(tx: Transaction, order_id: int, request: Any) -> None:
    if isinstance(request, OrderStatus):
        reason = "se fueron" if request is OrderStatus.VOIDED else None
        workflow.advance_order(tx, ROSA, order_id, request, reason)
    elif request == "submit":
        workflow.submit_payment(tx, ROSA, order_id, "efectivo", None)
    else:
        verdict, payment_id = request
        workflow.decide_payment(tx, ROSA, payment_id, verdict, None)


async def test_a_product_that_is_unknown_or_sold_out_is_refused_by_name(tmp_path: Path) -> None:
    async with open_database(tmp_path / "c.db") as database:
        await database.write(hire)
        with contextlib.closing(connect(tmp_path / "c.db")) as other:
            other.execute("UPDATE products SET available = 0 WHERE id = 2")
        for product_id, told in ((99, "No está en el menú"), (2, "Sopa: agotado")):
            lines = [OrderLine(1, 1, None), OrderLine(product_id, 1, None)]
            with pytest.raises(ValidationFailed) as refusal:
                await database.write(workflow.place_order, ANA, Place(1), lines)
            assert refusal.value.errors == {"items.1.product_id": [told]}


async def test_any_waiter_may_act_for_any_table(tmp_path: Path) -> None:
    async with open_database(tmp_path / "c.db") as database:
        await database.write(hire)
        order = (await database.write(workflow.place_order, ANA, Place(1), LINES)).order
        for actor, status in ((COCO, OrderStatus.PREPARING), (COCO, OrderStatus.READY)):
            await database.write(workflow.advance_order, actor, order.id, status)
        await database.write(workflow.advance_order, BETO, order.id, OrderStatus.DELIVERED)
        outcome = await database.write(workflow.submit_payment, BETO, order.id, "efectivo", None)
        assert outcome.order.payment
        assert (outcome.order.waiter, outcome.order.payment.submitted_by) == ("ana", "beto")
        decided = await database.write(
            workflow.decide_payment, LUIS, outcome.order.payment.id, Verdict.APPROVED, None
        )
        assert decided.order.status is OrderStatus.PAID
