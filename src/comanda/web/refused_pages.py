"""What a person reads in place of a page that was refused: a sentence, not JSON.

A browser that goes to a wrong address, by a wrong name, or by a connection too many shows what it
gets as it is. Programs and our own scripts get the problem as it is.
"""

import json
from html import escape
from http import HTTPStatus

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

_KEPT = (hdrs.CACHE_CONTROL, hdrs.RETRY_AFTER, hdrs.ALLOW)
_PAGE = """<!doctype html>
<html lang="es">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Comanda</title>
<h1>Comanda</h1>
<p>{detail}.</p>
<p><a href="{href}">{words}</a></p>
</html>
"""


@web.middleware
async def in_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a refusal as a page to whoever opens an address in a browser."""
    response = await handler(request)
    if not isinstance(response, web.Response) or not _is_for_a_person(request, response):
        return response
    page = web.Response(
        status=response.status,
        text=_page(response),
        content_type="text/html",
        headers={name: response.headers[name] for name in _KEPT if name in response.headers},
    )
    if response.keep_alive is False:
        page.force_close()
    return page


def _is_for_a_person(request: web.Request, response: web.Response) -> bool:
    return (
        response.content_type == "application/problem+json"
        and request.method == hdrs.METH_GET
        and "text/html" in request.headers.get(hdrs.ACCEPT, "")
    )


def _page(refused: web.Response) -> str:
    problem = json.loads(refused.text or "{}")
    leads_on = refused.status == HTTPStatus.NOT_FOUND  # the start is elsewhere; all else may pass
    href, words = ("/", "Ir a la entrada") if leads_on else ("", "Probar otra vez")
    return _PAGE.format(detail=escape(problem["detail"].removesuffix(".")), href=href, words=words)
