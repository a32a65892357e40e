"""A request that a phone may send again without it happening twice."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The phone's key for a request, and a digest of what the request asks for."""

    value: str
    fingerprint: str

    @classmethod
    def of(cls, value: str, *request: object) -> "IdempotencyKey":
        """The key `value` for `request`: the verb and all that decides what it would do."""
        return cls(value, hashlib.sha256(repr(request).encode()).hexdigest())
