"""What a proof's examination brings, on the pages: pictures, warnings, and what comes too late.

The house examines nothing by itself; a test says when an examination ends, and what it found.
"""

import io
import json
from typing import Any

import aiohttp
import pillow_heif
import pytest
from PIL import Image
from playwright.async_api import Locator, Page, Route, expect

from comanda import workflow
from comanda.domain.evidence import Suspicion, WarningType
from comanda.domain.examinations import Facts
from comanda.examiner.receipts import receipt
from comanda.store import orders, payments
from comanda.store.database import Transaction
from comanda.web.plumbing.keys import DATABASE
from tests.browser.conftest import DESKTOP, HASTY, OpenWindow, settled
from tests.browser.layout import SIZES, all_flaws
from tests.browser.test_shell import violations
from tests.browser.test_voids import REFUSED, SOUNDS, hears
from tests.house import ANA, BETO, LUIS, MARA, PDF, House

REUSED, DAMAGED = WarningType.FILE_REUSED, WarningType.FILE_DAMAGED
SENTENCE = "El mismo comprobante ya se envió en la orden 1"
STRIP = "Avisos sobre pagos ya aprobados"
LATE_ALARM = "Aviso sobre un pago ya aprobado: mesa 12"


def small_picture(color: str = "white") -> bytes:
    packed = io.BytesIO()
    Image.new("RGB", (240, 320), color).save(packed, "WEBP")
    return packed.getvalue()


# One page, half as wide as it is high.
WRITTEN_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 400]/Contents 4 0 R>>endobj\n"
    b"4 0 obj<</Length 17>>stream\n20 20 99 99 re f \nendstream endobj\n"
    b"trailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
)
FACTS = Facts(thumbnail=small_picture())


async def submit(house: House, table: int) -> dict[str, str]:
    """A delivered order whose proof waits, not examined yet; the ids of both."""
    order = await house.deliver(table)
    status, submitted = await house.submit(order["id"], photo=receipt(24100, f"88412{table:03}"))
    assert status == 201, submitted
    return {"order": order["id"], "payment": submitted["payment"]["id"]}


async def examine(house: House, payment_id: str, facts: Facts | None = FACTS) -> None:
    """End the examination of a payment's proof; None for a file that could not be read."""
    await house.app[DATABASE].write(workflow.record_examination, int(payment_id), facts)


async def warn(house: House, payment_id: str, *types: WarningType) -> None:
    """Store warnings as an examination does: a damaged file is the payment's own, else payment 1's.

    An order of these tests and its payment have the same id.
    """

    def write(tx: Transaction) -> None:
        payment = payments.require(tx, int(payment_id))
        about = {kind: payment.id if kind is DAMAGED else 1 for kind in types}
        suspicions = [Suspicion(kind, about[kind], about[kind]) for kind in types]
        orders.save_payment(tx, payment.warn(suspicions), None, by="comanda")

    await house.app[DATABASE].write(write)


async def approve(house: House, table: int) -> dict[str, str]:
    """A payment that Mara has approved; the ids of its order and of the payment."""
    ids = await submit(house, table)
    status, judged = await house.judge(ids["payment"], "aprobado", cashier=MARA)
    assert status == 200, judged
    return ids


async def payment_of(house: House, ids: dict[str, str]) -> dict[str, Any]:
    _, order = await house.call(LUIS, "GET", f"/orders/{ids['order']}")
    return dict(order["payment"])


async def open_till(window: OpenWindow, **more: Any) -> Page:
    page = (await window(LUIS, "/caja", **more)).page
    await page.get_by_text("En línea").wait_for()
    return page


def card(page: Page, table: int) -> Locator:
    return page.locator(".proof-card", has_text=f"Mesa {table}$")


def thumbnail(page: Page, table: int) -> Locator:
    return card(page, table).locator(".thumbnail")


async def open_card(page: Page, table: int) -> None:
    await card(page, table).click()
    await page.get_by_role("heading", name=f"Mesa {table} · Orden").wait_for()


def approve_button(page: Page) -> Locator:
    return page.locator(".detail").get_by_role("button", name="Aprobar")


async def tick(page: Page) -> None:
    await page.get_by_label("Lo vi en la cuenta").check()


def strip(page: Page) -> Locator:
    return page.get_by_role("region", name=STRIP)


def box_of(locator: Locator) -> Any:
    return locator.evaluate("node => JSON.stringify(node.getBoundingClientRect())")


# ---- the picture on the card


async def test_the_picture_comes_with_the_examination_and_moves_nothing(
    house: House, window: OpenWindow
) -> None:
    ids = await submit(house, 12)
    page = await open_till(window)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await expect(thumbnail(page, 12)).to_have_attribute("data-state", "waiting")
    await submit(house, 5)
    await card(page, 5).wait_for()
    assert [url for url in asked if "size=thumb" in url] == []
    before = await box_of(card(page, 12))
    await examine(house, ids["payment"])
    await expect(thumbnail(page, 12).locator("img")).to_have_js_property("naturalHeight", 320)
    assert await box_of(card(page, 12)) == before
    await warn(house, ids["payment"], DAMAGED)
    await expect(card(page, 12)).to_contain_text("⚠ Archivo dañado")
    await open_card(page, 12)
    assert len([url for url in asked if "size=thumb" in url]) == 1


async def test_without_a_picture_the_card_says_so(house: House, window: OpenWindow) -> None:
    ids = await submit(house, 12)
    await examine(house, ids["payment"], Facts())
    page = await open_till(window)
    await expect(thumbnail(page, 12)).to_have_text("Sin vista previa")
    cash = await house.deliver(5)
    form = aiohttp.FormData({"method": "efectivo"}, default_to_multipart=True)
    await house.call(ANA, "POST", f"/orders/{cash['id']}/proof", data=form)
    await expect(thumbnail(page, 5)).to_have_text("🧾")


async def test_a_pdf_shows_its_first_page_with_a_sign(house: House, window: OpenWindow) -> None:
    order = await house.deliver(12)
    _, submitted = await house.submit(order["id"], photo=PDF)
    await examine(house, submitted["payment"]["id"])
    photo = await submit(house, 5)
    await examine(house, photo["payment"])
    page = await open_till(window)
    await expect(thumbnail(page, 12).locator("img")).to_have_js_property("naturalHeight", 320)
    await expect(thumbnail(page, 12)).to_have_text("PDF")
    await expect(thumbnail(page, 5).locator("img")).to_have_js_property("naturalHeight", 320)
    await expect(thumbnail(page, 5)).to_have_text("")


async def test_a_picture_that_the_network_lost_comes_when_it_is_back(
    house: House, window: OpenWindow
) -> None:
    ids = await submit(house, 12)
    await examine(house, ids["payment"])
    opened = await window(LUIS, "/healthz")
    lost: list[str] = []

    async def lose(route: Route) -> None:
        lost.append(route.request.url)
        await route.abort()

    await opened.page.route("**/proof?size=thumb", lose)
    async with opened.page.expect_event("requestfailed"):
        await opened.page.goto(f"{house.url}/caja")
    await expect(thumbnail(opened.page, 12)).to_have_attribute("data-state", "asked")
    await opened.page.unroute("**/proof?size=thumb")
    await opened.page.evaluate("dispatchEvent(new Event('online'))")
    picture = thumbnail(opened.page, 12).locator("img")
    await expect(picture).to_have_js_property("naturalHeight", 320)
    assert lost


async def test_an_older_proofs_picture_comes_though_the_examiner_was_busy(
    house: House, window: OpenWindow
) -> None:
    """No event tells of a picture that is made for a proof which an earlier version examined."""
    ids = await submit(house, 12)
    await examine(house, ids["payment"])
    opened = await window(LUIS, "/healthz")
    asked: list[str] = []

    async def refuse(route: Route) -> None:
        asked.append(route.request.url)
        body = {"code": "proof_not_examined", "detail": "Se está preparando", "status": 404}
        kind = "application/problem+json"
        await route.fulfill(status=404, content_type=kind, body=json.dumps(body))

    await opened.page.route("**/proof?size=thumb", refuse)
    await opened.page.clock.install()
    async with opened.page.expect_response("**/proof?size=thumb"):
        await opened.page.goto(f"{house.url}/caja")
    await expect(thumbnail(opened.page, 12)).to_have_attribute("data-state", "asked")
    await opened.page.unroute("**/proof?size=thumb")
    await opened.page.clock.fast_forward(16_000)
    picture = thumbnail(opened.page, 12).locator("img")
    await expect(picture).to_have_js_property("naturalHeight", 320)
    assert asked


async def test_a_thumbnail_that_the_network_swallows_keeps_no_place_from_the_next(
    house: House, window: OpenWindow
) -> None:
    """Two are asked for at once: without an end to their waiting no other would ever come."""
    opened = await window(LUIS, "/healthz")
    await opened.context.add_init_script(HASTY)
    swallowed: list[Route] = []

    async def swallow(route: Route) -> None:
        swallowed.append(route)
        if len(swallowed) > 2:
            await route.continue_()

    await opened.page.route("**/proof?size=thumb", swallow)
    for table in (12, 5, 7):
        ids = await submit(house, table)
        await examine(house, ids["payment"])
    await opened.page.goto(f"{house.url}/caja")
    shown = opened.page.locator(".thumbnail img")
    await expect(shown).not_to_have_count(0)
    assert len(swallowed) > 2


@pytest.mark.examines
async def test_the_examiner_makes_the_pictures_of_photos_and_pdfs(
    house: House, window: OpenWindow
) -> None:
    page = await open_till(window)
    for table, file in ((5, receipt(24100, "8841")), (12, WRITTEN_PDF)):
        order = await house.deliver(table)
        status, submitted = await house.submit(order["id"], photo=file)
        assert status == 201, (submitted, table)
        picture = thumbnail(page, table).locator("img")
        await expect(picture).to_have_js_property("naturalHeight", 320)
    await expect(thumbnail(page, 12)).to_have_text("PDF")


@pytest.mark.examines
async def test_an_iphones_photo_comes_as_a_picture_that_every_browser_shows(
    house: House, window: OpenWindow
) -> None:
    page = await open_till(window)
    order = await house.deliver(12)
    packed = io.BytesIO()
    with Image.open(io.BytesIO(receipt(24100, "8841"))) as photo:
        pillow_heif.from_pillow(photo.convert("RGB")).save(packed)
    status, submitted = await house.submit(order["id"], photo=packed.getvalue())
    assert status == 201, submitted
    await open_card(page, 12)
    await expect(page.get_by_role("img", name="Comprobante de la mesa 12")).to_be_visible()
    await expect(thumbnail(page, 12).locator("img")).to_be_visible()


@pytest.mark.examines
async def test_the_same_photo_again_warns_after_its_card(house: House, window: OpenWindow) -> None:
    """The same picture in another file: only its pixels tell."""
    first = await house.deliver(4)
    same = receipt(24100, "8841")
    await house.submit(first["id"], photo=same)
    packed = io.BytesIO()
    with Image.open(io.BytesIO(same)) as photo:
        photo.save(packed, "PNG")
    second = await house.deliver(12)
    _, submitted = await house.submit(second["id"], photo=packed.getvalue())
    assert submitted["payment"]["warnings"] == []
    page = await open_till(window)
    await expect(card(page, 12)).to_contain_text("⚠")
    await open_card(page, 12)
    await expect(page.locator(".detail .warnings")).to_contain_text("la orden 1")


# ---- the photo, large


async def test_a_photo_that_is_being_prepared_comes_by_itself(
    house: House, window: OpenWindow
) -> None:
    """A HEIC file, which no browser here shows: the examination makes a JPEG of it."""
    ids = await submit(house, 12)
    page = await open_till(window)
    is_prepared = False

    async def answer(route: Route) -> None:
        if is_prepared:
            await route.continue_()
        else:
            body = {"code": "proof_not_examined", "detail": "Se está preparando", "status": 404}
            kind = "application/problem+json"
            await route.fulfill(status=404, content_type=kind, body=json.dumps(body))

    await page.route("**/proof", answer)
    await open_card(page, 12)
    await page.locator(".detail").get_by_text("Se está preparando").wait_for()
    await expect(approve_button(page)).to_contain_text("sin ver la foto")
    await expect(approve_button(page)).to_be_enabled()
    is_prepared = True
    await examine(house, ids["payment"])
    await expect(page.get_by_role("img", name="Comprobante de la mesa 12")).to_be_visible()
    await expect(approve_button(page)).not_to_contain_text("sin ver la foto")


async def test_a_photo_that_the_network_lost_comes_when_the_network_is_back(
    house: House, window: OpenWindow
) -> None:
    """It may have been prepared meanwhile, as the page had said that it would come by itself."""
    await submit(house, 12)
    page = await open_till(window)
    await page.route("**/proof", lambda route: route.abort())
    await open_card(page, 12)
    await page.get_by_text("Sin conexión. No se pudo cargar la foto.").wait_for()
    await page.unroute("**/proof")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.get_by_role("img", name="Comprobante de la mesa 12")).to_be_visible()


async def test_a_shown_photo_is_not_fetched_again(house: House, window: OpenWindow) -> None:
    ids = await submit(house, 12)
    page = await open_till(window)
    await open_card(page, 12)
    picture = page.get_by_role("img", name="Comprobante de la mesa 12")
    await expect(picture).to_be_visible()
    await expect(page.locator(".examination")).to_have_text(
        "🔎 Aún sin examinar: puede llegar un aviso."
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await picture.evaluate("node => { node.mine = true; }")
    await examine(house, ids["payment"])
    await expect(page.locator(".examination")).to_be_hidden()
    await expect(thumbnail(page, 12).locator("img")).to_be_visible()
    assert await picture.evaluate("node => node.mine")
    assert [url for url in asked if url.endswith("/proof")] == []


async def test_what_could_not_be_examined_is_said_plainly(house: House, window: OpenWindow) -> None:
    ids = await submit(house, 12)
    page = await open_till(window)
    await open_card(page, 12)
    await examine(house, ids["payment"], None)
    words = "Comanda no pudo examinar este archivo: míralo con cuidado"
    await expect(page.locator(".examination")).to_contain_text(words)
    await expect(page.locator(".detail .warnings")).to_be_hidden()
    await expect(page.get_by_role("img", name="Comprobante de la mesa 12")).to_be_visible()
    await expect(card(page, 12).locator(".badge[data-tone=wait]")).to_have_count(0)
    await page.goto(f"{house.url}/caja?orden={ids['order']}")
    await expect(page.get_by_role("dialog")).to_contain_text(words)


# ---- a warning after the card


async def test_a_warning_comes_on_the_card_and_in_the_open_detail(
    house: House, window: OpenWindow
) -> None:
    await submit(house, 4)
    ids = await submit(house, 12)
    page = await open_till(window)
    await open_card(page, 12)
    await warn(house, ids["payment"], DAMAGED)
    await expect(card(page, 12)).to_contain_text("⚠ Archivo dañado")
    await expect(page.locator(".detail .warnings")).to_contain_text("El archivo está dañado")
    await expect(page.locator(".detail .warnings li[data-new]")).to_have_count(1)
    await expect(page.locator(".verdict-notice")).to_be_empty()
    await expect(page.get_by_text("Aviso nuevo: mesa 12: Archivo dañado")).to_be_attached()
    await warn(house, ids["payment"], REUSED)
    await expect(page.locator(".verdict-notice")).to_contain_text(
        f"⚠ Acaba de llegar: {SENTENCE}. Si lo apruebas, di por qué."
    )
    await expect(page.locator(".detail .warnings")).to_contain_text(SENTENCE)
    await expect(page.locator(".detail .warnings li[data-new]")).to_have_count(1)
    await page.locator(".detail .warnings").get_by_role("link", name="Ver orden 1").click()
    await page.get_by_role("dialog", name="Mesa 4 · Orden 1").wait_for()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
async def test_the_button_stays_where_it_is_and_rests(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    """A tap in the moment of the warning was for the page without it."""
    await submit(house, 4)
    ids = await submit(house, 12)
    page = await open_till(window, size=size)
    await open_card(page, 12)
    await tick(page)
    await expect(approve_button(page)).to_be_enabled()
    before = await box_of(approve_button(page))
    await page.evaluate(TAP_AT_ONCE)
    await warn(house, ids["payment"], REUSED)
    await page.wait_for_function("() => globalThis.tapped !== undefined")
    assert await page.evaluate("tapped") == {"disabled": True, "dialogs": 0}
    assert await box_of(approve_button(page)) == before
    assert (await payment_of(house, ids))["status"] == "por_verificar"
    await expect(page.locator(".verdict-notice")).to_be_in_viewport()
    await expect(approve_button(page)).to_be_enabled()
    await approve_button(page).click()
    await expect(page.get_by_role("dialog")).to_contain_text(SENTENCE)


# Presses the key and taps the button as soon as the warning stands on the page.
TAP_AT_ONCE = """() => new MutationObserver((_, watch) => {
  if (!document.querySelector(".verdict-notice .notice")) return;
  watch.disconnect();
  const button = document.querySelector(".detail [data-kind=done]");
  button.click();
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
  const dialogs = document.querySelectorAll("dialog").length;
  globalThis.tapped = { disabled: button.disabled, dialogs };
}).observe(document.body, { childList: true, subtree: true })"""


async def test_an_open_question_takes_the_warning_and_keeps_what_was_typed(
    house: House, window: OpenWindow
) -> None:
    await submit(house, 4)
    ids = await submit(house, 12)
    await warn(house, ids["payment"], REUSED)
    page = await open_till(window)
    await open_card(page, 12)
    await tick(page)
    await approve_button(page).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Otro motivo").fill("lo pagó su hermano")
    await warn(house, ids["payment"], WarningType.REFERENCE_REUSED)
    await expect(dialog).to_contain_text("Referencia ya usada en la orden 1")
    await expect(dialog).to_contain_text(SENTENCE)
    await expect(dialog.get_by_label("Otro motivo")).to_have_value("lo pagó su hermano")
    await dialog.get_by_role("button", name="Aprobar").click()
    await page.get_by_role("tab", name="Por Verificar 1").wait_for()
    payment = await payment_of(house, ids)
    assert (payment["status"], payment["reason"]) == ("aprobado", "lo pagó su hermano")


@pytest.mark.parametrize("stream", ["heard", "cut"])
async def test_an_approval_that_meets_a_warning_asks_why_and_keeps_the_tick(
    house: House, window: OpenWindow, stream: str
) -> None:
    """The warning is stored before the approval arrives; the page has heard of it, or not yet."""
    await submit(house, 4)
    ids = await submit(house, 12)
    page = (await window(LUIS, "/healthz")).page
    if stream == "cut":
        await page.route("**/events/**", lambda route: route.abort())
    await page.goto(f"{house.url}/caja")
    await open_card(page, 12)
    await tick(page)

    async def meet(route: Route) -> None:
        await warn(house, ids["payment"], REUSED)
        if stream == "heard":
            await card(page, 12).get_by_text("⚠ Comprobante repetido").wait_for()
        await route.continue_()

    await page.route("**/verdict", meet, times=1)
    await approve_button(page).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Aún no se aprobó: mientras lo aprobabas llegó un aviso")
    await expect(dialog).to_contain_text(SENTENCE)
    assert (await payment_of(house, ids))["status"] == "por_verificar"
    await expect(page.get_by_label("Lo vi en la cuenta")).to_be_checked()
    await dialog.get_by_text("el cliente pagó dos mesas juntas").click()
    await dialog.get_by_role("button", name="Aprobar").click()
    await page.get_by_role("tab", name="Por Verificar 1").wait_for()
    payment = await payment_of(house, ids)
    assert (payment["status"], payment["reason"]) == (
        "aprobado", "el cliente pagó dos mesas juntas",
    )  # fmt: skip


# ---- a warning after the approval


async def test_a_late_warning_stays_on_every_till_until_somebody_knows_it(
    house: House, window: OpenWindow
) -> None:
    await approve(house, 4)
    ids = await approve(house, 12)
    pages = [await open_till(window), (await window(MARA, "/caja")).page]
    for page in pages:
        await page.get_by_text("En línea").wait_for()
        await expect(strip(page)).to_be_hidden()
        await page.evaluate(SOUNDS)
        await page.get_by_role("tab", name="Por Cobrar").click()  # a touch lets sounds out
    await warn(house, ids["payment"], REUSED)
    for page in pages:
        await hears(page, REFUSED)
        for words in (
            "Un aviso sobre un pago ya aprobado", "Mesa 12", "$ 241.00", "aprobó Mara, 14:41",
            SENTENCE,
        ):  # fmt: skip
            await expect(strip(page)).to_contain_text(words)
        await expect(page.get_by_text(LATE_ALARM)).to_be_attached()
    await pages[0].get_by_role("tab", name="Pagadas hoy").click()
    await expect(strip(pages[0])).to_be_visible()
    await pages[0].reload()
    await expect(strip(pages[0])).to_contain_text(SENTENCE)
    for name, title in (("Ver orden 1", "Mesa 4 · Orden 1"), ("Ver orden 2", "Mesa 12 · Orden 2")):
        await strip(pages[0]).get_by_role("link", name=name, exact=True).click()
        await pages[0].get_by_role("dialog", name=title).wait_for()
        await pages[0].keyboard.press("Escape")
    await strip(pages[0]).get_by_role("button", name="Enterado").click()
    for page in pages:
        await expect(strip(page)).to_be_hidden()
    assert (await payment_of(house, ids))["late_warnings"] == []
    await pages[1].reload()
    await pages[1].get_by_text("En línea").wait_for()
    await expect(strip(pages[1])).to_be_hidden()


async def test_several_late_warnings_are_one_list(house: House, window: OpenWindow) -> None:
    await approve(house, 4)
    some = [await approve(house, table) for table in (5, 6, 7)]
    page = await open_till(window)
    for ids in some:
        await warn(house, ids["payment"], REUSED)
    await expect(strip(page)).to_contain_text("3 avisos sobre pagos ya aprobados")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await settled(page)
    await page.get_by_role("button", name="Enterado: mesa 6").click()
    await expect(strip(page)).to_contain_text("2 avisos sobre pagos ya aprobados")
    await expect(strip(page)).not_to_contain_text("Mesa 6")
    await page.get_by_role("button", name="Enterado: mesa 7").focus()
    await page.keyboard.press("Enter")
    await expect(strip(page)).to_contain_text("Un aviso")
    await expect(page.get_by_role("button", name="Enterado: mesa 5")).to_be_focused()


async def test_only_what_was_read_is_known(house: House, window: OpenWindow) -> None:
    """A second warning comes while the first one's *Enterado* is on its way."""
    await approve(house, 4)
    ids = await approve(house, 12)
    page = await open_till(window)
    await warn(house, ids["payment"], REUSED)

    async def meet(route: Route) -> None:
        await warn(house, ids["payment"], DAMAGED)
        await strip(page).get_by_text("El archivo está dañado").wait_for()
        await route.continue_()

    await page.route("**/known", meet)
    await strip(page).get_by_role("button", name="Enterado").click()
    await expect(strip(page)).not_to_contain_text(SENTENCE)
    await expect(strip(page)).to_contain_text("El archivo está dañado")
    late = (await payment_of(house, ids))["late_warnings"]
    assert [warning["type"] for warning in late] == ["file_damaged"]


async def test_a_late_warning_from_the_time_offline_calls_once(
    house: House, window: OpenWindow
) -> None:
    await approve(house, 4)
    ids = await approve(house, 12)
    opened = await window(LUIS, "/caja")
    page = opened.page
    await page.get_by_text("En línea").wait_for()
    await page.evaluate(SOUNDS)
    await page.get_by_role("tab", name="Por Cobrar").click()
    await opened.context.set_offline(True)
    await page.evaluate("dispatchEvent(new Event('offline'))")
    await page.get_by_text("Sin conexión").first.wait_for()
    await page.route("**/events/**", lambda route: route.abort())
    await warn(house, ids["payment"], REUSED)
    await opened.context.set_offline(False)
    await page.unroute("**/events/**")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(strip(page)).to_contain_text(SENTENCE)
    await hears(page, REFUSED)
    await opened.context.set_offline(True)
    await strip(page).get_by_role("button", name="Enterado").click()
    await expect(page.locator(".toast", has_text="Mesa 12: Sin conexión")).to_be_visible()
    await expect(strip(page)).to_contain_text(SENTENCE)
    await opened.context.set_offline(False)
    await strip(page).get_by_role("button", name="Enterado").click()
    await expect(strip(page)).to_be_hidden()


async def test_a_late_warning_of_yesterday_is_no_payment_of_today(
    house: House, window: OpenWindow
) -> None:
    await approve(house, 4)
    ids = await approve(house, 12)
    await warn(house, ids["payment"], REUSED)
    house.clock.advance(days=1)
    page = await open_till(window)
    await expect(strip(page)).to_contain_text("aprobó Mara, 2026-11-28 14:41")
    await expect(page.get_by_role("tab", name="Pagadas hoy 0")).to_be_visible()
    await page.get_by_role("tab", name="Conciliación").click()
    await expect(strip(page)).to_be_visible()
    elsewhere = page.locator(".elsewhere")
    await expect(elsewhere).to_contain_text("Un pago con aviso no está en esta lista")
    await elsewhere.get_by_role("button", name="Mesa 12, 28/11").click()
    row = page.locator("tr[data-warned=true]")
    await expect(row).to_contain_text("⚠ Comprobante repetido")
    await expect(row).to_contain_text("12")
    await expect(elsewhere).to_be_hidden()
    assert await violations(page) == []
    await strip(page).get_by_role("button", name="Enterado").click()
    await expect(row).to_have_count(0)
    await expect(strip(page)).to_be_hidden()


async def test_an_order_tells_for_ever_what_came_late_and_who_knew_of_it(
    house: House, window: OpenWindow
) -> None:
    await approve(house, 4)
    ids = await approve(house, 12)
    await warn(house, ids["payment"], REUSED)
    page = await open_till(window)
    await strip(page).get_by_role("button", name="Enterado").click()
    await expect(strip(page)).to_be_hidden()
    await page.goto(page.url.split("?")[0] + f"?orden={ids['order']}")
    steps = page.get_by_role("dialog").locator(".history li")
    await expect(steps.nth(-2)).to_contain_text(
        "⚠ Aviso después de aprobar: Comprobante repetido · Comanda"
    )
    await expect(steps.last).to_contain_text("Enterado del aviso: Comprobante repetido · Luis")


async def test_the_conciliacion_marks_an_approved_proof_that_could_not_be_examined(
    house: House, window: OpenWindow
) -> None:
    await approve(house, 4)
    ids = await approve(house, 12)
    page = await open_till(window)
    await page.get_by_role("tab", name="Conciliación").click()
    rows = page.get_by_role("row").filter(has_text="No se pudo examinar")
    await expect(page.get_by_role("row").filter(has_text="241")).to_have_count(2)
    await expect(rows).to_have_count(0)
    await examine(house, ids["payment"], None)
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("12")
    await page.reload()
    await expect(rows).to_have_count(1)
    assert await violations(page) == []


# ---- the waiter


@pytest.mark.parametrize("facts", [None, Facts(is_damaged=True)])
async def test_the_waiter_hears_that_the_photo_may_be_needed_again(
    house: House, window: OpenWindow, facts: Facts | None
) -> None:
    ids = await submit(house, 12)
    hint = "La foto llegó dañada; toma otra si el cajero la pide"
    page = (await window(ANA, "/mesero?ver=cobrar", {"width": 390, "height": 844})).page
    other = (await window(BETO, "/mesero?ver=cobrar")).page
    for one in (page, other):
        await one.get_by_text("En línea").wait_for()
    await examine(house, ids["payment"], facts)
    article = page.get_by_role("article", name="Mesa 12")
    await expect(article.get_by_text(hint)).to_be_visible()
    assert await page.evaluate("said") == []
    await house.place(3)
    await other.get_by_role("tab", name="En curso 1").wait_for()
    await expect(other.get_by_text(hint)).to_be_hidden()
    await article.get_by_role("button", name="Ver").click()
    sheet = page.get_by_role("dialog")
    await expect(sheet).to_contain_text(hint)
    await expect(sheet).not_to_contain_text("pide que lo envíen otra vez")
    await house.judge(ids["payment"], "rechazado", reason="ilegible")
    await expect(sheet).to_contain_text("Pago Rechazado")
    await expect(sheet).not_to_contain_text(hint)


# ---- how it looks


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
async def test_all_of_it_has_its_place(
    house: House, window: OpenWindow, size: dict[str, int], tmp_path_factory: Any
) -> None:
    await approve(house, 4)
    for table in (5, 6):
        await warn(house, (await approve(house, table))["payment"], REUSED, DAMAGED)
    waiting = await submit(house, 12)
    await submit(house, 13)
    missing = await submit(house, 14)
    await examine(house, missing["payment"], None)
    await examine(house, waiting["payment"])
    page = await open_till(window, size=size)
    await expect(strip(page)).to_contain_text("2 avisos")
    folder = tmp_path_factory.getbasetemp()
    await page.screenshot(path=folder / f"lists-{size['width']}.png")
    assert await all_flaws(page) == {}
    assert await violations(page) == []
    await page.get_by_role("tab", name="Conciliación").click()
    await page.locator("tr[data-warned=true]").first.wait_for()
    await page.screenshot(path=folder / f"bank-{size['width']}.png")
    assert await all_flaws(page) == {}
    assert await violations(page) == []
    await page.get_by_role("tab", name="Por Verificar").click()
    await open_card(page, 14)
    await warn(house, missing["payment"], REUSED)
    await expect(page.locator(".verdict-notice")).to_contain_text("Acaba de llegar")
    await expect(approve_button(page)).to_be_enabled()
    await page.screenshot(path=folder / f"detail-{size['width']}.png")
    assert await all_flaws(page) == {}
    assert await violations(page) == []
    assert size != DESKTOP or await strip(page).get_by_role("button").first.is_visible()
