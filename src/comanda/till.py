"""The verbs of the till: money that arrived, and the payment that it belongs to.

As in the workflow, each verb is a plain function of a transaction, and an exception undoes
everything that the verb did.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from comanda.domain.deposits import Deposit, DepositSource, NewDeposit
from comanda.domain.house import UNNAMED_HOUSE, House
from comanda.domain.staff import HOUSE, Staff
from comanda.store import (
    bank_phone,
    deposits,
    events,
    house,
    orders,
    payments,
    statement_lines,
    statement_profiles,
    ties,
)
from comanda.store.database import Transaction
from comanda.store.ties import Changes

RECENT = timedelta(days=2)  # an older line of a statement is no news for the till


@dataclass(frozen=True, slots=True)
class Arrival:
    """A deposit after a report of it; `is_new`: no report of this money had come before.

    `last_event_id` is the log's newest event.
    """

    deposit: Deposit
    is_new: bool
    last_event_id: int


def receive_deposit(tx: Transaction, new: NewDeposit, by: str = HOUSE.username) -> Arrival:
    """Store money that arrived, tie it if exactly one payment fits, and tell the cashiers.

    The same report again changes nothing. A second report of the same money, of the other source,
    becomes part of it.
    """
    known_id = deposits.with_key(tx, new.key)
    if known_id is not None:
        return _arrival(tx, deposits.require(tx, known_id), is_new=False)
    same = deposits.same_money(tx, new)
    if same is not None:
        whole = deposits.complete(tx, same, new)
        changes = ties.settle(tx, whole)
        return _arrival(tx, orders.save_deposit(tx, whole, changes, by), is_new=False)
    added = deposits.add(tx, new, by)
    changes = ties.settle(tx, added)
    is_news = new.source is DepositSource.NOTICE or tx.now - new.at <= RECENT
    return _arrival(tx, orders.save_deposit(tx, added, changes, by, is_new=is_news), is_new=True)


def _arrival(tx: Transaction, deposit: Deposit, *, is_new: bool) -> Arrival:
    return Arrival(deposit, is_new, events.head(tx))


@dataclass(frozen=True, slots=True)
class Received:
    """What became of some lines of a statement: the ids of the deposits, each in one list.

    `merged` are deposits that a notice or another statement had brought.
    """

    added: Sequence[int] = ()
    merged: Sequence[int] = ()
    known: Sequence[int] = ()
    last_event_id: int = 0


@dataclass(frozen=True, slots=True)
class _Either:
    """The ids of two containers, without a copy of the first, which may be long."""

    others: Container[int]
    own: set[int]

    def __contains__(self, deposit_id: object) -> bool:
        return deposit_id in self.own or deposit_id in self.others


def receive_lines(
    tx: Transaction, actor: Staff, lines: Sequence[NewDeposit], besides: Container[int] = ()
) -> Received:
    """Store some lines of a statement as `receive_deposit` does; `tie_lines` ties them later.

    `besides` are the deposits that the statement's other lines have brought: two lines of one
    statement are never the same money.
    """
    known = statement_lines.known(tx, [line.key for line in lines])
    new_lines = [line for line in lines if line.key not in known]
    doubtful = statement_lines.doubtful(tx, new_lines)
    taken = _Either(besides, set(known.values()))
    merged: list[int] = []
    added_lines: list[NewDeposit] = []
    for place, line in enumerate(new_lines):
        same = deposits.same_money(tx, line, taken) if place in doubtful else None
        if same is None:
            added_lines.append(line)
            continue
        whole = deposits.complete(tx, same, line)
        orders.save_deposit(tx, whole, Changes(), actor.username)
        taken.own.add(whole.id)
        merged.append(whole.id)
    added = deposits.add_lines(tx, added_lines, actor.username)
    for deposit_id, line in zip(added, added_lines, strict=True):
        if tx.now - line.at <= RECENT:
            deposit = deposits.require(tx, deposit_id)
            orders.save_deposit(tx, deposit, Changes(), actor.username, is_new=True)
    return Received(added, merged, list(known.values()), events.head(tx))


@dataclass(frozen=True, slots=True)
class Tied:
    """The ids of deposits that were tied, and the log's newest event."""

    deposit_ids: Sequence[int]
    last_event_id: int


def tie_lines(tx: Transaction, actor: Staff, deposit_ids: Sequence[int]) -> Tied:
    """Tie deposits of a statement once all its lines are stored, so that all rivals are known."""
    tied: list[int] = []
    for deposit_id in deposit_ids:
        deposit = deposits.require(tx, deposit_id)
        changes = ties.settle(tx, deposit)
        if changes.deposits:
            orders.save_deposit(tx, deposit, changes, actor.username)
            tied.append(deposit_id)
    return Tied(tied, events.head(tx))


def keep_profile(tx: Transaction, name: str, data: dict[str, Any]) -> None:
    """Store how a bank's statement is read, by the bank's name."""
    statement_profiles.put(tx, name, data)


def tie_deposit(
    tx: Transaction,
    actor: Staff,
    deposit_id: int,
    payment_id: int | None,
    *,
    default_house: House = UNNAMED_HOUSE,
) -> Arrival:
    """Tie a deposit to a payment by hand; None takes the deposit's tie back.

    What the house has not stored about itself comes from `default_house`. Raises DepositNotFound,
    PaymentNotFound, and the errors of `Payment.check_tie`.
    """
    deposit = deposits.require(tx, deposit_id)
    if deposit.payment_id == payment_id:
        return _arrival(tx, deposit, is_new=False)
    if payment_id is None:
        changes = ties.untie_by_hand(tx, deposit, actor.username)
    else:
        payment = payments.require(tx, payment_id)
        payment.check_tie(deposit, actor.username, house.get(tx, default_house))
        changes = ties.tie_by_hand(tx, deposit, payment, actor.username)
    return _arrival(tx, orders.save_deposit(tx, deposit, changes, actor.username), is_new=False)


def hear_heartbeat(tx: Transaction) -> None:
    """Note that the bank's phone lives."""
    bank_phone.hear_heartbeat(tx)


def hear_notice(tx: Transaction, new: NewDeposit | None) -> Arrival | None:
    """Note that the bank's phone has sent a notice, and receive the deposit, if it told of one."""
    bank_phone.hear_notice(tx)
    return None if new is None else receive_deposit(tx, new)


def hear_refused(tx: Transaction, code: str) -> None:
    """Note that the bank's phone has sent a signed report that was refused with `code`."""
    bank_phone.hear_refused(tx, code)


def forget_texts(tx: Transaction, before: datetime, most: int) -> int:
    """Delete the words of at most `most` notices from before `before`; return of how many."""
    return deposits.forget_texts(tx, before, most)
