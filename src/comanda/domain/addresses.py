"""Internet addresses in connections, headers and settings."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@lru_cache(maxsize=256)
def read_address(text: str) -> Address | None:
    """Return the address in `text`, or None if `text` is no address.

    An IPv4 address within an IPv6 address (RFC 4291, 2.5.5.2) becomes the IPv4 address: both name
    the same client. An IPv6 address loses its zone, which has a meaning on one computer only.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))
    return address
