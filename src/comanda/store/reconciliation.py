"""Approved payments, and who found each in the bank's statement."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from comanda.domain.payments import PaymentStatus
from comanda.domain.reconciliation import ReconcilablePayment
from comanda.store import payments
from comanda.store.database import Snapshot, Transaction, to_millis

MOST = 30_000

_PAYMENTS = """
    SELECT payments.*, orders.table_number, orders.customer, (
        SELECT SUM(paid.total)
        FROM payment_allocations JOIN orders AS paid ON paid.id = payment_allocations.order_id
        WHERE payment_allocations.payment_id = payments.id
    ) AS total
    FROM payments JOIN orders ON orders.id = payments.order_id
    WHERE {chosen}
"""
_APPROVED = """
    payments.status = :approved
        AND payments.decided_at >= :start AND payments.decided_at < :end {method}
    ORDER BY payments.decided_at, payments.id LIMIT :limit
"""
_ONE = "payments.id = :id"
_TICK = """
    UPDATE payments SET reconciled_by = :reconciled_by, reconciled_at = :reconciled_at
    WHERE id = :id
"""


def approved(
    view: Snapshot, start: datetime, end: datetime, method: str | None = None
) -> list[ReconcilablePayment]:
    """Return the payments approved from `start` until before `end`, the earliest first.

    At most MOST + 1 payments: a list longer than MOST means too many.
    """
    chosen = _APPROVED.format(method="" if method is None else "AND payments.method = :method")
    values = {
        "approved": PaymentStatus.APPROVED,
        "start": to_millis(start),
        "end": to_millis(end),
        "method": method,
        "limit": MOST + 1,
    }
    return _from_rows(view, view.all(_PAYMENTS.format(chosen=chosen), values))


def find(view: Snapshot, payment_id: int) -> ReconcilablePayment | None:
    """Return the payment, approved or not, with its first order's place, or None."""
    rows = view.all(_PAYMENTS.format(chosen=_ONE), {"id": payment_id})
    return _from_rows(view, rows)[0] if rows else None


def tick(tx: Transaction, payment_id: int, by: str | None) -> None:
    """Store that `by` found the payment in the statement now; a `by` of None undoes that."""
    values = {
        "id": payment_id,
        "reconciled_by": by,
        "reconciled_at": None if by is None else to_millis(tx.now),
    }
    tx.run(_TICK, values)


def _from_rows(view: Snapshot, rows: Sequence[sqlite3.Row]) -> list[ReconcilablePayment]:
    return [
        ReconcilablePayment(
            payment,
            row["table_number"],
            row["customer"],
            row["total"],
            None if row["was_read"] is None else bool(row["was_read"]),
        )
        for payment, row in zip(payments.from_rows(view, rows), rows, strict=True)
    ]
