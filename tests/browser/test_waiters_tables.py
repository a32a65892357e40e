"""A waiter with many tables: whose they are, what is ready, what was delivered by mistake."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Locator, Page, expect

from comanda.domain.staff import Staff
from tests.browser.conftest import PHONE, OpenWindow, hear
from tests.house import ANA, BETO, COCO, LUIS, SOPA, TACOS, House

RISING = [660, 990]  # hertz
TARGET = 48


async def open_page(window: OpenWindow, member: Staff, tab: str = "curso") -> Page:
    page = (await window(member, f"/mesero?ver={tab}", PHONE)).page
    await page.get_by_text("En línea").wait_for()
    return page


def card(page: Page, table: int) -> Locator:
    return page.get_by_role("article", name=f"Mesa {table}, orden")


async def labels(page: Page) -> list[str]:
    """The tables of the cards in sight, from the top."""
    names = await page.get_by_role("article").evaluate_all("all => all.map((one) => one.ariaLabel)")
    return [name.split(",")[0].removeprefix("Mesa ") for name in names]


async def ready(house: House, table: int, waiter: Staff = ANA) -> str:
    order = await house.place(table, waiter)
    for status in ("en_preparacion", "listo"):
        await house.advance(order["id"], status, COCO)
    return str(order["id"])


async def delivered(house: House, table: int, waiter: Staff = ANA) -> str:
    order_id = await ready(house, table, waiter)
    await house.advance(order_id, "entregado", waiter)
    return order_id


async def status_of(house: House, order_id: str) -> str:
    _, order = await house.call(LUIS, "GET", f"/orders/{order_id}")
    return str(order["status"])


def set_clock(house: House, **ago: float) -> None:
    """The server's clock as it is told in its answers, or so long before."""
    house.clock.now = datetime.now(UTC) - timedelta(**ago)


async def test_a_delivery_is_undone_in_the_toast_and_the_kitchen_has_it_again(
    house: House, window: OpenWindow
) -> None:
    order_id = await ready(house, 12)
    page = await open_page(window, ANA)
    kitchen = (await window(COCO, "/cocina")).page
    await kitchen.get_by_role("article", name="Mesa 12").wait_for()
    await card(page, 12).get_by_role("button", name="Entregado").press("Enter")
    await expect(kitchen.get_by_role("article", name="Mesa 12")).to_have_count(0)
    toast = page.locator(".toast")
    await toast.get_by_role("button", name="Deshacer").click()
    await card(page, 12).get_by_role("button", name="Entregado").wait_for()
    await kitchen.get_by_role("article", name="Mesa 12").wait_for()
    assert await status_of(house, order_id) == "listo"
    await hear(page, "Mesa 12: otra vez listo")
    assert await page.evaluate("tones") == await kitchen.evaluate("tones") == []


async def test_a_delivery_can_be_undone_on_its_card_too_while_its_minute_lasts(
    house: House, window: OpenWindow
) -> None:
    set_clock(house, seconds=300)
    old = await delivered(house, 5)
    set_clock(house)
    new, others = await delivered(house, 12), await delivered(house, 13, BETO)
    page = await open_page(window, ANA, "cobrar")
    await expect(card(page, 12).get_by_role("button", name="Cobrar")).to_be_visible()
    await expect(card(page, 5).get_by_role("button", name="Deshacer")).to_be_hidden()
    await expect(card(page, 13).get_by_role("button", name="Deshacer")).to_be_hidden()
    await card(page, 12).get_by_role("button", name="Deshacer, mesa 12").press("Enter")
    await expect(card(page, 12).filter(visible=True)).to_have_count(0)
    states = [await status_of(house, one) for one in (old, new, others)]
    assert states == ["entregado", "listo", "entregado"]


async def test_a_delivery_that_cannot_be_undone_any_more_says_why(
    house: House, window: OpenWindow
) -> None:
    order_id = await ready(house, 12)
    page = await open_page(window, ANA)
    await card(page, 12).get_by_role("button", name="Entregado").press("Enter")
    undo = page.locator(".toast").get_by_role("button", name="Deshacer")
    await undo.wait_for()
    house.clock.advance(minutes=2)
    await undo.click()
    await hear(page, "Se entregó hace más de 60 segundos")
    assert await status_of(house, order_id) == "entregado"


async def test_an_undo_without_a_network_stays_within_reach(
    house: House, window: OpenWindow
) -> None:
    order_id = await ready(house, 12)
    opened = await window(ANA, "/mesero?ver=curso", PHONE)
    page = opened.page
    await card(page, 12).get_by_role("button", name="Entregado").press("Enter")
    undo = page.locator(".toast").get_by_role("button", name="Deshacer")
    await undo.wait_for()
    await opened.context.set_offline(True)
    await undo.click()
    await expect(page.locator(".toast")).to_contain_text("Si no cambió, toca otra vez.")
    await opened.context.set_offline(False)
    await undo.click()
    await hear(page, "otra vez listo")
    assert await status_of(house, order_id) == "listo"


async def test_an_undo_beside_a_proof_says_why_in_words(house: House, window: OpenWindow) -> None:
    order_id = await ready(house, 12)
    page = await open_page(window, ANA)
    await card(page, 12).get_by_role("button", name="Entregado").press("Enter")
    undo = page.locator(".toast").get_by_role("button", name="Deshacer")
    await undo.wait_for()
    await house.submit(order_id)
    await undo.click()
    await hear(page, "Una orden en «por verificar» no puede pasar a «listo»")


async def test_an_undone_delivery_is_no_news_of_a_phone_that_slept(
    house: House, window: OpenWindow
) -> None:
    order_id = await delivered(house, 12)
    opened = await window(ANA, "/healthz", PHONE)
    await opened.page.route("**/events/**", lambda route: route.abort())
    await opened.page.goto(f"{house.url}/mesero?ver=curso")
    await expect(opened.page.get_by_role("tab", name="Por Cobrar")).to_contain_text("1")
    await house.advance(order_id, "listo", ANA)
    await opened.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await card(opened.page, 12).get_by_role("button", name="Entregado").wait_for()
    assert await opened.page.evaluate("said") == []


async def test_a_dish_that_waits_calls_everybody_once_and_can_be_taken_over(
    house: House, window: OpenWindow
) -> None:
    set_clock(house)
    ana, beto = await open_page(window, ANA), await open_page(window, BETO)
    for page in (ana, beto):
        await page.get_by_role("heading", name="En curso").click()
    set_clock(house, seconds=80)
    order_id = await ready(house, 12)
    await hear(ana, "Mesa 12: listo, recógelo en cocina")
    await hear(beto, "Mesa 12: listo, ana no lo recoge")
    assert await beto.evaluate("tones") == RISING
    await expect(card(beto, 12)).to_contain_text("Listo y nadie lo recoge")
    take = card(beto, 12).get_by_role("button", name="Tomar mesa")
    await expect(take).to_have_attribute("data-kind", "primary")
    await expect(card(ana, 12).get_by_role("button", name="Tomar mesa")).to_be_hidden()

    await take.press("Enter")
    await expect(card(beto, 12)).to_contain_text("★ tuya")
    await expect(card(beto, 12)).to_contain_text("🔔 Listo")
    await expect(card(ana, 12)).to_contain_text("beto")
    await hear(ana, "La mesa 12 ahora es de beto")
    await expect(card(ana, 12).get_by_role("button", name="Tomar mesa")).to_be_visible()
    _, order = await house.call(LUIS, "GET", f"/orders/{order_id}")
    assert order["waiter"] == "beto"
    await beto.wait_for_timeout(2500)  # the watch looks every second
    assert [one for one in await ana.evaluate("said") if "no lo recoge" in one] == []
    assert len([one for one in await beto.evaluate("said") if "no lo recoge" in one]) == 1


async def test_a_dish_that_waits_is_shown_among_my_own_tables_too(
    house: House, window: OpenWindow
) -> None:
    set_clock(house)
    fresh = await ready(house, 4, BETO)
    set_clock(house, seconds=90)
    await ready(house, 12, BETO)
    set_clock(house)
    page = await open_page(window, ANA)
    await page.get_by_role("button", name="Mías").filter(visible=True).click()
    await card(page, 12).get_by_text("Listo y nadie lo recoge").wait_for()
    assert await labels(page) == ["12"], fresh


async def test_the_device_keeps_whose_tables_it_shows(house: House, window: OpenWindow) -> None:
    for table, waiter in ((1, ANA), (2, BETO)):
        await house.place(table, waiter)
    for table, waiter in ((3, BETO), (4, ANA), (5, BETO)):
        await delivered(house, table, waiter)
    page = await open_page(window, ANA)
    assert await labels(page) == ["1", "2"]
    mine = page.get_by_role("button", name="Mías").filter(visible=True)
    await expect(mine).to_have_text("Mías 1")
    await mine.click()
    assert await labels(page) == ["1"]
    await expect(page.get_by_role("tab", name="En curso")).to_contain_text("1")
    await page.get_by_role("tab", name="Por Cobrar").click()
    assert await labels(page) == ["4"]
    await page.reload()
    await expect(mine).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_role("article").filter(visible=True)).to_have_count(1)
    await house.place(6, BETO)
    await page.get_by_role("button", name="Todas").filter(visible=True).click()
    await expect(page.get_by_role("article").filter(visible=True)).to_have_count(3)
    assert await labels(page) == ["4", "3", "5"]


async def test_my_own_come_first_and_the_refused_before_the_others(
    house: House, window: OpenWindow
) -> None:
    by_table = {table: await delivered(house, table, waiter) for table, waiter in
                ((1, BETO), (2, BETO), (3, ANA), (4, ANA), (5, ANA))}  # fmt: skip
    for table, verdict in ((2, "rechazado"), (3, None), (5, "rechazado")):
        _, sent = await house.submit(by_table[table])
        if verdict:
            await house.judge(sent["payment"]["id"], verdict, reason="ilegible")
    page = await open_page(window, ANA, "cobrar")
    assert await labels(page) == ["5", "4", "3", "2", "1"]
    await expect(page.get_by_role("tab", name="Por Cobrar")).to_contain_text("4")


async def test_what_the_kitchen_has_takes_one_line_and_unfolds_into_its_dishes(
    house: House, window: OpenWindow
) -> None:
    set_clock(house, minutes=7)
    items: list[dict[str, Any]] = [
        {"product_id": TACOS, "quantity": 2, "note": "sin cebolla"},
        {"product_id": SOPA, "quantity": 1},
    ]
    body = {"table_number": 12, "items": items}
    await house.call(BETO, "POST", "/orders", json=body)
    set_clock(house)
    page = await open_page(window, ANA)
    line = card(page, 12).get_by_role("button", name=re.compile("^Mesa 12"))
    await expect(line).to_have_text("Mesa 12🕐 Pendiente7 min, orden 1, de beto")
    box = await card(page, 12).bounding_box()
    assert box
    assert TARGET <= box["height"] <= TARGET + 10
    await expect(card(page, 12).get_by_role("listitem")).to_have_count(0)
    await line.press("Enter")
    await expect(line).to_have_attribute("aria-expanded", "true")
    dishes = card(page, 12).get_by_role("listitem")
    assert await dishes.all_text_contents() == ["2Tacos al pastor✎ sin cebolla", "1Sopa"]
    await (
        card(page, 12).get_by_role("button", name="✋ Tomar mesa, mesa 12, orden 1").press("Enter")
    )
    await expect(card(page, 12)).to_contain_text("★ tuya")
    await line.press("Enter")
    await expect(dishes.filter(visible=True)).to_have_count(0)


async def test_equal_buttons_have_names_of_their_own(house: House, window: OpenWindow) -> None:
    for table in (12, 12, 4):
        await ready(house, table, BETO)
        await delivered(house, table, BETO)
    for tab in ("curso", "cobrar"):
        page = await open_page(window, ANA, tab)
        await page.get_by_role("article").filter(visible=True).first.wait_for()
        buttons = page.get_by_role("article").get_by_role("button").filter(visible=True)
        told = await buttons.evaluate_all(
            "all => all.map((one) => [one.ariaLabel, one.textContent.trim()])"
        )
        names = [name for name, _ in told]
        assert len(names) >= 6
        assert len(set(names)) == len(names)
        assert all(name.startswith(text) for name, text in told)


async def test_what_was_paid_today_is_asked_for_when_wanted_and_then_kept_up(
    house: House, window: OpenWindow
) -> None:
    set_clock(house, days=2)
    await pay(house, 40)
    for client in house.clients.values():
        await client.close()
    house.clients.clear()  # nobody is signed in for two days
    set_clock(house)
    await pay(house, 12, BETO)
    await pay(house, 5)
    opened = await window(ANA, "/healthz", PHONE)
    asked: list[str] = []
    opened.page.on("request", lambda request: asked.append(request.url))
    await opened.page.goto(f"{house.url}/mesero?ver=cobrar")
    page = opened.page
    await page.get_by_text("En línea").wait_for()
    assert not [url for url in asked if "pagado" in url]
    await page.get_by_role("button", name="Pagadas hoy").click()
    rows = page.get_by_role("list", name="Pagadas hoy").get_by_role("listitem")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(0)).to_contain_text("Mesa 5")
    await expect(rows.nth(0)).to_contain_text("★ tuya")
    await expect(rows.nth(1)).to_contain_text("Transferencia · aprobó luis · orden 2 · beto")
    await expect(rows.nth(1)).to_contain_text("$ 241.00")
    await pay(house, 7)
    await expect(rows).to_have_count(3)
    await expect(rows.nth(0)).to_contain_text("Mesa 7")
    await page.get_by_role("button", name="Mías").filter(visible=True).click()
    await expect(rows).to_have_count(2)
    assert len([url for url in asked if "pagado" in url]) == 1


async def pay(house: House, table: int, waiter: Staff = ANA) -> None:
    _, sent = await house.submit(await delivered(house, table, waiter), waiter)
    await house.judge(sent["payment"]["id"], "aprobado")


async def test_a_table_of_two_waiters_is_taken_whole_after_its_first_round_is_paid(
    house: House, window: OpenWindow
) -> None:
    ids = [await delivered(house, 12, BETO) for _ in range(3)]
    page = await open_page(window, ANA, "cobrar")
    table = page.get_by_role("article", name="Mesa 12")
    await table.get_by_role("button", name="Tomar mesa").wait_for()
    _, paid = await house.submit(ids[0], BETO, method="efectivo")
    await house.judge(paid["payment"]["id"], "aprobado")
    await house.call(ANA, "PUT", f"/orders/{ids[1]}/waiter")
    take = table.get_by_role("button", name=f"Tomar mesa, mesa 12, orden {ids[1]}")
    await take.press("Enter")
    await hear(page, "La mesa 12 es tuya")
    await expect(take).to_be_hidden()
    orders = [(await house.call(ANA, "GET", f"/orders/{one}"))[1] for one in ids]
    assert [order["waiter"] for order in orders] == ["beto", "ana", "ana"]
