"""The user of a request. The cookie holds a token, and the database holds only its hash."""

import hashlib

from aiohttp import web

from comanda.domain.errors import NotSignedIn
from comanda.domain.staff import Staff
from comanda.store import sessions
from comanda.web.plumbing.connections import CONNECTIONS
from comanda.web.plumbing.keys import DATABASE, SESSION, STAFF

COOKIE = "comanda_session"


async def authenticate(request: web.Request) -> Staff:
    """Return the user who sent the request. Raises NotSignedIn."""
    session = require_session(request)
    return identify(request, session, await request.app[DATABASE].read(sessions.owner, session))


def identify(request: web.Request, session: str, member: Staff | None) -> Staff:
    """Note that `request` belongs to `member`, the session's owner. Raises NotSignedIn for None."""
    if member is None:
        raise NotSignedIn
    request.app[CONNECTIONS].know(request.transport)
    request[SESSION] = session
    request[STAFF] = member
    return member


def require_session(request: web.Request) -> str:
    """Return the hash of the token in the request's cookie. Raises NotSignedIn without a cookie."""
    session = session_of(request)
    if session is None:
        raise NotSignedIn
    return session


def session_of(request: web.Request) -> str | None:
    """Return the hash of the token in the request's cookie, or None without a cookie."""
    token = request.cookies.get(COOKIE)
    return hash_token(token) if token else None


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()
