"""`GET /metrics`: figures for Prometheus, for clients that know the configured token.

Only the token gives access. The client's address proves nothing: behind a proxy every request comes
from loopback.
"""

import hmac

from aiohttp import web

from comanda.domain.errors import Forbidden, NotFound
from comanda.web.plumbing.keys import CONFIG, DATABASE, FEED, METRICS


async def show_metrics(request: web.Request) -> web.Response:
    """`GET /metrics`, with `Authorization: Bearer TOKEN`."""
    metrics = request.app.get(METRICS)
    if metrics is None:
        raise NotFound
    expected_header = f"Bearer {request.app[CONFIG].server.metrics_token}"
    sent_header = request.headers.get("Authorization", "")
    if not hmac.compare_digest(
        sent_header.encode(errors="surrogateescape"), expected_header.encode()
    ):
        raise Forbidden("Falta la clave de las métricas")
    body = await metrics.text(request.app[DATABASE], request.app[FEED])
    return web.Response(
        body=body, headers={"Content-Type": metrics.content_type, "Cache-Control": "no-store"}
    )
