"""What a database tells of the examinations of its proofs."""

import contextlib
from collections import Counter
from pathlib import Path

from comanda.store.connection import connect

_PAYMENTS = "SELECT id, examination, examined_at FROM payments WHERE has_proof = 1"
_NOTICES = """
    SELECT type, json_extract(data, '$.payment_id') AS payment_id FROM events
    WHERE type IN ('payment_verification_pending', 'payment_examined')
"""


def outcomes(database: Path) -> dict[int, str | None]:
    """The payments with a proof: id → how the examination ended, None if it has not.

    Each was announced once. It was told of as examined once, if it has been examined.
    """
    with contextlib.closing(connect(database)) as connection:
        connection.execute("BEGIN")  # both at the same instant
        rows = connection.execute(_PAYMENTS).fetchall()
        told = Counter(
            (row["type"], int(row["payment_id"])) for row in connection.execute(_NOTICES)
        )
    expected = Counter({("payment_verification_pending", row["id"]): 1 for row in rows})
    for row in rows:
        assert (row["examination"] is None) == (row["examined_at"] is None)
        expected["payment_examined", row["id"]] = int(row["examined_at"] is not None)
    assert told == +expected
    return {row["id"]: row["examination"] for row in rows}


def backlog(database: Path) -> int:
    """How many proofs wait for their examination."""
    return list(outcomes(database).values()).count(None)
