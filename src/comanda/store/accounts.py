"""The house's own accounts, in the owner's order."""

from collections.abc import Sequence

from comanda.domain.accounts import Account
from comanda.store.database import Snapshot, Transaction

_ALL = "SELECT method, label, holder, number, alias, qr FROM accounts ORDER BY position"
_CLEAR = "DELETE FROM accounts"
_INSERT = """
    INSERT INTO accounts (position, method, label, holder, number, alias, qr)
    VALUES (:position, :method, :label, :holder, :number, :alias, :qr)
"""


def every(view: Snapshot) -> list[Account]:
    """Return all accounts."""
    return [Account(**row) for row in view.all(_ALL)]


def replace_all(tx: Transaction, accounts: Sequence[Account]) -> None:
    """Store these accounts in place of all earlier ones."""
    tx.run(_CLEAR, {})
    tx.run_each(
        _INSERT, [{"position": position, **each.wire()} for position, each in enumerate(accounts)]
    )
