"""Whatever happens to the examiner: each proof is announced once and examined once, and nobody else
notices anything."""

import asyncio
import contextlib
import gc
import os
import random
import signal
import sqlite3
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from comanda import examining
from comanda.domain.examinations import Facts
from comanda.domain.staff import Staff
from comanda.examining import Examiner
from comanda.store.backup import check
from tests.faults import disk
from tests.faults.broken_examiner import COMMAND, HOSTILE, picture
from tests.faults.disk import Shim
from tests.faults.evening import receipt
from tests.faults.examinations import backlog, outcomes
from tests.faults.figures import report, scaled
from tests.faults.processes import children, descriptors, examiners, state
from tests.faults.server import WAIT, Phones, furnish, phones, serving
from tests.faults.test_locked import held
from tests.house import ANA, BETO, COCO, LUIS, House, eventually, jpeg, open_house, quick_config
from tests.long import LONG

FAULTS = HOSTILE if LONG else ("crash", "hang", "babble", "fill_memory", "answer_a_page")
CROWD, AT_ONCE = scaled(40, 200), 5
ENDS = scaled(1, 20)
LAUNCHER = ("-m", "tests.faults.examiner_launcher")
OLDER = """
    UPDATE payments SET examination = 'examined', examined_at = submitted_at;
    UPDATE fingerprints SET content = NULL;
    DELETE FROM thumbnails;
"""


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test can wait for."""
    monkeypatch.setattr(examining, "EXAMINE_SECONDS", 1.5)
    monkeypatch.setattr(examining, "LONGEST_PAUSE", 0.1)


async def submit(house: House, photo: bytes, waiter: Staff = ANA) -> int:
    order = await house.deliver()
    status, answer = await house.submit(order["id"], waiter, photo)
    assert status == 201, answer
    return int(answer["payment"]["id"])


async def end_of(house: House) -> dict[int, str | None]:
    """How the examinations ended, once they all have."""
    await eventually(lambda: backlog(house.path) == 0, WAIT)
    return outcomes(house.path)


def leftovers(folder: Path) -> set[str]:
    """The files beside a database that no closed server leaves."""
    return {path.name for path in folder.iterdir()} - {"c.db", "c.db-clock", "c.db-lock"}


async def is_gone(pid: int) -> None:
    """Nothing examines proofs any more in the name of a server that has ended."""
    await eventually(lambda: state(pid) in ("", "Z"), WAIT)


@pytest.mark.usefixtures("impatience")
async def test_honest_proofs_are_not_behind_hostile_ones_and_nobody_else_notices(
    tmp_path: Path,
) -> None:
    config = quick_config(tmp_path / "c.db")
    async with open_house(config, examines=True, examiner=COMMAND) as house:
        earlier = await submit(house, jpeg(), ANA)
        await house.examined(str(earlier))
        async with house.stream(LUIS) as cashier:
            honest = [await submit(house, jpeg(), BETO)]
            hostile = [
                await submit(house, picture(fault, number))
                for number in range(2)
                for fault in FAULTS
            ]
            honest.append(await submit(house, jpeg(), BETO))
            assert (await house.place())["status"] == "pendiente", "answered meanwhile"
            for payment in honest:
                assert (await house.examined(str(payment)))["examination"] == "examined"
            done = outcomes(house.path)
            failed = [payment for payment in hostile if done[payment] is not None]
            assert len(failed) <= 1, "a hostile proof's second try waits for the honest proofs"
            heard = await cashier.until("payment_examined")
            assert heard.data["status"] in ("examined", "unreadable")
        ends = await end_of(house)
        assert {ends[payment] for payment in hostile} == {"unreadable"}
        assert {ends[payment] for payment in (earlier, *honest)} == {"examined"}
        assert (await house.call(LUIS, "GET", f"/payments/{hostile[0]}/proof?size=thumb"))[1][
            "code"
        ] == "no_thumbnail"
        assert (await house.judge(str(hostile[0]), "aprobado"))[0] == 200
    assert examiners() == []
    report("hostile proofs", files=len(hostile), unreadable=len(hostile), examined=3, twice=0)


async def test_many_proofs_at_once_are_each_examined_once(tmp_path: Path) -> None:
    async with open_house(quick_config(tmp_path / "c.db"), examines=True) as house:
        orders = [await house.deliver() for _ in range(CROWD)]
        answers = await asyncio.gather(*(house.submit(order["id"]) for order in orders))
        assert {status for status, _ in answers} == {201}
        assert (await house.place())["status"] == "pendiente", "answered meanwhile"
        ends = await end_of(house)
        assert list(ends.values()) == ["examined"] * CROWD
        assert len(examiners()) == 1


async def test_a_crowd_of_proofs_whose_examiner_is_killed_and_stopped_at_random(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examining, "EXAMINE_SECONDS", 5.0)
    chance, hits = random.Random(7), Counter[str]()
    async with open_house(quick_config(tmp_path / "c.db"), examines=True) as house:
        orders = [await house.deliver() for _ in range(CROWD)]

        async def harass() -> None:
            while True:
                await asyncio.sleep(chance.uniform(0.0, 0.15))
                for pid in examiners():
                    sent = signal.SIGSTOP if chance.random() < 0.1 else signal.SIGKILL
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, sent)
                        hits[sent.name] += 1

        harassing = asyncio.create_task(harass())
        for first in range(0, CROWD, AT_ONCE):
            answers = await asyncio.gather(
                *(
                    house.submit(order["id"], photo=receipt(chance))
                    for order in orders[first : first + AT_ONCE]
                )
            )
            assert {status for status, _ in answers} == {201}
            assert (await house.place())["status"] == "pendiente"
            await asyncio.sleep(chance.uniform(0.3, 0.9))
        harassing.cancel()
        await asyncio.gather(harassing, return_exceptions=True)
        for pid in examiners():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        ends = Counter((await end_of(house)).values())
        assert sum(ends.values()) == CROWD
        assert set(ends) <= {"examined", "unreadable"}
    assert examiners() == []
    assert check(tmp_path / "c.db") == []
    report("examiner killed at random", proofs=CROWD, lost=0, twice=0, **ends, **hits)  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", ["", "hang", "stop", "spin", "answer_and_babble"])
async def test_nothing_is_left_behind_by_a_house_that_closes_in_the_middle(
    tmp_path: Path, fault: str
) -> None:
    config = quick_config(tmp_path / "c.db")
    gc.collect()
    before = descriptors()
    async with open_house(config, examines=True, examiner=COMMAND) as house:
        await submit(house, picture(fault) if fault else jpeg())
        await eventually(lambda: len(examiners()) == 1)
    assert examiners() == []
    await eventually(lambda: descriptors() <= before)
    assert leftovers(tmp_path) == set()


async def test_proofs_wait_unharmed_while_the_examiner_does_not_start(tmp_path: Path) -> None:
    config = quick_config(tmp_path / "c.db")
    async with open_house(config, examines=True, examiner=("false",)) as house:
        payment = await submit(house, jpeg())
        await asyncio.sleep(1.0)
        assert (await house.place())["status"] == "pendiente"
        assert outcomes(house.path) == {payment: None}
        status, problem = await house.call(LUIS, "GET", f"/payments/{payment}/proof?size=thumb")
        assert (status, problem["code"]) == (404, "proof_not_examined")
        with contextlib.closing(sqlite3.connect(house.path)) as older:
            older.executescript(OLDER)
        status, problem = await house.call(LUIS, "GET", f"/payments/{payment}/proof?size=thumb")
        assert (status, problem["code"]) == (404, "proof_not_examined")
        second = await submit(house, jpeg())
    async with open_house(config, new=False, examines=True) as house:
        assert (await house.examined(str(second)))["examination"] == "examined"
        client = await house.client(LUIS)
        async with client.get(f"/payments/{payment}/proof?size=thumb") as response:
            assert response.status == 200


async def test_twenty_tills_that_ask_for_old_thumbnails_cost_one_examination_of_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, examine = Counter[bytes](), Examiner.examine

    async def counting(self: Examiner, content_type: str, data: bytes) -> Facts | None:
        asked[data] += 1
        return await examine(self, content_type, data)

    async with open_house(quick_config(tmp_path / "c.db")) as house:
        photos = [jpeg() for _ in range(6)]
        payments = [await submit(house, photo) for photo in photos]
        with contextlib.closing(sqlite3.connect(house.path)) as older:
            older.executescript(OLDER)
            older.execute("UPDATE fingerprints SET content = 'a'")
            older.commit()
    monkeypatch.setattr(Examiner, "examine", counting)
    async with open_house(quick_config(tmp_path / "c.db"), new=False, examines=True) as house:
        client = await house.client(LUIS)

        async def ask(payment: int) -> int:
            async with client.get(f"/payments/{payment}/proof?size=thumb") as response:
                return response.status

        statuses = await asyncio.gather(*(ask(one) for one in payments for _ in range(20)))
        assert set(statuses) == {200}
    assert asked == Counter(dict.fromkeys(asked, 1))
    assert len(asked) == len(photos)


async def test_a_lock_on_the_database_delays_the_examination_and_loses_nothing(
    tmp_path: Path,
) -> None:
    config = quick_config(tmp_path / "c.db")
    config = replace(config, database=replace(config.database, busy_timeout_seconds=0.2))
    async with open_house(config, examines=True, examiner=COMMAND) as house:
        payment = await submit(house, jpeg())
        await house.examined(str(payment))
        second = await submit(house, picture("answer_slowly"))
        with held(house.path, "until told"):
            await asyncio.sleep(1.5)
            assert outcomes(house.path)[second] is None
            assert (await house.call(ANA, "GET", "/orders"))[0] == 200
        assert (await house.examined(str(second)))["examination"] == "examined"
        outcomes(house.path)


async def test_a_disk_that_fills_up_during_an_examination_delays_it_and_loses_nothing(
    tmp_path: Path, shim: Shim
) -> None:
    database = tmp_path / "c.db"
    tokens = await furnish(database)
    with serving(database, program=LAUNCHER, env=shim.env) as server:
        async with phones(server, tokens) as crowd:
            await send(crowd, jpeg())
            await eventually(lambda: backlog(database) == 0, WAIT)
            await send(crowd, picture("answer_slowly"))
            shim.fail(disk.FULL)
            failed = shim.failed
            await eventually(lambda: shim.failed > failed, WAIT)
            assert backlog(database) == 1
            assert (await crowd.call(ANA, "GET", "/orders"))[0] == 200
            shim.fail(disk.NOTHING)
            await eventually(lambda: backlog(database) == 0, WAIT)
    assert set(outcomes(database).values()) == {"examined"}
    assert check(database) == []


@pytest.mark.parametrize("jump", [{"hours": -2}, {"hours": 30}])
async def test_a_clock_that_jumps_changes_no_examination(
    tmp_path: Path, jump: dict[str, float]
) -> None:
    async with open_house(quick_config(tmp_path / "c.db"), examines=True) as house:
        order, _ = await house.deliver(), await house.deliver()
        photo = jpeg()
        status, answer = await house.submit(order["id"], photo=photo)
        assert status == 201
        house.clock.advance(**jump)
        first = await house.examined(answer["payment"]["id"])
        house.clock.advance(**{name: -value for name, value in jump.items()})
        second = await house.examined(str(await submit(house, photo)))
        assert (first["examination"], second["examination"]) == ("examined", "examined")
        assert [warning["type"] for warning in second["warnings"]] == ["file_reused"]
        assert second["late_warnings"] == []
        assert set(outcomes(house.path).values()) == {"examined"}


async def send(crowd: Phones, photo: bytes) -> None:
    """A payment, from the order to its proof."""
    _, order = await crowd.place(ANA)
    for member, status in ((COCO, "en_preparacion"), (COCO, "listo"), (ANA, "entregado")):
        assert (await crowd.advance(member, order["id"], status))[0] == 200
    answered, told = await crowd.submit(ANA, order["id"], photo)
    assert answered == 201, told


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
async def test_a_server_that_ends_during_examinations_leaves_nothing_and_goes_on_later(
    tmp_path: Path, end: signal.Signals
) -> None:
    database, chance = tmp_path / "c.db", random.Random(end)
    tokens = await furnish(database)
    for number in range(ENDS):
        with serving(database, program=LAUNCHER) as server:
            async with phones(server, tokens) as crowd:
                for fault in ("hang", "spin"):
                    await send(crowd, picture(fault, number))
                await eventually(lambda: bool(examiners(server.process.pid)), WAIT)
                await asyncio.sleep(chance.uniform(0, 0.5))
                left = children(server.process.pid)
                await send(crowd, receipt(chance))  # killed between its commit and examination
                server.process.send_signal(end)
                status = await asyncio.to_thread(server.process.wait, WAIT)
                assert status == (-end if end is signal.SIGKILL else 0)
                for pid in left:
                    await is_gone(pid)
        known = outcomes(database)
        assert len(known) == 3 * (number + 1)
    with serving(database) as server:  # the examiner that breaks on nothing
        await eventually(lambda: backlog(database) == 0, WAIT)
    assert set(outcomes(database).values()) == {"examined"}
    assert leftovers(tmp_path) == set()
    assert check(database) == []
    report(f"server ended by {end.name} during examinations", ends=ENDS, lost=0, twice=0, left=0)
