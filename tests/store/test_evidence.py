"""Looking for evidence costs the same however long the history is."""

from pathlib import Path

from comanda.store import evidence, examinations, numbers_in_use, payments, reconciliation
from comanda.store.database import Snapshot, open_database

VALUES = {
    "key": "1",
    "payment_id": 9,
    "order_id": 3,
    "failures_of": "{}",
    "approved": "aprobado",
    "pending": "por_verificar",
    "sha256": "0",
    "content": "0",
    "code": "0",
    "limit": evidence.MOST_ROWS,
    "status": "por_verificar",
    "before": 5,
    "start": 1,
    "end": 2,
}
LOOK_UPS = (
    *(
        sql.format(column=column)
        for sql in (numbers_in_use._EARLIER, numbers_in_use._LATER)
        for column in numbers_in_use._COLUMNS
    ),
    evidence._SAME_CODE,
    evidence._LATER_SAME_CODE,
    evidence._NUMBERS_WITH_CODE,
    evidence._SAME_FILE,
    evidence._SAME_CONTENT,
    evidence._LATER_SAME_CONTENT,
    evidence._NEWEST,
    evidence._LATER,
    examinations._NEXT_OLDER,
    payments._UNSEEN,
    reconciliation._PAYMENTS.format(chosen=reconciliation._APPROVED.format(method="")),
)


async def test_every_look_up_is_by_an_index(tmp_path: Path) -> None:
    def plans(view: Snapshot) -> list[str]:
        return [
            row["detail"]
            for sql in LOOK_UPS
            for row in view.all("EXPLAIN QUERY PLAN " + sql, VALUES)
        ]

    async with open_database(tmp_path / "comanda.db") as database:
        found = await database.read(plans)
    assert len(found) >= len(LOOK_UPS)
    scans = [plan for plan in found if plan.startswith("SCAN")]
    assert [scan for scan in scans if "json_each" not in scan] == []  # waiters whose files failed
