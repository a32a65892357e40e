"""How often a PIN may be guessed.

A guess counts against three limits: this user at this address, this user from everywhere, and this
address for everybody. A browser that the user has signed in from before shows a cookie that says
so, and its guesses count against that browser alone. So guessing is slow wherever it is done from,
and somebody who guesses all day at a colleague's name can't keep out the colleague, whose own
phone is known. (The idea is OWASP's "device cookies".)
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Allowance:
    """Wrong PINs within `window`: of a user at one place, of a user, of an address."""

    at_one_place: int
    of_user: int
    of_address: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `attempts` of those that are counted under `key`, which tells nothing in clear."""

    key: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody asks to be let in as `username`; `place` is what a right PIN forgives."""

    username: str
    place: Limit
    others: tuple[Limit, ...]
    window: timedelta

    @property
    def limits(self) -> tuple[Limit, ...]:
        return (self.place, *self.others)


def attempt(
    username: str, address: str, known_browser: str | None, allowance: Allowance
) -> Attempt:
    """An attempt from `address`; `known_browser` only where the user has signed in from it."""
    if known_browser is not None:
        place = Limit(_key("browser", known_browser, username), allowance.at_one_place)
        return Attempt(username, place, (), allowance.window)
    home = network_of(address)
    place = Limit(_key("place", home, username), allowance.at_one_place)
    others = (
        Limit(_key("user", username), allowance.of_user),
        Limit(_key("address", home), allowance.of_address),
    )
    return Attempt(username, place, others, allowance.window)


def _key(*parts: str) -> str:
    """Hashed: whoever types a PIN where the username goes must not find it in the database."""
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()


def network_of(address: str) -> str:
    """An IPv4 address, or an IPv6 address's /64, of which one device has all (RFC 6177)."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
