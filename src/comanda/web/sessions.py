"""Signing in and out. The cookie holds a random token; the database holds its hash."""

import hashlib
import secrets
from datetime import timedelta

from aiohttp import web

from comanda import workflow
from comanda.domain.errors import BadCredentials, NotSignedIn
from comanda.domain.staff import Staff
from comanda.store import sessions, staff
from comanda.web.keys import (
    ADDRESS_THROTTLE,
    CONFIG,
    DATABASE,
    PINS,
    SESSION,
    STAFF,
    STREAMS,
    USER_THROTTLE,
)
from comanda.web.reading import json_body
from comanda.web.replies import reply
from comanda.web.schemas import SignIn

COOKIE = "comanda_session"


async def sign_in(request: web.Request) -> web.Response:
    """`POST /session`."""
    body = await json_body(request, SignIn)
    member = await _authenticate(request, body["username"], body["pin"])
    token = secrets.token_urlsafe(32)
    lifetime = timedelta(hours=request.app[CONFIG].sessions.hours)
    held = session_of(request)
    await request.app[DATABASE].write(
        workflow.start_session, member.username, hash_token(token), lifetime, replaces=held
    )
    if held is not None:
        request.app[STREAMS].end_session(held)
    response = reply({"user": member.wire()}, status=201)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(lifetime.total_seconds()),
        httponly=True,
        samesite="Strict",
        secure=request.secure,
    )
    return response


async def show_session(request: web.Request) -> web.Response:
    """`GET /session`."""
    return reply({"user": request[STAFF].wire()})


async def sign_out(request: web.Request) -> web.Response:
    """`DELETE /session`; open streams of this session end at once."""
    await request.app[DATABASE].write(workflow.end_session, request[SESSION])
    request.app[STREAMS].end_session(request[SESSION])
    response = web.Response(status=204)
    response.del_cookie(COOKIE, httponly=True, samesite="Strict", secure=request.secure)
    return response


async def authenticate(request: web.Request) -> Staff:
    """Whose request this is. Raises NotSignedIn."""
    held = session_of(request)
    if held is None:
        raise NotSignedIn
    member = await request.app[DATABASE].read(sessions.owner, held)
    if member is None:
        raise NotSignedIn
    request[SESSION] = held
    request[STAFF] = member
    return member


def session_of(request: web.Request) -> str | None:
    """The hash of the token that the request's cookie holds, if it has one."""
    token = request.cookies.get(COOKIE)
    return hash_token(token) if token else None


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()


async def _authenticate(request: web.Request, username: str, pin: str) -> Staff:
    """The member with this PIN. Raises TooManyAttempts and BadCredentials."""
    by_user, by_address = request.app[USER_THROTTLE], request.app[ADDRESS_THROTTLE]
    address = request.remote or ""
    by_address.enter(address)
    by_user.enter(username)
    found = await request.app[DATABASE].read(staff.find, username)
    member, pin_hash = found if found and found[0].active else (None, None)
    if not await request.app[PINS].verify(pin_hash, pin) or member is None:
        raise BadCredentials
    by_user.forgive(username)
    by_address.forgive(address)
    return member
