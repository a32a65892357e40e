"""An attempt to pay, its proof, and the cashier's verdict on it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from comanda.domain.deposits import Checked, Deposit
from comanda.domain.errors import (
    DepositTaken,
    Forbidden,
    IllegalTransition,
    OwnPayment,
    PaymentAlreadyDecided,
    ValidationFailed,
)
from comanda.domain.evidence import WARNINGS, Claim, Suspicion, WarningType
from comanda.domain.examinations import Examination, Facts
from comanda.domain.house import House
from comanda.domain.readings import Read
from comanda.domain.wire import Wire, money, optional_time, time

VIEWING_LASTS = timedelta(minutes=3)  # unless the cashier renews it; /caja counts the same
RENEWS_AFTER = timedelta(minutes=1)  # an earlier renewal changes nothing


class Verdict(StrEnum):
    APPROVED = "aprobado"
    REJECTED = "rechazado"


class PaymentStatus(StrEnum):
    PENDING = "por_verificar"
    APPROVED = "aprobado"
    REJECTED = "rechazado"
    WITHDRAWN = "retirado"


COUNTED = (PaymentStatus.PENDING, PaymentStatus.APPROVED)  # of these, money is taken as paid


@dataclass(frozen=True, slots=True)
class PaidItem:
    """How many of a line's dishes a guest chose to pay; `position` is the line's in its order."""

    position: int
    quantity: int

    def wire(self) -> Wire:
        return {"position": self.position, "quantity": self.quantity}


@dataclass(frozen=True, slots=True)
class Allocation:
    """The part of a payment that pays one order; `amount` in minor units.

    `items` are the dishes that the guest chose, if they paid by dishes. They explain the amount,
    and only the amount counts. The place is the order's.
    """

    order_id: int
    amount: int
    items: tuple[PaidItem, ...] = ()
    table_number: int | None = None
    customer: str | None = None

    def wire(self) -> Wire:
        """`{order_id, table_number, customer, amount, items}`."""
        return {
            "order_id": str(self.order_id),
            "table_number": self.table_number,
            "customer": self.customer,
            "amount": money(self.amount),
            "items": [item.wire() for item in self.items],
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """The file of a payment attempt as it is stored, with the facts known about it.

    `data` are the bytes to store. `sha256` is the hash of the received bytes, in hex.
    `stored_sha256` is the hash of `data`, if `data` is not the received bytes. `taken_at` is the
    camera's time; it has no zone if the camera recorded no zone.
    """

    content_type: str
    data: bytes
    sha256: str
    stored_sha256: str = ""
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """An attempt to pay: the method, the proof, what was typed from the receipt, the money.

    `tip` and `tendered` (cash alone) are in minor units. The allocations' amounts are what the
    attempt pays, the oldest order first. `replaces` is the rejected payment in whose place it is.
    `to_account`: the money comes to the house's account, where the bank tells of it.
    """

    method: str
    proof: Proof | None
    claim: Claim
    allocations: tuple[Allocation, ...]
    tip: int = 0
    tendered: int | None = None
    replaces: int | None = None
    to_account: bool = False


@dataclass(frozen=True, slots=True)
class PaymentRules:
    """The house's rules for a verdict.

    To approve a payment by one of `account_methods`, the cashier must state that they saw the money
    in the account. The submitter of such a payment may not decide it, unless the house says with
    `own_verdicts` that one person runs it.
    """

    account_methods: frozenset[str] = frozenset()
    own_verdicts: bool = False

    def is_own(self, payment: "Payment", username: str) -> bool:
        """Whether the payment is the user's own, and somebody else has to decide it."""
        looked_up = payment.method in self.account_methods
        return payment.submitted_by == username and looked_up and not self.own_verdicts


@dataclass(frozen=True, slots=True)
class Viewer:
    """A cashier who has a payment on show; `since` is the time of the last renewal."""

    username: str
    name: str
    since: datetime

    def wire(self) -> Wire:
        return {"username": self.username, "name": self.name, "since": time(self.since)}


@dataclass(frozen=True, slots=True)
class FormerClaim:
    """What a payment said before `by` corrected it; `amount` in minor units, without the tip."""

    reference: str | None
    amount: int
    by: str
    at: datetime

    def wire(self) -> Wire:
        """`{reference, amount, by, at}`."""
        return {
            "reference": self.reference,
            "amount": money(self.amount),
            "by": self.by,
            "at": time(self.at),
        }


@dataclass(frozen=True, slots=True)
class Payment:
    """One attempt to pay one or more orders; `attempt` counts those of the first order, from 1.

    `tip` and `tendered` are in minor units, as are the allocations' amounts; the oldest order is
    the first. `reference` comes from the guest's receipt. `replaces` is the rejected payment in
    whose place this attempt is. `seen_by` is the first cashier who opened the payment. `viewers`
    are the cashiers who view the payment now; a decided payment has no viewers. `late_warnings`
    are those of `warnings` that came after the approval, and that no cashier has acknowledged.
    `approved_at` is when a payment was approved that has been reopened since. `reading` is what the
    proof says: None if nothing was read, or not yet, or if the proof was deleted. `former_claims`
    are the values before each correction, the oldest first. `to_account`: its money comes to the
    house's account. `deposit` is that money, if the bank's word is tied to the payment. `checked`
    is how the money of an approved payment was seen; None if nobody had to see it.
    """

    id: int
    order_id: int
    attempt: int
    method: str
    status: PaymentStatus
    reason: str | None
    has_proof: bool
    submitted_by: str
    submitted_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    reference: str | None = None
    allocations: tuple[Allocation, ...] = ()
    tip: int = 0
    tendered: int | None = None
    replaces: int | None = None
    warnings: tuple[Suspicion, ...] = ()
    seen_by: str | None = None
    seen_at: datetime | None = None
    seen_in_account: bool | None = None
    reconciled_by: str | None = None
    reconciled_at: datetime | None = None
    viewers: tuple[Viewer, ...] = ()
    examination: Examination | None = None
    examined_at: datetime | None = None
    late_warnings: tuple[Suspicion, ...] = ()
    approved_at: datetime | None = None
    reading: Read | None = None
    former_claims: tuple[FormerClaim, ...] = ()
    to_account: bool = False
    deposit: Deposit | None = None
    checked: Checked | None = None

    @property
    def amount(self) -> int:
        """What the payment pays of its orders, in minor units. The tip is not part of it."""
        return sum(allocation.amount for allocation in self.allocations)

    @property
    def arrives(self) -> int:
        """What arrives of the payment, in minor units: the amount with the tip."""
        return self.amount + self.tip

    @property
    def change(self) -> int | None:
        """The cash that goes back to the guest, in minor units; None if nothing was tendered."""
        return None if self.tendered is None else self.tendered - self.amount - self.tip

    @property
    def order_ids(self) -> tuple[int, ...]:
        """The ids of the orders that the payment pays, the oldest order first."""
        return tuple(allocation.order_id for allocation in self.allocations)

    @property
    def counts(self) -> bool:
        """Whether the payment's money is taken as paid: the payment waits or was approved."""
        return self.status in COUNTED

    def share(self, order_id: int) -> int:
        """What the payment pays of one order, in minor units."""
        allocations = self.allocations
        return sum(part.amount for part in allocations if part.order_id == order_id)

    def items_of(self, order_id: int) -> tuple[PaidItem, ...]:
        """The dishes of one order that the guest chose to pay."""
        parts = (part for part in self.allocations if part.order_id == order_id)
        return tuple(item for part in parts for item in part.items)

    def may_be_decided_by(self, username: str, rules: PaymentRules) -> bool:
        """Whether the payment waits for a verdict, and `username` may give it."""
        return self.status is PaymentStatus.PENDING and not rules.is_own(self, username)

    def check_verdict(
        self, verdict: Verdict, reason: str | None, by: str, rules: PaymentRules, *, seen: bool
    ) -> None:
        """Raise OwnPayment, or ValidationFailed for an approval that lacks a required statement.

        An approval that is repeated needs no reason for a warning that came after it. Where the
        bank's word is tied to the payment, nobody has to say that they saw the money.
        """
        if rules.is_own(self, by):
            raise OwnPayment
        if verdict is Verdict.REJECTED:
            return
        errors = {}
        if self.method in rules.account_methods and not seen and self.deposit is None:
            errors["seen_in_account"] = ["Confirma que viste el dinero en la cuenta"]
        is_approved = self.status is PaymentStatus.APPROVED
        is_strong = any(WARNINGS[warning.type].strong for warning in self.warnings)
        if reason is None and is_strong and not is_approved:
            errors["reason"] = ["Este pago tiene una advertencia: escribe por qué lo apruebas"]
        if errors:
            raise ValidationFailed(errors)

    def decide(
        self,
        verdict: Verdict,
        reason: str | None,
        by: str,
        at: datetime,
        *,
        seen_in_account: bool | None = None,
    ) -> "Payment":
        """The payment with its verdict. Raises PaymentAlreadyDecided if it had a verdict."""
        self._check_pending()
        return replace(
            self,
            status=PaymentStatus(verdict.value),
            reason=reason,
            decided_by=by,
            decided_at=at,
            seen_in_account=seen_in_account,
            checked=self._checked(seen=bool(seen_in_account))
            if verdict is Verdict.APPROVED
            else None,
            viewers=(),
        )

    def _checked(self, *, seen: bool) -> Checked | None:
        if self.deposit is not None:
            return Checked(self.deposit.source.value)
        return Checked.ACCOUNT if seen else None

    def _check_pending(self) -> None:
        if self.status is PaymentStatus.WITHDRAWN:
            raise PaymentAlreadyDecided(f"Este pago ya lo retiró {self.decided_by}")
        if self.status is not PaymentStatus.PENDING:
            raise PaymentAlreadyDecided(f"Este pago ya fue dictaminado por {self.decided_by}")

    def withdraw(self, by: str, at: datetime) -> "Payment":
        """The payment after its submitter took it back.

        Raises PaymentAlreadyDecided, Forbidden (another member's payment) and IllegalTransition
        (a cashier has opened the payment).
        """
        if self.submitted_by != by:
            raise Forbidden("Sólo quien envió un comprobante lo puede retirar")
        self._check_pending()
        if self.seen_at is not None:
            raise IllegalTransition(
                "En caja ya abrieron este comprobante: pide que lo rechacen si no va"
            )
        return replace(
            self, status=PaymentStatus.WITHDRAWN, decided_by=by, decided_at=at, viewers=()
        )

    def reopen(self, reason: str | None, by: str, at: datetime) -> "Payment":
        """The approved payment, rejected after all. Raises ValidationFailed without a reason."""
        if reason is None:
            raise ValidationFailed({"reason": ["Escribe por qué se reabre este pago"]})
        return replace(
            self,
            status=PaymentStatus.REJECTED,
            reason=reason,
            decided_by=by,
            decided_at=at,
            seen_in_account=None,
            checked=None,
            reconciled_by=None,
            reconciled_at=None,
            late_warnings=(),
            approved_at=self.decided_at,
        )

    def see(self, by: str, at: datetime) -> "Payment":
        """The payment after its first cashier has opened it."""
        return replace(self, seen_by=by, seen_at=at)

    def examine(self, examination: Examination, at: datetime) -> "Payment":
        """The payment after its proof was examined."""
        return replace(self, examination=examination, examined_at=at)

    def read(self, read: Read | None) -> "Payment":
        """The payment after its proof was read."""
        return replace(self, reading=read)

    def correct(
        self, reference: str | None, allocations: tuple[Allocation, ...], by: str, at: datetime
    ) -> "Payment":
        """The payment with another number or other amounts; what it said before is kept."""
        former_claim = FormerClaim(self.reference, self.amount, by, at)
        return replace(
            self,
            reference=reference,
            allocations=allocations,
            former_claims=(*self.former_claims, former_claim),
        )

    def check_correction(self, by: str) -> None:
        """Raise Forbidden (another member's payment) or PaymentAlreadyDecided."""
        if self.submitted_by != by:
            raise Forbidden("Sólo quien envió un pago lo puede corregir")
        self._check_pending()

    def check_seen_claim(self, corrections: int | None) -> None:
        """Raise IllegalTransition if the payment was corrected since a cashier looked at it.

        `corrections` is how many it had then; None for a cashier who does not tell.
        """
        if corrections is not None and corrections != len(self.former_claims):
            raise IllegalTransition("Acaban de corregir este pago: míralo otra vez")

    def without(self, types: Collection[WarningType]) -> "Payment":
        """The payment without the warnings of these types."""
        return replace(
            self,
            warnings=tuple(one for one in self.warnings if one.type not in types),
            late_warnings=tuple(one for one in self.late_warnings if one.type not in types),
        )

    def warn(self, warnings: Iterable[Suspicion]) -> "Payment":
        """The payment with further warnings, which are late for an approved payment."""
        new_warnings = tuple(warning for warning in warnings if warning not in self.warnings)
        late_warnings = new_warnings if self.status is PaymentStatus.APPROVED else ()
        return replace(
            self,
            warnings=self.warnings + new_warnings,
            late_warnings=self.late_warnings + late_warnings,
        )

    def acknowledge(self, types: Collection[WarningType]) -> "Payment":
        """The payment after a cashier has taken note of its late warnings of these types."""
        unknown_warnings = (warning for warning in self.late_warnings if warning.type not in types)
        return replace(self, late_warnings=tuple(unknown_warnings))

    def with_deposit(self, deposit: Deposit | None) -> "Payment":
        """The payment with the bank's word of its money, or without."""
        return replace(self, deposit=deposit and deposit.told())

    def check_tie(self, deposit: Deposit, by: str, current_house: House) -> None:
        """Check that a cashier may tie the deposit to the payment.

        Raises DepositTaken, PaymentAlreadyDecided (a rejected or withdrawn payment), OwnPayment and
        ValidationFailed (another amount, or a method whose money does not come to the account).
        """
        if deposit.payment_id is not None:
            raise DepositTaken
        if self.deposit is not None:
            raise DepositTaken("Ese pago ya tiene su ingreso: suelta antes el otro")
        if not self.counts:
            raise PaymentAlreadyDecided("Ese pago ya no cuenta: lo rechazaron o lo retiraron")
        if self.submitted_by == by and not current_house.own_verdicts:
            raise OwnPayment
        if not self.to_account:
            raise ValidationFailed({"payment_id": ["El dinero de ese pago no llega a la cuenta"]})
        if deposit.amount != self.arrives:
            text = current_house.money.text
            words = f"Llegó {text(deposit.amount)}, y el pago es de {text(self.arrives)}"
            raise ValidationFailed({"payment_id": [words]})

    def redacted(self) -> "Payment":
        """The payment as a waiter may see it: that its money came, not from whom."""
        return replace(self, deposit=self.deposit and self.deposit.redacted())

    def wire(self) -> Wire:
        """The object `payment` of the wire."""
        return {
            "id": str(self.id),
            "order_id": str(self.order_id),
            "attempt": self.attempt,
            "method": self.method,
            "status": self.status.value,
            "reason": self.reason,
            "has_proof": self.has_proof,
            "submitted_by": self.submitted_by,
            "submitted_at": time(self.submitted_at),
            "decided_by": self.decided_by,
            "decided_at": optional_time(self.decided_at),
            "reference": self.reference,
            "amount": money(self.amount),
            "tip": money(self.tip),
            "tendered": None if self.tendered is None else money(self.tendered),
            "change": None if self.change is None else money(self.change),
            "replaces": None if self.replaces is None else str(self.replaces),
            "orders": [allocation.wire() for allocation in self.allocations],
            "warnings": [warning.wire() for warning in self.warnings],
            "seen_by": self.seen_by,
            "seen_at": optional_time(self.seen_at),
            "seen_in_account": self.seen_in_account,
            "reconciled_by": self.reconciled_by,
            "reconciled_at": optional_time(self.reconciled_at),
            "viewers": [viewer.wire() for viewer in self.viewers],
            "examination": self.examination,
            "examined_at": optional_time(self.examined_at),
            "late_warnings": [warning.wire() for warning in self.late_warnings],
            "reading": None if self.reading is None else self.reading.wire(),
            "former_claims": [claim.wire() for claim in self.former_claims],
            "deposit": None if self.deposit is None else self.deposit.wire(),
            "checked": self.checked,
        }


@dataclass(frozen=True, slots=True)
class Correction:
    """What a payment should have said: None keeps what it says, "" takes the number away."""

    reference: str | None = None
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Corrected:
    """A payment with another number, or other amounts of its orders."""

    payment: Payment


@dataclass(frozen=True, slots=True)
class Examined:
    """A payment after its examination, with the facts about its file, or None if unreadable."""

    payment: Payment
    facts: Facts | None
