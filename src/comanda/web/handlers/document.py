"""`GET /openapi.json`."""

import asyncio
from functools import cache

from aiohttp import web


async def show_document(request: web.Request) -> web.Response:
    """`GET /openapi.json`. The first request makes the document, which takes long."""
    body = await asyncio.to_thread(_document)
    return web.Response(body=body, content_type="application/json")


@cache
def _document() -> bytes:
    """Return the document of all routes, encoded."""
    # The table of routes imports this handler. Few ever ask for the document, and its parts are
    # slow to load.
    from comanda.web.contract.openapi import encoded_document  # noqa: PLC0415
    from comanda.web.routes import ROUTES  # noqa: PLC0415

    return encoded_document(ROUTES)
