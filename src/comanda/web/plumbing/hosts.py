"""The host names of this house: a request for another host is refused.

Another site can make its own host name resolve to this computer (DNS rebinding). A browser then
takes the requests of its pages for same-origin. Only their `Host` header shows the wrong name.
"""

import logging
import re
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from comanda.config import Server
from comanda.domain.addresses import read_address
from comanda.lan import is_own_address, is_own_name
from comanda.web.contract.refusals import WrongHost
from comanda.web.plumbing.rate_limited_log import RateLimitedLog

REMEMBERED, FRESH_SECONDS = 256, 10.0  # a router may give this computer another address
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:\[\]/@]+)(?::[0-9]{0,5})?", re.IGNORECASE)
_TELLABLE = re.compile(r"[a-z0-9.:_-]{1,253}")

log = logging.getLogger(__name__)


class Hosts:
    """The names of this house: those of the configuration and those of this computer."""

    def __init__(self, settings: Server) -> None:
        self._named = frozenset(_spelled(name) for name in _names(settings))
        self._known: dict[str, tuple[bool, float]] = {}
        self._strange = RateLimitedLog(log)

    def require(self, host: str) -> None:
        """Raises WrongHost if `host`, with or without a port, is not a name of this house."""
        name = name_of(host)
        if name and self._is_ours(name):
            return
        safe_name = name if name and _TELLABLE.fullmatch(name) else "ese nombre"
        self._strange.warn(
            "🚪 [Backend] Se rechaza lo que se pide a «%s». Si así se llama esta casa, "
            "agrégalo en config.toml, en [server]: allowed_hosts",
            safe_name,
        )
        raise WrongHost(
            f"Comanda no responde por «{safe_name}». Si así se llama esta casa, quien administra "
            f'el servidor lo agrega en config.toml, en [server]: allowed_hosts = ["{safe_name}"]'
        )

    def _is_ours(self, name: str) -> bool:
        if name in self._named:
            return True
        now = time.monotonic()
        is_own, until = self._known.get(name, (False, 0.0))
        if now >= until:
            is_own = is_own_address(name) if read_address(name) else is_own_name(name)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[name] = is_own, now + FRESH_SECONDS
        return is_own


HOSTS = web.AppKey("HOSTS", Hosts)


def name_of(host: str) -> str:
    """Return the name or address in `host` without port, brackets and last dot, or ""."""
    match = _HOST.fullmatch(host.strip())
    return _spelled(match[1].strip("[]")) if match else ""


@web.middleware
async def ours(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests for another host. Requests without `Host` pass: browsers always send it.

    A host in the request line takes the place of the header (RFC 9112, section 3.2.2), so it is
    checked, too.
    """
    host_headers = request.headers.getall("Host", ())
    for host in host_headers:
        request.app[HOSTS].require(host)
    if host_headers and request.host not in host_headers:
        request.app[HOSTS].require(request.host)
    return await handler(request)


def _names(settings: Server) -> Iterator[str]:
    yield from settings.allowed_hosts
    if settings.host not in ("0.0.0.0", "::"):  # nosec B104  # noqa: S104 - listens on nothing
        yield settings.host
    if settings.public_url:
        yield urlsplit(settings.public_url).hostname or ""


def _spelled(name: str) -> str:
    """Return `name` as browsers send it: lower case, and in IDNA beyond ASCII."""
    name = name.strip().rstrip(".").lower()
    if (address := read_address(name)) is not None:
        return str(address)
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name
