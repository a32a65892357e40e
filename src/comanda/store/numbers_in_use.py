"""Which payments have which operation's number: typed by a waiter, or read from the proof."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from comanda.domain.evidence import reference_key
from comanda.domain.payments import PaymentStatus
from comanda.store.database import Snapshot, from_millis

# Of payments that wait or were approved: a rejected or withdrawn one leaves its number free.
_EARLIER = """
    SELECT order_id, id AS payment_id FROM payments
    WHERE {column} = :key AND id < :payment_id AND status IN (:approved, :pending)
    ORDER BY id DESC LIMIT 1
"""
_LATER = """
    SELECT order_id, id AS payment_id FROM payments
    WHERE {column} = :key AND id > :payment_id AND status IN (:approved, :pending)
    ORDER BY id LIMIT :limit
"""
_ARRIVAL = "SELECT arrives, submitted_at FROM payments WHERE id = :id"
_KEYS = "SELECT reference_key, read_key FROM payments WHERE id = :id"
_COLUMNS = ("reference_key", "read_key")
_STATUSES = {"approved": PaymentStatus.APPROVED, "pending": PaymentStatus.PENDING}


@dataclass(frozen=True, slots=True)
class Use:
    """A payment with a number; `order_id` is its first order."""

    order_id: int
    payment_id: int


def keys(*numbers: str | None) -> set[str]:
    """Return the keys that these numbers are compared by."""
    return {key for number in numbers if number and (key := reference_key(number))}


def keys_of(view: Snapshot, payment_id: int) -> set[str]:
    """Return the keys of a payment's numbers, typed and read."""
    row = view.one(_KEYS, {"id": payment_id})
    return set() if row is None else {row[column] for column in _COLUMNS if row[column]}


def arrival_of(view: Snapshot, payment_id: int) -> tuple[int, datetime]:
    """Return what arrives of a payment that exists, in minor units, and when it was sent."""
    (row,) = view.all(_ARRIVAL, {"id": payment_id})
    return row["arrives"], from_millis(row["submitted_at"])


def earlier(view: Snapshot, number_keys: Iterable[str], payment_id: int) -> Use | None:
    """Return the newest payment before this one with one of the numbers, or None."""
    uses = _uses(view, _EARLIER, number_keys, {"payment_id": payment_id})
    return max(uses, key=lambda use: use.payment_id, default=None)


def later(
    view: Snapshot,
    number_keys: Iterable[str],
    payment_id: int,
    most: int,
    *,
    is_approved: bool = False,
) -> list[Use]:
    """Return the first `most` payments after this one with one of the numbers.

    With `is_approved`, only of those that were approved.
    """
    values: dict[str, object] = {"payment_id": payment_id, "limit": most}
    if is_approved:
        values["pending"] = PaymentStatus.APPROVED
    uses = set(_uses(view, _LATER, number_keys, values))
    return sorted(uses, key=lambda use: use.payment_id)[:most]


def order_with(view: Snapshot, number: str | None, besides: int) -> int | None:
    """Return the first order of another payment with this number; an earlier one comes first."""
    number_keys = keys(number)
    use = earlier(view, number_keys, besides)
    if use is None:
        use = next(iter(later(view, number_keys, besides, most=1)), None)
    return None if use is None else use.order_id


def _uses(
    view: Snapshot, sql: str, number_keys: Iterable[str], values: Mapping[str, object]
) -> Iterator[Use]:
    for key in number_keys:
        for column in _COLUMNS:
            for row in view.all(sql.format(column=column), {**_STATUSES, **values, "key": key}):
                yield Use(row["order_id"], row["payment_id"])
