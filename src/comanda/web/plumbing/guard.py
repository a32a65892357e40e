"""Who may ask: the same origin, a session, a role."""

from functools import partial, wraps

from aiohttp import web
from aiohttp.typedefs import Handler

from comanda.domain.errors import CrossOrigin, Forbidden, NotSignedIn, OtherUser
from comanda.domain.staff import Role, Staff
from comanda.store import sessions
from comanda.store.database import Snapshot, only_while
from comanda.web.contract.route import PAGE_USER, SAFE_METHODS, Route
from comanda.web.handlers.sessions import authenticate
from comanda.web.plumbing.keys import ROUTE, SESSION


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse state changes that another site's page sends with our cookie.

    `Sec-Fetch-Site` first (Fetch Metadata), then `Origin`; a client that sends neither is no
    browser, and holds a cookie only if it signed in itself.
    """
    if request.method not in SAFE_METHODS and not _is_same_origin(request):
        raise CrossOrigin
    return await handler(request)


def _is_same_origin(request: web.Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.host


def known_by(route: Route) -> Handler:
    """The route's handler, which finds its line of the table in the request."""

    @wraps(route.handler)
    async def routed(request: web.Request) -> web.StreamResponse:
        request[ROUTE] = route
        return await route.handler(request)

    return routed


def require(handler: Handler, audience: frozenset[Role]) -> Handler:
    """`handler` for members of staff whose role is in `audience`.

    Between this look and the change that the handler makes, a body may take seconds to arrive. So
    every change looks again, within its transaction.
    """

    @wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        member = await authenticate(request)
        _check_page(request, member)
        if member.role not in audience:
            raise Forbidden
        still = partial(require_still, member=member, session=request[SESSION], audience=audience)
        with only_while(still):
            return await handler(request)

    return guarded


def _check_page(request: web.Request, member: Staff) -> None:
    """Refuse what the page of one user sends with the session of another.

    A page sends its user's name as `Comanda-User`; a client that sends none is no page of ours.
    Raises OtherUser.
    """
    if any(name != member.username for name in request.headers.getall(PAGE_USER.name, ())):
        raise OtherUser(member.name)


def require_still(
    view: Snapshot, *, member: Staff, session: str, audience: frozenset[Role] = frozenset(Role)
) -> None:
    """Raises NotSignedIn where `member` no longer has this session in this role, and Forbidden."""
    owner = sessions.owner(view, session)
    if owner is not None and owner.role not in audience:
        raise Forbidden
    if owner is None or owner.role is not member.role:
        raise NotSignedIn
