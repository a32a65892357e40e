"""What a receipt says: its facts, and how it shows them."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum


class Theme(StrEnum):
    """The colours of a screen: its ground is white, black, or of the bank's colour."""

    LIGHT = "light"
    DARK = "dark"
    COLOURED = "coloured"


class Quality(StrEnum):
    """How a receipt gets into the house."""

    SCREENSHOT = "screenshot"
    PHOTO = "photo"
    BAD_PHOTO = "bad photo"


class Variation(StrEnum):
    """In what a receipt is not the one that was asked for."""

    OLD = "old"
    FOREIGN = "foreign"
    OTHER_AMOUNT = "other_amount"


@dataclass(frozen=True, slots=True)
class Party:
    """A person or a house with an account: its number without blanks, and its alias."""

    name: str
    bank: str
    number: str
    alias: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The facts of one receipt. Amounts are in minor units (hundredths).

    `sent` is when the house receives it, by the house's clock. `time` is None where the receipt
    shows the day alone. `reference` has letters and digits alone, `shown_reference` is as drawn.
    `other_references` are further numbers on it, as drawn, which are not the operation's number.
    `account` and `alias` are the receiver's, None where they are not shown; `shown_account` is as
    drawn, where it may end in fewer than four digits. `bank` is the bank or wallet that the
    receipt is of; `is_bank_shown` says whether its name is drawn. `code` is the QR code's text.
    `look` is the seed of everything in the drawing that is no fact.
    """

    design: str
    theme: Theme
    look: int
    country: str
    sent: datetime
    amount: int
    shown_amount: str
    reference: str
    shown_reference: str
    other_references: tuple[str, ...]
    day: date
    time: time | None
    shown_at: str
    account: str | None
    alias: str | None
    shown_account: str | None
    holder: str
    shown_holder: str
    bank: str
    is_bank_shown: bool
    receiver: Party
    sender: Party
    fee: int
    tax: int
    balance: int
    concept: str
    security_code: str
    code: str | None
