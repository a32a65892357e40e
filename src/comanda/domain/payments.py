"""An attempt to pay, its proof, and the cashier's verdict on it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from comanda.domain.errors import PaymentAlreadyDecided
from comanda.domain.wire import Wire, optional_time, time


class Verdict(StrEnum):
    APPROVED = "aprobado"
    REJECTED = "rechazado"


class PaymentStatus(StrEnum):
    PENDING = "por_verificar"
    APPROVED = "aprobado"
    REJECTED = "rechazado"


@dataclass(frozen=True, slots=True)
class Proof:
    """The file of a payment attempt. `sha256` is of the bytes as received, in hex."""

    content_type: str
    data: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One attempt to pay an order; `attempt` counts from 1."""

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

    def decide(self, verdict: Verdict, reason: str | None, by: str, at: datetime) -> "Payment":
        """The payment with its verdict. Raises PaymentAlreadyDecided where it has one."""
        if self.status is not PaymentStatus.PENDING:
            raise PaymentAlreadyDecided(f"Este pago ya fue dictaminado por {self.decided_by}")
        return replace(
            self,
            status=PaymentStatus(verdict.value),
            reason=reason,
            decided_by=by,
            decided_at=at,
        )

    def wire(self) -> Wire:
        """The `payment`."""
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
        }
