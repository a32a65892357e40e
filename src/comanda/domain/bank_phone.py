"""The phone that passes the bank's notices on: its secret, and when it was heard."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from comanda.domain.wire import Wire, optional_time

_HEARTBEAT = b"heartbeat"


def signature(secret: str, body: bytes) -> str:
    """Return the `X-Signature` of a body: its HMAC-SHA-256 by the house's secret, in hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def heartbeat_key(secret: str) -> str:
    """Return the `key` of `/deposits/heartbeat?key=`, 64 hex digits.

    The app that passes notices on signs those alone, so the address of its heartbeat has to prove
    that it is the house's. The key proves nothing else, and the secret can't be computed from it.
    """
    return signature(secret, _HEARTBEAT)


@dataclass(frozen=True, slots=True)
class BankPhone:
    """What is known of the phone; `secret` is the one made on the page, if any was made.

    `refused_at` and `refused_code` tell of its last report that was signed and refused.
    """

    secret: str | None = None
    secret_by: str | None = None
    secret_at: datetime | None = None
    heartbeat_at: datetime | None = None
    notice_at: datetime | None = None
    refused_at: datetime | None = None
    refused_code: str | None = None

    @property
    def heard_at(self) -> datetime | None:
        """When the phone last said anything."""
        return max(filter(None, (self.heartbeat_at, self.notice_at, self.refused_at)), default=None)

    def wire(self, *, enabled: bool) -> Wire:
        """`{enabled, heard_at, heartbeat_at, notice_at}`; `enabled`: the house has a secret."""
        return {
            "enabled": enabled,
            "heard_at": optional_time(self.heard_at),
            "heartbeat_at": optional_time(self.heartbeat_at),
            "notice_at": optional_time(self.notice_at),
        }
