"""Attempts to sign in, which a restart doesn't forget, and the browsers that staff sign in from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from comanda.domain.clocks import NEAR
from comanda.domain.errors import TooManyAttempts
from comanda.domain.sign_in import (
    ALL_KEY,
    COUNTED,
    SUSPICIOUS,
    Attempt,
    Limit,
    address_key,
    user_key,
)
from comanda.store.database import (
    Snapshot,
    Transaction,
    from_millis,
    optional_from_millis,
    to_millis,
)

# What lies in the future was counted by a clock that has since been put back.
_RECENT = """
    SELECT at FROM sign_in_attempts WHERE key = :key AND at > :since AND at <= :now ORDER BY at
"""
_INSERT = "INSERT INTO sign_in_attempts (key, at) VALUES (:key, :at)"
# What seems older than that is left to the night, which first asks whether the clock is sound.
_DELETE_OLD = "DELETE FROM sign_in_attempts WHERE at > :near AND at <= :since"
_DELETE = "DELETE FROM sign_in_attempts WHERE id = :id"
_DELETE_KEY = "DELETE FROM sign_in_attempts WHERE key = :key"
_DELETE_PLACES = """
    DELETE FROM sign_in_attempts WHERE key IN (
        SELECT place FROM sign_in_failures WHERE username = :username
    )
"""

_NOTE = """
    INSERT INTO sign_in_failures
        (place, username, address, device, known, tries, first_at, last_at, alarmed)
    VALUES (
        :place, (SELECT username FROM staff WHERE username = :username), :address, :device, :known,
        1, :now, :now, 0
    )
    ON CONFLICT (place) DO UPDATE SET
        first_at = IIF(tries = 0, :now, first_at), entered_at = IIF(tries = 0, NULL, entered_at),
        tries = tries + 1, last_at = :now, address = :address, device = :device
"""
_FORGET_QUIET = """
    DELETE FROM sign_in_failures
    WHERE alarmed = 0 AND (last_at <= :since OR last_at > :now)
"""
_TRIES = "SELECT COALESCE(SUM(tries), 0) AS tries FROM sign_in_failures WHERE last_at > :since"
_ALARM = "UPDATE sign_in_failures SET alarmed = 1 WHERE last_at > :since AND tries > 0"
_TAKE_BACK = """
    UPDATE sign_in_failures SET tries = MAX(0, tries - 1), entered_at = :now WHERE place = :place
"""
_FORGET_ENTERED = """
    DELETE FROM sign_in_failures WHERE place = :place AND (alarmed = 0 OR tries = 0)
"""
_GUESSES = """
    SELECT sign_in_failures.*, staff.name FROM sign_in_failures
    LEFT JOIN staff ON staff.username = sign_in_failures.username
    WHERE alarmed = 1 ORDER BY last_at DESC, tries DESC LIMIT :most
"""
# Where they came from stays known for the day: a new PIN makes room there.
_DISMISS = "UPDATE sign_in_failures SET alarmed = 0, tries = 0 WHERE alarmed = 1"
_ADDRESSES = "SELECT DISTINCT address FROM sign_in_failures"
_KEEP = """
    DELETE FROM sign_in_failures WHERE place NOT IN (
        SELECT place FROM sign_in_failures ORDER BY last_at DESC LIMIT :most
    )
"""
GUESSES_KEPT = 500

_KNOWN = "SELECT 1 FROM known_browsers WHERE token_hash = :token_hash AND username = :username"
_ISSUED = "SELECT 1 FROM known_browsers WHERE token_hash = :token_hash"
_FORGET = "DELETE FROM known_browsers WHERE token_hash = :token_hash AND username = :username"
_REMEMBER = """
    INSERT INTO known_browsers (token_hash, username, seen_at)
    VALUES (:token_hash, :username, :seen_at)
"""
_FORGET_OLD = """
    DELETE FROM known_browsers WHERE username = :username AND id NOT IN (
        SELECT id FROM known_browsers WHERE username = :username ORDER BY id DESC LIMIT :kept
    )
"""
_FORGET_ALL = "DELETE FROM known_browsers WHERE username = :username"
BROWSERS_KEPT = 20


@dataclass(frozen=True, slots=True)
class Guesses:
    """Wrong PINs for one user from one place; `username` and `name` are None for nobody's.

    `known`: from a browser that the user had signed in from. `entered_at`: a right PIN followed.
    """

    username: str | None
    name: str | None
    address: str
    device: str
    known: bool
    tries: int
    first_at: datetime
    last_at: datetime
    entered_at: datetime | None


def require_allowed(view: Snapshot, attempt: Attempt) -> None:
    """Raises TooManyAttempts where one of the attempt's limits has been reached."""
    waits = [_wait(view, limit) for limit in attempt.limits]
    if any(waits):
        raise TooManyAttempts(max(waits))


def _wait(view: Snapshot, limit: Limit) -> int:
    """Whole seconds until another attempt may be made; 0 for now."""
    recent = view.all(_RECENT, {"key": limit.key, **_last_day(view)})
    ready = limit.next_after([from_millis(row["at"]) for row in recent])
    if ready is None or ready <= view.now:
        return 0
    return max(1, math.ceil((ready - view.now) / timedelta(seconds=1)))


def _last_day(view: Snapshot) -> dict[str, int]:
    return {"since": to_millis(view.now - COUNTED), "now": to_millis(view.now)}


def record(tx: Transaction, attempt: Attempt) -> tuple[int, ...]:
    """Count the attempt as failed until it is forgiven; returns the rows that say so."""
    day = _last_day(tx)
    tx.run(_DELETE_OLD, {"near": to_millis(tx.now - NEAR), "since": day["since"]})
    _note(tx, attempt, day)
    return tuple(tx.insert(_INSERT, {"key": one.key, "at": day["now"]}) for one in attempt.limits)


def _note(tx: Transaction, attempt: Attempt, day: dict[str, int]) -> None:
    """Note for the administrator where a wrong PIN came from; raise the alarm after too many."""
    tx.run(_FORGET_QUIET, day)
    failure = {
        "place": attempt.place.key,
        "username": attempt.username,  # kept only where it is somebody's: it may be a PIN
        "address": attempt.address,
        "device": attempt.device,
        "known": attempt.is_known,
        "now": day["now"],
    }
    tx.run(_NOTE, failure)
    row = tx.one(_TRIES, day)
    if row is not None and row["tries"] >= SUSPICIOUS:
        tx.run(_ALARM, day)
    tx.run(_KEEP, {"most": GUESSES_KEPT})


def forgive(tx: Transaction, attempt: Attempt, rows: Sequence[int]) -> None:
    """A right PIN deletes this attempt and all failures counted for the same place.

    What the administrator has been told of stays told, and that somebody came in after it.
    """
    for row in rows:
        tx.run(_DELETE, {"id": row})
    tx.run(_DELETE_KEY, {"key": attempt.place.key})
    tx.run(_TAKE_BACK, {"place": attempt.place.key, "now": to_millis(tx.now)})
    tx.run(_FORGET_ENTERED, {"place": attempt.place.key})


def start_afresh(tx: Transaction, username: str) -> None:
    """A new PIN: nobody's guesses keep its owner out, on a new phone neither.

    Not those at others, either: whoever guesses may share an address with the owner.
    """
    addresses = [address_key(row["address"]) for row in tx.all(_ADDRESSES)]
    for key in (user_key(username), ALL_KEY, *addresses):
        tx.run(_DELETE_KEY, {"key": key})
    tx.run(_DELETE_PLACES, {"username": username})


def guesses(view: Snapshot) -> list[Guesses]:
    """What the administrator should know of, the latest first."""
    return [
        Guesses(
            row["username"],
            row["name"],
            row["address"],
            row["device"],
            bool(row["known"]),
            row["tries"],
            from_millis(row["first_at"]),
            from_millis(row["last_at"]),
            optional_from_millis(row["entered_at"]),
        )
        for row in view.all(_GUESSES, {"most": GUESSES_KEPT})
    ]


def dismiss_guesses(tx: Transaction) -> None:
    """The administrator has read them. What is counted against who guesses stays."""
    tx.run(_DISMISS, {})


def issued_browser(view: Snapshot, token_hash: str) -> bool:
    """Whether the server gave this mark to a browser, whoever signed in from it."""
    return view.one(_ISSUED, {"token_hash": token_hash}) is not None


def knows_browser(view: Snapshot, token_hash: str, username: str) -> bool:
    return view.one(_KNOWN, {"token_hash": token_hash, "username": username}) is not None


def remember_browser(tx: Transaction, token_hash: str, username: str) -> None:
    """`username` has signed in from this browser; the longest unseen of many is forgotten."""
    tx.run(_FORGET, {"token_hash": token_hash, "username": username})
    values = {"token_hash": token_hash, "username": username, "seen_at": to_millis(tx.now)}
    tx.run(_REMEMBER, values)
    tx.run(_FORGET_OLD, {"username": username, "kept": BROWSERS_KEPT})


def forget_browsers(tx: Transaction, username: str) -> None:
    tx.run(_FORGET_ALL, {"username": username})
