"""What was approved beside what arrived: the two sides, what is tied, and what was untied."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from comanda.domain.deposits import Checked, Deposit, DepositSource, Tie, TieRule
from comanda.domain.payments import Allocation, Payment, PaymentStatus
from comanda.domain.reconciliation import ReconcilablePayment, sides

NOW = datetime(2026, 11, 28, 20, 41, tzinfo=UTC)
NOTHING = {"count": 0, "total": 0.0}


def approved(
    amount: int, rule: TieRule | None = None, checked: Checked | None = None
) -> ReconcilablePayment:
    """An approved transfer, tied by this rule."""
    deposit = None
    if rule is not None:
        tie = Tie(payment_id=1, rule=rule)
        deposit = Deposit(1, DepositSource.NOTICE, amount, NOW, NOW, tie=tie)
    payment = Payment(
        id=1,
        order_id=1,
        attempt=1,
        method="transferencia",
        status=PaymentStatus.APPROVED,
        reason=None,
        has_proof=True,
        submitted_by="ana",
        submitted_at=NOW,
        allocations=(Allocation(1, amount),),
        to_account=True,
        checked=checked,
        deposit=deposit,
    )
    return ReconcilablePayment(payment, 12, None, amount)


def test_rules_are_told_the_strongest_first_and_add_up() -> None:
    payments = [
        approved(100, TieRule.HAND),
        approved(2050, TieRule.REFERENCE),
        approved(50, TieRule.REFERENCE),
        approved(9900),
    ]
    found = sides(payments, [Deposit(2, DepositSource.STATEMENT, 799, NOW, NOW)])
    assert found == {
        "tied": {
            "count": 3,
            "total": 22.0,
            "by_rule": [
                {"rule": "referencia", "count": 2, "total": 21.0},
                {"rule": "mano", "count": 1, "total": 1.0},
            ],
        },
        "without_deposit": {"count": 1, "total": 99.0},
        "was_untied": NOTHING,
        "without_payment": {"count": 1, "total": 7.99},
    }


def test_a_payment_whose_money_comes_elsewhere_is_on_no_side() -> None:
    cash = approved(100)
    cash = cash.changed(replace(cash.payment, method="efectivo", to_account=False))
    found = sides([cash], [])
    assert found["without_deposit"] == NOTHING
    assert found["tied"] == NOTHING | {"by_rule": []}


@pytest.mark.parametrize("checked", [None, *Checked])
@pytest.mark.parametrize("rule", [None, TieRule.AMOUNT])
@pytest.mark.parametrize("status", [PaymentStatus.APPROVED, PaymentStatus.REJECTED])
def test_only_an_approval_by_a_deposit_that_is_gone_stands_out(
    checked: Checked | None, rule: TieRule | None, status: PaymentStatus
) -> None:
    payment = approved(100, rule, checked)
    payment = payment.changed(replace(payment.payment, status=status))
    was_by_deposit = checked in (Checked.NOTICE, Checked.STATEMENT)
    is_approved = status is PaymentStatus.APPROVED
    assert payment.was_untied == (is_approved and was_by_deposit and rule is None)
