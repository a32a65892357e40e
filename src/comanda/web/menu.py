"""`GET /menu`."""

from aiohttp import web

from comanda.store import menu
from comanda.web.keys import DATABASE
from comanda.web.replies import reply


async def show_menu(request: web.Request) -> web.Response:
    products = await request.app[DATABASE].read(menu.products)
    return reply({"products": [product.wire() for product in products]})
