"""Approved payments beside the bank's statement: what was found in it, and what was not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from comanda.domain.errors import ValidationFailed
from comanda.domain.house import House
from comanda.domain.payments import Payment
from comanda.domain.wire import Wire, money

LONGEST = timedelta(days=93)


@dataclass(frozen=True, slots=True)
class Entry:
    """An approved payment with its order's table and total, in minor units."""

    payment: Payment
    table_number: int
    total: int

    @property
    def is_reconciled(self) -> bool:
        return self.payment.reconciled_at is not None

    def wire(self) -> Wire:
        """The `payment`, and `table_number` and `total` of its order."""
        return {
            **self.payment.wire(),
            "table_number": self.table_number,
            "total": money(self.total),
        }


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until before `end`, by the clock of `house`."""

    start: datetime
    end: datetime
    house: House


def totals(entries: Sequence[Entry]) -> list[Wire]:
    """`{method, count, total, count_reconciled, amount_reconciled}` of each method."""
    found = []
    for method in sorted({entry.payment.method for entry in entries}):
        mine = [entry for entry in entries if entry.payment.method == method]
        ticked = [entry for entry in mine if entry.is_reconciled]
        found.append(
            {
                "method": method,
                "count": len(mine),
                "total": money(sum(entry.total for entry in mine)),
                "count_reconciled": len(ticked),
                "amount_reconciled": money(sum(entry.total for entry in ticked)),
            }
        )
    return found


def period_of(
    first: date | datetime | None, last: date | datetime | None, house: House, now: datetime
) -> Period:
    """Raises ValidationFailed for one that ends before it begins, or is too long."""
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
