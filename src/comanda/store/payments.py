"""Payment attempts, and the bytes of their proofs in a table of their own."""

import sqlite3

from comanda.domain.errors import PaymentNotFound
from comanda.domain.payments import Payment, PaymentStatus, Proof
from comanda.store.database import (
    Snapshot,
    Transaction,
    from_millis,
    optional_from_millis,
    to_millis,
)

_INSERT = """
    INSERT INTO payments
        (order_id, attempt, method, status, has_proof, submitted_by, submitted_at)
    VALUES (:order_id, :attempt, :method, :status, :has_proof, :submitted_by, :submitted_at)
"""
_INSERT_PROOF = """
    INSERT INTO proofs (payment_id, content_type, size, sha256, data)
    VALUES (:payment_id, :content_type, :size, :sha256, :data)
"""
_DECIDE = """
    UPDATE payments
    SET status = :status, reason = :reason, decided_by = :decided_by, decided_at = :decided_at
    WHERE id = :id
"""
_BY_ID = "SELECT * FROM payments WHERE id = :id"
_OF_ORDER = "SELECT * FROM payments WHERE order_id = :order_id ORDER BY attempt"
_PROOF = "SELECT content_type, data, sha256 FROM proofs WHERE payment_id = :payment_id"


def insert(
    tx: Transaction, order_id: int, attempt: int, method: str, proof: Proof | None, by: str
) -> Payment:
    """Store an attempt with its proof. The order's `save` must follow in the same transaction."""
    values = {
        "order_id": order_id,
        "attempt": attempt,
        "method": method,
        "status": PaymentStatus.PENDING,
        "has_proof": proof is not None,
        "submitted_by": by,
        "submitted_at": to_millis(tx.now),
    }
    payment_id = tx.insert(_INSERT, values)
    if proof is not None:
        _insert_proof(tx, payment_id, proof)
    return require(tx, payment_id)


def _insert_proof(tx: Transaction, payment_id: int, proof: Proof) -> None:
    tx.run(
        _INSERT_PROOF,
        {
            "payment_id": payment_id,
            "content_type": proof.content_type,
            "size": len(proof.data),
            "sha256": proof.sha256,
            "data": proof.data,
        },
    )


def decide(tx: Transaction, payment: Payment) -> None:
    """Store a verdict. The order's `save` must follow in the same transaction."""
    tx.run(
        _DECIDE,
        {
            "id": payment.id,
            "status": payment.status,
            "reason": payment.reason,
            "decided_by": payment.decided_by,
            "decided_at": payment.decided_at and to_millis(payment.decided_at),
        },
    )


def require(view: Snapshot, payment_id: int) -> Payment:
    """The payment. Raises PaymentNotFound."""
    row = view.one(_BY_ID, {"id": payment_id})
    if row is None:
        raise PaymentNotFound
    return from_row(row)


def of_order(view: Snapshot, order_id: int) -> list[Payment]:
    """All attempts to pay an order, the first one first."""
    return [from_row(row) for row in view.all(_OF_ORDER, {"order_id": order_id})]


def proof(view: Snapshot, payment_id: int) -> Proof | None:
    """The proof's file, or None where the attempt came without one."""
    row = view.one(_PROOF, {"payment_id": payment_id})
    if row is None:
        return None
    return Proof(row["content_type"], row["data"], row["sha256"])


def from_row(row: sqlite3.Row) -> Payment:
    return Payment(
        id=row["id"],
        order_id=row["order_id"],
        attempt=row["attempt"],
        method=row["method"],
        status=PaymentStatus(row["status"]),
        reason=row["reason"],
        has_proof=bool(row["has_proof"]),
        submitted_by=row["submitted_by"],
        submitted_at=from_millis(row["submitted_at"]),
        decided_by=row["decided_by"],
        decided_at=optional_from_millis(row["decided_at"]),
    )
