"""An attempt to pay, its proof, and the cashier's verdict on it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from comanda.domain.errors import OwnPayment, PaymentAlreadyDecided, ValidationFailed
from comanda.domain.evidence import WARNINGS, Claim, Suspicion, WarningType
from comanda.domain.examinations import Examination, Facts
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
    """A waiter's attempt to pay: the method, the guest's proof, what was typed from the receipt."""

    method: str
    proof: Proof | None
    claim: Claim


@dataclass(frozen=True, slots=True)
class PaymentRules:
    """The house's rules for a verdict.

    To approve a payment by one of `account_methods`, the cashier must state that they saw the money
    in the account. With `own_verdicts`, for a one-person house, the submitter of a payment may
    decide it.
    """

    account_methods: frozenset[str] = frozenset()
    own_verdicts: bool = False


@dataclass(frozen=True, slots=True)
class Viewer:
    """A cashier who has a payment on show; `since` is the time of the last renewal."""

    username: str
    name: str
    since: datetime

    def wire(self) -> Wire:
        return {"username": self.username, "name": self.name, "since": time(self.since)}


@dataclass(frozen=True, slots=True)
class Payment:
    """One attempt to pay an order; `attempt` counts from 1, `amount` is in minor units.

    `reference` and `amount` come from the guest's receipt. `seen_by` is the first cashier who
    opened the payment. `viewers` are the cashiers who view the payment now; a decided payment has
    no viewers. `late_warnings` are those of `warnings` that came after the approval, and that no
    cashier has acknowledged.
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
    amount: int | None = None
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

    def may_be_decided_by(self, username: str, rules: PaymentRules) -> bool:
        """Whether the payment waits for a verdict, and `username` may give it."""
        is_own = self.submitted_by == username and not rules.own_verdicts
        return self.status is PaymentStatus.PENDING and not is_own

    def check_verdict(
        self, verdict: Verdict, reason: str | None, by: str, rules: PaymentRules, *, seen: bool
    ) -> None:
        """Raise OwnPayment, or ValidationFailed for an approval that lacks a required statement.

        An approval that is repeated needs no reason for a warning that came after it.
        """
        if self.submitted_by == by and not rules.own_verdicts:
            raise OwnPayment
        if verdict is Verdict.REJECTED:
            return
        errors = {}
        if self.method in rules.account_methods and not seen:
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
        if self.status is not PaymentStatus.PENDING:
            raise PaymentAlreadyDecided(f"Este pago ya fue dictaminado por {self.decided_by}")
        return replace(
            self,
            status=PaymentStatus(verdict.value),
            reason=reason,
            decided_by=by,
            decided_at=at,
            seen_in_account=seen_in_account,
            viewers=(),
        )

    def see(self, by: str, at: datetime) -> "Payment":
        """The payment after its first cashier has opened it."""
        return replace(self, seen_by=by, seen_at=at)

    def examine(self, examination: Examination, at: datetime) -> "Payment":
        """The payment after its proof was examined."""
        return replace(self, examination=examination, examined_at=at)

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
            "amount": None if self.amount is None else money(self.amount),
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
        }


@dataclass(frozen=True, slots=True)
class Examined:
    """A payment after its examination, with the facts about its file, or None if unreadable."""

    payment: Payment
    facts: Facts | None
