"""Whose request it is. The cookie holds a token; the database only its hash."""

import hashlib

from aiohttp import web

from comanda.domain.errors import NotSignedIn
from comanda.domain.staff import Staff
from comanda.store import sessions
from comanda.web.plumbing.connections import CONNECTIONS
from comanda.web.plumbing.keys import DATABASE, SESSION, STAFF

COOKIE = "comanda_session"


async def authenticate(request: web.Request) -> Staff:
    """Whose request this is. Raises NotSignedIn."""
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
    """As `session_of`. Raises NotSignedIn for a request without a cookie."""
    session = session_of(request)
    if session is None:
        raise NotSignedIn
    return session


def session_of(request: web.Request) -> str | None:
    """The hash of the token that the request's cookie holds, if the request has the cookie."""
    token = request.cookies.get(COOKIE)
    return hash_token(token) if token else None


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()
