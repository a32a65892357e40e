"""The menu over HTTP. Staff read it, the administrator edits it, the kitchen marks sold out."""

import asyncio

from aiohttp import web

from comanda import office
from comanda.domain.errors import ValidationFailed
from comanda.domain.house import House
from comanda.domain.menu import Changes, Entry, compare
from comanda.domain.menu_file import MenuUnreadable, read_menu, write_menu
from comanda.domain.money import MoneyFormat
from comanda.domain.wire import Wire
from comanda.store import house, menu
from comanda.store.database import Snapshot
from comanda.web.contract.path_names import PRODUCT
from comanda.web.contract.requests import Availability, MenuOrder, MenuText, NewProduct
from comanda.web.plumbing.json_replies import reply, reply_aside
from comanda.web.plumbing.keys import CONFIG, DATABASE, STAFF
from comanda.web.plumbing.long_answers import reply_with
from comanda.web.plumbing.request_data import json_body

PRODUCTS_AT_ONCE = 2_500


async def show_menu(request: web.Request) -> web.Response:
    """`GET /menu`."""
    return await reply_with(request, menu_wire)


async def export_menu(request: web.Request) -> web.Response:
    """`GET /menu.csv`: a byte order mark tells spreadsheets that the text is UTF-8."""
    text = await request.app[DATABASE].read(_csv, request.app[CONFIG].house)
    headers = {
        "Content-Disposition": 'attachment; filename="menu.csv"',
        "Content-Type": "text/csv; charset=utf-8",
        "Cache-Control": "no-store",
    }
    return web.Response(body=text, headers=headers)


async def add_product(request: web.Request) -> web.Response:
    """`POST /products`."""
    entry = Entry(**await json_body(request, NewProduct))
    actor = request[STAFF]
    product = await request.app[DATABASE].write(office.add_product, actor, entry)
    return reply(product.wire(), status=201)


async def change_product(request: web.Request) -> web.Response:
    """`PUT /products/{product_id}`."""
    entry = Entry(**await json_body(request, NewProduct))
    actor = request[STAFF]
    product = await request.app[DATABASE].write(
        office.change_product, actor, request[PRODUCT].id, entry
    )
    return reply(product.wire())


async def set_available(request: web.Request) -> web.Response:
    """`PUT /products/{product_id}/available`."""
    body = await json_body(request, Availability)
    product = await request.app[DATABASE].write(
        office.set_available, request[STAFF], request[PRODUCT].id, available=body["available"]
    )
    return reply(product.wire())


async def remove_product(request: web.Request) -> web.Response:
    """`DELETE /products/{product_id}`."""
    product_id = request[PRODUCT].id
    await request.app[DATABASE].write(office.remove_product, request[STAFF], product_id)
    return web.Response(status=204)


async def arrange_menu(request: web.Request) -> web.Response:
    """`PUT /menu/order`."""
    body = await json_body(request, MenuOrder)
    actor = request[STAFF]
    await request.app[DATABASE].write(office.arrange_menu, actor, body["product_ids"])
    return await reply_with(request, menu_wire)


async def preview_import(request: web.Request) -> web.Response:
    """`POST /menu/preview`: answer the changes that an import would make, and change nothing."""
    entries = await _entries(request)
    changes = await request.app[DATABASE].read(_compare, entries)
    return await reply_aside(changes.wire)


async def import_menu(request: web.Request) -> web.Response:
    """`POST /menu/import`: import up to 2,500 products in a transaction.

    A larger menu takes several transactions, so that no order waits long for an import. The whole
    body is checked before the first part, so its content can't make a later part fail.
    """
    entries, changes = await _entries(request), Changes((), (), 0)
    for start in range(0, len(entries), PRODUCTS_AT_ONCE):
        piece = entries[start : start + PRODUCTS_AT_ONCE]
        changes += await request.app[DATABASE].write(office.import_menu, request[STAFF], piece)
    return await reply_aside(changes.wire)


async def menu_entries(text: str, style: MoneyFormat, field: str = "csv") -> list[Entry]:
    """Return the entries of a CSV text, read in a thread. Raises ValidationFailed for `field`."""
    try:
        return await asyncio.to_thread(read_menu, text, style)
    except MenuUnreadable as error:
        raise ValidationFailed({field: [str(error)]}) from error


def menu_wire(view: Snapshot) -> Wire:
    """Return the menu in the order of display."""
    return {"products": (product.wire() for product in menu.products(view))}


async def _entries(request: web.Request) -> list[Entry]:
    text = (await json_body(request, MenuText))["csv"]
    current_house = await request.app[DATABASE].read(house.get, request.app[CONFIG].house)
    return await menu_entries(text, current_house.money)


def _csv(view: Snapshot, default: House) -> bytes:
    style = house.get(view, default).money
    return write_menu(view.in_pieces(menu.products(view)), style).encode("utf-8-sig")


def _compare(view: Snapshot, entries: list[Entry]) -> Changes:
    return compare(menu.products(view), entries)
