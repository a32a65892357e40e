"""Attempts to sign in, which survive a restart, and the browsers that staff sign in from."""

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

# An attempt in the future was counted by a clock that has since been put back: ignore it.
_RECENT = """
    SELECT at FROM sign_in_attempts WHERE key = :key AND at > :since AND at <= :now ORDER BY at
"""
_INSERT = "INSERT INTO sign_in_attempts (key, at) VALUES (:key, :at)"
# Attempts older than NEAR are left to the nightly clean-up, which first checks the clock.
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
# The rows stay for the day: `start_afresh` needs their addresses.
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
    """Wrong PINs for one user from one place; `username` and `name` are None for no member.

    `known`: the user had signed in from this browser before. `entered_at`: when the correct PIN
    followed, or None.
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
    """Raise TooManyAttempts if any limit of the attempt has been reached."""
    waits = [_wait(view, limit) for limit in attempt.limits]
    if any(waits):
        raise TooManyAttempts(max(waits))


def _wait(view: Snapshot, limit: Limit) -> int:
    """Return the whole seconds to wait before the next attempt; 0 if it may be made now."""
    rows = view.all(_RECENT, {"key": limit.key, **_last_day(view)})
    ready = limit.next_after([from_millis(row["at"]) for row in rows])
    if ready is None or ready <= view.now:
        return 0
    return max(1, math.ceil((ready - view.now) / timedelta(seconds=1)))


def _last_day(view: Snapshot) -> dict[str, int]:
    return {"since": to_millis(view.now - COUNTED), "now": to_millis(view.now)}


def record(tx: Transaction, attempt: Attempt) -> tuple[int, ...]:
    """Count the attempt as failed until `forgive` undoes that; return the ids of the new rows."""
    day = _last_day(tx)
    tx.run(_DELETE_OLD, {"near": to_millis(tx.now - NEAR), "since": day["since"]})
    _note(tx, attempt, day)
    values = [{"key": limit.key, "at": day["now"]} for limit in attempt.limits]
    return tuple(tx.insert(_INSERT, row) for row in values)


def _note(tx: Transaction, attempt: Attempt, day: dict[str, int]) -> None:
    """Store for the administrator where a wrong PIN came from; raise the alarm after too many."""
    tx.run(_FORGET_QUIET, day)
    failure = {
        "place": attempt.place.key,
        "username": attempt.username,  # stored only if a member has it: it may be a PIN
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
    """Delete this attempt and all failures counted for the same place: the PIN was correct.

    A failure that the administrator was warned of stays, with the time of this sign-in.
    """
    for row_id in rows:
        tx.run(_DELETE, {"id": row_id})
    tx.run(_DELETE_KEY, {"key": attempt.place.key})
    tx.run(_TAKE_BACK, {"place": attempt.place.key, "now": to_millis(tx.now)})
    tx.run(_FORGET_ENTERED, {"place": attempt.place.key})


def start_afresh(tx: Transaction, username: str) -> None:
    """Delete the failures that could keep a member with a new PIN out, on a new phone too.

    The limits of all stored addresses begin anew, too: somebody who guesses another user's PIN may
    share an address with the member.
    """
    addresses = [address_key(row["address"]) for row in tx.all(_ADDRESSES)]
    for key in (user_key(username), ALL_KEY, *addresses):
        tx.run(_DELETE_KEY, {"key": key})
    tx.run(_DELETE_PLACES, {"username": username})


def guesses(view: Snapshot) -> list[Guesses]:
    """Return the wrong PINs that the administrator should know of, the latest first."""
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
    """Hide the wrong PINs that the administrator has read. The limits go on counting them."""
    tx.run(_DISMISS, {})


def issued_browser(view: Snapshot, token_hash: str) -> bool:
    """Whether any member has signed in from the browser with this token."""
    return view.one(_ISSUED, {"token_hash": token_hash}) is not None


def knows_browser(view: Snapshot, token_hash: str, username: str) -> bool:
    return view.one(_KNOWN, {"token_hash": token_hash, "username": username}) is not None


def remember_browser(tx: Transaction, token_hash: str, username: str) -> None:
    """Store that `username` signed in from this browser; keep their latest BROWSERS_KEPT."""
    tx.run(_FORGET, {"token_hash": token_hash, "username": username})
    values = {"token_hash": token_hash, "username": username, "seen_at": to_millis(tx.now)}
    tx.run(_REMEMBER, values)
    tx.run(_FORGET_OLD, {"username": username, "kept": BROWSERS_KEPT})


def forget_browsers(tx: Transaction, username: str) -> None:
    tx.run(_FORGET_ALL, {"username": username})
