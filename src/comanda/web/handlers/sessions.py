"""`/session`: who is signed in, and signing out."""

from aiohttp import web

from comanda import access
from comanda.domain.staff import Staff
from comanda.domain.wire import Wire
from comanda.web.plumbing.identity import COOKIE
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import DATABASE, SESSION, STAFF, STREAMS
from comanda.web.plumbing.proxy import is_secure


async def show_session(request: web.Request) -> web.Response:
    """`GET /session`; with `short_pin` where the page asks for a better PIN."""
    return reply(signed_in(request[STAFF]))


async def sign_out(request: web.Request) -> web.Response:
    """`DELETE /session`; open streams of this session end at once."""
    await request.app[DATABASE].write(access.end_session, request[SESSION])
    request.app[STREAMS].end_session(request[SESSION])
    response = web.Response(status=204)
    response.del_cookie(COOKIE, httponly=True, samesite="Strict", secure=is_secure(request))
    if is_secure(request):  # not "storage": what others have not sent yet is in there
        response.headers["Clear-Site-Data"] = '"cache"'
    return response


def signed_in(member: Staff) -> Wire:
    """Who is signed in; and that their PIN is too easily guessed, if so."""
    return {"user": member.wire(), **({"short_pin": True} if member.needs_better_pin else {})}
