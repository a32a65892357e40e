"""The pages that staff hold in their hands, what they need to know, and the server's health."""

import dataclasses

from aiohttp import web
from aiohttp.typedefs import Handler

from comanda import office
from comanda.config import Config
from comanda.domain.house import UNNAMED, House
from comanda.store import house
from comanda.store.database import Snapshot
from comanda.web.keys import ASSETS, CONFIG, DATABASE, DOCUMENT
from comanda.web.reading import json_body
from comanda.web.replies import reply
from comanda.web.schemas import NewHouse


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
    """`GET /settings`: what the pages take from the configuration and from the house."""
    config = request.app[CONFIG]
    described = await request.app[DATABASE].read(house.get, default_house(config))
    methods = [dataclasses.asdict(method) for method in config.payments.methods]
    return reply(
        {
            "methods": methods,
            "max_bytes": config.proofs.max_bytes,
            "keep_days": config.proofs.keep_days,
            "unseen_alarm_seconds": config.payments.unseen_alarm_seconds,
            "own_verdicts": config.payments.own_verdicts,
            **described.wire(),
            "amber_minutes": config.pages.amber_minutes,
            "red_minutes": config.pages.red_minutes,
            "ready_alarm_seconds": config.pages.ready_alarm_seconds,
        }
    )


async def describe_house(request: web.Request) -> web.Response:
    """`PUT /house`."""
    body = await json_body(request, NewHouse)
    described = House(body["restaurant"], body["currency"], body["time_zone"])
    return reply((await request.app[DATABASE].write(office.describe_house, described)).wire())


def default_house(config: Config) -> House:
    """What the house is until somebody describes it."""
    return House(UNNAMED, config.pages.currency, config.pages.time_zone)


async def show_health(request: web.Request) -> web.Response:
    """`GET /healthz`: 200 when the database answers."""
    await request.app[DATABASE].read(_answers)
    return reply({"status": "ok"})


def _answers(view: Snapshot) -> bool:
    return view.one("SELECT 1") is not None
