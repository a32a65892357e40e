"""Limits for guessing PINs.

A guess counts against four limits for a day: this user at this address, this user at all addresses,
all users at this address, and all users at all addresses. Each limit allows some free guesses; then
each further guess doubles the pause before the next guess, up to an hour. All limits but the first
also have a maximum number of guesses in a day. A browser from which the user has signed in before
sends a cookie that proves this, and its guesses count against that browser only. So guessing is
slow from every place. Somebody who guesses a colleague's PIN all day can't lock out the colleague,
whose own phone is known. (OWASP calls this idea "device cookies".)
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
# A_DAY: the most wrong PINs in a day, as a multiple of a limit's free guesses. OF_ALL: the free
# guesses of all users at all addresses, as a multiple of the free guesses of one address.
A_DAY, OF_ALL = 2, 3
# This many wrong PINs within a day, without a correct PIN after them, are taken for guessing.
SUSPICIOUS = 10


@dataclass(frozen=True, slots=True)
class Allowance:
    """The wrong PINs that cost no pause: of a user at one place, of a user, of an address.

    `pause` is the first pause after the free wrong PINs.
    """

    at_one_place: int
    of_user: int
    of_address: int
    pause: timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the wrong PINs that are counted under `key`, a hash.

    `free` wrong PINs have no pause; then the pauses begin with `pause`. `a_day` is the most wrong
    PINs in a day.
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

    `address` and `device` are for the administrator, who reads about wrong PINs.
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
    """Return an attempt from `address`; `known_browser` is None for a browser new to the user."""
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
    """Return an IPv4 address, or an IPv6 address's /64: one device may use all of it (RFC 6177)."""
    ip = read_address(address)
    if isinstance(ip, IPv6Address):
        return str(IPv6Network((ip, 64), strict=False))
    return address if ip is None else str(ip)
