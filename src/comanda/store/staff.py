"""Members of staff and the hashes of their PINs."""

import sqlite3
from collections import Counter
from dataclasses import replace

from comanda.domain.errors import StaffNotFound, UsernameTaken
from comanda.domain.staff import Role, Staff
from comanda.store.database import Snapshot, Transaction, to_millis

_MEMBERS = """
    SELECT staff.*, weak_pins.username IS NOT NULL AS pin_is_weak
    FROM staff LEFT JOIN weak_pins ON weak_pins.username = staff.username
"""
_ALL = f"{_MEMBERS} ORDER BY staff.username"
_NAMES = "SELECT username, name FROM staff ORDER BY username"
_BY_USERNAME = f"{_MEMBERS} WHERE staff.username = :username"
_INSERT = """
    INSERT INTO staff (username, name, role, pin_hash, active, created_at)
    VALUES (:username, :name, :role, :pin_hash, 1, :created_at)
"""
_CHANGE_PIN = "UPDATE staff SET pin_hash = :pin_hash WHERE username = :username"
_PIN_IS_WEAK = "INSERT INTO weak_pins (username) VALUES (:username) ON CONFLICT DO NOTHING"
_PIN_IS_STRONG = "DELETE FROM weak_pins WHERE username = :username"
_UPDATE = """
    UPDATE staff SET name = :name, role = :role, active = :active WHERE username = :username
"""
_ADMIN = "SELECT 1 FROM staff WHERE role = :role AND active = 1"


def add(tx: Transaction, member: Staff, pin_hash: str) -> None:
    """Add a member of staff. Raises UsernameTaken."""
    if find(tx, member.username) is not None:
        raise UsernameTaken(f"Ya hay alguien con el usuario «{member.username}»")
    values = {
        "username": member.username,
        "name": member.name,
        "role": member.role,
        "pin_hash": pin_hash,
        "created_at": to_millis(tx.now),
    }
    tx.run(_INSERT, values)
    learn_pin(tx, member.username, is_weak=member.pin_is_weak)


def change_pin(tx: Transaction, username: str, pin_hash: str, *, is_weak: bool = False) -> Staff:
    """Give an active member another PIN; return the member. Raises StaffNotFound."""
    member = require(tx, username)
    if not member.active:
        raise StaffNotFound("Esta persona está de baja: dala de alta antes de cambiar su PIN")
    tx.run(_CHANGE_PIN, {"username": username, "pin_hash": pin_hash})
    learn_pin(tx, username, is_weak=is_weak)
    return replace(member, pin_is_weak=is_weak)


def learn_pin(tx: Transaction, username: str, *, is_weak: bool) -> None:
    """Store whether a member's PIN is easily guessed."""
    tx.run(_PIN_IS_WEAK if is_weak else _PIN_IS_STRONG, {"username": username})


def save(tx: Transaction, member: Staff) -> None:
    """Store a member's name, role and whether they work here."""
    values = {"name": member.name, "role": member.role, "active": member.active}
    tx.run(_UPDATE, {"username": member.username, **values})


def has_admin(view: Snapshot) -> bool:
    """Whether there is an active administrator."""
    return view.one(_ADMIN, {"role": Role.ADMIN}) is not None


def require(view: Snapshot, username: str) -> Staff:
    """Return the member, active or not. Raises StaffNotFound."""
    member_and_hash = find(view, username)
    if member_and_hash is None:
        raise StaffNotFound
    return member_and_hash[0]


def everyone(view: Snapshot) -> list[Staff]:
    return [_from_row(row) for row in view.all(_ALL)]


def names(view: Snapshot) -> dict[str, str]:
    """Return username → name; a name that several members share is followed by the username."""
    name_of = {row["username"]: row["name"] for row in view.all(_NAMES)}
    count = Counter(name_of.values())
    return {
        username: name if count[name] == 1 else f"{name} ({username})"
        for username, name in name_of.items()
    }


def find(view: Snapshot, username: str) -> tuple[Staff, str] | None:
    """Return the member, active or not, and the hash of their PIN; None if unknown."""
    row = view.one(_BY_USERNAME, {"username": username})
    return None if row is None else (_from_row(row), row["pin_hash"])


def _from_row(row: sqlite3.Row) -> Staff:
    is_weak = bool(row["pin_is_weak"])
    return Staff(row["username"], row["name"], Role(row["role"]), bool(row["active"]), is_weak)
