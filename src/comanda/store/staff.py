"""Members of staff and the hashes of their PINs."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from comanda.domain.errors import LastAdmin, StaffNotFound
from comanda.domain.staff import Role, Staff
from comanda.store.database import Snapshot, Transaction, to_millis

_MEMBERS = """
    SELECT staff.*, weak_pins.username IS NOT NULL AS pin_is_weak
    FROM staff LEFT JOIN weak_pins ON weak_pins.username = staff.username
"""
_ALL = f"{_MEMBERS} ORDER BY staff.username"
_BY_USERNAME = f"{_MEMBERS} WHERE staff.username = :username"
_INSERT = """
    INSERT INTO staff (username, name, role, pin_hash, active, created_at)
    VALUES (:username, :name, :role, :pin_hash, 1, :created_at)
"""
_DISABLE = "UPDATE staff SET active = 0 WHERE username = :username AND active = 1"
_CHANGE_PIN = """
    UPDATE staff SET pin_hash = :pin_hash WHERE username = :username AND active = 1
"""
_PIN_IS_WEAK = "INSERT INTO weak_pins (username) VALUES (:username) ON CONFLICT DO NOTHING"
_PIN_IS_STRONG = "DELETE FROM weak_pins WHERE username = :username"
_UPDATE = """
    UPDATE staff SET name = :name, role = :role, active = :active WHERE username = :username
"""
_ADMIN = "SELECT 1 FROM staff WHERE role = :role AND active = 1 AND username <> :but"
_END_SESSIONS = "DELETE FROM sessions WHERE username = :username"


def add(tx: Transaction, member: Staff, pin_hash: str) -> bool:
    """Add a member of staff; False where the username is taken."""
    if find(tx, member.username) is not None:
        return False
    values = {
        "username": member.username,
        "name": member.name,
        "role": member.role,
        "pin_hash": pin_hash,
        "created_at": to_millis(tx.now),
    }
    tx.run(_INSERT, values)
    learn_pin(tx, member.username, is_weak=member.pin_is_weak)
    return True


def disable(tx: Transaction, username: str) -> bool:
    """Disable an active member and end their sessions; False where there is none."""
    if not tx.run(_DISABLE, {"username": username}):
        return False
    tx.run(_END_SESSIONS, {"username": username})
    return True


def change_pin(tx: Transaction, username: str, pin_hash: str, *, is_weak: bool = False) -> bool:
    """Give an active member another PIN; False where there is none."""
    if not tx.run(_CHANGE_PIN, {"username": username, "pin_hash": pin_hash}):
        return False
    learn_pin(tx, username, is_weak=is_weak)
    return True


def learn_pin(tx: Transaction, username: str, *, is_weak: bool) -> None:
    """Keep whether a member's PIN is easily guessed."""
    tx.run(_PIN_IS_WEAK if is_weak else _PIN_IS_STRONG, {"username": username})


def save(tx: Transaction, member: Staff) -> None:
    """Store a member's name, role and whether they work here."""
    values = {"name": member.name, "role": member.role, "active": member.active}
    tx.run(_UPDATE, {"username": member.username, **values})


def has_admin(view: Snapshot, but: str = "") -> bool:
    """Whether an active administrator is there, `but` this one."""
    return view.one(_ADMIN, {"role": Role.ADMIN, "but": but}) is not None


@contextmanager
def keeping_an_admin(tx: Transaction) -> Iterator[None]:
    """Raises LastAdmin where the block leaves nobody who could let others in."""
    had_admin = has_admin(tx)
    yield
    if had_admin and not has_admin(tx):
        raise LastAdmin


def require(view: Snapshot, username: str) -> Staff:
    """The member, active or not. Raises StaffNotFound."""
    found = find(view, username)
    if found is None:
        raise StaffNotFound
    return found[0]


def everyone(view: Snapshot) -> list[Staff]:
    return [_from_row(row) for row in view.all(_ALL)]


def find(view: Snapshot, username: str) -> tuple[Staff, str] | None:
    """The member, active or not, with the hash of their PIN."""
    row = view.one(_BY_USERNAME, {"username": username})
    return None if row is None else (_from_row(row), row["pin_hash"])


def _from_row(row: sqlite3.Row) -> Staff:
    is_weak = bool(row["pin_is_weak"])
    return Staff(row["username"], row["name"], Role(row["role"]), bool(row["active"]), is_weak)
