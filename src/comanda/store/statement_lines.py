"""Many lines of a statement at a time: which are known, and which may be money already told of.

Most lines of a long statement are neither; they are stored without a look at each.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta

from comanda.domain.deposits import NEAR, NewDeposit
from comanda.store import deposits
from comanda.store.database import Snapshot, to_millis

_DAY = timedelta(days=1)
_MILLISECOND = timedelta(milliseconds=1)
_MOST = 1_000  # lines of one statement of SQL
_KNOWN = """
    SELECT key, deposit_id FROM deposit_keys
    WHERE key IN (SELECT value FROM json_each(:keys))
"""
# A line is [amount, its number's key, the first and the last moment of another report].
_DOUBTFUL = """
    SELECT line.key AS place FROM json_each(:lines) AS line
    WHERE EXISTS (
        SELECT 1 FROM deposits
        WHERE reference_key = json_extract(line.value, '$[1]')
            AND amount = json_extract(line.value, '$[0]')
    ) OR EXISTS (
        SELECT 1 FROM deposits
        WHERE in_statement = 0 AND amount = json_extract(line.value, '$[0]')
            AND at BETWEEN json_extract(line.value, '$[2]') AND json_extract(line.value, '$[3]')
    )
"""
_FITTING = """
    payments.to_account = 1 AND payments.status IN ('por_verificar', 'aprobado')
        AND +payments.arrives = deposits.amount
"""
_PAYABLE_IDS = """
    SELECT deposits.id FROM json_each(:ids) AS wanted
    CROSS JOIN deposits ON deposits.id = wanted.value
    WHERE deposits.payment_id IS NULL AND deposits.untied_by IS NULL AND (
        EXISTS (
            SELECT 1 FROM payments INDEXED BY payments_arriving
            WHERE payments.arrives = deposits.amount AND {fitting}
                AND submitted_at BETWEEN deposits.at - :near AND deposits.at + :day
        )
        OR EXISTS (
            SELECT 1 FROM payments WHERE reference_key = deposits.reference_key AND {fitting}
        )
        OR EXISTS (
            SELECT 1 FROM payments WHERE read_key = deposits.reference_key AND {fitting}
        )
    )
"""


def known(view: Snapshot, keys: Sequence[str]) -> dict[str, int]:
    """Return line's key → the deposit that it has brought, for those that have brought one."""
    found: dict[str, int] = {}
    for start in view.in_pieces(range(0, len(keys), _MOST)):
        rows = view.all(_KNOWN, {"keys": json.dumps(keys[start : start + _MOST])})
        found |= {row["key"]: row["deposit_id"] for row in rows}
    return found


def doubtful(view: Snapshot, lines: Sequence[NewDeposit]) -> set[int]:
    """Return the places, among `lines`, of those whose money may be told of already."""
    values = [
        [
            line.amount,
            deposits.number_key(line.reference),
            to_millis(line.at - _DAY),
            to_millis(line.at + _DAY),
        ]
        for line in lines
    ]
    return {int(row["place"]) for row in view.all(_DOUBTFUL, {"lines": json.dumps(values)})}


def payable(view: Snapshot, deposit_ids: Iterable[int]) -> list[int]:
    """Return the untied deposits, among the given ones, that some payment may fit."""
    ids, found = sorted(deposit_ids), list[int]()
    spans = {"near": NEAR // _MILLISECOND, "day": _DAY // _MILLISECOND}
    for start in view.in_pieces(range(0, len(ids), _MOST)):
        values = {**spans, "ids": json.dumps(ids[start : start + _MOST])}
        found += [row["id"] for row in view.all(_PAYABLE_IDS.format(fitting=_FITTING), values)]
    return found
