"""The examiner's process does everything that a process can do wrong: the server loses nothing."""

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from comanda import examining
from comanda.domain.examinations import Facts
from comanda.examiner.examination import examine
from comanda.examining import Examinations, Examiner, ExaminerFailed, ExaminerMissing
from comanda.store.database import open_database
from tests.faults.broken_examiner import COMMAND, HOSTILE, picture
from tests.faults.figures import scaled
from tests.faults.processes import descriptors, examiners
from tests.house import SLOW, eventually, jpeg

TRIES = scaled(1, 20)  # of each fault
MISSING = {
    "no such program": ("/nowhere/comanda-examiner",),
    "a program that ends": ("false",),
    "a program that says something else": ("echo", "hello"),
    "a program that says too much": ("yes",),
    "no room for a program": (sys.executable, "x" * 200_000),
}


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test can wait for."""
    monkeypatch.setattr(examining, "EXAMINE_SECONDS", 1.5)
    monkeypatch.setattr(examining, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(examining, "LONGEST_PAUSE", 0.1)


@asynccontextmanager
async def employed(command: tuple[str, ...] = COMMAND) -> AsyncIterator[Examiner]:
    """An examiner; afterwards this process has no child and no file more than before."""
    gc.collect()
    before = descriptors()
    examiner = Examiner(command)
    try:
        async with asyncio.timeout(SLOW * TRIES):
            yield examiner
    finally:
        async with asyncio.timeout(SLOW):
            await examiner.close()
    await eventually(lambda: not examiners() and descriptors() == before)


async def is_honest(examiner: Examiner) -> bool:
    """Whether an honest photo is examined, and the answer is about this photo."""
    data = jpeg()
    return await examiner.examine("image/jpeg", data) == examine("image/jpeg", data)


@pytest.mark.parametrize("fault", HOSTILE)
async def test_after_any_fault_the_next_file_is_examined_and_nothing_is_left(fault: str) -> None:
    async with employed() as examiner:
        for number in range(TRIES):
            facts: Facts | None = None
            with contextlib.suppress(ExaminerFailed):
                facts = await examiner.examine("image/jpeg", picture(fault, number))
            assert facts is None
        with contextlib.suppress(ExaminerFailed):  # two tries, as the queue gives each file
            await is_honest(examiner)
        assert await is_honest(examiner)
        assert len(examiners()) == 1


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM])
async def test_an_idle_examiner_that_is_hit_by_a_signal_is_replaced(sent: signal.Signals) -> None:
    async with employed() as examiner:
        assert await is_honest(examiner)
        os.kill(examiners()[0], sent)
        with contextlib.suppress(ExaminerFailed):
            await examiner.examine("image/jpeg", jpeg())
        assert await is_honest(examiner)


async def test_a_stopped_examiner_can_be_closed() -> None:
    async with employed() as examiner:
        assert await is_honest(examiner)
        os.kill(examiners()[0], signal.SIGSTOP)


@pytest.mark.parametrize("what", MISSING)
async def test_an_examiner_that_does_not_start_says_nothing_about_the_file(what: str) -> None:
    async with employed(MISSING[what]) as examiner:
        for _ in range(3):
            with pytest.raises(ExaminerMissing):
                await examiner.examine("image/jpeg", jpeg())


async def test_an_examiner_that_was_missing_for_hours_is_there_again() -> None:
    async with employed(("false",)) as examiner:
        with pytest.raises(ExaminerMissing):
            await examiner.examine("image/jpeg", jpeg())
        examiner._failures = 5_000
        examiner._command = COMMAND
        assert await is_honest(examiner)


@pytest.mark.parametrize("times", [1, 3])
async def test_whoever_is_cancelled_in_the_middle_leaves_no_answer_for_the_next(times: int) -> None:
    async with employed() as examiner:
        assert await is_honest(examiner)
        for pause in (0.0, 0.001, 0.01, 0.05, 0.2, 0.4):
            asking = asyncio.create_task(examiner.examine("image/jpeg", picture("hang")))
            waiting = asyncio.create_task(examiner.examine("image/jpeg", jpeg()))
            await asyncio.sleep(pause)
            for _ in range(times):
                asking.cancel()
                await asyncio.sleep(0)
            await asyncio.gather(asking, return_exceptions=True)
            assert asking.cancelled()
            facts = await waiting
            assert facts is not None and facts.thumbnail is not None


async def test_a_rest_that_comes_while_somebody_asks_waits_for_the_answer() -> None:
    async with employed() as examiner:
        asking = [asyncio.create_task(is_honest(examiner)) for _ in range(3)]
        resting = [asyncio.create_task(examiner.rest()) for _ in range(3)]
        asking.append(asyncio.create_task(is_honest(examiner)))
        assert all(await asyncio.gather(*asking))
        await asyncio.gather(*resting)
        await examiner.rest()
        assert examiners() == []
        assert await is_honest(examiner)


@pytest.mark.parametrize("turns", range(8))
async def test_the_end_that_comes_with_a_wake_up_is_the_end(tmp_path: Path, turns: int) -> None:
    """As when a payment is announced in the moment in which the server is told to end."""
    async with open_database(tmp_path / "c.db", readers=1) as database:
        house_examinations = Examinations(database, Examiner(("false",)))
        following = asyncio.create_task(house_examinations.follow())
        await asyncio.sleep(0.1)
        house_examinations.wake()
        for _ in range(turns):
            await asyncio.sleep(0)
        following.cancel()
        await asyncio.wait([following], timeout=5)
        was_cancelled = following.cancelled()
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        assert was_cancelled
