"""What the restaurant is called, how it writes money, and its time zone: one row."""

from comanda.domain.house import House
from comanda.store.database import Snapshot, Transaction

_THE_HOUSE = 1
_GET = "SELECT name, currency, time_zone FROM house WHERE id = :id"
_DELETE = "DELETE FROM house WHERE id = :id"
_INSERT = """
    INSERT INTO house (id, name, currency, time_zone)
    VALUES (:id, :name, :currency, :time_zone)
"""


def get(view: Snapshot, default: House) -> House:
    """The house as it was set up, or `default` where nobody has done it yet."""
    row = view.one(_GET, {"id": _THE_HOUSE})
    return House(row["name"], row["currency"], row["time_zone"]) if row else default


def put(tx: Transaction, house: House) -> None:
    tx.run(_DELETE, {"id": _THE_HOUSE})
    values = {"name": house.name, "currency": house.currency, "time_zone": house.time_zone}
    tx.run(_INSERT, {"id": _THE_HOUSE, **values})
