"""A day's decisions, read through indexes: the cost depends on that day alone."""

import json

from comanda.domain.days import Day, Decision, Report, Void, report
from comanda.domain.evidence import WarningType
from comanda.domain.orders import OrderStatus
from comanda.domain.payments import PaymentStatus
from comanda.store.database import Snapshot, from_millis, to_millis

DECISIONS = """
    SELECT payments.method, payments.status, payments.reason, payments.submitted_at,
        payments.decided_at, payments.warnings, orders.total
    FROM payments JOIN orders ON orders.id = payments.order_id
    WHERE payments.status IN (:approved, :rejected)
        AND payments.decided_at >= :start AND payments.decided_at < :end
"""
VOIDS = """
    SELECT void_reason, total FROM orders
    WHERE status = :voided AND updated_at >= :start AND updated_at < :end
"""


def of(view: Snapshot, day: Day) -> Report:
    """Return the day's report. A voided order never changes again: `updated_at` is its voiding."""
    span = {"start": to_millis(day.start), "end": to_millis(day.end)}
    verdicts = {"approved": PaymentStatus.APPROVED, "rejected": PaymentStatus.REJECTED}
    decisions = [
        Decision(
            method=row["method"],
            approved=row["status"] == PaymentStatus.APPROVED,
            reason=row["reason"],
            at=from_millis(row["decided_at"]),
            wait=max(0, row["decided_at"] - row["submitted_at"])
            / 1000,  # a clock may have been set back
            total=row["total"],
            warnings=tuple(
                WarningType(warning["type"]) for warning in json.loads(row["warnings"] or "[]")
            ),
        )
        for row in view.in_pieces(view.each(DECISIONS, span | verdicts))
    ]
    voids = [
        Void(row["void_reason"], row["total"])
        for row in view.in_pieces(view.each(VOIDS, span | {"voided": OrderStatus.VOIDED}))
    ]
    return report(day, decisions, voids)
