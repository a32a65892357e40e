"""An attempt to pay, and the one verdict that it gets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from comanda.domain.errors import PaymentAlreadyDecided
from comanda.domain.payments import Allocation, PaidItem, Payment, PaymentStatus, Verdict

NOW = datetime(2026, 11, 28, 20, 41, tzinfo=UTC)
LATER = NOW + timedelta(minutes=3)
ATTEMPT = Payment(
    id=7,
    order_id=128,
    attempt=2,
    method="transferencia",
    status=PaymentStatus.PENDING,
    reason=None,
    has_proof=True,
    submitted_by="ana",
    submitted_at=NOW,
    allocations=(
        Allocation(128, 15000, (PaidItem(1, 2),), 12),
        Allocation(131, 3550, (), None, "Lupita"),
    ),
    tip=1450,
    tendered=22000,
)


@pytest.mark.parametrize(
    ("verdict", "reason", "status"),
    [(Verdict.APPROVED, None, "aprobado"), (Verdict.REJECTED, "ilegible", "rechazado")],
)
def test_a_verdict_says_what_who_why_and_when(
    verdict: Verdict, reason: str | None, status: str
) -> None:
    decided = ATTEMPT.decide(verdict, reason, "luis", LATER)
    assert (decided.status, decided.reason) == (status, reason)
    assert (decided.decided_by, decided.decided_at) == ("luis", LATER)


def test_a_verdict_leaves_what_was_submitted_as_it_was() -> None:
    decided = ATTEMPT.decide(Verdict.REJECTED, "ilegible", "luis", LATER)
    undone = replace(
        decided, status=PaymentStatus.PENDING, reason=None, decided_by=None, decided_at=None
    )
    assert undone == ATTEMPT


@pytest.mark.parametrize("first", list(Verdict))
@pytest.mark.parametrize("second", list(Verdict))
def test_no_verdict_follows_another_and_the_refusal_names_who_was_first(
    first: Verdict, second: Verdict
) -> None:
    decided = ATTEMPT.decide(first, None, "luis", LATER)
    with pytest.raises(PaymentAlreadyDecided, match="luis"):
        decided.decide(second, None, "mara", LATER)


def test_an_attempt_that_waits_has_no_verdict_on_the_wire() -> None:
    assert ATTEMPT.wire() == {
        "id": "7",
        "order_id": "128",
        "attempt": 2,
        "method": "transferencia",
        "status": "por_verificar",
        "reason": None,
        "has_proof": True,
        "submitted_by": "ana",
        "submitted_at": "2026-11-28T20:41:00.000Z",
        "decided_by": None,
        "decided_at": None,
        "reference": None,
        "amount": 185.5,
        "tip": 14.5,
        "tendered": 220.0,
        "change": 20.0,
        "replaces": None,
        "orders": [
            {
                "order_id": "128",
                "table_number": 12,
                "customer": None,
                "amount": 150.0,
                "items": [{"position": 1, "quantity": 2}],
            },
            {
                "order_id": "131",
                "table_number": None,
                "customer": "Lupita",
                "amount": 35.5,
                "items": [],
            },
        ],
        "warnings": [],
        "seen_by": None,
        "seen_at": None,
        "seen_in_account": None,
        "reconciled_by": None,
        "reconciled_at": None,
        "viewers": [],
        "examination": None,
        "examined_at": None,
        "late_warnings": [],
        "reading": None,
        "former_claims": [],
        "deposit": None,
        "checked": None,
    }


def test_a_rejected_attempt_shows_its_verdict_on_the_wire() -> None:
    decided = ATTEMPT.decide(Verdict.REJECTED, "ilegible", "luis", LATER)
    assert decided.wire() == ATTEMPT.wire() | {
        "status": "rechazado",
        "reason": "ilegible",
        "decided_by": "luis",
        "decided_at": "2026-11-28T20:44:00.000Z",
    }


def test_every_verdict_is_a_state_that_a_payment_can_be_in() -> None:
    assert {status.value for status in PaymentStatus} == {
        "por_verificar",
        "retirado",
        *(verdict.value for verdict in Verdict),
    }
