"""Who asks, and how, where a proxy stands in between: believed only from those configured."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from aiohttp import web

from comanda.web.plumbing.keys import CONFIG

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


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
        if _parse(hop) is None:
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


def is_in(address: str, networks: Sequence[_Network]) -> bool:
    """Whether an address is in one of the networks."""
    found = _parse(address)
    return found is not None and any(found in network for network in networks)


@lru_cache(maxsize=256)
def _parse(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
