"""A backup in the place of a database: refused where it must be, and never half."""

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from comanda.store import schema
from comanda.store.backup import backup, check
from comanda.store.connection import DatabaseError, connect
from comanda.store.database import open_database
from comanda.store.in_use import alone
from comanda.store.restore import prepare
from tests.house import House, hire
from tests.store.test_backup import everything

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
LEFT_BEHIND = (".restoring", ".part", "-wal", "-shm", "-journal")
PASSING = {"sessions", "viewers", "restores", "sqlite_sequence"}


@pytest.fixture
async def copy(house: House, tmp_path: Path) -> Path:
    """A backup with one paid order."""
    order = await house.deliver()
    _, submitted = await house.submit(order["id"])
    await house.judge(submitted["payment"]["id"], "aprobado")
    path = tmp_path / "copia.db"
    backup(house.path, path)
    return path


@pytest.fixture
async def target(tmp_path: Path) -> Path:
    """Another house's database, closed, with staff and no orders."""
    path = tmp_path / "sala" / "comanda.db"
    path.parent.mkdir()
    async with open_database(path) as database:
        await database.write(hire)
    return path


def restore(copy: Path, target: Path) -> Path | None:
    with prepare(copy, target) as ready:
        return ready.carry_out(NOW)


def lasting(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that comes back with a copy: neither who was signed in, nor which number comes next."""
    return {name: rows for name, rows in everything(path).items() if name not in PASSING}


def names(target: Path) -> set[str]:
    return {path.name for path in target.parent.iterdir()} - {"comanda.db-lock"}


async def test_a_backup_takes_the_place_and_what_was_there_is_kept(
    copy: Path, target: Path
) -> None:
    before, wanted = everything(target), lasting(copy)
    kept = restore(copy, target)
    assert lasting(target) == wanted
    assert check(target) == []
    assert target.stat().st_mode & 0o777 == 0o600
    assert kept == target.with_name("comanda.db.replaced-20261129T030000Z")
    assert everything(kept) == before
    assert check(copy) == []
    async with open_database(target):
        pass


async def test_it_tells_what_is_in_it_and_looking_changes_nothing(copy: Path, target: Path) -> None:
    before, there = everything(target), names(target)
    with prepare(copy, target) as ready:
        told = ready.contents
    assert (told.orders, told.payments, told.version) == (1, 1, schema.VERSION)
    assert told.first_order_at == told.last_order_at == told.last_event_at
    assert told.last_event_id == everything(copy)["events"][-1][0]
    assert told.size == copy.stat().st_size
    assert everything(target) == before
    assert names(target) == there


async def test_a_new_computer_has_nothing_to_keep(copy: Path, tmp_path: Path) -> None:
    target = tmp_path / "comanda-nueva.db"
    assert restore(copy, target) is None
    assert lasting(target) == lasting(copy)


async def test_what_a_crashed_server_left_in_its_log_is_kept_too(copy: Path, target: Path) -> None:
    """The process dies with its commits in the -wal, which must not meet the new file."""
    dying = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1])\n"
        "c.execute(\"UPDATE staff SET name = 'Ana de antes'\")\n"
        "c.commit()\n"
        "os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", dying, str(target)], check=False)
    assert done.returncode == 9
    assert target.with_name("comanda.db-wal").stat().st_size > 0
    kept = restore(copy, target)
    assert kept
    assert {row[1] for row in everything(kept)["staff"]} == {"Ana de antes"}
    assert lasting(target) == lasting(copy)
    assert check(target) == []


async def test_a_database_that_is_broken_is_replaced_and_kept_as_it_was(
    copy: Path, target: Path
) -> None:
    rubbish = b"\xa5" * 8192
    target.write_bytes(rubbish)
    target.with_name("comanda.db-wal").write_bytes(rubbish)
    target.with_name("comanda.db-journal").write_bytes(rubbish)
    kept = restore(copy, target)
    assert kept and kept.read_bytes() == rubbish
    assert not [name for name in names(target) if name.startswith("comanda.db-")]
    assert lasting(target) == lasting(copy)


async def test_while_comanda_has_it_open_nothing_is_replaced(copy: Path, target: Path) -> None:
    async with open_database(target):
        with pytest.raises(DatabaseError, match="está en uso"):
            restore(copy, target)
    restore(copy, target)


async def test_while_another_program_has_it_open_nothing_is_replaced(
    copy: Path, target: Path
) -> None:
    before = everything(target)
    with contextlib.closing(connect(target)) as other:
        other.execute("SELECT * FROM staff").fetchall()
        with prepare(copy, target) as ready, pytest.raises(DatabaseError, match="Otro programa"):
            ready.carry_out(NOW)
    assert everything(target) == before
    assert not [name for name in names(target) if "replaced" in name]


async def test_while_it_is_replaced_nobody_opens_it(copy: Path, target: Path) -> None:
    with prepare(copy, target), pytest.raises(DatabaseError, match="Se está restaurando"):
        async with open_database(target):
            pass
    async with open_database(target):
        pass


async def test_a_holder_that_was_killed_holds_nothing_any_more(copy: Path, target: Path) -> None:
    holding = (
        "import sys, pathlib\n"
        "from comanda.store.in_use import sharing\n"
        "with sharing(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(target)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        with pytest.raises(DatabaseError, match="está en uso"):
            restore(copy, target)
        process.kill()
    restore(copy, target)


def damaged(copy: Path) -> None:
    with copy.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xa5" * 4096)


def forged(copy: Path) -> None:
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE proofs SET data = zeroblob(size)")
        connection.commit()


def newer(copy: Path) -> None:
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")


def somebody_elses(copy: Path) -> None:
    copy.unlink()
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        connection.execute("CREATE TABLE songs (title)")


def no_database(copy: Path) -> None:
    copy.write_text("hola " * 1000)


def empty(copy: Path) -> None:
    copy.write_bytes(b"")


def gone(copy: Path) -> None:
    copy.unlink()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (damaged, "copia"),
        (forged, "El comprobante del pago 1"),
        (newer, "más nueva"),
        (somebody_elses, "no es una copia de Comanda"),
        (no_database, "no es una base de datos"),
        (empty, "no es una copia de Comanda"),
        (gone, "No existe la copia"),
    ],
)
async def test_what_is_no_sound_backup_is_refused_and_changes_nothing(
    copy: Path, target: Path, harm: Callable[[Path], None], words: str
) -> None:
    before, there = everything(target), names(target)
    harm(copy)
    with pytest.raises(DatabaseError, match=words):
        restore(copy, target)
    assert everything(target) == before
    assert names(target) == there
    with alone(target):  # nothing holds it any more
        pass


def first_version(path: Path) -> None:
    """A database as the first release made it, with an order in it."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for statement in schema.MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
        connection.execute("INSERT INTO staff VALUES ('ana', 'Ana', 'waiter', 'x', 1, 0)")
        connection.commit()


async def test_a_backup_of_an_earlier_version_is_brought_up_to_date(
    target: Path, tmp_path: Path
) -> None:
    old = tmp_path / "vieja.db"
    first_version(old)
    before = old.read_bytes()
    with prepare(old, target) as ready:
        assert ready.contents.version == 1
        ready.carry_out(NOW)
    assert check(target) == []
    assert old.read_bytes() == before


@pytest.mark.parametrize("moment", range(1, 9))
async def test_a_crash_at_any_moment_leaves_the_old_or_the_new_whole(
    copy: Path, target: Path, moment: int
) -> None:
    """The process dies at the n-th system call that changes a name or settles it on the disk."""
    before, wanted = lasting(target), lasting(copy)
    dying = (
        "import os, sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from comanda.store.restore import prepare\n"
        "calls = 0\n"
        "def count(event, arguments):\n"
        "    global calls\n"
        "    if event in ('os.link', 'os.rename', 'os.remove') and armed:\n"
        "        calls += 1\n"
        "        if calls == int(sys.argv[3]):\n"
        "            os._exit(9)\n"
        "armed = False\n"
        "sys.addaudithook(count)\n"
        "with prepare(Path(sys.argv[1]), Path(sys.argv[2])) as ready:\n"
        "    armed = True\n"
        "    ready.carry_out(datetime.now(UTC))\n"
    )
    command = [sys.executable, "-c", dying, str(copy), str(target), str(moment)]
    done = subprocess.run(command, check=False)
    assert done.returncode in (0, 9)
    assert lasting(target) in (before, wanted)
    assert check(target) == []
    restore(copy, target)
    assert lasting(target) == wanted
    assert not [name for name in names(target) if name.endswith(LEFT_BEHIND)]


def journal(of: Path) -> bytes:
    """What SQLite leaves that dies while it changes a database that has no log."""
    aside = of.with_name("otra.db")
    backup(of, aside)
    dying = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "for n in range(40):\n"
        "    c.execute('INSERT INTO staff VALUES (?, 1, 1, zeroblob(4000), 1, 0)', (f'x{n}',))\n"
        "c.execute('PRAGMA cache_size = 2')\n"
        "c.execute('BEGIN')\n"
        "c.execute(\"UPDATE staff SET pin_hash = printf('%.900c', 'y')\")\n"
        "c.execute('CREATE TABLE more (x)')\n"
        "c.execute('INSERT INTO more VALUES (zeroblob(90000))')\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", dying, str(aside)], check=False)
    left = aside.with_name("otra.db-journal").read_bytes()
    aside.unlink()
    aside.with_name("otra.db-journal").unlink()
    return left


def log_of(path: Path) -> bytes:
    """The write-ahead log of a program that worked with a database and died."""
    aside = path.with_name("otra.db")
    backup(path, aside)
    dying = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1])\n"
        "c.execute('PRAGMA journal_mode = WAL')\n"
        "c.execute(\"UPDATE staff SET name = 'Ana de otra casa'\")\n"
        "c.execute('UPDATE products SET price = 1')\n"
        "c.commit()\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", dying, str(aside)], check=False)
    left = aside.with_name("otra.db-wal").read_bytes()
    for end in ("", "-wal", "-shm"):
        aside.with_name(f"otra.db{end}").unlink()
    return left


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
@pytest.mark.parametrize("part", [".restoring", ".restoring.part"])
async def test_what_a_killed_restore_left_spoils_no_later_one(
    copy: Path, target: Path, part: str, end: str
) -> None:
    made = {"-wal": log_of, "-shm": lambda _: bytes(32768), "-journal": journal}[end]
    target.with_name(f"comanda.db{part}{end}").write_bytes(made(copy))
    target.with_name(f"comanda.db{part}").write_bytes(copy.read_bytes()[:9000])
    restore(copy, target)
    assert check(target) == []
    assert lasting(target) == lasting(copy)
    assert not [name for name in names(target) if name.endswith(LEFT_BEHIND)]


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
@pytest.mark.parametrize("there", ["the database", "another one", "nothing"])
async def test_what_lies_beside_the_place_is_put_aside_as_it_is(
    copy: Path, target: Path, end: str, there: str
) -> None:
    made = {"-wal": log_of, "-shm": lambda _: bytes(32768), "-journal": journal}[end]
    left = made(target)
    if there == "nothing":
        target.unlink()
    elif there == "another one":
        target.write_bytes(copy.read_bytes())
    target.with_name(f"comanda.db{end}").write_bytes(left)
    kept = restore(copy, target)
    assert check(target) == []
    assert lasting(target) == lasting(copy)
    assert not [name for name in names(target) if name.endswith(("db-wal", "db-shm", "db-journal"))]
    assert kept is not None
    if there == "nothing":
        assert kept.name == f"comanda.db.replaced-20261129T030000Z{end}"
        assert kept.read_bytes() == left


async def test_a_link_that_leads_nowhere_and_a_folder_are_put_aside_too(
    copy: Path, target: Path
) -> None:
    target.unlink()
    target.with_name("comanda.db-wal").symlink_to("nowhere")
    target.with_name("comanda.db-journal").mkdir()
    assert restore(copy, target)
    assert check(target) == []
    assert names(target) == {
        "comanda.db",
        "comanda.db.replaced-20261129T030000Z-wal",
        "comanda.db.replaced-20261129T030000Z-journal",
    }


async def test_a_folder_in_the_copys_way_is_named(copy: Path, target: Path) -> None:
    before = everything(target)
    target.with_name("comanda.db.restoring").mkdir()
    with pytest.raises(DatabaseError, match=r"comanda\.db\.restoring: es una carpeta"):
        restore(copy, target)
    assert everything(target) == before


@pytest.mark.parametrize("end", ["", ".part"])
async def test_what_a_killed_restore_left_is_no_copy_to_restore_and_stays(
    copy: Path, target: Path, end: str
) -> None:
    left = target.with_name(f"comanda.db.restoring{end}")
    left.write_bytes(copy.read_bytes())
    with pytest.raises(DatabaseError, match="quedó a medias; usa la copia de la que salió"):
        restore(left, target)
    assert left.read_bytes() == copy.read_bytes()


FOREIGN = {"-wal": log_of, "-journal": journal}


def foreign_state(copy: Path, target: Path, end: str) -> dict[str, bytes]:
    """A database that somebody has put beside what another one has left; by name, what is there."""
    left = FOREIGN[end](target)
    target.write_bytes(copy.read_bytes())
    target.with_name(f"comanda.db{end}").write_bytes(left)
    target.with_name("comanda.db-shm").write_bytes(bytes(32768))
    return {name: target.with_name(name).read_bytes() for name in sorted(names(target))}


@pytest.mark.parametrize("end", FOREIGN)
@pytest.mark.parametrize("moment", range(1, 9))
async def test_a_crash_never_lets_a_log_meet_a_file_that_it_is_not_of(
    copy: Path, target: Path, tmp_path: Path, end: str, moment: int
) -> None:
    """A restore over a mixture dies at its n-th change of a name. What is there is either as it
    was, or the copy alone, or no database at all, and then nobody makes a new one there."""
    older = tmp_path / "vieja.db"
    async with open_database(tmp_path / "otra-casa.db") as database:
        await database.write(hire)
    backup(tmp_path / "otra-casa.db", older)
    before = foreign_state(older, target, end)
    dying = (
        "import os, sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from comanda.store.restore import prepare\n"
        "calls = 0\n"
        "def count(event, arguments):\n"
        "    global calls\n"
        "    if event in ('os.link', 'os.rename', 'os.remove') and armed:\n"
        "        calls += 1\n"
        "        if calls == int(sys.argv[3]):\n"
        "            os._exit(9)\n"
        "armed = False\n"
        "sys.addaudithook(count)\n"
        "with prepare(Path(sys.argv[1]), Path(sys.argv[2])) as ready:\n"
        "    armed = True\n"
        "    ready.carry_out(datetime.now(UTC))\n"
    )
    command = [sys.executable, "-c", dying, str(copy), str(target), str(moment)]
    assert subprocess.run(command, check=False).returncode in (0, 9)
    beside = {name for name in names(target) if name in before} - {"comanda.db"}
    if not target.exists():
        with pytest.raises(DatabaseError, match="comanda restore"):
            async with open_database(target):
                pass
        assert not target.exists()
    elif target.read_bytes() == before["comanda.db"]:
        assert beside == set(before) - {"comanda.db"}
    else:
        assert not beside
        assert lasting(target) == lasting(copy)
    restore(copy, target)
    assert lasting(target) == lasting(copy)
    assert check(target) == []
    kept = [path.read_bytes() for path in target.parent.glob("*.replaced-*")]
    assert all(data in kept for data in before.values())


@pytest.mark.parametrize("broken", range(1, 5))
async def test_what_was_put_aside_is_put_back_where_the_copy_does_not_follow(
    copy: Path, target: Path, monkeypatch: pytest.MonkeyPatch, broken: int
) -> None:
    before = foreign_state(copy, target, "-wal")
    rename, calls = Path.replace, iter(range(1, 99))

    def sometimes(self: Path, place: Path) -> Path:
        if next(calls) == broken:
            raise OSError(5, "Input/output error")
        return rename(self, place)

    with prepare(copy, target) as ready:
        monkeypatch.setattr(Path, "replace", sometimes)
        with pytest.raises(DatabaseError, match="No se pudo poner"):
            ready.carry_out(NOW)
        monkeypatch.undo()
    assert {name: target.with_name(name).read_bytes() for name in sorted(names(target))} == before


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
async def test_no_copy_is_made_beside_what_another_one_left(
    copy: Path, tmp_path: Path, end: str
) -> None:
    new = tmp_path / "lunes.db"
    new.with_name(f"lunes.db{end}").write_bytes(b"x")
    with pytest.raises(DatabaseError, match=f"Ya existe .*lunes.db{end}"):
        backup(copy, new)
    assert not new.exists()


async def test_a_full_disk_is_said_and_not_that_the_copy_is_none(
    copy: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> NoReturn:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr("comanda.store.restore.migrate", full)
    with pytest.raises(DatabaseError, match=r"preparar la copia .*: el disco está lleno"):
        restore(copy, target)
