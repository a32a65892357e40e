"""`POST /errors`: uncaught errors of pages, for the server's log.

Everybody may send a report, because the sign-in page can fail, too. So a report is small, and its
texts are cleaned so that they can't forge a line of the log or a part of a line. The number of
reports is limited, for each address or member and for all together. Signed-in members are counted
apart from guests, so that a guest in the Wi-Fi can't use up the members' limit.
"""

import logging
import re
import time
import unicodedata
from typing import Any

from aiohttp import web

from comanda.domain.errors import NotSignedIn, StorageUnavailable
from comanda.domain.sign_in import network_of
from comanda.web.contract.requests import PageError
from comanda.web.plumbing.assets import Assets
from comanda.web.plumbing.identity import authenticate
from comanda.web.plumbing.keys import ASSETS, PAGE_ERRORS, STAFF_ERRORS
from comanda.web.plumbing.proxy import address_of
from comanda.web.plumbing.request_data import json_body

# Line breaks, direction marks, half surrogates and other characters that could forge a line.
_UNPRINTABLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")

# A call in a stack: `at show (http://HOST/static/VERSION/js/caja/caja.js:912:3)`.
_CALL = re.compile(r"(/static/[0-9a-f]{16}/js/[\w/-]+\.js):([0-9]{1,7})(?::[0-9]{1,7})?", re.ASCII)
_MOST_CALLS = 10  # anybody may send a stack, and each call takes a millisecond

log = logging.getLogger(__name__)


async def tell_error(request: web.Request) -> web.Response:
    """`POST /errors`. Raises TooManyAttempts before the body is read."""
    address = address_of(request)
    await _count(request, address)
    page_error = await json_body(request, PageError)
    agent = page_error["agent"] or request.headers.get("User-Agent", "")
    log.warning(
        "💥 [Página] %s: %s · %s · %s · %s · %s",
        clean(page_error["page"]),
        clean(page_error["message"]),
        clean(_place(page_error, request.app[ASSETS])),
        clean(_with_modules(page_error["stack"] or "-", request.app[ASSETS])),
        address,
        clean(agent or "-"),
    )
    return web.Response(status=204)


async def _count(request: web.Request, address: str) -> None:
    """Count a report of the member, or of the guest's network. Raises TooManyAttempts."""
    try:
        member = await authenticate(request)
    except (NotSignedIn, StorageUnavailable):
        request.app[PAGE_ERRORS].count(network_of(address), time.monotonic())
    else:
        request.app[STAFF_ERRORS].count(member.username, time.monotonic())


def _place(page_error: dict[str, Any], assets: Assets) -> str:
    """Return `/static/VERSION/js/caja/caja.js:912:3 (js/lib/dom.js:12)`, or what there is of it.

    It is `-` if the browser sent no place.
    """
    source, line, column = (page_error[name] for name in ("source", "line", "column"))
    told = ":".join(str(part) for part in (source, line, column) if part is not None) or "-"
    module = assets.place(source, line) if source and line else None
    return f"{told} ({module})" if module else told


def _with_modules(stack: str, assets: Assets) -> str:
    """Return a stack with the modules and their lines behind its first calls.

    What a promise was rejected with has no place but its stack.
    """

    def place(call: re.Match[str]) -> str:
        module = assets.place(call[1], int(call[2]))
        return f"{call[0]} ({module})" if module else call[0]

    return _CALL.sub(place, stack, count=_MOST_CALLS)


def clean(text: str) -> str:
    """Return `text` as one line: a line break becomes ` | `, an unprintable character `?`.

    `·` separates the parts of a line of the log, so it becomes `•`.
    """
    lines = (line.strip() for line in text.replace("·", "•").splitlines())
    joined = " | ".join(line for line in lines if line)
    return "".join(
        "?" if unicodedata.category(letter) in _UNPRINTABLE else letter for letter in joined
    )
