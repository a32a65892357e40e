"""Conciliación: what was approved beside the bank's statement, on the cashier's page."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Locator, Page, Route, expect

from comanda.domain.staff import Staff
from tests.browser.conftest import OpenWindow
from tests.house import LUIS, MARA, ROSA, House, jpeg

NOW = "2026-11-28T20:50:00Z"  # nine minutes on from the house's clock, and 14:50 in Mexico


async def approve(house: House, table: int, method: str = "transferencia") -> str:
    """An order that was paid; its id."""
    order = await house.deliver(table)
    _, submitted = await house.submit(order["id"], photo=jpeg(f"#0000{table:02}"), method=method)
    status, judged = await house.judge(submitted["payment"]["id"], "aprobado", cashier=MARA)
    assert status == 200, judged
    return str(order["id"])


async def until(house: House, order_id: str, comes_true: Callable[[str | None], bool]) -> None:
    """Wait until the server's word on who found an order's payment is as it should be."""
    async with asyncio.timeout(20):
        while True:
            _, order = await house.call(LUIS, "GET", f"/orders/{order_id}")
            if comes_true(order["payment"]["reconciled_by"]):
                return
            await asyncio.sleep(0.05)


async def open_tab(house: House, window: OpenWindow, member: Staff = LUIS) -> Page:
    """The tab, on the day of the house's clock."""
    page = (await window(member, "/healthz")).page
    await page.clock.set_fixed_time(NOW)
    await page.goto(f"{house.url}/caja")
    await page.get_by_role("tab", name="Conciliación").click()
    await page.get_by_label("Desde").wait_for()
    return page


def row(page: Page, order_id: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=order_id, exact=True))


def tick(page: Page, order_id: str) -> Locator:
    return page.get_by_label(f"Encontrado en el banco: orden {order_id}", exact=False)


def total(page: Page, method: str) -> Locator:
    return page.locator(".bank-total", has_text=method)


async def test_what_was_found_in_the_bank_is_ticked_off(house: House, window: OpenWindow) -> None:
    first, second = await approve(house, 4), await approve(house, 5)
    cash = await approve(house, 6, "efectivo")
    page = await open_tab(house, window)
    for words in ("14:41", "4", "🏦 Transferencia", "$ 241.00", "Ana", "Mara", "⚠ Falta"):
        await expect(row(page, first)).to_contain_text(words)
    await expect(row(page, first)).to_have_attribute("data-missing", "true")
    await expect(row(page, cash)).to_have_attribute("data-missing", "false")
    for words in ("$ 482.00", "2 pagos", "⚠ Faltan 2 · $ 482.00"):
        await expect(total(page, "Transferencia")).to_contain_text(words)
    await expect(total(page, "Efectivo")).not_to_contain_text("Falta")

    await tick(page, first).focus()
    await page.keyboard.press("Space")
    await expect(row(page, first)).to_contain_text("✓ Encontrado")
    await expect(total(page, "Transferencia")).to_contain_text("⚠ Faltan 1 · $ 241.00")
    await until(house, first, lambda by: by == "luis")

    await page.reload()
    await page.get_by_role("tab", name="Conciliación").click()
    await expect(tick(page, first)).to_be_checked()
    await expect(tick(page, second)).not_to_be_checked()


async def test_a_tick_that_is_not_kept_is_taken_back_and_said(
    house: House, window: OpenWindow
) -> None:
    order_id = await approve(house, 4)
    page = await open_tab(house, window)

    async def lose(route: Route) -> None:
        await route.abort()

    await page.route("**/reconciliation", lose)
    await tick(page, order_id).click()
    await page.get_by_text("Mesa 4: no se guardó la marca. Sin conexión.").wait_for()
    await expect(tick(page, order_id)).not_to_be_checked()
    await expect(row(page, order_id)).to_contain_text("⚠ Falta")
    await expect(total(page, "Transferencia")).to_contain_text("⚠ Faltan 1 · $ 241.00")
    await page.unroute("**/reconciliation")
    await tick(page, order_id).check()
    await expect(total(page, "Transferencia")).to_contain_text("✓ Todo encontrado")


async def test_a_tick_that_is_taken_back_at_once_is_taken_back(
    house: House, window: OpenWindow
) -> None:
    order_id = await approve(house, 4)
    page = await open_tab(house, window)
    both_clicked = asyncio.Event()
    asked: list[str | None] = []

    async def hold(route: Route) -> None:
        asked.append(route.request.post_data)
        await both_clicked.wait()
        await route.continue_()

    await page.route("**/reconciliation", hold)
    await tick(page, order_id).check()
    await tick(page, order_id).uncheck()
    both_clicked.set()
    await until(house, order_id, lambda by: len(asked) == 2 and by is None)
    assert asked == ['{"found":true}', '{"found":false}']
    await expect(total(page, "Transferencia")).to_contain_text("⚠ Faltan 1 · $ 241.00")


async def test_days_and_methods_are_chosen_and_taken_along(
    house: House, window: OpenWindow
) -> None:
    transfer, card = await approve(house, 4), await approve(house, 5, "tarjeta")
    page = await open_tab(house, window, ROSA)
    await expect(page.get_by_label("Desde")).to_have_value("2026-11-28")
    await expect(row(page, card)).to_be_visible()
    await page.get_by_label("Forma de pago", exact=True).select_option("Tarjeta")
    await expect(row(page, transfer)).to_have_count(0)
    await expect(row(page, card)).to_be_visible()
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Descargar CSV").click()
    download = await downloading.value
    csv = Path(await download.path()).read_bytes()
    assert csv.startswith(b"\xef\xbb\xbf")
    assert b"tarjeta" in csv
    assert b"transferencia" not in csv

    await page.get_by_role("button", name="Día anterior").click()
    await page.get_by_text("No hay pagos aprobados en estas fechas").wait_for()
    await expect(page.get_by_label("Hasta")).to_have_value("2026-11-27")
    await page.get_by_role("button", name="Día siguiente").click()
    await expect(row(page, card)).to_be_visible()
    await page.get_by_label("Hasta").fill("2026-11-20")
    await expect(page.get_by_label("Desde")).to_have_value("2026-11-20")
    await expect(row(page, card)).to_have_count(0)
    await page.get_by_role("button", name="Hoy").click()
    await expect(row(page, card)).to_be_visible()


async def test_a_payment_approved_meanwhile_comes_by_itself_and_opens(
    house: House, window: OpenWindow
) -> None:
    page = await open_tab(house, window)
    await page.get_by_text("No hay pagos aprobados en estas fechas").wait_for()
    order_id = await approve(house, 12)
    await row(page, order_id).get_by_role("link", name=order_id).click()
    dialog = page.get_by_role("dialog", name=f"Mesa 12 · Orden {order_id}")
    await expect(dialog).to_contain_text("visto en la cuenta")
    await dialog.get_by_role("button", name="Cerrar").click()
    await page.get_by_role("tab", name="Pagadas hoy").click()
    await expect(page.locator(".detail")).to_be_visible()


async def test_without_a_network_it_says_so_and_opens_once_there_is_one(
    house: House, window: OpenWindow
) -> None:
    order_id = await approve(house, 12)
    opened = await window(LUIS, "/healthz")
    page = opened.page
    await page.clock.set_fixed_time(NOW)
    await page.goto(f"{house.url}/caja")
    await page.get_by_text("En línea").wait_for()
    await opened.context.set_offline(True)
    await page.get_by_role("tab", name="Conciliación").click()
    await page.get_by_text("Sin conexión. Inténtalo otra vez.").wait_for()
    await opened.context.set_offline(False)
    await page.get_by_role("tab", name="Por Verificar").click()
    await page.get_by_role("tab", name="Conciliación").click()
    await row(page, order_id).wait_for()
