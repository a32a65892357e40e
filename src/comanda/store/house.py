"""The restaurant's name, currency, time zone and end of day, in a table of one row."""

import sqlite3
from datetime import time

from comanda.domain.house import House
from comanda.store.database import Snapshot, Transaction

_THE_HOUSE = 1
_GET = "SELECT name, currency, time_zone, day_ends FROM house WHERE id = :id"
_PUT = """
    INSERT INTO house (id, name, currency, time_zone, day_ends)
    VALUES (:id, :name, :currency, :time_zone, :day_ends)
    ON CONFLICT (id) DO UPDATE SET
        name = excluded.name,
        currency = excluded.currency,
        time_zone = excluded.time_zone,
        day_ends = COALESCE(excluded.day_ends, house.day_ends)
"""


def get(view: Snapshot, default: House) -> House:
    """Return the stored house; values that are not stored yet come from `default`."""
    row = view.one(_GET, {"id": _THE_HOUSE})
    return default if row is None else _from_row(row, default)


def put(tx: Transaction, house: House) -> None:
    """Store the house; a `day_ends` of None keeps the stored value."""
    values = {
        "id": _THE_HOUSE,
        "name": house.name,
        "currency": house.currency,
        "time_zone": house.time_zone,
        "day_ends": house.day_ends and f"{house.day_ends:%H:%M}",
    }
    tx.run(_PUT, values)


def _from_row(row: sqlite3.Row, default: House) -> House:
    day_ends = default.day_ends if row["day_ends"] is None else time.fromisoformat(row["day_ends"])
    return House(row["name"], row["currency"], row["time_zone"], day_ends)
