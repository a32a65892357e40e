"""`POST /session`: check a username and a PIN, and set a session's cookie."""

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
    sign_in_attempt = await _attempt(request, username, browser)
    rows = await database.write(access.try_sign_in, sign_in_attempt)
    pin_hash = await _prove(request, username, body["pin"])
    token, lifetime = secrets.token_urlsafe(32), _lifetime(request)
    session, browser = session_of(request), await _browser_token(request, browser)
    member = await database.write(
        access.sign_in,
        sign_in_attempt,
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
    """Return the attempt. Raises TooManyAttempts, before any write to the database."""
    database = request.app[DATABASE]
    known_browser = hash_token(browser) if browser else None
    if known_browser and not await database.read(attempts.knows_browser, known_browser, username):
        known_browser = None
    if known_browser is None:
        request.app[PINS].require_room()
    device = device_name(request.headers.get("User-Agent", ""))
    sign_in_attempt = attempt(
        username, address_of(request), known_browser, _allowance(request), device
    )
    await database.read(attempts.require_allowed, sign_in_attempt)
    return sign_in_attempt


async def _browser_token(request: web.Request, sent_token: str | None) -> str:
    """Return the browser's token: the sent token if the server issued it, else a new token.

    An attacker could put a token of their own choice into a colleague's browser. If the server
    accepted it, the attacker could guess PINs with this token, as from a known browser.
    """
    if sent_token is not None:
        token_hash = hash_token(sent_token)
        if await request.app[DATABASE].read(attempts.issued_browser, token_hash):
            return sent_token
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
    """Return the stored hash of the active member's PIN, which `pin` matches.

    Raises BadCredentials after the same work for an unknown user, so that time tells nothing.
    """
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
