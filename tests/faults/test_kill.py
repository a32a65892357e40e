"""kill -9 at random moments under mixed load: what was answered is there, once, with its event."""

import asyncio
import contextlib
import random
import threading
from collections import Counter
from pathlib import Path

import pytest

from comanda.store.backup import backup, check
from comanda.store.connection import connect
from tests.faults.evening import Evening
from tests.faults.examinations import backlog, outcomes
from tests.faults.figures import report, scaled
from tests.faults.server import WAIT, Server, Tokens, furnish, phones, serving, settings
from tests.flow.program import comanda
from tests.house import eventually

KILLS = scaled(20, 1_000)
A_NIGHT = 20  # kills that one database lives through
QUIET = "[payments]\nunseen_alarm_seconds = 86400.0\n"


class Copier(threading.Thread):
    """Backups, one after the other, of a database whose server is being killed."""

    def __init__(self, database: Path) -> None:
        super().__init__()
        self.copies = 0
        self.stop = threading.Event()
        self._database = database
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.stop.wait(0.05):
                copy = self._database.with_name("copia.db")
                backup(self._database, copy)
                assert check(copy) == []
                copy.unlink()
                self.copies += 1
        except BaseException as error:  # noqa: BLE001 - told by `finish`
            self._error = error

    def finish(self) -> int:
        self.stop.set()
        self.join(WAIT)
        if self._error is not None:
            raise self._error
        return self.copies


async def one_life(evening: Evening, server: Server, tokens: Tokens) -> int:
    """The server answers for a while and is killed; returns how many backups were made."""
    enough = evening.answers + evening.chance.randint(5, 40)
    copier = Copier(evening.database)
    async with phones(server, tokens) as crowd:
        jobs = evening.crowd(crowd)
        copier.start()
        try:
            async with asyncio.timeout(WAIT):
                while evening.answers < enough and not any(job.done() for job in jobs):
                    await asyncio.sleep(0.001)
                await asyncio.sleep(evening.chance.uniform(0, 0.02))
                server.kill()
                await asyncio.gather(*jobs)
        finally:
            copies = await asyncio.to_thread(copier.finish)
    assert evening.answers >= enough, "the server ended before it was killed"
    return copies


async def the_end(evening: Evening, server: Server, tokens: Tokens) -> None:
    """Every phone gets its answer at last, and every stream the whole log."""
    async with phones(server, tokens) as crowd:
        for table in evening.tables:
            while not table.is_done:
                await table.step(crowd)
        await eventually(lambda: backlog(evening.database) == 0, WAIT)
        listening = [asyncio.create_task(ear.listen(crowd)) for ear in evening.ears]
        with contextlib.closing(connect(evening.database)) as connection:
            expected = [evening.log_for(connection, ear.member) for ear in evening.ears]
        async with asyncio.timeout(WAIT):
            while [ear.heard[-1:] for ear in evening.ears] != [log[-1:] for log in expected]:
                await asyncio.sleep(0.01)
        for job in listening:
            job.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    assert [ear.heard for ear in evening.ears] == expected


@pytest.mark.parametrize("night", range(KILLS // A_NIGHT))
async def test_nothing_that_was_answered_is_lost_twice_there_or_half_done(
    tmp_path: Path, night: int
) -> None:
    database = tmp_path / "c.db"
    config, tokens = settings(tmp_path, QUIET), await furnish(database)
    evening = Evening(database, random.Random(night))
    copies = kept = 0
    for _ in range(A_NIGHT):
        with serving(database, config=config) as server:
            copies += await one_life(evening, server, tokens)
        kept += evening.verify()
    answered = evening.answers
    with serving(database, config=config) as server:
        await the_end(evening, server, tokens)
    assert evening.verify() == 0
    assert comanda("check", "--database", str(database))[0] == 0
    ends = Counter(outcomes(database).values())
    assert set(ends) <= {"examined"}, "a kill of the server is no failure of the file"
    events = sum(len(ear.heard) for ear in evening.ears)
    report(
        f"kill -9, night {night + 1}",
        kills=A_NIGHT,
        answered=answered,
        lost=0,
        twice=0,
        kept_though_the_answer_was_lost=kept,
        examined_once=ends["examined"],
        events_heard=events,
        backups_meanwhile=copies,
    )
