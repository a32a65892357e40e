"""What runs beside everything else is logged when it fails, starts again, and is shown."""

import asyncio
import logging
from typing import NoReturn

import pytest

from comanda import background
from comanda.background import OwnThread, Tasks, in_background
from comanda.config import Config
from comanda.domain.staff import Role
from comanda.feed import Feed
from comanda.store.database import Database
from comanda.web.plumbing.keys import FEED
from comanda.web.plumbing.stream import Streams
from tests.house import ANA, COCO, FixedClock, House, eventually, open_house


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(background, "LONGEST_PAUSE", 0.05)


@pytest.mark.parametrize("end", [KeyError("boom"), asyncio.CancelledError(), None])
async def test_a_task_that_ends_by_itself_is_logged_shown_and_started_again(
    end: BaseException | None, caplog: pytest.LogCaptureFixture
) -> None:
    tasks, starts, well = Tasks(), 0, asyncio.Event()

    async def work() -> None:
        nonlocal starts
        starts += 1
        if starts <= 3:
            if end is not None:
                raise end
            return
        await well.wait()

    async with in_background(work, name="prueba", tasks=tasks):
        await eventually(lambda: tasks.down() == ["prueba"])
        await eventually(lambda: starts == 4)
        await eventually(lambda: tasks.down() == [])
    told = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(told) == 3
    assert all("prueba" in record.getMessage() for record in told)
    assert all(bool(record.exc_info) is (end is not None) for record in told)


async def test_a_task_that_is_ended_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    tasks, running = Tasks(), asyncio.Event()

    async def work() -> None:
        running.set()
        await asyncio.Event().wait()

    async with in_background(work, name="prueba", tasks=tasks):
        await running.wait()
    assert (tasks.down(), caplog.records) == ([], [])


async def test_the_pauses_grow_and_begin_anew_for_whoever_ran_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    rest = asyncio.sleep

    async def note(seconds: float) -> None:
        pauses.append(seconds)
        await rest(0)

    async def fail() -> NoReturn:
        raise RuntimeError

    monkeypatch.setattr("comanda.background.asyncio.sleep", note)
    async with in_background(fail, name="prueba"):
        while len(pauses) < 4:
            await rest(0)
    assert pauses[:4] == [0.02, 0.04, 0.05, 0.05]
    pauses.clear()
    monkeypatch.setattr(background, "WELL_SECONDS", -1.0)
    async with in_background(fail, name="prueba"):
        while len(pauses) < 3:
            await rest(0)
    assert pauses[:3] == [0.02] * 3


async def test_while_the_feed_is_down_health_says_so_and_afterwards_nothing_is_missing(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert await house.call(None, "GET", "/healthz") == (200, {"status": "ok"})
    take = Feed._take

    def fail(*_: object) -> NoReturn:
        raise KeyError("s3cret")

    async with house.stream(COCO) as kitchen:
        monkeypatch.setattr(Feed, "_take", fail)
        order = await house.place()
        await eventually(lambda: "The task feed failed" in caplog.text)
        status, told = await house.call(None, "GET", "/healthz")
        assert (status, told["code"]) == (503, "feed_down")
        assert "s3cret" not in str(told)
        monkeypatch.setattr(Feed, "_take", take)
        assert (await kitchen.until("order_placed")).data["id"] == order["id"]
    assert "s3cret" in caplog.text
    async with asyncio.timeout(30):
        while (await house.call(None, "GET", "/healthz"))[0] != 200:
            await asyncio.sleep(0.01)


async def test_a_failure_in_the_middle_of_telling_cuts_the_streams_which_then_miss_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house.stream(COCO) as kitchen:
        await eventually(lambda: house.app[FEED].listeners[Role.KITCHEN] == 1)
        first = await house.place(1)
        heard = await kitchen.take(2)
        with monkeypatch.context() as patch:
            patch.setattr(Streams, "_hear", lambda *_: 1 / 0)
            second = await house.place(2)
            assert await kitchen.ends()
        last = {"Last-Event-ID": str(heard[-1].id)}
        async with house.stream(COCO, headers=last) as again:
            told = await again.take(2)
    assert [event.data["id"] for event in (heard[0], *told)] == [first["id"], *2 * [second["id"]]]


async def test_another_part_that_is_down_is_named_and_the_house_is_well(
    config: Config, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Database) -> NoReturn:
        raise KeyError("boom")

    monkeypatch.setattr(Database, "keep_log_short", fail)
    async with open_house(config, clock) as house:
        async with asyncio.timeout(30):
            while (told := await house.call(None, "GET", "/healthz")) == (200, {"status": "ok"}):
                await asyncio.sleep(0.01)
        assert told == (200, {"status": "ok", "down": ["checkpoints"]})
        assert (await house.call(ANA, "GET", "/orders"))[0] == 200


async def test_a_chore_that_can_not_read_the_database_is_named(
    config: Config, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comanda.store.examinations._NEXT_OLDER", "SELECT broken")
    async with open_house(config, clock, examines=True) as house, asyncio.timeout(30):
        while (told := await house.call(None, "GET", "/healthz")) == (200, {"status": "ok"}):
            await asyncio.sleep(0.01)
    assert told == (200, {"status": "ok", "down": ["comparison"]})


async def test_a_thread_of_ones_own_does_one_thing_after_the_other_and_tells_of_failures() -> None:
    thread = OwnThread("prueba")
    done: list[int] = []
    first, second = thread.submit(done.append, 1), thread.submit(done.append, 2)
    with pytest.raises(ZeroDivisionError):
        await thread.run(lambda: 1 / 0)
    assert (first.done(), second.done(), done) == (True, True, [1, 2])
