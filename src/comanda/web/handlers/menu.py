"""The menu over HTTP: read by everybody, kept by the office, sold out by the kitchen too."""

import asyncio

from aiohttp import web

from comanda import office
from comanda.domain.errors import ValidationFailed
from comanda.domain.menu import Changes, Entry, compare
from comanda.domain.menu_file import MenuUnreadable, read_menu, write_menu
from comanda.domain.wire import Wire
from comanda.store import menu
from comanda.store.database import Snapshot
from comanda.web.contract.path_names import PRODUCT
from comanda.web.contract.requests import Availability, MenuOrder, MenuText, NewProduct
from comanda.web.plumbing.json_replies import reply, reply_aside
from comanda.web.plumbing.keys import DATABASE, STAFF
from comanda.web.plumbing.long_answers import reply_with
from comanda.web.plumbing.request_data import json_body

AT_ONCE = 2_500  # products


async def show_menu(request: web.Request) -> web.Response:
    """`GET /menu`."""
    return await reply_with(request, _menu_wire)


async def export_menu(request: web.Request) -> web.Response:
    """`GET /menu.csv`: with a byte order mark, by which spreadsheets know UTF-8."""
    text = await request.app[DATABASE].read(_csv)
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
    return await reply_with(request, _menu_wire)


async def preview_import(request: web.Request) -> web.Response:
    """`POST /menu/preview`: what an import would do, and nothing else."""
    entries = await _entries(request)
    changes = await request.app[DATABASE].read(_compare, entries)
    return await reply_aside(changes.wire)


async def import_menu(request: web.Request) -> web.Response:
    """`POST /menu/import`: in one transaction, and what no restaurant has in several.

    So nobody's order waits for a menu. Nothing can refuse a part of it once another is in.
    """
    entries, done = await _entries(request), Changes((), (), 0)
    for start in range(0, len(entries), AT_ONCE):
        piece = entries[start : start + AT_ONCE]
        done += await request.app[DATABASE].write(office.import_menu, request[STAFF], piece)
    return await reply_aside(done.wire)


async def menu_entries(text: str, field: str = "csv") -> list[Entry]:
    """What a CSV text lists, read in a thread. Raises ValidationFailed for `field`."""
    try:
        return await asyncio.to_thread(read_menu, text)
    except MenuUnreadable as error:
        raise ValidationFailed({field: [str(error)]}) from error


async def _entries(request: web.Request) -> list[Entry]:
    return await menu_entries((await json_body(request, MenuText))["csv"])


def _menu_wire(view: Snapshot) -> Wire:
    return {"products": (product.wire() for product in menu.products(view))}


def _csv(view: Snapshot) -> bytes:
    return write_menu(view.in_pieces(menu.products(view))).encode("utf-8-sig")


def _compare(view: Snapshot, entries: list[Entry]) -> Changes:
    return compare(menu.products(view), entries)
