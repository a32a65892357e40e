"""A command beside the server, on the pages that are open: nobody loads them again."""

import asyncio
from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import PHONE, OpenWindow
from tests.flow.program import comanda
from tests.house import ANA, COCO, LUIS, ROSA, House


async def test_an_imported_menu_is_on_every_open_page(
    house: House, window: OpenWindow, tmp_path: Path
) -> None:
    waiter = (await window(ANA, "/mesero", PHONE)).page
    office = (await window(ROSA, "/admin?ver=menu")).page
    kitchen = (await window(COCO, "/cocina")).page
    for page in (waiter, office, kitchen):
        await page.get_by_text("En línea").wait_for()
    await kitchen.get_by_role("button", name="Agotados").click()
    menu = tmp_path / "menu.csv"
    menu.write_text("name,category,price\nPozole,Sopas,95.00\n", "utf-8")
    line = ("menu", "import", str(menu), "--database", str(house.path))
    status, _, told = await asyncio.to_thread(comanda, *line)
    assert status == 0, told
    for page in (waiter, office, kitchen):
        await expect(page.get_by_text("Pozole").first).to_be_visible()


async def test_somebody_who_is_let_go_by_a_command_is_out_at_once(
    house: House, window: OpenWindow
) -> None:
    gone = (await window(ANA, "/mesero", PHONE)).page
    stays = (await window(LUIS, "/caja")).page
    for page in (gone, stays):
        await page.get_by_text("En línea").wait_for()
    line = ("staff", "disable", "ana", "--database", str(house.path))
    status, _, told = await asyncio.to_thread(comanda, *line)
    assert status == 0, told
    await gone.wait_for_url("**/?volver=*")
    await expect(stays.get_by_text("En línea")).to_be_visible()
