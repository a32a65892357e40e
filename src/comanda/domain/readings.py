"""What a proof says: the text on it, and the fields found in that text (DESIGN, section 7)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from datetime import time as clock_time
from enum import StrEnum

from comanda.domain import wire
from comanda.domain.wire import Wire


class FieldName(StrEnum):
    """The name of a field of a receipt."""

    AMOUNT = "amount"
    REFERENCE = "reference"
    AT = "at"
    ACCOUNT = "account"
    HOLDER = "holder"
    BANK = "bank"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the upright picture, in fractions of its width and height, from the top left.

    `page` is the index of a PDF's page; it is 0 for a picture.
    """

    left: float
    top: float
    width: float
    height: float
    page: int = 0

    def turned_back(self, quarters: int) -> "Box":
        """Return where the rectangle stands on the picture before so many quarters to the left."""
        box = self
        for _ in range(quarters % 4):
            box = replace(
                box,
                left=max(0.0, 1 - box.top - box.height),
                top=box.left,
                width=box.height,
                height=box.width,
            )
        return box

    def wire(self) -> Wire:
        """`{left, top, width, height, page}`."""
        return {
            "left": self.left,
            "top": self.top,
            "width": self.width,
            "height": self.height,
            "page": self.page,
        }


@dataclass(frozen=True, slots=True)
class ReadField:
    """Where a field stands on the receipt, and its text there; `box` is None for a QR code's."""

    name: FieldName
    text: str
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of the receipt's text."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a proof. A field that was not read, or not for sure, is None.

    `amount` is in minor units. `reference` is the operation's number, with its letters and digits
    alone. `day` and `time` are by the clock of the receipt's bank, `time` only with a `day`.
    `number_day` is the date that the operation's number carries. `account` is the end of the number
    of the account that got the money, four digits, or its alias; `holder` is that account's holder,
    as shown, also cut or masked; `bank` the bank or wallet that the receipt is of. `fields` tell
    where these stand, `lines` are all the text, from top to bottom.
    """

    amount: int | None = None
    reference: str | None = None
    day: date | None = None
    time: clock_time | None = None
    number_day: date | None = None
    account: str | None = None
    holder: str | None = None
    bank: str | None = None
    fields: tuple[ReadField, ...] = ()
    lines: tuple[ReadLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """What a payment tells of its proof's text, as everybody sees it who sees the payment.

    `at` is a time, or the house's day where no time was read. The fields are those of `Reading`,
    and at least one of them is there.
    """

    amount: int | None = None
    reference: str | None = None
    at: datetime | date | None = None
    account: str | None = None
    holder: str | None = None

    def wire(self) -> Wire:
        """`{amount, reference, at, account, holder}`."""
        return {
            "amount": None if self.amount is None else wire.money(self.amount),
            "reference": self.reference,
            "at": None if self.at is None else day_or_time(self.at),
            "account": self.account,
            "holder": self.holder,
        }


def day_or_time(at: datetime | date) -> str:
    """Return a time in UTC, or a day as it is: `2026-12-18T02:41:00.000Z`, `2026-12-18`."""
    return wire.time(at) if isinstance(at, datetime) else at.isoformat()
