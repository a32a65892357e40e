"""The headers that every answer has."""

from collections.abc import Awaitable, Callable
from email.utils import formatdate

from aiohttp import hdrs, web
from multidict import istr

from comanda.store.database import Clock

# Names that are made once, and not for every answer.
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
    """An `on_response_prepare` signal; a handler's own stricter or wider policy stays."""
    headers = response.headers
    headers[hdrs.SERVER] = "Comanda"
    for name, value in _SECURITY:
        headers.setdefault(name, value)


def tell_time(clock: Clock) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """An `on_response_prepare` signal: pages count by its `Date`, whatever their own clock says."""

    async def add_date(_: web.Request, response: web.StreamResponse) -> None:
        response.headers[hdrs.DATE] = formatdate(clock().timestamp(), usegmt=True)

    return add_date
