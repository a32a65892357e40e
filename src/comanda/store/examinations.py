"""The examinations of proofs: which proof is next, what was found, and the thumbnails."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from comanda.domain.examinations import Facts
from comanda.domain.payments import PaymentStatus
from comanda.store.database import Snapshot, Transaction, from_millis

NEWEST_UNEXAMINED = 5_000  # to choose from: this takes 10 ms, however many proofs wait

# The waiter with the fewest failed examinations comes first: nobody waits for a waiter whose files
# make the examiner fail. A proof whose examination has failed waits until the waiter's others are
# examined. Then come the payments that wait for a verdict, and of these the newest.
_NEXT = """
    WITH failed AS MATERIALIZED (
        SELECT key AS username, value AS failures FROM json_each(:failures_of)
    ),
    unexamined AS (
        SELECT id, submitted_by, examination_failures, status FROM payments
        WHERE has_proof = 1 AND examined_at IS NULL AND id > 0
        ORDER BY id DESC LIMIT :newest
    )
    SELECT payments.id, payments.examination_failures, payments.submitted_by,
        payments.submitted_at, payments.method, proofs.content_type, proofs.data
    FROM payments LEFT JOIN proofs ON proofs.payment_id = payments.id
    WHERE payments.id = (
        SELECT id FROM unexamined LEFT JOIN failed ON failed.username = submitted_by
        ORDER BY
            COALESCE(failed.failures, 0), examination_failures, status <> :pending, id DESC
        LIMIT 1
    )
"""
_FAIL = """
    UPDATE payments SET examination_failures = COALESCE(examination_failures, 0) + 1
    WHERE id = :payment_id
"""
_NEXT_OLDER = """
    SELECT fingerprints.payment_id AS id, proofs.content_type, proofs.data,
        NULL AS examination_failures, payments.submitted_by, payments.submitted_at,
        payments.method
    FROM fingerprints CROSS JOIN payments LEFT JOIN proofs ON proofs.payment_id = payments.id
    WHERE fingerprints.content IS NULL AND payments.id = fingerprints.payment_id
        AND payments.examined_at IS NOT NULL
    ORDER BY fingerprints.payment_id DESC LIMIT 1
"""
_STORED = """
    SELECT payment_id AS id, content_type, data, NULL AS examination_failures, submitted_by,
        submitted_at, method
    FROM proofs JOIN payments ON payments.id = payment_id WHERE payment_id = :payment_id
"""
_REMEMBER = """
    UPDATE fingerprints
    SET content = COALESCE(content, :content), image_hash = COALESCE(image_hash, :image_hash),
        code = COALESCE(code, :code)
    WHERE payment_id = :payment_id
"""
_INSERT_THUMBNAIL = """
    INSERT INTO thumbnails (payment_id, data)
    SELECT :payment_id, :data FROM proofs WHERE payment_id = :payment_id
    ON CONFLICT DO NOTHING
"""
_THUMBNAIL = "SELECT data FROM thumbnails WHERE payment_id = :payment_id"


@dataclass(frozen=True, slots=True)
class Unexamined:
    """A stored proof to examine; `data` is None if its file was deleted.

    `failures` is how many examinations of the proof have failed.
    """

    payment_id: int
    content_type: str | None
    data: bytes | None
    failures: int
    submitted_by: str
    submitted_at: datetime
    method: str


def next_proof(view: Snapshot, failures_of: Mapping[str, int]) -> Unexamined | None:
    """Return the proof that is examined next, or None if every proof is examined.

    Only the `NEWEST_UNEXAMINED` proofs are compared: older ones wait until fewer are left.
    `failures_of`: a waiter's username → how many examinations of their proofs have failed lately.
    """
    values = {
        "pending": PaymentStatus.PENDING,
        "failures_of": json.dumps(failures_of),
        "newest": NEWEST_UNEXAMINED,
    }
    return _unexamined(view, _NEXT, values)


def next_older_proof(view: Snapshot) -> Unexamined | None:
    """Return the newest proof of an earlier version whose content has no hash yet."""
    return _unexamined(view, _NEXT_OLDER, {})


def stored_proof(view: Snapshot, payment_id: int) -> Unexamined | None:
    """Return a proof, or None if there was none or its file was deleted."""
    return _unexamined(view, _STORED, {"payment_id": payment_id})


def _unexamined(view: Snapshot, sql: str, values: Mapping[str, object]) -> Unexamined | None:
    row = view.one(sql, values)
    if row is None:
        return None
    return Unexamined(
        payment_id=row["id"],
        content_type=row["content_type"],
        data=row["data"],
        failures=row["examination_failures"] or 0,
        submitted_by=row["submitted_by"],
        submitted_at=from_millis(row["submitted_at"]),
        method=row["method"],
    )


def fail(tx: Transaction, payment_id: int) -> None:
    """Count a failed examination. It is not part of any order, so no event is appended."""
    tx.run(_FAIL, {"payment_id": payment_id})


def remember(tx: Transaction, payment_id: int, facts: Facts) -> None:
    """Store the hashes and the thumbnail of a proof, if they are not stored yet.

    An empty thumbnail is stored for a file that has nothing to show. They are not part of any
    order, so no event is appended.
    """
    hashes = {"content": facts.content, "image_hash": facts.image_hash, "code": facts.code}
    tx.run(_REMEMBER, {"payment_id": payment_id, **hashes})
    tx.run(_INSERT_THUMBNAIL, {"payment_id": payment_id, "data": facts.thumbnail or b""})


def thumbnail(view: Snapshot, payment_id: int) -> bytes | None:
    """Return the proof's thumbnail: empty if there is nothing to show, None if not made yet."""
    row = view.one(_THUMBNAIL, {"payment_id": payment_id})
    return None if row is None else row["data"]
