"""`/session`: show who is signed in, and sign out."""

from aiohttp import web

from comanda import access
from comanda.domain.staff import Staff
from comanda.domain.wire import Wire
from comanda.web.plumbing.identity import COOKIE
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import DATABASE, SESSION, STAFF, STREAMS
from comanda.web.plumbing.proxy import is_secure


async def show_session(request: web.Request) -> web.Response:
    """`GET /session`: with `short_pin` if the page must ask for a better PIN."""
    return reply(signed_in(request[STAFF]))


async def sign_out(request: web.Request) -> web.Response:
    """`DELETE /session`: the open streams of this session end at once."""
    await request.app[DATABASE].write(access.end_session, request[SESSION])
    request.app[STREAMS].end_session(request[SESSION])
    response = web.Response(status=204)
    response.del_cookie(COOKIE, httponly=True, samesite="Strict", secure=is_secure(request))
    if is_secure(request):  # not "storage": it holds the unsent requests of other members
        response.headers["Clear-Site-Data"] = '"cache"'
    return response


def signed_in(member: Staff) -> Wire:
    """Return the signed-in member, with `short_pin` if their PIN is too easy to guess."""
    return {"user": member.wire(), **({"short_pin": True} if member.needs_better_pin else {})}
