"""How often a PIN may be guessed.

A guess counts against four limits for a day: this user at this address, this user from everywhere,
this address for everybody, and everybody from everywhere. Past so many free ones each further guess
doubles the pause before the next, up to an hour; and all but the first limit have an end for the
day. A browser that the user has signed in from before shows a cookie that says so, and its guesses
count against that browser alone. So guessing is slow wherever it is done from, and somebody who
guesses all day at a colleague's name can't keep out the colleague, whose own phone is known. (The
idea is OWASP's "device cookies".)
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network

from comanda.domain.addresses import read_address

COUNTED = timedelta(days=1)  # a wrong PIN counts for this time
LONGEST_PAUSE = timedelta(hours=1)
# A day's wrong PINs of a user, of an address and of all, as a multiple of the free ones; and the
# free ones of all, as a multiple of an address's.
A_DAY, OF_ALL = 2, 3
# This many wrong PINs within a day, without a correct PIN after them, are taken for guessing.
SUSPICIOUS = 10


@dataclass(frozen=True, slots=True)
class Allowance:
    """The wrong PINs that cost no pause: of a user at one place, of a user, of an address.

    `pause` is the first pause after them.
    """

    at_one_place: int
    of_user: int
    of_address: int
    pause: timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the wrong PINs that are counted under `key`, a hash.

    `free` wrong PINs, then pauses that begin with `pause`; at most `a_day` of them.
    """

    key: str
    free: int
    pause: timedelta
    a_day: int | None = None

    def next_after(self, failures: Sequence[datetime]) -> datetime | None:
        """The time of the next allowed attempt, after a day's failures, the oldest first."""
        if len(failures) < self.free:
            return None
        doublings = min(len(failures) - self.free, 30)
        pause = min(self.pause * int(2**doublings), max(self.pause, LONGEST_PAUSE))
        ready = failures[-1] + pause
        if self.a_day is not None and len(failures) >= self.a_day:
            ready = max(ready, failures[-self.a_day] + COUNTED)
        return ready


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to sign in as `username`; a correct PIN deletes the failures of `place`.

    `address` and `device` are for people, who are told of guesses.
    """

    username: str
    place: Limit
    others: tuple[Limit, ...]
    address: str
    device: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the user has signed in from this browser before."""
        return not self.others

    @property
    def limits(self) -> tuple[Limit, ...]:
        return (self.place, *self.others)


def attempt(
    username: str, address: str, known_browser: str | None, allowance: Allowance, device: str = ""
) -> Attempt:
    """An attempt from `address`; `known_browser` only where the user has signed in from it."""
    pause, home = allowance.pause, network_of(address)
    where = ("place", home) if known_browser is None else ("browser", known_browser)
    place = Limit(_key(*where, username), allowance.at_one_place, pause)
    if known_browser is not None:
        return Attempt(username, place, (), home, device)
    free = {
        user_key(username): allowance.of_user,
        address_key(home): allowance.of_address,
        ALL_KEY: OF_ALL * allowance.of_address,
    }
    others = tuple(Limit(key, most, pause, A_DAY * most) for key, most in free.items())
    return Attempt(username, place, others, home, device)


def user_key(username: str) -> str:
    """The key that counts a user's wrong PINs from unknown browsers."""
    return _key("user", username)


def address_key(home: str) -> str:
    """The key that counts all wrong PINs from unknown browsers of `home`, a `network_of`."""
    return _key("address", home)


def _key(*parts: str) -> str:
    """Hash the parts: a PIN typed into the field of the username must not stand in the database."""
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()


ALL_KEY = _key("all")


@lru_cache(maxsize=256)
def network_of(address: str) -> str:
    """An IPv4 address, or an IPv6 address's /64, of which one device has all (RFC 6177)."""
    ip = read_address(address)
    if isinstance(ip, IPv6Address):
        return str(IPv6Network((ip, 64), strict=False))
    return address if ip is None else str(ip)
