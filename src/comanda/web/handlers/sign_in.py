"""`POST /session`: a username and a PIN for a session's cookie."""

import secrets
from datetime import timedelta

from aiohttp import web

from comanda import access
from comanda.domain.errors import BadCredentials
from comanda.domain.sign_in import Allowance, Attempt, attempt
from comanda.domain.staff import is_weak
from comanda.store import attempts, staff
from comanda.web.contract.requests import SignIn
from comanda.web.handlers.sessions import signed_in
from comanda.web.plumbing.identity import COOKIE, hash_token, session_of
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import CONFIG, DATABASE, PINS, STREAMS
from comanda.web.plumbing.proxy import address_of, is_secure
from comanda.web.plumbing.request_data import json_body
from comanda.web.plumbing.user_agent import device_name

BROWSER_COOKIE = "comanda_browser"
BROWSER_SECONDS = 180 * 24 * 3600


async def sign_in(request: web.Request) -> web.Response:
    """`POST /session`."""
    body = await json_body(request, SignIn)
    database, username = request.app[DATABASE], body["username"]
    browser = request.cookies.get(BROWSER_COOKIE)
    tried = await _attempt(request, username, browser)
    rows = await database.write(access.try_sign_in, tried)
    pin_hash = await _prove(request, username, body["pin"])
    token, lifetime = secrets.token_urlsafe(32), _lifetime(request)
    session, browser = session_of(request), await _mark(request, browser)
    member = await database.write(
        access.sign_in,
        tried,
        rows,
        pin_hash=pin_hash,
        pin_is_weak=is_weak(body["pin"]),
        browser=hash_token(browser),
        token_hash=hash_token(token),
        lifetime=lifetime,
        replaces=session,
        device=device_name(request.headers.get("User-Agent", "")),
    )
    if session is not None:
        request.app[STREAMS].end_session(session)
    response = reply(signed_in(member), status=201)
    _set_cookie(request, response, COOKIE, token, int(lifetime.total_seconds()))
    _set_cookie(request, response, BROWSER_COOKIE, browser, BROWSER_SECONDS)
    return response


async def _attempt(request: web.Request, username: str, browser: str | None) -> Attempt:
    """Raises TooManyAttempts, at no more cost than reading."""
    database = request.app[DATABASE]
    known = hash_token(browser) if browser else None
    if known and not await database.read(attempts.knows_browser, known, username):
        known = None
    if known is None:
        request.app[PINS].require_room()
    device = device_name(request.headers.get("User-Agent", ""))
    tried = attempt(username, address_of(request), known, _allowance(request), device)
    await database.read(attempts.require_allowed, tried)
    return tried


async def _mark(request: web.Request, brought: str | None) -> str:
    """The browser's mark: a new one, unless it brings one that the server gave out.

    Somebody could put a mark of their own choice into a colleague's browser, and guess by it.
    """
    if brought is not None:
        mark = hash_token(brought)
        if await request.app[DATABASE].read(attempts.issued_browser, mark):
            return brought
    return secrets.token_urlsafe(32)


def _allowance(request: web.Request) -> Allowance:
    settings = request.app[CONFIG].sessions
    return Allowance(
        settings.attempts_at_one_place,
        settings.attempts_per_user,
        settings.attempts_per_address,
        timedelta(seconds=settings.attempts_window_seconds),
    )


async def _prove(request: web.Request, username: str, pin: str) -> str:
    """The hash of an active member's PIN, which `pin` is. Raises BadCredentials, not at once."""
    row = await request.app[DATABASE].read(staff.find, username)
    pin_hash = row[1] if row and row[0].active else None
    if not await request.app[PINS].verify(pin_hash, pin) or pin_hash is None:
        raise BadCredentials
    return pin_hash


def _lifetime(request: web.Request) -> timedelta:
    return timedelta(hours=request.app[CONFIG].sessions.hours)


def _set_cookie(
    request: web.Request, response: web.Response, name: str, value: str, seconds: int
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="Strict",
        secure=is_secure(request),
    )
