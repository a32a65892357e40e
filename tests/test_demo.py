"""The demo's receipts say what its payments say, but for one that went to somebody else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from comanda import demo
from comanda.config import Config
from comanda.domain.comparison import Circumstances, find_differences
from comanda.domain.evidence import WarningType
from comanda.domain.readings import Reading
from comanda.store import orders, payments
from comanda.store.database import open_database
from tests.house import jpeg

NOW = datetime(2026, 11, 29, 3, 10, tzinfo=UTC)  # the evening of the 28th in the house


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, Reading]:
    """What stands on each receipt that the demo has drawn, by its number."""
    readings: dict[str, Reading] = {}

    async def draw(
        total: int, reference: str, payer: str, when: str, holder: str, ending: str
    ) -> bytes:
        assert payer
        moment = datetime.strptime(when, "%d/%m/%Y %H:%M")  # noqa: DTZ007 - the house's clock
        readings[reference] = Reading(
            amount=total,
            reference=reference,
            day=moment.date(),
            time=moment.time(),
            account=ending,
            holder=holder,
        )
        return jpeg()

    @asynccontextmanager
    async def draughtsman() -> AsyncIterator[demo.Draw]:
        yield draw

    monkeypatch.setattr(demo, "_draughtsman", draughtsman)
    return readings


async def test_one_receipt_alone_speaks_against_its_payment(
    tmp_path: Path, drawn: dict[str, Reading]
) -> None:
    path, house = tmp_path / "demo.db", Config().house
    await demo.fill(path, NOW, house)
    async with open_database(path, clock=lambda: NOW) as database:
        differences = {}
        for payment_id in range(1, len(demo.GUESTS) + 1):
            payment = await database.read(payments.require, payment_id)
            if payment.reference is None:
                continue
            order = await database.read(orders.require, payment.order_id)
            known = Circumstances(
                total=payment.amount + payment.tip,
                typed=payment.reference,
                ordered_at=order.created_at,
                submitted_at=payment.submitted_at,
                house=house,
                accounts=demo.ACCOUNTS,
            )
            assert NOW - payment.submitted_at < timedelta(hours=1)
            differences[payment.order_id] = find_differences(drawn[payment.reference], known)
    astray = {guest.order_id for guest in demo.GUESTS if guest.is_astray}
    assert {order for order, found in differences.items() if found} == astray
    assert [found for found in differences.values() if found] == [[WarningType.ACCOUNT_DIFFERS]]
