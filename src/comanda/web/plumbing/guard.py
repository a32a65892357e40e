"""The checks before a handler: same origin, session, role, and existence of the thing."""

from collections.abc import Mapping
from functools import partial, wraps
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from comanda.domain.errors import CrossOrigin, DomainError, Forbidden, NotSignedIn, OtherUser
from comanda.domain.staff import Role, Staff
from comanda.store import sessions
from comanda.store.database import Snapshot, only_while
from comanda.web.contract.path_names import PATH_NAMES
from comanda.web.contract.route import PAGE_USER, SAFE_METHODS, Route
from comanda.web.plumbing.identity import identify, require_session
from comanda.web.plumbing.keys import DATABASE, ROUTE


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse state changes that another site's page sends with our cookie.

    Check `Sec-Fetch-Site` (Fetch Metadata), or else `Origin`. A client that sends neither header is
    not a browser, and has our cookie only if it signed in itself.
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


def guarded(route: Route) -> Handler:
    """Return the route's handler with its checks, for the router.

    The order of the checks (DESIGN, section 5): a valid session, a page of the same user, an
    allowed role, an existing thing. One read finds the session's owner and the thing.

    A body may take seconds to arrive between these checks and the handler's change. So every change
    checks the session and the role again, within its transaction.
    """
    audience = route.audience
    if audience is None:
        return _open_to_all(route)

    @wraps(route.handler)
    async def admitted(request: web.Request) -> web.StreamResponse:
        request[ROUTE] = route
        session = require_session(request)
        look = partial(_look, session=session, route=route, path=request.match_info)
        owner, things = await request.app[DATABASE].read(look)
        member = identify(request, session, owner)
        _check_page(request, member)
        if member.role not in audience:
            raise Forbidden
        for name, thing in things.items():
            if isinstance(thing, DomainError):
                raise thing
            request[PATH_NAMES[name].key] = thing
        check_again = partial(require_still, member=member, session=session, audience=audience)
        with only_while(check_again):
            return await route.handler(request)

    return admitted


def _look(
    view: Snapshot, *, session: str, route: Route, path: Mapping[str, str]
) -> tuple[Staff | None, dict[str, Any]]:
    """Return the session's owner, and each thing that the path names or the error to raise."""
    owner = sessions.owner(view, session)
    names = [] if owner is None else route.path_names
    return owner, {name: PATH_NAMES[name].look_up(view, path[name]) for name in names}


def _open_to_all(route: Route) -> Handler:
    @wraps(route.handler)
    async def handler(request: web.Request) -> web.StreamResponse:
        request[ROUTE] = route
        for name in route.path_names:
            path_name = PATH_NAMES[name]
            request[path_name.key] = path_name.read(request.match_info[name])
        return await route.handler(request)

    return handler


def _check_page(request: web.Request, member: Staff) -> None:
    """Raises OtherUser if a page of one user sends a request with the session of another user.

    A page sends its user's name as `Comanda-User`. Other clients may leave the header out.
    """
    if any(name != member.username for name in request.headers.getall(PAGE_USER.name, ())):
        raise OtherUser(member.name)


def require_still(
    view: Snapshot, *, member: Staff, session: str, audience: frozenset[Role] = frozenset(Role)
) -> None:
    """Check again that `member` owns the session in the same role.

    Raises Forbidden for a role outside `audience`, otherwise NotSignedIn.
    """
    owner = sessions.owner(view, session)
    if owner is not None and owner.role not in audience:
        raise Forbidden
    if owner is None or owner.role is not member.role:
        raise NotSignedIn
