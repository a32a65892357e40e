"""The kitchen's page: new orders ring, one tap is one step, and no word of payments."""

from datetime import timedelta

import pytest
from playwright.async_api import Route, expect

from comanda.domain.staff import Role
from tests.browser.conftest import OpenWindow, hear, refresh_until
from tests.house import ANA, COCO, FixedClock, House


async def test_an_order_walks_through_the_three_columns_by_taps(
    house: House, window: OpenWindow
) -> None:
    page = (await window(COCO, "/cocina")).page
    await page.get_by_text("En línea").wait_for()
    order = await house.place(table=12)
    await page.get_by_role("button", name="Mesa 12, orden 1: Empezar").click()
    await page.get_by_role("button", name="Mesa 12, orden 1: Listo").click()
    await page.get_by_text("Esperando al mesero").wait_for()
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
    await expect(page.locator("[data-unheard=true]")).to_contain_text("Orden 1")
    await ticket.click()
    await page.get_by_role("button", name="Mesa 7, orden 1: Listo").wait_for()
    assert await page.locator("[data-unheard=true]").count() == 0


async def test_the_bell_rings_on_until_somebody_touches_the_order(
    house: House, window: OpenWindow
) -> None:
    page = (await window(COCO, "/healthz")).page
    await page.clock.install()
    await page.goto(f"{house.url}/cocina")
    await page.get_by_text("En línea").wait_for()
    await page.get_by_role("button", name="Activar sonido").click()
    await page.wait_for_function(
        "() => tones.length === 2"
    )  # the button's own, to be heard at once
    await house.place(table=7)
    await page.wait_for_function("() => tones.length >= 4")
    await page.clock.run_for(12_000)
    await page.wait_for_function("() => tones.length >= 10")
    await page.get_by_role("button", name="Mesa 7, orden 1: Empezar").click()
    await page.get_by_role("button", name="Mesa 7, orden 1: Listo").wait_for()
    heard = await page.evaluate("tones.length")
    await page.clock.run_for(12_000)
    assert await page.evaluate("tones.length") == heard


async def test_an_order_that_the_page_learns_of_late_calls_too(
    house: House, window: OpenWindow
) -> None:
    """No event reaches the page, as when the tablet slept: it learns from snapshots alone."""
    page = (await window(COCO, "/healthz")).page
    await page.route("**/events/**", lambda route: route.abort())
    begun = await house.place(table=1)
    await house.advance(begun["id"], "en_preparacion", COCO)
    await page.goto(f"{house.url}/cocina")
    await page.get_by_role("button", name="Mesa 1, orden 1: Listo").wait_for()
    assert await page.locator("[data-unheard=true]").count() == 0
    await house.place(table=2)
    await refresh_until(page, "document.querySelector('[data-unheard=true]')")
    await expect(page.locator("[data-unheard=true]")).to_contain_text("Orden 2")


async def test_waiting_turns_amber_and_red_at_the_configured_minutes(
    house: House, window: OpenWindow, clock: FixedClock
) -> None:
    now = clock.now
    for minutes in (2, 11, 16):
        clock.now = now - timedelta(minutes=minutes)
        await house.place(table=minutes)
    clock.now = now
    page = (await window(COCO, "/cocina")).page
    await page.get_by_role("button", name="Mesa 16, orden").wait_for()
    paces = [
        await page.get_by_role("article", name=f"Mesa {minutes}, orden").get_attribute("data-pace")
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
    await house.place(table=99)  # what the page has heard by then is all that came before
    await opened.page.get_by_role("button", name="Mesa 99").wait_for()
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


async def test_a_ticket_reads_out_its_dishes_and_its_buttons_say_whose_they_are(
    house: House, window: OpenWindow
) -> None:
    page = (await window(COCO, "/cocina")).page
    for table in (11, 12):
        order = await house.place(table)
    await house.advance(order["id"], "en_preparacion", COCO)
    await page.get_by_role("button", name="Mesa 12, orden 2: Listo").wait_for()
    told = await page.get_by_role("article", name="Mesa 12, orden 2").aria_snapshot()
    for words in ("Tacos al pastor", "Sopa", 'button "Mesa 12, orden 2: regresar a Pend'):
        assert words in told
    names = await page.locator("main button").evaluate_all(
        "buttons => buttons.map((one) => one.getAttribute('aria-label'))"
    )
    assert len(set(names)) == len(names) == 3


COUNT_CONTEXTS = """globalThis.contexts = 0;
  globalThis.AudioContext = class extends AudioContext {
    constructor() { super(); contexts += 1; }
  };"""


async def test_a_sound_is_made_ready_when_the_first_one_is_due(
    house: House, window: OpenWindow
) -> None:
    opened = await window(COCO, "/healthz")
    await opened.context.add_init_script(COUNT_CONTEXTS)
    page = opened.page
    await house.advance((await house.place(1))["id"], "en_preparacion", COCO)
    await page.goto(f"{house.url}/cocina")
    await page.get_by_role("button", name="Mesa 1, orden 1: Listo").click()
    await page.get_by_text("Esperando al mesero").wait_for()
    assert await page.evaluate("contexts") == 0
    await house.place(2)
    await page.wait_for_function("() => tones.length >= 2")
    assert await page.evaluate("contexts") == 1


async def test_a_step_whose_answer_is_lost_is_not_asked_for_again(
    house: House, window: OpenWindow
) -> None:
    """A second tap would take the ticket a step further."""
    page = (await window(COCO, "/cocina")).page
    await house.place(1)
    listo = page.get_by_role("button", name="Mesa 1, orden 1: Listo")

    async def lose_answer(route: Route) -> None:
        await route.fetch()
        await listo.wait_for()
        await route.abort()

    await page.route("**/orders/1/status", lose_answer)
    async with page.expect_event("requestfailed"):
        await page.get_by_role("button", name="Mesa 1, orden 1: Empezar").click()
    await page.route("**/orders/2/status", lambda route: route.abort())
    await house.place(2)
    await page.get_by_role("button", name="Mesa 2, orden 2: Empezar").click()
    await hear(page, "Mesa 2: Sin conexión. Si no cambió, toca otra vez.")
    assert not await page.evaluate("said.filter((words) => words.includes('Mesa 1'))")
