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
PROOFS = """
    SELECT sha256, data FROM proofs JOIN payments ON payments.id = payment_id
    WHERE order_id = :order ORDER BY attempt
"""
TWICE = (
    "SELECT COUNT(*) FROM (SELECT 1 FROM payments GROUP BY order_id, attempt HAVING COUNT(*) > 1)"
)


@dataclass
class Table:
    """One order, taken on step by step; a step is repeated until it is answered."""

    number: int
    chance: random.Random
    order_id: str = ""
    payment_id: str = ""
    answered: list[str] = field(default_factory=list)
    photos: list[bytes] = field(default_factory=list)
    wanted: str = "pendiente"
    verdict: str = ""

    @property
    def is_done(self) -> bool:
        return self.answered[-1:] == ["pagado"]

    async def step(self, phones: Phones) -> None:
        """Send the next request of this order. Raises what a dying server raises."""
        status, told = await self._send(phones)
        assert status in (200, 201), told
        self.order_id = told["id"]
        self.payment_id = told["payment"]["id"] if told["payment"] else ""
        self.answered.append(self.wanted)
        self._choose()

    async def _send(self, phones: Phones) -> tuple[int, Any]:
        waiter = (ANA, BETO)[self.number % 2]
        if self.wanted == "pendiente":
            return await phones.place(waiter, key=self.order_key)
        if self.wanted == "por_verificar":
            key = f"{self.order_key}-{len(self.photos)}"
            return await phones.submit(waiter, self.order_id, self.photos[-1], key)
        if self.verdict:
            return await phones.judge((LUIS, MARA)[self.number % 2], self.payment_id, self.verdict)
        member = waiter if self.wanted == "entregado" else COCO
        return await phones.advance(member, self.order_id, self.wanted)

    @property
    def order_key(self) -> str:
        return f"table-{self.number}"

    def _choose(self) -> None:
        """What comes next; a cashier rejects one photo in four."""
        at, self.verdict = self.wanted, ""
        if at == "por_verificar":
            rejected = self.chance.random() < 0.25
            self.verdict = "rechazado" if rejected else "aprobado"
            self.wanted = "entregado" if rejected else "pagado"
        elif at == "entregado":
            self.wanted = "por_verificar"
            self.photos.append(receipt(self.chance))
        elif at != "pagado":
            self.wanted = {"pendiente": "en_preparacion", "en_preparacion": "listo"}.get(
                at, "entregado"
            )

    def verify(self, connection: sqlite3.Connection) -> None:
        """The database has what was answered, once, and at most the step in flight more."""
        order = {"order": self._find(connection)}
        stored = self.history(connection)
        assert stored in (self.answered, [*self.answered, self.wanted]), (self, stored)
        notices = Counter(row["type"] for row in connection.execute(NOTICES, order))
        assert notices["order_placed"] == stored.count("pendiente")
        assert notices["order_ready"] == stored.count("listo")
        assert notices["payment_verification_pending"] == stored.count("por_verificar")
        assert notices["payment_approved"] == stored.count("pagado")
        proofs = [tuple(row) for row in connection.execute(PROOFS, order)]
        assert len(proofs) == stored.count("por_verificar")
        for photo, (sha256, data) in zip(self.photos, proofs, strict=False):
            assert hashlib.sha256(data).hexdigest() == sha256
            assert data == photo, "the photo that the phone sent"

    def history(self, connection: sqlite3.Connection) -> list[str]:
        """The states that the log has of this order, in turn."""
        order = {"order": self._find(connection)}
        return [row["status"] for row in connection.execute(HISTORY, order)]

    def _find(self, connection: sqlite3.Connection) -> int:
        """The order's id, which a phone that lost its first answer doesn't know."""
        (row,) = connection.execute(
            "SELECT (SELECT order_id FROM idempotency_keys WHERE key = ?) AS id", (self.order_key,)
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
        return sum(len(table.answered) for table in self.tables)

    def _seat(self) -> Table:
        self.tables.append(Table(len(self.tables), self.chance))
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
            assert orders <= len(self.tables), "an order that no phone sent"
            assert doubled == 0
            kept = int(steps) - self.answers
            assert 0 <= kept <= len(self.tables)
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
