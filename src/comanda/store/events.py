"""The event log: an event is appended in its change's transaction, and never changed later."""

import json
import sqlite3
from collections.abc import Iterator, Sequence

from comanda.domain.events import Event, EventType, LoggedEvent, heard_by
from comanda.domain.orders import Order
from comanda.domain.staff import Role
from comanda.domain.wire import Wire, encode, time
from comanda.store.database import Snapshot, Transaction, from_millis, to_millis

_APPEND = """
    INSERT INTO events (type, order_id, status, data, redacted, for_waiters, actor, at)
    VALUES (:type, :order_id, :status, :data, :redacted, :for_waiters, :actor, :at)
"""
_HEAD = """
    SELECT MAX(
        (SELECT COALESCE(MAX(id), 0) FROM events),
        (SELECT COALESCE(MAX(floor), 0) FROM restores)
    ) AS head
"""
_VERSIONS = {Role.KITCHEN: 0, Role.WAITER: 1}  # after `data`, the version for a role
_FLOOR = "SELECT COALESCE(MAX(floor), 0) AS floor FROM restores"
_AFTER = """
    SELECT id, type, data, redacted, for_waiters, actor, at FROM events
    WHERE id > :after AND id <= :until ORDER BY id
"""
_OF_ORDERS = """
    SELECT type, order_id, status, actor, at, data FROM events
    WHERE order_id IN ({ids}) ORDER BY id
"""


def append(
    tx: Transaction, order_id: int | None, status: str | None, events: Sequence[Event], by: str
) -> None:
    """Add `events` to the log, in this order, as part of `tx`.

    For events that concern no order, `order_id` and `status` are both None.
    """
    at = to_millis(tx.now)
    for event in events:
        data = encode(event.data)
        redacted = None if event.redacted is None else encode(event.redacted)
        for_waiters = None if event.for_waiters is None else encode(event.for_waiters)
        values = {
            "type": event.type,
            "order_id": order_id,
            "status": status,
            "data": data,
            "redacted": redacted,
            "for_waiters": for_waiters,
            "actor": by,
            "at": at,
        }
        event_id = tx.insert(_APPEND, values)
        tx.news.append(LoggedEvent(event_id, event.type, data, redacted, for_waiters, by, tx.now))


def head(view: Snapshot) -> int:
    """Return the newest event's id, or the last restore's `floor` if higher; 0 for an empty log."""
    if isinstance(view, Transaction) and view.news:
        return view.news[-1].id
    row = view.one(_HEAD)
    return int(row["head"]) if row else 0


def floor(view: Snapshot) -> int:
    """Return the lowest valid cursor: a lower cursor is from before the last restore."""
    row = view.one(_FLOOR)
    return int(row["floor"]) if row else 0


def each_after(view: Snapshot, after: int, until: int) -> Iterator[LoggedEvent]:
    """Yield the events with `after` < id ≤ `until`, in log order."""
    for row in view.each(_AFTER, {"after": after, "until": until}):
        yield LoggedEvent(
            id=row["id"],
            type=EventType(row["type"]),
            data=row["data"],
            redacted=row["redacted"],
            for_waiters=row["for_waiters"],
            actor=row["actor"],
            at=from_millis(row["at"]),
        )


def lines_after(
    view: Snapshot, after: int, until: int, role: Role
) -> Iterator[tuple[int, str, str]]:
    """Yield (id, type, line of JSON) of each event for `role` with `after` < id ≤ `until`.

    A replay reads thousands of rows, so no LoggedEvent is built.
    """
    heard, own_version = heard_by(role), _VERSIONS.get(role)
    for row in view.each(_AFTER, {"after": after, "until": until}):
        event_id, kind, data, *versions, _, _ = row
        if kind in heard:
            own_data = None if own_version is None else versions[own_version]
            yield event_id, kind, data if own_data is None else own_data


def history(view: Snapshot, order: Order, role: Role) -> list[Wire]:
    """Return `{type, status, by, at}` of each event of the order that `role` may hear of.

    An entry tells besides what changed with it, if it did: `taken_from`, the waiter who had the
    order before; `moved_from`, the place where the order was; `removed`, the dishes taken off;
    `payments`, those that were sent, decided, withdrawn or reopened; and `late` and `known`, the
    types of warnings that came after the approval, and of those that a cashier acknowledged. The
    kitchen gets none of these three.
    """
    heard = heard_by(role)
    entries: list[Wire] = []
    before: Wire = {}
    for row in view.in_pieces(_rows_about(view, order)):
        if row["type"] not in heard:
            continue
        entry: Wire = {
            "type": row["type"],
            "status": row["status"],
            "by": row["actor"],
            "at": time(from_millis(row["at"])),
        }
        if row["type"] == EventType.ORDER_UPDATED:
            after = json.loads(row["data"])
            entry |= _changes(before, after, role) if before else {}
            before = after
        entries.append(entry)
    return entries


def _rows_about(view: Snapshot, order: Order) -> Iterator[sqlite3.Row]:
    """Yield the order's events, and the notices of its payments that name it.

    The notice of a payment that pays several orders belongs to the first of them.
    """
    order_ids = {order.id, *(payment.order_id for payment in order.payments)}
    for row in view.where_in(_OF_ORDERS, sorted(order_ids)):
        is_own = row["order_id"] == order.id
        if is_own or str(order.id) in json.loads(row["data"]).get("order_ids", ()):
            yield row


def _changes(before: Wire, after: Wire, role: Role) -> Wire:
    """Return what an entry of the history tells besides the state."""
    changes: Wire = {}
    if before.get("waiter") != after.get("waiter"):
        changes["taken_from"] = before.get("waiter")
    places = [{name: order.get(name) for name in _PLACE} for order in (before, after)]
    if places[0] != places[1]:
        changes["moved_from"] = places[0]
    if removed := list(_removed(before, after)):
        changes["removed"] = removed
    if role is not Role.KITCHEN:
        if payments := list(_decided(before, after)):
            changes["payments"] = payments
        earlier, later = _late_types(before), _late_types(after)
        changes |= _only_new("late", later, earlier) | _only_new("known", earlier, later)
    return changes


_PLACE = ("table_number", "customer")


def _removed(before: Wire, after: Wire) -> Iterator[Wire]:
    """Yield `{name, quantity, reason}` of the dishes that were taken off in between."""
    lines = zip(before.get("items", ()), after.get("items", ()), strict=False)
    for earlier, later in lines:
        if quantity := earlier["quantity"] - later["quantity"]:
            reason = later["removed_reason"]
            yield {"name": later["name"], "quantity": quantity, "reason": reason}


def _decided(before: Wire, after: Wire) -> Iterator[Wire]:
    """Yield `{payment_id, status, was}` of the payments that changed their status in between.

    `was` is None for a new payment.
    """
    status_of = {payment["id"]: payment["status"] for payment in _payments(before)}
    for payment in _payments(after):
        was = status_of.get(payment["id"])
        if payment["status"] != was:
            yield {"payment_id": payment["id"], "status": payment["status"], "was": was}


def _payments(order: Wire) -> list[Wire]:
    """Return the payments that an event tells of; early events tell of the last one alone."""
    latest = order.get("payment")
    return order.get("payments") or ([latest] if latest else [])


def _late_types(order: Wire) -> list[str]:
    """Return the types of the late warnings of all payments of an event."""
    payments = _payments(order)
    warnings = [warning for payment in payments for warning in payment.get("late_warnings", ())]
    return list(dict.fromkeys(warning["type"] for warning in warnings))


def _only_new(name: str, types: Sequence[str], others: Sequence[str]) -> Wire:
    """Return the types that are not among the others under `name`; nothing if there are none."""
    new_types = [one for one in types if one not in others]
    return {name: new_types} if new_types else {}
