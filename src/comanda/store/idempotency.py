"""Which keyed requests have been carried out, and what they made."""

from comanda.domain.errors import IdempotencyKeyReused
from comanda.domain.idempotency import IdempotencyKey
from comanda.store.database import Snapshot, Transaction, to_millis

_BY_KEY = "SELECT fingerprint, order_id, username FROM idempotency_keys WHERE key = :key"
_INSERT = """
    INSERT INTO idempotency_keys (key, fingerprint, order_id, username, created_at)
    VALUES (:key, :fingerprint, :order_id, :username, :created_at)
"""


def order_made_by(view: Snapshot, key: IdempotencyKey | None) -> int | None:
    """The order that this very request made or changed before.

    Raises IdempotencyKeyReused where the key belongs to another request, or to another user. A key
    from before keys had users, whose user could not be found out, is anybody's.
    """
    row = view.one(_BY_KEY, {"key": key.value}) if key else None
    if key is None or row is None:
        return None
    if row["fingerprint"] != key.fingerprint:
        raise IdempotencyKeyReused
    if not key.is_of(row["username"]):
        raise IdempotencyKeyReused(row["username"])
    return int(row["order_id"])


def remember(tx: Transaction, key: IdempotencyKey | None, order_id: int) -> None:
    """Keep `key` in the transaction that carried its request out."""
    if key is not None:
        values = {
            "key": key.value,
            "fingerprint": key.fingerprint,
            "order_id": order_id,
            "username": key.username,
            "created_at": to_millis(tx.now),
        }
        tx.run(_INSERT, values)
