"""What speaks for and against a proof, as the waiter says it and the cashier reads it."""

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from PIL import Image
from playwright.async_api import Locator, Page, expect

from comanda.chores import purge
from comanda.config import Config, Method
from comanda.examiner.receipts import receipt
from comanda.web.plumbing.keys import DATABASE
from tests.browser.conftest import PHONE, OpenWindow, settled, until_order
from tests.browser.test_voids import REFUSED, SOUNDS, hears
from tests.house import ANA, BETO, LUIS, ROSA, House, jpeg

EXIF, GPS, ORIGINAL, OFFSET = 0x8769, 0x8825, 0x9003, 0x9011
KEY = "Lo vi en la cuenta"


def photo(color: str = "white", taken: str = "", offset: str = "", *, place: bool = False) -> bytes:
    """A photo as a phone's camera writes it: when by its own clock, and maybe where."""
    exif = Image.Exif()
    if taken:
        exif.get_ifd(EXIF)[ORIGINAL] = taken
    if offset:
        exif.get_ifd(EXIF)[OFFSET] = offset
    if place:
        exif.get_ifd(GPS)[1] = "N"
        exif.get_ifd(GPS)[2] = (19.0, 25.0, 57.0)
    packed = io.BytesIO()
    Image.new("RGB", (600, 800), color).save(packed, "JPEG", exif=exif)
    return packed.getvalue()


def file(data: bytes) -> Any:
    return {"name": "IMG_0042.jpg", "mimeType": "image/jpeg", "buffer": data}


async def open_sheet(page: Page, button: str = "Cobrar") -> Locator:
    """Ana's sheet for the first order that has such a button."""
    await page.get_by_role("tab", name="Por Cobrar").click()
    shown = page.get_by_role("tabpanel").get_by_role("button", name=button).first
    await shown.wait_for()
    await settled(page)
    await shown.click()
    return page.get_by_role("dialog")


async def choose(dialog: Locator, data: bytes) -> None:
    await dialog.get_by_label("Galería").set_input_files(file(data))
    await dialog.get_by_text("Foto lista").wait_for()


async def send(dialog: Locator) -> None:
    await dialog.get_by_role("button", name="Enviar", exact=True).click()


async def submit(house: House, table: int, reference: str, data: bytes | None = None) -> str:
    """A delivered order whose proof waits; the order's id."""
    order = await house.deliver(table)
    form = aiohttp.FormData({"method": "transferencia", "reference": reference})
    shown = io.BytesIO(data or receipt(24100, f"{reference}{table}"))
    form.add_field("file", shown, filename="recibo.jpg", content_type="image/jpeg")
    status, submitted = await house.call(ANA, "POST", f"/orders/{order['id']}/proof", data=form)
    assert status == 201, submitted
    return str(order["id"])


@pytest.fixture
def config(config: Config, request: pytest.FixtureRequest) -> Config:
    """The house's configuration, its payments changed as a test asks."""
    changes = getattr(request, "param", {})
    return replace(config, payments=replace(config.payments, **changes))


def asking_for(**payments: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("config", [payments], indirect=True)


async def payment_of(house: House, order_id: str = "1") -> dict[str, Any]:
    _, order = await house.call(LUIS, "GET", f"/orders/{order_id}")
    return dict(order["payment"] or {})


async def open_card(window: OpenWindow, table: int, **more: Any) -> Page:
    """Luis's page with a table's proof on show."""
    page = (await window(LUIS, "/caja", **more)).page
    await card(page, table).click()
    await page.get_by_role("heading", name=f"Mesa {table} · Orden").wait_for()
    return page


def card(page: Page, table: int) -> Locator:
    return page.locator(".proof-card", has_text=f"Mesa {table}$")


async def test_the_waiter_says_what_the_receipt_says(house: House, window: OpenWindow) -> None:
    await house.deliver(12)
    page = (await window(ANA, "/mesero", PHONE)).page
    dialog = await open_sheet(page)
    reference, amount = (
        dialog.get_by_label("Clave de rastreo (opcional)"),
        dialog.get_by_label("Monto que paga"),
    )
    await expect(amount).to_be_hidden()
    await dialog.get_by_text("Otro monto").click()
    await expect(amount).to_have_value("241.00")
    await dialog.get_by_text("Efectivo").click()
    await expect(reference).to_be_hidden()
    await dialog.get_by_text("Tarjeta").click()
    await expect(dialog.get_by_label("Número de operación (opcional)")).to_be_visible()
    await dialog.get_by_text("Transferencia").click()
    await reference.fill("8841 220-1937 ")
    await choose(dialog, photo())
    await amount.fill("12.340")
    await dialog.get_by_text("⚠ ¿$ 12,340.00 o $ 12.34?").wait_for()
    await amount.fill("12.345")
    await dialog.get_by_text("⚠ Los centavos llevan dos cifras").wait_for()
    for wrong in ("0", "-1", "abc", "1,23,4"):
        await amount.fill(wrong)
        await dialog.get_by_text("⚠ Escribe un monto como 185.50").wait_for()
        await expect(amount).to_be_focused()
        await expect(dialog.locator("button[type=submit]")).to_be_disabled()
    await amount.fill("240,50")
    await dialog.get_by_role("button", name="Enviar $ 240.50").click()
    await dialog.get_by_text("Esperando al cajero").wait_for()
    await dialog.get_by_text("Falta $ 0.50").wait_for()
    payment = await payment_of(house)
    assert (payment["reference"], payment["amount"]) == ("8841 220-1937", 240.5)


async def test_what_the_server_refuses_is_put_right_and_the_photo_stays(
    house: House, window: OpenWindow
) -> None:
    """Somebody else has paid a part meanwhile, and the amount is now more than what is due."""
    order = await house.deliver(12)
    opened = await window(ANA, "/mesero", PHONE)
    page = opened.page
    dialog = await open_sheet(page)
    await dialog.get_by_label("Clave de rastreo").fill("8841")
    await choose(dialog, photo())
    await opened.context.set_offline(True)
    await send(dialog)
    await dialog.get_by_text("Se enviará solo").wait_for()
    form = aiohttp.FormData({"method": "efectivo", "amount": "141"})
    form.add_field("file", photo("blue"), filename="foto.jpg", content_type="image/jpeg")
    status, _ = await house.call(BETO, "POST", f"/orders/{order['id']}/proof", data=form)
    assert status == 201
    await opened.context.set_offline(False)
    await expect(dialog.locator("#pay-amount-error")).to_contain_text("⚠ Sobran $ 141.00")
    await page.reload()
    await expect(dialog.locator("#pay-amount-error")).to_contain_text("⚠")
    await expect(dialog.get_by_label("Clave de rastreo")).to_have_value("8841")
    await expect(dialog.get_by_role("img", name="Foto del comprobante")).to_be_visible()
    await dialog.get_by_role("button", name="Cerrar").click()
    await page.get_by_role("button", name="Corregir, mesa 12", exact=True).click()
    await dialog.get_by_label("Monto que paga").fill("100.00")
    await dialog.get_by_role("button", name="Enviar $ 100.00").click()
    await until_order(house, "1", lambda now: now["due"] == 0)
    payment = await payment_of(house)
    assert (payment["reference"], payment["amount"], payment["has_proof"]) == ("8841", 100.0, True)
    await expect(page.get_by_text("Sin enviar")).to_be_hidden()


async def test_what_was_typed_outlives_the_network_and_the_tab(
    house: House, window: OpenWindow
) -> None:
    await house.deliver(12)
    opened = await window(ANA, "/mesero", PHONE)
    dialog = await open_sheet(opened.page)
    await dialog.get_by_label("Clave de rastreo").fill("MBAN0100 77")
    await dialog.get_by_text("Otro monto").click()
    await dialog.get_by_label("Monto que paga").fill("200")
    await choose(dialog, photo(taken="2026:11:28 14:00:00"))
    await opened.context.set_offline(True)
    await dialog.get_by_role("button", name="Enviar $ 200.00").click()
    await dialog.get_by_text("Se enviará solo").wait_for()
    await opened.page.close()
    await opened.context.set_offline(False)
    await window(ANA, "/mesero", context=opened.context)
    await until_order(house, "1", lambda order: order["payment"])
    payment = await payment_of(house)
    assert (payment["reference"], payment["amount"]) == ("MBAN0100 77", 200.0)
    assert [one["type"] for one in payment["warnings"]] == ["proof_predates_order"]


async def test_a_photo_from_before_the_order_is_told_of(house: House, window: OpenWindow) -> None:
    """The orders are of 20:41 in UTC; this phone's clock is six hours behind that."""
    cases = (
        ("2026:11:28 14:00:00", "", True),
        ("2026:11:28 22:00:00", "+02:00", True),
        ("2026:11:28 14:50:00", "", False),
        ("0000:00:00 00:00:00", "", False),
    )
    page = (await window(ANA, "/mesero", PHONE)).page
    for table, (taken, offset, warned) in enumerate(cases, start=1):
        await house.deliver(table)
        dialog = await open_sheet(page)
        await choose(dialog, photo("white", taken, offset))
        await send(dialog)
        await dialog.get_by_text("Esperando al cajero").wait_for()
        sentence = dialog.get_by_text("⚠ La foto se tomó antes de que se pidiera la orden")
        await expect(sentence).to_have_count(1 if warned else 0)
        await dialog.get_by_role("button", name="Cerrar").click()


async def test_a_photo_with_its_place_comes_out_without(house: House, window: OpenWindow) -> None:
    """On a phone that can't make the photo small, it goes as the camera wrote it."""
    await house.deliver(12)
    opened = await window(ANA, "/healthz", PHONE)
    await opened.context.add_init_script("window.createImageBitmap = async () => { throw 1; };")
    await opened.page.goto(f"{house.url}/mesero")
    dialog = await open_sheet(opened.page)
    sent = photo("white", "2026:11:28 14:50:00", place=True)
    with Image.open(io.BytesIO(sent)) as picture:
        assert picture.getexif().get_ifd(GPS)
    await choose(dialog, sent)
    await send(dialog)
    await dialog.get_by_text("Esperando al cajero").wait_for()
    page = await open_card(window, 12)
    shown = page.get_by_role("img", name="Comprobante de la mesa 12")
    await expect(shown).to_be_visible()
    client = await house.client(LUIS)
    async with client.get(str(await shown.get_attribute("src"))) as response:
        kept = await response.read()
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.size == (600, 800)
        assert not picture.getexif()
    assert b"Exif" not in kept


async def test_the_waiter_sees_that_the_cashier_saw(house: House, window: OpenWindow) -> None:
    order_id = await submit(house, 12, "8841")
    waiter = (await window(ANA, f"/mesero?orden={order_id}", PHONE)).page
    sheet = waiter.get_by_role("dialog")
    await sheet.get_by_text("Esperando al cajero").wait_for()
    await open_card(window, 12)
    await sheet.get_by_text("👀 Caja lo vio").wait_for()
    assert (await payment_of(house))["seen_by"] == "luis"
    await waiter.reload()
    await sheet.get_by_text("👀 Caja lo vio").wait_for()
    await sheet.get_by_role("button", name="Cerrar").click()
    await expect(waiter.get_by_role("article").get_by_text("👀 Caja lo vio")).to_be_visible()


async def test_that_it_was_seen_is_told_again_and_never_in_the_way(
    house: House, window: OpenWindow
) -> None:
    first, second = await submit(house, 4, "8841"), await submit(house, 5, "9952")
    page = (await window(LUIS, "/caja")).page
    await page.route("**/payments/*/seen", lambda route: route.abort())
    await card(page, 4).click()
    await page.get_by_label(KEY).check()
    await page.get_by_role("button", name="Aprobar").click()
    await page.get_by_role("heading", name="Mesa 5 · Orden").wait_for()
    assert (await payment_of(house, first))["status"] == "aprobado"
    assert (await payment_of(house, second))["seen_at"] is None
    await page.unroute("**/payments/*/seen")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await until_order(house, second, lambda order: order["payment"]["seen_by"] == "luis")


async def test_a_second_order_with_the_same_number_links_to_the_first(
    house: House, window: OpenWindow
) -> None:
    first = await submit(house, 4, "8841 220 1937")
    second = await submit(house, 12, "8841-2201937")
    unpaid = await house.deliver(9)
    page = await open_card(window, 12)
    await expect(card(page, 12)).to_contain_text("⚠ Referencia repetida")
    await expect(page.locator(".detail .reference")).to_have_text("8841-2201937")
    await expect(page.locator(".detail .facts")).to_contain_text("Clave de rastreo")
    await page.locator(".detail .reference").focus()
    assert await page.evaluate("getSelection().toString()") == "8841-2201937"
    await page.evaluate("window.neverReloaded = true")
    warning = page.locator(".detail .warnings li").filter(
        has_text="Referencia ya usada en la orden 1"
    )
    await warning.get_by_role("link", name="Ver orden 1").click()
    dialog = page.get_by_role("dialog", name="Mesa 4 · Orden 1")
    await expect(dialog).to_contain_text("8841 220 1937")
    await expect(dialog.get_by_role("img", name="Comprobante de la orden 1")).to_be_visible()
    await expect(page).to_have_url(f"{house.url}/caja?orden={first}")
    assert await page.evaluate("window.neverReloaded")
    await page.keyboard.press("Escape")
    await expect(page).to_have_url(f"{house.url}/caja")
    await expect(page.get_by_role("heading", name="Mesa 12 · Orden")).to_be_visible()

    await page.goto(f"{house.url}/caja?orden={second}")
    dialog = page.get_by_role("dialog", name="Mesa 12 · Orden 2")
    await dialog.get_by_role("link", name="Ver orden 1").click()
    await expect(page.get_by_role("dialog", name="Mesa 4 · Orden 1")).to_contain_text("$ 241.00")
    await house.call(
        LUIS, "PUT", f"/orders/{unpaid['id']}/status", json={"status": "anulado", "reason": "fuga"}
    )
    await page.goto(f"{house.url}/caja?orden={unpaid['id']}")
    for words in ("🚫 Anulada", "«fuga»", "Aún no tiene pagos"):
        await expect(page.get_by_role("dialog")).to_contain_text(words)
    await page.goto(f"{house.url}/caja?orden=999")
    await expect(page.get_by_role("dialog")).to_contain_text("Orden no encontrada")


async def test_approving_against_the_evidence_asks_why(house: House, window: OpenWindow) -> None:
    await submit(house, 4, "8841")
    second = await submit(house, 12, "8841")
    page = await open_card(window, 12)
    await expect(page.get_by_role("button", name="Aprobar")).to_be_enabled()
    await page.keyboard.press("v")
    await page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("⚠ Referencia ya usada en la orden 1")
    await page.keyboard.press("a")
    await dialog.get_by_role("button", name="Aprobar").click()
    await dialog.get_by_text("Elige un motivo").wait_for()
    await dialog.get_by_text("el cliente pagó dos mesas juntas").click()
    await dialog.get_by_role("button", name="Aprobar").click()
    await expect(page.get_by_role("tab", name="Por Verificar 1")).to_be_visible()
    payment = await payment_of(house, second)
    assert (payment["status"], payment["reason"], payment["seen_in_account"]) == (
        "aprobado", "el cliente pagó dos mesas juntas", True,
    )  # fmt: skip


async def test_a_resubmission_with_the_same_file_warns(house: House, window: OpenWindow) -> None:
    same = receipt(24100, "8841")
    order_id = await submit(house, 12, "8841", same)
    await house.judge((await payment_of(house))["id"], "rechazado", reason="ilegible")
    await house.submit(order_id, BETO, photo=same)
    page = await open_card(window, 12)
    await expect(card(page, 12)).to_contain_text("⚠ Comprobante repetido")
    warning = page.locator(".detail .warnings")
    await expect(warning).to_contain_text("ya se envió en otro pago de esta cuenta")
    await page.get_by_label(KEY).check()
    await page.get_by_role("button", name="Aprobar").click()
    await page.get_by_role("dialog").get_by_text("mismo comprobante reenviado").click()
    await page.get_by_role("dialog").get_by_role("button", name="Aprobar").click()
    await page.get_by_text("Nada por verificar ✓").wait_for()
    assert (await payment_of(house))["reason"] == "mismo comprobante reenviado"


async def test_the_tick_is_needed_and_never_carried_over(house: House, window: OpenWindow) -> None:
    for table, reference in ((4, "8841"), (5, "9952")):
        await submit(house, table, reference)
    page = await open_card(window, 4)
    tick = page.get_by_label(KEY)
    await expect(page.locator(".detail")).to_contain_text("La foto no prueba el pago")
    await page.keyboard.press("a")
    await page.locator(".detail").get_by_text("marca «Lo vi en la cuenta» para aprobar").wait_for()
    await expect(tick).to_be_focused()
    assert (await payment_of(house))["status"] == "por_verificar"
    await expect(page.get_by_role("button", name="Aprobar")).to_be_enabled()
    await page.keyboard.press("v")
    await expect(tick).to_be_checked()
    await page.keyboard.press("a")
    await page.get_by_role("heading", name="Mesa 5 · Orden").wait_for()
    await expect(tick).not_to_be_checked()
    payment = await payment_of(house)
    assert (payment["status"], payment["seen_in_account"]) == ("aprobado", True)


async def test_what_is_not_in_the_account_needs_no_tick(house: House, window: OpenWindow) -> None:
    order = await house.deliver(12)
    await house.submit(order["id"], method="efectivo", photo=jpeg())
    page = await open_card(window, 12)
    await expect(page.get_by_text(KEY, exact=True)).to_be_hidden()
    await expect(page.get_by_role("button", name="Aprobar")).to_be_enabled()
    await page.keyboard.press("a")
    await page.get_by_text("Nada por verificar ✓").wait_for()
    assert (await payment_of(house))["status"] == "aprobado"


async def test_nobody_is_offered_to_decide_their_own(house: House, window: OpenWindow) -> None:
    order = await house.deliver(12)
    await house.submit(order["id"], ROSA)
    page = (await window(ROSA, "/caja")).page
    await card(page, 12).click()
    detail = page.locator(".detail")
    await detail.get_by_text("Tú enviaste este pago: otra persona debe decidirlo").wait_for()
    await expect(detail.get_by_role("button", name="Aprobar")).to_have_count(0)
    for key in "var":
        await page.keyboard.press(key)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    payment = await payment_of(house)
    assert (payment["status"], payment["seen_at"]) == ("por_verificar", None)


@asking_for(own_verdicts=True)
async def test_in_a_one_person_house_they_may(house: House, window: OpenWindow) -> None:
    order = await house.deliver(12)
    await house.submit(order["id"], ROSA)
    page = (await window(ROSA, "/caja")).page
    await card(page, 12).click()
    await page.get_by_label(KEY).check()
    await page.get_by_role("button", name="Aprobar").click()
    await page.get_by_text("Nada por verificar ✓").wait_for()
    payment = await payment_of(house)
    assert (payment["status"], payment["decided_by"]) == ("aprobado", "rosa")


@asking_for(
    methods=(Method("spei", "SPEI", "optional", "required", "Clave de rastreo", "account"),)
)
async def test_a_number_that_the_house_requires_is_asked_for(
    house: House, window: OpenWindow
) -> None:
    await house.deliver(12)
    page = (await window(ANA, "/mesero", PHONE)).page
    dialog = await open_sheet(page)
    await send(dialog)
    await dialog.get_by_text("⚠ Escribe: Clave de rastreo").wait_for()
    reference = dialog.get_by_label("Clave de rastreo *")
    await expect(reference).to_be_focused()
    assert house.rows()["payments"] == 0
    await reference.fill("8841")
    await send(dialog)
    await dialog.get_by_text("Esperando al cajero").wait_for()


@asking_for(unseen_alarm_seconds=1.0)
async def test_what_nobody_opens_calls_both_sides(house: House, window: OpenWindow) -> None:
    waiter = (await window(ANA, "/mesero?ver=cobrar", PHONE)).page
    cashier = (await window(LUIS, "/caja")).page
    for page in (waiter, cashier):
        await page.get_by_text("En línea").wait_for()
        await page.evaluate(SOUNDS)
        await page.get_by_role("tab", name="Por Cobrar").click()  # a touch lets sounds out
    await cashier.get_by_role("tab", name="Por Verificar").click()
    await submit(house, 12, "8841")
    house.clock.advance(minutes=5)
    words = "La caja aún no ve el comprobante de la mesa 12. Avísale."
    await expect(waiter.locator(".toast", has_text=words)).to_be_visible()
    await expect(waiter.get_by_role("article")).to_contain_text("⏰ La caja aún no lo ve")
    for page in (waiter, cashier):
        await hears(page, REFUSED)
    words = "Mesa 12: nadie ha visto su comprobante"
    await expect(cashier.locator(".toast", has_text=words)).to_be_visible()
    await expect(card(cashier, 12)).to_contain_text("⏰ Nadie lo ha visto")
    await waiter.get_by_role("article").get_by_role("button", name="Ver").click()
    sheet = waiter.get_by_role("dialog")
    await expect(sheet).to_contain_text("⏰ La caja aún no ve el comprobante. Avísale.")
    await card(cashier, 12).click()
    await expect(sheet).to_contain_text("👀 Caja lo vio")
    await expect(sheet).not_to_contain_text("Avísale")
    await expect(card(cashier, 12).get_by_text("Nadie lo ha visto")).to_be_hidden()


async def test_a_photo_that_is_kept_no_longer_is_explained(
    house: House, window: OpenWindow
) -> None:
    order_id = await submit(house, 12, "8841")
    await house.judge((await payment_of(house))["id"], "rechazado", reason="ilegible")
    house.clock.advance(minutes=5)
    await house.submit(order_id)
    before = house.clock.now - timedelta(minutes=1)
    assert (await purge(house.app[DATABASE], before)).photos == 1
    page = await open_card(window, 12)
    await expect(page.get_by_role("img", name="Comprobante de la mesa 12")).to_be_visible()
    words = "La foto ya se borró: se guardan 180 días"
    await expect(page.locator(".earlier")).to_contain_text(words)
    await page.goto(f"{house.url}/caja?orden={order_id}")
    await expect(page.get_by_role("dialog")).to_contain_text(words)
    await expect(page.get_by_role("dialog")).to_contain_text("8841")
