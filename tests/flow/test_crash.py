"""kill -9 under load: what was answered is there, once, with its event; nothing is half done."""

import asyncio
import contextlib
import hashlib
import io
import random
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from comanda import workflow
from comanda.domain.events import heard_by
from comanda.domain.orders import OrderStatus, Place
from comanda.domain.staff import Role
from comanda.store.backup import check
from comanda.store.connection import connect
from comanda.store.database import Transaction, open_database
from comanda.workflow import OrderLine
from tests.flow.program import furnish, serving
from tests.house import ANA, COCO, NEW_PIN, Stream, eventually

POSTERS, SEATS, HANG = 6, 60, 60
LOST = (aiohttp.ClientError, OSError)
# Each order with all that an attempt to pay it leaves behind, counted.
TRACES = """
    SELECT orders.id, orders.status,
        (SELECT COUNT(*) FROM payments WHERE order_id = orders.id) AS payments,
        (SELECT COUNT(*) FROM payments JOIN proofs ON payment_id = payments.id
            WHERE order_id = orders.id) AS proofs,
        (SELECT COUNT(*) FROM events WHERE order_id = orders.id
            AND type = 'order_updated' AND status = 'por_verificar'
            AND json_extract(data, '$.payment.examined_at') IS NULL) AS updates,
        (SELECT COUNT(*) FROM events WHERE order_id = orders.id
            AND type = 'payment_verification_pending') AS notices,
        (SELECT COUNT(*) FROM idempotency_keys WHERE order_id = orders.id) AS keys,
        (SELECT COUNT(*) FROM events WHERE order_id = orders.id
            AND type = 'payment_examined') AS examinations,
        (SELECT COUNT(*) FROM payments WHERE order_id = orders.id
            AND examined_at IS NOT NULL) AS examined
    FROM orders
"""
FOR_CASHIERS = "SELECT id, type FROM events ORDER BY id"
UNEXAMINED = "SELECT COUNT(*) FROM payments WHERE examined_at IS NULL"
NO_ALARM = "[payments]\nunseen_alarm_seconds = 86400.0\n"


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with staff and a menu, made once: the commands take their time."""
    folder = tmp_path_factory.mktemp("furnished")
    furnish(folder / "c.db", folder)
    return folder / "c.db"


@pytest.fixture
def database(furnished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(furnished, tmp_path / "c.db"))


@dataclass
class Attempt:
    """A proof that a phone sends until it has an answer, always with the same key."""

    order_id: int
    key: str
    photo: bytes
    answers: list[int] = field(default_factory=list)

    async def send(self, phone: aiohttp.ClientSession) -> None:
        form = aiohttp.FormData({"method": "transferencia"})
        form.add_field("file", self.photo, filename="foto.jpg", content_type="image/jpeg")
        path, headers = f"/orders/{self.order_id}/proof", {"Idempotency-Key": self.key}
        async with phone.post(path, data=form, headers=headers) as response:
            answer = await response.json()
            assert response.status in ((200,) if self.answers else (200, 201)), answer
            self.answers.append(response.status)


class Restaurant:
    """What the phones and the cashier's browser know of a server that may die at any moment."""

    def __init__(self, database: Path, chance: random.Random) -> None:
        self.database = database
        self.chance = chance
        self.attempts: list[Attempt] = []
        self.heard: list[int] = []

    @property
    def answered(self) -> list[Attempt]:
        return [attempt for attempt in self.attempts if attempt.answers]

    async def seat(self) -> list[Attempt]:
        """Guests who have eaten, and whose receipts have yet to be sent."""
        async with open_database(self.database) as database:
            ids = await database.write(serve_tables)
        self.attempts += [Attempt(found, f"key-{found}", self.receipt()) for found in ids]
        return self.attempts[-SEATS:]

    def receipt(self) -> bytes:
        """A photo of some 30 KB; no two are alike."""
        packed = io.BytesIO()
        Image.frombytes("L", (200, 200), self.chance.randbytes(40_000)).save(packed, "JPEG")
        return packed.getvalue()

    async def listen(self, cashier: aiohttp.ClientSession) -> None:
        """Read the cashier's stream on from the last event heard, until it breaks."""
        headers = {"Last-Event-ID": str(self.heard[-1] if self.heard else 0)}
        with contextlib.suppress(EOFError, *LOST):
            async with cashier.get("/events/cashier", headers=headers) as response:
                assert response.status == 200
                stream = Stream(response)
                while True:
                    self.heard.append((await stream.next(HANG)).id)

    async def work_until_killed(
        self, process: subprocess.Popen[str], url: str, pending: list[Attempt]
    ) -> None:
        """Several phones send at once; after a few answers the server dies in the middle."""
        queue, enough = iter(pending), len(self.answered) + self.chance.randint(8, SEATS - 15)

        async def post(phone: aiohttp.ClientSession) -> None:
            with contextlib.suppress(*LOST):
                for attempt in queue:
                    await attempt.send(phone)

        async with sign_in(url, "ana") as ana, sign_in(url, "luis") as luis:
            jobs = [asyncio.create_task(post(ana)) for _ in range(POSTERS)]
            jobs.append(asyncio.create_task(self.listen(luis)))
            async with asyncio.timeout(HANG):
                while len(self.answered) < enough:
                    await asyncio.sleep(0.001)
                await asyncio.sleep(self.chance.uniform(0, 0.01))
                process.kill()
                await asyncio.gather(*jobs)
            assert process.wait(HANG) == -signal.SIGKILL

    def verify(self) -> None:
        """Whoever was answered is in the database once, whole, and announced; nobody by half."""
        assert check(self.database) == []
        with contextlib.closing(connect(self.database)) as connection:
            for row in connection.execute(TRACES):
                paid = int(row["status"] == "por_verificar")
                assert tuple(row)[2:-2] == (paid,) * 5, dict(row)
                assert row["examinations"] == row["examined"] <= paid, dict(row)
            for attempt in self.answered:
                (proof,) = connection.execute(
                    "SELECT proofs.sha256, proofs.data FROM proofs "
                    "JOIN payments ON payments.id = payment_id WHERE order_id = ?",
                    (attempt.order_id,),
                )
                expected = hashlib.sha256(attempt.photo).hexdigest()
                assert proof["sha256"] == hashlib.sha256(proof["data"]).hexdigest() == expected

    def has_come_to_rest(self) -> bool:
        """Whether nobody adds an event any more: each proof that was kept is examined."""
        with contextlib.closing(connect(self.database)) as connection:
            return int(connection.execute(UNEXAMINED).fetchone()[0]) == 0

    def events_for_cashiers(self) -> list[int]:
        with contextlib.closing(connect(self.database)) as connection:
            rows = connection.execute(FOR_CASHIERS).fetchall()
        return [row["id"] for row in rows if row["type"] in heard_by(Role.CASHIER)]


def serve_tables(tx: Transaction) -> list[int]:
    """New orders, brought as far as `entregado`; their ids."""
    ids = []
    for _ in range(SEATS):
        order = workflow.place_order(tx, ANA, Place(5), [OrderLine(1, 2, None)]).order
        workflow.advance_order(tx, COCO, order.id, OrderStatus.PREPARING)
        workflow.advance_order(tx, COCO, order.id, OrderStatus.READY)
        workflow.advance_order(tx, ANA, order.id, OrderStatus.DELIVERED)
        ids.append(order.id)
    return ids


@asynccontextmanager
async def sign_in(url: str, name: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A member's browser, signed in with their NEW_PIN."""
    jar, timeout = aiohttp.CookieJar(unsafe=True), aiohttp.ClientTimeout(total=HANG)
    async with aiohttp.ClientSession(url, cookie_jar=jar, timeout=timeout) as browser:
        async with browser.post("/session", json={"username": name, "pin": NEW_PIN}) as response:
            assert response.status == 201, await response.text()
        yield browser


async def test_nothing_that_was_answered_is_lost_and_nothing_is_half_done(database: Path) -> None:
    config = database.with_name("comanda.toml")
    config.write_text(NO_ALARM, encoding="utf-8")
    served = partial(serving, database, "serve", "--config", str(config))
    restaurant = Restaurant(database, random.Random(7))
    for _ in range(3):
        pending = await restaurant.seat()
        with served() as (process, url, _):
            await restaurant.work_until_killed(process, url, pending)
        restaurant.verify()

    answered = len(restaurant.answered)
    assert answered < len(restaurant.attempts), "it must have died with work left to do"
    with served() as (_, url, _):
        async with sign_in(url, "ana") as ana, sign_in(url, "luis") as luis:
            listening = asyncio.create_task(restaurant.listen(luis))
            for attempt in restaurant.attempts:
                await attempt.send(ana)
            await eventually(restaurant.has_come_to_rest, HANG)
            expected = restaurant.events_for_cashiers()
            async with asyncio.timeout(HANG):
                while restaurant.heard[-1] < expected[-1]:
                    await asyncio.sleep(0.01)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
    assert restaurant.heard == expected
    restaurant.verify()
    assert len(restaurant.answered) == len(restaurant.attempts) == 3 * SEATS
    unheard = sum(attempt.answers == [200] for attempt in restaurant.attempts)
    print(f"3 kills: {answered} proofs answered before, {unheard} kept though the answer was lost")


@pytest.mark.parametrize("polite", [signal.SIGTERM, signal.SIGINT])
async def test_a_polite_end_is_clean(database: Path, polite: signal.Signals) -> None:
    with serving(database) as (process, url, _):
        async with sign_in(url, "luis") as luis, luis.get("/events/cashier") as response:
            stream = response.content
            async with asyncio.timeout(HANG):
                assert await stream.readline() == b"retry: 2000\n"
                process.send_signal(polite)
                assert await stream.read() == b"\n", "an end, not a broken connection"
            assert await asyncio.to_thread(process.wait, HANG) == 0
    assert not database.with_name("c.db-wal").exists(), "the log was folded into the file"
    assert check(database) == []
