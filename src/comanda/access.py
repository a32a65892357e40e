"""The verbs of the door: signing in and out, sessions and devices, PINs and wrong PINs.

As in the workflow, each verb is a plain function of a transaction, and an exception undoes
everything that the verb did.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from comanda.domain.errors import BadCredentials
from comanda.domain.sign_in import Attempt
from comanda.domain.staff import Staff, StaffChange
from comanda.store import attempts, sessions, staff
from comanda.store.database import Transaction


def start_session(
    tx: Transaction,
    username: str,
    token_hash: str,
    lifetime: timedelta,
    replaces: str | None,
    device: str = "",
) -> None:
    """Start a session; end `replaces`, the hash of an earlier session of the same browser."""
    if replaces is not None:
        sessions.end(tx, replaces)
    sessions.start(tx, token_hash, username, lifetime, device)


def try_sign_in(tx: Transaction, attempt: Attempt) -> tuple[int, ...]:
    """Count an attempt as failed until `sign_in` deletes that: parallel guesses all count.

    Returns the ids of the rows that count the attempt. Raises TooManyAttempts.
    """
    attempts.require_allowed(tx, attempt)
    return attempts.record(tx, attempt)


def sign_in(
    tx: Transaction,
    attempt: Attempt,
    rows: Sequence[int],
    *,
    pin_hash: str,
    pin_is_weak: bool = False,
    browser: str,
    token_hash: str,
    lifetime: timedelta,
    replaces: str | None,
    device: str = "",
) -> Staff:
    """Start a session after a correct PIN, and remember the browser.

    `rows` are the ids that `try_sign_in` returned; `pin_hash` is the hash that the PIN was checked
    against. Returns the member. Raises BadCredentials if the PIN was changed, or the member
    disabled, after that check.
    """
    member, stored_hash = staff.find(tx, attempt.username) or (None, None)
    if member is None or not member.active or stored_hash != pin_hash:
        raise BadCredentials
    attempts.forgive(tx, attempt, rows)
    attempts.remember_browser(tx, browser, attempt.username)
    staff.learn_pin(tx, attempt.username, is_weak=pin_is_weak)
    start_session(tx, attempt.username, token_hash, lifetime, replaces, device)
    return replace(member, pin_is_weak=pin_is_weak)


def change_pin(
    tx: Transaction, username: str, pin_hash: str, *, is_weak: bool = False
) -> StaffChange:
    """Give a member another PIN, end their sessions, and forget their browsers.

    Raises StaffNotFound, also for a disabled member.
    """
    member = staff.change_pin(tx, username, pin_hash, is_weak=is_weak)
    attempts.forget_browsers(tx, username)
    attempts.start_afresh(tx, username)
    return StaffChange(member, sessions.end_all(tx, username))


def end_session(tx: Transaction, token_hash: str) -> None:
    """Sign out: end the session."""
    sessions.end(tx, token_hash)


def end_device(tx: Transaction, session_id: int) -> str:
    """Sign a device out; return the hash of its session. Raises SessionNotFound."""
    return sessions.end_device(tx, session_id)


def dismiss_guesses(tx: Transaction) -> None:
    """Note that an administrator has read the list of guessed PINs."""
    attempts.dismiss_guesses(tx)
