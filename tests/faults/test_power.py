"""Power loss: each answer comes after its sync, and what the disk holds at any moment is whole."""

import asyncio
import contextlib
import random
import shutil
import signal
from pathlib import Path

from comanda.store.backup import check
from comanda.store.connection import connect
from tests.faults.disk import Shim
from tests.faults.evening import Evening
from tests.faults.figures import report, scaled
from tests.faults.server import WAIT, Server, furnish, phones, serving, settings
from tests.faults.test_kill import QUIET
from tests.house import ANA, COCO

COMMITS = scaled(60, 1_000)
MOMENTS = scaled(15, 300)


async def at_rest(shim: Shim) -> int:
    """How many syncs there were, once the log is not being copied to the file any more."""
    async with asyncio.timeout(WAIT):
        while True:
            before = shim.syncs
            await asyncio.sleep(0.5)
            if shim.syncs == before:
                return before


async def test_every_commit_is_synced_before_it_is_answered(tmp_path: Path, shim: Shim) -> None:
    database = tmp_path / "c.db"
    tokens, config = await furnish(database), settings(tmp_path, QUIET)
    with serving(database, config=config, env=shim.env) as server:
        async with phones(server, tokens) as crowd:
            started = shim.syncs
            for number in range(COMMITS // 2):
                before = shim.syncs
                status, order = await crowd.place(ANA, f"order-{number}")
                assert status == 201
                assert shim.syncs > before, "answered without a sync"
                before = shim.syncs
                assert (await crowd.advance(COCO, order["id"], "en_preparacion"))[0] == 200
                assert shim.syncs > before, "answered without a sync"
            synced = shim.syncs - started
            before = await at_rest(shim)
            assert (await crowd.call(ANA, "GET", "/orders"))[0] == 200
            assert shim.syncs == before, "reading needs none"
    report("power loss, syncs", commits=COMMITS, syncs_of_the_log=synced, answered_before_a_sync=0)


async def test_what_the_disk_holds_at_any_moment_opens_clean_and_has_all_that_was_answered(
    tmp_path: Path, shim: Shim
) -> None:
    (tmp_path / "db").mkdir()
    database = tmp_path / "db" / "c.db"
    tokens, config = await furnish(database), settings(tmp_path, QUIET)
    shim.keep_synced()
    chance = random.Random(5)
    evening = Evening(database, chance)
    compared = 0
    with serving(database, config=config, env=shim.env) as server:
        async with phones(server, tokens) as crowd:
            jobs = evening.crowd(crowd)
            for moment in range(MOMENTS):
                enough = evening.answers + chance.randint(1, 12)
                async with asyncio.timeout(WAIT):
                    while evening.answers < enough:
                        await asyncio.sleep(0.001)
                answered = [list(table.answered) for table in evening.tables]
                copies = copy_at_once(server, tmp_path / str(moment))
                for copy in copies:
                    compared += compare(copy, evening, answered)
                shutil.rmtree(copies[0].parent)
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
    report(
        "power loss, copies under load",
        moments=MOMENTS,
        copies=2 * MOMENTS,
        answers_looked_for=compared,
        lost=0,
        damaged=0,
    )


def copy_at_once(server: Server, folder: Path) -> tuple[Path, Path]:
    """The files as they are at one moment; and as a disk has them that lost all unsynced writes."""
    folder.mkdir()
    written, synced = folder / "written.db", folder / "synced.db"
    server.process.send_signal(signal.SIGSTOP)
    try:
        for name in ("c.db", "c.db-wal"):
            live, ending = server.database.with_name(name), name.removeprefix("c.db")
            shutil.copy(live, f"{written}{ending}")
            # A file that was never synced in this life is as it was before it.
            kept = live.with_name(f"{name}.synced")
            if kept.exists() or not ending:
                shutil.copy(kept if kept.exists() else live, f"{synced}{ending}")
    finally:
        server.process.send_signal(signal.SIGCONT)
    return written, synced


def compare(copy: Path, evening: Evening, answered: list[list[str]]) -> int:
    """The copy is sound and has every answer that was given before it was made."""
    assert check(copy) == []
    with contextlib.closing(connect(copy)) as connection:
        for table, statuses in zip(evening.tables, answered, strict=False):
            assert table.history(connection)[: len(statuses)] == statuses, (copy, table.number)
    return sum(map(len, answered))
