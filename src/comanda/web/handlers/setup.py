"""The first start: a client with the one-time token sets up the restaurant."""

from aiohttp import web

from comanda import office
from comanda.domain.errors import NotFound
from comanda.domain.menu import sample_menu
from comanda.domain.staff import Role, Staff
from comanda.store.database import only_while
from comanda.web.contract.requests import NewRestaurant
from comanda.web.handlers.house import house_of
from comanda.web.handlers.menu import menu_entries
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import ASSETS, DATABASE, PINS
from comanda.web.plumbing.request_data import json_body
from comanda.web.plumbing.setup_token import SETUP_TOKEN

PAGE = "instalar.html"


async def show_page(request: web.Request) -> web.Response:
    """`GET /instalar`: the page to set up the house. Raises NotFound when the setup is closed."""
    _require_open(request)
    return request.app[ASSETS].page(PAGE, request)


async def set_up(request: web.Request) -> web.Response:
    """`POST /setup`: store the house, its administrator and its menu in one transaction."""
    _require_open(request)
    body = await json_body(request, NewRestaurant)
    request.app[SETUP_TOKEN].require(body["token"])
    described = house_of(body)
    entries = sample_menu(described.money.decimals) if body["sample"] else []
    if body["csv"]:
        entries = await menu_entries(body["csv"], described.money)
    admin = Staff(body["username"], body["name"], Role.ADMIN)
    pin_hash = await request.app[PINS].hash(body["pin"])
    with only_while(lambda _: _require_open(request)):
        await request.app[DATABASE].write(office.set_up, described, admin, pin_hash, entries)
    request.app[SETUP_TOKEN].close()
    return reply({"user": admin.wire()}, status=201)


def _require_open(request: web.Request) -> None:
    if not request.app[SETUP_TOKEN].is_open:
        raise NotFound("Comanda ya está instalado, o la dirección caducó: reinícialo para ver otra")
