"""Going back to a backup: the command, and streams that come back with a newer cursor."""

import io
import sys
from pathlib import Path

import pytest

from comanda.__main__ import main
from comanda.config import Config
from comanda.store.backup import check
from tests.flow.program import comanda, serving
from tests.house import ANA, LUIS, FixedClock, open_house


async def busy_evening(config: Config, clock: FixedClock, copy: Path) -> int:
    """A house that is backed up after one order, and goes on; its last event's id."""
    async with open_house(config, clock) as house:
        await house.place(1)
        assert main(["backup", str(copy), "--database", str(house.path)]) == 0
        for table in (2, 3):
            order = await house.deliver(table)
            await house.submit(order["id"])
        _, listed = await house.call(LUIS, "GET", "/orders")
    return int(listed["last_event_id"])


async def test_a_stream_from_before_the_restore_is_told_to_begin_anew(
    config: Config, clock: FixedClock, tmp_path: Path
) -> None:
    copy = tmp_path / "copia.db"
    last = await busy_evening(config, clock, copy)
    assert main(["restore", str(copy), "--yes", "--database", config.database.path]) == 0

    async with open_house(config, clock, new=False) as house:
        _, listed = await house.call(LUIS, "GET", "/orders")
        assert [order["table_number"] for order in listed["orders"]] == [1]
        async with house.stream(LUIS, headers={"Last-Event-ID": str(last)}) as stream:
            resync = await stream.next()
            assert (resync.type, str(resync.id)) == ("resync", listed["last_event_id"])
            assert resync.data == {"last_event_id": listed["last_event_id"]}
            order = await house.deliver(4)
            await house.submit(order["id"])
            notice = await stream.until("payment_verification_pending")
            assert notice.data["table_number"] == 4
            assert notice.id > resync.id
    assert check(house.path) == []


async def test_it_says_what_is_in_the_copy_and_does_nothing_unless_told(
    config: Config,
    clock: FixedClock,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copy, path = tmp_path / "copia.db", Path(config.database.path)
    await busy_evening(config, clock, copy)
    capsys.readouterr()
    for answer, status in (("no\n", 1), ("", 1), ("sí\n", 0)):
        before = path.read_bytes()
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        assert main(["restore", str(copy), "--database", str(path)]) == status
        told = capsys.readouterr()
        assert "órdenes: 1, del 2026-11-2" in told.out
        assert "pagos: 0" in told.out
        assert "último evento: 2, 2026-11-2" in told.out
        assert "versión de la base: " in told.out
        if status:
            assert told.err == "comanda: No se cambió nada\n"
            assert path.read_bytes() == before
    (kept,) = tmp_path.glob("comanda.db.replaced-*")
    assert f"Lo que había está en {kept}" in told.out
    assert main(["restore", str(kept), "--yes", "--database", str(path)]) == 0
    async with open_house(config, clock, new=False) as house:
        _, listed = await house.call(ANA, "GET", "/orders")
    assert len(listed["orders"]) == 3


def test_a_running_server_is_not_replaced_and_one_that_was_killed_is(tmp_path: Path) -> None:
    path, copy = tmp_path / "comanda.db", tmp_path / "copia.db"
    there = ("--database", str(path))
    with serving(path) as (process, _, _):
        assert comanda("backup", str(copy), *there)[0] == 0
        status, _, told = comanda("restore", str(copy), "--yes", *there)
        assert (status, told) == (
            1,
            f"comanda: {path} está en uso. Detén Comanda y prueba otra vez\n",
        )
        process.kill()
        process.wait(20)
    status, told, _ = comanda("restore", str(copy), "--yes", *there)
    assert status == 0
    assert f"Restaurada en {path}" in told
    assert comanda("check", *there)[0] == 0
