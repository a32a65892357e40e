"""Money that the bank says has arrived, and the rules by which it is tied to a payment."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from comanda.domain.staff import HOUSE
from comanda.domain.wire import Wire, money, time

NEAR = timedelta(minutes=30)  # between a payment and the money of the same amount
LONGEST_SENDER = 80
LONGEST_TEXT = 1_000


class DepositSource(StrEnum):
    """Who said first that the money arrived."""

    NOTICE = "aviso"
    STATEMENT = "estado"


class Checked(StrEnum):
    """How the money of an approved payment was seen."""

    ACCOUNT = "cuenta"
    NOTICE = "aviso"
    STATEMENT = "estado"


class TieRule(StrEnum):
    """Why a deposit is tied to a payment, the strongest rule first."""

    REFERENCE = "referencia"  # the same number and amount
    AMOUNT = "monto"  # the same amount within NEAR, and no other that fits
    DAY = "dia"  # the same amount on the day of a statement's line without a time
    HAND = "mano"  # a cashier said so


@dataclass(frozen=True, slots=True)
class Tie:
    """The payment of a deposit; `by` is the cashier who tied them, or None for a rule's tie."""

    payment_id: int
    rule: TieRule
    by: str | None = None

    def wire(self) -> Wire:
        """`{rule, by}`."""
        return {"rule": self.rule.value, "by": self.by}


@dataclass(frozen=True, slots=True)
class NewDeposit:
    """What a notice or a statement's line says of money that arrived.

    `amount` in minor units. `at` is when it arrived by the bank's words; with `is_day`, a line
    without a time, it is the first moment of that day. `key` is the same for the same notice or
    line. `account` are the digits or the name of the house's account, as far as they are told.
    `rule` is the name of the rule that read a notice, and `text` the notice's words. No rule ties
    what `is_doubtful`, which somebody else than the bank may have sent; a hand may.
    """

    source: DepositSource
    amount: int
    at: datetime
    key: str
    is_day: bool = False
    sender: str | None = None
    reference: str | None = None
    account: str | None = None
    rule: str | None = None
    text: str | None = None
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money that arrived, as it is stored; the fields are those of NewDeposit.

    `received_at` is when the house learned of it, and `received_by` who imported the statement; the
    house for a notice. `in_statement` tells whether a statement has it.
    `untied_by` is the cashier who took a tie back, or the house for what was doubtful from the
    beginning: no rule ties the deposit.
    """

    id: int
    source: DepositSource
    amount: int
    at: datetime
    received_at: datetime
    received_by: str = HOUSE.username
    is_day: bool = False
    sender: str | None = None
    reference: str | None = None
    account: str | None = None
    rule: str | None = None
    text: str | None = None
    in_statement: bool = False
    tie: Tie | None = None
    untied_by: str | None = None

    @property
    def payment_id(self) -> int | None:
        return None if self.tie is None else self.tie.payment_id

    def tied(self, tie: Tie) -> "Deposit":
        """The deposit with its payment."""
        return replace(self, tie=tie, untied_by=None)

    def untied(self, by: str | None = None) -> "Deposit":
        """The deposit without a payment; `by` is the cashier who took the tie back by hand."""
        return replace(self, tie=None, untied_by=by or self.untied_by)

    def wire(self) -> Wire:
        """The deposit for the till."""
        return {
            "id": str(self.id),
            "source": self.source.value,
            "amount": money(self.amount),
            "at": time(self.at),
            "is_day": self.is_day,
            "received_at": time(self.received_at),
            "received_by": self.received_by,
            "sender": self.sender,
            "reference": self.reference,
            "account": self.account,
            "rule": self.rule,
            "text": self.text,
            "in_statement": self.in_statement,
            "payment_id": None if self.payment_id is None else str(self.payment_id),
            "tie": None if self.tie is None else self.tie.wire(),
        }

    def redacted(self) -> "Deposit":
        """The deposit as a waiter may know it: that the money came, not from whom."""
        return replace(self, sender=None, reference=None, account=None, rule=None, text=None)

    def told(self) -> "Deposit":
        """The deposit as a payment tells it, without the notice's words, which are not kept."""
        return replace(self, text=None)

    def notice_wire(self) -> Wire:
        """The data of the events `deposit_arrived` and `deposit_tied`."""
        return {
            "deposit_id": str(self.id),
            "source": self.source.value,
            "amount": money(self.amount),
            "at": time(self.at),
            "sender": self.sender,
            "reference": self.reference,
            "payment_id": None if self.payment_id is None else str(self.payment_id),
        }
