"""How well receipts are read: what of each was right, and which warnings a house would see."""

import time
from dataclasses import dataclass
from datetime import UTC, timedelta
from enum import StrEnum

from comanda.domain.accounts import Account
from comanda.domain.comparison import Circumstances, find_differences
from comanda.domain.evidence import WarningType
from comanda.domain.house import House
from comanda.domain.readings import Reading
from comanda.examiner import frames
from comanda.examiner.words import Hints
from tests.examiner.child import Child
from tests.receipts import Quality, Receipt, Variation, draw, vary

HOUSE = House("Comanda", "$", "UTC")
EATING = timedelta(hours=1)  # from the order to the receipt
EXPECTED = {
    Variation.OLD: WarningType.RECEIPT_OLD,
    Variation.FOREIGN: WarningType.ACCOUNT_DIFFERS,
    Variation.OTHER_AMOUNT: WarningType.AMOUNT_DIFFERS,
}


class Outcome(StrEnum):
    """What became of a field."""

    RIGHT = "right"
    MISSING = "missing"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A receipt that was read; `fields` tell what became of each, `seconds` what it took."""

    receipt: Receipt
    quality: Quality
    variation: Variation | None
    reading: Reading
    fields: dict[str, Outcome]
    warnings: list[WarningType]
    seconds: float

    @property
    def is_noticed(self) -> bool:
        """Whether a receipt that is not the payment's has the warning that says so."""
        return self.variation is not None and EXPECTED[self.variation] in self.warnings


def evaluate(
    child: Child, receipt: Receipt, quality: Quality, variation: Variation | None, seed: int
) -> Evaluation:
    """Read a receipt, or another one in its place, as the proof of the payment of `receipt`."""
    shown = receipt if variation is None else vary(receipt, variation, seed)
    picture = draw(shown, quality, seed)
    kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
    began = time.monotonic()
    child.send(b"".join(frames.encode_request(kind, picture, Hints(receipt.sent.date()))))
    facts = frames.decode_answer(*child.receive())
    seconds = time.monotonic() - began
    reading = Reading() if facts is None or facts.reading is None else facts.reading
    return Evaluation(
        receipt=shown,
        quality=quality,
        variation=variation,
        reading=reading,
        fields=_compare(reading, shown),
        warnings=find_differences(reading, _circumstances(receipt)),
        seconds=seconds,
    )


def _compare(reading: Reading, receipt: Receipt) -> dict[str, Outcome]:
    number = reading.reference and "".join(filter(str.isalnum, reading.reference)).upper()
    read = {
        "amount": (reading.amount, receipt.amount),
        "number": (number, receipt.reference.upper()),
        "date": (reading.day, receipt.day),
    }
    return {
        name: Outcome.MISSING
        if found is None
        else Outcome.RIGHT
        if found == fact
        else Outcome.WRONG
        for name, (found, fact) in read.items()
    }


def _circumstances(receipt: Receipt) -> Circumstances:
    sent = receipt.sent.replace(tzinfo=UTC)
    receiver = receipt.receiver
    account = Account(
        "transferencia", receiver.bank, receiver.name, receiver.number, receiver.alias
    )
    return Circumstances(
        total=receipt.amount,
        typed=None,
        ordered_at=sent - EATING,
        submitted_at=sent,
        house=HOUSE,
        accounts=(account,),
    )
