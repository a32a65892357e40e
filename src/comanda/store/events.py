"""The event log: an event is appended in its change's transaction, and never changed later."""

import json
from collections.abc import Iterator, Sequence

from comanda.domain.events import Event, EventType, LoggedEvent, heard_by
from comanda.domain.staff import Role
from comanda.domain.wire import Wire, encode, time
from comanda.store.database import Snapshot, Transaction, from_millis, to_millis

_APPEND = """
    INSERT INTO events (type, order_id, status, data, redacted, actor, at)
    VALUES (:type, :order_id, :status, :data, :redacted, :actor, :at)
"""
_HEAD = """
    SELECT MAX(
        (SELECT COALESCE(MAX(id), 0) FROM events),
        (SELECT COALESCE(MAX(floor), 0) FROM restores)
    ) AS head
"""
_FLOOR = "SELECT COALESCE(MAX(floor), 0) AS floor FROM restores"
_AFTER = """
    SELECT id, type, data, redacted, actor, at FROM events
    WHERE id > :after AND id <= :until ORDER BY id
"""
_OF_ORDER = """
    SELECT type, status, actor, at, json_extract(data, '$.waiter') AS waiter,
        json_extract(data, '$.payment.late_warnings') AS late_warnings
    FROM events WHERE order_id = :order_id ORDER BY id
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
        values = {
            "type": event.type,
            "order_id": order_id,
            "status": status,
            "data": data,
            "redacted": redacted,
            "actor": by,
            "at": at,
        }
        event_id = tx.insert(_APPEND, values)
        tx.news.append(LoggedEvent(event_id, event.type, data, redacted, by, tx.now))


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
            actor=row["actor"],
            at=from_millis(row["at"]),
        )


def lines_after(
    view: Snapshot, after: int, until: int, role: Role
) -> Iterator[tuple[int, str, str]]:
    """Yield (id, type, line of JSON) of each event for `role` with `after` < id ≤ `until`.

    A replay reads thousands of rows, so no LoggedEvent is built.
    """
    heard, redact = heard_by(role), role is Role.KITCHEN
    for row in view.each(_AFTER, {"after": after, "until": until}):
        event_id, kind, data, redacted, *_ = row
        if kind in heard:
            yield event_id, kind, redacted if redact and redacted is not None else data


def history(view: Snapshot, order_id: int, role: Role) -> list[Wire]:
    """Return `{type, status, by, at}` of each event of the order that `role` may hear of.

    `taken_from` is the previous waiter, in the entry where another waiter takes the order. `late`
    are the types of the warnings that came after the approval, `known` those that a cashier
    acknowledged; each is present only where there are some, and never for the kitchen.
    """
    heard = heard_by(role)
    entries: list[Wire] = []
    waiter = None
    late_types: list[str] = []
    for row in view.in_pieces(view.each(_OF_ORDER, {"order_id": order_id})):
        if row["type"] not in heard:
            continue
        entry: Wire = {
            "type": row["type"],
            "status": row["status"],
            "by": row["actor"],
            "at": time(from_millis(row["at"])),
        }
        next_waiter = row["waiter"] or waiter  # a notice has no waiter
        if waiter not in (None, next_waiter):
            entry["taken_from"] = waiter
        waiter = next_waiter
        if role is not Role.KITCHEN and row["late_warnings"] is not None:
            before, late_types = late_types, _types(row["late_warnings"])
            entry |= _only_new("late", late_types, before) | _only_new("known", before, late_types)
        entries.append(entry)
    return entries


def _types(warnings: str) -> list[str]:
    return list(dict.fromkeys(warning["type"] for warning in json.loads(warnings)))


def _only_new(name: str, types: Sequence[str], others: Sequence[str]) -> Wire:
    """Return the types that are not among the others under `name`; nothing if there are none."""
    new_types = [one for one in types if one not in others]
    return {name: new_types} if new_types else {}
