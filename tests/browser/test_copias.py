"""Copias: the administrator sees how the backups are, and makes one."""

from dataclasses import replace

import pytest
from playwright.async_api import expect

from comanda.config import Backup, Config
from comanda.store.copies import copies
from tests.browser.conftest import DESKTOP, PHONE, OpenWindow
from tests.browser.test_shell import violations
from tests.house import ROSA, House


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
