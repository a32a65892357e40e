"""The client's address and scheme behind a proxy; only configured proxies are believed."""

from collections.abc import Sequence

from aiohttp import web

from comanda.domain.addresses import Network, read_address
from comanda.web.plumbing.keys import CONFIG


def address_of(request: web.Request) -> str:
    """Return the client's address.

    Each proxy appends its client's address to `X-Forwarded-For`. Read from the right, the first
    address that is not our proxy is the client. The client may have forged everything left of it.
    """
    trusted = request.app[CONFIG].server.proxy_networks
    address = request.remote or ""
    hops = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")
    while hops and is_in(address, trusted):
        hop = hops.pop().strip()
        if read_address(hop) is None:
            break
        address = hop
    return address


def is_secure(request: web.Request) -> bool:
    """Whether the client uses TLS, to us or, by `X-Forwarded-Proto`, to our proxy."""
    if request.secure:
        return True
    trusted = request.app[CONFIG].server.proxy_networks
    scheme = request.headers.get("X-Forwarded-Proto", "")
    return is_in(request.remote or "", trusted) and scheme.strip().lower() == "https"


def is_in(address: str, networks: Sequence[Network]) -> bool:
    """Whether `address` is in any of the `networks`."""
    ip = read_address(address)
    return ip is not None and any(ip in network for network in networks)
