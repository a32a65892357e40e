"""What a waiter is told of an own proof's text, and the correction of a payment that waits.

The house examines nothing by itself; a test says when an examination ends, and what was read.
"""

import re
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from comanda import workflow
from comanda.domain.examinations import Facts, Source
from comanda.domain.readings import Reading
from comanda.domain.staff import Staff
from comanda.web.plumbing.keys import CONFIG, DATABASE
from tests.browser.conftest import DESKTOP, HASTY, PHONE, OpenWindow, hear, settled
from tests.browser.layout import SIZES, SMALL, all_flaws
from tests.browser.test_shell import violations
from tests.house import ANA, BETO, LUIS, MARA, ROSA, House

# The house's clock stands at 2026-11-28T20:41Z, 14:41 in its zone.
GOOD = Reading(amount=24100, reference="88412201937", day=date(2026, 11, 28), time=time(14, 40))
OTHER_AMOUNT = replace(GOOD, amount=15000)
CORRECT = "Corregir pago, mesa 12"
DIALOG = "Corregir pago"


async def send(house: House, member: Staff = ANA, table: int = 12, **more: str) -> dict[str, Any]:
    """The payment of a new order, which waits; `more` are fields of its form."""
    order = await house.deliver(table)
    status, sent = await house.submit(order["id"], waiter=member, more=list(more.items()))
    assert status == 201, sent
    return dict(sent["payment"])


async def read(house: House, payment: dict[str, Any], reading: Reading | None) -> None:
    """End the examination of a payment's proof."""
    facts = Facts(reading=reading, source=Source.PICTURE)
    default_house = house.app[CONFIG].house
    await house.app[DATABASE].write(
        workflow.record_examination, int(payment["id"]), facts, default_house=default_house
    )


async def now(house: House, payment: dict[str, Any]) -> dict[str, Any]:
    _, order = await house.call(ROSA, "GET", f"/orders/{payment['order_id']}")
    return next(dict(one) for one in order["payments"] if one["id"] == payment["id"])


async def phone(window: OpenWindow, size: dict[str, int] = PHONE, member: Staff = ANA) -> Page:
    page = (await window(member, "/mesero?ver=cobrar", size, touch=True)).page
    await page.get_by_text("En línea").wait_for()
    return page


def card(page: Page, table: int = 12) -> Locator:
    return page.get_by_role("article", name=f"Mesa {table},")


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name=DIALOG)


async def open_dialog(page: Page, name: str = CORRECT) -> Locator:
    await settled(page)
    await page.get_by_role("button", name=name, exact=True).click()
    opened = dialog(page)
    await opened.wait_for()
    await settled(page)
    return opened


async def test_a_waiter_sees_live_what_was_read_and_nothing_before(
    house: House, window: OpenWindow
) -> None:
    payment = await send(house, reference="88412201937")
    page = await phone(window)
    await expect(card(page)).to_contain_text("Esperando al cajero")
    await expect(card(page).locator(".proof-read")).to_be_hidden()
    await read(house, payment, GOOD)
    await expect(card(page).locator(".proof-read")).to_have_text(
        re.compile(r"^En la foto: \$\s241\.00 · 8841 2201 937 · .*14:40$")
    )
    await expect(card(page)).not_to_contain_text("La foto dice")
    assert await page.evaluate("tones") == []


async def test_nothing_is_told_where_nothing_was_read(house: House, window: OpenWindow) -> None:
    payment = await send(house)
    page = await phone(window)
    await read(house, payment, None)
    await house.examined(payment["id"])
    other = await send(house, table=4)
    await card(page, 4).wait_for()
    await expect(card(page).locator(".proof-read")).to_be_hidden()
    await read(house, other, Reading())
    await house.examined(other["id"])
    await expect(card(page, 4).locator(".proof-read")).to_be_hidden()


async def test_what_differs_is_said_in_words(house: House, window: OpenWindow) -> None:
    payment = await send(house, reference="99999999", tip="20")
    await read(house, payment, OTHER_AMOUNT)
    page = await phone(window)
    differs = card(page).get_by_role("list", name="Lo que no coincide").get_by_role("listitem")
    await expect(differs).to_have_count(2)
    await expect(differs.first).to_contain_text("La foto dice $ 150.00, y este pago es de $ 261.00")
    await expect(differs.last).to_contain_text(
        "La foto dice 8841 2201 937, y este pago dice 9999 9999"
    )


async def test_only_who_sent_it_may_correct_it(house: House, window: OpenWindow) -> None:
    payment = await send(house)
    await read(house, payment, GOOD)
    await send(house, BETO, table=4)
    page = await phone(window, member=BETO)
    await expect(card(page, 4).get_by_role("button", name="Corregir pago")).to_be_visible()
    await card(page).wait_for()
    await expect(card(page).get_by_role("button", name="Corregir pago")).to_be_hidden()
    await expect(card(page)).not_to_contain_text("En la foto")


@pytest.mark.parametrize("size", [SMALL, PHONE], ids=["360", "390"])
async def test_a_waiter_takes_over_what_the_photo_says(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    payment = await send(house, reference="12345678")
    await read(house, payment, OTHER_AMOUNT)
    page = await phone(window, size)
    sheet = await open_dialog(page)
    await expect(sheet.get_by_label("Clave de rastreo")).to_have_value("12345678")
    await expect(sheet.get_by_label("Monto que paga")).to_have_value("241.00")
    assert await all_flaws(page) == {}
    await sheet.get_by_role("button", name="Usar lo de la foto: $ 150.00").click()
    await sheet.get_by_role("button", name="Usar lo de la foto: 8841 2201 937").click()
    await expect(sheet.get_by_label("Clave de rastreo")).to_have_value("88412201937")
    await expect(sheet.get_by_role("button", name="Usar lo de la foto")).to_have_count(0)
    await sheet.get_by_role("button", name="Guardar").click()
    await expect(sheet).to_have_count(0)
    await hear(page, "Pago corregido")
    changed = await now(house, payment)
    assert (changed["amount"], changed["reference"]) == (150, "88412201937")
    assert [one["amount"] for one in changed["former_claims"]] == [241]
    await expect(card(page)).to_contain_text("falta $ 91.00")
    await expect(card(page)).not_to_contain_text("La foto dice")


async def test_only_what_was_changed_is_sent_and_a_double_tap_sends_it_once(
    house: House, window: OpenWindow
) -> None:
    payment = await send(house, reference="12345678")
    page = await phone(window)
    sent: list[Any] = []
    page.on(
        "request",
        lambda one: sent.append(one.post_data_json) if one.url.endswith("/claim") else None,
    )
    sheet = await open_dialog(page)
    await sheet.get_by_label("Clave de rastreo").fill("55512345678")
    await sheet.get_by_role("button", name="Guardar").dblclick()
    await expect(sheet).to_have_count(0)
    assert sent == [{"reference": "55512345678"}]
    assert len((await now(house, payment))["former_claims"]) == 1
    sheet = await open_dialog(page)
    await sheet.get_by_role("button", name="Guardar").click()
    await expect(sheet).to_have_count(0)
    assert len(sent) == 1


async def test_a_lost_network_keeps_what_was_typed(house: House, window: OpenWindow) -> None:
    payment = await send(house)
    page = await phone(window)
    await page.add_init_script(HASTY)
    sheet = await open_dialog(page)
    await sheet.get_by_label("Clave de rastreo").fill("55512345678")
    await page.context.set_offline(True)
    await sheet.get_by_role("button", name="Guardar").click()
    await expect(sheet.get_by_role("alert").filter(has_text="Sin conexión")).to_be_visible()
    await expect(sheet.get_by_label("Clave de rastreo")).to_have_value("55512345678")
    await page.context.set_offline(False)
    await sheet.get_by_role("button", name="Guardar").click()
    await expect(sheet).to_have_count(0)
    assert (await now(house, payment))["reference"] == "55512345678"


async def test_an_answer_that_is_lost_closes_the_dialog_once_the_news_says_it_arrived(
    house: House, window: OpenWindow
) -> None:
    payment = await send(house)
    page = await phone(window)

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/claim", lose)
    sheet = await open_dialog(page)
    await sheet.get_by_label("Monto que paga").fill("200")
    await sheet.get_by_role("button", name="Guardar").click()
    await expect(sheet.or_(card(page).get_by_text("falta $ 41.00"))).not_to_have_count(0)
    await expect(card(page)).to_contain_text("falta $ 41.00")
    changed = await now(house, payment)
    assert (changed["amount"], len(changed["former_claims"])) == (200, 1)
    await page.unroute("**/claim")
    if await sheet.count():
        await sheet.get_by_role("button", name="Guardar").click()
    await expect(sheet).to_have_count(0)
    assert len((await now(house, payment))["former_claims"]) == 1


@pytest.mark.parametrize(
    ("verdict", "words"), [("aprobado", "ya lo aprobó"), ("rechazado", "Caja lo rechazó")]
)
async def test_a_payment_that_is_decided_meanwhile_says_so_and_offers_only_to_close(
    house: House, window: OpenWindow, verdict: str, words: str
) -> None:
    payment = await send(house)
    page = await phone(window)
    sheet = await open_dialog(page)
    await sheet.get_by_label("Clave de rastreo").fill("55512345678")
    status, _ = await house.judge(payment["id"], verdict, reason="ilegible")
    assert status == 200
    await expect(sheet).to_contain_text(words)
    await expect(sheet.get_by_role("button", name="Guardar")).to_be_hidden()
    await expect(sheet.get_by_label("Clave de rastreo")).to_be_hidden()
    assert await all_flaws(page) == {}
    await settled(page)
    await sheet.get_by_role("button", name="Cerrar").click()
    await expect(sheet).to_have_count(0)
    assert (await now(house, payment))["reference"] is None


async def test_a_decision_that_the_page_has_not_heard_of_is_told_by_the_refusal(
    house: House, window: OpenWindow
) -> None:
    await send(house)
    page = await phone(window)
    refusal = {"code": "payment_already_decided", "detail": "Otra persona ya lo decidió"}

    async def refuse(route: Route) -> None:
        await route.fulfill(status=409, json=refusal, content_type="application/problem+json")

    await page.route("**/claim", refuse)
    sheet = await open_dialog(page)
    await sheet.get_by_label("Monto que paga").fill("200")
    await sheet.get_by_role("button", name="Guardar").click()
    await expect(sheet).to_contain_text("Caja ya lo decidió")
    await expect(sheet.get_by_role("button", name="Guardar")).to_be_hidden()


async def test_a_payment_that_is_withdrawn_or_changed_on_another_phone_is_followed(
    house: House, window: OpenWindow
) -> None:
    payment = await send(house, reference="12345678")
    page = await phone(window)
    sheet = await open_dialog(page)
    await sheet.get_by_label("Monto que paga").fill("200")
    path = f"/payments/{payment['id']}"
    status, _ = await house.call(ANA, "PUT", f"{path}/claim", json={"reference": "87654321"})
    assert status == 200
    await expect(sheet).to_contain_text("Este pago cambió mientras tanto")
    await expect(sheet.get_by_label("Clave de rastreo")).to_have_value("87654321")
    await expect(sheet.get_by_label("Monto que paga")).to_have_value("200")
    status, _ = await house.call(ANA, "DELETE", path)
    assert status == 200
    await expect(sheet).to_contain_text("El pago se retiró")
    await expect(sheet.get_by_role("button", name="Guardar")).to_be_hidden()


async def test_a_payment_that_was_approved_while_the_phone_slept_is_fetched(
    house: House, window: OpenWindow
) -> None:
    payment = await send(house)
    page = await phone(window)
    sheet = await open_dialog(page)
    await page.context.set_offline(True)
    await page.get_by_text("Sin conexión").or_(page.get_by_text("Conectando")).first.wait_for()
    await house.judge(payment["id"], "aprobado")
    await page.context.set_offline(False)
    await expect(sheet).to_contain_text("ya lo aprobó")


async def test_the_server_says_which_field_is_wrong(house: House, window: OpenWindow) -> None:
    await send(house)
    page = await phone(window)
    sheet = await open_dialog(page)
    amount = sheet.get_by_label("Monto que paga")
    await amount.fill("mucho")
    await sheet.get_by_role("button", name="Guardar").click()
    await expect(sheet.get_by_role("alert").filter(has_text="Escribe un monto")).to_be_visible()
    await amount.fill("999")
    await sheet.get_by_role("button", name="Guardar").click()
    await expect(sheet.get_by_role("alert").filter(has_text="758")).to_be_visible()
    await expect(amount).to_be_focused()
    await amount.fill("241")
    await sheet.get_by_label("Clave de rastreo").fill("---")
    await sheet.get_by_role("button", name="Guardar").click()
    words = "Escribe el número de la operación"
    await expect(sheet.get_by_role("alert").filter(has_text=words)).to_be_visible()


async def test_a_reload_in_the_middle_gives_back_what_was_typed(
    house: House, window: OpenWindow
) -> None:
    payment = await send(house)
    page = await phone(window)
    sheet = await open_dialog(page)
    await sheet.get_by_label("Clave de rastreo").fill("55512345678")
    await page.reload()
    await expect(sheet.get_by_label("Clave de rastreo")).to_have_value("55512345678")
    assert (await now(house, payment))["reference"] is None
    await settled(page)
    await sheet.get_by_role("button", name="Guardar").click()
    await expect(sheet).to_have_count(0)
    assert (await now(house, payment))["reference"] == "55512345678"
    await page.wait_for_function("() => !history.state.over?.length")
    await page.reload()
    await card(page).wait_for()
    await expect(sheet).to_have_count(0)


async def test_the_charge_sheet_offers_the_correction_too_also_after_a_reload(
    house: House, window: OpenWindow
) -> None:
    payment = await send(house)
    await read(house, payment, OTHER_AMOUNT)
    page = await phone(window)
    await settled(page)
    await card(page).get_by_role("button", name="Ver").click()
    sheet = page.get_by_role("dialog", name="Cobrar Mesa 12")
    await expect(sheet).to_contain_text("En la foto: $ 150.00")
    await sheet.get_by_role("button", name="Corregir pago").click()
    await dialog(page).get_by_label("Clave de rastreo").fill("55512345678")
    await page.reload()
    await expect(dialog(page).get_by_label("Clave de rastreo")).to_have_value("55512345678")
    await settled(page)
    await dialog(page).get_by_role("button", name="Cancelar").click()
    await expect(dialog(page)).to_have_count(0)
    await expect(sheet).to_be_visible()
    await page.go_back()
    await expect(sheet).to_have_count(0)


async def at_the_till(window: OpenWindow, size: dict[str, int] = DESKTOP) -> Page:
    """Luis's till, with the one payment that waits on show."""
    page = (await window(LUIS, "/caja", size)).page
    await page.get_by_text("En línea").wait_for()
    await page.locator(".proof-card").click()
    await page.get_by_role("heading", name="Mesa 12 · Orden").wait_for()
    return page


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size['width']}x{size['height']}")
async def test_a_cashier_corrects_an_own_payment_at_the_till(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    payment = await send(house, LUIS)
    page = await at_the_till(window, size)
    await page.get_by_text("Tú enviaste este pago: otra persona debe decidirlo").wait_for()
    assert await all_flaws(page) == {}
    sheet = await open_dialog(page, DIALOG)
    await sheet.get_by_label("Clave de rastreo").fill("55512345678")
    await sheet.get_by_label("Monto que paga").fill("150")
    await page.reload()
    await expect(sheet.get_by_label("Clave de rastreo")).to_have_value("55512345678")
    await settled(page)
    assert await all_flaws(page) == {}
    await sheet.get_by_role("button", name="Guardar").click()
    await hear(page, "Pago corregido")
    await expect(sheet).to_have_count(0)
    detail = page.locator(".detail")
    await expect(detail.locator(".detail-total")).to_have_text("$ 150.00")
    await expect(detail.locator(".corrected")).to_contain_text("antes sin referencia · $ 241.00")
    await expect(detail.get_by_text("Acaban de corregir")).to_have_count(0)
    changed = await now(house, payment)
    assert (changed["amount"], changed["reference"]) == (150, "55512345678")


async def test_at_the_till_only_the_sender_corrects_and_only_until_the_verdict(
    house: House, window: OpenWindow
) -> None:
    payment = await send(house, LUIS)
    own = await at_the_till(window)
    correct = own.get_by_role("button", name=DIALOG)
    await expect(correct).to_be_visible()
    other = (await window(MARA, "/caja", DESKTOP)).page
    await other.locator(".proof-card").click()
    await other.locator(".detail").get_by_role("button", name="Aprobar").wait_for()
    await expect(other.get_by_role("button", name=DIALOG)).to_have_count(0)
    await house.judge(payment["id"], "aprobado", cashier=MARA)
    await expect(own.get_by_text("Mara ya lo aprobó")).to_be_visible()
    await expect(correct).to_be_hidden()


async def test_cash_and_chosen_dishes_keep_their_amount(house: House, window: OpenWindow) -> None:
    order = await house.deliver(4)
    status, _ = await house.submit(order["id"], method="efectivo")
    assert status == 201
    chosen = await house.deliver(12)
    status, sent = await house.submit(chosen["id"], more=[("items", f"{chosen['id']}:1:1")])
    assert status == 201, sent
    page = await phone(window)
    await card(page, 4).wait_for()
    await expect(card(page, 4).get_by_role("button", name="Corregir pago")).to_be_hidden()
    sheet = await open_dialog(page)
    await expect(sheet.get_by_label("Clave de rastreo")).to_be_visible()
    await expect(sheet.get_by_label("Monto que paga")).to_be_hidden()


HOSTILE = {
    "markup": "<img src=x onerror=said.push('owned')>",
    "formula": "=cmd|'/c calc'!A0",
    "digits": "9" * 5000,
    "right-to-left": "\u202e\u2067123456\u2066\u0627\u0628\u062c 99",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_text_of_a_receipt_stays_text(
    house: House, window: OpenWindow, name: str
) -> None:
    payment = await send(house, reference="1234567")
    await read(house, payment, replace(OTHER_AMOUNT, reference=HOSTILE[name]))
    page = await phone(window, SMALL)
    await card(page).get_by_text("En la foto").wait_for()
    assert await all_flaws(page) == {}
    shown = (await now(house, payment))["reading"]["reference"]
    assert len(shown) <= 64
    text = await card(page).locator(".proof-read").inner_text()
    assert shown.replace(" ", "") in text.replace(" ", "")
    assert await page.locator(".proof-read img").count() == 0
    sheet = await open_dialog(page)
    await sheet.get_by_role("button", name="Usar lo de la foto").first.click()
    await expect(sheet.get_by_label("Clave de rastreo")).to_have_value(shown)
    assert await all_flaws(page) == {}
    assert await violations(page) == []
    assert "owned" not in await page.evaluate("said")


async def test_the_card_and_the_dialog_hold_every_size_of_text(
    house: House, window: OpenWindow
) -> None:
    payment = await send(house, reference="99999999", tip="20")
    await read(house, payment, OTHER_AMOUNT)
    part = await send(house, table=4, amount="100")
    rest = await house.submit(part["order_id"], more=[("reference", "123")])
    assert rest[0] == 201
    await read(house, part, GOOD)
    for size in SIZES:
        page = await phone(window, size)
        await card(page, 4).get_by_text("Pago de $ 100.00 · en la foto").wait_for()
        assert (size, await all_flaws(page)) == (size, {})
        assert await violations(page) == []
        await open_dialog(page)
        assert (size, await all_flaws(page)) == (size, {})
        assert await violations(page) == []


async def test_a_cashier_corrects_an_own_charge_that_waits(
    house: House, window: OpenWindow
) -> None:
    payment = await send(house, LUIS, amount="100")
    await read(house, payment, OTHER_AMOUNT)
    page = (await window(LUIS, "/caja", DESKTOP)).page
    await page.get_by_text("En línea").wait_for()
    await page.get_by_role("tab", name="Por Cobrar").click()
    await page.get_by_role("button", name="Cobrar, mesa 12", exact=True).click()
    charge = page.get_by_role("dialog", name="Cobrar Mesa 12")
    await charge.get_by_role("button", name="Corregir pago").click()
    await dialog(page).wait_for()
    await settled(page)
    await dialog(page).get_by_role("button", name="Usar lo de la foto: $ 150.00").click()
    await dialog(page).get_by_role("button", name="Guardar").click()
    await expect(dialog(page)).to_have_count(0)
    assert (await now(house, payment))["amount"] == 150
    await expect(charge).to_contain_text("$ 150.00")
    await settled(page)
    await charge.get_by_role("button", name="Corregir pago").click()
    await dialog(page).wait_for()
    status, judged = await house.judge(payment["id"], "aprobado", cashier=MARA)
    assert status == 200, judged
    await expect(dialog(page)).to_contain_text("ya lo aprobó")
