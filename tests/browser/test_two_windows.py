"""Test 1 and Test 2 as people live them: a phone and a cashier's screen, and nobody reloads."""

from playwright.async_api import Page, expect

from tests.browser.conftest import PHONE, OpenWindow
from tests.house import ANA, COCO, LUIS, House, jpeg


async def charge(page: Page, button: str, photo: bytes) -> None:
    """The waiter's taps, from the list to *Enviar*."""
    await page.get_by_role("tab", name="Por Cobrar").click()
    await page.get_by_role("button", name=button).click()
    await page.get_by_label("🖼 Galería").set_input_files(
        {"name": "recibo.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    await page.get_by_role("button", name="Enviar", exact=True).click()


async def reload_guard(page: Page) -> None:
    await page.evaluate("window.neverReloaded = true")


async def test_a_first_proof_and_its_approval(house: House, window: OpenWindow) -> None:
    await house.deliver(table=12)
    waiter = await window(ANA, "/mesero", PHONE)
    cashier = await window(LUIS, "/caja")
    kitchen = await window(COCO, "/cocina")
    for opened in (waiter, cashier, kitchen):
        await opened.page.get_by_text("En línea").wait_for()
        await reload_guard(opened.page)
    await expect(cashier.page.get_by_text("Nada por verificar ✓")).to_be_visible()

    await charge(waiter.page, "Cobrar", jpeg("white", (1200, 1600)))
    await expect(waiter.page.get_by_text("Esperando al cajero").first).to_be_visible()
    await expect(cashier.page).to_have_title("(1) Caja · Comanda")
    card = cashier.page.get_by_role("tabpanel").get_by_role("button", name="12").first
    await card.click()
    await cashier.page.get_by_label("Lo vi en la cuenta").check()
    await cashier.page.get_by_role("button", name="Aprobar").click()

    await expect(waiter.page.get_by_text("Pago aprobado").first).to_be_visible()
    await expect(cashier.page.get_by_text("Nada por verificar ✓")).to_be_visible()
    _, order = await house.call(LUIS, "GET", "/orders/1")
    assert (order["status"], order["payment"]["decided_by"]) == ("pagado", "luis")
    sent = [line for line in waiter.console if "[Frontend]" in line]
    assert sent[0].startswith("🔄 [Frontend] Enviando comprobante de pago")
    assert sent[-1].startswith("✅ [Frontend] Comprobante enviado exitosamente")
    for opened in (waiter, cashier, kitchen):
        assert await opened.page.evaluate("window.neverReloaded")
    assert "12" not in await kitchen.page.inner_text("main")


async def test_a_rejected_proof_is_sent_again_and_seen_at_once(
    house: House, window: OpenWindow
) -> None:
    await house.deliver(table=7)
    waiter = (await window(ANA, "/mesero", PHONE)).page
    cashier = (await window(LUIS, "/caja")).page
    for page in (waiter, cashier):
        await page.get_by_text("En línea").wait_for()
        await reload_guard(page)

    await charge(waiter, "Cobrar", jpeg("gray", (900, 1200)))
    await cashier.get_by_role("tabpanel").get_by_role("button", name="7").first.click()
    await cashier.get_by_role("button", name="Rechazar").click()
    dialog = cashier.get_by_role("dialog")
    await dialog.get_by_text("ilegible").click()
    await dialog.get_by_role("button", name="Rechazar").click()
    await expect(cashier.get_by_text("Nada por verificar ✓")).to_be_visible()

    await expect(waiter.get_by_text("ilegible").first).to_be_visible()
    await waiter.get_by_role("button", name="Cerrar").click()
    await expect(waiter.get_by_text("🔄 Pago Rechazado").first).to_be_visible()
    await charge(waiter, "🔄 Reintentar Pago", jpeg("white", (900, 1200)))
    await expect(cashier.get_by_text("Reenvío #2").first).to_be_visible()
    await expect(cashier).to_have_title("(1) Caja · Comanda")
    await cashier.get_by_role("tabpanel").get_by_role("button", name="7").first.click()
    await expect(cashier.get_by_text("«ilegible»").first).to_be_visible()
    await cashier.get_by_label("Lo vi en la cuenta").check()
    await cashier.get_by_role("button", name="Aprobar").click()
    await expect(waiter.get_by_text("Pago aprobado").first).to_be_visible()
    for page in (waiter, cashier):
        assert await page.evaluate("window.neverReloaded")
    _, order = await house.call(LUIS, "GET", "/orders/1")
    assert [one["status"] for one in order["payments"]] == ["rechazado", "aprobado"]
