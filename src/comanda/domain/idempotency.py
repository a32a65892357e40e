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
        """The key `value` for `request`: the verb and all that decides what it would do.

        It is the user's `by`, and nobody else's; None is anybody's.
        """
        return cls(value, hashlib.sha256(repr(request).encode()).hexdigest(), by)

    def is_of(self, username: str | None) -> bool:
        """Whether a key stored for `username` may be this key."""
        return self.username is None or username in (None, self.username)
