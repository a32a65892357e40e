"""The pages that staff hold in their hands, what they need to know, and the server's health."""

import dataclasses
from collections.abc import Mapping
from datetime import time
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from comanda import office
from comanda.config import Config
from comanda.domain.errors import StorageUnavailable
from comanda.domain.house import UNNAMED, House
from comanda.feed import FEED as FEED_TASK
from comanda.store import house, staff
from comanda.store.database import Snapshot
from comanda.web.contract.problems import problem
from comanda.web.contract.requests import NewHouse
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import ASSETS, CONFIG, DATABASE, DOCUMENT, DOWN, FEED
from comanda.web.plumbing.request_data import json_body

_FEED_DOWN = (
    "Las novedades no llegan a las páginas: la parte que las reparte falló y está volviendo a "
    "empezar. Lo guardado no se pierde"
)


def page(name: str) -> Handler:
    """A handler that serves one file of the static folder; the file itself is nobody's secret."""

    async def show_page(request: web.Request) -> web.Response:
        return request.app[ASSETS].response(name, request)

    return show_page


async def show_entry(request: web.Request) -> web.Response:
    """`GET /`: the page to sign in; before the first start, where to find its address."""
    try:
        is_founded = await request.app[DATABASE].read(staff.has_admin)
    except StorageUnavailable:
        is_founded = True  # the page that signs in says what the database says
    name = "index.html" if is_founded else "antes.html"
    return request.app[ASSETS].response(name, request)


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
            "idle_minutes": config.sessions.idle_minutes,
            "ready_alarm_seconds": config.pages.ready_alarm_seconds,
            "heartbeat_seconds": config.events.heartbeat_seconds,
        }
    )


async def describe_house(request: web.Request) -> web.Response:
    """`PUT /house`; a `day_ends` that is left out stays as it is."""
    body = await json_body(request, NewHouse)
    default = default_house(request.app[CONFIG])
    stored = await request.app[DATABASE].write(office.describe_house, house_of(body), default)
    return reply(stored.wire())


def house_of(body: Mapping[str, Any]) -> House:
    """The house that a checked body tells of."""
    return House(body["restaurant"], body["currency"], body["time_zone"], body["day_ends"])


def default_house(config: Config) -> House:
    """What the house is until somebody describes it."""
    pages = config.pages
    return House(UNNAMED, pages.currency, pages.time_zone, time.fromisoformat(pages.day_ends))


async def show_health(request: web.Request) -> web.Response:
    """`GET /healthz`: 200 when the database answers and the feed passes events on.

    What else failed and starts again is named: nobody at a table has to wait for it.
    """
    await request.app[DATABASE].read(_answers)
    down = list(request.app[DOWN]())
    if FEED_TASK in down or request.app[FEED].is_behind:
        return problem(503, "feed_down", _FEED_DOWN, {"Retry-After": "5"})
    return reply({"status": "ok", **({"down": down} if down else {})})


def _answers(view: Snapshot) -> bool:
    return view.one("SELECT 1") is not None
