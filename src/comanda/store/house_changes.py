"""The changes of the house and of its accounts, each kept for ever."""

import json
from collections.abc import Sequence

from comanda.domain.house_changes import MOST_CHANGES, HouseChange
from comanda.domain.wire import encode
from comanda.store import staff
from comanda.store.database import Snapshot, Transaction, from_millis, to_millis

_INSERT = """
    INSERT INTO house_changes (username, at, removed, added)
    VALUES (:username, :at, :removed, :added)
"""
_NEWEST = "SELECT * FROM house_changes WHERE id > 0 ORDER BY id DESC LIMIT :limit"


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


def newest(view: Snapshot) -> list[HouseChange]:
    """Return the newest `MOST_CHANGES` changes, the latest first."""
    names = staff.names(view)
    return [
        HouseChange(
            username=row["username"],
            name=names.get(row["username"], row["username"]),
            at=from_millis(row["at"]),
            removed=tuple(json.loads(row["removed"])),
            added=tuple(json.loads(row["added"])),
        )
        for row in view.all(_NEWEST, {"limit": MOST_CHANGES})
    ]
