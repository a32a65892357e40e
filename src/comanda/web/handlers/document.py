"""`GET /openapi.json`."""

from aiohttp import web

from comanda.web.plumbing.keys import DOCUMENT


async def show_document(request: web.Request) -> web.Response:
    """`GET /openapi.json`."""
    return web.Response(body=request.app[DOCUMENT].encoded, content_type="application/json")
