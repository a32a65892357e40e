"""The pages that staff hold in their hands, what they need to know, and the server's health."""

from aiohttp import web
from aiohttp.typedefs import Handler

from comanda.store.database import Snapshot
from comanda.web.keys import ASSETS, CONFIG, DATABASE, DOCUMENT
from comanda.web.replies import reply


def page(name: str) -> Handler:
    """A handler that serves one file of the static folder; the file itself is nobody's secret."""

    async def show_page(request: web.Request) -> web.Response:
        return request.app[ASSETS].response(name, request)

    return show_page


async def show_asset(request: web.Request) -> web.Response:
    """`GET /static/{path}`."""
    return request.app[ASSETS].response(request.match_info["path"], request)


async def show_document(request: web.Request) -> web.Response:
    """`GET /openapi.json`."""
    return web.Response(body=request.app[DOCUMENT].encoded, content_type="application/json")


async def show_settings(request: web.Request) -> web.Response:
    """`GET /settings`: what the pages take from the configuration."""
    config = request.app[CONFIG]
    methods = [
        {"name": method.name, "label": method.label, "proof": method.proof}
        for method in config.payments.methods
    ]
    return reply(
        {
            "methods": methods,
            "max_bytes": config.proofs.max_bytes,
            "currency": config.pages.currency,
            "amber_minutes": config.pages.amber_minutes,
            "red_minutes": config.pages.red_minutes,
        }
    )


async def show_health(request: web.Request) -> web.Response:
    """`GET /healthz`: 200 when the database answers."""
    await request.app[DATABASE].read(_answers)
    return reply({"status": "ok"})


def _answers(view: Snapshot) -> bool:
    return view.one("SELECT 1") is not None
