"""The pages of staff, and the files of the pages."""

from aiohttp import web
from aiohttp.typedefs import Handler

from comanda.domain.errors import StorageUnavailable
from comanda.store import staff
from comanda.web.contract.path_names import ASSET_PATH
from comanda.web.plumbing.keys import ASSETS, DATABASE


def page(name: str) -> Handler:
    """Return a handler that serves a file of the static folder. The file holds no secret."""

    async def show_page(request: web.Request) -> web.Response:
        return request.app[ASSETS].page(name, request)

    return show_page


async def show_entry(request: web.Request) -> web.Response:
    """`GET /`: the page to sign in. Before the setup, a page that explains where to begin."""
    try:
        is_founded = await request.app[DATABASE].read(staff.has_admin)
    except StorageUnavailable:
        is_founded = True  # the sign-in page then shows the database's error
    name = "index.html" if is_founded else "antes.html"
    return request.app[ASSETS].page(name, request)


async def show_asset(request: web.Request) -> web.Response:
    """`GET /static/{path}`, with or without the version as the first part of `path`."""
    return request.app[ASSETS].file(request[ASSET_PATH], request)
