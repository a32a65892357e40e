"""What proofs say: all that was read of each, line by line, and what it is compared with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from comanda.domain.comparison import Circumstances
from comanda.domain.examinations import Source
from comanda.domain.house import House
from comanda.domain.payments import Payment
from comanda.domain.readings import Box, FieldName, Read, ReadField, Reading, ReadLine
from comanda.domain.wire import encode
from comanda.store import accounts, numbers_in_use
from comanda.store.database import Snapshot, Transaction, from_millis, to_millis

_PUT = """
    INSERT INTO readings (payment_id, data)
    SELECT :payment_id, :data FROM proofs WHERE payment_id = :payment_id
    ON CONFLICT (payment_id) DO UPDATE SET data = excluded.data
"""
_FIND = "SELECT data FROM readings WHERE payment_id = :payment_id"
_ORDERED_AT = "SELECT created_at FROM orders WHERE id = :order_id"


@dataclass(frozen=True, slots=True)
class StoredReading:
    """All that was read from a proof, and where."""

    reading: Reading
    source: Source | None


def put(tx: Transaction, payment_id: int, reading: Reading, source: Source | None) -> None:
    """Store what was read from a proof, unless its file was deleted.

    Only `payments.store` calls this: what everybody sees of it goes with the payment.
    """
    tx.run(_PUT, {"payment_id": payment_id, "data": _to_json(StoredReading(reading, source))})


def find(view: Snapshot, payment_id: int) -> StoredReading | None:
    """Return what was read from a payment's proof; None if nothing was, or not yet, or no more."""
    row = view.one(_FIND, {"payment_id": payment_id})
    return None if row is None else _from_json(row["data"])


def circumstances(
    view: Snapshot, payment: Payment, reading: Reading, current_house: House
) -> Circumstances:
    """Return what the reading of the payment's proof is compared with."""
    row = view.one(_ORDERED_AT, {"order_id": payment.order_id})
    return Circumstances(
        total=payment.amount + payment.tip,
        typed=payment.reference,
        ordered_at=payment.submitted_at if row is None else from_millis(row["created_at"]),
        submitted_at=payment.submitted_at,
        house=current_house,
        accounts=accounts.every(view),
        same_number=numbers_in_use.order_with(view, reading.reference, besides=payment.id),
    )


def read_to_json(read: Read | None) -> str | None:
    """Return what everybody sees of a reading as the text of a column."""
    if read is None:
        return None
    at = read.at
    values = {
        "amount": read.amount,
        "reference": read.reference,
        "at": to_millis(at) if isinstance(at, datetime) else at and at.isoformat(),
        "account": read.account,
        "holder": read.holder,
    }
    return encode(values)


def read_from_json(text: str | None) -> Read | None:
    if text is None:
        return None
    values = json.loads(text)
    at = values["at"]
    values["at"] = from_millis(at) if isinstance(at, int) else at and date.fromisoformat(at)
    return Read(**values)


def _to_json(stored: StoredReading) -> str:
    reading = stored.reading
    values = {
        "source": stored.source,
        "amount": reading.amount,
        "reference": reading.reference,
        "day": reading.day and reading.day.isoformat(),
        "time": reading.time and reading.time.isoformat(),
        "number_day": reading.number_day and reading.number_day.isoformat(),
        "account": reading.account,
        "holder": reading.holder,
        "bank": reading.bank,
        "fields": [[each.name, each.text, _numbers(each.box)] for each in reading.fields],
        "lines": [[each.text, _numbers(each.box)] for each in reading.lines],
    }
    return encode(values)


def _from_json(text: str) -> StoredReading:
    values: Mapping[str, Any] = json.loads(text)
    reading = Reading(
        amount=values["amount"],
        reference=values["reference"],
        day=values["day"] and date.fromisoformat(values["day"]),
        time=values["time"] and time.fromisoformat(values["time"]),
        number_day=values["number_day"] and date.fromisoformat(values["number_day"]),
        account=values["account"],
        holder=values["holder"],
        bank=values["bank"],
        fields=tuple(
            ReadField(FieldName(name), field_text, numbers and Box(*numbers))
            for name, field_text, numbers in values["fields"]
        ),
        lines=tuple(ReadLine(line, Box(*numbers)) for line, numbers in values["lines"]),
    )
    return StoredReading(reading, values["source"] and Source(values["source"]))


def _numbers(box: Box | None) -> Sequence[float] | None:
    if box is None:
        return None
    sides = (box.left, box.top, box.width, box.height)
    return [*(round(side, 4) for side in sides), box.page]
