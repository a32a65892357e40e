"""The address where phones connect in the house's network, and its QR code."""

import asyncio
import io

from aiohttp import web

from comanda.domain.errors import NotFound
from comanda.lan import is_loopback, reachable_host, url
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import CONFIG
from comanda.web.plumbing.proxy import is_secure


async def show_address(request: web.Request) -> web.Response:
    """`GET /connect`: the address, and whether phones can reach the server there."""
    return reply({"url": phones_address(request), "reachable": is_reachable(request)})


def is_reachable(request: web.Request) -> bool:
    """Whether phones can reach the server at `phones_address`."""
    server = request.app[CONFIG].server
    is_heard = bool(server.public_url) or not is_loopback(server.host)
    return is_heard and phones_address(request) is not None


async def show_code(request: web.Request) -> web.Response:
    """`GET /connect.svg`: the address as a QR code (ISO/IEC 18004). Raises NotFound."""
    address = phones_address(request)
    if address is None:
        raise NotFound("Esta computadora no está en ninguna red")
    return web.Response(
        body=await asyncio.to_thread(_code, address),
        content_type="image/svg+xml",
        headers={"Cache-Control": "no-store"},
    )


def _code(address: str) -> bytes:
    import segno  # noqa: PLC0415 - needed once, when the house is set up

    svg_file = io.BytesIO()
    code = segno.make(address, micro=False)
    code.save(svg_file, kind="svg", scale=8, border=4, dark="#000", light="#fff")
    return svg_file.getvalue()


def phones_address(request: web.Request) -> str | None:
    """Return the configured address, else this computer's address in the network, or None.

    The local address of this request comes first, unless it is loopback.
    """
    configured = request.app[CONFIG].server.public_url
    if configured:
        return configured
    local = request.transport.get_extra_info("sockname") if request.transport else None
    if not local:
        return None
    host = reachable_host(str(local[0]))
    return (
        None
        if host is None
        else url("https" if is_secure(request) else "http", host, int(local[1]))
    )
