"""The restaurant as the owner described it, in a table of one row."""

import sqlite3
from dataclasses import replace
from datetime import time

from comanda.domain.house import House
from comanda.store.database import Snapshot, Transaction

_THE_HOUSE = 1
_OPTIONAL = (
    "day_ends",
    "country",
    "currency_after",
    "decimals",
    "decimal_mark",
    "own_verdicts",
    "tips",
)
_SWITCHES = ("currency_after", "own_verdicts")
_GET = "SELECT * FROM house WHERE id = :id"
_PUT = """
    INSERT INTO house
        (id, name, currency, time_zone, day_ends, country, currency_after, decimals, decimal_mark,
         own_verdicts, tips)
    VALUES (:id, :name, :currency, :time_zone, :day_ends, :country, :currency_after, :decimals,
            :decimal_mark, :own_verdicts, :tips)
    ON CONFLICT (id) DO UPDATE SET
        name = excluded.name,
        currency = excluded.currency,
        time_zone = excluded.time_zone,
        day_ends = COALESCE(excluded.day_ends, house.day_ends),
        country = COALESCE(excluded.country, house.country),
        currency_after = COALESCE(excluded.currency_after, house.currency_after),
        decimals = COALESCE(excluded.decimals, house.decimals),
        decimal_mark = COALESCE(excluded.decimal_mark, house.decimal_mark),
        own_verdicts = COALESCE(excluded.own_verdicts, house.own_verdicts),
        tips = COALESCE(excluded.tips, house.tips)
"""


def get(view: Snapshot, default: House) -> House:
    """Return the stored house; values that are not stored yet come from `default`."""
    row = view.one(_GET, {"id": _THE_HOUSE})
    return default if row is None else _from_row(row, default)


def put(tx: Transaction, house: House) -> None:
    """Store the house; a value of None keeps the stored value."""
    values = {
        "id": _THE_HOUSE,
        "name": house.name,
        "currency": house.currency,
        "time_zone": house.time_zone,
        "day_ends": house.day_ends and f"{house.day_ends:%H:%M}",
        "country": house.country,
        "currency_after": house.currency_after,
        "decimals": house.decimals,
        "decimal_mark": house.decimal_mark,
        "own_verdicts": house.own_verdicts,
        "tips": None if house.tips is None else " ".join(map(str, house.tips)),
    }
    tx.run(_PUT, values)


def _from_row(row: sqlite3.Row, default: House) -> House:
    stored = {name: row[name] for name in _OPTIONAL if row[name] is not None}
    if "day_ends" in stored:
        stored["day_ends"] = time.fromisoformat(stored["day_ends"])
    if "tips" in stored:
        stored["tips"] = tuple(map(int, stored["tips"].split()))
    stored |= {name: bool(stored[name]) for name in _SWITCHES if name in stored}
    return replace(
        default,
        name=row["name"],
        currency=row["currency"],
        time_zone=row["time_zone"],
        **stored,
    )
