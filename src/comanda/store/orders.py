"""Orders. Only `place` and `save` change an order or its payment; both append the events."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from comanda.domain.errors import OrderNotFound
from comanda.domain.events import EventType
from comanda.domain.orders import Order, OrderItem, OrderStatus, notice, order_updated
from comanda.domain.payments import Examined, Payment, Submission
from comanda.store import events, payments, viewers
from comanda.store.database import Snapshot, Transaction, from_millis, to_millis

_INSERT = """
    INSERT INTO orders
        (table_number, status, payment_method, total, waiter, created_at, updated_at)
    VALUES (:table_number, :status, NULL, :total, :waiter, :now, :now)
"""
_INSERT_ITEM = """
    INSERT INTO order_items
        (order_id, position, product_id, name, quantity, unit_price, note)
    VALUES (:order_id, :position, :product_id, :name, :quantity, :unit_price, :note)
"""
_UPDATE = """
    UPDATE orders
    SET status = :status, payment_method = :payment_method, void_reason = :void_reason,
        waiter = :waiter, updated_at = :updated_at
    WHERE id = :id
"""
# The newest orders of one state, by an index: at most `limit` rows for each state.
_NEWEST = """
    SELECT id FROM orders WHERE status = :status {since} {before} ORDER BY id DESC LIMIT :limit
"""
# The log shows which orders the kitchen has begun, even if they went back a step since.
_BY_ID = """
    SELECT *, EXISTS (
        SELECT 1 FROM events
        WHERE events.order_id = orders.id AND events.status = 'en_preparacion'
    ) AS begun
    FROM orders WHERE id IN ({ids}) ORDER BY id DESC
"""
_WITH_LATE_WARNINGS = """
    SELECT order_id AS id FROM payments
    WHERE late_warnings IS NOT NULL AND order_id < :before ORDER BY order_id DESC LIMIT :limit
"""
_AFTER_ALL = 2**63 - 1  # above every id
_EXISTS = "SELECT 1 FROM orders WHERE id = :id"
_ITEMS = "SELECT * FROM order_items WHERE order_id IN ({ids}) ORDER BY order_id, position"
_COUNT = "SELECT COUNT(*) AS count FROM orders WHERE status = :status"
_PAYMENTS = "SELECT * FROM payments WHERE order_id IN ({ids}) ORDER BY order_id, attempt"


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """The orders to list, newest first: changed at or after `since`, with an id below `before`.

    With `with_late_warnings`, the orders with a payment that has late warnings, in any state.
    """

    statuses: Sequence[OrderStatus]
    since: datetime | None = None
    before: int | None = None
    limit: int = 500
    with_late_warnings: bool = False


def place(
    tx: Transaction, table_number: int, items: Sequence[OrderItem], kind: EventType | None, by: str
) -> Order:
    """Store a new order, `pendiente`, with its events."""
    values = {
        "table_number": table_number,
        "status": OrderStatus.PENDING,
        "total": sum(item.quantity * item.unit_price for item in items),
        "waiter": by,
        "now": to_millis(tx.now),
    }
    order_id = tx.insert(_INSERT, values)
    for position, item in enumerate(items):
        _insert_item(tx, order_id, position, item)
    order = require(tx, order_id)
    _announce(tx, order, kind, by)
    return order


def _insert_item(tx: Transaction, order_id: int, position: int, item: OrderItem) -> None:
    tx.run(
        _INSERT_ITEM,
        {
            "order_id": order_id,
            "position": position,
            "product_id": item.product_id,
            "name": item.name,
            "quantity": item.quantity,
            "unit_price": item.unit_price,
            "note": item.note,
        },
    )


def save(
    tx: Transaction,
    order: Order,
    kind: EventType | None,
    by: str,
    payment: Payment | Submission | Examined | None = None,
) -> Order:
    """Store an order's new state with its events: `order_updated` first, then the notice.

    `payment`, a new or changed attempt to pay the order, is stored with the order; only this
    function stores payments. The notice is about this attempt, which may be an earlier attempt
    than the order's latest. Returns the order as stored.
    """
    about = order
    if payment is not None:
        about = replace(order, payment=payments.store(tx, order, payment, by))
        order = _with_latest(order, about)
    tx.run(
        _UPDATE,
        {
            "id": order.id,
            "status": order.status,
            "payment_method": order.payment_method,
            "void_reason": order.void_reason,
            "waiter": order.waiter,
            "updated_at": to_millis(order.updated_at),
        },
    )
    _announce(tx, order, kind, by, about)
    return order


def _with_latest(before: Order, after: Order) -> Order:
    """Return the order with the later of its two attempts; the same attempt counts as changed."""
    if before.payment is None or after.payment is None:
        return after
    return after if after.payment.attempt >= before.payment.attempt else before


def notify(tx: Transaction, order: Order, kind: EventType, by: str) -> None:
    """Append a notice about an order without changing the order."""
    events.append(tx, order.id, order.status, [notice(kind, order, by)], by)


def leave_payment(tx: Transaction, username: str) -> None:
    """Store that a member shows no payment any more; append an event for the payment's order."""
    payment_id = viewers.payment_of(tx, username)
    viewers.remove(tx, username)
    if payment_id is not None:
        save(tx, require(tx, payments.require(tx, payment_id).order_id), None, by=username)


def _announce(
    tx: Transaction, order: Order, kind: EventType | None, by: str, about: Order | None = None
) -> None:
    """Append `order_updated`, and the notice of type `kind` about `about`, which is `order`."""
    order_events = [order_updated(order)]
    if kind is not None:
        order_events.append(notice(kind, about or order, by))
    events.append(tx, order.id, order.status, order_events, by)


def require(view: Snapshot, order_id: int) -> Order:
    """Return the order with its items and latest payment. Raises OrderNotFound."""
    rows = list(_where_id_in(view, _BY_ID, [order_id]))
    if not rows:
        raise OrderNotFound
    return _complete(view, rows)[0]


def require_id(view: Snapshot, order_id: int) -> int:
    """Return `order_id`. Raises OrderNotFound if no order has it."""
    if view.one(_EXISTS, {"id": order_id}) is None:
        raise OrderNotFound
    return order_id


def find_all(view: Snapshot, order_filter: OrderFilter) -> list[Order]:
    """Return the orders that `order_filter` describes."""
    find = _with_late_warnings if order_filter.with_late_warnings else _in_states
    ids = sorted(set(find(view, order_filter)), reverse=True)[: order_filter.limit]
    return _complete(view, list(_where_id_in(view, _BY_ID, ids)))


def _with_late_warnings(view: Snapshot, order_filter: OrderFilter) -> Iterator[int]:
    before = _AFTER_ALL if order_filter.before is None else order_filter.before
    values = {"before": before, "limit": order_filter.limit}
    return (row["id"] for row in view.all(_WITH_LATE_WARNINGS, values))


def _in_states(view: Snapshot, order_filter: OrderFilter) -> Iterator[int]:
    sql = _NEWEST.format(
        since="" if order_filter.since is None else "AND updated_at >= :since",
        before="" if order_filter.before is None else "AND id < :before",
    )
    values = {
        "since": order_filter.since and to_millis(order_filter.since),
        "before": order_filter.before,
        "limit": order_filter.limit,
    }
    newest = (view.all(sql, {**values, "status": status}) for status in order_filter.statuses)
    return (row["id"] for rows in newest for row in rows)


def count_by_status(view: Snapshot) -> dict[str, int]:
    """Return status → number of orders, counted in an index."""
    counts = ((status, view.one(_COUNT, {"status": status})) for status in OrderStatus)
    return {status: row["count"] for status, row in counts if row is not None}


def _complete(view: Snapshot, rows: Sequence[sqlite3.Row]) -> list[Order]:
    ids = [row["id"] for row in rows]
    items = _items(view, ids)
    latest = _latest_payments(view, ids)
    return [
        _from_row(row, items.get(row["id"], []), latest.get(row["id"]))
        for row in view.in_pieces(rows)
    ]


def _items(view: Snapshot, ids: Sequence[int]) -> dict[int, list[OrderItem]]:
    items_of: dict[int, list[OrderItem]] = {}
    for row in view.in_pieces(_where_id_in(view, _ITEMS, ids)):
        item = OrderItem(
            product_id=row["product_id"],
            name=row["name"],
            quantity=row["quantity"],
            unit_price=row["unit_price"],
            note=row["note"],
        )
        items_of.setdefault(row["order_id"], []).append(item)
    return items_of


def _latest_payments(view: Snapshot, ids: Sequence[int]) -> dict[int, Payment]:
    all_payments = payments.from_rows(view, _where_id_in(view, _PAYMENTS, ids))
    return {payment.order_id: payment for payment in all_payments}


def _where_id_in(view: Snapshot, sql: str, ids: Sequence[int]) -> Iterable[sqlite3.Row]:
    if not ids:
        return []
    values = {f"id{number}": order_id for number, order_id in enumerate(ids)}
    return view.all(sql.format(ids=", ".join(f":{name}" for name in values)), values)


def _from_row(row: sqlite3.Row, items: Sequence[OrderItem], payment: Payment | None) -> Order:
    return Order(
        id=row["id"],
        table_number=row["table_number"],
        status=OrderStatus(row["status"]),
        payment_method=row["payment_method"],
        items=tuple(items),
        waiter=row["waiter"],
        payment=payment,
        created_at=from_millis(row["created_at"]),
        updated_at=from_millis(row["updated_at"]),
        void_reason=row["void_reason"],
        begun=bool(row["begun"]),
    )
