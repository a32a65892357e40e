"""Which deposit is tied to which payment: at most one of each, and always of the same amount.

A rule ties a deposit and a payment whenever one of them, or the reading of a proof, has come: first
by the same number and amount, else by the same amount near in time. On both sides exactly one must
fit. What a tie or its end changes for others of the same amount is followed up. Nothing here tells
anybody: `store/orders.py` does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from comanda.domain.deposits import NEAR, Deposit, Tie, TieRule
from comanda.domain.payments import Payment
from comanda.store import deposits, numbers_in_use
from comanda.store.database import Snapshot, Transaction, to_millis

_DAY = timedelta(days=1)
_MOST = 2  # more than one that fits is too many, however many
_MOST_FOLLOWED = 20

_PAYABLE = """
    payments.to_account = 1 AND payments.status IN ('por_verificar', 'aprobado')
        AND payments.arrives = :amount
        AND NOT EXISTS (SELECT 1 FROM deposits WHERE deposits.payment_id = payments.id)
"""
_PAYMENTS_BY_NUMBER = f"""
    SELECT id FROM payments WHERE reference_key = :key AND {_PAYABLE}
    UNION SELECT id FROM payments WHERE read_key = :key AND {_PAYABLE}
    LIMIT :limit
"""
_PAYMENTS_BY_TIME = f"""
    SELECT id FROM payments INDEXED BY payments_arriving
    WHERE {_PAYABLE} AND submitted_at BETWEEN :after AND :before LIMIT :limit
"""
_DEPOSITS_BY_NUMBER = """
    SELECT * FROM deposits
    WHERE reference_key = :key AND amount = :amount AND payment_id IS NULL AND untied_by IS NULL
    LIMIT :limit
"""
_DEPOSITS_BY_TIME = """
    SELECT * FROM deposits
    WHERE amount = :amount AND is_day = :is_day AND at BETWEEN :after AND :before
        AND payment_id IS NULL AND untied_by IS NULL
    ORDER BY at LIMIT :limit
"""


@dataclass(slots=True)
class Changes:
    """The deposits that were tied or untied, and the ids of the payments that this concerns.

    `about` maps a changed deposit's id to the payment whose orders tell of the change.
    """

    deposits: dict[int, Deposit] = field(default_factory=dict)
    payment_ids: set[int] = field(default_factory=set)
    about: dict[int, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.deposits)


def follow(tx: Transaction, payment: Payment, *, is_sought: bool) -> Changes:
    """Tie or untie a payment that was stored, and follow that up.

    `is_sought`: something came that a deposit may fit; else only the end of a tie is looked for.
    """
    changes = Changes()
    deposit = payment.deposit and deposits.require(tx, payment.deposit.id)
    if deposit is not None and not _is_right(payment, deposit):
        _untie(tx, deposit, changes)
        _follow_up(tx, deposit.amount, deposit.at, changes)
    if not (is_sought and payment.counts and payment.to_account):
        return changes
    match = None if _has_deposit(tx, payment.id) else _deposit_of(tx, payment)
    if match is not None:
        _tie(tx, match[0], Tie(payment.id, match[1]), changes)
        _follow_up(tx, payment.arrives, payment.submitted_at, changes)
    return changes


def settle(tx: Transaction, deposit: Deposit) -> Changes:
    """Tie a deposit that came, or learned its number, and follow that up."""
    changes = Changes()
    if deposit.tie is None and deposit.untied_by is None:
        _settle(tx, deposit, changes)
    return changes


def tie_by_hand(tx: Transaction, deposit: Deposit, payment: Payment, by: str) -> Changes:
    """Tie a deposit to a payment because a cashier says so, and follow that up."""
    changes = Changes()
    _tie(tx, deposit, Tie(payment.id, TieRule.HAND, by), changes)
    _follow_up(tx, deposit.amount, deposit.at, changes)
    return changes


def untie_by_hand(tx: Transaction, deposit: Deposit, by: str) -> Changes:
    """Take a tie back; no rule ties this deposit again. Its payment may fit another deposit."""
    changes = Changes()
    _untie(tx, deposit, changes, by=by)
    return changes


def _is_right(payment: Payment, deposit: Deposit) -> bool:
    return payment.counts and payment.arrives == deposit.amount


def _has_deposit(view: Snapshot, payment_id: int) -> bool:
    return bool(deposits.of_payments(view, [payment_id]))


def _tie(tx: Transaction, deposit: Deposit, tie: Tie, changes: Changes) -> None:
    _save(tx, deposit.tied(tie), tie.payment_id, changes)


def _untie(tx: Transaction, deposit: Deposit, changes: Changes, by: str | None = None) -> None:
    assert deposit.payment_id is not None  # nosec B101  # noqa: S101 - for the types
    _save(tx, deposit.untied(by), deposit.payment_id, changes)


def _save(tx: Transaction, deposit: Deposit, payment_id: int, changes: Changes) -> None:
    deposits.save_tie(tx, deposit)
    changes.deposits[deposit.id] = deposit
    changes.payment_ids.add(payment_id)
    changes.about[deposit.id] = payment_id


def _follow_up(tx: Transaction, amount: int, at: datetime, changes: Changes) -> None:
    """Tie what fits now, and only it, after a deposit or a payment was tied or let go."""
    while any(_settle(tx, deposit, changes) for deposit in _neighbours(tx, amount, at)):
        pass


def _neighbours(view: Snapshot, amount: int, at: datetime) -> list[Deposit]:
    timed = _by_time(view, amount, at - 2 * NEAR, at + 2 * NEAR, is_day=False, most=_MOST_FOLLOWED)
    return timed + _by_time(view, amount, at - _DAY, at, is_day=True, most=_MOST_FOLLOWED)


def _settle(tx: Transaction, deposit: Deposit, changes: Changes) -> bool:
    """Tie an untied deposit to the only payment that fits, if it is the only deposit that fits."""
    match = _payment_of(tx, deposit)
    if match is None:
        return False
    _tie(tx, deposit, Tie(*match), changes)
    return True


def _payment_of(view: Snapshot, deposit: Deposit) -> tuple[int, TieRule] | None:
    for rule, found_ids in _fitting_payments(view, deposit):
        if len(found_ids) == 1:
            payee = _payee(view, found_ids[0])
            rivals = _fitting_deposits(view, payee, rule)
            if [rival.id for rival in rivals] == [deposit.id]:
                return payee.id, rule
    return None


def _fitting_payments(view: Snapshot, deposit: Deposit) -> Iterator[tuple[TieRule, list[int]]]:
    """Yield each rule, and at most `_MOST` payments that fit the deposit by it."""
    key = deposits.key_of(view, deposit.id)
    if key is not None:
        values = {"key": key, "amount": deposit.amount, "limit": _MOST}
        yield TieRule.REFERENCE, _ids(view, _PAYMENTS_BY_NUMBER, values)
    before, after = (_DAY, NEAR) if deposit.is_day else (NEAR, NEAR)
    span = {"after": to_millis(deposit.at - after), "before": to_millis(deposit.at + before)}
    values = {**span, "amount": deposit.amount, "limit": _MOST}
    rule = TieRule.DAY if deposit.is_day else TieRule.AMOUNT
    yield rule, _ids(view, _PAYMENTS_BY_TIME, values)


def _ids(view: Snapshot, sql: str, values: Mapping[str, object]) -> list[int]:
    return [row["id"] for row in view.all(sql, values)]


@dataclass(frozen=True, slots=True)
class _Payee:
    id: int
    arrives: int
    submitted_at: datetime
    keys: frozenset[str]


def _payee(view: Snapshot, payment_id: int) -> _Payee:
    arrives, submitted_at = numbers_in_use.arrival_of(view, payment_id)
    keys = frozenset(numbers_in_use.keys_of(view, payment_id))
    return _Payee(payment_id, arrives, submitted_at, keys)


def _deposit_of(view: Snapshot, payment: Payment) -> tuple[Deposit, TieRule] | None:
    payee = _payee(view, payment.id)
    for rule in (TieRule.REFERENCE, TieRule.AMOUNT, TieRule.DAY):
        found = _fitting_deposits(view, payee, rule)
        if len(found) == 1 and _payment_of(view, found[0]) == (payment.id, rule):
            return found[0], rule
    return None


def _fitting_deposits(view: Snapshot, payee: _Payee, rule: TieRule) -> list[Deposit]:
    """Return at most `_MOST` untied deposits that fit the payment by the rule."""
    amount, at = payee.arrives, payee.submitted_at
    if rule is TieRule.REFERENCE:
        found = {
            row["id"]: deposits.from_row(row)
            for key in payee.keys
            for row in view.all(_DEPOSITS_BY_NUMBER, {"key": key, "amount": amount, "limit": _MOST})
        }
        return list(found.values())
    timed = _by_time(view, amount, at - NEAR, at + NEAR, is_day=False)
    if rule is TieRule.AMOUNT:
        return timed
    return timed + _by_time(view, amount, at - _DAY, at + NEAR, is_day=True)


def _by_time(
    view: Snapshot,
    amount: int,
    after: datetime,
    before: datetime,
    *,
    is_day: bool,
    most: int = _MOST,
) -> list[Deposit]:
    values = {
        "amount": amount,
        "is_day": is_day,
        "after": to_millis(after),
        "before": to_millis(before),
        "limit": most,
    }
    return [deposits.from_row(row) for row in view.all(_DEPOSITS_BY_TIME, values)]
