"""A disk that is full, read-only or broken: a clear refusal, reading goes on, and so does the
server once the disk is well again."""

import asyncio
import random
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from comanda.store.backup import check
from comanda.store.connection import connect
from tests.faults import disk
from tests.faults.disk import Shim
from tests.faults.evening import Ear, receipt
from tests.faults.examinations import backlog
from tests.faults.figures import report
from tests.faults.server import WAIT, Phones, Server, Tokens, furnish, phones, serving, settings
from tests.flow.program import comanda
from tests.house import ANA, COCO, LARGE_PDF, LUIS, eventually

HEARTBEAT = "[events]\nheartbeat_seconds = 0.1\n"


@dataclass
class Evening:
    """A delivered order, a paid one, a stream that is open."""

    server: Server
    crowd: Phones
    ear: Ear
    order_id: str
    photo: bytes
    payment_id: str

    async def is_refused(self, status: int, code: str) -> None:
        """Orders and proofs, small and large, are refused as `code`; what only reads goes on."""
        head = (await self.crowd.call(LUIS, "GET", "/orders"))[1]["last_event_id"]
        for attempt in (
            self.crowd.submit(ANA, self.order_id, self.photo, "proof"),
            self.crowd.submit(ANA, self.order_id, LARGE_PDF, "large"),
            self.crowd.place(ANA, "order"),
        ):
            answered, told = await attempt
            assert (answered, told["code"]) == (status, code), told
            assert told["type"] == "about:blank"
            assert "disco" in told["detail"] or "base de datos" in told["detail"]
        answered, told = await self.crowd.call(LUIS, "GET", "/orders")
        assert (answered, told["last_event_id"]) == (200, head), "nothing was stored"
        await self.photo_is_there()
        assert (await self.crowd.call(ANA, "GET", "/healthz"))[0] == 200

    async def photo_is_there(self) -> None:
        path = f"/payments/{self.payment_id}/proof"
        async with self.crowd.http.get(path, headers=self.crowd.headers(LUIS)) as response:
            assert response.status == 200
            assert await response.read() == self.photo

    async def goes_on(self) -> None:
        """The same requests again, on the same server: done, and heard of on the same stream."""
        heard = len(self.ear.heard)
        assert (await self.crowd.submit(ANA, self.order_id, self.photo, "proof"))[0] == 201
        assert (await self.crowd.place(ANA, "order"))[0] == 201
        await eventually(lambda: len(self.ear.heard) >= heard + 3, WAIT)
        assert self.server.process.poll() is None


@asynccontextmanager
async def evening(server: Server, tokens: Tokens, photo: bytes) -> AsyncIterator[Evening]:
    async with phones(server, tokens) as crowd:
        ids = []
        for _ in range(2):
            order_id = (await crowd.place(ANA))[1]["id"]
            for member, status in ((COCO, "en_preparacion"), (COCO, "listo"), (ANA, "entregado")):
                assert (await crowd.advance(member, order_id, status))[0] == 200
            ids.append(order_id)
        _, paid = await crowd.submit(ANA, ids[1], photo)
        ear = Ear(LUIS)
        listening = asyncio.create_task(ear.listen(crowd))
        await eventually(lambda: len(ear.heard) >= 10 and backlog(server.database) == 0, WAIT)
        yield Evening(server, crowd, ear, ids[0], photo, paid["payment"]["id"])
        await eventually(lambda: backlog(server.database) == 0, WAIT)
        assert not listening.done(), "the stream was open all the while"
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    assert check(server.database) == []


@pytest.fixture
def photo() -> bytes:
    return receipt(random.Random(1))


@pytest.mark.parametrize(
    ("fault", "name", "status", "code"),
    [
        (disk.FULL, "full (ENOSPC)", 507, "storage_full"),
        (disk.READ_ONLY, "read-only (EROFS)", 503, "storage_unavailable"),
        (disk.BROKEN_WRITES, "writes fail (EIO)", 503, "storage_unavailable"),
    ],
)
async def test_a_failing_disk_refuses_in_words_and_all_goes_on_when_it_is_well(
    tmp_path: Path, shim: Shim, photo: bytes, fault: int, name: str, status: int, code: str
) -> None:
    database = tmp_path / "c.db"
    tokens, config = await furnish(database), settings(tmp_path, HEARTBEAT)
    with serving(database, config=config, env=shim.env) as server:
        async with evening(server, tokens, photo) as house:
            shim.fail(fault)
            await house.is_refused(status, code)
            shim.fail(disk.NOTHING)
            await house.goes_on()
    assert shim.failed > 0
    report(f"disk, {name}", failed_calls=shim.failed, answered=f"{status} {code}", lost=0)


async def test_a_sync_that_fails_is_no_commit(tmp_path: Path, shim: Shim, photo: bytes) -> None:
    database = tmp_path / "c.db"
    tokens, config = await furnish(database), settings(tmp_path, HEARTBEAT)
    with serving(database, config=config, env=shim.env) as server:
        async with evening(server, tokens, photo) as house:
            shim.fail(disk.BROKEN_SYNCS)
            answered, told = await house.crowd.place(ANA, "order")
            assert (answered, told["code"]) == (503, "storage_unavailable")
            await house.photo_is_there()
            shim.fail(disk.NOTHING)
            await house.goes_on()
    report("disk, syncs fail (EIO)", failed_calls=shim.failed, answered=503, lost=0)


async def empty_log(database: Path) -> None:
    """Leave no room in the write-ahead log's file, where a commit would need none on the disk."""
    log = database.with_name(f"{database.name}-wal")

    def is_empty() -> bool:
        with closing(connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return log.stat().st_size == 0

    await eventually(is_empty, WAIT)


async def test_a_disk_that_is_really_full(tmp_path: Path, photo: bytes) -> None:
    folder = tmp_path / "disk"
    with disk.small_disk(folder, 6) as mounted:
        if not mounted:
            report("disk, really full", skipped="no file system may be mounted here")
            pytest.skip("no file system may be mounted here; the shim's full disk was tested")
        tokens, config = await furnish(folder / "c.db"), settings(tmp_path, HEARTBEAT)
        with serving(folder / "c.db", config=config) as server:
            async with evening(server, tokens, photo) as house:
                await empty_log(folder / "c.db")
                ballast = disk.fill(folder)
                await house.is_refused(507, "storage_full")
                ballast.unlink()
                await house.goes_on()
        refuse_to_start_read_only(folder)
    report("disk, a full tmpfs", answered="507 storage_full", lost=0)


def refuse_to_start_read_only(folder: Path) -> None:
    remount = ["mount", "-o", "remount,ro", str(folder)]
    subprocess.run(remount, check=True)
    status, _, told = comanda("serve", "--database", str(folder / "c.db"))
    assert status == 1
    assert told.startswith("comanda: No se puede usar la base de datos"), told
    assert len(told.splitlines()) == 1


async def test_files_that_may_not_grow(tmp_path: Path, photo: bytes) -> None:
    database = tmp_path / "c.db"
    tokens, config = await furnish(database), settings(tmp_path, HEARTBEAT)
    with serving(database, config=config) as server:
        async with evening(server, tokens, photo) as house:
            await empty_log(database)
            disk.limit_file_size(server.process.pid, 0)
            await house.is_refused(503, "storage_unavailable")
            disk.limit_file_size(server.process.pid, None)
            await house.goes_on()
    report("disk, RLIMIT_FSIZE", answered="503 storage_unavailable", lost=0)
