"""The one-time token of the first start; only its hash is kept, for an hour."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from aiohttp import web

from comanda.domain.errors import BadSetupToken
from comanda.store import staff
from comanda.store.database import Clock
from comanda.web.plumbing.keys import DATABASE

LIFETIME = timedelta(hours=1)


class SetupToken:
    """The hash and the lifetime of the token that permits to set up the house."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._token_hash = b""
        self._ends_at: datetime | None = None

    def issue(self) -> str:
        """Return a new token; it replaces an older token."""
        token = secrets.token_urlsafe(24)
        self._token_hash = _hash(token)
        self._ends_at = self._clock() + LIFETIME
        return token

    @property
    def is_open(self) -> bool:
        return self._ends_at is not None and self._clock() < self._ends_at

    def require(self, token: str) -> None:
        """Raises BadSetupToken if `token` is not the issued token."""
        if not hmac.compare_digest(self._token_hash, _hash(token)):
            raise BadSetupToken

    def close(self) -> None:
        self._ends_at = None


SETUP_TOKEN = web.AppKey("SETUP_TOKEN", SetupToken)


async def issue_token(app: web.Application) -> str | None:
    """Return a new token, or None if the house already has an administrator."""
    if await app[DATABASE].read(staff.has_admin):
        return None
    return app[SETUP_TOKEN].issue()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()
