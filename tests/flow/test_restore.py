"""Going back to a backup: the command, and streams that come back with a newer cursor."""

import io
import re
import sys
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from comanda.cli.parser import main
from comanda.config import Config
from comanda.store.backup import check
from comanda.store.connection import connect
from tests.flow.program import comanda, serving
from tests.house import ANA, LUIS, PIN, FixedClock, open_house


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


async def test_what_a_phone_kept_from_before_never_meets_a_new_order(
    config: Config, clock: FixedClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A draft for a lost order, a photo's address and a cursor, all from before the restore."""
    copy = tmp_path / "copia.db"
    last = await busy_evening(config, clock, copy)
    capsys.readouterr()
    assert main(["restore", str(copy), "--yes", "--database", config.database.path]) == 0
    told = capsys.readouterr().out
    assert "La próxima orden es la 4: ningún número de antes se repite\n" in told
    assert "Todas las sesiones se cerraron: cada quien entra otra vez con su PIN\n" in told
    assert "El personal, los PIN y el menú son los de la copia." in told

    async with open_house(config, clock, new=False) as house:
        for table in (21, 22, 23):
            order = await house.deliver(table)
            _, submitted = await house.submit(order["id"])
            assert int(submitted["payment"]["id"]) > 2
        assert order["id"] == "6"
        for lost in ("2", "3"):
            status, answer = await house.submit(lost, key=f"draft-{lost}")
            assert (status, answer["code"]) == (404, "order_not_found")
        for lost in ("1", "2"):
            status, answer = await house.call(LUIS, "GET", f"/payments/{lost}/proof")
            assert (status, answer["code"]) == (404, "payment_not_found")
        _, listed = await house.call(LUIS, "GET", "/orders")
        assert int(listed["last_event_id"]) > last + 20, "the log has grown past every cursor"
        for cursor in (1, last - 1, last):
            async with house.stream(LUIS, headers={"Last-Event-ID": str(cursor)}) as stream:
                told_first = await stream.next()
            assert (told_first.type, str(told_first.id)) == ("resync", listed["last_event_id"])
        async with house.stream(LUIS, headers={"Last-Event-ID": str(last + 1)}) as stream:
            assert (await stream.next()).type == "order_updated"


async def test_a_session_does_not_come_back_with_a_copy(
    config: Config, clock: FixedClock, tmp_path: Path
) -> None:
    copy = tmp_path / "copia.db"
    async with open_house(config, clock) as house:
        cookies = await house.cookies(LUIS)
        assert main(["backup", str(copy), "--database", str(house.path)]) == 0
    assert main(["restore", str(copy), "--yes", "--database", config.database.path]) == 0
    async with (
        open_house(config, clock, new=False) as house,
        aiohttp.ClientSession(house.url, cookies=cookies) as before,
    ):
        for path in ("/session", "/orders", "/events/cashier"):
            async with before.get(path) as answer:
                assert answer.status == 401
        pin = {"username": "luis", "pin": PIN}
        async with before.post("/session", json=pin) as answer:
            assert answer.status == 201


async def test_where_the_old_database_is_lost_it_says_that_the_folios_jump(
    config: Config, clock: FixedClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy, path = tmp_path / "copia.db", Path(config.database.path)
    await busy_evening(config, clock, copy)
    path.unlink()
    capsys.readouterr()
    assert main(["restore", str(copy), "--yes", "--database", str(path)]) == 0
    told = capsys.readouterr().out
    assert "No se pudo saber hasta qué orden llegó la base de antes." in told
    (said,) = re.findall(r"los folios saltan: la próxima orden es la (\d+)\n", told)
    async with open_house(config, clock, new=False) as house:
        assert (await house.place(9))["id"] == said
        _, listed = await house.call(LUIS, "GET", "/orders")
        assert [order["id"] for order in listed["orders"]] == [said, "1"]


def test_a_restore_that_was_killed_is_told_of_and_no_new_house_begins(tmp_path: Path) -> None:
    path, copy = tmp_path / "comanda.db", tmp_path / "copia.db"
    there = ("--database", str(path))
    assert (
        comanda("staff", "add", "ana", "--role", "waiter", "--pin-stdin", *there, stdin=PIN)[0] == 0
    )
    assert comanda("backup", str(copy), *there)[0] == 0
    path.rename(tmp_path / "comanda.db.replaced-20261129T030000Z")
    path.with_name("comanda.db.restoring").write_bytes(copy.read_bytes())
    for command in (("serve", "--port", "0"), ("staff", "list")):
        status, _, told = comanda(*command, *there)
        assert status == 1
        assert f"Falta {path}: una restauración quedó a medias." in told
        assert "comanda restore COPIA" in told
    assert not path.exists()
    assert comanda("restore", str(copy), "--yes", *there)[0] == 0
    assert comanda("staff", "list", *there)[1].startswith("ana ")


async def test_a_house_whose_database_was_changed_opens_and_says_so(
    config: Config, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_house(config, clock):
        assert "no es como Comanda la hizo" not in caplog.text
    with closing(connect(Path(config.database.path))) as connection:
        connection.execute("CREATE TRIGGER mio AFTER INSERT ON orders BEGIN SELECT 1; END")
    async with open_house(config, clock, new=False) as house:
        assert (await house.place())["id"] == "1"
    assert (
        "La base de datos no es como Comanda la hizo: sobra el disparador «mio», que Comanda no "
        "hizo. Si no fue alguien de confianza, detén Comanda y vuelve a una copia"
    ) in caplog.text
    assert check(house.path) == ["En la base sobra el disparador «mio», que Comanda no hizo"]


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
