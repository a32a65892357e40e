"""`POST /errors`: what a page failed at and nobody caught, for the server's log.

Everybody may send, for the sign-in page can fail too. So a message is small, cleaned of whatever
could forge a line of the log or a part of one, and taken only so often: of an address or a member,
and of all together. Who is signed in is counted apart: no guest in the Wi-Fi silences them.
"""

import logging
import time
import unicodedata
from typing import Any

from aiohttp import web

from comanda.domain.errors import NotSignedIn, StorageUnavailable
from comanda.domain.sign_in import network_of
from comanda.web.contract.requests import PageError
from comanda.web.plumbing.identity import authenticate
from comanda.web.plumbing.keys import PAGE_ERRORS, STAFF_ERRORS
from comanda.web.plumbing.proxy import address_of
from comanda.web.plumbing.request_data import json_body

# Line breaks, direction marks, half surrogates: whatever is no plain character of a line.
_UNPRINTABLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")

log = logging.getLogger(__name__)


async def tell_error(request: web.Request) -> web.Response:
    """`POST /errors`. Raises TooManyAttempts before it reads a body."""
    address = address_of(request)
    await _count(request, address)
    page_error = await json_body(request, PageError)
    agent = page_error["agent"] or request.headers.get("User-Agent", "")
    log.warning(
        "💥 [Página] %s: %s · %s · %s · %s · %s",
        clean(page_error["page"]),
        clean(page_error["message"]),
        clean(_place(page_error)),
        clean(page_error["stack"] or "-"),
        address,
        clean(agent or "-"),
    )
    return web.Response(status=204)


async def _count(request: web.Request, address: str) -> None:
    """Raises TooManyAttempts."""
    try:
        member = await authenticate(request)
    except (NotSignedIn, StorageUnavailable):
        request.app[PAGE_ERRORS].count(network_of(address), time.monotonic())
    else:
        request.app[STAFF_ERRORS].count(member.username, time.monotonic())


def _place(page_error: dict[str, Any]) -> str:
    """`/static/js/caja.js:12:3`, or `-` where the browser did not say."""
    parts = (page_error["source"], page_error["line"], page_error["column"])
    return ":".join(str(part) for part in parts if part is not None) or "-"


def clean(text: str) -> str:
    """`text` as one line: a break becomes ` | `, what can't be printed becomes `?`.

    And it has no `·`, which stands between the line's parts.
    """
    lines = (line.strip() for line in text.replace("·", "•").splitlines())
    joined = " | ".join(line for line in lines if line)
    return "".join("?" if unicodedata.category(one) in _UNPRINTABLE else one for one in joined)
