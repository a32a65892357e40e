"""Killed after the COMMIT and before the wake-up: the event is delivered after the restart."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from comanda.store.backup import check
from comanda.store.connection import connect
from tests.faults.evening import LOST, Ear
from tests.faults.figures import report
from tests.faults.launcher import POINTS
from tests.faults.server import WAIT, furnish, phones, serving
from tests.house import ANA, LUIS, eventually


@pytest.mark.parametrize("point", POINTS)
async def test_an_event_that_was_committed_and_not_announced_is_delivered_after_the_restart(
    tmp_path: Path, point: str
) -> None:
    database, flag, ear = tmp_path / "c.db", tmp_path / "flag", Ear(LUIS)
    tokens = await furnish(database)
    program = ("-m", "tests.faults.launcher", point, str(flag))
    with serving(database, program=program) as server:
        async with phones(server, tokens) as crowd:
            listening = asyncio.create_task(ear.listen(crowd))
            assert (await crowd.place(ANA, key="first"))[0] == 201
            await eventually(lambda: len(ear.heard) == 1, WAIT)
            flag.touch()
            answered = 0
            with contextlib.suppress(*LOST):
                await crowd.place(ANA, key="second")
                answered = 1
            assert await asyncio.to_thread(server.process.wait, WAIT) == -9
            await listening
    assert answered == 0
    assert len(ear.heard) == 1, "nobody was told"
    with contextlib.closing(connect(database)) as connection:
        log = [tuple(row) for row in connection.execute("SELECT id, order_id, type FROM events")]
        (second,) = [row[0] for row in log if row[1:] == (2, "order_updated")]

    with serving(database) as server:
        async with phones(server, tokens) as crowd:
            listening = asyncio.create_task(ear.listen(crowd))
            await eventually(lambda: len(ear.heard) == 2, WAIT)
            assert ear.heard[-1] == second
            assert (await crowd.place(ANA, key="second"))[0] == 200, "done before; not done twice"
            assert (await crowd.place(ANA, key="third"))[0] == 201
            await eventually(lambda: len(ear.heard) == 3, WAIT)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
    assert check(database) == []
    report(f"kill between COMMIT and wake-up ({point})", delivered_after_restart=1, twice=0)
