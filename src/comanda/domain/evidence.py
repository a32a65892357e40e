"""What speaks against a proof: evidence for the cashier, who decides."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from comanda.domain.wire import Wire

LONGEST_REFERENCE = 64
# Lower-case letters that look, in one case or the other, like a Latin one, which stands below.
_LOOK_ALIKES = str.maketrans(
    "авекмнорстухіјѕһԁԛԝӏαβεζηικμνορτυχıłøđħŧɑɡ",
    "abekmhopctyxijshdqwlabezhikmnoptyxilodhtag",
)
_UNSEEN_LETTERS = "\u115f\u1160\u3164\uffa0"  # Hangul fillers are letters, and blank


class WarningType(StrEnum):
    REFERENCE_REUSED = "reference_reused"
    FILE_REUSED = "file_reused"
    IMAGE_SIMILAR = "image_similar"
    AMOUNT_DIFFERS = "amount_differs"
    PROOF_PREDATES_ORDER = "proof_predates_order"


# The number of the operation and the bytes are evidence; the others are hints.
STRONG = frozenset({WarningType.REFERENCE_REUSED, WarningType.FILE_REUSED})


@dataclass(frozen=True, slots=True)
class Claim:
    """What the guest's receipt says; `amount` in minor units, `taken_at` is the photo's own time.

    Source: the waiter's form, or the photo's EXIF.
    """

    reference: str | None = None
    amount: int | None = None
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One thing to look at; the ids are of the order and the payment that it points to."""

    type: WarningType
    order_id: int
    payment_id: int

    def wire(self) -> Wire:
        """`{type, order_id, payment_id, link}`."""
        return {
            "type": self.type.value,
            "order_id": str(self.order_id),
            "payment_id": str(self.payment_id),
            "link": f"/orders/{self.order_id}",
        }

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> "Suspicion":
        kind = WarningType(wire["type"])
        return cls(kind, int(wire["order_id"]), int(wire["payment_id"]))


def reference_key(reference: str) -> str:
    """The reference as it is compared: its letters and digits alone, as they look.

    No case, no accents, and ASCII digits; nothing that only separates or can't be seen; a Cyrillic
    or Greek letter counts as the Latin one that it looks like. Empty where nothing is left.

    The migrations compute it too: the same reference must have the same key in every row, so a
    change of this function needs a migration that computes the stored keys anew.
    """
    plain = unicodedata.normalize("NFKD", reference).casefold()
    plain = unicodedata.normalize("NFKD", plain.translate(_LOOK_ALIKES)).casefold()
    return "".join(_compared(one) for one in plain)


def _compared(one: str) -> str:
    if one in _UNSEEN_LETTERS or not one.isalnum():
        return ""
    digit = unicodedata.digit(one, None)
    return one if digit is None else str(digit)
