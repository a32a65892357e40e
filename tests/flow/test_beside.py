"""A command beside the running server is heard at once, not with the next commit or heartbeat."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.flow.program import comanda
from tests.house import ANA, COCO, LUIS, NEW_PIN, ROSA, House, open_house, quick_config


async def run(house: House, *arguments: str, stdin: str = "") -> None:
    """Run a command in a process of its own, on the house's database."""
    line = (*arguments, "--database", str(house.path))
    status, _, told = await asyncio.to_thread(comanda, *line, stdin=stdin)
    assert status == 0, told


async def test_an_imported_menu_is_told_to_every_open_stream(tmp_path: Path) -> None:
    menu = tmp_path / "menu.csv"
    menu.write_text("name,category,price\nPozole,Sopas,95.00\nAgua,Bebidas,32.00\n", "utf-8")
    async with (
        open_house(quick_config(tmp_path / "c.db", heartbeat_seconds=600.0)) as house,
        house.stream(ANA) as waiter,
        house.stream(COCO) as kitchen,
    ):
        await run(house, "menu", "import", str(menu))
        for stream in (waiter, kitchen):
            event = await stream.next()
            assert event.type == "menu_updated"
            assert "Pozole" in json.dumps(event.data)
        order = await house.place()  # what the server commits itself comes as before, and once
        assert (await waiter.next()).data == order
        assert await waiter.is_silent()


@pytest.mark.parametrize(
    "command", [("disable", "ana"), ("pin", "ana", "--pin-stdin")], ids=["disable", "pin"]
)
async def test_whose_session_a_command_ends_is_out_at_once_and_nobody_else(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    async with (
        open_house(quick_config(tmp_path / "c.db", heartbeat_seconds=600.0)) as house,
        house.stream(ANA) as stream,
        house.stream(LUIS) as other,
    ):
        await run(house, "staff", *command, stdin=f"{NEW_PIN}\n")
        assert await stream.ends()
        order = await house.place(waiter=ROSA)
        assert (await other.next()).data == order


async def test_whoever_a_command_hires_can_sign_in_at_once(house: House) -> None:
    await run(house, "staff", "add", "zoe", "--role", "waiter", "--pin-stdin", stdin=f"{NEW_PIN}\n")
    status, _ = await house.call(None, "POST", "/session", json={"username": "zoe", "pin": NEW_PIN})
    assert status == 201
