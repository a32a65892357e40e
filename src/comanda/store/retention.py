"""Photos whose time is over: their bytes go; hashes, references and verdicts stay."""

from dataclasses import dataclass
from datetime import datetime

from comanda.domain.payments import PaymentStatus
from comanda.store.database import Snapshot, Transaction, to_millis

_EXPIRED = """
    SELECT payments.id, proofs.size FROM proofs JOIN payments ON payments.id = proofs.payment_id
    WHERE payments.submitted_at < :before
        AND payments.status <> :pending
    ORDER BY proofs.payment_id LIMIT :limit
"""
_TOTALS = """
    SELECT COUNT(*) AS photos, COALESCE(SUM(proofs.size), 0) AS bytes
    FROM proofs JOIN payments ON payments.id = proofs.payment_id
    WHERE payments.submitted_at < :before AND payments.status <> :pending
"""
_DELETE = "DELETE FROM proofs WHERE payment_id = :payment_id"
_MARK = "UPDATE payments SET proof_purged_at = :now WHERE id = :payment_id"


@dataclass(frozen=True, slots=True)
class Purged:
    """How many photos, and their bytes."""

    photos: int = 0
    bytes: int = 0

    def __add__(self, other: "Purged") -> "Purged":
        return Purged(self.photos + other.photos, self.bytes + other.bytes)


def expired(view: Snapshot, before: datetime) -> Purged:
    """What `purge` would take in the end. An attempt that waits for its verdict keeps its photo."""
    row = view.one(_TOTALS, _values(before))
    return Purged(row["photos"], row["bytes"]) if row else Purged()


def purge(tx: Transaction, before: datetime, most: int) -> Purged:
    """Delete the files of decided attempts from before `before`, `most` of them at the most."""
    rows = tx.all(_EXPIRED, {**_values(before), "limit": most})
    for row in rows:
        tx.run(_DELETE, {"payment_id": row["id"]})
        tx.run(_MARK, {"payment_id": row["id"], "now": to_millis(tx.now)})
    return Purged(len(rows), sum(row["size"] for row in rows))


def _values(before: datetime) -> dict[str, object]:
    return {"before": to_millis(before), "pending": PaymentStatus.PENDING}
