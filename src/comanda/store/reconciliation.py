"""Approved payments beside the bank's statement: what was found in it, and what was not."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from comanda.domain.payments import Payment, PaymentStatus
from comanda.domain.wire import Wire, money
from comanda.store import payments
from comanda.store.database import Snapshot, Transaction, to_millis

MOST = 30_000

_APPROVED = """
    SELECT payments.*, orders.table_number, orders.total
    FROM payments JOIN orders ON orders.id = payments.order_id
    WHERE payments.status = :approved
        AND payments.decided_at >= :start AND payments.decided_at < :end {method}
    ORDER BY payments.decided_at, payments.id LIMIT :limit
"""
_ONE = """
    SELECT payments.*, orders.table_number, orders.total
    FROM payments JOIN orders ON orders.id = payments.order_id
    WHERE payments.id = :id
"""
_TICK = """
    UPDATE payments SET reconciled_by = :reconciled_by, reconciled_at = :reconciled_at
    WHERE id = :id
"""


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


def approved(
    view: Snapshot, start: datetime, end: datetime, method: str | None = None
) -> list[Entry]:
    """What was approved from `start` until before `end`, the first one first.

    One more than `MOST` tells that there are too many.
    """
    sql = _APPROVED.format(method="" if method is None else "AND payments.method = :method")
    values = {
        "approved": PaymentStatus.APPROVED,
        "start": to_millis(start),
        "end": to_millis(end),
        "method": method,
        "limit": MOST + 1,
    }
    return [_from_row(row) for row in view.in_pieces(view.each(sql, values))]


def entry(view: Snapshot, payment_id: int) -> Entry | None:
    """The payment with its order, approved or not."""
    row = view.one(_ONE, {"id": payment_id})
    return None if row is None else _from_row(row)


def tick(tx: Transaction, payment_id: int, by: str | None) -> None:
    """Store who found the payment in the statement, and that it was now; None takes it back."""
    values = {
        "id": payment_id,
        "reconciled_by": by,
        "reconciled_at": None if by is None else to_millis(tx.now),
    }
    tx.run(_TICK, values)


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


def _from_row(row: sqlite3.Row) -> Entry:
    return Entry(payments.from_row(row), row["table_number"], row["total"])
