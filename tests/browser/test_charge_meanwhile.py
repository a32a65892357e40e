"""A bill's form stays what somebody filled in, whatever comes meanwhile: others, kills, moves."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import OpenWindow
from tests.browser.test_bill import (
    PHOTO,
    SMALL,
    amounts_of,
    deliver_rounds,
    is_covered,
    let_tips,
    open_bill,
    open_phone,
    pay,
    payments_of,
    pick,
    send,
    tap,
)
from tests.browser.test_lost_answers import SUBMIT, Answers, has, lose_at_till, open_till
from tests.house import ANA, BETO, LUIS, House, eventually, jpeg

# Notes whether the button rests each time that the amount changes.
WATCH = """(sheet) => {
  globalThis.rested = [];
  const notice = () => rested.push(sheet.querySelector("[type=submit]").disabled);
  new MutationObserver(notice).observe(sheet.querySelector(".pays"), { childList: true });
}"""
# The bills of which the phone keeps a photo.
PHOTOS_OF = """async () => {
  const { shelf } = await part("lib/storage.js");
  return shelf("comanda.cobro", "fotos")("readonly", (all) => all.getAllKeys());
}"""
# How many bytes these photos have.
SIZES = """async () => {
  const { shelf } = await part("lib/storage.js");
  const rows = await shelf("comanda.cobro", "fotos")("readonly", (all) => all.getAll());
  return rows?.map((row) => row.bytes.byteLength);
}"""
# A photo that never becomes small.
SLOW_PHOTOS = """() => {
  globalThis.createImageBitmap = () => new Promise(() => {});
  HTMLImageElement.prototype.decode = () => new Promise(() => {});
}"""


async def is_paid_by(house: House, order_id: str, *amounts: float) -> bool:
    return await amounts_of(house, order_id) == list(amounts)


async def come_back(page: Page, house: House) -> None:
    """Luis signs in again in the same browser, and opens the till."""
    await page.context.add_cookies(
        [
            {"name": name, "value": value, "url": house.url}
            for name, value in (await house.cookies(LUIS)).items()
        ]
    )
    await page.goto(f"{house.url}/caja")


async def test_a_charge_without_an_answer_outlives_its_session(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    page, sheet = await open_till(window)
    await lose_at_till(page, sheet)
    await page.unroute("**/proof")
    await page.context.clear_cookies()
    await tap(sheet.locator(SUBMIT))
    await page.get_by_role("button", name="Entrar").wait_for()
    await come_back(page, house)
    await page.get_by_role("tab", name="Por Cobrar").click()
    await tap(page.get_by_role("button", name="Cobrar, Mesa 12"))
    await sheet.get_by_text("No se sabe si el cobro de $ 100.00 llegó").wait_for()
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_role("button", name="Cobrar lo que falta").wait_for()
    assert await amounts_of(house, order_id) == [100]


@pytest.mark.parametrize("status", [401, 429, 403])
async def test_a_refusal_of_the_way_says_nothing_of_the_charge_before(
    house: House, window: OpenWindow, status: int
) -> None:
    """Too many requests, or a login page of the Wi-Fi: the charge may have arrived before."""
    [order_id] = await deliver_rounds(house, 1)
    page, sheet = await open_till(window)
    await lose_at_till(page, sheet)
    await page.unroute("**/proof")
    refused = asyncio.Event()

    async def refuse(route: Route) -> None:
        await route.fulfill(status=status, body="<html>")
        refused.set()

    await page.route("**/proof", refuse, times=1)
    await tap(sheet.locator(SUBMIT))
    await refused.wait()
    await expect(sheet.locator(SUBMIT)).to_be_enabled()
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_role("button", name="Cobrar lo que falta").wait_for()
    assert await amounts_of(house, order_id) == [100]


@pytest.mark.parametrize("people", [2, 3])
async def test_a_share_stays_when_another_phone_charges_the_next(
    house: House, window: OpenWindow, people: int
) -> None:
    """The guest was told an amount, and may have sent it: it isn't a share of the rest."""
    [order_id] = await deliver_rounds(house, 1)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await pick(sheet, "Entre varios", "Efectivo")
    if people == 3:
        await tap(sheet.get_by_role("button", name="Una persona más"))
    share = {2: "120.50", 3: "80.34"}[people]
    await expect(sheet.locator(".pays")).to_contain_text(f"Paga $ {share} · 1 de {people} · falta")
    await pay(house, BETO, order_id, amount=share)
    rest = {2: "", 3: " · falta $ 80.32"}[people]
    await expect(sheet.locator(".pays")).to_have_text(f"Paga $ {share} · 1 de {people}{rest}")
    await send(sheet)
    await eventually(lambda: is_paid_by(house, order_id, float(share), float(share)))
    if people == 3:
        await tap(sheet.get_by_role("button", name="Cobrar lo que falta"))
        await pick(sheet, "Efectivo")
        await expect(sheet.locator(".pays")).to_have_text("Paga $ 80.32 · 2 de 3")
        await tap(sheet.locator(SUBMIT))
        await eventually(lambda: is_covered(house, order_id))


async def test_a_share_of_two_rounds_stays_when_the_first_one_is_paid(
    house: House, window: OpenWindow
) -> None:
    first, second = await deliver_rounds(house, 2)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await pick(sheet, "Entre varios", "Efectivo")
    await expect(sheet.locator(".pays")).to_contain_text("Paga $ 241.00 · 1 de 2")
    await pay(house, BETO, first, amount="241")
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 241.00 · 1 de 2")
    await send(sheet)
    await eventually(lambda: is_paid_by(house, second, 241))


async def test_a_share_is_of_the_new_total_when_a_dish_is_taken_off(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await pick(sheet, "Entre varios", "Efectivo")
    await expect(sheet.locator(".pays")).to_contain_text("Paga $ 120.50 · 1 de 2")
    body = {"quantity": 1, "reason": "Se cayó"}
    status, answer = await house.call(LUIS, "PUT", f"/orders/{order_id}/items/0", json=body)
    assert status == 200, answer
    due = answer["due"]
    await expect(sheet.locator(".pays")).to_contain_text(f"Paga $ {due / 2:.2f} · 1 de 2")
    await send(sheet)
    await eventually(lambda: is_paid_by(house, order_id, due / 2))


async def test_no_tap_sends_an_amount_that_has_just_come(house: House, window: OpenWindow) -> None:
    [order_id] = await deliver_rounds(house, 1)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await pick(sheet, "Efectivo")
    await expect(sheet.locator(SUBMIT)).to_have_text("Enviar")
    await sheet.evaluate(WATCH)
    await pay(house, BETO, order_id, amount="100")
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 141.00")
    assert await page.evaluate("rested.at(0)"), "the button rests at once"
    await expect(sheet.locator(SUBMIT)).to_have_text("Enviar $ 141.00")
    await expect(sheet.locator(SUBMIT)).to_be_enabled()
    await send(sheet)
    await eventually(lambda: is_paid_by(house, order_id, 100, 141))


async def test_a_rejected_payment_is_sent_again_as_itself_after_a_kill(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    refused_id = (await pay(house, ANA, order_id, amount="100"))["payment"]["id"]
    await house.judge(refused_id, "rechazado", reason="Falta el dinero")
    phone = await window(ANA, "/mesero?ver=cobrar", SMALL, touch=True)
    sheet = await open_bill(phone.page, "Reintentar Pago")
    await expect(sheet.get_by_label("Monto que paga")).to_have_value("100.00")
    await phone.page.close()
    page = (await window(ANA, "/mesero?ver=cobrar", SMALL, phone.context)).page
    sheet = await open_bill(page, "Cobrar")
    await sheet.get_by_text("Otra vez el pago de $ 100.00").wait_for()
    await expect(sheet.get_by_label("Monto que paga")).to_have_value("100.00")
    await send(sheet)
    payments = await payments_of(house, order_id)
    assert [payment["replaces"] for payment in payments] == [None, refused_id]


async def test_a_corrected_payment_replaces_the_refused_one_after_a_kill(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    phone = await open_phone(window)
    sheet = await open_bill(phone.page)
    await phone.context.set_offline(True)
    await sheet.get_by_label("Galería").set_input_files(PHOTO)
    await sheet.get_by_text("Foto lista").wait_for()
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("Se enviará solo").wait_for()
    await pay(house, BETO, order_id, amount="200")
    await phone.context.set_offline(False)
    await sheet.get_by_text("Sobran $ 200.00").first.wait_for()
    await sheet.get_by_label("Monto que paga").fill("40")
    await phone.page.reload()
    await expect(sheet.get_by_label("Monto que paga")).to_have_value("40")
    await sheet.get_by_text("Foto lista").wait_for()
    await tap(sheet.locator(SUBMIT))
    await eventually(lambda: has(house, order_id, 40))
    await expect(sheet.locator(".draft-box")).to_have_count(0)
    await eventually(lambda: is_paid_by(house, order_id, 200, 40))


async def test_what_is_filled_in_moves_with_its_order(house: House, window: OpenWindow) -> None:
    first, second = await deliver_rounds(house, 2)
    phone = await open_phone(window)
    page = phone.page
    sheet = await open_bill(page)
    await sheet.get_by_label("Galería").set_input_files(PHOTO)
    await sheet.get_by_text("Foto lista").wait_for()
    await eventually(lambda: keeps_photos(page, 1))
    [old] = await page.evaluate(PHOTOS_OF)
    await pick(sheet, "Otro monto")
    await sheet.get_by_label("Monto que paga").fill("100")
    await house.call(LUIS, "PUT", f"/orders/{first}/place", json={"table_number": 9})
    await expect(sheet.locator("h2")).to_contain_text("Mesa 9 · $ 241.00")
    await eventually(lambda: keeps_photos(page, 1, without=old))
    await page.reload()
    await expect(sheet.locator("h2")).to_contain_text("Mesa 9 · $ 241.00")
    await expect(sheet.get_by_label("Monto que paga")).to_have_value("100")
    await sheet.get_by_text("Foto lista").wait_for()
    await tap(sheet.get_by_role("button", name="Cerrar"))
    await page.get_by_role("button", name="💳 Cobrar, mesa 12").click()
    await expect(sheet.locator("h2")).to_contain_text("Mesa 12 · $ 241.00")
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 241.00")
    await expect(sheet.get_by_text("Falta la foto")).to_be_visible()
    assert await amounts_of(house, second) == []


async def keeps_photos(page: Page, count: int, without: str = "") -> bool:
    names = await page.evaluate(PHOTOS_OF) or []
    return len(names) == count and without not in names


async def test_a_late_answer_to_a_withdrawal_undoes_nothing_newer(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    await pay(house, ANA, order_id, amount="100")
    page = (await window(ANA, "/mesero?ver=cobrar", SMALL, touch=True)).page
    sheet = await open_bill(page)
    answers = Answers()
    await page.route("**/payments/*", answers.hold)
    await tap(sheet.get_by_role("button", name="Retirar comprobante").first)
    await tap(sheet.get_by_role("button", name="¿Seguro? Retirar"))
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 241.00")
    await pay(house, BETO, order_id, amount="200")
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 41.00")
    async with page.expect_response("**/payments/*") as late:
        answers.gate.set()
    await (await late.value).finished()
    await page.evaluate("() => new Promise((done) => setTimeout(done))")
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 41.00")


async def test_a_photo_that_is_being_prepared_is_waited_for(
    house: House, window: OpenWindow
) -> None:
    """Also by a method that needs none, while others change the bill."""
    [order_id] = await deliver_rounds(house, 1)
    page = (await open_phone(window)).page
    await page.evaluate(SLOW_PHOTOS)
    sheet = await open_bill(page)
    chosen: Any = sheet.get_by_label("Galería")
    await chosen.set_input_files(PHOTO)
    await sheet.get_by_text("Preparando la foto…").wait_for()
    await pick(sheet, "Efectivo")
    await pay(house, BETO, order_id, amount="100")
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 141.00")
    await expect(sheet.get_by_text("Preparando la foto…")).to_be_visible()
    await expect(sheet.locator(SUBMIT)).to_be_disabled()


async def fall_asleep(page: Page) -> None:
    await page.route("**/events/*", lambda route: route.abort())
    await page.evaluate("document.dispatchEvent(new Event('freeze')) && undefined")


async def wake_up(page: Page) -> Answers:
    """The page asks for the orders of now; the answers are held back."""
    answers = Answers()
    await page.route("**/orders", answers.hold)
    await page.evaluate("document.dispatchEvent(new Event('resume')) && undefined")

    async def is_asked() -> bool:
        return answers.asked > 0

    await eventually(is_asked)
    return answers


async def test_a_phone_that_slept_shows_what_is_left_before_it_sends(
    house: House, window: OpenWindow
) -> None:
    first, second, third = await deliver_rounds(house, 3)
    phone = await open_phone(window)
    sheet = await open_bill(phone.page)
    await pick(sheet, "Efectivo")
    await fall_asleep(phone.page)
    paid = await pay(house, BETO, first)
    await house.judge(paid["payment"]["id"], "aprobado")
    await house.void(second, LUIS)
    answers = await wake_up(phone.page)
    await sheet.locator(SUBMIT).click()
    await expect(sheet.locator(SUBMIT)).to_be_disabled()
    answers.gate.set()
    await expect(sheet).to_contain_text("La cuenta cambió mientras tanto. Revisa")
    await expect(sheet.locator("h2")).to_contain_text("$ 482.00")
    await expect(sheet.locator(".sheet-due")).to_have_text("Falta $ 241.00")
    assert await amounts_of(house, third) == []
    await tap(sheet.locator(SUBMIT))
    await eventually(lambda: has(house, third, 241))
    assert await amounts_of(house, third) == [241]


async def test_a_charge_that_was_overtaken_says_what_to_do(
    house: House, window: OpenWindow
) -> None:
    """The phone's stream is dead, and nothing says so."""
    first, second = await deliver_rounds(house, 2)
    phone = await open_phone(window)
    sheet = await open_bill(phone.page)
    await pick(sheet, "Efectivo")
    await phone.context.set_offline(True)
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("Se enviará solo").wait_for()
    await house.void(first, LUIS)
    await phone.context.set_offline(False)
    await sheet.get_by_text(
        f"La orden {first} se anuló: no se cobra. Revisa lo que falta"
    ).wait_for()
    await tap(sheet.locator("label.method", has_text="Todo"))
    await send(sheet)
    await expect(sheet.locator(".draft-box")).to_have_count(0)
    assert await amounts_of(house, second) == [241]


@pytest.mark.parametrize("button", ["Cobrar", "Reintentar Pago"])
async def test_a_photo_that_replaced_another_comes_back_after_a_reload(
    house: House, window: OpenWindow, button: str
) -> None:
    """The page is closed before the new photo is small."""
    [order_id] = await deliver_rounds(house, 1)
    if button != "Cobrar":
        refused = await pay(house, ANA, order_id)
        await house.judge(refused["payment"]["id"], "rechazado", reason="Borrosa")
    page = (await window(ANA, "/mesero?ver=cobrar", SMALL, touch=True)).page
    sheet = await open_bill(page, button)
    await sheet.get_by_label("Galería").set_input_files(PHOTO)
    await sheet.get_by_text("Foto lista").wait_for()
    await page.evaluate(SLOW_PHOTOS)
    newer: Any = {**PHOTO, "buffer": jpeg(size=(90, 50))}
    await sheet.get_by_label("Galería").set_input_files(newer)
    await sheet.get_by_text("Preparando la foto…").wait_for()
    await eventually(lambda: keeps_photo_of(page, len(newer["buffer"])))
    await page.reload()
    await sheet.get_by_text("Foto lista").wait_for()
    assert await sheet.locator(".preview img").evaluate("(photo) => photo.naturalWidth") == 90


async def keeps_photo_of(page: Page, size: int) -> bool:
    return size in (await page.evaluate(SIZES) or [])


async def test_a_rejected_payment_sent_again_takes_nothing_from_the_part_that_was_begun(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    await let_tips(house, 10)
    refused_id = (await pay(house, ANA, order_id, amount="100"))["payment"]["id"]
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await pick(sheet, "Efectivo", "10 %")
    await sheet.get_by_role("textbox", name="Recibido").fill("500")
    await house.judge(refused_id, "rechazado", reason="Falta el dinero")
    await tap(sheet.get_by_role("button", name="Reintentar Pago"))
    await expect(sheet.locator("button[type=submit]")).to_have_text("Enviar $ 100.00")
    await expect(sheet.get_by_role("textbox", name="Recibido")).to_have_value("")
    await send(sheet)
    [_, payment] = await payments_of(house, order_id)
    assert (payment["amount"], payment["tip"], payment["replaces"]) == (100, 0, refused_id)
    assert payment["tendered"] is None


async def test_a_payment_rejected_under_the_open_sheet_is_offered_again_as_it_was(
    house: House, window: OpenWindow
) -> None:
    ids = await deliver_rounds(house, 2)
    await let_tips(house, 10)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await pick(sheet, "Efectivo", "10 %")
    await send(sheet)
    [payment] = await payments_of(house, ids[0])
    await house.judge(payment["id"], "rechazado", reason="Falta el dinero")
    await sheet.get_by_text("Falta el dinero").wait_for()
    await expect(sheet.locator("button[type=submit]")).to_have_text("Enviar $ 530.20")
    await page.reload()
    await expect(sheet.locator("button[type=submit]")).to_have_text("Enviar $ 530.20")
    await send(sheet)
    [_, again] = await payments_of(house, ids[0])
    assert (again["amount"], again["tip"], again["replaces"]) == (482, 48.2, payment["id"])
