"""A busy evening: tables that are served from the order to the verdict, whatever happens to the
server, and what everybody was told of it."""

import asyncio
import contextlib
import hashlib
import io
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

from comanda.domain.events import EventType, heard_by
from comanda.domain.staff import HOUSE, Staff
from comanda.store.backup import check
from comanda.store.connection import connect
from tests.faults.examinations import outcomes
from tests.faults.server import WAIT, Phones
from tests.house import ANA, BETO, COCO, LUIS, MARA, Stream

LOST = (aiohttp.ClientError, OSError)
HISTORY = f"""
    SELECT status FROM events
    WHERE order_id = :order AND type = 'order_updated' AND actor <> '{HOUSE.username}' ORDER BY id
"""  # without the examinations
NOTICES = "SELECT type FROM events WHERE order_id = :order"
ALLOCATED = """
    SELECT COUNT(*) AS count, COALESCE(SUM(amount), 0) AS amount
    FROM payment_allocations JOIN payments ON payments.id = payment_id
    WHERE payment_allocations.order_id = :order AND status = 'aprobado'
"""
PROOFS = """
    SELECT sha256, data FROM proofs JOIN payments ON payments.id = payment_id
    WHERE order_id = :order ORDER BY attempt
"""
TWICE = (
    "SELECT COUNT(*) FROM (SELECT 1 FROM payments GROUP BY order_id, attempt HAVING COUNT(*) > 1)"
)


PART = "10"  # of an order's 30
SERVED = {"pendiente": "order_placed", "listo": "order_ready"}
PAID = {
    "por_verificar": "payment_verification_pending",
    "aprobado": "payment_approved",
    "rechazado": "payment_rejected",
}


@dataclass
class Table:
    """A table's order, or two rounds that one payment pays, taken on step by step.

    A step is repeated until it is answered. A single order is now and then paid in two parts.
    """

    number: int
    chance: random.Random
    rounds: int = 1
    order_ids: list[str] = field(default_factory=list)
    payment_id: str = ""
    answered: list[str] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    photos: list[bytes] = field(default_factory=list)
    wanted: str = "pendiente"
    verdict: str = ""
    part: bool = False

    @property
    def is_done(self) -> bool:
        return self.answered[-1:] == ["pagado"]

    @property
    def answers(self) -> int:
        """How many changes of orders were answered."""
        return self.rounds * len(self.answered)

    async def step(self, phones: Phones) -> None:
        """Send the next request of every round. Raises what a dying server raises."""
        told_orders = [await self._ask(phones, index) for index in range(self._requests)]
        if self.wanted == "pendiente":
            self.order_ids = [told["id"] for told in told_orders]
        payment = told_orders[0]["payment"]
        self.payment_id = payment["id"] if payment else ""
        self.answered.append(self.wanted)
        self.verdicts.append(self.verdict)
        self._choose()

    @property
    def _requests(self) -> int:
        """A payment and its verdict are of all rounds; every other step is of one."""
        return 1 if self.verdict or self.wanted == "por_verificar" else self.rounds

    async def _ask(self, phones: Phones, index: int) -> dict[str, Any]:
        status, told = await self._send(phones, index)
        assert status in (200, 201), told
        return dict(told)

    async def _send(self, phones: Phones, index: int) -> tuple[int, Any]:
        waiter = (ANA, BETO)[self.number % 2]
        if self.wanted == "pendiente":
            return await phones.place(waiter, key=self.order_keys[index])
        if self.verdict:
            return await phones.judge((LUIS, MARA)[self.number % 2], self.payment_id, self.verdict)
        if self.wanted == "por_verificar":
            key = f"{self.order_keys[0]}-{len(self.photos)}"
            more = [("also", order_id) for order_id in self.order_ids[1:]]
            more += [("amount", PART)] if self.part else []
            return await phones.submit(waiter, self.order_ids[0], self.photos[-1], key, more)
        member = waiter if self.wanted == "entregado" else COCO
        return await phones.advance(member, self.order_ids[index], self.wanted)

    @property
    def order_keys(self) -> list[str]:
        return [f"table-{self.number}", f"table-{self.number}-again"][: self.rounds]

    def _choose(self) -> None:
        """What comes next; a cashier rejects one photo in four."""
        at, self.verdict = self.wanted, ""
        if at == "por_verificar":
            self.verdict = "rechazado" if self.chance.random() < 0.25 else "aprobado"
            ends = self.verdict == "aprobado" and not self.part
            self.wanted = "pagado" if ends else "entregado"
        elif at == "entregado":
            self.wanted = "por_verificar"
            self.part = self.rounds == 1 and not self.photos and self.chance.random() < 0.3
            self.photos.append(receipt(self.chance))
        elif at != "pagado":
            self.wanted = {"pendiente": "en_preparacion", "en_preparacion": "listo"}.get(
                at, "entregado"
            )

    def verify(self, connection: sqlite3.Connection) -> None:
        """The database has what was answered, once, and at most the step in flight more."""
        for index in range(self.rounds):
            order = {"order": self._find(connection, index)}
            stored = self.history(connection, index)
            assert stored in (self.answered, [*self.answered, self.wanted]), (self, stored)
            verdicts = [*self.verdicts, self.verdict][: len(stored)]
            notices = Counter(row["type"] for row in connection.execute(NOTICES, order))
            for status, kind in SERVED.items():
                assert notices[kind] == stored.count(status)
            for told, kind in PAID.items():  # of a payment that pays two orders, one is told
                happened = (stored + verdicts).count(told)
                assert notices[kind] == (happened if index == 0 else 0), (self, kind)
            approved = connection.execute(ALLOCATED, order).fetchone()
            assert approved["count"] == verdicts.count("aprobado")
            assert (approved["amount"] == 3000) == (stored[-1:] == ["pagado"])
        self._verify_proofs(connection)

    def _verify_proofs(self, connection: sqlite3.Connection) -> None:
        order = {"order": self._find(connection, 0)}
        proofs = [tuple(row) for row in connection.execute(PROOFS, order)]
        assert len(proofs) == self.history(connection).count("por_verificar")
        for photo, (sha256, data) in zip(self.photos, proofs, strict=False):
            assert hashlib.sha256(data).hexdigest() == sha256
            assert data == photo, "the photo that the phone sent"

    def history(self, connection: sqlite3.Connection, index: int = 0) -> list[str]:
        """The states that the log has of this order, in turn."""
        order = {"order": self._find(connection, index)}
        return [row["status"] for row in connection.execute(HISTORY, order)]

    def _find(self, connection: sqlite3.Connection, index: int) -> int:
        """The order's id, which a phone that lost its first answer doesn't know."""
        (row,) = connection.execute(
            "SELECT (SELECT order_id FROM idempotency_keys WHERE key = ?) AS id",
            (self.order_keys[index],),
        )
        return int(row["id"] or 0)


@dataclass
class Ear:
    """Somebody's stream, which goes on after the last event whenever it was cut."""

    member: Staff
    heard: list[int] = field(default_factory=list)

    async def listen(self, phones: Phones) -> None:
        last = {"Last-Event-ID": str(self.heard[-1] if self.heard else 0)}
        headers = phones.headers(self.member) | last
        with contextlib.suppress(EOFError, *LOST):
            path = f"/events/{self.member.role}"
            async with phones.http.get(path, headers=headers) as response:
                assert response.status == 200, await response.text()
                stream = Stream(response)
                while True:
                    event = await stream.next(WAIT)
                    assert event.type != "resync"
                    self.heard.append(event.id)


@dataclass
class Evening:
    """Everything that happens in one restaurant."""

    database: Path
    chance: random.Random
    tables: list[Table] = field(default_factory=list)
    ears: tuple[Ear, ...] = field(default_factory=lambda: tuple(map(Ear, (ANA, COCO, LUIS))))

    @property
    def answers(self) -> int:
        return sum(table.answers for table in self.tables)

    def _seat(self) -> Table:
        number = len(self.tables)
        self.tables.append(Table(number, self.chance, rounds=2 if number % 4 == 3 else 1))
        return self.tables[-1]

    def crowd(self, phones: Phones, posters: int = 6) -> list["asyncio.Task[None]"]:
        """Several phones and the streams, all at once."""
        pending = [table for table in self.tables if not table.is_done]
        parts = [pending[start::posters] for start in range(posters)]
        jobs = [asyncio.create_task(self._work(phones, part)) for part in parts]
        return jobs + [asyncio.create_task(ear.listen(phones)) for ear in self.ears]

    async def _work(self, phones: Phones, pending: list[Table]) -> None:
        with contextlib.suppress(*LOST):
            for table in self._these_and_new(pending):
                while not table.is_done:
                    await table.step(phones)

    def _these_and_new(self, pending: list[Table]) -> Iterator[Table]:
        yield from pending
        while True:
            yield self._seat()

    def verify(self) -> int:
        """Nothing lost, nothing twice, nothing by half; how many steps were kept unanswered."""
        assert check(self.database) == []
        outcomes(self.database)  # each proof announced once, and examined once if at all
        with contextlib.closing(connect(self.database)) as connection:
            for table in self.tables:
                table.verify(connection)
            (orders, steps, doubled) = connection.execute(
                "SELECT (SELECT COUNT(*) FROM orders), (SELECT COUNT(*) FROM events "
                f"WHERE type = 'order_updated' AND actor <> '{HOUSE.username}'), ({TWICE})"
            ).fetchone()
            rounds = sum(table.rounds for table in self.tables)
            assert orders <= rounds, "an order that no phone sent"
            assert doubled == 0
            kept = int(steps) - self.answers
            assert 0 <= kept <= rounds
            for ear in self.ears:
                expected = self.log_for(connection, ear.member)
                assert ear.heard == expected[: len(ear.heard)], "once each, and in order"
        return kept

    def log_for(self, connection: sqlite3.Connection, member: Staff) -> list[int]:
        heard = {EventType(kind) for kind in heard_by(member.role)}
        rows = connection.execute("SELECT id, type FROM events ORDER BY id")
        return [row["id"] for row in rows if row["type"] in heard]


def receipt(chance: random.Random) -> bytes:
    """A photo of some 8 KB; no two are alike."""
    packed = io.BytesIO()
    Image.frombytes("L", (100, 100), chance.randbytes(10_000)).save(packed, "JPEG")
    return packed.getvalue()
