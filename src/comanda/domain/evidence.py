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
# The Unicode name of a Latin letter, also with a stroke, a hook, a circle or a square.
_LATIN_NAME = re.compile(
    r"(?:.* )?(?:LATIN (?:CAPITAL |SMALL )?LETTER|REGIONAL INDICATOR SYMBOL LETTER) "
    r"(?:SMALL CAPITAL |DOTLESS )?([A-Z])(?: WITH .*)?"
)
# Letters that look like digits: people mistake them, and cheats replace a digit by them.
_TWINS = str.maketrans("oil", "011")
# Words that staff and receipts write before a number, after `_TWINS` has replaced their letters.
_WORDS = (
    "ref|referenc1a|f0110|c1ave|rastre0|de|de1a|num|numer0|nr0|n0|n|0p|0perac10n|aut"
    "|aut0r1zac10n|transacc10n|transferenc1a|c0d1g0|spe1|1d"
)
_BEFORE = re.compile(rf"(?:{_WORDS})+(?=[0-9]{{4}})|0+(?=.)")
# Letters at one end of a long number are no part of it, unless all of them look like digits.
_LETTERS = r"[^0-9]*[^0-9oil][^0-9]*"
_BESIDE = re.compile(rf"\A{_LETTERS}(?=[0-9])|(?<=[0-9]){_LETTERS}\Z")
_LONG_NUMBER = 8  # digits: two operations of a house never share so many digits by chance
# Letters that do not look like letters: blank Hangul fillers, and a dash or an apostrophe.
_UNSEEN_LETTERS = "\u115f\u1160\u3164\uffa0\u1427\u4e00\ua78c"


class WarningType(StrEnum):
    """A type of warning, the strongest first."""

    REFERENCE_REUSED = "reference_reused"
    FILE_REUSED = "file_reused"
    QR_REUSED = "qr_reused"
    ACCOUNT_DIFFERS = "account_differs"
    RECEIPT_OLD = "receipt_old"
    IMAGE_SIMILAR = "image_similar"
    AMOUNT_DIFFERS = "amount_differs"
    PROOF_PREDATES_ORDER = "proof_predates_order"
    FILE_DAMAGED = "file_damaged"


# Of another payment with the same proof, or one that looks alike.
SAME_PROOF = frozenset({WarningType.FILE_REUSED, WarningType.IMAGE_SIMILAR})


@dataclass(frozen=True, slots=True)
class WarningMeaning:
    """The Spanish texts of a type of warning; to approve despite a `strong` warning needs a reason.

    `short` is for a card or a column. The `sentence` may contain `{order}`, the order that the
    warning points to, and `{amount}`, what the payment pays with its tip. The page that shows the
    sentence fills them in.
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
        "Otro monto", "El comprobante no es por {amount}, que es lo que este pago paga"
    ),
    WarningType.PROOF_PREDATES_ORDER: WarningMeaning(
        "Foto anterior a la orden", "La foto se tomó antes de que se pidiera la orden"
    ),
    WarningType.FILE_DAMAGED: WarningMeaning(
        "Archivo dañado", "El archivo está dañado y no se ve completo: pide que lo envíen otra vez"
    ),
    WarningType.ACCOUNT_DIFFERS: WarningMeaning(
        "A otra cuenta",
        "El comprobante es de un pago a otra cuenta, no a la de la casa",
        strong=True,
    ),
    WarningType.RECEIPT_OLD: WarningMeaning(
        "Recibo de otra fecha", "La fecha del comprobante no es la de esta cuenta", strong=True
    ),
    WarningType.QR_REUSED: WarningMeaning(
        "QR repetido", "El mismo código QR ya se envió en {order}", strong=True
    ),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """The facts that a waiter typed from the guest's receipt, and the photo's times.

    `taken_at` is the photo's time according to the phone, `file_at` according to the file itself.
    """

    reference: str | None = None
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


def reference_key(reference: str) -> str:
    """The key that references are compared by: their letters and digits alone, as they look.

    Case and accents are removed, and all digits become ASCII digits. Characters that separate,
    modify or can't be seen are removed. A letter of another script becomes the Latin letter that it
    looks like; a letter that looks like no Latin letter stays. O becomes 0; I and L become 1. Words
    such as "Folio" before the number, and its leading zeros, are removed. So are letters at either
    end of a number of eight digits or more. The key may be empty.

    The migrations call this function, too: the same reference must have the same key in every row.
    A change of this function needs a migration that computes the stored keys anew.
    """
    folded_text = unicodedata.normalize("NFKD", reference).casefold()
    letters = "".join(map(_comparable, folded_text))
    while True:
        if (shorter := _without_words(letters)) != letters:
            letters = shorter
        elif (digits := letters.translate(_TWINS)) != letters:
            letters = digits
        else:
            return letters


def _without_words(letters: str) -> str:
    """Remove a word before the number, or letters beside a long number, once."""
    if prefix := _BEFORE.match(letters.translate(_TWINS)):
        return letters[prefix.end() :]
    number = _BESIDE.sub("", letters)
    digit_count = sum(letter in "0123456789" for letter in number.translate(_TWINS))
    return number if digit_count >= _LONG_NUMBER else letters


def _comparable(character: str) -> str:
    """Return a folded character as a Latin letter, as digits or unchanged; empty to remove it."""
    if character.isascii() and character.isalnum():
        return character
    category, value = unicodedata.category(character), unicodedata.numeric(character, None)
    if value is not None and category[0] == "N" and value.is_integer():
        return str(int(value))
    if category[0] in "MCZ" or category == "Lm" or character in _UNSEEN_LETTERS:
        return ""
    if latin_name := _LATIN_NAME.fullmatch(unicodedata.name(character, "")):
        return latin_name[1].lower()
    return LOOK_ALIKES.get(character, character if character.isalnum() else "")
