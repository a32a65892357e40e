"""Sessions. Only the hash of a session's token is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from comanda.domain.errors import SessionNotFound
from comanda.domain.staff import Role, Staff
from comanda.store import orders
from comanda.store.database import Snapshot, Transaction, from_millis, to_millis

_INSERT = """
    INSERT INTO sessions (token_hash, username, device, created_at, expires_at)
    VALUES (:token_hash, :username, :device, :created_at, :expires_at)
"""
_DELETE = "DELETE FROM sessions WHERE token_hash = :token_hash"
_USER = "SELECT username FROM sessions WHERE token_hash = :token_hash"
_OF_USER = "SELECT token_hash FROM sessions WHERE username = :username"
_DELETE_OF_USER = "DELETE FROM sessions WHERE username = :username"
_BY_ID = "SELECT token_hash FROM sessions WHERE id = :id"
# The plus keeps SQLite from using the index by user, which reads all sessions.
_DEVICES = """
    SELECT id, username, device, created_at, token_hash FROM sessions
    WHERE expires_at > :now ORDER BY +username, created_at DESC
"""
_OWNER = """
    SELECT staff.username, staff.name, staff.role,
        weak_pins.username IS NOT NULL AS pin_is_weak
    FROM sessions JOIN staff ON staff.username = sessions.username
    LEFT JOIN weak_pins ON weak_pins.username = staff.username
    WHERE token_hash = :token_hash AND expires_at > :now AND staff.active = 1
"""


@dataclass(frozen=True, slots=True)
class Device:
    """A session: its user, the `name` of the device, and its start in `since`."""

    id: int
    username: str
    name: str
    since: datetime
    token_hash: str


def start(
    tx: Transaction, token_hash: str, username: str, lifetime: timedelta, device: str = ""
) -> None:
    """Store a session. Expired sessions are deleted at night."""
    values = {
        "token_hash": token_hash,
        "username": username,
        "device": device,
        "created_at": to_millis(tx.now),
        "expires_at": to_millis(tx.now + lifetime),
    }
    tx.run(_INSERT, values)


def end(tx: Transaction, token_hash: str) -> None:
    """End a session, and with it its owner's view of a payment."""
    row = tx.one(_USER, {"token_hash": token_hash})
    tx.run(_DELETE, {"token_hash": token_hash})
    if row is not None:
        orders.leave_payment(tx, row["username"])


def end_all(tx: Transaction, username: str) -> list[str]:
    """End a member's sessions; return their tokens' hashes, to end their streams by."""
    token_hashes = [str(row["token_hash"]) for row in tx.all(_OF_USER, {"username": username})]
    tx.run(_DELETE_OF_USER, {"username": username})
    orders.leave_payment(tx, username)
    return token_hashes


def devices(view: Snapshot) -> list[Device]:
    """Return the unexpired sessions, ordered by user, the newest first."""
    return [
        Device(
            row["id"],
            row["username"],
            row["device"],
            from_millis(row["created_at"]),
            row["token_hash"],
        )
        for row in view.all(_DEVICES, {"now": to_millis(view.now)})
    ]


def end_device(tx: Transaction, session_id: int) -> str:
    """End a session; return its token's hash. Raises SessionNotFound."""
    row = tx.one(_BY_ID, {"id": session_id})
    if row is None:
        raise SessionNotFound
    end(tx, row["token_hash"])
    return str(row["token_hash"])


def standing(view: Snapshot, token_hashes: Iterable[str]) -> set[str]:
    """Return the given hashes whose session is unexpired and whose owner is active."""
    return {token_hash for token_hash in token_hashes if owner(view, token_hash) is not None}


def owner(view: Snapshot, token_hash: str) -> Staff | None:
    """Return the session's owner, or None if it is unknown or expired, or its owner inactive."""
    row = view.one(_OWNER, {"token_hash": token_hash, "now": to_millis(view.now)})
    if row is None:
        return None
    is_weak = bool(row["pin_is_weak"])
    return Staff(row["username"], row["name"], Role(row["role"]), pin_is_weak=is_weak)
