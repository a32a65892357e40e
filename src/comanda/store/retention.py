"""What has had its time: photos, whose hashes, references and verdicts stay; and what is done with.

Readers find it by an index; a transaction only deletes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from comanda.domain.payments import PaymentStatus
from comanda.store.database import Snapshot, Transaction, to_millis

# CROSS JOIN: the payments come first, by their index of photos that are still there.
_EXPIRED = """
    SELECT payments.id, proofs.size FROM payments CROSS JOIN proofs
    WHERE payments.has_proof = 1 AND payments.proof_purged_at IS NULL
        AND payments.submitted_at < :before AND payments.status <> :pending
        AND proofs.payment_id = payments.id
    ORDER BY payments.submitted_at LIMIT :limit
"""
_TOTALS = """
    SELECT COUNT(*) AS photos, COALESCE(SUM(proofs.size), 0) AS bytes
    FROM payments CROSS JOIN proofs
    WHERE payments.has_proof = 1 AND payments.proof_purged_at IS NULL
        AND payments.submitted_at < :before AND payments.status <> :pending
        AND proofs.payment_id = payments.id
"""
_DATA = "SELECT data FROM proofs WHERE payment_id = :payment_id"
_DELETE = "DELETE FROM proofs WHERE payment_id = :payment_id"
_MARK = """
    UPDATE payments SET proof_purged_at = :now
    WHERE id = :payment_id AND proof_purged_at IS NULL AND status <> :pending
"""


class Outdated(Enum):
    """What ends by its age: how long it is kept, whether there is such a row, and their end."""

    KEYS = (
        timedelta(days=90),
        "SELECT 1 FROM idempotency_keys WHERE created_at < :before LIMIT 1",
        """
        DELETE FROM idempotency_keys WHERE key IN (
            SELECT key FROM idempotency_keys WHERE created_at < :before
            ORDER BY created_at LIMIT :most
        )
        """,
    )
    SESSIONS = (
        timedelta(days=7),
        "SELECT 1 FROM sessions WHERE expires_at < :before LIMIT 1",
        """
        DELETE FROM sessions WHERE id IN (
            SELECT id FROM sessions WHERE expires_at < :before ORDER BY expires_at LIMIT :most
        )
        """,
    )
    ATTEMPTS = (
        timedelta(days=7),
        "SELECT 1 FROM sign_in_attempts WHERE at < :before LIMIT 1",
        """
        DELETE FROM sign_in_attempts WHERE id IN (
            SELECT id FROM sign_in_attempts WHERE at < :before ORDER BY at LIMIT :most
        )
        """,
    )

    def __init__(self, kept: timedelta, one: str, delete: str) -> None:
        self.kept = kept
        self.one = one
        self.delete = delete


@dataclass(frozen=True, slots=True)
class Photo:
    """A payment's photo that is there; `size` in bytes."""

    payment_id: int
    size: int


@dataclass(frozen=True, slots=True)
class Purged:
    """How many photos, and their bytes."""

    photos: int = 0
    bytes: int = 0

    def __add__(self, other: "Purged") -> "Purged":
        return Purged(self.photos + other.photos, self.bytes + other.bytes)


def expired(view: Snapshot, before: datetime) -> Purged:
    """What is to go in the end. An attempt that waits for its verdict keeps its photo."""
    row = view.one(_TOTALS, _values(before))
    return Purged(row["photos"], row["bytes"]) if row else Purged()


def expired_photos(view: Snapshot, before: datetime, most: int) -> list[Photo]:
    """The photos of decided attempts from before `before`, the oldest first, `most` at the most."""
    rows = view.all(_EXPIRED, {**_values(before), "limit": most})
    return [Photo(row["id"], row["size"]) for row in rows]


def read_over(view: Snapshot, photos: Sequence[Photo]) -> None:
    """Bring the photos' pages to memory."""
    for photo in photos:
        view.one(_DATA, {"payment_id": photo.payment_id})


def remove(tx: Transaction, photos: Sequence[Photo]) -> Purged:
    """Delete the files of decided attempts; returns what was there."""
    total = Purged()
    pending = PaymentStatus.PENDING
    for photo in photos:
        values = {"payment_id": photo.payment_id, "now": to_millis(tx.now), "pending": pending}
        if tx.run(_MARK, values):
            tx.run(_DELETE, {"payment_id": photo.payment_id})
            total += Purged(1, photo.size)
    return total


def has_outdated(view: Snapshot, kind: Outdated, before: datetime) -> bool:
    return view.one(kind.one, {"before": to_millis(before)}) is not None


def sweep(tx: Transaction, kind: Outdated, before: datetime, most: int) -> int:
    """Delete what is from before `before`, `most` rows at the most; returns how many."""
    return tx.run(kind.delete, {"before": to_millis(before), "most": most})


def _values(before: datetime) -> dict[str, object]:
    return {"before": to_millis(before), "pending": PaymentStatus.PENDING}
