"""Warnings about a proof: evidence for the cashier, who decides."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from comanda.domain.look_alikes import LOOK_ALIKES
from comanda.domain.wire import Wire

LONGEST_REFERENCE = 64
# A Latin letter by its name, whatever it wears: a stroke, a hook, a circle, a square.
_DRESSED = re.compile(
    r"(?:.* )?(?:LATIN (?:CAPITAL |SMALL )?LETTER|REGIONAL INDICATOR SYMBOL LETTER) "
    r"(?:SMALL CAPITAL |DOTLESS )?([A-Z])(?: WITH .*)?"
)
# Letters that are taken for digits, by whoever reads a receipt and by whoever wants them to be.
_TWINS = str.maketrans("oil", "011")
# What staff and receipts write before a number, with its letters as `_TWINS` leaves them.
_WORDS = (
    "ref|referenc1a|f0110|c1ave|rastre0|de|de1a|num|numer0|nr0|n0|n|0p|0perac10n|aut"
    "|aut0r1zac10n|transacc10n|transferenc1a|c0d1g0|spe1|1d"
)
_BEFORE = re.compile(rf"(?:{_WORDS})+(?=[0-9]{{4}})|0+(?=.)")
# Letters at one end, not all of them taken for digits: what stands beside a long number is no part.
_LETTERS = r"[^0-9]*[^0-9oil][^0-9]*"
_BESIDE = re.compile(rf"\A{_LETTERS}(?=[0-9])|(?<=[0-9]){_LETTERS}\Z")
_LONG_NUMBER = 8  # digits: no two operations of a house have so many in common by chance
# Letters that are none to the eye: Hangul fillers are blank, the others a dash or an apostrophe.
_UNSEEN_LETTERS = "\u115f\u1160\u3164\uffa0\u1427\u4e00\ua78c"


class WarningType(StrEnum):
    REFERENCE_REUSED = "reference_reused"
    FILE_REUSED = "file_reused"
    IMAGE_SIMILAR = "image_similar"
    AMOUNT_DIFFERS = "amount_differs"
    PROOF_PREDATES_ORDER = "proof_predates_order"


@dataclass(frozen=True, slots=True)
class WarningMeaning:
    """How staff read a type of warning, and whether an approval over it needs a reason.

    `short` is for a card or a column. The `sentence` may hold `{order}`, the order that the warning
    points to; `{amount}`, which the payment declares; and `{total}` of the payment's order. Whoever
    shows it fills them in.
    """

    short: str
    sentence: str
    strong: bool = False


WARNINGS: Mapping[WarningType, WarningMeaning] = {
    WarningType.REFERENCE_REUSED: WarningMeaning(
        "Referencia repetida", "Referencia ya usada en {order}", strong=True
    ),
    WarningType.FILE_REUSED: WarningMeaning(
        "Comprobante repetido", "El mismo comprobante ya se envió en {order}", strong=True
    ),
    WarningType.IMAGE_SIMILAR: WarningMeaning(
        "Foto parecida", "La foto se parece a la de {order}: compáralas"
    ),
    WarningType.AMOUNT_DIFFERS: WarningMeaning(
        "Otro monto", "El monto declarado, {amount}, no es el total, {total}"
    ),
    WarningType.PROOF_PREDATES_ORDER: WarningMeaning(
        "Foto anterior a la orden", "La foto se tomó antes de que se pidiera la orden"
    ),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """The facts that a waiter typed from the guest's receipt; `amount` in minor units.

    `taken_at` is when the phone says that the photo was taken, `file_at` when the file itself does.
    """

    reference: str | None = None
    amount: int | None = None
    taken_at: datetime | None = None
    file_at: datetime | None = None

    def is_before(self, moment: datetime) -> bool:
        """Whether the phone's time or the file's own time lies before `moment`."""
        return any(at is not None and at < moment for at in (self.taken_at, self.file_at))


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A warning; its ids are those of the order and the payment that it points to."""

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


def in_reading_order(reference: str) -> str:
    """The reference without the marks that make a screen show its digits in another order."""
    return "".join(one for one in reference if not _turns(one))


def _turns(one: str) -> bool:
    is_mark = unicodedata.category(one) == "Cf"
    return is_mark and unicodedata.bidirectional(one) not in ("L", "BN", "ON")


def reference_key(reference: str) -> str:
    """The key that references are compared by: their letters and digits alone, as they look.

    No case, no accents, and ASCII digits; nothing that only separates, modifies or can't be seen; a
    letter of another script counts as the Latin one that it looks like, and O, I and L as 0 and 1.
    Words like "Folio" before the number, and its leading zeros, count for nothing; nor do letters
    at either end of a number of eight digits or more. A letter that looks like no Latin one stays.
    Empty where nothing is left.

    The migrations compute it too: the same reference must have the same key in every row, so a
    change of this function needs a migration that computes the stored keys anew.
    """
    plain = unicodedata.normalize("NFKD", reference).casefold()
    letters = "".join(map(_compared, plain))
    while (bare := _without_words(letters)) != letters:
        letters = bare
    return letters.translate(_TWINS)


def _without_words(letters: str) -> str:
    """Remove a word before the number, or letters beside a long number, once."""
    if before := _BEFORE.match(letters.translate(_TWINS)):
        return letters[before.end() :]
    bare = _BESIDE.sub("", letters)
    digits = sum(one in "0123456789" for one in bare.translate(_TWINS))
    return bare if digits >= _LONG_NUMBER else letters


def _compared(one: str) -> str:
    """A folded character as a Latin letter or as digits; empty for a mark that says nothing."""
    if one.isascii() and one.isalnum():
        return one
    category, value = unicodedata.category(one), unicodedata.numeric(one, None)
    if value is not None and category[0] == "N" and value.is_integer():
        return str(int(value))
    if category[0] in "MCZ" or category == "Lm" or one in _UNSEEN_LETTERS:
        return ""
    if dressed := _DRESSED.fullmatch(unicodedata.name(one, "")):
        return dressed[1].lower()
    return LOOK_ALIKES.get(one, one if one.isalnum() else "")
