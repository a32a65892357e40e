"""Payment attempts, and the files of their proofs in a separate table."""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from comanda.domain import comparison
from comanda.domain.deposits import Checked
from comanda.domain.errors import PaymentNotFound
from comanda.domain.evidence import Suspicion, reference_key
from comanda.domain.examinations import Examination, Facts
from comanda.domain.orders import Order
from comanda.domain.payments import (
    Allocation,
    Corrected,
    Examined,
    FormerClaim,
    PaidItem,
    Payment,
    PaymentStatus,
    Proof,
    Submission,
)
from comanda.domain.wire import encode
from comanda.store import deposits, evidence, examinations, readings, viewers
from comanda.store.database import (
    Snapshot,
    Transaction,
    from_millis,
    optional_from_millis,
    to_millis,
)

_INSERT = """
    INSERT INTO payments
        (order_id, attempt, method, status, has_proof, submitted_by, submitted_at,
         reference, reference_key, tip, tendered, replaces, waiter, arrives, to_account)
    VALUES (:order_id, :attempt, :method, :status, :has_proof, :submitted_by, :submitted_at,
            :reference, :reference_key, :tip, :tendered, :replaces, :waiter, :arrives, :to_account)
"""
_INSERT_ALLOCATION = """
    INSERT INTO payment_allocations (payment_id, order_id, amount, items)
    VALUES (:payment_id, :order_id, :amount, :items)
"""
_ALLOCATIONS = """
    SELECT payment_id, order_id, amount, payment_allocations.items, table_number, customer
    FROM payment_allocations JOIN orders ON orders.id = order_id
    WHERE payment_id IN ({ids}) ORDER BY payment_id, order_id
"""
_OF_ORDERS = """
    SELECT DISTINCT payment_id AS id FROM payment_allocations WHERE order_id IN ({ids})
"""
_INSERT_PROOF = """
    INSERT INTO proofs (payment_id, content_type, size, sha256, data)
    VALUES (:payment_id, :content_type, :size, :sha256, :data)
"""
_UPDATE = """
    UPDATE payments
    SET status = :status, reason = :reason, decided_by = :decided_by, decided_at = :decided_at,
        seen_in_account = :seen_in_account, seen_by = :seen_by, seen_at = :seen_at,
        warnings = :warnings, late_warnings = :late_warnings,
        examination = :examination, examined_at = :examined_at,
        reconciled_by = :reconciled_by, reconciled_at = :reconciled_at, approved_at = :approved_at,
        reading = :reading, checked = :checked
    WHERE id = :id
"""
_CORRECT = """
    UPDATE payments
    SET reference = :reference, reference_key = :reference_key, former_claims = :former_claims,
        arrives = :arrives
    WHERE id = :id
"""
_CORRECT_ALLOCATION = """
    UPDATE payment_allocations SET amount = :amount
    WHERE payment_id = :payment_id AND order_id = :order_id
"""
_DELETE_ALLOCATION = """
    DELETE FROM payment_allocations WHERE payment_id = :payment_id AND order_id = :order_id
"""
_KEEP_NUMBER = """
    UPDATE payments SET read_key = :read_key, was_read = :was_read WHERE id = :id
"""
_WARN = "UPDATE payments SET warnings = :warnings WHERE id = :id"
_UNSEEN = """
    SELECT * FROM payments
    WHERE status = :status AND seen_at IS NULL AND submitted_at <= :before
    ORDER BY id
"""
_INSERT_FINGERPRINT = """
    INSERT INTO fingerprints (payment_id, order_id, sha256)
    VALUES (:payment_id, :order_id, :sha256)
"""
_REPLACE_PROOF = """
    UPDATE proofs SET content_type = :content_type, size = :size, sha256 = :sha256, data = :data
    WHERE payment_id = :payment_id
"""
_REPLACED = "SELECT replaces FROM payments WHERE replaces IN ({ids}) AND status <> 'retirado'"
_BY_ID = "SELECT * FROM payments WHERE id IN ({ids}) ORDER BY id"
_FILE_TYPE = "SELECT content_type FROM proofs WHERE payment_id = :payment_id"
_PROOF = "SELECT content_type, data, sha256 FROM proofs WHERE payment_id = :payment_id"


def store(
    tx: Transaction,
    payment: Payment | Submission | Examined | Corrected,
    by: str,
    paid_orders: Sequence[Order],
) -> Payment:
    """Store an attempt to pay `paid_orders`, new or changed. Only `orders.save_payment` calls this.

    A new attempt is stored with its proof and its warnings, an examined attempt with the facts, a
    corrected attempt with what it said before.
    """
    if isinstance(payment, Payment):
        return _update(tx, payment)
    if isinstance(payment, Examined):
        _keep_facts(tx, payment.payment.id, payment.facts or Facts())
        _keep_reading(tx, payment)
        return _update(tx, payment.payment)
    if isinstance(payment, Corrected):
        _correct(tx, payment.payment, paid_orders)
        return _update(tx, payment.payment)
    first = paid_orders[0]
    submitted = _insert(tx, first, payment, by, waiter=_waiter(paid_orders, payment))
    return _warn(tx, submitted, evidence.find(tx, first, submitted, payment.claim, payment.proof))


def _waiter(paid_orders: Sequence[Order], submission: Submission) -> str:
    """Return whose the tip is: the waiter whose orders the payment pays most; the oldest first."""
    sums = Counter[str]()
    for order in paid_orders:
        shares = (part.amount for part in submission.allocations if part.order_id == order.id)
        sums[order.waiter] += sum(shares)
    return max(sums, key=lambda waiter: sums[waiter])


def _insert(tx: Transaction, first: Order, submission: Submission, by: str, waiter: str) -> Payment:
    claim, proof = submission.claim, submission.proof
    attempt = 1 + len(first.payments)
    values = {
        "order_id": first.id,
        "attempt": attempt,
        "method": submission.method,
        "status": PaymentStatus.PENDING,
        "has_proof": proof is not None,
        "submitted_by": by,
        "submitted_at": to_millis(tx.now),
        "reference": claim.reference,
        "reference_key": _key(claim.reference),
        "tip": submission.tip,
        "tendered": submission.tendered,
        "replaces": submission.replaces,
        "waiter": waiter,
        "arrives": submission.tip + sum(part.amount for part in submission.allocations),
        "to_account": submission.to_account,
    }
    payment_id = tx.insert(_INSERT, values)
    for allocation in submission.allocations:
        _insert_allocation(tx, payment_id, allocation)
    if proof is not None:
        _insert_proof(tx, first.id, payment_id, proof)
    return Payment(
        id=payment_id,
        order_id=first.id,
        attempt=attempt,
        method=submission.method,
        status=PaymentStatus.PENDING,
        reason=None,
        has_proof=proof is not None,
        submitted_by=by,
        submitted_at=tx.now,
        reference=claim.reference,
        allocations=submission.allocations,
        tip=submission.tip,
        tendered=submission.tendered,
        replaces=submission.replaces,
        to_account=submission.to_account,
    )


def _insert_allocation(tx: Transaction, payment_id: int, allocation: Allocation) -> None:
    items = [[item.position, item.quantity] for item in allocation.items]
    values = {
        "payment_id": payment_id,
        "order_id": allocation.order_id,
        "amount": allocation.amount,
        "items": encode(items) if items else None,
    }
    tx.run(_INSERT_ALLOCATION, values)


def _insert_proof(tx: Transaction, order_id: int, payment_id: int, proof: Proof) -> None:
    file = {
        "payment_id": payment_id,
        "content_type": proof.content_type,
        "size": len(proof.data),
        "sha256": proof.stored_sha256 or proof.sha256,
        "data": proof.data,
    }
    tx.run(_INSERT_PROOF, file)
    fingerprint = {
        "payment_id": payment_id,
        "order_id": order_id,
        "sha256": proof.sha256,
    }
    tx.run(_INSERT_FINGERPRINT, fingerprint)


def _warn(tx: Transaction, payment: Payment, warnings: Sequence[Suspicion]) -> Payment:
    if warnings:
        tx.run(_WARN, {"id": payment.id, "warnings": _to_json(warnings)})
    return replace(payment, warnings=tuple(warnings))


def _update(tx: Transaction, payment: Payment) -> Payment:
    """Store who opened the attempt, the verdict, and what the examination brought."""
    values = {
        "id": payment.id,
        "status": payment.status,
        "reason": payment.reason,
        "decided_by": payment.decided_by,
        "decided_at": payment.decided_at and to_millis(payment.decided_at),
        "seen_in_account": payment.seen_in_account,
        "seen_by": payment.seen_by,
        "seen_at": payment.seen_at and to_millis(payment.seen_at),
        "warnings": _to_json(payment.warnings),
        "late_warnings": _to_json(payment.late_warnings),
        "examination": payment.examination,
        "examined_at": payment.examined_at and to_millis(payment.examined_at),
        "reconciled_by": payment.reconciled_by,
        "reconciled_at": payment.reconciled_at and to_millis(payment.reconciled_at),
        "approved_at": payment.approved_at and to_millis(payment.approved_at),
        "reading": readings.read_to_json(payment.reading),
        "checked": payment.checked,
    }
    tx.run(_UPDATE, values)
    return payment


def _correct(tx: Transaction, payment: Payment, paid_orders: Sequence[Order]) -> None:
    """Store another number, other amounts, and what the payment said before.

    `paid_orders` are those that it paid before.
    """
    claims = [
        [claim.reference, claim.amount, claim.by, to_millis(claim.at)]
        for claim in payment.former_claims
    ]
    values = {
        "id": payment.id,
        "reference": payment.reference,
        "reference_key": _key(payment.reference),
        "former_claims": encode(claims) if claims else None,
        "arrives": payment.arrives,
    }
    tx.run(_CORRECT, values)
    for order in paid_orders:
        ids = {"payment_id": payment.id, "order_id": order.id}
        if order.id in payment.order_ids:
            tx.run(_CORRECT_ALLOCATION, {**ids, "amount": payment.share(order.id)})
        else:
            tx.run(_DELETE_ALLOCATION, ids)


def _key(reference: str | None) -> str | None:
    return (reference and reference_key(reference)) or None


def _keep_reading(tx: Transaction, examined: Examined) -> None:
    """Store all that was read, the key of the number, and whether a field was read."""
    payment, facts = examined.payment, examined.facts
    is_sought = facts is None or facts.source is not None
    read = payment.reading
    values = {
        "id": payment.id,
        "read_key": read and _key(read.reference),
        "was_read": read is not None if is_sought or read is not None else None,
    }
    tx.run(_KEEP_NUMBER, values)
    if facts is not None and facts.reading is not None:
        readings.put(tx, payment.id, comparison.presentable(facts.reading), facts.source)


def _keep_facts(tx: Transaction, payment_id: int, facts: Facts) -> None:
    examinations.remember(tx, payment_id, facts)
    if facts.shown is not None:
        file = {
            "payment_id": payment_id,
            "content_type": facts.shown.content_type,
            "size": len(facts.shown.data),
            "sha256": hashlib.sha256(facts.shown.data).hexdigest(),
            "data": facts.shown.data,
        }
        tx.run(_REPLACE_PROOF, file)


def unseen(view: Snapshot, before: datetime) -> list[Payment]:
    """Return the attempts that wait since `before` or longer and that no cashier has opened."""
    values = {"status": PaymentStatus.PENDING, "before": to_millis(before)}
    return from_rows(view, view.all(_UNSEEN, values))


def require(view: Snapshot, payment_id: int) -> Payment:
    """Return the payment. Raises PaymentNotFound."""
    found_payments = from_rows(view, view.where_in(_BY_ID, [payment_id]))
    if not found_payments:
        raise PaymentNotFound
    return found_payments[0]


def of_orders(view: Snapshot, order_ids: Sequence[int]) -> dict[int, list[Payment]]:
    """Return order's id → all attempts that pay the order, the oldest first."""
    payment_ids = [row["id"] for row in view.where_in(_OF_ORDERS, order_ids)]
    payments_of: dict[int, list[Payment]] = {}
    for payment in from_rows(view, view.where_in(_BY_ID, payment_ids)):
        for order_id in payment.order_ids:
            payments_of.setdefault(order_id, []).append(payment)
    return payments_of


def replaced_ids(view: Snapshot, orders: Iterable[Order]) -> set[int]:
    """Return the ids of the orders' payments in whose place another payment came, and stayed."""
    payment_ids = sorted({payment.id for order in orders for payment in order.payments})
    return {row["replaces"] for row in view.where_in(_REPLACED, payment_ids)}


def proof(view: Snapshot, payment_id: int) -> Proof | None:
    """Return the proof as served, or None if there was no proof or its file was deleted."""
    row = view.one(_PROOF, {"payment_id": payment_id})
    if row is None:
        return None
    return Proof(row["content_type"], row["data"], row["sha256"])


def file_type(view: Snapshot, payment_id: int) -> str | None:
    """Return the content type of the payment's proof, or None without one or if it was deleted."""
    row = view.one(_FILE_TYPE, {"payment_id": payment_id})
    return None if row is None else row["content_type"]


def from_rows(view: Snapshot, rows: Iterable[sqlite3.Row]) -> list[Payment]:
    """Return the payments of `rows`; a pending payment has the cashiers who view it now."""
    payment_rows = list(view.in_pieces(rows))
    payment_ids = [row["id"] for row in payment_rows]
    allocations_of = _allocations(view, payment_ids)
    deposit_of = deposits.of_payments(view, payment_ids)
    all_payments = [
        from_row(row, allocations_of.get(row["id"], ())).with_deposit(deposit_of.get(row["id"]))
        for row in payment_rows
    ]
    if all(payment.status is not PaymentStatus.PENDING for payment in all_payments):
        return all_payments
    viewers_of = viewers.by_payment(view)
    return [
        replace(payment, viewers=tuple(viewers_of.get(payment.id, ()))) for payment in all_payments
    ]


def _allocations(view: Snapshot, payment_ids: Sequence[int]) -> dict[int, tuple[Allocation, ...]]:
    allocations_of: dict[int, tuple[Allocation, ...]] = {}
    for row in view.in_pieces(view.where_in(_ALLOCATIONS, payment_ids)):
        items = json.loads(row["items"]) if row["items"] else ()
        allocation = Allocation(
            order_id=row["order_id"],
            amount=row["amount"],
            items=tuple(PaidItem(position, quantity) for position, quantity in items),
            table_number=row["table_number"],
            customer=row["customer"],
        )
        earlier = allocations_of.get(row["payment_id"], ())
        allocations_of[row["payment_id"]] = (*earlier, allocation)
    return allocations_of


def from_row(row: sqlite3.Row, allocations: tuple[Allocation, ...]) -> Payment:
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
        reference=row["reference"],
        allocations=allocations,
        tip=row["tip"],
        tendered=row["tendered"],
        replaces=row["replaces"],
        warnings=_from_json(row["warnings"]),
        seen_by=row["seen_by"],
        seen_at=optional_from_millis(row["seen_at"]),
        seen_in_account=_optional_bool(row["seen_in_account"]),
        reconciled_by=row["reconciled_by"],
        reconciled_at=optional_from_millis(row["reconciled_at"]),
        examination=row["examination"] and Examination(row["examination"]),
        examined_at=optional_from_millis(row["examined_at"]),
        late_warnings=_from_json(row["late_warnings"]),
        approved_at=optional_from_millis(row["approved_at"]),
        reading=readings.read_from_json(row["reading"]),
        former_claims=_former_claims(row["former_claims"]),
        to_account=bool(row["to_account"]),
        checked=row["checked"] and Checked(row["checked"]),
    )


def _to_json(warnings: Sequence[Suspicion]) -> str | None:
    return encode([warning.wire() for warning in warnings]) if warnings else None


def _from_json(text: str | None) -> tuple[Suspicion, ...]:
    return tuple(map(Suspicion.from_wire, json.loads(text))) if text else ()


def _former_claims(text: str | None) -> tuple[FormerClaim, ...]:
    claims = json.loads(text) if text else ()
    return tuple(
        FormerClaim(reference, amount, by, from_millis(at)) for reference, amount, by, at in claims
    )


def _optional_bool(number: int | None) -> bool | None:
    return None if number is None else bool(number)
