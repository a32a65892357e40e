"""The waiter's tables: rounds, take-away, and what a waiter mends; and what the kitchen sees."""

import re

from playwright.async_api import Locator, Page, expect

from comanda.domain.staff import Staff
from tests.browser.conftest import OpenWindow, hear, settled, until_order
from tests.house import ANA, COCO, LUIS, House

SMALL = {"width": 360, "height": 640}


async def phone(window: OpenWindow, tab: str, member: Staff = ANA) -> Page:
    opened = await window(member, f"/mesero?ver={tab}", SMALL, touch=True)
    await opened.page.get_by_text("En línea").wait_for()
    return opened.page


async def kitchen(window: OpenWindow) -> Page:
    opened = await window(COCO, "/cocina", {"width": 1280, "height": 800})
    await opened.page.get_by_text("En línea").wait_for()
    return opened.page


def bill(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("tabpanel").get_by_role("article", name=name)


async def tap(button: Locator) -> None:
    await settled(button.page)
    await button.click()


async def test_a_table_has_one_card_that_follows_its_rounds(
    house: House, window: OpenWindow
) -> None:
    first = await house.deliver(12)
    page = await phone(window, "cobrar")
    await bill(page, "Mesa 12, orden 1").wait_for()
    second = await house.deliver(12)
    card = bill(page, "Mesa 12, órdenes 1, 2")
    await expect(card).to_contain_text("2 rondas")
    await expect(card).to_contain_text("$ 482.00")
    await expect(page.get_by_role("tab", name="Por Cobrar 1")).to_be_visible()
    cooking = await house.place(12)
    await expect(card.or_(bill(page, "Mesa 12, órdenes 1, 2, 3"))).to_contain_text("1 en cocina")
    await house.advance(cooking["id"], "en_preparacion", COCO)
    await house.advance(cooking["id"], "listo", COCO)
    await expect(bill(page, "Mesa 12, órdenes 1, 2, 3")).to_contain_text("🔔 1 listo")
    await expect(bill(page, "Mesa 12, órdenes 1, 2, 3")).not_to_contain_text("en cocina")
    _, sent = await house.submit(first["id"], method="efectivo", more=[("amount", "100")])
    third = bill(page, re.compile("^Mesa 12"))
    await expect(third).to_contain_text("⏳ $ 100.00")
    await house.judge(sent["payment"]["id"], "aprobado")
    await expect(third).to_contain_text("✓ $ 100.00")
    await expect(third).to_contain_text("falta $ 382.00")
    _, rest = await house.submit(second["id"], method="efectivo")
    await house.judge(rest["payment"]["id"], "rechazado", reason="no alcanza")
    await expect(third).to_contain_text("«no alcanza»")
    await expect(third.get_by_role("button", name="Reintentar Pago")).to_be_visible()


async def test_a_long_bill_is_charged_without_scrolling_and_its_dishes_unfold(
    house: House, window: OpenWindow
) -> None:
    for _ in range(4):
        await house.deliver(12)
    page = await phone(window, "cobrar")
    card = bill(page, re.compile("^Mesa 12"))
    await expect(card.get_by_role("button", name="Cobrar")).to_be_in_viewport(ratio=1)
    dishes = card.get_by_role("list", name="Platillos")
    await expect(dishes.first).to_be_hidden()
    await tap(card.get_by_text("12 platillos"))
    await expect(dishes.last).to_be_visible()
    await expect(card).to_contain_text("Ronda 4 · orden 4")
    await house.deliver(12)
    await card.get_by_text("15 platillos").wait_for()
    await expect(dishes.last).to_be_visible()


async def test_another_round_goes_to_the_kitchen_by_itself(
    house: House, window: OpenWindow
) -> None:
    await house.deliver(12)
    cook = await kitchen(window)
    page = await phone(window, "cobrar")
    await tap(bill(page, "Mesa 12, orden 1").get_by_role("button", name="+ Ronda"))
    await expect(page.get_by_label("Mesa", exact=True)).to_have_value("12")
    words = "Mesa 12: 1 ronda abierta · falta $ 241.00 → será la ronda 2"
    await expect(page.get_by_text(words)).to_be_visible()
    await tap(page.get_by_role("button", name="Agregar Sopa"))
    await tap(page.get_by_role("button", name="Enviar orden"))
    ticket = cook.get_by_role("article", name="Mesa 12, orden 2")
    await expect(ticket).to_contain_text("Ronda 2")
    await expect(ticket).to_contain_text("Sopa")
    await expect(ticket.get_by_text("Tacos")).to_have_count(0)


async def test_a_take_away_has_a_name_in_place_of_a_table_also_after_a_reload(
    house: House, window: OpenWindow
) -> None:
    cook = await kitchen(window)
    page = await phone(window, "nueva")
    await tap(page.get_by_role("button", name="Para llevar"))
    back = page.get_by_role("button", name="En mesa")
    assert await back.get_attribute("aria-pressed") is None  # it is where a tap leads
    await page.get_by_label("Para llevar, a nombre de").fill("Lupita Díaz")
    await tap(page.get_by_role("button", name="Agregar Sopa"))
    await page.reload()
    await expect(page.get_by_label("Para llevar, a nombre de")).to_have_value("Lupita Díaz")
    await tap(page.get_by_role("button", name="Enviar orden"))
    ticket = cook.get_by_role("article", name="Lupita Díaz, orden 1")
    await expect(ticket).to_contain_text("Para llevar Lupita Díaz")
    await until_order(house, "1", lambda one: one["customer"] == "Lupita Díaz")
    _, order = await house.call(LUIS, "GET", "/orders/1")
    assert (order["table_number"], order["round"]) == (None, 1)
    await tap(page.get_by_role("tab", name=re.compile("En curso")))
    await page.get_by_role("button", name="Para llevar Lupita Díaz").wait_for()
    await house.serve("1")
    await tap(page.get_by_role("tab", name=re.compile("Por Cobrar")))
    card = bill(page, "Lupita Díaz, orden 1")
    await expect(card).to_contain_text("Para llevar Lupita Díaz")
    box = await card.get_by_text("Para llevar").bounding_box()
    assert box is not None
    assert box["width"] > 10  # also for eyes


async def test_a_name_is_asked_for_before_a_take_away_is_sent(
    house: House, window: OpenWindow
) -> None:
    page = await phone(window, "nueva")
    await tap(page.get_by_role("button", name="Para llevar"))
    await tap(page.get_by_role("button", name="Agregar Sopa"))
    before = house.rows()
    await tap(page.get_by_role("button", name="Enviar orden"))
    await expect(page.get_by_text("Escribe el nombre de quien se lo lleva")).to_be_visible()
    assert house.rows() == before


async def test_all_rounds_of_a_table_move_at_once(house: House, window: OpenWindow) -> None:
    await house.deliver(12)
    await house.deliver(12)
    page = await phone(window, "cobrar")
    await tap(bill(page, "Mesa 12, órdenes 1, 2").get_by_role("button", name="Corregir"))
    dialog = page.get_by_role("dialog", name="Corregir")
    await dialog.get_by_label("Cambiar mesa a toda la cuenta").fill("mesa 15")
    await dialog.get_by_role("button", name="Cambiar", exact=True).first.click()
    await expect(bill(page, "Mesa 15, órdenes 1, 2")).to_contain_text("2 rondas")
    await expect(bill(page, "Mesa 15, órdenes 1, 2")).to_contain_text("Órdenes 1, 2 · ★ tuya")
    await expect(bill(page, re.compile("^Mesa 12"))).to_have_count(0)
    for order_id, number in (("1", 1), ("2", 2)):
        _, order = await house.call(LUIS, "GET", f"/orders/{order_id}")
        assert (order["table_number"], order["round"]) == (15, number)


async def test_one_round_moves_and_leaves_the_others(house: House, window: OpenWindow) -> None:
    await house.deliver(12)
    await house.deliver(12)
    page = await phone(window, "cobrar")
    await tap(bill(page, "Mesa 12, órdenes 1, 2").get_by_role("button", name="Corregir"))
    dialog = page.get_by_role("dialog", name="Corregir")
    second = dialog.get_by_role("region", name="Orden 2")
    await second.locator("summary").click()
    await second.get_by_role("textbox").fill("Lupita")
    await second.get_by_role("button", name="Cambiar", exact=True).click()
    await hear(page, "Orden 2: ahora para Lupita")
    await expect(bill(page, "Lupita, orden 2")).to_be_visible()
    await expect(bill(page, "Mesa 12, orden 1")).to_be_visible()


async def test_a_dish_that_is_taken_off_is_struck_through_in_the_kitchen(
    house: House, window: OpenWindow
) -> None:
    await house.place(12)
    cook = await kitchen(window)
    ticket = cook.get_by_role("article", name="Mesa 12, orden 1")
    await expect(ticket).to_contain_text("Tacos al pastor")
    page = await phone(window, "curso")
    await tap(page.get_by_role("button", name=re.compile("^Mesa 12")).first)
    await tap(page.get_by_role("button", name="Corregir, mesa 12, orden 1"))
    dialog = page.get_by_role("dialog", name="Corregir")
    await dialog.get_by_role("button", name="Quitar Tacos al pastor").click()
    question = page.get_by_role("dialog", name="Quitar platillo")
    await question.get_by_label("¿Cuántos se quitan?").select_option("1")
    await question.get_by_text("se agotó", exact=True).click()
    await question.get_by_role("button", name="Quitar", exact=True).click()
    await expect(ticket).to_contain_text("Quitado 1: se agotó")
    await expect(ticket.locator("s").first).to_have_text("2")
    await until_order(house, "1", lambda one: one["items"][0]["quantity"] == 1)
    _, order = await house.call(LUIS, "GET", "/orders/1")
    assert (order["items"][0]["removed"], order["total"]) == (1, 155.5)


async def test_a_waiter_takes_an_unseen_proof_back_and_no_seen_one(
    house: House, window: OpenWindow
) -> None:
    await house.deliver(12)
    _, sent = await house.submit("1", method="efectivo")
    page = await phone(window, "cobrar")
    await tap(bill(page, "Mesa 12, orden 1").get_by_role("button", name="Ver"))
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("button", name="Retirar comprobante").click()
    await sheet.get_by_role("button", name="¿Seguro? Retirar").click()
    await until_order(house, "1", lambda one: one["payment"]["status"] == "retirado")
    await expect(sheet.get_by_role("button", name="Enviar")).to_be_visible()
    await sheet.get_by_role("button", name="Cerrar").click()
    _, sent = await house.submit("1", method="efectivo")
    await house.call(LUIS, "PUT", f"/payments/{sent['payment']['id']}/seen")
    await tap(bill(page, "Mesa 12, orden 1").get_by_role("button", name="Ver"))
    await expect(sheet.get_by_text("👀 Caja lo vio")).to_be_visible()
    await expect(sheet.get_by_role("button", name="Retirar comprobante")).to_have_count(0)


async def test_the_second_of_two_taps_does_not_answer_its_own_question(
    house: House, window: OpenWindow
) -> None:
    await house.deliver(12)
    await house.submit("1", method="efectivo")
    page = await phone(window, "cobrar")
    await tap(bill(page, "Mesa 12, orden 1").get_by_role("button", name="Ver"))
    withdraw = page.get_by_role("dialog").get_by_role("button", name="Retirar")
    for by_mouse in (True, False):
        await settled(page)
        await (withdraw.dblclick() if by_mouse else tap_twice(page, withdraw))
        await withdraw.filter(has_text="¿Seguro?").wait_for()
        await withdraw.filter(has_not_text="¿Seguro?").wait_for()
    _, order = await house.call(LUIS, "GET", "/orders/1")
    assert order["payment"]["status"] == "por_verificar"


async def tap_twice(page: Page, button: Locator) -> None:
    box = await button.bounding_box()
    assert box
    for _ in range(2):
        await page.touchscreen.tap(box["x"] + 20, box["y"] + 20)


async def test_the_keyboards_focus_goes_on_to_what_follows(
    house: House, window: OpenWindow
) -> None:
    for table in (12, 13):
        await house.deliver(table)
    await house.submit("1", method="efectivo")
    opened = await window(ANA, "/mesero?ver=cobrar", {"width": 1280, "height": 800})
    page = opened.page
    await tap(bill(page, "Mesa 12, orden 1").get_by_role("button", name="Ver"))
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("button", name="Retirar").press("Enter")
    await settled(page)
    await sheet.get_by_role("button", name="¿Seguro? Retirar").press("Space", delay=700)
    await until_order(house, "1", lambda one: one["payment"]["status"] == "retirado")
    await page.wait_for_function("() => document.activeElement.closest('dialog .charge')")
    await sheet.get_by_text("Efectivo").click()
    await sheet.get_by_role("button", name="Enviar").press("Enter")
    await sheet.get_by_text("Esperando al cajero").wait_for()
    _, order = await house.call(LUIS, "GET", "/orders/1")
    await house.judge(order["payment"]["id"], "aprobado")
    await expect(bill(page, "Mesa 12, orden 1")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    await page.wait_for_function("() => document.activeElement !== document.body")
