"""Copias: the administrator sees how the backups are, and makes one."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import expect

from comanda.cli.parser import main
from comanda.config import Backup, Config
from comanda.store.backup import backup
from comanda.store.copies import copies
from tests.browser.conftest import DESKTOP, PHONE, OpenWindow
from tests.browser.test_evidence import choose, open_sheet, send
from tests.browser.test_shell import violations
from tests.browser.test_sign_in import sign_in
from tests.house import ANA, LUIS, ROSA, House, jpeg, open_house


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
    await expect(panel.get_by_role("button", name="Hacer copia ahora")).to_be_focused()
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
    """The cashier's page stays open while the server goes back to a copy from before lunch.

    Whoever was signed in then, or is now, may have no business here: everybody signs in again.
    """
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
        await page.wait_for_url("**/?volver=%2Fcaja*")
        await sign_in(page, "luis")
        await expect(cards.filter(has_text="31")).to_be_visible()
        await expect(cards.filter(has_text="32")).to_be_hidden()
        third = await again.deliver(33)
        await again.submit(third["id"])
        await expect(cards.filter(has_text="33")).to_be_visible()


async def test_a_draft_for_an_order_that_the_copy_has_not_got_meets_no_other_order(
    house: House, window: OpenWindow, config: Config, tmp_path: Path
) -> None:
    """The photo stays on the phone, and the page says in words what has become of its order."""
    copy, port = tmp_path / "copia.db", int(house.url.rpartition(":")[2])
    backup(house.path, copy)
    await house.deliver(9)
    opened = await window(ANA, "/mesero", PHONE)
    page = opened.page
    await page.route("**/proof", lambda route: route.abort())
    dialog = await open_sheet(page)
    await choose(dialog, jpeg())
    await send(dialog)
    strip = page.get_by_role("complementary", name="Órdenes y comprobantes sin enviar")
    await expect(strip).to_contain_text("Sin enviar (1)")
    await house.runner.cleanup()
    assert main(["restore", str(copy), "--yes", "--database", str(house.path)]) == 0
    async with open_house(config, house.clock, new=False, port=port) as again:
        other = await again.deliver(21)
        assert other["id"] == "2"
        await page.unroute("**/proof")
        await page.wait_for_url("**/?volver=%2Fmesero*")
        await sign_in(page, "ana")
        await expect(strip).to_contain_text("Comanda ya no tiene la orden 1")
        await expect(strip).to_contain_text("El comprobante sigue aquí; avisa en caja")
        await expect(strip.get_by_role("button", name="Descartar")).to_be_visible()
        assert await page.evaluate("innerWidth === document.documentElement.scrollWidth")
        _, order = await again.call(ANA, "GET", "/orders/2")
        assert order["status"] == "entregado"
        assert order["payments"] == []
