"""Sessions: only the hash of a token is kept."""

from datetime import timedelta

from comanda.domain.staff import Role, Staff
from comanda.store.database import Snapshot, Transaction, to_millis

_INSERT = """
    INSERT INTO sessions (token_hash, username, device, created_at, expires_at)
    VALUES (:token_hash, :username, :device, :created_at, :expires_at)
"""
_DELETE = "DELETE FROM sessions WHERE token_hash = :token_hash"
_OF_USER = "SELECT token_hash FROM sessions WHERE username = :username"
_DELETE_OF_USER = "DELETE FROM sessions WHERE username = :username"
_DELETE_EXPIRED = "DELETE FROM sessions WHERE expires_at <= :now"
_OWNER = """
    SELECT staff.username, staff.name, staff.role FROM sessions
    JOIN staff ON staff.username = sessions.username
    WHERE token_hash = :token_hash AND expires_at > :now AND staff.active = 1
"""


def start(
    tx: Transaction, token_hash: str, username: str, lifetime: timedelta, device: str = ""
) -> None:
    """Store a session, and clear away those that have expired."""
    tx.run(_DELETE_EXPIRED, {"now": to_millis(tx.now)})
    values = {
        "token_hash": token_hash,
        "username": username,
        "device": device,
        "created_at": to_millis(tx.now),
        "expires_at": to_millis(tx.now + lifetime),
    }
    tx.run(_INSERT, values)


def end(tx: Transaction, token_hash: str) -> None:
    tx.run(_DELETE, {"token_hash": token_hash})


def end_all(tx: Transaction, username: str) -> list[str]:
    """End a member's sessions; returns their hashes, so that their streams can be ended."""
    ended = [str(row["token_hash"]) for row in tx.all(_OF_USER, {"username": username})]
    tx.run(_DELETE_OF_USER, {"username": username})
    return ended


def owner(view: Snapshot, token_hash: str) -> Staff | None:
    """Whose session this is, or None where it is unknown, expired, or its owner disabled."""
    row = view.one(_OWNER, {"token_hash": token_hash, "now": to_millis(view.now)})
    if row is None:
        return None
    return Staff(row["username"], row["name"], Role(row["role"]))
