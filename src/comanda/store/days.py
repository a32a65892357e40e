"""A day's decisions and paid orders, read through indexes: the cost depends on that day alone."""

import json
import sqlite3
from collections.abc import Mapping

from comanda.domain.days import (
    Day,
    Decision,
    OpenOrder,
    PaidDish,
    PaidOrders,
    Report,
    Tally,
    Void,
    report,
)
from comanda.domain.deposits import DepositSource
from comanda.domain.evidence import WarningType
from comanda.domain.orders import OPEN_STATUSES, OrderStatus
from comanda.domain.payments import PaymentStatus
from comanda.store import staff
from comanda.store.database import Snapshot, from_millis, to_millis

DECISIONS = """
    SELECT payments.method, payments.status, payments.reason, payments.submitted_at,
        payments.decided_at, payments.approved_at, payments.warnings, payments.tip,
        payments.waiter, payments.was_read, payments.to_account, (
            SELECT SUM(amount) FROM payment_allocations WHERE payment_id = payments.id
        ) AS amount, deposits.source AS deposit_source, deposits.is_day, deposits.received_at
    FROM payments LEFT JOIN deposits ON deposits.payment_id = payments.id
    WHERE payments.status IN (:approved, :rejected)
        AND payments.decided_at >= :start AND payments.decided_at < :end
"""
# Of the day on which they were approved, whose sales have lost them, and of that of the reopening.
REOPENED = """
    SELECT reason, (
        SELECT SUM(amount) FROM payment_allocations WHERE payment_id = payments.id
    ) AS amount
    FROM payments
    WHERE status = :rejected AND approved_at IS NOT NULL AND (
        (approved_at >= :start AND approved_at < :end)
        OR (decided_at >= :start AND decided_at < :end)
    )
"""
A_DEPOSIT = "SELECT 1 FROM deposits WHERE at >= :start AND at < :end LIMIT 1"
VOIDS = """
    SELECT void_reason, total FROM orders
    WHERE status = :voided AND updated_at >= :start AND updated_at < :end
"""
# A paid order keeps the time at which it became paid, until an administrator reopens a payment.
PAID_DISHES = """
    SELECT order_items.name, products.category,
        SUM(quantity) AS count, SUM(quantity * unit_price) AS total
    FROM orders
        JOIN order_items ON order_items.order_id = orders.id
        JOIN products ON products.id = order_items.product_id
    WHERE orders.status = :paid AND orders.updated_at >= :start AND orders.updated_at < :end
    GROUP BY order_items.name, products.category
"""
# Dishes that were taken off before a void would else be told nowhere: a void counts what was left.
REMOVED_DISHES = """
    SELECT name, SUM(removed) AS count, SUM(removed * unit_price) AS total
    FROM orders JOIN order_items ON order_items.order_id = orders.id
    WHERE orders.status IN (:paid, :voided) AND removed > 0
        AND orders.updated_at >= :start AND orders.updated_at < :end
    GROUP BY name
"""
# Of orders that are never paid nor voided, too: they stay open with what was left.
REMOVED_OF_OPEN = """
    SELECT name, SUM(removed) AS count, SUM(removed * unit_price) AS total
    FROM orders JOIN order_items ON order_items.order_id = orders.id
    WHERE orders.status = :status AND removed > 0
    GROUP BY name
"""
PAID_BY_WAITER = """
    SELECT waiter, COUNT(*) AS count, SUM(total) AS total FROM orders
    WHERE status = :paid AND updated_at >= :start AND updated_at < :end GROUP BY waiter
"""
# CROSS JOIN keeps SQLite from beginning with all payments that were ever approved.
OPEN = """
    SELECT table_number, customer_key, total, (
        SELECT SUM(amount) FROM payment_allocations CROSS JOIN payments
        WHERE payment_allocations.order_id = orders.id AND payments.id = payment_id
            AND payments.status = :approved
    ) AS paid, (
        SELECT SUM(amount) FROM payment_allocations CROSS JOIN payments
        WHERE payment_allocations.order_id = orders.id AND payments.id = payment_id
            AND payments.status = :pending
    ) AS waiting
    FROM orders WHERE status = :status
"""


def of(view: Snapshot, day: Day, *, has_bank_phone: bool = False) -> Report:
    """Return the day's report. A voided order never changes again: `updated_at` is its voiding.

    It tells of deposits if the house has a bank phone, or if there is any deposit of the day.
    """
    names = staff.names(view)
    span = {"start": to_millis(day.start), "end": to_millis(day.end)}
    verdicts = {"approved": PaymentStatus.APPROVED, "rejected": PaymentStatus.REJECTED}
    decisions = [
        _decision(row, names) for row in view.in_pieces(view.each(DECISIONS, span | verdicts))
    ]
    voids = [
        Void(row["void_reason"], row["total"])
        for row in view.in_pieces(view.each(VOIDS, span | {"voided": OrderStatus.VOIDED}))
    ]
    open_orders = _open_orders(view) if day.start <= view.now < day.end else None
    paid_orders = _paid_orders(view, span, names)
    removed = _removed(view, span)
    if open_orders is not None:
        removed += _removed_of_open(view)
    return report(
        day,
        decisions,
        voids,
        paid_orders,
        open_orders,
        removed,
        _reopened(view, span),
        tells_deposits=has_bank_phone or view.one(A_DEPOSIT, span) is not None,
    )


def _decision(row: sqlite3.Row, names: Mapping[str, str]) -> Decision:
    return Decision(
        method=row["method"],
        approved=row["status"] == PaymentStatus.APPROVED,
        reason=row["reason"],
        at=from_millis(row["decided_at"]),
        wait=_wait(row),
        total=row["amount"],
        warnings=tuple(WarningType(one["type"]) for one in json.loads(row["warnings"] or "[]")),
        tip=row["tip"],
        waiter=names[row["waiter"]],
        was_read=None if row["was_read"] is None else bool(row["was_read"]),
        to_account=bool(row["to_account"]),
        has_deposit=row["deposit_source"] is not None,
        arrival=_arrival(row),
    )


def _arrival(row: sqlite3.Row) -> float | None:
    """Return the seconds from the proof to the deposit; None without a notice that told a time."""
    if row["deposit_source"] != DepositSource.NOTICE or row["is_day"]:
        return None
    received_at: int = row["received_at"]
    submitted_at: int = row["submitted_at"]
    return max(0, received_at - submitted_at) / 1000  # the money may come before the proof


def _wait(row: sqlite3.Row) -> float:
    """Return the seconds until the first verdict: a reopened payment was approved before."""
    first_at: int = row["approved_at"] or row["decided_at"]
    submitted_at: int = row["submitted_at"]
    return max(0, first_at - submitted_at) / 1000  # a clock may have been set back


def _paid_orders(view: Snapshot, span: Mapping[str, int], names: Mapping[str, str]) -> PaidOrders:
    paid = {**span, "paid": OrderStatus.PAID}
    dishes = [PaidDish(**row) for row in view.all(PAID_DISHES, paid)]
    tallies = [
        Tally(names[row["waiter"]], row["count"], row["total"])
        for row in view.all(PAID_BY_WAITER, paid)
    ]
    by_waiter = sorted(tallies, key=lambda tally: (-tally.total, tally.name))
    return PaidOrders(dishes, by_waiter)


def _removed(view: Snapshot, span: Mapping[str, int]) -> list[Tally]:
    final = {**span, "paid": OrderStatus.PAID, "voided": OrderStatus.VOIDED}
    return [Tally(**row) for row in view.all(REMOVED_DISHES, final)]


def _removed_of_open(view: Snapshot) -> list[Tally]:
    rows = (view.all(REMOVED_OF_OPEN, {"status": status}) for status in OPEN_STATUSES)
    return [Tally(**row) for tallies in rows for row in tallies]


def _reopened(view: Snapshot, span: Mapping[str, int]) -> list[tuple[str, int]]:
    rows = view.all(REOPENED, {**span, "rejected": PaymentStatus.REJECTED})
    return [(row["reason"], row["amount"]) for row in rows]


def _open_orders(view: Snapshot) -> list[OpenOrder]:
    values = {"approved": PaymentStatus.APPROVED, "pending": PaymentStatus.PENDING}
    return [
        OpenOrder(
            bill=f"{row['table_number']} {row['customer_key']}",
            total=row["total"],
            paid=row["paid"] or 0,
            waiting=row["waiting"] or 0,
        )
        for status in OPEN_STATUSES
        for row in view.in_pieces(view.each(OPEN, values | {"status": status}))
    ]
