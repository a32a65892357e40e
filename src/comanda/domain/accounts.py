"""The house's own accounts, which guests pay to and receipts are compared with."""

from dataclasses import dataclass

from comanda.domain.holders import is_business
from comanda.domain.wire import Wire

MOST_ACCOUNTS = 20


@dataclass(frozen=True, slots=True)
class Account:
    """An account, a wallet or a phone that takes payments by `method`.

    `label` says what it is ("BBVA · CLABE"), `holder` whose. `number` is what a guest types, and
    `alias` another name for it. `qr` is the text of the bank's own QR code; without it, a code
    shows the number.
    """

    method: str
    label: str
    holder: str
    number: str
    alias: str | None = None
    qr: str | None = None

    @property
    def code(self) -> str:
        """The text that the account's QR code shows."""
        return self.qr or self.number

    @property
    def is_business(self) -> bool:
        """Whether the holder is a business, whose name the label may tell better."""
        return is_business(self.holder)

    @property
    def identity(self) -> tuple[str, str]:
        """Method and number. Blanks, dashes and capitals don't make another account."""
        return self.method, "".join(self.number.replace("-", "").split()).casefold()

    def wire(self) -> Wire:
        """`{method, label, holder, number, alias, qr}`."""
        return {
            "method": self.method,
            "label": self.label,
            "holder": self.holder,
            "number": self.number,
            "alias": self.alias,
            "qr": self.qr,
        }
