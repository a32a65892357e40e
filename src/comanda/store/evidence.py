"""The search for evidence against a proof: the same number, the same file, a similar picture.

The queries use indexes, or a limited number of the newest pictures. So their cost does not grow
with the history.
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
    """A proof stored before Comanda compared contents; `data` is None if the file was deleted."""

    payment_id: int
    content_type: str | None
    data: bytes | None


def unknown(view: Snapshot) -> Unknown | None:
    """Return the newest proof whose content has no hash yet."""
    row = view.one(_NOT_LOOKED_AT, {})
    return None if row is None else Unknown(row["payment_id"], row["content_type"], row["data"])


def remember(tx: Transaction, payment_id: int, content: str) -> None:
    """Store the hash of a proof's content. It is not part of any order, so no event is appended."""
    tx.run(_REMEMBER, {"payment_id": payment_id, "content": content})


def find(
    view: Snapshot, order: Order, payment: Payment, claim: Claim, proof: Proof | None
) -> tuple[Suspicion, ...]:
    """Return the warnings about `payment`, an attempt to pay `order` that was just stored."""
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
    """Yield a warning of the newest earlier attempt with the same bytes or the same content.

    A request repeated with its idempotency key never gets here: the file is another attempt's.
    """
    values = {"sha256": proof.sha256, "content": proof.content, "payment_id": payment.id}
    rows = [view.one(_SAME_FILE, values), proof.content and view.one(_SAME_CONTENT, values)]
    if earlier_rows := [row for row in rows if row]:
        row = max(earlier_rows, key=lambda earlier: int(earlier["payment_id"]))
        yield Suspicion(WarningType.FILE_REUSED, row["order_id"], row["payment_id"])


def _similar(view: Snapshot, payment: Payment, proof: Proof) -> Iterator[Suspicion]:
    """Yield a warning of a similar picture of another order.

    A similar picture of the same order is normal: a rejection asks for a better photo.
    """
    if proof.image_hash is None:
        return
    image_hash = int.from_bytes(proof.image_hash)
    values = {"payment_id": payment.id, "limit": NEWEST_PICTURES}
    for row in view.each(_NEWEST_PICTURES, values):
        distance = (int.from_bytes(row["image_hash"]) ^ image_hash).bit_count()
        if distance <= SIMILAR_BITS and row["order_id"] != payment.order_id:
            yield Suspicion(WarningType.IMAGE_SIMILAR, row["order_id"], row["payment_id"])
            return


def _differences(order: Order, payment: Payment, claim: Claim) -> Iterator[Suspicion]:
    """Yield warnings if the amount or the photo's time contradicts the order.

    The photo's time is only as reliable as the phone's clock.
    """
    if payment.amount is not None and payment.amount != order.total:
        yield Suspicion(WarningType.AMOUNT_DIFFERS, order.id, payment.id)
    if claim.is_before(order.created_at):
        yield Suspicion(WarningType.PROOF_PREDATES_ORDER, order.id, payment.id)
