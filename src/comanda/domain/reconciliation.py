"""Approved payments beside the bank's word: which were found in it, and which not."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from comanda.domain.days import Tally, count_readings, count_warnings
from comanda.domain.deposits import Checked, Deposit, TieRule
from comanda.domain.errors import ValidationFailed
from comanda.domain.house import House
from comanda.domain.payments import Payment, PaymentStatus
from comanda.domain.wire import Wire, money

LONGEST = timedelta(days=93)


@dataclass(frozen=True, slots=True)
class ReconcilablePayment:
    """An approved payment with its first order's place, and the total of all its orders.

    `total` in minor units. `was_read` is whether a field of its proof was read, or None if nothing
    looked for one.
    """

    payment: Payment
    table_number: int | None
    customer: str | None
    total: int
    was_read: bool | None = None

    @property
    def arrives(self) -> int:
        """What the bank's statement shows, in minor units: the amount with the tip."""
        return self.payment.arrives

    def changed(self, payment: Payment) -> "ReconcilablePayment":
        """The same with its payment changed."""
        return ReconcilablePayment(
            payment, self.table_number, self.customer, self.total, self.was_read
        )

    @property
    def is_reconciled(self) -> bool:
        return self.payment.reconciled_at is not None

    @property
    def was_untied(self) -> bool:
        """Whether the bank's word by which the payment was approved has been taken from it since.

        To approve a payment by another guest's deposit, a thief at the till ties the two, and then
        gives the deposit back to its own payment.
        """
        payment = self.payment
        return (
            payment.status is PaymentStatus.APPROVED
            and payment.checked in (Checked.NOTICE, Checked.STATEMENT)
            and payment.deposit is None
        )

    def wire(self) -> Wire:
        """The `payment`, its first order's `table_number` and `customer`, its orders' `total`.

        `to_account` and `was_untied` tell how it stands beside the bank's word.
        """
        return {
            **self.payment.wire(),
            "table_number": self.table_number,
            "customer": self.customer,
            "total": money(self.total),
            "to_account": self.payment.to_account,
            "was_untied": self.was_untied,
        }


def findings(approved_payments: Sequence[ReconcilablePayment]) -> Wire:
    """Return `{readings, warnings}`: how many proofs were read, and what was approved all the same.

    They are counted as those of a day.
    """
    warnings = count_warnings(
        ([warning.type for warning in one.payment.warnings], one.payment.reason, True)
        for one in approved_payments
    )
    return {
        "readings": count_readings(one.was_read for one in approved_payments).wire(),
        "warnings": [warned.wire() for warned in warnings],
    }


def sides(
    approved_payments: Sequence[ReconcilablePayment], untied_deposits: Iterable[Deposit]
) -> Wire:
    """Return `{tied, without_deposit, was_untied, without_payment}`, each `{count, total}`.

    They are the payments whose money comes to the account, with a deposit and without (`was_untied`
    counts those of the latter that were approved by a deposit), and the deposits without a payment.
    `tied` tells `by_rule`, too, the strongest rule first.
    """
    to_account = [one for one in approved_payments if one.payment.to_account]
    lonely = [one for one in to_account if one.payment.deposit is None]
    tied: dict[TieRule, list[int]] = defaultdict(list)
    for one in to_account:
        deposit = one.payment.deposit
        if deposit is not None and deposit.tie is not None:
            tied[deposit.tie.rule].append(one.arrives)
    by_rule = [_tally(rule.value, tied[rule]) for rule in TieRule if rule in tied]
    whole = _tally("", (amount for amounts in tied.values() for amount in amounts))
    return {
        "tied": {**whole.total_wire(), "by_rule": [tally.wire("rule") for tally in by_rule]},
        "without_deposit": _tally("", (one.arrives for one in lonely)).total_wire(),
        "was_untied": _tally(
            "", (one.arrives for one in approved_payments if one.was_untied)
        ).total_wire(),
        "without_payment": _tally("", (one.amount for one in untied_deposits)).total_wire(),
    }


def _tally(name: str, amounts: Iterable[int]) -> Tally:
    units = list(amounts)
    return Tally(name, len(units), sum(units))


@dataclass(frozen=True, slots=True)
class Period:
    """The time from `start` until before `end`, by the clock of `house`."""

    start: datetime
    end: datetime
    house: House


def totals(approved_payments: Sequence[ReconcilablePayment]) -> list[Wire]:
    """Return `{method, count, total, tips, count_reconciled, amount_reconciled}` of each method.

    The totals are what arrives: amounts with their tips, which `tips` adds up besides.
    """
    sums = []
    for method in sorted({approved.payment.method for approved in approved_payments}):
        of_method = [
            approved for approved in approved_payments if approved.payment.method == method
        ]
        ticked_payments = [approved for approved in of_method if approved.is_reconciled]
        sums.append(
            {
                "method": method,
                "count": len(of_method),
                "total": money(sum(approved.arrives for approved in of_method)),
                "tips": money(sum(approved.payment.tip for approved in of_method)),
                "count_reconciled": len(ticked_payments),
                "amount_reconciled": money(sum(approved.arrives for approved in ticked_payments)),
            }
        )
    return sums


def period_of(
    first: date | datetime | None, last: date | datetime | None, house: House, now: datetime
) -> Period:
    """The requested period; a date means its whole day, no date today. Raises ValidationFailed."""
    try:
        first = first or house.day_of(now)
        last = last or (house.day_of(first) if isinstance(first, datetime) else first)
        start = first if isinstance(first, datetime) else house.start_of(first)
        end = last if isinstance(last, datetime) else house.start_of(last + timedelta(days=1))
    except OverflowError as error:
        raise ValidationFailed({"from": ["No es válido"]}) from error
    if end <= start:
        raise ValidationFailed({"to": ["El final va después del principio"]})
    if end - start > LONGEST:
        raise ValidationFailed({"to": [f"Pide {LONGEST.days} días a lo más"]})
    return Period(start, end, house)
