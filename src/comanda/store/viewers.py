"""The payment that each cashier views now, so that no two work on the same payment."""

import sqlite3
from collections.abc import Sequence

from comanda.domain.payments import RENEWS_AFTER, VIEWING_LASTS, Viewer
from comanda.store.database import Snapshot, Transaction, from_millis, to_millis

_PUT = """
    INSERT INTO viewers (username, payment_id, since) VALUES (:username, :payment_id, :now)
    ON CONFLICT (username) DO UPDATE SET payment_id = :payment_id, since = :now
"""
_ALL = """
    SELECT viewers.payment_id, viewers.username, viewers.since, staff.name
    FROM viewers JOIN staff ON staff.username = viewers.username
    WHERE viewers.since > :after ORDER BY viewers.since, viewers.username
"""
_OF_MEMBER = "SELECT payment_id, since FROM viewers WHERE username = :username"
_REMOVE = "DELETE FROM viewers WHERE username = :username"
_CLEAR = "DELETE FROM viewers WHERE payment_id = :payment_id"


def by_payment(view: Snapshot) -> dict[int, Sequence[Viewer]]:
    """Return payment's id → its viewers, the earliest first. Expired entries do not count."""
    viewers_of: dict[int, list[Viewer]] = {}
    for row in view.all(_ALL, {"after": to_millis(view.now - VIEWING_LASTS)}):
        viewers_of.setdefault(row["payment_id"], []).append(_from_row(row))
    return dict(viewers_of)


def put(tx: Transaction, username: str, payment_id: int) -> None:
    """Store that a member views this payment from now on, and no other payment."""
    values = {"username": username, "payment_id": payment_id, "now": to_millis(tx.now)}
    tx.run(_PUT, values)


def payment_of(view: Snapshot, username: str) -> int | None:
    """Return the id of the payment that a member views. An expired entry does not count."""
    row = view.one(_OF_MEMBER, {"username": username})
    if row is None or from_millis(row["since"]) <= view.now - VIEWING_LASTS:
        return None
    return int(row["payment_id"])


def is_recent(view: Snapshot, username: str, payment_id: int) -> bool:
    """Whether a member's view of this payment was stored less than RENEWS_AFTER ago."""
    row = view.one(_OF_MEMBER, {"username": username})
    if row is None or row["payment_id"] != payment_id:
        return False
    return from_millis(row["since"]) > view.now - RENEWS_AFTER


def remove(tx: Transaction, username: str) -> None:
    """Store that a member views no payment any more."""
    tx.run(_REMOVE, {"username": username})


def clear(tx: Transaction, payment_id: int) -> None:
    """Store that nobody views this payment any more."""
    tx.run(_CLEAR, {"payment_id": payment_id})


def _from_row(row: sqlite3.Row) -> Viewer:
    return Viewer(row["username"], row["name"], from_millis(row["since"]))
