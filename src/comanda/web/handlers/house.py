"""The house over HTTP: its name, money, time zone, end of day, tips and own verdicts."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from comanda import office
from comanda.domain.house import House
from comanda.store import house_changes
from comanda.web.contract.requests import NewHouse
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import CONFIG, DATABASE, STAFF
from comanda.web.plumbing.request_data import json_body


async def describe_house(request: web.Request) -> web.Response:
    """`PUT /house`. What the body leaves out stays as it is."""
    body = await json_body(request, NewHouse)
    default = request.app[CONFIG].house
    stored_house = await request.app[DATABASE].write(
        office.describe_house, request[STAFF], house_of(body), default
    )
    return reply(stored_house.wire())


async def show_changes(request: web.Request) -> web.Response:
    """`GET /house/changes`: who changed the house or its accounts, and what."""
    changes = await request.app[DATABASE].read(house_changes.newest)
    return reply({"changes": [change.wire() for change in changes]})


def house_of(body: Mapping[str, Any]) -> House:
    """Return the house that a checked body describes."""
    return House(
        name=body["restaurant"],
        currency=body["currency"],
        time_zone=body["time_zone"],
        day_ends=body["day_ends"],
        country=body["country"],
        currency_after=body["currency_after"],
        decimals=body["decimals"],
        decimal_mark=body["decimal_mark"],
        own_verdicts=body["own_verdicts"],
        tips=body["tips"],
    )
