"""Keys of requests that a phone may send again, so that nothing is done twice."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The phone's key for a request, a digest of what the request asks for, and its user."""

    value: str
    fingerprint: str
    username: str | None = None

    @classmethod
    def of(cls, value: str, *request: object, by: str | None = None) -> "IdempotencyKey":
        """Return the key `value` for `request`: the verb and all arguments that decide its effect.

        Only the user `by` may use the key; if `by` is None, every user may.
        """
        return cls(value, hashlib.sha256(repr(request).encode()).hexdigest(), by)

    def is_of(self, username: str | None) -> bool:
        """Whether a key stored for `username` may be this key."""
        return self.username is None or username in (None, self.username)
