"""Whose request it is, and signing out. The cookie holds a token; the database only its hash."""

import hashlib

from aiohttp import web

from comanda import access
from comanda.domain.errors import NotSignedIn
from comanda.domain.staff import Staff
from comanda.domain.wire import Wire
from comanda.store import sessions
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import DATABASE, DOORS, SESSION, STAFF, STREAMS
from comanda.web.plumbing.proxy import is_secure

COOKIE = "comanda_session"


async def show_session(request: web.Request) -> web.Response:
    """`GET /session`; with `short_pin` where the page asks for a better PIN."""
    return reply(signed_in(request[STAFF]))


async def sign_out(request: web.Request) -> web.Response:
    """`DELETE /session`; open streams of this session end at once."""
    await request.app[DATABASE].write(access.end_session, request[SESSION])
    request.app[STREAMS].end_session(request[SESSION])
    response = web.Response(status=204)
    response.del_cookie(COOKIE, httponly=True, samesite="Strict", secure=is_secure(request))
    if is_secure(request):  # not "storage": what others have not sent yet is in there
        response.headers["Clear-Site-Data"] = '"cache"'
    return response


def signed_in(member: Staff) -> Wire:
    """Who is signed in; and that their PIN is too easily guessed, if so."""
    return {"user": member.wire(), **({"short_pin": True} if member.needs_better_pin else {})}


async def authenticate(request: web.Request) -> Staff:
    """Whose request this is. Raises NotSignedIn."""
    held = session_of(request)
    if held is None:
        raise NotSignedIn
    member = await request.app[DATABASE].read(sessions.owner, held)
    if member is None:
        raise NotSignedIn
    request.app[DOORS].know(request.transport)
    request[SESSION] = held
    request[STAFF] = member
    return member


def session_of(request: web.Request) -> str | None:
    """The hash of the token that the request's cookie holds, if it has one."""
    token = request.cookies.get(COOKIE)
    return hash_token(token) if token else None


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()
