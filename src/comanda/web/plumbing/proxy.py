"""Who asks, and how, where a proxy stands in between: believed only from those configured."""

from collections.abc import Sequence

from aiohttp import web

from comanda.domain.addresses import Network, read_address
from comanda.web.plumbing.keys import CONFIG


def address_of(request: web.Request) -> str:
    """The client's address.

    Each proxy appends whom it heard from to `X-Forwarded-For`. Read from the right, the first that
    is no proxy of ours is the client; what stands left of it, anybody can have written.
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
    """Whether the client came by TLS: to us, or to a proxy of ours that says so."""
    if request.secure:
        return True
    trusted = request.app[CONFIG].server.proxy_networks
    said = request.headers.get("X-Forwarded-Proto", "")
    return is_in(request.remote or "", trusted) and said.strip().lower() == "https"


def is_in(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address is in one of the networks."""
    ip = read_address(address)
    return ip is not None and any(ip in network for network in networks)
