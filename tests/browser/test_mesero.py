"""The waiter's page: taps become orders, and a proof arrives once, whatever the Wi-Fi."""

import asyncio
import io
import re
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Locator, Page, Route, expect

from comanda.config import Config
from tests.browser.conftest import PHONE, OpenWindow, hear, refresh_until, settled, until_order
from tests.house import (
    ANA,
    BETO,
    COCO,
    LUIS,
    PDF,
    ROSA,
    FixedClock,
    House,
    eventually,
    jpeg,
    open_house,
)

SENDING = "🔄 [Frontend] Enviando comprobante de pago"
SENT = "✅ [Frontend] Comprobante enviado exitosamente"
GPS, ORIENTATION = 0x8825, 0x0112
RISING, FALLING = [660, 990], [520, 330]  # hertz: something new, something refused


async def tab(page: Page, name: str) -> None:
    await page.get_by_role("tab", name=name).click()


def card(page: Page, table: int) -> Locator:
    return page.get_by_role("article", name=f"Mesa {table}, orden")


def sheet(page: Page) -> Locator:
    return page.get_by_role("dialog")


async def open_sheet(page: Page, table: int = 12, button: str = "Cobrar") -> Locator:
    await tab(page, "Por Cobrar")
    await card(page, table).get_by_role("button", name=button).click()
    await sheet(page).wait_for()
    return sheet(page)


def file(data: bytes, name: str = "IMG_0042.jpg", kind: str = "image/jpeg") -> Any:
    return {"name": name, "mimeType": kind, "buffer": data}


async def send_photo(page: Page, data: bytes | None = None) -> None:
    """Choose a photo in the open sheet, and tap Enviar."""
    await choose_photo(page, data or jpeg())
    await sheet(page).get_by_role("button", name="Enviar", exact=True).click()


async def choose_photo(page: Page, data: bytes) -> None:
    await sheet(page).get_by_label("Galería").set_input_files(file(data))
    await sheet(page).get_by_text("Foto lista").wait_for()


async def shown(house: House, order_id: str) -> dict[str, Any]:
    _, order = await house.call(ANA, "GET", f"/orders/{order_id}")
    return dict(order)


def big_photo() -> bytes:
    """Twelve megapixels as a phone writes them: lying on their side, with the place."""
    picture = Image.new("RGB", (4000, 3000), "white")
    picture.paste("red", (0, 0, 4000, 300))  # the upper edge as stored: the right one, once upright
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (19.0, 25.0, 57.0)
    packed = io.BytesIO()
    picture.save(packed, "JPEG", exif=exif)
    return packed.getvalue()


async def test_an_order_is_placed_by_taps(house: House, window: OpenWindow) -> None:
    page = (await window(ANA, "/mesero", PHONE)).page
    await page.get_by_label("Mesa", exact=True).fill("12")
    await page.get_by_role("button", name="Agregar Tacos al pastor").click()
    await page.get_by_role("button", name="Agregar Tacos al pastor").click()
    await page.get_by_role("button", name="Escribir nota, Tacos al pastor").click()
    await page.get_by_label("Nota de Tacos al pastor", exact=True).fill("sin cebolla")
    await page.get_by_label("Buscar", exact=True).fill("SÓPA")
    await expect(page.get_by_role("button", name="Agregar Agua")).to_be_hidden()
    await page.get_by_role("button", name="Agregar Sopa").click()
    await page.get_by_role("button", name="Agregar Sopa").click()
    await page.get_by_role("button", name="Quitar Sopa").click()
    await expect(page.get_by_role("tab", name="Nueva")).to_contain_text("3")
    await page.get_by_role("button", name="Enviar orden · $ 241.00").click()
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")
    order = await shown(house, "1")
    lines = [(line["name"], line["quantity"], line["note"]) for line in order["items"]]
    assert lines == [("Tacos al pastor", 2, "sin cebolla"), ("Sopa", 1, None)]
    assert (order["table_number"], order["waiter"]) == (12, "ana")
    await expect(page.get_by_role("tab", name="Nueva")).to_contain_text("0")
    await expect(page.get_by_role("tab", name="En curso")).to_contain_text("1")


async def test_a_dish_counts_its_number_for_ears_too(house: House, window: OpenWindow) -> None:
    page = (await window(ANA, "/mesero", PHONE)).page
    said = page.get_by_role("status").filter(has_text="Tacos al pastor:")
    await page.get_by_role("button", name="Agregar Tacos al pastor", exact=True).click()
    await expect(said).to_have_text("Tacos al pastor: 1")
    await page.get_by_role("button", name="Agregar Tacos al pastor, hay 1", exact=True).click()
    await expect(said).to_have_text("Tacos al pastor: 2")
    await page.get_by_role("button", name="Quitar Tacos al pastor, hay 2", exact=True).click()
    await page.get_by_role("button", name="Quitar Tacos al pastor, hay 1", exact=True).click()
    await expect(said).to_have_text("Tacos al pastor: 0")


async def test_an_order_without_table_or_items_is_not_sent(
    house: House, window: OpenWindow
) -> None:
    page = (await window(ANA, "/mesero", PHONE)).page
    await page.get_by_role("button", name="Agregar Sopa").click()
    await page.get_by_role("button", name="Enviar orden").click()
    await page.get_by_text("Escribe el número de la mesa").wait_for()
    await page.get_by_label("Mesa", exact=True).fill("3")
    await page.get_by_role("button", name="Quitar Sopa").click()
    await page.get_by_role("button", name="Enviar orden").click()
    await page.get_by_text("Agrega al menos un platillo").wait_for()
    assert house.rows()["orders"] == 0


async def test_an_order_whose_answer_is_lost_is_placed_once(
    house: House, window: OpenWindow
) -> None:
    page = (await window(ANA, "/mesero", PHONE)).page
    seen = asyncio.Event()
    lost = await lose_answers(page, "**/orders", times=1, hold=seen)
    await page.get_by_label("Mesa", exact=True).fill("12")
    await page.get_by_role("button", name="Agregar Sopa").click()
    await page.get_by_role("button", name="Enviar orden").click()
    await page.get_by_text("no se duplica").wait_for()
    seen.set()
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")
    assert lost == [201]
    assert house.rows()["orders"] == 1


async def test_a_draft_order_outlives_its_page(house: House, window: OpenWindow) -> None:
    opened = await window(ANA, "/mesero", PHONE)
    await opened.page.get_by_label("Mesa", exact=True).fill("8")
    await opened.page.get_by_role("button", name="Agregar Agua").click()
    await opened.page.close()
    page = (await window(ANA, "/mesero", context=opened.context)).page
    await page.get_by_role("button", name="Enviar orden · $ 30.00").wait_for()
    assert await page.get_by_label("Mesa", exact=True).input_value() == "8"


async def test_a_ready_order_stands_out_and_one_tap_delivers_it(
    house: House, window: OpenWindow
) -> None:
    page = (await window(ANA, "/mesero", PHONE)).page
    await page.evaluate("navigator.vibrate = (pattern) => { window.buzzed = pattern; }")
    other = await house.place(5, BETO)
    order = await house.place(12)
    await house.advance(order["id"], "en_preparacion", COCO)
    await tab(page, "En curso")
    await card(page, 12).get_by_text("En preparación").wait_for()
    await house.advance(order["id"], "listo", COCO)
    await hear(page, "Mesa 12: listo, recógelo en cocina")
    assert await page.evaluate("window.buzzed") == [200, 100, 200]
    assert await page.evaluate("tones") == RISING
    assert await card(page, 12).get_by_text("★ tuya").is_visible()
    await card(page, 5).get_by_role("button", name="Mesa 5").press("Enter")
    assert await card(page, 5).get_by_text("Orden 1 · beto").is_visible()
    labels = await page.get_by_role("article").evaluate_all(
        "all => all.map((one) => one.ariaLabel)"
    )
    assert labels == [f"Mesa 12, orden {order['id']}", f"Mesa 5, orden {other['id']}"]
    await settled(page)
    await card(page, 12).get_by_role("button", name="Entregado").click()
    await expect(page.get_by_role("tab", name="En curso")).to_contain_text("1")
    await expect(page.get_by_role("tab", name="Por Cobrar")).to_contain_text("1")
    assert (await shown(house, order["id"]))["status"] == "entregado"


async def test_a_phone_that_slept_tells_of_what_it_missed(house: House, window: OpenWindow) -> None:
    """No event reaches the page: it learns from snapshots alone."""
    opened = await window(ANA, "/healthz", PHONE)
    page = opened.page
    await page.route("**/events/**", lambda route: route.abort())
    cooked, refused, paid = await house.place(12), await house.deliver(4), await house.deliver(5)
    for order in (refused, paid):
        await house.submit(order["id"])
    await page.goto(f"{house.url}/mesero")
    await page.evaluate("navigator.vibrate = (pattern) => { window.buzzed = pattern; }")
    await expect(page.get_by_role("tab", name="En curso")).to_contain_text("1")
    await tab(page, "En curso")
    await house.advance(cooked["id"], "en_preparacion", COCO)
    await house.advance(cooked["id"], "listo", COCO)
    await refresh_until(page, "said.length === 1")
    assert await page.evaluate("window.buzzed") == [200, 100, 200]
    assert await page.evaluate("tones") == RISING
    await house.judge("1", "rechazado", reason="ilegible")
    await refresh_until(page, "said.length === 2")
    assert await page.evaluate("tones") == [*RISING, *FALLING]
    await house.judge("2", "aprobado")
    await refresh_until(page, "said.length === 3")
    await house.place(30)
    await refresh_until(page, "document.querySelector('#panel-curso').textContent.includes('30')")
    assert await page.evaluate("said") == [
        "🔔 Mesa 12: listo, recógelo en cocina",
        "🔄 Mesa 4: el cajero rechazó el pago",
        "✓ Mesa 5 pagada",
    ]


async def test_a_photo_is_charged_rejected_sent_again_and_approved(
    house: House, window: OpenWindow
) -> None:
    order = await house.deliver()
    opened = await window(ANA, "/mesero", PHONE)
    page = opened.page
    counter = page.get_by_role("tab", name="Por Cobrar")
    await expect(counter).to_contain_text("1")
    dialog = await open_sheet(page)
    assert "orden=1" in page.url
    await send_photo(page, big_photo())
    await dialog.get_by_text("Esperando al cajero").wait_for()
    payment = (await shown(house, order["id"]))["payment"]
    assert (payment["method"], payment["attempt"]) == ("transferencia", 1)
    await assert_small_upright_and_bare(house, payment["id"])

    await house.judge(payment["id"], "rechazado", reason="ilegible")
    await dialog.get_by_text("«ilegible»").wait_for()
    await dialog.get_by_role("button", name="Cerrar").click()
    await expect(page).not_to_have_url(re.compile("orden"))
    await card(page, 12).get_by_text("🔄 Pago Rechazado", exact=True).wait_for()
    await card(page, 12).get_by_text("«ilegible»").wait_for()
    retry = card(page, 12).get_by_role(
        "button", name="🔄 Reintentar Pago, mesa 12, orden 1", exact=True
    )
    assert await retry.get_attribute("data-kind") == "retry"
    await expect(counter).to_contain_text("1")
    await retry.click()
    await send_photo(page)
    await dialog.get_by_text("Esperando al cajero").wait_for()
    await expect(counter).to_contain_text("0")

    second = (await shown(house, order["id"]))["payment"]
    assert second["attempt"] == 2
    await house.judge(second["id"], "aprobado")
    await dialog.get_by_text("Pago aprobado").wait_for()
    await dialog.get_by_role("button", name="Cerrar").click()
    await page.get_by_text("Nada por cobrar ✓").wait_for()
    lines = [line for line in opened.console if "[Frontend]" in line]
    assert [line.split(" · ")[0] for line in lines] == [SENDING, SENT] * 2
    assert "orden 1 · transferencia · " in lines[0]
    assert lines[0].endswith("KB · intento 1")


async def assert_small_upright_and_bare(house: House, payment_id: str) -> None:
    """What the server keeps of `big_photo()`: 1,600 px, portrait, red on the right, no EXIF."""
    client = await house.client(LUIS)
    async with client.get(f"/payments/{payment_id}/proof") as response:
        kept = await response.read()
    with Image.open(io.BytesIO(kept)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1200, 1600))
        assert not picture.getexif()
        assert "exif" not in picture.info
        colors = [picture.convert("RGB").getpixel((x, 800)) for x in (5, 1195)]
    assert isinstance(colors[0], tuple)
    assert isinstance(colors[1], tuple)
    assert min(colors[0]) > 240
    assert colors[1][0] > 240
    assert colors[1][1] < 30


async def test_a_pdf_goes_as_it_is_and_cash_needs_no_file(house: House, window: OpenWindow) -> None:
    await house.deliver(12)
    await house.deliver(4)
    page = (await window(ANA, "/mesero", PHONE)).page
    dialog = await open_sheet(page, 12)
    enviar = dialog.get_by_role("button", name="Enviar", exact=True)
    assert await enviar.is_disabled()
    await dialog.get_by_label("Galería").set_input_files(file(PDF, "pago.pdf", "application/pdf"))
    await dialog.get_by_text("📄 pago.pdf").wait_for()
    await enviar.click()
    await dialog.get_by_text("Esperando al cajero").wait_for()
    await dialog.get_by_role("button", name="Cerrar").click()
    client = await house.client(LUIS)
    async with client.get("/payments/1/proof") as response:
        assert await response.read() == PDF
    await settled(page)
    dialog = await open_sheet(page, 4)
    await dialog.get_by_text("Efectivo").click()
    await enviar.click()
    await dialog.get_by_text("Esperando al cajero").wait_for()
    assert (await shown(house, "2"))["payment"]["method"] == "efectivo"


async def test_the_sheet_comes_back_after_the_tab_was_killed(
    house: House, window: OpenWindow
) -> None:
    await house.deliver()
    opened = await window(ANA, "/mesero", PHONE)
    dialog = await open_sheet(opened.page)
    await dialog.get_by_text("Efectivo").click()
    url = opened.page.url.removeprefix(house.url)
    await opened.page.close()
    page = (await window(ANA, url, context=opened.context)).page
    await sheet(page).get_by_text("Mesa 12 · $ 241.00").wait_for()
    assert await sheet(page).get_by_label("Efectivo").is_checked()


async def test_the_browsers_back_closes_the_sheet_and_stays_on_the_page(
    house: House, window: OpenWindow
) -> None:
    await house.deliver()
    page = (await window(ANA, "/mesero?ver=cobrar", PHONE)).page
    for close in (page.go_back, page.get_by_role("button", name="Cerrar").click):
        await open_sheet(page)
        await expect(page).to_have_url(re.compile(r"ver=cobrar&orden=1"))
        await close()
        await expect(sheet(page)).to_have_count(0)
        await expect(page).to_have_url(re.compile(r"/mesero\?ver=cobrar$"))
    await page.go_forward()
    await sheet(page).wait_for()
    await page.reload()
    await sheet(page).wait_for()
    await page.go_back()
    await expect(sheet(page)).to_have_count(0)


async def test_a_draft_survives_the_network_and_the_tab(house: House, window: OpenWindow) -> None:
    order = await house.deliver()
    opened = await window(ANA, "/mesero", PHONE)
    await open_sheet(opened.page)
    await opened.context.set_offline(True)
    await send_photo(opened.page)
    await sheet(opened.page).get_by_text("Se enviará solo").wait_for()
    await sheet(opened.page).get_by_role("button", name="Cerrar").click()
    await opened.page.get_by_text("Sin enviar (1)").wait_for()
    await opened.page.get_by_role("button", name="Enviar ahora").wait_for()
    await opened.page.close()
    assert house.rows()["payments"] == 0
    await opened.context.set_offline(False)
    page = (await window(ANA, "/mesero", context=opened.context)).page
    await until_order(house, order["id"], lambda now: now["status"] == "por_verificar")
    await page.get_by_text("Sin enviar (1)").wait_for(state="hidden")
    await page.reload()
    await page.get_by_text("En línea").wait_for()
    assert house.rows()["payments"] == 1


async def test_a_draft_survives_the_server_in_the_middle_of_the_upload(
    config: Config, clock: FixedClock, house: House, window: OpenWindow
) -> None:
    order = await house.deliver()
    opened = await window(ANA, "/mesero", PHONE)
    dialog = await open_sheet(opened.page)
    wire = await opened.context.new_cdp_session(opened.page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 60_000}
    await wire.send("Network.emulateNetworkConditions", slow)
    await send_photo(opened.page, noise())
    await dialog.get_by_text(re.compile(r"Enviando… [1-9]\d? %")).wait_for()
    port = house.runner.addresses[0][1]
    await house.runner.cleanup()
    await dialog.get_by_text("Se enviará solo").wait_for()
    await wire.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": -1})
    async with open_house(config, clock, new=False, port=port) as again:
        await dialog.get_by_text("Esperando al cajero").wait_for(timeout=90_000)
        assert (await shown(again, order["id"]))["payment"]["attempt"] == 1
        assert again.rows()["payments"] == 1


def noise() -> bytes:
    """A photo that stays heavy however it is packed."""
    packed = io.BytesIO()
    Image.effect_noise((1600, 1600), 120).convert("RGB").save(packed, "JPEG", quality=90)
    return packed.getvalue()


async def lose_answers(
    page: Page, pattern: str, times: int, hold: asyncio.Event | None = None
) -> list[int]:
    """The server gets the next POSTs and answers, but the phone never hears; their statuses.

    Those after them wait for `hold`, so that what the page says meanwhile can be read in peace.
    """
    lost: list[int] = []

    async def lose(route: Route) -> None:
        if route.request.method != "POST" or len(lost) >= times:
            if hold is not None and route.request.method == "POST":
                await hold.wait()
            await route.fallback()
            return
        response = await route.fetch()
        lost.append(response.status)
        await route.abort()

    await page.route(pattern, lose)
    return lost


async def test_an_answer_lost_after_the_commit_leaves_one_payment(
    house: House, window: OpenWindow
) -> None:
    order = await house.deliver()
    opened = await window(ANA, "/mesero", PHONE)
    lost = await lose_answers(opened.page, "**/proof", times=2)
    await open_sheet(opened.page)
    await send_photo(opened.page)
    await sheet(opened.page).get_by_text("Esperando al cajero").wait_for()
    await eventually(lambda: any(SENT in line for line in opened.console))
    assert lost == [201, 200]
    assert house.rows()["payments"] == 1
    assert (await shown(house, order["id"]))["payment"]["attempt"] == 1
    await expect(sheet(opened.page).get_by_text("Se enviará solo")).to_be_hidden()
    await expect(opened.page.get_by_text("Sin enviar")).to_be_hidden()


async def test_two_tabs_send_a_draft_once(house: House, window: OpenWindow) -> None:
    await house.deliver()
    first = await window(ANA, "/mesero", PHONE)
    second = await window(ANA, "/mesero", context=first.context)
    await first.page.bring_to_front()
    await open_sheet(first.page)
    await first.context.set_offline(True)
    await send_photo(first.page)
    await second.page.get_by_text("Sin enviar (1)").wait_for()
    await first.context.set_offline(False)
    for one in (first, second):
        await one.page.get_by_text("Sin enviar (1)").wait_for(state="hidden")
    assert house.rows()["payments"] == 1
    assert sum(SENT in line for one in (first, second) for line in one.console) == 1


async def test_a_refusal_that_will_not_change_stops_the_retries_and_says_why(
    house: House, window: OpenWindow
) -> None:
    order = await house.deliver()
    opened = await window(ANA, "/mesero", PHONE)
    page = opened.page
    await open_sheet(page)
    await opened.context.set_offline(True)
    await send_photo(page)
    await sheet(page).get_by_text("Se enviará solo").wait_for()
    await house.submit(order["id"], BETO)
    await opened.context.set_offline(False)
    await sheet(page).get_by_text("No se pudo: De la orden 1 ya no se debe nada").wait_for()
    await sheet(page).get_by_role("button", name="Cerrar").click()
    strip = page.get_by_role("complementary", name="Comprobantes sin enviar")
    await strip.get_by_text("No se pudo: De la orden 1 ya no se debe nada").wait_for()
    tries = sum(SENDING in line for line in opened.console)
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.wait_for_timeout(500)
    assert sum(SENDING in line for line in opened.console) == tries
    await strip.get_by_role("button", name="Descartar").click()
    await strip.get_by_role("button", name="¿Seguro? Descartar").click()
    await expect(strip).to_be_hidden()
    await page.reload()
    await page.get_by_text("En línea").wait_for()
    await expect(strip).to_be_hidden()
    assert house.rows()["payments"] == 1


async def test_what_was_discarded_in_its_sheet_can_be_sent_again(
    house: House, window: OpenWindow
) -> None:
    await house.deliver()
    opened = await window(ANA, "/mesero", PHONE)
    dialog = await open_sheet(opened.page)
    await opened.context.set_offline(True)
    await send_photo(opened.page)
    await dialog.get_by_role("button", name="Descartar").click()
    await dialog.get_by_role("button", name="¿Seguro? Descartar").click()
    await opened.context.set_offline(False)
    await dialog.get_by_role("button", name="Enviar", exact=True).click()
    await dialog.get_by_text("Esperando al cajero").wait_for()
    assert house.rows()["payments"] == 1


async def test_a_file_that_is_no_photo_is_explained_and_taken_again(
    house: House, window: OpenWindow
) -> None:
    await house.deliver()
    page = (await window(ANA, "/mesero", PHONE)).page
    dialog = await open_sheet(page)
    await send_photo(page, b"not a photo at all")
    await dialog.get_by_text("No se pudo: El archivo no es una foto").wait_for()
    await send_photo(page)
    await dialog.get_by_text("Esperando al cajero").wait_for()
    await expect(page.get_by_text("Sin enviar")).to_be_hidden()
    assert house.rows()["payments"] == 1


async def test_a_draft_waits_for_its_waiter_to_sign_in_again(
    house: House, window: OpenWindow
) -> None:
    order = await house.deliver()
    opened = await window(ANA, "/mesero", PHONE)
    await open_sheet(opened.page)
    await choose_photo(opened.page, jpeg())
    await opened.context.clear_cookies()
    await sheet(opened.page).get_by_role("button", name="Enviar", exact=True).click()
    await opened.page.wait_for_url("**/?volver=*")
    cookies = await house.cookies(ANA)
    await opened.context.add_cookies(
        [{"name": name, "value": value, "url": house.url} for name, value in cookies.items()]
    )
    await opened.page.goto(house.url + "/mesero")
    await until_order(house, order["id"], lambda now: now["status"] == "por_verificar")
    assert house.rows()["payments"] == 1


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_server_is_asked_again(house: House, window: OpenWindow, status: int) -> None:
    await house.deliver()
    page = (await window(ANA, "/mesero", PHONE)).page
    refused: list[str] = []

    async def refuse(route: Route) -> None:
        if refused:
            await route.fallback()
            return
        refused.append(route.request.headers["idempotency-key"])
        await route.fulfill(status=status, body="<h1>busy</h1>")

    await page.route("**/proof", refuse)
    dialog = await open_sheet(page)
    await send_photo(page)
    await dialog.get_by_text("Esperando al cajero").wait_for()
    assert house.rows()["payments"] == 1


async def test_without_indexeddb_a_draft_is_kept_in_memory_and_the_page_says_so(
    house: House, window: OpenWindow
) -> None:
    opened = await window(ANA, "/healthz", PHONE)
    await opened.context.add_init_script("delete window.indexedDB; window.indexedDB = undefined;")
    await house.deliver()
    page = (await window(ANA, "/mesero", context=opened.context)).page
    await open_sheet(page)
    await opened.context.set_offline(True)
    await send_photo(page)
    await sheet(page).get_by_role("button", name="Cerrar").click()
    await page.get_by_text("no cierres la página").wait_for()
    await opened.context.set_offline(False)
    await card(page, 12).get_by_text("Esperando al cajero").wait_for()


async def test_the_tabs_obey_the_arrow_keys(window: OpenWindow) -> None:
    page = (await window(ANA, "/mesero")).page
    await page.get_by_role("tab", name="Nueva").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="En curso")).to_be_focused()
    await expect(page.get_by_role("tabpanel", name="En curso")).to_be_visible()
    await page.keyboard.press("End")
    await expect(page.get_by_role("tabpanel", name="Por Cobrar")).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Nueva")).to_have_attribute("aria-selected", "true")


async def test_a_card_keeps_its_element_through_all_changes(
    house: House, window: OpenWindow
) -> None:
    order = await house.place(12)
    page = (await window(ANA, "/mesero", PHONE)).page
    await tab(page, "En curso")
    await card(page, 12).evaluate("node => { node.marked = true; }")
    await house.place(13)
    await house.advance(order["id"], "en_preparacion", COCO)
    await card(page, 12).get_by_text("En preparación").wait_for()
    assert await card(page, 12).evaluate("node => node.marked")
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width == PHONE["width"]


async def test_what_costs_nothing_is_charged_and_approved(house: House, window: OpenWindow) -> None:
    free = {"name": "Cortesía", "category": "Postres", "price": 0}
    _, product = await house.call(ROSA, "POST", "/products", json=free)
    items = [{"product_id": product["id"], "quantity": 1}]
    _, order = await house.call(ANA, "POST", "/orders", json={"table_number": 7, "items": items})
    await house.advance(order["id"], "en_preparacion", COCO)
    await house.advance(order["id"], "listo", COCO)
    await house.advance(order["id"], "entregado", ANA)
    page = (await window(ANA, "/mesero", PHONE)).page
    await open_sheet(page, 7)
    await expect(sheet(page).locator(".pays")).to_have_text("Paga $ 0.00")
    await sheet(page).get_by_text("Efectivo").click()
    await sheet(page).get_by_role("button", name="Enviar", exact=True).click()
    till = (await window(LUIS, "/caja")).page
    await till.get_by_role("tabpanel").get_by_role("button").filter(has_text="Mesa 7").click()
    await till.get_by_role("button", name=re.compile("^Aprobar")).click()
    await until_order(house, order["id"], lambda now: now["status"] == "pagado")
