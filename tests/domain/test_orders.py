"""The state machine, every case of it, and what an order looks like."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from comanda.domain.errors import (
    Forbidden,
    IllegalTransition,
    PaymentAlreadyDecided,
    ValidationFailed,
)
from comanda.domain.events import AUDIENCE, EventType
from comanda.domain.examinations import Examination
from comanda.domain.orders import (
    OPEN_STATUSES,
    TRANSITIONS,
    Order,
    OrderItem,
    OrderStatus,
    Through,
    check_reason,
    find_transition,
    notice,
    order_updated,
    payment_notice,
)
from comanda.domain.payments import Allocation, Payment, PaymentStatus, Verdict
from comanda.domain.staff import Role
from comanda.domain.wire import Wire, encode, money, time

NOW = datetime(2026, 11, 28, 20, 41, tzinfo=UTC)
SENT = ({"waiter", "cashier"}, "payment_verification_pending")
ALLOWED: dict[tuple[str | None, str, str], tuple[set[str], str | None]] = {
    # (from, to, through): the roles, and who is told
    (None, "pendiente", "place"): ({"waiter"}, "order_placed"),
    ("pendiente", "en_preparacion", "status"): ({"kitchen"}, None),
    ("en_preparacion", "listo", "status"): ({"kitchen"}, "order_ready"),
    ("listo", "en_preparacion", "status"): ({"kitchen"}, None),
    ("en_preparacion", "pendiente", "status"): ({"kitchen"}, None),
    ("listo", "entregado", "status"): ({"waiter"}, None),
    ("entregado", "listo", "status"): ({"waiter"}, None),
    ("entregado", "por_verificar", "proof"): SENT,
    ("por_verificar", "por_verificar", "proof"): SENT,
    ("por_verificar", "pagado", "verdict"): ({"cashier"}, None),
    ("por_verificar", "entregado", "verdict"): ({"cashier"}, None),
    ("por_verificar", "por_verificar", "verdict"): ({"cashier"}, None),
    ("por_verificar", "entregado", "withdrawal"): ({"waiter", "cashier"}, None),
    ("por_verificar", "por_verificar", "withdrawal"): ({"waiter", "cashier"}, None),
    ("pagado", "entregado", "verdict"): (set(), None),  # an administrator alone, as in all rows
    ("pagado", "por_verificar", "verdict"): (set(), None),
    ("entregado", "entregado", "verdict"): (set(), None),
    ("pendiente", "anulado", "status"): ({"waiter", "cashier"}, "order_voided"),
    ("en_preparacion", "anulado", "status"): ({"cashier"}, "order_voided"),
    ("listo", "anulado", "status"): ({"cashier"}, "order_voided"),
    ("entregado", "anulado", "status"): ({"cashier"}, "order_voided"),
}
ITEMS = (OrderItem(1, "Tacos", 2, 8550, "sin cebolla"), OrderItem(2, "Agua", 1, 3000, None))
PAYMENT = Payment(
    7,
    128,
    2,
    "transferencia",
    PaymentStatus.REJECTED,
    "ilegible",
    True,  # noqa: FBT003
    "ana",
    NOW,
    "luis",
    NOW,
    allocations=(Allocation(128, 15000, (), 12),),
    tip=500,
    replaces=6,
)
FIRST = replace(PAYMENT, id=6, attempt=1, replaces=None)


def order(status: str = "entregado", payment: Payment | None = PAYMENT) -> Order:
    payments = () if payment is None else (FIRST, payment)
    return Order(128, 12, OrderStatus(status), "transferencia", ITEMS, "ana", payments, NOW, NOW)


@pytest.mark.parametrize(
    ("source", "target", "role", "through"),
    list(product([None, *OrderStatus], OrderStatus, Role, Through)),
)
def test_only_what_the_table_says_can_happen(
    source: OrderStatus | None, target: OrderStatus, role: Role, through: Through
) -> None:
    who, told = ALLOWED.get((source or None, target, through), (None, None))
    if who is None:
        with pytest.raises((IllegalTransition, Forbidden)):
            find_transition(source, target, role, through)
    elif role is Role.ADMIN or role in who:
        row = find_transition(source, target, role, through)
        assert row.notice == told
    else:
        # To the kitchen a delivered order is delivered, whatever its waiter may take back.
        is_undo = (source, target) == ("entregado", "listo") and role is Role.KITCHEN
        with pytest.raises(IllegalTransition if is_undo else Forbidden):
            find_transition(source, target, role, through)


@pytest.mark.parametrize(("target", "role", "through"), list(product(OrderStatus, Role, Through)))
def test_a_refusal_is_for_the_role_that_never_may_and_else_for_the_state(
    target: OrderStatus, role: Role, through: Through
) -> None:
    rows = [who for (_, to, kind), (who, _) in ALLOWED.items() if (to, kind) == (target, through)]
    users = set().union(*rows)
    may = not rows or role in users or role is Role.ADMIN
    sources = {
        source for source, to, kind in ALLOWED if (to, kind) == (target, through) and rows and may
    }
    for source in {None, *OrderStatus} - sources:
        with pytest.raises(IllegalTransition if may else Forbidden):
            find_transition(source, target, role, through)


def test_a_refusal_names_both_states_in_the_words_of_staff() -> None:
    with pytest.raises(IllegalTransition, match="«listo» no puede pasar a «pagado»"):
        find_transition(OrderStatus.READY, OrderStatus.PAID, Role.CASHIER, Through.VERDICT)
    with pytest.raises(Forbidden, match="una orden de «en_preparacion» a «anulado»"):
        find_transition(OrderStatus.PREPARING, OrderStatus.VOIDED, Role.WAITER, Through.STATUS)


@pytest.mark.parametrize("target", list(OrderStatus))
def test_a_void_has_a_reason_and_nothing_else_has_one(target: OrderStatus) -> None:
    right, wrong = ("se fueron", None) if target is OrderStatus.VOIDED else (None, "se fueron")
    check_reason(target, right)
    with pytest.raises(ValidationFailed) as refusal:
        check_reason(target, wrong)
    assert list(refusal.value.errors) == ["reason"]


def test_what_is_paid_or_void_is_no_longer_open() -> None:
    assert set(OrderStatus) - set(OPEN_STATUSES) == {OrderStatus.PAID, OrderStatus.VOIDED}
    left = [row for row in TRANSITIONS if row.source in (OrderStatus.PAID, OrderStatus.VOIDED)]
    assert {(row.source, row.role) for row in left} == {(OrderStatus.PAID, Role.ADMIN)}


def test_a_move_changes_the_state_and_its_time_and_nothing_else() -> None:
    before, later = order("en_preparacion"), NOW + timedelta(minutes=3)
    after, told = before.move(OrderStatus.READY, Role.KITCHEN, Through.STATUS, at=later)
    assert (after.status, after.updated_at, told) == ("listo", later, "order_ready")
    assert replace(after, status=before.status, updated_at=NOW, begun=False) == before
    with pytest.raises(Forbidden):
        before.move(OrderStatus.READY, Role.WAITER, Through.STATUS, at=later)


@pytest.mark.parametrize("role", [Role.WAITER, Role.ADMIN])
def test_a_delivery_is_taken_back_within_a_minute_and_nobody_is_called(role: Role) -> None:
    delivered, last = order(payment=None), NOW + timedelta(seconds=60)
    again, told = delivered.move(OrderStatus.READY, role, Through.STATUS, at=last)
    assert (again.status, again.updated_at, told) == ("listo", last, None)
    too_late = last + timedelta(milliseconds=1)
    with pytest.raises(IllegalTransition, match="hace más de 60 segundos"):
        delivered.move(OrderStatus.READY, role, Through.STATUS, at=too_late)


def test_a_clock_that_was_set_back_keeps_nobody_from_taking_a_delivery_back() -> None:
    early = NOW - timedelta(seconds=5)
    again, _ = order(payment=None).move(OrderStatus.READY, Role.WAITER, Through.STATUS, at=early)
    assert again.status == "listo"


def test_a_rejected_payment_is_no_delivery_that_could_be_taken_back() -> None:
    with pytest.raises(IllegalTransition, match="Ya se mandó un pago"):
        order().move(OrderStatus.READY, Role.WAITER, Through.STATUS, at=NOW)


@pytest.mark.parametrize("status", list(OrderStatus))
def test_an_order_changes_hands_until_it_is_paid_or_void(status: OrderStatus) -> None:
    if status in OPEN_STATUSES:
        assert order(status).hand_to("beto") == replace(order(status), waiter="beto")
    else:
        with pytest.raises(IllegalTransition, match="ya no se puede tomar"):
            order(status).hand_to("beto")


def test_a_total_is_what_the_lines_add_up_to() -> None:
    assert order().total == 2 * 8550 + 3000


def test_an_order_without_lines_costs_nothing() -> None:
    assert replace(order(), items=()).total == 0


def test_an_order_has_this_form_on_the_wire() -> None:
    changed = replace(order(), updated_at=NOW + timedelta(minutes=3))
    assert changed.wire(Role.WAITER) == {
        "id": "128",
        "table_number": 12,
        "customer": None,
        "round": 1,
        "status": "entregado",
        "payment_method": "transferencia",
        "total": 201.0,
        "items": [
            {
                "product_id": "1",
                "name": "Tacos",
                "quantity": 2,
                "unit_price": 85.5,
                "note": "sin cebolla",
                "removed": 0,
                "removed_reason": None,
            },
            {
                "product_id": "2",
                "name": "Agua",
                "quantity": 1,
                "unit_price": 30.0,
                "note": None,
                "removed": 0,
                "removed_reason": None,
            },
        ],
        "waiter": "ana",
        "payment": PAYMENT.wire(),
        "paid": 0.0,
        "waiting": 0.0,
        "due": 201.0,
        "payments": [FIRST.wire(), PAYMENT.wire()],
        "void_reason": None,
        "created_at": "2026-11-28T20:41:00.000Z",
        "updated_at": "2026-11-28T20:44:00.000Z",
    }


def test_the_kitchen_sees_no_payment_and_the_others_see_the_latest() -> None:
    shown = {role: order().wire(role) for role in Role}
    assert shown[Role.KITCHEN]["payment"] is None
    for role in (Role.WAITER, Role.CASHIER, Role.ADMIN):
        assert shown[role]["payment"] == PAYMENT.wire()
        assert {**shown[role], "payment": None, "payments": []} == shown[Role.KITCHEN]


def test_an_orders_event_hides_its_payment_from_the_kitchen() -> None:
    event = order_updated(order())
    assert event.data == order().wire(Role.ADMIN)
    assert event.redacted == order().wire(Role.KITCHEN)
    assert order_updated(order(payment=None)).redacted is None


def test_the_kitchen_sees_nothing_of_what_was_paid() -> None:
    paid = order(payment=replace(PAYMENT, status=PaymentStatus.APPROVED))
    shown = paid.wire(Role.KITCHEN)
    assert paid.wire(Role.WAITER)["paid"] == 150.0
    assert (shown["paid"], shown["waiting"], shown["due"]) == (0.0, 0.0, 201.0)


def test_each_notice_says_what_its_readers_need() -> None:
    about = {"order_id": "128", "table_number": 12, "customer": None}
    attempt = {**about, "payment_id": "7", "attempt": 2}
    money_of = {**attempt, "order_ids": ["128"], "amount": 150.0, "tip": 5.0}
    assert notice(EventType.ORDER_READY, order(), by="luis").data == about
    assert told(EventType.PAYMENT_APPROVED) == money_of
    assert told(EventType.PAYMENT_REJECTED) == {**money_of, "reason": "ilegible"}
    assert told(EventType.PAYMENT_VERIFICATION_PENDING) == {
        **money_of,
        "method": "transferencia",
        "total": 201.0,
        "action": "resubmitted",
        "reference": None,
        "warnings": [],
    }
    assert told(EventType.PAYMENT_SEEN) == {**money_of, "seen_by": None}
    assert told(EventType.PAYMENT_UNSEEN) == {
        **money_of,
        "method": "transferencia",
        "total": 201.0,
    }
    examined = replace(PAYMENT, examination=Examination.EXAMINED)
    assert told(EventType.PAYMENT_EXAMINED, examined) == {
        **attempt,
        "status": "examined",
        "reading": None,
        "warnings": [],
    }
    placed = notice(EventType.ORDER_PLACED, order(), by="ana")
    assert placed.data == order().wire(Role.KITCHEN)
    void = replace(order("anulado"), void_reason="se fueron")
    assert notice(EventType.ORDER_VOIDED, void, by="luis").data == {
        **about,
        "reason": "se fueron",
        "by": "luis",
    }


def told(kind: EventType, payment: Payment = PAYMENT) -> Wire:
    """What the notice says of a payment of one order."""
    return payment_notice(kind, payment, [order(payment=payment)]).data


def test_a_notice_of_several_orders_names_all_and_adds_their_totals() -> None:
    second = replace(order(), id=130, table_number=None, customer="Lupita")
    parts = (*PAYMENT.allocations, Allocation(130, 2000, (), None, "Lupita"))
    payment = replace(PAYMENT, allocations=parts)
    kind = EventType.PAYMENT_VERIFICATION_PENDING
    data = payment_notice(kind, payment, [order(payment=payment), second]).data
    assert (data["order_id"], data["order_ids"]) == ("128", ["128", "130"])
    assert (data["amount"], data["total"]) == (170.0, 402.0)


@pytest.mark.parametrize(("replaces", "action"), [(None, "submitted"), (6, "resubmitted")])
def test_cashiers_are_told_whether_a_proof_replaces_a_rejected_one(
    replaces: int | None, action: str
) -> None:
    data = told(
        EventType.PAYMENT_VERIFICATION_PENDING, replace(PAYMENT, attempt=2, replaces=replaces)
    )
    assert (data["attempt"], data["action"]) == (2, action)


def test_no_notice_needs_hiding_from_the_kitchen() -> None:
    about_orders = {EventType.ORDER_PLACED, EventType.ORDER_READY, EventType.ORDER_VOIDED}
    for kind in about_orders:
        assert notice(kind, order(), by="luis").redacted is None
    others = set(EventType) - about_orders - {EventType.ORDER_UPDATED, EventType.MENU_UPDATED}
    for kind in others:
        assert payment_notice(kind, PAYMENT, [order()]).redacted is None


def test_each_event_has_the_audience_that_was_meant() -> None:
    assert {
        kind.value: sorted(set(audience) - {Role.ADMIN}) for kind, audience in AUDIENCE.items()
    } == {
        "order_updated": ["cashier", "kitchen", "waiter"],
        "order_placed": ["kitchen"],
        "order_ready": ["waiter"],
        "payment_verification_pending": ["cashier"],
        "payment_rejected": ["waiter"],
        "payment_approved": ["waiter"],
        "order_voided": ["cashier", "kitchen", "waiter"],
        "menu_updated": ["cashier", "kitchen", "waiter"],
        "payment_seen": ["waiter"],
        "payment_unseen": ["cashier", "waiter"],
        "payment_examined": ["cashier", "waiter"],
        "deposit_arrived": ["cashier"],
        "deposit_tied": ["cashier"],
    }
    assert all(Role.ADMIN in audience for audience in AUDIENCE.values())


def test_a_payment_is_decided_once() -> None:
    with pytest.raises(PaymentAlreadyDecided, match="luis"):
        PAYMENT.decide(Verdict.APPROVED, None, "mara", NOW)


def test_money_and_times_have_one_form_on_the_wire() -> None:
    assert encode([money(18550), money(1), money(0)]) == "[185.5,0.01,0.0]"
    assert time(NOW) == "2026-11-28T20:41:00.000Z"
    assert encode({"nota": "sin\ncebolla ñ"}) == '{"nota":"sin\\ncebolla ñ"}'
