"""`GET /metrics`: figures for Prometheus, for whoever knows the configured token.

A token alone opens it. The address would not do: behind a proxy everybody comes from loopback.
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
    wanted = f"Bearer {request.app[CONFIG].server.metrics_token}"
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(errors="surrogateescape"), wanted.encode()):
        raise Forbidden("Falta la clave de las métricas")
    body = await metrics.text(request.app[DATABASE], request.app[FEED])
    return web.Response(
        body=body, headers={"Content-Type": metrics.content_type, "Cache-Control": "no-store"}
    )
