"""The headers that every answer has."""

from collections.abc import Awaitable, Callable
from email.utils import formatdate

from aiohttp import hdrs, web
from multidict import istr

from comanda.store.database import Clock

# Made once: a new `istr` for every answer costs time.
_SECURITY = tuple(
    (istr(name), value)
    for name, value in (
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    )
)


async def add_security_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Add headers by an `on_response_prepare` signal; keep a policy that a handler has set."""
    headers = response.headers
    headers[hdrs.SERVER] = "Comanda"
    for name, value in _SECURITY:
        headers.setdefault(name, value)


def tell_time(clock: Clock) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Return an `on_response_prepare` signal that adds `Date`: pages use it as their clock."""

    async def add_date(_: web.Request, response: web.StreamResponse) -> None:
        response.headers[hdrs.DATE] = formatdate(clock().timestamp(), usegmt=True)

    return add_date
