"""A database and the log that a killed server left: they open if they belong together, and only
then. What is refused stays as it is, byte for byte."""

import contextlib
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from comanda.store.backup import backup, check
from comanda.store.connection import DatabaseError, connect
from comanda.store.connection import prepare as prepare_connection
from comanda.store.database import open_database
from comanda.store.in_use import InUse, sharing
from comanda.store.lineage import mismatch
from comanda.store.restore import prepare

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
# A program that works with Comanda's database and dies in the middle, its log left behind.
WORKING = """
import asyncio, os, pathlib, sys
from comanda.store.database import open_database

async def main():
    path, first, last = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    if sys.argv[4:] == ["unmarked"]:  # as a Comanda from before there were marks
        from comanda.store import connection, database
        connection.advance = connection.begin_anew = database.advance = lambda _: None
    async with open_database(path) as database:
        for number in range(first, last):
            await database.write(lambda tx: tx.insert(
                "INSERT INTO staff VALUES (:name, 'Ana', 'waiter', :hash, 1, 0)",
                {"name": f"ana{number}", "hash": "x" * 900}))
        if sys.argv[4:] == ["checkpoint"]:
            from comanda.store.connection import checkpoint
            await database._copier.run(checkpoint)
        if sys.argv[4:] not in (["end"], ["unmarked"]):
            os._exit(9)

asyncio.run(main())
"""


def work(path: Path, first: int, last: int, *more: str) -> None:
    """Members `first` to `last` are hired, and the program is killed, unless it may end."""
    command = [sys.executable, "-c", WORKING, str(path), str(first), str(last), *more]
    assert subprocess.run(command, check=False).returncode == (
        0 if {"end", "unmarked"} & {*more} else 9
    )


def hired(path: Path) -> int:
    with contextlib.closing(connect(path)) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM staff").fetchone()[0])


def files(path: Path) -> dict[str, bytes]:
    family = [file for file in path.parent.glob(f"{path.name}*") if file.suffix != ".db-lock"]
    return {file.name: file.read_bytes() for file in family if not file.name.endswith("-lock")}


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A database with 30 members, ten of whom are in the log alone. `vieja.db` has ten, and is a
    good copy; `cruda.db` was taken with `cp` after the first ten."""
    path = tmp_path / "sala" / "c.db"
    path.parent.mkdir()
    work(path, 0, 10, "end")
    backup(path, tmp_path / "vieja.db")
    shutil.copy(path, tmp_path / "cruda.db")
    work(path, 10, 20, "end")
    work(path, 20, 30)
    assert path.with_name("c.db-wal").stat().st_size
    return path


async def refused(path: Path) -> str:
    before = files(path)
    with pytest.raises(DatabaseError, match="comanda restore") as told:
        async with open_database(path):
            pass
    for reading in (lambda: check(path), lambda: backup(path, path.with_name("otra.db"))):
        with pytest.raises(DatabaseError, match="comanda restore"):
            reading()
    assert files(path) == before
    return str(told.value)


async def test_what_a_killed_server_left_opens_again_and_again(killed: Path) -> None:
    for number in range(3, 6):
        async with open_database(killed):
            pass
        assert check(killed) == []
        assert hired(killed) == number * 10
        more = ["checkpoint"] if number % 2 else []
        work(killed, number * 10, number * 10 + 10, *more)
    assert check(killed) == []
    assert hired(killed) == 60


@pytest.mark.parametrize("frames", [0, 1, 5, 17])
async def test_a_log_that_ends_in_the_middle_is_a_crash_like_any_other(
    killed: Path, frames: int
) -> None:
    log = killed.with_name("c.db-wal")
    with log.open("r+b") as file:
        file.truncate(32 + frames * (24 + 4096) + 100)
    async with open_database(killed):
        pass
    assert check(killed) == []


async def test_a_log_whose_first_page_the_disk_never_got_is_no_evidence(killed: Path) -> None:
    with killed.with_name("c.db-wal").open("r+b") as file:
        file.seek(32 + 24)
        file.write(bytes(4096))
    async with open_database(killed):
        pass
    assert check(killed) == []


async def test_a_checkpoint_that_was_cut_short_is_made_up_for(killed: Path) -> None:
    """The first pages are in the file already, and its size is what it was."""
    newest: dict[int, bytes] = {}
    log = killed.with_name("c.db-wal").read_bytes()
    for at in range(32, len(log), 24 + 4096):
        newest[struct.unpack_from(">I", log, at)[0]] = log[at + 24 : at + 24 + 4096]
    with killed.open("r+b") as file:
        for number in sorted(newest)[:2]:
            file.seek((number - 1) * 4096)
            file.write(newest[number])
    async with open_database(killed):
        pass
    assert check(killed) == []
    assert hired(killed) == 30


@pytest.mark.parametrize("harm", ["cut", "damaged"])
async def test_a_log_that_lost_what_the_file_has_is_refused(killed: Path, harm: str) -> None:
    """What it still has is older than what was copied to the file, and would undo a part of it."""
    work(killed, 30, 40, "checkpoint")
    log = killed.with_name("c.db-wal")
    with log.open("r+b") as file:
        if harm == "cut":  # the last transaction's first page is there, its end isn't
            file.truncate(log.stat().st_size - 1)
        else:
            file.seek(-100, os.SEEK_END)
            file.write(b"?")
    await refused(killed)


async def test_a_log_that_lost_what_the_file_has_not_got_is_a_crash_like_any_other(
    killed: Path,
) -> None:
    log = killed.with_name("c.db-wal")
    whole = log.read_bytes()
    for at in range(32 + 100, len(whole), 9973):
        log.write_bytes(whole[:at] + b"?" + whole[at + 1 :])
        assert mismatch(killed) is None
    async with open_database(killed):
        pass
    assert check(killed) == []


@pytest.mark.parametrize("house", ["own", "other"])
async def test_a_plain_copy_from_before_the_upgrade_is_refused(tmp_path: Path, house: str) -> None:
    path, older = tmp_path / "c.db", tmp_path / "o.db"
    work(path, 0, 10, "unmarked")
    if house == "own":
        shutil.copy(path, older)
        work(path, 10, 12, "unmarked")
    else:
        work(older, 20, 32, "unmarked")
    work(path, 12, 14)
    shutil.copy(older, path)
    await refused(path)


async def test_a_log_moves_along_with_its_database(killed: Path, tmp_path: Path) -> None:
    other = tmp_path / "otra" / "nueva.db"
    other.parent.mkdir()
    killed.rename(other)
    killed.with_name("c.db-wal").rename(other.with_name("nueva.db-wal"))
    async with open_database(other):
        pass
    assert hired(other) == 30


async def test_other_programs_write_between(killed: Path) -> None:
    """What the `sqlite3` shell adds carries no mark of its own."""
    dying = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1])\n"
        "c.execute('CREATE TABLE mine (x)')\n"
        "c.execute('INSERT INTO mine VALUES (zeroblob(90000))')\n"
        "c.commit()\n"
        "os._exit(9)\n"
    )
    for _ in range(2):
        subprocess.run([sys.executable, "-c", dying, str(killed)], check=False)
        async with open_database(killed):
            pass
        with contextlib.closing(connect(killed)) as connection:
            connection.execute("DROP TABLE mine")
    assert check(killed) == []


async def test_a_log_without_any_mark_is_no_evidence(tmp_path: Path) -> None:
    """An older Comanda, or another program, changed a row and was killed."""
    path = tmp_path / "c.db"
    work(path, 0, 3, "end")
    dying = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1])\n"
        "c.execute(\"UPDATE staff SET name = 'Eva'\")\n"
        "c.commit()\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", dying, str(path)], check=False)
    assert path.with_name("c.db-wal").stat().st_size
    async with open_database(path):
        pass
    assert check(path) == []
    with contextlib.closing(connect(path)) as connection:
        assert connection.execute("SELECT DISTINCT name FROM staff").fetchone()[0] == "Eva"


class FullDisk(sqlite3.Connection):
    """A connection whose disk has no room for what the log holds."""

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if "wal_checkpoint" in sql:
            raise sqlite3.OperationalError("database or disk is full")
        return super().execute(sql, *parameters)


def test_a_start_does_without_a_new_log_where_there_is_no_room(
    killed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with contextlib.closing(
        sqlite3.connect(killed, isolation_level=None, factory=FullDisk)
    ) as connection:
        prepare_connection(connection, killed)
    assert "can't begin anew" in caplog.text
    assert check(killed) == []
    assert hired(killed) == 30


async def test_a_start_beside_somebody_who_reads_waits_for_nobody(killed: Path) -> None:
    with contextlib.closing(connect(killed)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM staff").fetchone()
        async with open_database(killed):
            pass
    assert check(killed) == []


def a_copy(killed: Path) -> None:
    shutil.copy(killed.parent.parent / "vieja.db", killed)


def a_copy_moved(killed: Path) -> None:
    shutil.copy(killed.parent.parent / "vieja.db", killed.with_name("m.db"))
    killed.with_name("m.db").replace(killed)


def a_plain_cp(killed: Path) -> None:
    shutil.copy(killed.parent.parent / "cruda.db", killed)


def a_copy_that_was_served(killed: Path) -> None:
    """Its header is a working database's, and it has gone its own way."""
    elsewhere = killed.parent.parent / "prueba.db"
    shutil.copy(killed.parent.parent / "vieja.db", elsewhere)
    work(elsewhere, 10, 35, "end")
    shutil.copy(elsewhere, killed)


def another_house(killed: Path) -> None:
    other = killed.parent.parent / "otra.db"
    work(other, 0, 40, "end")
    shutil.copy(other, killed)


def a_copy_of_now(killed: Path) -> None:
    """A copy of the very moment of the crash."""
    backup(killed, killed.with_name("x.db"))
    work(killed, 30, 35)
    killed.with_name("x.db").replace(killed)


def emptied(killed: Path) -> None:
    killed.write_bytes(b"")


def gone(killed: Path) -> None:
    killed.unlink()


def cut_in_half(killed: Path) -> None:
    os.truncate(killed, killed.stat().st_size // 2)


def last_page_cut(killed: Path) -> None:
    os.truncate(killed, killed.stat().st_size - 4096)


def less_than_a_page(killed: Path) -> None:
    os.truncate(killed, 2048)


def overwritten(killed: Path) -> None:
    killed.write_text("hola " * 4000)


def of_other_pages(killed: Path) -> None:
    killed.unlink()
    killed.with_name("c.db-wal").rename(killed.with_name("w"))
    with contextlib.closing(sqlite3.connect(killed)) as connection:
        connection.executescript(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; CREATE TABLE t (x)"
        )
    killed.with_name("w").rename(killed.with_name("c.db-wal"))


HARMS = [
    a_copy,
    a_copy_moved,
    a_plain_cp,
    a_copy_that_was_served,
    another_house,
    a_copy_of_now,
    emptied,
    gone,
    cut_in_half,
    last_page_cut,
    less_than_a_page,
    overwritten,
    of_other_pages,
]


@pytest.mark.parametrize("harm", HARMS)
async def test_a_file_that_the_log_is_not_of_is_refused_and_a_restore_helps(
    killed: Path, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    harm(killed)
    assert str(killed) in await refused(killed)
    before = files(killed)
    with prepare(tmp_path / "vieja.db", killed) as ready:
        kept = ready.carry_out(NOW)
    assert kept
    aside = {
        name.replace(".replaced-20261129T030000Z", ""): data
        for name, data in files(killed).items()
        if "replaced" in name
    }
    assert aside == before
    assert check(killed) == []
    async with open_database(killed):
        pass
    assert hired(killed) == 10
    if kept.name.endswith("Z"):
        with pytest.raises(DatabaseError):  # what was put aside is as mixed as it was
            check(kept)


async def test_an_emptied_database_beside_an_empty_log_is_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    path.with_name("c.db-wal").touch()
    path.with_name("c.db-shm").write_bytes(bytes(32768))
    async with open_database(path):
        pass
    assert check(path) == []


async def test_a_copy_without_a_log_is_served_as_before(killed: Path, tmp_path: Path) -> None:
    for name in ("c.db-wal", "c.db-shm"):
        killed.with_name(name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "vieja.db", killed)
    async with open_database(killed):
        pass
    assert hired(killed) == 10


def journal_of(path: Path) -> bytes:
    """What a program leaves that dies while it changes a database without a log."""
    dying = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA journal_mode = DELETE')\n"
        "c.execute('PRAGMA cache_size = 2')\n"
        "c.execute('BEGIN')\n"
        "c.execute(\"UPDATE staff SET pin_hash = printf('%.900c', 'y')\")\n"
        "c.execute('CREATE TABLE more (x)')\n"
        "c.execute('INSERT INTO more VALUES (zeroblob(90000))')\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", dying, str(path)], check=False)
    journal = path.with_name(path.name + "-journal").read_bytes()
    assert journal.startswith(bytes.fromhex("d9d505f920a163d7"))
    return journal


async def test_a_journal_is_undone_in_its_own_file_and_in_no_other(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    work(path, 0, 10, "end")
    backup(path, tmp_path / "vieja.db")
    work(path, 10, 40, "end")
    journal_of(path)
    half, journal = path.read_bytes(), path.with_name("c.db-journal").read_bytes()

    async with open_database(path):
        pass
    assert check(path) == []
    assert hired(path) == 40

    for left in (tmp_path / "vieja.db").read_bytes(), half[:4096], b"", None:
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        path.with_name("c.db-journal").write_bytes(journal)
        if left is not None:
            path.write_bytes(left)
        if left == half[:4096]:
            continue  # SQLite completes it from the journal
        await refused(path)


async def test_what_is_refused_gets_no_new_file_beside_it(killed: Path) -> None:
    killed.with_name("c.db-lock").unlink()
    killed.unlink()
    there = {file.name for file in killed.parent.iterdir()}
    await refused(killed)
    assert {file.name for file in killed.parent.iterdir()} == there


@pytest.mark.parametrize("moment", range(1, 8))
async def test_a_restore_that_is_cut_short_mixes_nothing(
    killed: Path, tmp_path: Path, moment: int
) -> None:
    """A copy lies over the database already; the restore dies at its n-th change of a name."""
    a_copy(killed)
    dying = (
        "import os, sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from comanda.store.restore import prepare\n"
        "calls = 0\n"
        "def count(event, arguments):\n"
        "    global calls\n"
        "    if event in ('os.link', 'os.rename') and armed:\n"
        "        calls += 1\n"
        "        if calls == int(sys.argv[3]):\n"
        "            os._exit(9)\n"
        "armed = False\n"
        "sys.addaudithook(count)\n"
        "with prepare(Path(sys.argv[1]), Path(sys.argv[2])) as ready:\n"
        "    armed = True\n"
        "    ready.carry_out(datetime.now(UTC))\n"
    )
    command = [sys.executable, "-c", dying, str(tmp_path / "vieja.db"), str(killed), str(moment)]
    died = subprocess.run(command, check=False).returncode == 9
    if died and killed.with_name("c.db-wal").exists():
        await refused(killed)
    with prepare(tmp_path / "vieja.db", killed) as ready:
        ready.carry_out(NOW)
    assert check(killed) == []
    assert hired(killed) == 10


async def test_two_who_come_at_once_both_come_in(killed: Path) -> None:
    command = [sys.executable, "-m", "comanda", "staff", "list", "--database", str(killed)]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [one.wait(60) for one in both] == [0] * 4


def test_a_lock_that_stays_is_not_waited_for_for_ever(killed: Path) -> None:
    with prepare(killed.parent.parent / "vieja.db", killed), pytest.raises(InUse), sharing(killed):
        pass


async def test_the_copy_itself_is_no_file_to_restore_from(killed: Path) -> None:
    a_copy(killed)
    with pytest.raises(DatabaseError, match="dale antes otro nombre"), prepare(killed, killed):
        pass


@pytest.mark.parametrize("target", ["carpeta", "tubería", "aparato"])
async def test_what_is_no_file_is_refused_in_words(tmp_path: Path, target: str) -> None:
    path = tmp_path / "c.db"
    if target == "carpeta":
        path.mkdir()
    elif target == "tubería":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/null")
    with pytest.raises(DatabaseError, match=r"es una carpeta|no es un archivo"):
        async with open_database(path):
            pass


async def test_a_link_that_leads_in_a_circle_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    path.symlink_to(path)
    with pytest.raises(DatabaseError, match="enlace"):
        async with open_database(path):
            pass


async def test_a_restore_goes_to_the_file_that_a_link_names(killed: Path, tmp_path: Path) -> None:
    link = tmp_path / "c.db"
    link.symlink_to(killed)
    with prepare(tmp_path / "vieja.db", link) as ready:
        kept = ready.carry_out(NOW)
    assert link.is_symlink() and link.resolve() == killed
    assert kept and kept.parent == killed.parent and not kept.is_symlink()
    assert (hired(link), hired(kept)) == (10, 30)
    assert sorted(file.name for file in tmp_path.glob("c.db*")) == ["c.db"]
