"""Copias: the administrator sees how the backups are, and makes one."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import expect

from comanda.__main__ import main
from comanda.config import Backup, Config
from comanda.store.backup import backup
from comanda.store.copies import copies
from tests.browser.conftest import DESKTOP, PHONE, OpenWindow
from tests.browser.test_shell import violations
from tests.house import LUIS, ROSA, House, open_house


@pytest.fixture
def config(config: Config) -> Config:
    """Nightly backups are on; no night has passed."""
    return replace(config, backup=Backup())


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_an_administrator_is_alarmed_and_makes_a_copy(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    folder = house.path.parent / "backups"
    folder.mkdir()
    (folder / "comanda-20261125T100000Z.db").write_bytes(b"three days old")
    page = (await window(ROSA, "/admin", size)).page
    alarm = page.get_by_role("alert")
    await expect(alarm).to_contain_text("⚠ Copias: No hay ninguna copia de las últimas 24 horas.")
    await alarm.get_by_role("button", name="Ver copias").click()
    panel = page.get_by_role("tabpanel", name="Copias")
    await expect(panel.get_by_role("status")).to_contain_text("⚠ No hay ninguna copia")
    await expect(panel.get_by_role("listitem")).to_have_count(1)
    await expect(panel.get_by_text("Las copias están en el mismo disco")).to_be_visible()
    assert await violations(page) == []

    await panel.get_by_role("button", name="Hacer copia ahora").click()
    await expect(panel.get_by_role("status")).to_contain_text("✓ Última copia: ")
    await expect(alarm).to_be_hidden()
    await expect(panel.get_by_role("listitem")).to_have_count(2)
    await expect(panel.get_by_role("listitem").first).to_contain_text(copies(folder)[0].name)
    assert await violations(page) == []


async def test_a_copy_that_fails_says_why(house: House, window: OpenWindow) -> None:
    (house.path.parent / "backups").touch()
    page = (await window(ROSA, "/admin?ver=copias")).page
    panel = page.get_by_role("tabpanel", name="Copias")
    await panel.get_by_role("button", name="Hacer copia ahora").click()
    await expect(panel.get_by_role("status")).to_contain_text("No se pudo hacer la última copia")
    await expect(page.get_by_role("alert")).to_contain_text("⚠ Copias: No se pudo")


async def test_an_open_page_finds_out_about_a_restore_by_itself(
    house: House, window: OpenWindow, config: Config, tmp_path: Path
) -> None:
    """The cashier's page stays open while the server goes back to a copy from before lunch."""
    copy, port = tmp_path / "copia.db", int(house.url.rpartition(":")[2])
    first = await house.deliver(31)
    await house.submit(first["id"])
    page = (await window(LUIS, "/caja")).page
    cards = page.get_by_role("tabpanel").get_by_role("button")
    await expect(cards.filter(has_text="31")).to_be_visible()
    backup(house.path, copy)
    second = await house.deliver(32)
    await house.submit(second["id"])
    await expect(cards.filter(has_text="32")).to_be_visible()
    await house.runner.cleanup()
    assert main(["restore", str(copy), "--yes", "--database", str(house.path)]) == 0
    async with open_house(config, house.clock, new=False, port=port) as again:
        await expect(cards.filter(has_text="32")).to_be_hidden()
        await expect(cards.filter(has_text="31")).to_be_visible()
        third = await again.deliver(33)
        await again.submit(third["id"])
        await expect(cards.filter(has_text="33")).to_be_visible()
