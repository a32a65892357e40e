"""The address at which the house's phones reach this computer."""

import socket

from comanda.domain.addresses import read_address

# Any address beyond the house's own network (RFC 5737): the system is asked for its way there.
_FAR_AWAY = ("192.0.2.1", 9)

IPV6 = 6
# Ends of names that no registry sells, as routers use them (RFC 6761, RFC 6762, RFC 8375).
PRIVATE = ("local", "lan", "home", "home.arpa", "internal", "localdomain", "test")


def reachable_host(local: str = "") -> str | None:
    """An address of this computer that others can reach, or None where it is in no network.

    `local` is where it was reached just now, which is the best answer unless that was from itself.
    """
    if _is_reachable(local):
        return local
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_FAR_AWAY)  # a datagram socket sends nothing by that
        except OSError:
            return None
        found = str(probe.getsockname()[0])
    return found if _is_reachable(found) else None


def is_loopback(host: str) -> bool:
    """Whether a server that listens on `host` is heard by this computer alone."""
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

    No name that somebody can buy is one of these.
    """
    if name == "localhost" or name.endswith(".localhost"):
        return True
    own = socket.gethostname().lower()
    bare, _, end = name.partition(".")
    return name == own or (
        bare in ("comanda", own.partition(".")[0]) and (end == "" or end in PRIVATE)
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
