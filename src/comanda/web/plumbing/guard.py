"""Who may ask, and for what: the same origin, a session, a role, a thing that exists."""

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


def guarded(route: Route) -> Handler:
    """The route's handler behind its checks, as the router calls it.

    What is refused first (DESIGN, section 5): nobody's session, another user's page, another role,
    a thing that does not exist. The session's owner and the thing are found in one read.

    Between this look and the change that the handler makes, a body may take seconds to arrive. So
    every change looks again, within its transaction.
    """
    audience = route.audience
    if audience is None:
        return _open_to_all(route)

    @wraps(route.handler)
    async def admitted(request: web.Request) -> web.StreamResponse:
        request[ROUTE] = route
        session = require_session(request)
        look = partial(_look, session=session, route=route, path=request.match_info)
        owner, thing = await request.app[DATABASE].read(look)
        member = identify(request, session, owner)
        _check_page(request, member)
        if member.role not in audience:
            raise Forbidden
        if isinstance(thing, DomainError):
            raise thing
        if route.path_name is not None:
            request[PATH_NAMES[route.path_name].key] = thing
        still = partial(require_still, member=member, session=session, audience=audience)
        with only_while(still):
            return await route.handler(request)

    return admitted


def _look(
    view: Snapshot, *, session: str, route: Route, path: Mapping[str, str]
) -> tuple[Staff | None, Any]:
    """The session's owner, and what the path names or its refusal."""
    owner = sessions.owner(view, session)
    if owner is None or route.path_name is None:
        return owner, None
    return owner, PATH_NAMES[route.path_name].look_up(view, path[route.path_name])


def _open_to_all(route: Route) -> Handler:
    @wraps(route.handler)
    async def handler(request: web.Request) -> web.StreamResponse:
        request[ROUTE] = route
        if route.path_name is not None:
            name = PATH_NAMES[route.path_name]
            request[name.key] = name.read(request.match_info[route.path_name])
        return await route.handler(request)

    return handler


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
