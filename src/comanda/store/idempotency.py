"""The idempotency keys of requests: of completed ones with their order, of others called off."""

from comanda.domain.errors import IdempotencyKeyReused
from comanda.domain.idempotency import IdempotencyKey
from comanda.store.database import Snapshot, Transaction, to_millis

_BY_KEY = "SELECT fingerprint, order_id, username FROM idempotency_keys WHERE key = :key"
_INSERT = """
    INSERT INTO idempotency_keys (key, fingerprint, order_id, username, created_at)
    VALUES (:key, :fingerprint, :order_id, :username, :created_at)
"""
_CALLED_OFF = "called off"  # the fingerprint of no request


def order_made_by(view: Snapshot, key: IdempotencyKey | None) -> int | None:
    """Return the id of the order that the same request made or changed before, or None.

    Raises IdempotencyKeyReused if the key belongs to another request or another user. An old key
    without a stored user is valid for every user.
    """
    row = view.one(_BY_KEY, {"key": key.value}) if key else None
    if key is None or row is None:
        return None
    if row["fingerprint"] != key.fingerprint:
        raise IdempotencyKeyReused
    if not key.is_of(row["username"]):
        raise IdempotencyKeyReused(row["username"])
    return int(row["order_id"])


def call_off(tx: Transaction, key: str, username: str) -> int | None:
    """Use up the key of a request that has not come, so that it is refused when it does.

    Return the id of the order that the request made or changed, if it came before.
    """
    row = tx.one(_BY_KEY, {"key": key})
    if row is None:
        _insert(tx, IdempotencyKey(key, _CALLED_OFF, username), None)
        return None
    return None if row["order_id"] is None else int(row["order_id"])


def remember(tx: Transaction, key: IdempotencyKey | None, order_id: int) -> None:
    """Store `key` in the transaction that carries out its request."""
    if key is not None:
        _insert(tx, key, order_id)


def _insert(tx: Transaction, key: IdempotencyKey, order_id: int | None) -> None:
    values = {
        "key": key.value,
        "fingerprint": key.fingerprint,
        "order_id": order_id,
        "username": key.username,
        "created_at": to_millis(tx.now),
    }
    tx.run(_INSERT, values)
