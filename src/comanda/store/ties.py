"""Which deposit is tied to which payment: at most one of each, and always of the same amount.

A rule ties a deposit and a payment whenever one of them, or the reading of a proof, has come: first
by the same number and amount, else by the same amount near in time. On both sides exactly one must
fit. What a tie or its end changes for others of the same amount is followed up. Nothing here tells
anybody: `store/orders.py` does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from comanda.domain.deposits import NEAR, Deposit, Tie, TieRule
from comanda.domain.payments import Payment, PaymentStatus
from comanda.store import deposits, numbers_in_use
from comanda.store.database import Snapshot, Transaction, to_millis

_DAY = timedelta(days=1)
_MOST = 2  # more than one that fits is too many, however many
_MOST_FOLLOWED = 20
_MOST_CORRECTIONS = 2  # of a payment that is tied by its amount

_PAYABLE = """
    payments.to_account = 1 AND payments.status IN ('por_verificar', 'aprobado')
        AND payments.arrives = :amount
        AND NOT EXISTS (SELECT 1 FROM deposits WHERE deposits.payment_id = payments.id)
"""
_PAYMENTS_BY_NUMBER = """
    SELECT id FROM payments WHERE reference_key = :key AND {payable}
    UNION SELECT id FROM payments WHERE read_key = :key AND {payable}
    LIMIT :limit
"""
# Whoever tries one amount after another does not learn here which one has arrived.
_PAYMENTS_BY_TIME = """
    SELECT id FROM payments
    WHERE {payable} AND submitted_at BETWEEN :after AND :before
        AND (former_claims IS NULL OR json_array_length(former_claims) <= :most_corrections)
    LIMIT :limit
"""
_SUBMITTER = "SELECT submitted_by FROM payments WHERE id = :id"
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

    `about` maps a changed deposit's id to the payment whose orders tell of the change. `judge` is
    who rejected a payment: the money that this lets go is tied to no payment of their own.
    """

    judge: str | None = None
    deposits: dict[int, Deposit] = field(default_factory=dict)
    payment_ids: set[int] = field(default_factory=set)
    about: dict[int, int] = field(default_factory=dict)

    def add(self, deposit: Deposit, payment_id: int) -> None:
        """Add a deposit that was tied to this payment, or untied from it."""
        self.deposits.pop(deposit.id, None)  # told once, as it is now, after what came before
        self.deposits[deposit.id] = deposit
        self.payment_ids.add(payment_id)
        self.about[deposit.id] = payment_id


def follow(tx: Transaction, payment: Payment, by: str, *, is_sought: bool) -> Changes:
    """Tie or untie a payment that was stored, and follow up what that changes for others.

    `is_sought`: something came that a deposit may fit; else the payment has only changed its state,
    which `by` did.
    """
    is_rejected = payment.status is PaymentStatus.REJECTED
    changes = Changes(judge=by if is_rejected else None)
    if not payment.to_account:
        return changes
    deposit = payment.deposit and deposits.require(tx, payment.deposit.id)
    if deposit is not None and not _is_right(payment, deposit):
        _untie(tx, deposit, changes)
    if is_sought and payment.counts and not _has_deposit(tx, payment.id):
        _seek(tx, payment.id, changes)
    if not payment.counts:
        _follow_up(tx, payment.arrives, _Place.of_payment(tx, payment.id), changes)
    elif is_sought and payment.former_claims:
        former = payment.former_claims[-1]
        place = _Place.of_payment(tx, payment.id, former.reference)
        _follow_up(tx, former.amount + payment.tip, place, changes)
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
    return changes


def untie_by_hand(tx: Transaction, deposit: Deposit, by: str) -> Changes:
    """Take a tie back; no rule ties this deposit again. Its payment may fit another deposit."""
    changes = Changes()
    _untie(tx, deposit, changes, by=by)
    if deposit.payment_id is not None:
        _seek(tx, deposit.payment_id, changes)
    return changes


def _is_right(payment: Payment, deposit: Deposit) -> bool:
    return payment.counts and payment.arrives == deposit.amount


def _has_deposit(view: Snapshot, payment_id: int) -> bool:
    return bool(deposits.of_payments(view, [payment_id]))


def _seek(tx: Transaction, payment_id: int, changes: Changes) -> None:
    """Tie a payment without a deposit to the only one that fits."""
    match = _deposit_of(tx, _payee(tx, payment_id))
    if match is not None:
        _tie(tx, match[0], Tie(payment_id, match[1]), changes)


def _tie(tx: Transaction, deposit: Deposit, tie: Tie, changes: Changes) -> None:
    """Store a tie. For others of this amount, one payment and one deposit less may fit now."""
    _save(tx, deposit.tied(tie), tie.payment_id, changes)
    place = _Place.of_payment(tx, tie.payment_id)
    _follow_up(tx, deposit.amount, place.and_of_deposit(tx, deposit), changes)


def _untie(tx: Transaction, deposit: Deposit, changes: Changes, by: str | None = None) -> None:
    assert deposit.payment_id is not None  # nosec B101  # noqa: S101 - for the types
    _save(tx, deposit.untied(by), deposit.payment_id, changes)
    if by is None:
        _settle(tx, deposit.untied(), changes)


def _save(tx: Transaction, deposit: Deposit, payment_id: int, changes: Changes) -> None:
    deposits.save_tie(tx, deposit)
    changes.add(deposit, payment_id)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something changed: the numbers and the moments that other deposits may share."""

    keys: frozenset[str]
    spans: tuple[tuple[datetime, datetime], ...]

    @classmethod
    def of_payment(cls, view: Snapshot, payment_id: int, *numbers: str | None) -> "_Place":
        payee = _payee(view, payment_id)
        keys = payee.keys | numbers_in_use.keys(*numbers)
        return cls(keys, ((payee.submitted_at, payee.submitted_at),))

    def and_of_deposit(self, view: Snapshot, deposit: Deposit) -> "_Place":
        key = deposits.key_of(view, deposit.id)
        end = deposit.at + _DAY if deposit.is_day else deposit.at
        keys = self.keys | ({key} if key else set())
        return _Place(keys, (*self.spans, (deposit.at, end)))


def _follow_up(tx: Transaction, amount: int, place: _Place, changes: Changes) -> None:
    """Tie the untied deposits near `place` that only one payment fits now."""
    for deposit in _neighbours(tx, amount, place):
        if not _is_tied(tx, deposit.id):
            _settle(tx, deposit, changes)


def _is_tied(view: Snapshot, deposit_id: int) -> bool:
    return deposits.require(view, deposit_id).tie is not None


def _neighbours(view: Snapshot, amount: int, place: _Place) -> list[Deposit]:
    near = {deposit.id: deposit for deposit in _by_number(view, amount, place.keys, _MOST_FOLLOWED)}
    for start, end in place.spans:
        after, before = start - 2 * NEAR, end + 2 * NEAR
        for is_day in (False, True):
            first = after - _DAY if is_day else after
            most = _MOST_FOLLOWED
            found = _by_time(view, amount, first, before, is_day=is_day, most=most)
            near |= {deposit.id: deposit for deposit in found}
    return list(near.values())


def _settle(tx: Transaction, deposit: Deposit, changes: Changes) -> None:
    """Tie an untied deposit to the only payment that fits, if it is the only deposit that fits."""
    match = _payment_of(tx, deposit)
    if match is None:
        return
    if changes.judge is not None and changes.judge == _submitter(tx, match[0]):
        return
    _tie(tx, deposit, Tie(*match), changes)


def _submitter(view: Snapshot, payment_id: int) -> str:
    (row,) = view.all(_SUBMITTER, {"id": payment_id})
    return str(row["submitted_by"])


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
    values = {
        **span,
        "amount": deposit.amount,
        "limit": _MOST,
        "most_corrections": _MOST_CORRECTIONS,
    }
    rule = TieRule.DAY if deposit.is_day else TieRule.AMOUNT
    yield rule, _ids(view, _PAYMENTS_BY_TIME, values)


def _ids(view: Snapshot, sql: str, values: Mapping[str, object]) -> list[int]:
    return [row["id"] for row in view.all(sql.format(payable=_PAYABLE), values)]


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


def _deposit_of(view: Snapshot, payee: _Payee) -> tuple[Deposit, TieRule] | None:
    for rule in (TieRule.REFERENCE, TieRule.AMOUNT, TieRule.DAY):
        found = _fitting_deposits(view, payee, rule)
        if len(found) == 1 and _payment_of(view, found[0]) == (payee.id, rule):
            return found[0], rule
    return None


def _fitting_deposits(view: Snapshot, payee: _Payee, rule: TieRule) -> list[Deposit]:
    """Return at most `_MOST` untied deposits that fit the payment by the rule."""
    amount, at = payee.arrives, payee.submitted_at
    if rule is TieRule.REFERENCE:
        return _by_number(view, amount, payee.keys, _MOST)
    timed = _by_time(view, amount, at - NEAR, at + NEAR, is_day=False)
    if rule is TieRule.AMOUNT:
        return timed
    return timed + _by_time(view, amount, at - _DAY, at + NEAR, is_day=True)


def _by_number(view: Snapshot, amount: int, keys: Iterable[str], most: int) -> list[Deposit]:
    found = {
        row["id"]: deposits.from_row(row)
        for key in keys
        for row in view.all(_DEPOSITS_BY_NUMBER, {"key": key, "amount": amount, "limit": most})
    }
    return list(found.values())


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
