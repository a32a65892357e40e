"""`GET /healthz`: whether the server works."""

from aiohttp import web

from comanda.feed import FEED as FEED_TASK
from comanda.store.database import Snapshot
from comanda.web.contract.problems import problem
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import DATABASE, DOWN, FEED

_FEED_DOWN = (
    "Las novedades no llegan a las páginas: la parte que las reparte falló y está volviendo a "
    "empezar. Lo guardado no se pierde"
)


async def show_health(request: web.Request) -> web.Response:
    """`GET /healthz`: answer 200 if the database answers and the feed passes events on.

    `down` names other parts that failed and are starting again. They don't make the answer an
    error, because orders and payments work without them.
    """
    await request.app[DATABASE].read(_answers)
    down = list(request.app[DOWN]())
    if FEED_TASK in down or request.app[FEED].is_behind:
        return problem(503, "feed_down", _FEED_DOWN, {"Retry-After": "5"})
    return reply({"status": "ok", **({"down": down} if down else {})})


def _answers(view: Snapshot) -> bool:
    return view.one("SELECT 1") is not None
