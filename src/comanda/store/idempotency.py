"""Which keyed requests have been carried out, and what they made."""

from comanda.domain.errors import IdempotencyKeyReused
from comanda.domain.idempotency import IdempotencyKey
from comanda.store.database import Snapshot, Transaction, to_millis

_BY_KEY = "SELECT fingerprint, order_id FROM idempotency_keys WHERE key = :key"
_INSERT = """
    INSERT INTO idempotency_keys (key, fingerprint, order_id, created_at)
    VALUES (:key, :fingerprint, :order_id, :created_at)
"""


def order_made_by(view: Snapshot, key: IdempotencyKey | None) -> int | None:
    """The order that this very request made or changed before.

    Raises IdempotencyKeyReused where the key belongs to another request.
    """
    row = view.one(_BY_KEY, {"key": key.value}) if key else None
    if key is None or row is None:
        return None
    if row["fingerprint"] != key.fingerprint:
        raise IdempotencyKeyReused
    return int(row["order_id"])


def remember(tx: Transaction, key: IdempotencyKey | None, order_id: int) -> None:
    """Keep `key` in the transaction that carried its request out."""
    if key is not None:
        values = {
            "key": key.value,
            "fingerprint": key.fingerprint,
            "order_id": order_id,
            "created_at": to_millis(tx.now),
        }
        tx.run(_INSERT, values)
