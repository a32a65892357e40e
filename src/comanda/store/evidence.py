"""Looking for what speaks against a proof: the same number, the same file, a similar picture.

The look-ups use indexes, or a bounded number of the newest pictures, so that they cost the same
however long the history is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from comanda.domain.evidence import Claim, Suspicion, WarningType, reference_key
from comanda.domain.orders import Order
from comanda.domain.payments import Payment, PaymentStatus, Proof
from comanda.store.database import Snapshot, Transaction

SIMILAR_BITS = 14  # of 1,024: copies of a picture stay within it, other receipts rarely do
NEWEST_PICTURES = 300

_SAME_REFERENCE = """
    SELECT order_id, id AS payment_id FROM payments
    WHERE reference_key = :key AND id < :payment_id
        AND status IN (:approved, :pending)
    ORDER BY id DESC LIMIT 1
"""
_SAME_FILE = """
    SELECT order_id, payment_id FROM fingerprints
    WHERE sha256 = :sha256 AND payment_id < :payment_id ORDER BY payment_id DESC LIMIT 1
"""
_SAME_CONTENT = """
    SELECT order_id, payment_id FROM fingerprints
    WHERE content = :content AND payment_id < :payment_id ORDER BY payment_id DESC LIMIT 1
"""
_NEWEST_PICTURES = """
    SELECT order_id, payment_id, image_hash FROM fingerprints
    WHERE image_hash IS NOT NULL AND payment_id < :payment_id
    ORDER BY payment_id DESC LIMIT :limit
"""

_NOT_LOOKED_AT = """
    SELECT fingerprints.payment_id, proofs.content_type, proofs.data
    FROM fingerprints LEFT JOIN proofs ON proofs.payment_id = fingerprints.payment_id
    WHERE fingerprints.content IS NULL ORDER BY fingerprints.payment_id DESC LIMIT 1
"""
_REMEMBER = "UPDATE fingerprints SET content = :content WHERE payment_id = :payment_id"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A proof from before Comanda compared what proofs show; `data` is None once deleted."""

    payment_id: int
    content_type: str | None
    data: bytes | None


def unknown(view: Snapshot) -> Unknown | None:
    """The newest proof of which it is not known what it shows."""
    row = view.one(_NOT_LOOKED_AT, {})
    return None if row is None else Unknown(row["payment_id"], row["content_type"], row["data"])


def remember(tx: Transaction, payment_id: int, content: str) -> None:
    """Store what a proof shows; nothing more than a hash, which no order tells of."""
    tx.run(_REMEMBER, {"payment_id": payment_id, "content": content})


def find(
    view: Snapshot, order: Order, payment: Payment, claim: Claim, proof: Proof | None
) -> tuple[Suspicion, ...]:
    """The warnings about `payment`, an attempt to pay `order` that has just been stored."""
    suspicions = [*_reused_reference(view, payment)]
    if proof is not None:
        suspicions += list(_reused_file(view, payment, proof)) or list(
            _similar(view, payment, proof)
        )
    return (*suspicions, *_differences(order, payment, claim))


def _reused_reference(view: Snapshot, payment: Payment) -> Iterator[Suspicion]:
    if payment.reference is None:
        return
    values = {
        "key": reference_key(payment.reference),
        "payment_id": payment.id,
        "approved": PaymentStatus.APPROVED,
        "pending": PaymentStatus.PENDING,
    }
    if (row := view.one(_SAME_REFERENCE, values)) is not None:
        yield Suspicion(WarningType.REFERENCE_REUSED, row["order_id"], row["payment_id"])


def _reused_file(view: Snapshot, payment: Payment, proof: Proof) -> Iterator[Suspicion]:
    """The newest attempt with the same bytes, or with a file that shows the very same.

    An attempt that is sent again by its key never comes here: a file found is another's.
    """
    values = {"sha256": proof.sha256, "content": proof.content, "payment_id": payment.id}
    rows = [view.one(_SAME_FILE, values), proof.content and view.one(_SAME_CONTENT, values)]
    if earlier_rows := [row for row in rows if row]:
        row = max(earlier_rows, key=lambda one: int(one["payment_id"]))
        yield Suspicion(WarningType.FILE_REUSED, row["order_id"], row["payment_id"])


def _similar(view: Snapshot, payment: Payment, proof: Proof) -> Iterator[Suspicion]:
    """A better photo of the same order's receipt is what a rejection asks for, so it is no hint."""
    if proof.image_hash is None:
        return
    mine = int.from_bytes(proof.image_hash)
    values = {"payment_id": payment.id, "limit": NEWEST_PICTURES}
    for row in view.each(_NEWEST_PICTURES, values):
        distance = (int.from_bytes(row["image_hash"]) ^ mine).bit_count()
        if distance <= SIMILAR_BITS and row["order_id"] != payment.order_id:
            yield Suspicion(WarningType.IMAGE_SIMILAR, row["order_id"], row["payment_id"])
            return


def _differences(order: Order, payment: Payment, claim: Claim) -> Iterator[Suspicion]:
    """What does not fit the order itself; a photo's time is as good as the phone's clock."""
    if payment.amount is not None and payment.amount != order.total:
        yield Suspicion(WarningType.AMOUNT_DIFFERS, order.id, payment.id)
    if claim.is_before(order.created_at):
        yield Suspicion(WarningType.PROOF_PREDATES_ORDER, order.id, payment.id)
