"""Attempts to sign in, which a restart doesn't forget, and the browsers that staff sign in from."""

import math
from collections.abc import Sequence
from datetime import timedelta

from comanda.domain.clocks import NEAR
from comanda.domain.errors import TooManyAttempts
from comanda.domain.sign_in import Attempt, Limit
from comanda.store.database import Snapshot, Transaction, to_millis

# What lies in the future was counted by a clock that has since been put back.
_RECENT = """
    SELECT at FROM sign_in_attempts WHERE key = :key AND at > :since AND at <= :now ORDER BY at
"""
_INSERT = "INSERT INTO sign_in_attempts (key, at) VALUES (:key, :at)"
# What seems older than that is left to the night, which first asks whether the clock is sound.
_DELETE_OLD = "DELETE FROM sign_in_attempts WHERE at > :near AND at <= :since"
_DELETE = "DELETE FROM sign_in_attempts WHERE id = :id"
_DELETE_KEY = "DELETE FROM sign_in_attempts WHERE key = :key"

_KNOWN = "SELECT 1 FROM known_browsers WHERE token_hash = :token_hash AND username = :username"
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


def require_allowed(view: Snapshot, attempt: Attempt) -> None:
    """Raises TooManyAttempts where one of the attempt's limits has been reached."""
    waits = [_wait(view, limit, attempt.window) for limit in attempt.limits]
    if any(waits):
        raise TooManyAttempts(max(waits))


def _wait(view: Snapshot, limit: Limit, window: timedelta) -> int:
    """Whole seconds until another attempt may be made; 0 for now."""
    now = to_millis(view.now)
    since = to_millis(view.now - window)
    recent = view.all(_RECENT, {"key": limit.key, "since": since, "now": now})
    if len(recent) < limit.attempts:
        return 0
    oldest: int = recent[-limit.attempts]["at"]
    return max(1, math.ceil((oldest - since) / 1000))


def record(tx: Transaction, attempt: Attempt) -> tuple[int, ...]:
    """Count the attempt as failed until it is forgiven; returns the rows that say so."""
    now = to_millis(tx.now)
    near, since = to_millis(tx.now - NEAR), to_millis(tx.now - attempt.window)
    tx.run(_DELETE_OLD, {"near": near, "since": since})
    return tuple(tx.insert(_INSERT, {"key": one.key, "at": now}) for one in attempt.limits)


def forgive(tx: Transaction, attempt: Attempt, rows: Sequence[int]) -> None:
    """The PIN was right: this attempt is none, nor are those before it at the same place."""
    for row in rows:
        tx.run(_DELETE, {"id": row})
    tx.run(_DELETE_KEY, {"key": attempt.place.key})


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
