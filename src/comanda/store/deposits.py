"""Deposits: money that a notice or a statement says has arrived, and the payment of each."""

import sqlite3
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from comanda.domain.deposits import NEAR, Deposit, DepositSource, NewDeposit, Tie, TieRule
from comanda.domain.errors import DepositNotFound
from comanda.domain.evidence import reference_key
from comanda.domain.staff import HOUSE
from comanda.store.database import Snapshot, Transaction, from_millis, to_millis

SHORTEST_NUMBER = 4  # characters of a key: a security code of three digits names no operation
_HALF_DAY = timedelta(hours=12)
SAME_MONEY = timedelta(days=5)  # between two reports of the same number and amount
CLOCKS_APART = timedelta(minutes=15)  # between the bank's or the phone's clock and the house's
SAME_NOTICE = timedelta(minutes=15)  # the same between a text message and an app's notice
SAME_LINE = timedelta(days=1)  # the same between two statements
MOST_OF_A_NUMBER = 10  # deposits with one number and amount that are looked at

_INSERT = """
    INSERT INTO deposits
        (source, amount, at, is_day, received_at, received_by, sender, reference, reference_key,
         account, rule, text, has_notice, in_statement, untied_by)
    VALUES (:source, :amount, :at, :is_day, :received_at, :received_by, :sender, :reference,
            :reference_key, :account, :rule, :text, :has_notice, :in_statement, :untied_by)
"""
_INSERT_KEY = """
    INSERT INTO deposit_keys (key, deposit_id) VALUES (:key, :deposit_id) ON CONFLICT DO NOTHING
"""
_LAST_ID = "SELECT seq FROM sqlite_sequence WHERE name = 'deposits'"
_WITH_KEY = "SELECT deposit_id FROM deposit_keys WHERE key = :key"
_BY_ID = "SELECT * FROM deposits WHERE id IN ({ids}) ORDER BY id"
_OF_PAYMENTS = "SELECT * FROM deposits WHERE payment_id IN ({ids})"
_SAVE_TIE = """
    UPDATE deposits
    SET payment_id = :payment_id, tie_rule = :tie_rule, tied_by = :tied_by, untied_by = :untied_by
    WHERE id = :id
"""
# The second report of the same money completes the first. What is not doubtful leaves no doubt.
_COMPLETE = """
    UPDATE deposits
    SET sender = COALESCE(sender, :sender), reference = COALESCE(reference, :reference),
        reference_key = COALESCE(reference_key, :reference_key),
        account = COALESCE(account, :account), rule = COALESCE(rule, :rule),
        text = COALESCE(text, :text),
        has_notice = has_notice OR :has_notice, in_statement = in_statement OR :in_statement,
        untied_by = CASE WHEN untied_by = :house THEN :untied_by ELSE untied_by END
    WHERE id = :id
"""
_SAME_NUMBER = """
    SELECT * FROM deposits INDEXED BY deposits_by_reference
    WHERE reference_key = :key AND amount = :amount AND at BETWEEN :after AND :before
    ORDER BY ABS(at - :at) LIMIT :limit
"""
# Money of which only the other kind of report has come; the nearest in time.
_OTHER_REPORT = """
    SELECT * FROM deposits
    WHERE {lacking} = 0
        AND amount = :amount AND at BETWEEN :after AND :before AND is_day = :is_day
        AND (reference_key IS NULL OR :key IS NULL OR reference_key = :key)
        AND received_at >= :known_from
    ORDER BY ABS(at - :at), id LIMIT 1
"""
_LACKING = {DepositSource.NOTICE: "has_notice", DepositSource.STATEMENT: "in_statement"}
_HAS_TEXT = "SELECT 1 FROM deposits WHERE text IS NOT NULL AND received_at < :before LIMIT 1"
_FORGET_TEXTS = """
    UPDATE deposits SET text = NULL WHERE id IN (
        SELECT id FROM deposits WHERE text IS NOT NULL AND received_at < :before
        ORDER BY received_at LIMIT :most
    )
"""
_REFERENCE_KEY = "SELECT reference_key FROM deposits WHERE id = :id"
# A line without a time belongs to the day in which its noon is: a house's day may begin later than
# the bank's.
_LIST = """
    SELECT * FROM deposits
    WHERE at >= :noon_before AND at < :end
        AND (CASE is_day WHEN 1 THEN at < :last_noon ELSE at >= :start END) {tied}
    ORDER BY at, id LIMIT :limit
"""
_TIED = {None: "", True: "AND payment_id IS NOT NULL", False: "AND payment_id IS NULL"}


@dataclass(frozen=True, slots=True)
class DepositFilter:
    """The deposits to list, the earliest first: from `start` until before `end`."""

    start: datetime
    end: datetime
    tied: bool | None = None
    limit: int = 30_001


def add(tx: Transaction, new: NewDeposit, by: str) -> Deposit:
    """Store money of which no report had come."""
    received = {"received_at": to_millis(tx.now), "received_by": by}
    deposit_id = tx.insert(_INSERT, {**_values(new), **received})
    add_key(tx, new.key, deposit_id)
    return require(tx, deposit_id)


def add_lines(tx: Transaction, lines: Sequence[NewDeposit], by: str) -> Sequence[int]:
    """Store lines of a statement of whose money no report had come; return the deposits' ids."""
    received = {"received_at": to_millis(tx.now), "received_by": by}
    first = _last_id(tx) + 1
    tx.run_each(_INSERT, [{**_values(line), **received} for line in lines])
    ids = range(first, _last_id(tx) + 1)  # AUTOINCREMENT counts up, and nobody else writes
    pairs = zip(lines, ids, strict=True)
    tx.run_each(_INSERT_KEY, [{"key": line.key, "deposit_id": one} for line, one in pairs])
    return ids


def _last_id(view: Snapshot) -> int:
    row = view.one(_LAST_ID)
    return 0 if row is None else int(row["seq"])


def complete(tx: Transaction, deposit: Deposit, new: NewDeposit) -> Deposit:
    """Store that a second report of the deposit has come, with what the first one left out."""
    tx.run(_COMPLETE, {**_values(new), "id": deposit.id, "house": HOUSE.username})
    add_key(tx, new.key, deposit.id)
    return require(tx, deposit.id)


def add_key(tx: Transaction, key: str, deposit_id: int) -> None:
    tx.run(_INSERT_KEY, {"key": key, "deposit_id": deposit_id})


def _values(new: NewDeposit) -> dict[str, object]:
    return {
        "source": new.source,
        "amount": new.amount,
        "at": to_millis(new.at),
        "is_day": new.is_day,
        "sender": new.sender,
        "reference": new.reference,
        "reference_key": number_key(new.reference),
        "account": new.account,
        "rule": new.rule,
        "text": new.text,
        "has_notice": new.source is DepositSource.NOTICE,
        "in_statement": new.source is DepositSource.STATEMENT,
        "untied_by": HOUSE.username if new.is_doubtful else None,
    }


@lru_cache(maxsize=1_024)
def number_key(reference: str | None) -> str | None:
    """Return the key of an operation's number, or None for what names no operation."""
    if reference and reference.isascii() and reference.isdigit():  # most are; the same, at once
        key = reference.lstrip("0")
    else:
        key = reference_key(reference) if reference else ""
    return key if len(key) >= SHORTEST_NUMBER else None


def save_tie(tx: Transaction, deposit: Deposit) -> None:
    """Store which payment the deposit is tied to, and who took a tie back.

    Only `store/ties.py` calls this: the payment's orders have to be told.
    """
    tie = deposit.tie
    values = {
        "id": deposit.id,
        "payment_id": deposit.payment_id,
        "tie_rule": tie and tie.rule,
        "tied_by": tie and tie.by,
        "untied_by": deposit.untied_by,
    }
    tx.run(_SAVE_TIE, values)


def with_key(view: Snapshot, key: str) -> int | None:
    """Return the deposit that a notice or a line with this key has brought, or None."""
    row = view.one(_WITH_KEY, {"key": key})
    return None if row is None else int(row["deposit_id"])


def key_of(view: Snapshot, deposit_id: int) -> str | None:
    """Return the key of the deposit's number, or None without a number that names an operation."""
    row = view.one(_REFERENCE_KEY, {"id": deposit_id})
    return None if row is None else row["reference_key"]


def same_money(view: Snapshot, new: NewDeposit, besides: Container[int] = ()) -> Deposit | None:
    """Return the deposit that another report has brought of the same money, or None.

    It has the same number and amount; or it has the same amount near in time (on the same day, if
    a statement tells no time), and only a notice has told of it where `new` is a statement's line,
    or the other way round. It is none of the deposits of `besides`, which other lines of the same
    statement have brought. Nobody tells of money before it comes: this morning's statement has no
    money of tonight.
    """
    key = number_key(new.reference)
    if key is not None:
        for deposit in _same_number(view, new, key):
            if deposit.id not in besides:
                return deposit
    values: dict[str, object] = {
        "amount": new.amount,
        "key": key,
        "at": to_millis(new.at),
        "known_from": 0 if new.is_day else to_millis(new.at - CLOCKS_APART),
    }
    for is_day in (False, True):
        span = _same_time(new, other_is_day=is_day)
        sql = _OTHER_REPORT.format(lacking=_LACKING[new.source])
        row = view.one(sql, {**values, **span, "is_day": is_day})
        if row is not None:
            return from_row(row)
    return None


def _same_number(view: Snapshot, new: NewDeposit, key: str) -> Iterator[Deposit]:
    """Yield the deposits with the number, the nearest in time first.

    Two statements name the same operation on the same day, give or take the hours of a time zone,
    two notices within minutes: some banks write the same number into all of them. A notice and a
    statement may do so with a weekend in between.
    """
    values = {
        "key": key,
        "amount": new.amount,
        "at": to_millis(new.at),
        "limit": MOST_OF_A_NUMBER,
        **_span(new.at - SAME_MONEY, new.at + SAME_MONEY),
    }
    most = {DepositSource.STATEMENT: SAME_LINE, DepositSource.NOTICE: SAME_NOTICE}[new.source]
    for row in view.all(_SAME_NUMBER, values):
        deposit = from_row(row)
        is_alike = bool(row[_LACKING[new.source]])  # a report of the same kind has come
        if not is_alike or abs(deposit.at - new.at) <= most:
            yield deposit


def _same_time(new: NewDeposit, *, other_is_day: bool) -> dict[str, int]:
    """Return when the other report's money can have arrived."""
    day = timedelta(days=1)
    if new.is_day and other_is_day:
        return _span(new.at, new.at)
    if new.is_day:
        return _span(new.at, new.at + day - timedelta(milliseconds=1))
    if other_is_day:
        return _span(new.at - day + timedelta(milliseconds=1), new.at)
    return _span(new.at - NEAR, new.at + NEAR)


def _span(after: datetime, before: datetime) -> dict[str, int]:
    return {"after": to_millis(after), "before": to_millis(before)}


def require(view: Snapshot, deposit_id: int) -> Deposit:
    """Return the deposit. Raises DepositNotFound."""
    rows = list(view.where_in(_BY_ID, [deposit_id]))
    if not rows:
        raise DepositNotFound
    return from_row(rows[0])


def of_payments(view: Snapshot, payment_ids: Sequence[int]) -> dict[int, Deposit]:
    """Return payment's id → its deposit, for those that have one."""
    rows = view.where_in(_OF_PAYMENTS, payment_ids)
    return {row["payment_id"]: from_row(row) for row in view.in_pieces(rows)}


def find_all(view: Snapshot, deposit_filter: DepositFilter) -> list[Deposit]:
    """Return the deposits that `deposit_filter` describes."""
    values = {
        "start": to_millis(deposit_filter.start),
        "end": to_millis(deposit_filter.end),
        "noon_before": to_millis(deposit_filter.start - _HALF_DAY),
        "last_noon": to_millis(deposit_filter.end - _HALF_DAY),
        "limit": deposit_filter.limit,
    }
    rows = view.all(_LIST.format(tied=_TIED[deposit_filter.tied]), values)
    return list(from_rows(view, rows))


def has_texts(view: Snapshot, before: datetime) -> bool:
    """Whether the words of a notice from before `before` are stored."""
    return view.one(_HAS_TEXT, {"before": to_millis(before)}) is not None


def forget_texts(tx: Transaction, before: datetime, most: int) -> int:
    """Delete the words of at most `most` notices from before `before`; return of how many.

    What was read from them stays. No payment shows them, so no event is appended.
    """
    return tx.run(_FORGET_TEXTS, {"before": to_millis(before), "most": most})


def from_rows(view: Snapshot, rows: Iterable[sqlite3.Row]) -> Iterator[Deposit]:
    return map(from_row, view.in_pieces(rows))


def from_row(row: sqlite3.Row) -> Deposit:
    is_tied = row["payment_id"] is not None
    return Deposit(
        id=row["id"],
        source=DepositSource(row["source"]),
        amount=row["amount"],
        at=from_millis(row["at"]),
        received_at=from_millis(row["received_at"]),
        received_by=row["received_by"],
        is_day=bool(row["is_day"]),
        sender=row["sender"],
        reference=row["reference"],
        account=row["account"],
        rule=row["rule"],
        text=row["text"],
        in_statement=bool(row["in_statement"]),
        tie=Tie(row["payment_id"], TieRule(row["tie_rule"]), row["tied_by"]) if is_tied else None,
        untied_by=row["untied_by"],
    )
