"""Answers in JSON, and the headers that every answer has."""

from typing import Any

from aiohttp import web

from comanda.domain.wire import encode


def reply(data: Any, status: int = 200, location: str | None = None) -> web.Response:
    """`data` as JSON; never cached, since it is somebody's."""
    headers = {"Cache-Control": "no-store"}
    if location is not None:
        headers["Location"] = location
    return web.json_response(data, status=status, headers=headers, dumps=encode)


async def add_security_headers(_: web.Request, response: web.StreamResponse) -> None:
    """An `on_response_prepare` signal; a handler's own stricter or wider policy stays."""
    headers = response.headers
    headers["Server"] = "Comanda"
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
