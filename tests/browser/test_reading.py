"""What a proof says, at the till: line by line beside the house, on the photo, and to be copied.

A test says what was read, in place of the examiner.
"""

from datetime import date, time
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from comanda import workflow
from comanda.config import CHECKS
from comanda.domain.examinations import Facts, Source
from comanda.domain.readings import Box, FieldName, ReadField, Reading
from comanda.examiner.receipts import receipt
from comanda.web.handlers import settings
from comanda.web.plumbing.keys import CONFIG, DATABASE
from tests.browser.conftest import DESKTOP, PHONE, OpenWindow, hear
from tests.browser.layout import SIZES, all_flaws, flaws
from tests.browser.test_accounts import CLABE, set_accounts
from tests.browser.test_examination import approve_button, open_card, open_till, small_picture, tick
from tests.browser.test_shell import violations
from tests.house import ANA, LUIS, PDF, ROSA, House

NUMBER = "88412201937465"
MIDDLE = 0.5
TABLET = {"width": 820, "height": 1180}


def place(top: float, height: float = 0.05) -> Box:
    return Box(0.2, top, 0.6, height)


READING = Reading(
    amount=24100,
    reference=NUMBER,
    day=date(2026, 11, 28),
    time=time(14, 41),
    account="4471",
    holder="ROSA M DIAZ",
    bank="Banorte",
    fields=(
        ReadField(FieldName.AMOUNT, "$ 241.00", place(0.29, 0.08)),
        ReadField(FieldName.REFERENCE, NUMBER, place(0.77)),
        ReadField(FieldName.AT, "28/11/2026 14:41", place(0.4)),
        ReadField(FieldName.ACCOUNT, "···· 4471", place(0.48, 0.03)),
        ReadField(FieldName.HOLDER, "Restaurante La Fonda"),
    ),
)


@pytest.fixture(autouse=True)
def reads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether the house reads photos: `on` unless a test says otherwise."""
    state: str = getattr(request, "param", "on")
    monkeypatch.setattr(settings, "reading_state", lambda _: state)
    return state


def with_reading(state: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("reads", [state], indirect=True)


async def submit(
    house: House, table: int = 12, more: tuple[tuple[str, str], ...] = ()
) -> dict[str, str]:
    """A delivered order whose proof waits; the ids of both."""
    order = await house.deliver(table)
    photo = receipt(24100, f"{NUMBER}{table}")
    status, answer = await house.submit(order["id"], photo=photo, more=more)
    assert status == 201, answer
    return {"order": order["id"], "payment": answer["payment"]["id"]}


async def read(house: House, ids: dict[str, str], reading: Reading | None = READING) -> None:
    """End a proof's examination, with what was read from it."""
    facts = Facts(thumbnail=small_picture(), reading=reading, source=Source.PICTURE)
    assert await house.app[DATABASE].write(
        workflow.record_examination,
        int(ids["payment"]),
        facts,
        default_house=house.app[CONFIG].house,
    )


async def open_read(
    house: House,
    window: OpenWindow,
    reading: Reading | None = READING,
    more: tuple[tuple[str, str], ...] = (),
    **size: Any,
) -> Page:
    """Luis's till with the payment of table 12 on show, read already."""
    ids = await submit(house, more=more)
    await read(house, ids, reading)
    page = await open_till(window, **size)
    await open_card(page, 12)
    return page


def panel(page: Page) -> Locator:
    return page.get_by_role("region", name="Lo que dice la foto")


def line(page: Page, name: FieldName) -> Locator:
    return panel(page).locator(f"li[data-field={name}]")


def frame(page: Page) -> Locator:
    return page.locator(".detail .spot")


async def words(locator: Locator) -> str:
    """What is seen, with spaces alone between the words."""
    return " ".join((await locator.inner_text()).split())


async def middles(page: Page) -> tuple[float, float, float, float]:
    """The middles of the frame and of the place of the number on the picture that is shown."""
    found: tuple[float, float, float, float] = await page.evaluate(
        """([left, top]) => {
          const frame = document.querySelector(".detail .spot").getBoundingClientRect();
          const picture = document.querySelector(".detail .stage img");
          const box = picture.getBoundingClientRect();
          const turn = Number(/rotate\\((\\d+)deg/.exec(picture.style.transform)[1]) % 360;
          const [x, y] = { 0: [left, top], 90: [1 - top, left], 180: [1 - left, 1 - top],
            270: [top, 1 - left] }[turn];
          return [frame.x + frame.width / 2, frame.y + frame.height / 2,
            box.x + box.width * x, box.y + box.height * y];
        }""",
        [MIDDLE, 0.77 + 0.05 / 2],
    )
    return found


async def frame_is_at_its_place(page: Page) -> bool:
    across, down, x, y = await middles(page)
    return abs(across - x) < 1 and abs(down - y) < 1


# ---- what was read


async def test_each_line_says_what_it_is_compared_with(house: House, window: OpenWindow) -> None:
    await set_accounts(house, CLABE)
    page = await open_read(house, window)
    await expect(panel(page).locator("li")).to_have_count(6)
    assert "Monto $ 241.00 ✓" in await words(line(page, FieldName.AMOUNT))
    assert "lo que paga" in await words(line(page, FieldName.AMOUNT))
    assert "8841 2201 9374 65 ✓" in await words(line(page, FieldName.REFERENCE))
    assert "nueva" in await words(line(page, FieldName.REFERENCE))
    assert "14:41 ✓" in await words(line(page, FieldName.AT))
    assert "la orden, " in await words(line(page, FieldName.AT))
    for name in (FieldName.ACCOUNT, FieldName.HOLDER):
        assert "BBVA · CLABE" in await words(line(page, name))
        await expect(line(page, name).locator(".read-check")).to_have_attribute("data-tone", "done")
    assert "••4471" in await words(line(page, FieldName.ACCOUNT))
    assert await words(line(page, FieldName.BANK)) == "Banco Banorte"
    await expect(line(page, FieldName.BANK).locator(".read-check")).to_have_attribute(
        "data-tone", ""
    )


async def test_what_differs_says_so_in_words_and_needs_a_reason(
    house: House, window: OpenWindow
) -> None:
    await set_accounts(house, CLABE)
    await submit(house, 3, (("reference", NUMBER),))
    reading = Reading(
        24000, NUMBER, date(2026, 11, 20), None, None, "9999", "JUAN PEREZ", None, READING.fields
    )
    page = await open_read(house, window, reading)
    assert "paga $ 241.00" in await words(line(page, FieldName.AMOUNT))
    await expect(line(page, FieldName.AMOUNT).locator(".read-check")).to_have_attribute(
        "data-tone", "wait"
    )
    for name, said in (
        (FieldName.REFERENCE, "ya usada en la orden 1"),
        (FieldName.AT, "no cuadra con la orden"),
        (FieldName.ACCOUNT, "no es de la casa"),
        (FieldName.HOLDER, "no es de la casa"),
    ):
        assert said in await words(line(page, name))
        await expect(line(page, name).locator(".read-check")).to_have_attribute("data-tone", "late")
    for said in ("Otro monto", "A otra cuenta", "Recibo de otra fecha", "Referencia repetida"):
        await expect(page.locator(".proof-card", has_text="Mesa 12")).to_contain_text(said)
    await tick(page)
    await approve_button(page).click()
    dialog = page.get_by_role("dialog", name="Aprobar comprobante")
    await expect(dialog).to_contain_text("El comprobante es de un pago a otra cuenta")
    await expect(dialog).to_contain_text("La fecha del comprobante no es la de esta cuenta")
    await expect(dialog).not_to_contain_text("no es por $ 241.00")
    for reason in ("mismo comprobante reenviado", "se leyó mal la cuenta", "pagó por adelantado"):
        await expect(dialog.get_by_label(reason)).to_be_visible()
    await page.keyboard.press("Escape")
    await line(page, FieldName.REFERENCE).get_by_role("link", name="orden 1").click()
    await page.get_by_role("dialog", name="Mesa 3 · Orden 1").wait_for()


async def test_a_typed_number_that_is_not_the_read_one_is_said(
    house: House, window: OpenWindow
) -> None:
    page = await open_read(house, window, more=(("reference", "88412201937466"),))
    await expect(line(page, FieldName.REFERENCE)).to_contain_text("no es la escrita")
    await expect(line(page, FieldName.REFERENCE)).to_contain_text(
        "Escrito: 8841 2201 9374 66 · En la foto: 8841 2201 9374 65"
    )


async def test_without_accounts_nothing_is_green(house: House, window: OpenWindow) -> None:
    page = await open_read(house, window)
    await expect(line(page, FieldName.ACCOUNT)).to_contain_text("sin comparar")
    await expect(line(page, FieldName.ACCOUNT).locator(".read-check")).to_have_attribute(
        "data-tone", ""
    )


# ---- its states


async def test_it_comes_with_the_examination_and_moves_no_button(
    house: House, window: OpenWindow
) -> None:
    ids = await submit(house)
    page = await open_till(window, size=PHONE)
    await open_card(page, 12)
    await expect(panel(page)).to_contain_text("Leyendo la foto…")
    before = await approve_button(page).bounding_box()
    await read(house, ids)
    await expect(panel(page).locator("li")).to_have_count(6)
    await expect(panel(page)).not_to_contain_text("Leyendo")
    assert await approve_button(page).bounding_box() == before


async def test_where_it_moves_the_buttons_they_rest(house: House, window: OpenWindow) -> None:
    """With twice the text the whole page scrolls, and the buttons stand behind what comes."""
    ids = await submit(house)
    page = await open_till(window, size=SIZES[0])
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    await open_card(page, 12)
    await expect(approve_button(page)).to_be_enabled()
    await page.evaluate(
        """() => new MutationObserver(() => {
          globalThis.rested ||= document.querySelector("[data-kind=done]").disabled;
        }).observe(document.querySelector(".detail"), { subtree: true, attributes: true })"""
    )
    await read(house, ids)
    await expect(panel(page).locator("li")).to_have_count(6)
    await page.wait_for_function("globalThis.rested")
    await expect(approve_button(page)).to_be_enabled()


async def test_what_could_not_be_read_is_to_be_compared_by_hand(
    house: House, window: OpenWindow
) -> None:
    page = await open_read(house, window, None)
    await expect(panel(page)).to_contain_text("No se pudo leer: compárala tú.")
    await expect(panel(page).locator("li")).to_have_count(0)


@pytest.mark.parametrize("reads", ["off", "missing"], indirect=True)
async def test_a_house_without_reading_sees_nothing_of_it(house: House, window: OpenWindow) -> None:
    ids = await submit(house)
    page = await open_till(window)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await open_card(page, 12)
    await expect(panel(page)).to_be_hidden()
    await read(house, ids, None)
    await expect(page.locator(".examination")).to_be_hidden()
    await expect(panel(page)).to_be_hidden()
    assert [url for url in asked if url.endswith("/reading")] == []
    await expect(page.locator(".reader-hint")).to_have_count(0)


async def test_a_lost_network_offers_another_try(house: House, window: OpenWindow) -> None:
    ids = await submit(house)
    await read(house, ids)
    page = await open_till(window)
    await page.route("**/reading", lambda route: route.abort())
    await open_card(page, 12)
    await expect(panel(page)).to_contain_text(
        "Sin conexión. No se pudo cargar lo que dice la foto."
    )
    await panel(page).get_by_role("button", name="Otra vez").click()
    await expect(panel(page).get_by_role("button", name="Otra vez")).to_be_enabled()
    await page.unroute("**/reading")
    await panel(page).get_by_role("button", name="Otra vez").click()
    await expect(panel(page).locator("li")).to_have_count(6)
    await expect(panel(page)).not_to_contain_text("Sin conexión")
    await page.reload()
    await expect(panel(page).locator("li")).to_have_count(6)


async def test_an_answer_for_the_payment_before_is_not_shown_for_the_next(
    house: House, window: OpenWindow
) -> None:
    first = await submit(house, 3)
    await read(house, first)
    second = await submit(house, 12)
    await read(house, second, None)
    page = await open_till(window)
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await page.route(f"**/payments/{first['payment']}/reading", hold)
    await open_card(page, 3)
    await open_card(page, 12)
    await expect(panel(page)).to_contain_text("No se pudo leer")
    async with page.expect_response(f"**/payments/{first['payment']}/reading"):
        await held[0].continue_()
    await expect(panel(page).locator("li")).to_have_count(0)


# ---- on the photo


async def test_a_line_is_framed_on_the_photo_however_it_is_shown(
    house: House, window: OpenWindow
) -> None:
    page = await open_read(house, window)
    button = line(page, FieldName.REFERENCE).get_by_role("button", name="Clave de rastreo 8841")
    await expect(button).to_have_attribute("aria-pressed", "false")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(frame(page)).to_be_visible()
    assert await frame_is_at_its_place(page)
    tools = page.locator(".detail .photo-tools")
    for name in ("Acercar", "Girar", "Girar", "Acercar", "Girar", "Alejar"):
        await tools.get_by_role("button", name=name).click()
        assert await frame_is_at_its_place(page), name
    await page.set_viewport_size({"width": 1000, "height": 700})
    await page.wait_for_function("innerWidth === 1000")
    await page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
    )
    assert await frame_is_at_its_place(page)
    await button.click()
    await expect(frame(page)).to_be_hidden()
    await expect(button).to_have_attribute("aria-pressed", "false")


async def test_a_zoomed_photo_brings_the_place_in_sight_and_escape_takes_the_frame_away(
    house: House, window: OpenWindow
) -> None:
    page = await open_read(house, window)
    zoom = page.locator(".detail").get_by_role("button", name="Acercar")
    for _ in range(5):
        await zoom.click()
    button = line(page, FieldName.REFERENCE).get_by_role("button", name="Clave de rastreo 8841")
    await button.focus()
    await page.keyboard.press("Enter")
    assert await frame_is_at_its_place(page)
    stage = await page.locator(".detail .stage").bounding_box()
    box = await frame(page).bounding_box()
    assert stage and box
    assert stage["y"] <= box["y"] and box["y"] + box["height"] <= stage["y"] + stage["height"]
    await page.keyboard.press("Escape")
    await expect(frame(page)).to_be_hidden()
    await expect(page.get_by_role("heading", name="Mesa 12")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Elige un comprobante de la lista")).to_be_visible()


async def test_another_line_moves_the_frame_and_one_without_a_place_is_no_button(
    house: House, window: OpenWindow
) -> None:
    page = await open_read(house, window, size=PHONE)
    await line(page, FieldName.AMOUNT).get_by_role("button").click()
    before = await frame(page).bounding_box()
    await line(page, FieldName.AT).get_by_role("button").click()
    assert await panel(page).locator("[aria-pressed=true]").count() == 1
    await expect(frame(page)).to_be_in_viewport()
    assert await frame(page).bounding_box() != before
    await expect(line(page, FieldName.HOLDER)).to_contain_text("ROSA M DIAZ")
    await expect(line(page, FieldName.HOLDER).get_by_role("button")).to_have_count(0)


async def test_a_paid_in_advance_receipt_is_not_approved_as_sent_before(
    house: House, window: OpenWindow
) -> None:
    old = Reading(24100, NUMBER, date(2026, 11, 20), fields=READING.fields)
    page = await open_read(house, window, old)
    await tick(page)
    await approve_button(page).click()
    dialog = page.get_by_role("dialog", name="Aprobar comprobante")
    await expect(dialog.get_by_role("radio")).to_have_count(2)
    await expect(dialog).not_to_contain_text("mismo comprobante reenviado")


async def test_with_double_text_a_tablet_keeps_its_photo_and_its_words_whole(
    house: House, window: OpenWindow
) -> None:
    page = await open_read(house, window, size=TABLET)
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    await page.wait_for_function("document.querySelector('.detail .stage').clientHeight >= 240")
    title = page.get_by_role("heading", name="Mesa 12 · Orden")
    lines = await title.evaluate(
        "title => title.offsetHeight / parseFloat(getComputedStyle(title).lineHeight)"
    )
    assert lines < 3


async def test_on_a_phone_a_framed_place_has_some_of_the_photo_around_it(
    house: House, window: OpenWindow
) -> None:
    page = await open_read(house, window, size=PHONE)
    await line(page, FieldName.ACCOUNT).get_by_role("button").click()
    await expect(frame(page)).to_be_in_viewport()
    gap = await page.evaluate(
        """() => {
          const frame = document.querySelector(".detail .spot").getBoundingClientRect();
          let around = document.querySelector(".detail .stage");
          while (around.scrollTop === 0 && around.parentElement) around = around.parentElement;
          return frame.top - around.getBoundingClientRect().top;
        }"""
    )
    assert gap >= 60


async def test_of_a_pdf_no_place_is_shown(house: House, window: OpenWindow) -> None:
    order = await house.deliver(12)
    _, answer = await house.submit(order["id"], photo=PDF)
    facts = Facts(thumbnail=small_picture(), reading=READING, source=Source.TEXT)
    await house.app[DATABASE].write(
        workflow.record_examination, int(answer["payment"]["id"]), facts
    )
    page = await open_till(window)
    await open_card(page, 12)
    await expect(panel(page)).to_contain_text("Lo que dice el PDF")
    await expect(page.locator(".detail").get_by_text("El comprobante es un PDF")).to_be_visible()
    await expect(panel(page).locator("[aria-pressed]")).to_have_count(0)
    await expect(panel(page).get_by_role("button")).to_have_count(1)  # that copies


# ---- to be copied


async def clipboard(page: Page) -> str:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    text: str = await page.evaluate("navigator.clipboard.readText()")
    return text


async def test_the_number_is_copied_with_one_tap(house: House, window: OpenWindow) -> None:
    page = await open_read(house, window)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = panel(page).locator("li .button")
    await button.click()
    await expect(button).to_have_text("Copiado ✓")
    assert await clipboard(page) == NUMBER
    await expect(button).to_have_text("Copiar")


NO_CLIPBOARD = "delete Navigator.prototype.clipboard;"
NO_COMMAND = NO_CLIPBOARD + "document.execCommand = () => false;"


async def test_without_the_clipboards_interface_it_is_copied_the_old_way(
    house: House, window: OpenWindow
) -> None:
    page = await open_read(house, window)
    await page.evaluate(
        "addEventListener('copy', () => { globalThis.copied = document.activeElement.value; })"
    )
    await page.evaluate(NO_CLIPBOARD)
    button = panel(page).locator("li .button")
    await button.click()
    await expect(button).to_have_text("Copiado ✓")
    assert await page.evaluate("globalThis.copied") == NUMBER
    await expect(button).to_be_focused()


async def test_what_can_not_be_copied_is_selected_to_be_copied_by_hand(
    house: House, window: OpenWindow
) -> None:
    page = await open_read(house, window)
    await page.evaluate(NO_COMMAND)
    button = panel(page).locator("li .button")
    for _ in range(2):
        await button.click()
        await hear(page, "No se pudo copiar. El texto está seleccionado: cópialo tú.")
        await expect(panel(page).locator(".by-hand")).to_be_focused()
        await expect(panel(page).locator(".by-hand")).to_have_count(1)
        assert await page.evaluate("getSelection().toString()") == NUMBER
    await expect(button).to_have_text("Copiar")
    assert await flaws(page) == []


# ---- how to look it up


async def set_country(house: House, country: str) -> None:
    body = {
        "restaurant": "La Fonda",
        "currency": "$",
        "time_zone": "America/Mexico_City",
        "country": country,
    }
    status, answer = await house.call(ROSA, "PUT", "/house", json=body)
    assert status == 200, answer


def way(page: Page, title: str) -> Locator:
    return page.locator(".detail .way", has_text=f"Cómo comprobar: {title}")


async def test_how_to_look_a_payment_up_stands_below_with_what_the_bank_asks_for(
    house: House, window: OpenWindow
) -> None:
    await set_country(house, "MX")
    await set_accounts(house, CLABE, CLABE | {"method": "tarjeta", "label": "Terminal"})
    page = await open_read(house, window)
    await expect(page.locator(".detail .way")).to_have_count(1)
    mexico = way(page, "CEP de Banxico")
    await mexico.locator("summary").click()
    await expect(mexico.locator("ol li")).to_have_count(len(CHECKS[0].steps))
    await expect(mexico).to_contain_text("Revisado el 1 nov 2026")
    link = mexico.get_by_role("link", name="Abrir www.banxico.org.mx")
    await expect(link).to_have_attribute("href", CHECKS[0].url)
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(link).to_have_attribute("target", "_blank")
    await expect(mexico).to_contain_text("0121 8000 1234 5644 71")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await mexico.get_by_role("button", name="Copiar: Cuenta de la casa, BBVA · CLABE").click()
    await expect(mexico.get_by_text("Copiado ✓")).to_be_visible()
    assert await clipboard(page) == CLABE["number"]
    await mexico.get_by_role("button", name="Copiar todo").click()
    await expect(mexico.get_by_role("button", name="Copiado ✓: todos los datos")).to_be_visible()
    assert await clipboard(page) == "\n".join(
        (
            "Fecha: 28/11/2026",
            f"Clave de rastreo: {NUMBER}",
            "Banco: Banorte",
            f"Cuenta de la casa, BBVA · CLABE: {CLABE['number']}",
            "Monto: 241.00",
        )
    )


async def test_what_was_not_read_is_said_and_a_method_without_checks_has_none(
    house: House, window: OpenWindow
) -> None:
    await set_country(house, "MX")
    await read(house, await submit(house), None)
    order = await house.deliver(5)
    await house.submit(order["id"], method="tarjeta")
    page = await open_till(window)
    await open_card(page, 12)
    mexico = way(page, "CEP de Banxico")
    await mexico.locator("summary").click()
    await expect(mexico.get_by_text("sin leer")).to_have_count(3)  # number, bank and account
    await open_card(page, 5)
    await expect(page.locator(".detail .way")).to_have_count(0)


# ---- what was corrected


async def correct(house: House, ids: dict[str, str], **claim: object) -> None:
    status, answer = await house.call(ANA, "PUT", f"/payments/{ids['payment']}/claim", json=claim)
    assert status == 200, answer


async def test_a_correction_is_told_and_the_buttons_rest(house: House, window: OpenWindow) -> None:
    ids = await submit(house, more=(("reference", "88412201937466"),))
    await read(house, ids)
    page = await open_till(window)
    await open_card(page, 12)
    await tick(page)
    await expect(line(page, FieldName.REFERENCE)).to_contain_text("no es la escrita")
    await page.evaluate(
        """() => new MutationObserver(() => {
          globalThis.rested ||= document.querySelector("[data-kind=done]").disabled;
        }).observe(document.querySelector(".detail"), { subtree: true, attributes: true })"""
    )
    await correct(house, ids, reference=NUMBER, amount=200)
    corrected = page.locator(".detail .corrected")
    await expect(corrected).to_contain_text("Corregido: antes ref. 8841 2201 9374 66 · $ 241.00")
    await expect(corrected).to_contain_text("Ana")
    await expect(page.locator(".detail-total")).to_have_text("$ 200.00")
    await expect(page.locator(".verdict")).to_contain_text("Acaban de corregir este pago")
    assert await page.evaluate("globalThis.rested")
    await expect(approve_button(page)).to_be_enabled()
    await expect(page.get_by_label("Lo vi en la cuenta")).not_to_be_checked()
    await expect(line(page, FieldName.REFERENCE)).to_contain_text("nueva")
    await expect(line(page, FieldName.AMOUNT)).to_contain_text("paga $ 200.00")
    await page.reload()
    await expect(corrected).to_contain_text("8841 2201 9374 66")


async def test_a_correction_closes_the_question_about_what_was_there_before(
    house: House, window: OpenWindow
) -> None:
    ids = await submit(house)
    await read(house, ids)
    page = await open_till(window)
    await open_card(page, 12)
    await page.locator(".detail").get_by_role("button", name="Rechazar").click()
    await page.get_by_role("dialog", name="Rechazar comprobante").wait_for()
    await correct(house, ids, amount=200)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator(".verdict")).to_contain_text("Acaban de corregir este pago")


# ---- any order, and who administers


async def test_the_number_that_nobody_typed_is_found_and_shown_beside_the_bank(
    house: House, window: OpenWindow
) -> None:
    ids = await submit(house)
    await read(house, ids)
    page = await open_till(window)
    await page.get_by_role("searchbox").first.fill(NUMBER[4:])
    await expect(page.locator(".search-said")).to_contain_text("1 de 1")
    await house.judge(ids["payment"], "aprobado", reason="se ve en la cuenta")
    await page.get_by_role("tab", name="Conciliación").click()
    await expect(page.locator(".reference-cell")).to_contain_text(f"En la foto: {NUMBER}")
    await page.get_by_label("Buscar", exact=True).fill(NUMBER)
    await expect(page.locator(".reference-cell")).to_have_count(1)


async def test_an_orders_dialog_tells_it_too(house: House, window: OpenWindow) -> None:
    ids = await submit(house)
    await read(house, ids)
    status, _ = await house.judge(ids["payment"], "aprobado")
    assert status == 200
    page = (await window(LUIS, f"/caja?orden={ids['order']}")).page
    dialog = page.get_by_role("dialog")
    button = dialog.get_by_role("button", name="Clave de rastreo 8841 2201 9374 65")
    await button.click()
    await expect(dialog.locator(".spot")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog.locator(".spot")).to_be_hidden()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


@with_reading("missing")
async def test_who_administers_hears_once_how_photos_are_read(
    house: House, window: OpenWindow
) -> None:
    page = (await window(ROSA, "/caja", size=SIZES[0])).page
    hint = page.locator(".reader-hint")
    await expect(hint).to_contain_text("Las fotos no se leen: falta un programa.")
    await expect(hint).to_contain_text("sudo apt install tesseract-ocr tesseract-ocr-spa")
    assert await all_flaws(page) == {}
    await hint.get_by_role("button", name="Entendido").click()
    await expect(hint).to_have_count(0)
    await page.reload()
    await page.get_by_text("En línea").wait_for()
    await expect(hint).to_have_count(0)


# ---- whatever stands on it, wherever it is looked at


HOSTILE = Reading(
    amount=99_999_999_999,
    reference="9" * 64,
    day=date(2026, 11, 28),
    account="=cmd|'/c calc'!A1",
    holder="<img src=x onerror=alert(1)>\u202eOLREVER" + "ñ" * 40,
    bank="<script>alert(1)</script>",
    fields=(ReadField(FieldName.REFERENCE, "9" * 64, Box(0.0, 0.0, 1.0, 1.0)),),
)


@pytest.mark.parametrize("size", [*SIZES, TABLET], ids=lambda size: str(size["width"]))
async def test_hostile_text_stays_text_and_nothing_runs_out_or_over(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    await set_accounts(house, CLABE)
    page = await open_read(house, window, HOSTILE, (("reference", "8" * 64),), size=size)
    await expect(panel(page).locator("li")).to_have_count(6)
    await expect(panel(page)).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(panel(page)).to_contain_text("<script>alert(1)</script>")
    assert await panel(page).locator("img, script").count() == 0
    await line(page, FieldName.REFERENCE).locator("button").first.click()
    assert await all_flaws(page) == {}
    await page.locator(".way summary").first.click()
    await expect(page.locator(".to-copy li").first).to_be_visible()
    await page.locator(".to-copy").first.scroll_into_view_if_needed()
    assert await all_flaws(page) == {}


@pytest.mark.parametrize("size", [SIZES[0], DESKTOP, TABLET], ids=lambda size: str(size["width"]))
async def test_everybody_can_use_it(house: House, window: OpenWindow, size: dict[str, int]) -> None:
    await set_accounts(house, CLABE)
    await submit(house, 3, (("reference", NUMBER),))
    page = await open_read(house, window, more=(("reference", "88412201937466"),), size=size)
    await expect(panel(page).locator("li")).to_have_count(6)
    await line(page, FieldName.AMOUNT).get_by_role("button").click()
    await page.locator(".way summary").first.click()
    assert await violations(page) == []
    await panel(page).scroll_into_view_if_needed()
    assert await all_flaws(page) == {}
