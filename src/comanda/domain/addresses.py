"""Internet addresses, as connections, headers and settings write them."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@lru_cache(maxsize=256)
def read_address(text: str) -> Address | None:
    """The address that `text` is, or None.

    An IPv4 address within an IPv6 one (RFC 4291, 2.5.5.2) is the IPv4 address: both name the same
    client. An IPv6 address is without its zone, which only one computer knows.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))
    return address
