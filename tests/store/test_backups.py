"""The backups of a house: made, checked, thinned out, made up for, and tried again."""

import asyncio
import contextlib
import errno
import logging
import os
import resource
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from comanda.config import Backup, Config, backup_folder
from comanda.store import backup, copies, stopping
from comanda.store.backup import check
from comanda.store.backups import Backups
from comanda.store.connection import DatabaseError
from comanda.web.plumbing.keys import BACKUPS
from tests.house import ANA, ROSA, FixedClock, House, eventually, open_house, skip_without

NIGHTLY = Backup()


def backups_of(house: House, settings: Backup = NIGHTLY) -> Backups:
    wanted = backup_folder(house.path, settings)
    return Backups(house.path, wanted, settings.rules, house.clock, UTC)


@pytest.fixture
def backups(house: House) -> Backups:
    """The house's own copies, nobody watching; its clock is at 20:41 UTC."""
    return backups_of(house)


def folder(house: House) -> Path:
    return house.path.parent / "backups"


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch looks as soon as the house is open, and soon again when that failed."""
    monkeypatch.setattr("comanda.chores.FIRST_LOOK_SECONDS", 0)
    monkeypatch.setattr("comanda.store.backups.RETRY_SECONDS", 0.02)


@contextlib.contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """The kernel refuses to let any file of this process grow beyond `limit` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("at_once")
async def test_a_house_that_opens_makes_its_first_copy(config: Config, clock: FixedClock) -> None:
    async with open_house(replace(config, backup=Backup()), clock) as house:
        await eventually(lambda: bool(copies.copies(folder(house))))
        _, told = await house.call(ROSA, "GET", "/backups")
    assert told["last_success_at"] == "2026-11-28T20:41:00.000Z"
    assert (told["enabled"], told["alarm"], told["trouble"]) == (True, False, None)
    (copy,) = folder(house).iterdir()
    assert check(copy) == []
    assert copy.stat().st_mode & 0o777 == 0o600
    assert folder(house).stat().st_mode & 0o777 == 0o700


async def test_a_copy_is_made_once_a_night_and_after_nights_off(
    house: House, backups: Backups
) -> None:
    assert await backups.make_if_due()
    house.clock.advance(minutes=10)
    assert await backups.make_if_due()
    assert len(backups.status().copies) == 1
    house.clock.advance(days=5)
    assert backups.status().trouble
    assert await backups.make_if_due()
    assert len(backups.status().copies) == 2
    assert backups.status().trouble is None


async def test_old_copies_go_and_other_files_stay(house: House, backups: Backups) -> None:
    for _ in range(20):
        await backups.make()
        house.clock.advance(days=1)
    for name in ("comanda-lunes.db", "comanda-20200101T000000Z.db.txt", "foto.jpg"):
        (folder(house) / name).touch()
    await backups.make()
    left = backups.status().copies
    # 14 days of December, and the last of November.
    assert len(left) == 15
    assert left[-1].made_at.isoformat() == "2026-11-30T20:41:00+00:00"
    assert len(list(folder(house).iterdir())) == 15 + 3


async def test_a_full_disk_is_said_in_words_and_the_next_try_succeeds(
    house: House, backups: Backups, caplog: pytest.LogCaptureFixture
) -> None:
    order = await house.deliver()
    await backups.make()
    house.clock.advance(hours=10)
    with caplog.at_level(logging.ERROR), full_disk(40_000):
        assert not await backups.make_if_due()
    assert "No backup, trying again in 10 minutes" in caplog.text
    assert len(list(folder(house).iterdir())) == 1
    trouble = backups.status().trouble
    assert trouble and trouble.startswith("No se pudo hacer la última copia")
    assert (await house.submit(order["id"]))[0] == 201
    assert await backups.make_if_due()
    assert backups.status().trouble is None
    assert len(backups.status().copies) == 2


async def test_a_new_house_raises_no_alarm_before_its_first_copy(
    house: House, backups: Backups
) -> None:
    assert backups.status().trouble is None
    folder(house).touch()
    assert not await backups.make_if_due()
    assert backups.status().trouble


async def test_a_copy_that_would_leave_no_room_is_not_begun(
    house: House, backups: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "RESERVE_BYTES", 2**60)
    assert not await backups.make_if_due()
    assert "No cabe otra copia" in (backups.status().trouble or "")
    assert list(folder(house).iterdir()) == []


@pytest.mark.usefixtures("at_once")
async def test_a_watch_goes_on_after_a_failure(config: Config, clock: FixedClock) -> None:
    obstacle = Path(config.database.path).parent / "backups"
    obstacle.touch()
    async with open_house(replace(config, backup=Backup()), clock) as house:
        await eventually(lambda: "No se pudo" in (house.app[BACKUPS].status().trouble or ""))
        obstacle.unlink()
        await eventually(lambda: obstacle.is_dir() and bool(copies.copies(obstacle)))


async def test_what_a_crash_left_half_done_is_cleared_away(house: House, backups: Backups) -> None:
    folder(house).mkdir()
    (folder(house) / "comanda-20261127T100000Z.db.part").write_bytes(b"half")
    await backups.make()
    assert [path.suffix for path in folder(house).iterdir()] == [".db"]


async def test_a_database_with_faults_is_copied_all_the_same_and_nothing_goes(
    house: House, backups: Backups
) -> None:
    order = await house.deliver()
    await house.submit(order["id"])
    await backups.make()
    with contextlib.closing(sqlite3.connect(house.path)) as connection:
        connection.execute("UPDATE proofs SET size = size + 1")
        connection.commit()
    house.clock.advance(days=400)
    await backups.make()
    status = backups.status()
    assert len(status.copies) == 2
    assert status.trouble and "El comprobante del pago 1" in status.trouble


async def test_an_administrator_makes_a_copy_and_sees_it(house: House) -> None:
    status, copy = await house.call(ROSA, "POST", "/backups")
    assert status == 201
    assert copy["name"] == "comanda-20261128T204100Z.db"
    _, told = await house.call(ROSA, "GET", "/backups")
    assert told["copies"] == [copy]
    assert told["last_success_size"] == copy["size"] > 0
    assert (told["enabled"], told["alarm"]) == (False, False)


async def test_a_copy_that_fails_is_a_problem_and_an_alarm(house: House) -> None:
    folder(house).touch()
    status, problem = await house.call(ROSA, "POST", "/backups")
    assert (status, problem["code"]) == (507, "backup_failed")
    _, told = await house.call(ROSA, "GET", "/backups")
    assert (told["alarm"], told["copies"]) == (True, [])


async def test_a_copy_of_the_same_second_is_no_other_days(house: House, backups: Backups) -> None:
    """A computer without a battery tells the same second after each start."""
    await house.place()
    first = await backups.make()
    await house.place()
    second = await backups.make()
    assert second.name != first.name
    with contextlib.closing(sqlite3.connect(folder(house) / second.name)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM orders").fetchone() == (2,)


async def test_two_taps_at_once_make_one_copy_after_the_other(house: House) -> None:
    await house.client(ROSA)
    answers = await asyncio.gather(*(house.call(ROSA, "POST", "/backups") for _ in range(3)))
    assert {status for status, _ in answers} == {201}
    assert (await house.call(ANA, "GET", "/orders"))[0] == 200


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on another disk than the house's."""
    memory = Path("/dev/shm")  # noqa: S108 - a disk of its own on every Linux
    disks = [disk for disk in (memory, Path(tempfile.gettempdir())) if disk.is_dir()]
    others = [disk for disk in disks if disk.stat().st_dev != tmp_path.stat().st_dev]
    if not others:
        skip_without("there is no second disk here")
    with tempfile.TemporaryDirectory(prefix="comanda-disk-", dir=others[0]) as folder:
        yield Path(folder)


async def test_a_folder_on_the_same_disk_is_said_and_is_no_alarm(
    house: House, other_disk: Path
) -> None:
    _, told = await house.call(ROSA, "GET", "/backups")
    assert (told["same_disk"], told["alarm"]) == (True, False)
    backups = backups_of(house, Backup(folder=str(other_disk / "copias")))
    assert backups.status().same_disk is False
    await backups.make()
    assert (backups.status().same_disk, backups.status().trouble) == (False, None)


@pytest.mark.parametrize("name", ["usb", "usb/copias"])
async def test_a_disk_that_is_not_mounted_gets_no_copy_on_the_system_disk(
    house: House, other_disk: Path, tmp_path: Path, name: str
) -> None:
    """The disk is reached by a link here, as by a mount point: its name stays, its device goes."""
    mount = tmp_path / "usb"
    mount.symlink_to(other_disk)
    backups = backups_of(house)
    backups.folder = tmp_path / name
    await backups.make()
    assert backups.status().trouble is None

    mount.unlink()
    mount.mkdir()
    again = backups_of(house)
    again.folder = tmp_path / name
    for trouble in (again.status().trouble, backups.status().trouble):
        assert trouble and "El disco de las copias no está" in trouble
    with pytest.raises(DatabaseError, match="estaba en otro disco"):
        await again.make()
    assert not list(mount.iterdir())

    shutil.rmtree(mount)
    mount.symlink_to(other_disk)
    house.clock.advance(days=1)
    await again.make()
    assert again.status().trouble is None
    assert len(again.status().copies) == 2


@pytest.mark.parametrize("folder", ["usb/copias", "/no-such-disk/copias", "a/b/c"])
async def test_only_the_last_folder_is_ever_made(house: House, folder: str) -> None:
    backups = backups_of(house, Backup(folder=folder))
    assert not await backups.make_if_due()
    trouble = backups.status().trouble
    assert trouble and "revisa que el disco de las copias esté conectado" in trouble
    assert not (house.path.parent / folder).parent.exists()
    if not folder.startswith("/"):
        (house.path.parent / folder).parent.mkdir(parents=True)
        assert await backups.make_if_due()
        assert backups.status().trouble is None


async def test_another_folder_ends_the_alarm(
    house: House, other_disk: Path, tmp_path: Path
) -> None:
    mount = tmp_path / "usb"
    mount.symlink_to(other_disk)
    backups = backups_of(house)
    backups.folder = mount
    await backups.make()
    mount.unlink()
    mount.mkdir()
    assert backups.status().trouble
    moved = backups_of(house)
    await moved.make()
    assert moved.status().trouble is None
    assert backups.status().trouble, "the old one stays known"


async def test_the_folder_may_be_a_link(house: House, tmp_path: Path) -> None:
    real = tmp_path / "de verdad"
    real.mkdir()
    folder(house).symlink_to(real)
    backups = backups_of(house)
    await backups.make()
    assert len(list(real.iterdir())) == 1
    assert backups.folder == real


async def test_a_file_in_the_place_of_the_folder_is_said(house: House) -> None:
    folder(house).write_text("no soy una carpeta")
    backups = backups_of(house)
    assert not await backups.make_if_due()
    trouble = backups.status().trouble
    assert trouble and "no es una carpeta" in trouble


async def test_a_memory_of_disks_that_cannot_be_read_costs_no_copy(house: House) -> None:
    memory = house.path.with_name(f"{house.path.name}-backups")
    memory.write_bytes(b"/mnt/caf\xe9\n")
    backups = backups_of(house)
    await backups.make()
    assert (await house.call(ROSA, "GET", "/backups"))[0] == 200
    memory.unlink()
    memory.mkdir()
    assert backups.status().trouble is None
    assert (await house.call(ROSA, "GET", "/backups"))[0] == 200


async def test_a_disk_that_became_read_only_is_said_in_words(
    house: House, backups: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", "copia.part")

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(DatabaseError, match=r"copia\.part: el disco es de sólo lectura"):
        await backups.make()


@contextlib.contextmanager
def slow_copy(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A copy that goes on, piece by piece, until it is told to stop or the event is set."""
    enough, copy_all = threading.Event(), backup._copy_all

    def copy_slowly(
        live: sqlite3.Connection, copy: sqlite3.Connection, stop: stopping.Stop
    ) -> None:
        copy_all(live, copy, stop)
        while not enough.wait(0.01):
            stop.check()

    with monkeypatch.context() as patch:
        patch.setattr(backup, "_copy_all", copy_slowly)
        yield enough
        enough.set()


def is_copying(house: House) -> bool:
    return any(folder(house).glob("*.part")) if folder(house).is_dir() else False


async def test_whoever_asks_while_a_copy_is_made_gets_that_one_and_photos_wait_for_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await house.deliver()
    await house.client(ROSA)
    with slow_copy(monkeypatch) as enough:
        first = asyncio.create_task(house.call(ROSA, "POST", "/backups"))
        await eventually(lambda: is_copying(house))
        house.clock.advance(seconds=5)
        others = [asyncio.create_task(house.call(ROSA, "POST", "/backups")) for _ in range(40)]
        assert (await house.submit(order["id"]))[0] == 201
        assert (await house.call(ROSA, "GET", "/backups"))[0] == 200
        await eventually(lambda: house.app[BACKUPS]._making._queue.qsize() == 40)
        enough.set()
        answers = [await first, *[await other for other in others]]
    assert {status for status, _ in answers} == {201}
    assert len({answer["name"] for _, answer in answers}) == 1
    assert len(list(folder(house).iterdir())) == 1
    status, later = await house.call(ROSA, "POST", "/backups")
    assert (status, later["name"]) == (201, "comanda-20261128T204105Z.db")


async def test_a_failure_is_everybodys_who_waited_and_nobodys_afterwards(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.client(ROSA)
    with slow_copy(monkeypatch) as enough:
        monkeypatch.setattr(
            backup, "_require_sound", lambda *_: (_ for _ in ()).throw(DatabaseError("dañada"))
        )
        asked = [asyncio.create_task(house.call(ROSA, "POST", "/backups")) for _ in range(3)]
        await eventually(lambda: is_copying(house))
        enough.set()
        assert {(await one)[0] for one in asked} <= {507}
        assert list(folder(house).iterdir()) == []
    monkeypatch.undo()
    assert (await house.call(ROSA, "POST", "/backups"))[0] == 201


@pytest.mark.parametrize("nightly", [False, True])
async def test_a_house_that_closes_ends_its_copy_and_leaves_nothing_half_made(
    config: Config, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, *, nightly: bool
) -> None:
    monkeypatch.setattr("comanda.chores.FIRST_LOOK_SECONDS", 0)
    with slow_copy(monkeypatch):
        async with open_house(replace(config, backup=Backup(enabled=nightly)), clock) as house:
            if not nightly:
                await house.client(ROSA)
                asked = asyncio.create_task(house.call(ROSA, "POST", "/backups"))
            await eventually(lambda: is_copying(house))
            await house.app.shutdown()
            if not nightly:
                status, problem = await asked
                assert (status, problem["code"]) == (507, "backup_failed")
                assert "se detuvo antes de terminar" in problem["detail"]
        assert list(folder(house).iterdir()) == []


async def test_what_a_killed_copy_left_is_cleared_away_at_the_start(
    config: Config, clock: FixedClock
) -> None:
    left = Path(config.database.path).parent / "backups" / "comanda-20261127T100000Z.db.part"
    left.parent.mkdir()
    for end in ("", "-journal"):
        left.with_name(left.name + end).write_bytes(b"half")
    async with open_house(config, clock) as house:
        await eventually(lambda: not any(folder(house).iterdir()))


@pytest.mark.parametrize("at_work", ["PRAGMA integrity_check", "SELECT"])
def test_a_statement_ends_soon_after_that_is_wished(tmp_path: Path, at_work: str) -> None:
    stop, begun = stopping.Stop(), threading.Event()
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT MAX(x) FROM n"

    def wish() -> None:
        begun.wait()
        stop.now()

    wisher = threading.Thread(target=wish)
    wisher.start()
    with contextlib.closing(sqlite3.connect(tmp_path / "c.db")) as connection:
        with pytest.raises(stopping.Stopped), stop.under(connection):
            begun.set()
            connection.execute(endless if at_work == "SELECT" else at_work).fetchall()
            wisher.join()
            connection.execute(endless).fetchall()
        with pytest.raises(stopping.Stopped), stop.under(connection):
            pass
    wisher.join()


async def test_a_clock_that_is_years_ahead_for_a_look_takes_no_copy_and_says_so(
    house: House, backups: Backups
) -> None:
    for _ in range(14):
        await backups.make()
        house.clock.advance(days=1)
    house.clock.advance(days=3 * 365)
    for again in (backups, backups_of(house)):  # and a restart
        house.clock.advance(minutes=1)
        await house.place()  # what happens meanwhile is no proof
        await again.make()
        trouble = again.status().trouble
        assert trouble and "no borra nada por su fecha" in trouble
    assert len(backups.status().copies) == 16
    house.clock.advance(days=-3 * 365)
    await backups.make()
    # One more, and the first one's fourteen days are over in truth.
    assert (len(backups.status().copies), backups.status().trouble) == (16, None)


async def test_a_house_that_was_closed_goes_on_clearing_away_a_day_later(
    house: House, backups: Backups
) -> None:
    for _ in range(3):
        await backups.make()
        house.clock.advance(days=1)
    house.clock.advance(days=30)
    await backups.make()
    assert (len(backups.status().copies), backups.status().trouble) == (4, None)
    house.clock.advance(days=1)
    await backups.make()
    # Those of December's last days, and the last of November: by days and by months.
    assert len(backups.status().copies) < 5


async def test_copies_of_a_house_that_was_never_asked_are_evidence_themselves(
    house: House, backups: Backups
) -> None:
    folder(house).mkdir()
    for day in range(1, 15):
        (folder(house) / f"comanda-202611{day:02}T100000Z.db").touch()
    house.clock.advance(days=3 * 365)
    await backups.make()
    assert len(list(folder(house).iterdir())) == 15
