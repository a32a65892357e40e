"""The search for evidence against a proof: the same number, file or code, a similar picture.

The queries use indexes, or a limited number of the nearest rows. So their cost does not grow with
the history.
"""

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile

from comanda.domain.evidence import SAME_PROOF, Claim, Suspicion, WarningType
from comanda.domain.examinations import Facts
from comanda.domain.orders import Order
from comanda.domain.payments import COUNTED, Payment, PaymentStatus, Proof
from comanda.store import accounts, numbers_in_use
from comanda.store.database import Snapshot

SIMILAR_BITS = 14  # of 1,024: copies of a picture stay within it, other receipts rarely do
NEWEST_PICTURES = 300
MOST_ATTEMPTS = 20  # at one order, of which a later proof is compared with an earlier one
MOST_ROWS = 3_000  # to find so many pictures in: PDFs, and what is not examined, have none

# A payment that was withdrawn is no evidence: its proof may come again, for the right order.
# An attempt to pay another order first: that the guest sent the same to the same order is normal
# after a rejection, and must not hide where the proof comes from.
_SAME_FILE = """
    SELECT fingerprints.order_id, payment_id
    FROM fingerprints JOIN payments ON payments.id = payment_id
    WHERE sha256 = :sha256 AND payment_id < :payment_id AND status <> 'retirado'
    ORDER BY fingerprints.order_id = :order_id, payment_id DESC LIMIT 1
"""
_SAME_CONTENT = """
    SELECT fingerprints.order_id, payment_id
    FROM fingerprints JOIN payments ON payments.id = payment_id
    WHERE content = :content AND payment_id < :payment_id AND status <> 'retirado'
    ORDER BY fingerprints.order_id = :order_id, payment_id DESC LIMIT 1
"""
_LATER_SAME_CONTENT = """
    SELECT order_id, payment_id FROM fingerprints
    WHERE content = :content AND payment_id > :payment_id ORDER BY payment_id LIMIT :limit
"""
# A code of the same order is normal after a rejection, as a similar picture is.
_SAME_CODE = """
    SELECT fingerprints.order_id, payment_id
    FROM fingerprints JOIN payments ON payments.id = payment_id
    WHERE code = :code AND payment_id < :payment_id AND status <> 'retirado'
        AND (fingerprints.order_id <> :order_id OR status <> 'rechazado')
    ORDER BY fingerprints.order_id = :order_id, payment_id DESC LIMIT 1
"""
_LATER_SAME_CODE = """
    SELECT order_id, payment_id FROM fingerprints
    WHERE code = :code AND payment_id > :payment_id ORDER BY payment_id LIMIT :limit
"""
# A code that two approved payments with different numbers share is an advertisement or the house's.
_NUMBERS_WITH_CODE = """
    SELECT read_key FROM fingerprints JOIN payments ON payments.id = payment_id
    WHERE code = :code AND status = :approved AND read_key IS NOT NULL
    ORDER BY payment_id LIMIT :limit
"""
_NEWEST = """
    SELECT fingerprints.order_id, payment_id, content, image_hash, status
    FROM fingerprints JOIN payments ON payments.id = payment_id
    WHERE payment_id < :payment_id AND status <> 'retirado'
    ORDER BY payment_id DESC LIMIT :limit
"""
_LATER = """
    SELECT order_id, payment_id, content, image_hash FROM fingerprints
    WHERE payment_id > :payment_id ORDER BY payment_id LIMIT :limit
"""


def find(
    view: Snapshot, first: Order, payment: Payment, claim: Claim, proof: Proof | None
) -> tuple[Suspicion, ...]:
    """Return the warnings about `payment`, just stored; `first` is the oldest order that it pays.

    Only the proof's bytes are compared. `compare` compares what the proof shows.
    """
    suspicions = reused_number(view, payment)
    if proof is not None:
        suspicions += _reused_file(view, payment, proof.sha256)
    if claim.is_before(first.created_at):  # only as reliable as the phone's clock
        suspicions.append(Suspicion(WarningType.PROOF_PREDATES_ORDER, first.id, payment.id))
    return tuple(suspicions)


def compare(view: Snapshot, payment: Payment, facts: Facts) -> dict[int, list[Suspicion]]:
    """Compare an examined proof with all others; return payment's id → its new warnings.

    Of two payments with the same proof, the later payment gets the warning. The newest proof is
    examined first, so that a later payment may have been examined before `payment`.
    """
    suspicions_of: dict[int, list[Suspicion]] = defaultdict(list)
    if facts.is_damaged:
        damaged = Suspicion(WarningType.FILE_DAMAGED, payment.order_id, payment.id)
        suspicions_of[payment.id].append(damaged)
    suspicions_of[payment.id] += _about(view, payment, facts)
    if facts.code is not None and not _is_common(view, facts.code):
        suspicions_of[payment.id] += _reused_code(view, payment, facts.code)
        for later_id, suspicion in _later_with_code(view, payment, facts.code):
            suspicions_of[later_id].append(suspicion)
    for later_id, suspicion in _about_later(view, payment, facts):
        suspicions_of[later_id].append(suspicion)
    return dict(suspicions_of)


def _about(view: Snapshot, payment: Payment, facts: Facts) -> list[Suspicion]:
    """Return the warnings of earlier proofs like this one, unless the payment has such a warning.

    A warning of an earlier attempt to pay the same order doesn't make up for one of another order.
    """
    own_types = {warning.type for warning in payment.warnings}
    if _points_elsewhere(payment, payment.warnings):
        return []
    suspicions = _reused_content(view, payment, facts.content)
    if not _points_elsewhere(payment, suspicions):
        if WarningType.FILE_REUSED in own_types:
            suspicions = []
        suspicions += _similar(view, payment, facts.image_hash)
    return suspicions


def _points_elsewhere(payment: Payment, warnings: Iterable[Suspicion]) -> bool:
    """Return whether one of the warnings is of the same proof for another order."""
    return any(
        warning.type in SAME_PROOF and warning.order_id not in payment.order_ids
        for warning in warnings
    )


def reused_number(view: Snapshot, payment: Payment, *, is_newest: bool = False) -> list[Suspicion]:
    """Return the warning that another payment has the payment's number, typed or read.

    The other payment was sent before, or was approved while this one still waits. A payment whose
    number was just corrected `is_newest`: its number came after those of later payments, too.
    """
    keys = _keys(payment)
    use = numbers_in_use.earlier(view, keys, payment.id)
    if use is None and (is_newest or payment.status is PaymentStatus.PENDING):
        later = numbers_in_use.later(view, keys, payment.id, 1, is_approved=not is_newest)
        use = next(iter(later), None)
    return [] if use is None else [_same_number(use.order_id, use.payment_id)]


def have_a_number_in_common(view: Snapshot, payment: Payment, other_id: int) -> bool:
    """Whether another payment, whatever became of it, has one of the payment's numbers."""
    return not _keys(payment).isdisjoint(numbers_in_use.keys_of(view, other_id))


def later_with_number(view: Snapshot, payment: Payment) -> dict[int, list[Suspicion]]:
    """Return the id of each later payment with the payment's number → its warning.

    A payment that was rejected or withdrawn is no evidence against a later one.
    """
    if not payment.counts:
        return {}
    uses = numbers_in_use.later(view, _keys(payment), payment.id, MOST_ATTEMPTS)
    return {use.payment_id: [_same_number(payment.order_id, payment.id)] for use in uses}


def _keys(payment: Payment) -> set[str]:
    read = payment.reading
    return numbers_in_use.keys(payment.reference, read.reference if read else None)


def _same_number(order_id: int, payment_id: int) -> Suspicion:
    return Suspicion(WarningType.REFERENCE_REUSED, order_id, payment_id)


def _is_common(view: Snapshot, code: str) -> bool:
    """Whether the code says nothing about a payment: the house's own, or one on every receipt."""
    own_codes = (account.code.encode() for account in accounts.every(view))
    if any(hashlib.sha256(own_code).hexdigest() == code for own_code in own_codes):
        return True
    values = {"code": code, "approved": PaymentStatus.APPROVED, "limit": MOST_ATTEMPTS}
    return len({row["read_key"] for row in view.all(_NUMBERS_WITH_CODE, values)}) > 1


def _reused_code(view: Snapshot, payment: Payment, code: str) -> list[Suspicion]:
    """Return a warning of the newest earlier attempt with the same code."""
    row = view.one(_SAME_CODE, {"code": code, **_ids(payment)})
    if row is None:
        return []
    return [Suspicion(WarningType.QR_REUSED, row["order_id"], row["payment_id"])]


def _later_with_code(
    view: Snapshot, payment: Payment, code: str
) -> Iterator[tuple[int, Suspicion]]:
    """Yield the id of each later payment with the same code, and its warning."""
    if payment.status is PaymentStatus.WITHDRAWN:
        return
    values = {"code": code, "payment_id": payment.id, "limit": MOST_ATTEMPTS}
    for row in view.all(_LATER_SAME_CODE, values):
        if row["order_id"] != payment.order_id or payment.status is not PaymentStatus.REJECTED:
            yield (
                row["payment_id"],
                Suspicion(WarningType.QR_REUSED, payment.order_id, payment.id),
            )


def _reused_file(view: Snapshot, payment: Payment, sha256: str) -> list[Suspicion]:
    """Return a warning of the newest earlier attempt with the same bytes, if any of another order.

    A request repeated with its idempotency key never gets here: the file is another attempt's.
    """
    row = view.one(_SAME_FILE, {"sha256": sha256, **_ids(payment)})
    return [] if row is None else [_reused(row["order_id"], row["payment_id"])]


def _reused_content(view: Snapshot, payment: Payment, content: str) -> list[Suspicion]:
    """Return the same warning of an earlier attempt whose file shows the same."""
    row = content and view.one(_SAME_CONTENT, {"content": content, **_ids(payment)})
    return [_reused(row["order_id"], row["payment_id"])] if row else []


def _ids(payment: Payment) -> dict[str, int]:
    return {"payment_id": payment.id, "order_id": payment.order_id}


def _reused(order_id: int, payment_id: int) -> Suspicion:
    return Suspicion(WarningType.FILE_REUSED, order_id, payment_id)


def _similar(view: Snapshot, payment: Payment, image_hash: bytes | None) -> list[Suspicion]:
    """Return a warning of the newest earlier picture that is similar."""
    for row in _pictures(view, _NEWEST, payment) if image_hash else ():
        is_part = PaymentStatus(row["status"]) in COUNTED
        if _is_similar(row, payment, image_hash, is_part=is_part):
            return [Suspicion(WarningType.IMAGE_SIMILAR, row["order_id"], row["payment_id"])]
    return []


def _pictures(view: Snapshot, sql: str, payment: Payment) -> Iterator[sqlite3.Row]:
    """Return the nearest `NEWEST_PICTURES` pictures before or after `payment`."""
    rows = view.each(sql, {"payment_id": payment.id, "limit": MOST_ROWS})
    return islice((row for row in rows if row["image_hash"] is not None), NEWEST_PICTURES)


def _is_similar(
    row: sqlite3.Row, payment: Payment, image_hash: bytes | None, *, is_part: bool
) -> bool:
    """Whether the picture of `row` is similar, and of another order than `payment`.

    A similar picture of the same order is normal after a rejection, which asks for a better photo.
    It is not where the earlier payment `is_part` of what is paid: one receipt never pays two parts.
    """
    distance = int.from_bytes(row["image_hash"]) ^ int.from_bytes(image_hash or b"")
    is_other = is_part or row["order_id"] not in payment.order_ids
    return is_other and distance.bit_count() <= SIMILAR_BITS


def _about_later(view: Snapshot, payment: Payment, facts: Facts) -> Iterator[tuple[int, Suspicion]]:
    """Yield the id of each later payment to warn, and its warning.

    Of the payments whose files show the same, only the next is named, with the attempts at its
    order that follow directly: each further payment has a warning of that order. A withdrawn
    payment is no evidence against a later one.
    """
    if payment.status is PaymentStatus.WITHDRAWN:
        return
    values = {"content": facts.content, "payment_id": payment.id, "limit": MOST_ATTEMPTS}
    same_rows = view.all(_LATER_SAME_CONTENT, values) if facts.content else []
    for row in takewhile(lambda row: row["order_id"] == same_rows[0]["order_id"], same_rows):
        yield row["payment_id"], _reused(payment.order_id, payment.id)
    for row in _pictures(view, _LATER, payment) if facts.image_hash else ():
        if row["content"] == facts.content:
            continue
        if _is_similar(row, payment, facts.image_hash, is_part=payment.counts):
            suspicion = Suspicion(WarningType.IMAGE_SIMILAR, payment.order_id, payment.id)
            yield row["payment_id"], suspicion
