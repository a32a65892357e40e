"""Orders. Only `place` and the `save…` functions change an order or a payment, with the events."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from comanda.domain.deposits import Deposit
from comanda.domain.errors import OrderNotFound
from comanda.domain.events import Event, EventType
from comanda.domain.names import fold
from comanda.domain.orders import (
    Order,
    OrderItem,
    OrderStatus,
    Place,
    deposit_notice,
    notice,
    order_updated,
    payment_notice,
)
from comanda.domain.payments import Corrected, Examined, Payment, Submission
from comanda.store import deposits, events, payments, ties, viewers
from comanda.store.database import Snapshot, Transaction, from_millis, to_millis
from comanda.store.ties import Changes

_INSERT = """
    INSERT INTO orders
        (table_number, customer, customer_key, round, status, payment_method, total, waiter,
         created_at, updated_at)
    VALUES (:table_number, :customer, :customer_key, :round, :status, NULL, :total, :waiter,
            :now, :now)
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
_UPDATE_PLACE = """
    UPDATE orders
    SET table_number = :table_number, customer = :customer, customer_key = :customer_key,
        round = :round
    WHERE id = :id
"""
_UPDATE_TOTAL = "UPDATE orders SET total = :total WHERE id = :id"
_UPDATE_ITEM = """
    UPDATE order_items
    SET quantity = :quantity, removed = :removed, removed_reason = :removed_reason
    WHERE order_id = :order_id AND position = :position
"""
_LAST_ROUND_OF_TABLE = """
    SELECT MAX(round) AS round FROM orders
    WHERE table_number = :table_number AND id <> :id AND status NOT IN ('pagado', 'anulado')
"""
_LAST_ROUND_OF_CUSTOMER = """
    SELECT MAX(round) AS round FROM orders
    WHERE customer_key = :customer_key AND id <> :id AND status NOT IN ('pagado', 'anulado')
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
    tx: Transaction, where: Place, items: Sequence[OrderItem], kind: EventType | None, by: str
) -> Order:
    """Store a new order, `pendiente`, with its events."""
    values = {
        **_place_values(where, next_round(tx, where)),
        "status": OrderStatus.PENDING,
        "total": sum(item.quantity * item.unit_price for item in items),
        "waiter": by,
        "now": to_millis(tx.now),
    }
    order_id = tx.insert(_INSERT, values)
    for position, item in enumerate(items):
        _insert_item(tx, order_id, position, item)
    order = require(tx, order_id)
    _announce(tx, [order], [notice(kind, order, by)] if kind else [], by)
    return order


def next_round(view: Snapshot, where: Place, besides: int = 0) -> int:
    """Return the round of the next order at a place, counted without the order `besides`."""
    sql = _LAST_ROUND_OF_CUSTOMER if where.table_number is None else _LAST_ROUND_OF_TABLE
    row = view.one(sql, {**_place_values(where, 0), "id": besides})
    return 1 + ((row and row["round"]) or 0)


def _place_values(where: Place, round_number: int) -> dict[str, str | int | None]:
    return {
        "table_number": where.table_number,
        "customer": where.customer,
        "customer_key": None if where.customer is None else fold(where.customer),
        "round": round_number,
    }


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


def save(tx: Transaction, order: Order, kind: EventType | None, by: str) -> Order:
    """Store an order's new state with its events: `order_updated` first, then the notice."""
    _update(tx, order)
    _announce(tx, [order], [notice(kind, order, by)] if kind else [], by)
    return order


def save_place(tx: Transaction, order: Order, by: str) -> Order:
    """Store an order's new place, and tell of every order that shares a payment with the order.

    A payment names the places of all its orders, so that each of these orders tells another place.
    """
    tx.run(_UPDATE_PLACE, {**_place_values(order.place, order.round), "id": order.id})
    moved_order = require(tx, order.id)
    paid_ids = {paid_id for payment in moved_order.payments for paid_id in payment.order_ids}
    _announce(tx, require_all(tx, sorted({order.id, *paid_ids})), [], by)
    return moved_order


def save_items(tx: Transaction, order: Order, by: str) -> Order:
    """Store an order's corrected lines, and its total, with the event."""
    for position, item in enumerate(order.items):
        values = {
            "order_id": order.id,
            "position": position,
            "quantity": item.quantity,
            "removed": item.removed,
            "removed_reason": item.removed_reason,
        }
        tx.run(_UPDATE_ITEM, values)
    tx.run(_UPDATE_TOTAL, {"id": order.id, "total": order.total})
    return save(tx, order, None, by)


def save_payment(
    tx: Transaction,
    payment: Payment | Submission | Examined | Corrected,
    kind: EventType | None,
    by: str,
    paid_orders: Sequence[Order] | None = None,
) -> list[Order]:
    """Store a payment, new or changed, with the state that it gives to its orders, and the events.

    Only this function stores payments. Every order that the payment pays gets its `order_updated`;
    the notice of type `kind` comes last. `paid_orders` are these orders, if the caller has them;
    those that a corrected payment paid before.
    Returns the orders as stored, the oldest first.
    """
    if paid_orders is None:
        changed = payment.payment if isinstance(payment, Examined | Corrected) else payment
        paid_orders = require_all(tx, [part.order_id for part in changed.allocations])
    stored_payment = payments.store(tx, payment, by, paid_orders)
    changes = ties.follow(tx, stored_payment, by, is_sought=not isinstance(payment, Payment))
    if stored_payment.id in changes.payment_ids:
        own_deposit = deposits.of_payments(tx, [stored_payment.id]).get(stored_payment.id)
        stored_payment = stored_payment.with_deposit(own_deposit)
    orders = [order.after(stored_payment, tx.now) for order in paid_orders]
    for order in orders:
        _update(tx, order)
    if changes.payment_ids - {stored_payment.id}:  # these orders may have the others, too
        orders = require_all(tx, [order.id for order in orders])
    others = _concerned(tx, changes, besides=orders)
    notices = [payment_notice(kind, stored_payment, orders)] if kind else []
    _announce(tx, [*orders, *others], notices, by)
    _tell_ties(tx, changes, by)
    return orders


def save_deposit(
    tx: Transaction,
    deposit: Deposit,
    changes: Changes,
    by: str,
    *,
    is_new: bool = False,
) -> Deposit:
    """Tell of a deposit that was stored, and of what it changed: `deposit_arrived` if it is new.

    Every order of a payment that was tied or untied gets its `order_updated`, and each of these
    deposits its `deposit_tied`, last. Returns the deposit as it is now.
    """
    if deposit.payment_id is not None and not is_new:
        changes.payment_ids.add(deposit.payment_id)  # its payment shows the deposit
    _announce(tx, _concerned(tx, changes), [], by)
    current = deposits.require(tx, deposit.id)
    if is_new:
        _notify(tx, EventType.DEPOSIT_ARRIVED, current, current.payment_id, by)
    _tell_ties(tx, changes, by)
    return current


def _concerned(tx: Transaction, changes: Changes, besides: Sequence[Order] = ()) -> list[Order]:
    """Return the orders of the payments that were tied or untied, but those of `besides`."""
    known_ids = {order.id for order in besides}
    order_ids = {
        order_id
        for payment_id in changes.payment_ids
        for order_id in payments.require(tx, payment_id).order_ids
    }
    return require_all(tx, sorted(order_ids - known_ids))


def _tell_ties(tx: Transaction, changes: Changes, by: str) -> None:
    for deposit in changes.deposits.values():
        _notify(tx, EventType.DEPOSIT_TIED, deposit, changes.about[deposit.id], by)


def _notify(
    tx: Transaction, kind: EventType, deposit: Deposit, payment_id: int | None, by: str
) -> None:
    """Append a notice about a deposit; it belongs to the first order of the payment, if any."""
    event = deposit_notice(kind, deposit)
    if payment_id is None:
        events.append(tx, None, None, [event], by)
        return
    order = require(tx, payments.require(tx, payment_id).order_id)
    events.append(tx, order.id, order.status, [event], by)


def _update(tx: Transaction, order: Order) -> None:
    values = {
        "id": order.id,
        "status": order.status,
        "payment_method": order.payment_method,
        "void_reason": order.void_reason,
        "waiter": order.waiter,
        "updated_at": to_millis(order.updated_at),
    }
    tx.run(_UPDATE, values)


def notify(tx: Transaction, payment: Payment, kind: EventType, by: str) -> None:
    """Append a notice about a payment without changing anything."""
    orders = require_all(tx, payment.order_ids)
    event = payment_notice(kind, payment, orders)
    events.append(tx, orders[0].id, orders[0].status, [event], by)


def leave_payment(tx: Transaction, username: str) -> None:
    """Store that a member shows no payment any more; append events for the payment's orders."""
    payment_id = viewers.payment_of(tx, username)
    viewers.remove(tx, username)
    if payment_id is not None:
        save_payment(tx, payments.require(tx, payment_id), None, by=username)


def _announce(
    tx: Transaction,
    orders: Sequence[Order],
    notices: Sequence[Event],
    by: str,
) -> None:
    """Append each order's `order_updated`, then the notices, which belong to the first order."""
    for order in orders:
        events.append(tx, order.id, order.status, [order_updated(order)], by)
    if notices:
        events.append(tx, orders[0].id, orders[0].status, notices, by)


def require(view: Snapshot, order_id: int) -> Order:
    """Return the order with its items and payments. Raises OrderNotFound."""
    return require_all(view, [order_id])[0]


def require_all(view: Snapshot, order_ids: Sequence[int]) -> list[Order]:
    """Return the orders with their items and payments, the oldest first. Raises OrderNotFound."""
    rows = list(view.where_in(_BY_ID, order_ids))
    if len(rows) < len(set(order_ids)):
        raise OrderNotFound
    return _complete(view, rows[::-1])


def require_id(view: Snapshot, order_id: int) -> int:
    """Return `order_id`. Raises OrderNotFound if no order has it."""
    if view.one(_EXISTS, {"id": order_id}) is None:
        raise OrderNotFound
    return order_id


def find_all(view: Snapshot, order_filter: OrderFilter) -> list[Order]:
    """Return the orders that `order_filter` describes."""
    find = _with_late_warnings if order_filter.with_late_warnings else _in_states
    ids = sorted(set(find(view, order_filter)), reverse=True)[: order_filter.limit]
    return _complete(view, list(view.where_in(_BY_ID, ids)))


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
    payments_of = payments.of_orders(view, ids)
    return [
        _from_row(row, items.get(row["id"], []), payments_of.get(row["id"], []))
        for row in view.in_pieces(rows)
    ]


def _items(view: Snapshot, ids: Sequence[int]) -> dict[int, list[OrderItem]]:
    items_of: dict[int, list[OrderItem]] = {}
    for row in view.in_pieces(view.where_in(_ITEMS, ids)):
        item = OrderItem(
            product_id=row["product_id"],
            name=row["name"],
            quantity=row["quantity"],
            unit_price=row["unit_price"],
            note=row["note"],
            removed=row["removed"],
            removed_reason=row["removed_reason"],
        )
        items_of.setdefault(row["order_id"], []).append(item)
    return items_of


def _from_row(
    row: sqlite3.Row, items: Sequence[OrderItem], order_payments: Sequence[Payment]
) -> Order:
    return Order(
        id=row["id"],
        table_number=row["table_number"],
        status=OrderStatus(row["status"]),
        payment_method=row["payment_method"],
        items=tuple(items),
        waiter=row["waiter"],
        payments=tuple(order_payments),
        created_at=from_millis(row["created_at"]),
        updated_at=from_millis(row["updated_at"]),
        void_reason=row["void_reason"],
        begun=bool(row["begun"]),
        customer=row["customer"],
        round=row["round"],
    )
