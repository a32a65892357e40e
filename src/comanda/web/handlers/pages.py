"""The pages that staff hold in their hands, and the files that they are made of."""

from aiohttp import web
from aiohttp.typedefs import Handler

from comanda.domain.errors import StorageUnavailable
from comanda.store import staff
from comanda.web.contract.path_names import ASSET_PATH
from comanda.web.plumbing.keys import ASSETS, DATABASE


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
    return request.app[ASSETS].response(request[ASSET_PATH], request)
