"""The address at which the house's phones reach this computer."""

import socket

from comanda.domain.addresses import read_address

# An address outside the house's own network (RFC 5737): the system knows which way leads there.
_FAR_AWAY = ("192.0.2.1", 9)

IPV6 = 6
# Name endings that routers use and no registry sells (RFC 6761, RFC 6762, RFC 8375).
PRIVATE = ("local", "lan", "home", "home.arpa", "internal", "localdomain", "test")


def reachable_host(local: str = "") -> str | None:
    """Return an address of this computer that other computers reach; None without a network.

    `local` is the address that the current request reached, which is the best answer unless the
    request came from this computer itself.
    """
    if _is_reachable(local):
        return local
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_FAR_AWAY)  # sends nothing: the socket is for datagrams
        except OSError:
            return None
        own_address = str(probe.getsockname()[0])
    return own_address if _is_reachable(own_address) else None


def is_loopback(host: str) -> bool:
    """Whether only this computer itself can reach a server that listens on `host`."""
    if host == "localhost":
        return True
    address = read_address(host)
    return address is not None and address.is_loopback


def is_own_address(host: str) -> bool:
    """Whether an address is this computer's now. Only such an address can be bound."""
    address = read_address(host)
    if address is None or address.is_unspecified or address.is_multicast:
        return False
    family = socket.AF_INET6 if address.version == IPV6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


def is_own_name(name: str) -> bool:
    """Whether `name` names this computer in its own network: its hostname, or Comanda's name.

    Nobody can buy a domain that this function accepts.
    """
    if name == "localhost" or name.endswith(".localhost"):
        return True
    own_name = socket.gethostname().lower()
    label, _, end = name.partition(".")
    return name == own_name or (
        label in ("comanda", own_name.partition(".")[0]) and (end == "" or end in PRIVATE)
    )


def url(scheme: str, host: str, port: int) -> str:
    """A URL; an IPv6 address stands in brackets (RFC 3986, section 3.2.2)."""
    bracketed = f"[{host}]" if ":" in host else host
    return f"{scheme}://{bracketed}:{port}"


def _is_reachable(host: str) -> bool:
    address = read_address(host)
    return address is not None and not (
        address.is_loopback or address.is_unspecified or address.is_link_local
    )
