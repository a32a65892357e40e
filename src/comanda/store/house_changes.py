"""The changes of the house and of its accounts, each kept for ever."""

import json
import sqlite3
from collections.abc import Sequence

from comanda.domain.house_changes import MOST_CHANGES, HouseChange
from comanda.domain.wire import encode
from comanda.store.database import Snapshot, Transaction, from_millis, to_millis

_INSERT = """
    INSERT INTO house_changes (username, at, removed, added)
    VALUES (:username, :at, :removed, :added)
"""
_NEWEST = """
    SELECT house_changes.*, member.name, (
        SELECT COUNT(*) FROM staff WHERE staff.name = member.name
    ) AS namesakes
    FROM house_changes LEFT JOIN staff AS member ON member.username = house_changes.username
    WHERE id > 0 ORDER BY id DESC LIMIT :limit
"""


def record(tx: Transaction, before: Sequence[str], after: Sequence[str], by: str) -> None:
    """Store what differs between two lists of lines, if anything does."""
    removed = [line for line in before if line not in after]
    added = [line for line in after if line not in before]
    if removed or added:
        values = {
            "username": by,
            "at": to_millis(tx.now),
            "removed": encode(removed),
            "added": encode(added),
        }
        tx.insert(_INSERT, values)


def _name(row: sqlite3.Row) -> str:
    """Return the member's name; a name that several members share is followed by the username."""
    name, username = row["name"] or row["username"], row["username"]
    return name if row["namesakes"] <= 1 else f"{name} ({username})"


def newest(view: Snapshot) -> list[HouseChange]:
    """Return the newest `MOST_CHANGES` changes, the latest first."""
    return [
        HouseChange(
            username=row["username"],
            name=_name(row),
            at=from_millis(row["at"]),
            removed=tuple(json.loads(row["removed"])),
            added=tuple(json.loads(row["added"])),
        )
        for row in view.all(_NEWEST, {"limit": MOST_CHANGES})
    ]
