"""The kitchen's page: new orders ring, one tap is one step, and no word of payments."""

import pytest

from comanda.domain.staff import Role
from tests.browser.conftest import OpenWindow
from tests.house import ANA, COCO, FixedClock, House


async def test_an_order_walks_through_the_three_columns_by_taps(
    house: House, window: OpenWindow
) -> None:
    page = (await window(COCO, "/cocina")).page
    await page.get_by_text("En línea").wait_for()
    order = await house.place(table=12)
    await page.get_by_role("button", name="Mesa 12, orden 1: Empezar").click()
    await page.get_by_role("button", name="Mesa 12, orden 1: Listo").click()
    await page.get_by_role("article", name="Mesa 12, orden 1").wait_for()
    _, shown = await house.call(ANA, "GET", f"/orders/{order['id']}")
    assert shown["status"] == "listo"
    await house.advance(order["id"], "entregado", ANA)
    await page.get_by_text("Nada por recoger ✓").wait_for()


async def test_a_new_order_calls_until_somebody_touches_it(
    house: House, window: OpenWindow
) -> None:
    page = (await window(COCO, "/cocina")).page
    await page.get_by_text("En línea").wait_for()
    await house.place(table=7)
    ticket = page.get_by_role("button", name="Mesa 7, orden 1: Empezar")
    await ticket.wait_for()
    assert await ticket.get_attribute("data-unheard") == "true"
    await ticket.click()
    await page.get_by_role("button", name="Mesa 7, orden 1: Listo").wait_for()
    assert await page.locator("[data-unheard=true]").count() == 0


async def test_waiting_turns_amber_and_red_at_the_configured_minutes(
    house: House, window: OpenWindow, clock: FixedClock
) -> None:
    page = (await window(COCO, "/cocina")).page
    # The page's clock is the device's: orders are dated back from it.
    now = await page.evaluate("Date.now()")
    for minutes in (2, 11, 16):
        clock.now = clock.now.fromtimestamp(now / 1000 - 60 * minutes, clock.now.tzinfo)
        await house.place(table=minutes)
    paces = [
        await page.get_by_role("button", name=f"Mesa {minutes}, orden").get_attribute("data-pace")
        for minutes in (2, 11, 16)
    ]
    assert paces == ["fine", "slow", "late"]
    await page.get_by_text("‼ 16 min").wait_for()


async def test_the_kitchens_window_hears_nothing_of_payments(
    house: House, window: OpenWindow
) -> None:
    opened = await window(COCO, "/cocina")
    await opened.page.get_by_text("En línea").wait_for()
    bodies: list[str] = []
    opened.page.on("response", lambda response: bodies.append(response.url))
    async with house.stream(COCO, Role.KITCHEN) as kitchen:
        order = await house.deliver()
        _, submitted = await house.submit(order["id"])
        await house.judge(submitted["payment"]["id"], "rechazado", reason="ilegible")
        heard = await kitchen.take(7)
    assert all(event.data["payment"] is None for event in heard)
    await opened.page.get_by_text("Nada pendiente ✓").wait_for()
    text = await opened.page.inner_text("body")
    assert "ilegible" not in text
    assert "transferencia" not in text
    assert not [url for url in bodies if "payments" in url]


@pytest.mark.parametrize("columns", [1, 2, 3])
async def test_ten_orders_fit_on_the_screen(house: House, window: OpenWindow, columns: int) -> None:
    page = (await window(COCO, "/cocina")).page
    for table in range(1, 11):
        order = await house.place(table)
        for step in ("en_preparacion", "listo")[: table % columns]:
            await house.advance(order["id"], step, COCO)
    await page.locator(".ticket").nth(9).wait_for()
    assert await page.locator(".ticket").count() == 10
    bottoms = await page.locator(".ticket").evaluate_all(
        "nodes => nodes.map((node) => node.getBoundingClientRect().bottom)"
    )
    assert max(bottoms) <= 800
