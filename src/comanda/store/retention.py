"""The deletion of old rows: photos, idempotency keys, sessions and attempts to sign in.

The hashes, references and verdicts of deleted photos stay; what was read from them goes. Reads find
the rows by an index, so that a transaction only deletes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from comanda.domain.payments import PaymentStatus
from comanda.store.database import Snapshot, Transaction, to_millis

# CROSS JOIN: SQLite reads the payments first, by the index of photos that are not deleted.
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
_DELETE_THUMBNAIL = "DELETE FROM thumbnails WHERE payment_id = :payment_id"
_DELETE_READING = "DELETE FROM readings WHERE payment_id = :payment_id"
_MARK = """
    UPDATE payments SET proof_purged_at = :now, reading = NULL
    WHERE id = :payment_id AND proof_purged_at IS NULL AND status <> :pending
"""


class Outdated(Enum):
    """Rows deleted by age: how long they are kept, the query for an old row, the deletion."""

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

    def __init__(self, kept: timedelta, find: str, delete: str) -> None:
        self.kept = kept
        self.find = find
        self.delete = delete


@dataclass(frozen=True, slots=True)
class Photo:
    """A payment's stored photo; `size` in bytes."""

    payment_id: int
    size: int


@dataclass(frozen=True, slots=True)
class Purged:
    """A number of photos, and their bytes."""

    photos: int = 0
    bytes: int = 0

    def __add__(self, other: "Purged") -> "Purged":
        return Purged(self.photos + other.photos, self.bytes + other.bytes)


def expired(view: Snapshot, before: datetime) -> Purged:
    """Count the photos to delete. An attempt that waits for its verdict keeps its photo."""
    row = view.one(_TOTALS, _values(before))
    return Purged(row["photos"], row["bytes"]) if row else Purged()


def expired_photos(view: Snapshot, before: datetime, most: int) -> list[Photo]:
    """Return at most `most` photos of decided attempts from before `before`, the oldest first."""
    rows = view.all(_EXPIRED, {**_values(before), "limit": most})
    return [Photo(row["id"], row["size"]) for row in rows]


def read_over(view: Snapshot, photos: Sequence[Photo]) -> None:
    """Read the photos' pages into memory, before a transaction deletes them."""
    for photo in photos:
        view.one(_DATA, {"payment_id": photo.payment_id})


def remove(tx: Transaction, photos: Sequence[Photo]) -> Purged:
    """Delete the photos of decided attempts; return how many were deleted."""
    total = Purged()
    pending = PaymentStatus.PENDING
    for photo in photos:
        values = {"payment_id": photo.payment_id, "now": to_millis(tx.now), "pending": pending}
        if tx.run(_MARK, values):
            tx.run(_DELETE, {"payment_id": photo.payment_id})
            tx.run(_DELETE_THUMBNAIL, {"payment_id": photo.payment_id})
            tx.run(_DELETE_READING, {"payment_id": photo.payment_id})
            total += Purged(1, photo.size)
    return total


def has_outdated(view: Snapshot, kind: Outdated, before: datetime) -> bool:
    return view.one(kind.find, {"before": to_millis(before)}) is not None


def sweep(tx: Transaction, kind: Outdated, before: datetime, most: int) -> int:
    """Delete at most `most` rows from before `before`; return how many."""
    return tx.run(kind.delete, {"before": to_millis(before), "most": most})


def _values(before: datetime) -> dict[str, object]:
    return {"before": to_millis(before), "pending": PaymentStatus.PENDING}
