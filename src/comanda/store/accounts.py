"""The house's own accounts, in the owner's order."""

from collections.abc import Sequence

from comanda.domain.accounts import Account
from comanda.store.database import Snapshot, Transaction

_ALL = "SELECT * FROM accounts ORDER BY position"
_CLEAR = "DELETE FROM accounts WHERE position >= :position"
_INSERT = """
    INSERT INTO accounts (position, method, label, holder, number, alias, qr)
    VALUES (:position, :method, :label, :holder, :number, :alias, :qr)
"""


def every(view: Snapshot) -> list[Account]:
    """Return all accounts."""
    return [
        Account(
            method=row["method"],
            label=row["label"],
            holder=row["holder"],
            number=row["number"],
            alias=row["alias"],
            qr=row["qr"],
        )
        for row in view.all(_ALL)
    ]


def replace_all(tx: Transaction, accounts: Sequence[Account]) -> None:
    """Store these accounts in place of all earlier ones."""
    tx.run(_CLEAR, {"position": 0})
    for position, account in enumerate(accounts):
        tx.run(_INSERT, {"position": position, **account.wire()})
