"""An answer to a change and the stream's events may overtake each other: the newer one counts."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, Route, expect

from comanda.domain.staff import Staff
from tests.browser.conftest import PHONE, OpenWindow, hear
from tests.house import ANA, BETO, COCO, LUIS, House

# While `isHolding`, events wait in `lateEvents` until the test lets the page hear them.
HOLD = """
  globalThis.isHolding = false;
  globalThis.lateEvents = [];
  const listen = EventSource.prototype.addEventListener;
  EventSource.prototype.addEventListener = function (type, handler) {
    listen.call(this, type, (event) => {
      if (isHolding && type !== "beat") lateEvents.push(() => handler(event));
      else handler(event);
    });
  };
"""
NEXT = (
    "id => { lateEvents.shift()(); return document.querySelector(`#${id} .counter`).textContent; }"
)
ALL = "() => { isHolding = false; for (const tell of lateEvents.splice(0)) tell(); }"


async def opened(window: OpenWindow, house: House, member: Staff, path: str) -> Page:
    page = (await window(member, "/healthz", PHONE if path.startswith("/mesero") else None)).page
    await page.add_init_script(HOLD)
    await page.goto(house.url + path)
    await page.get_by_text("En línea").wait_for()
    return page


def late(released: asyncio.Event, method: str) -> Callable[[Route], Awaitable[None]]:
    """Let the server do what a request asks for, and give its answer when `released`."""

    async def handle(route: Route) -> None:
        if route.request.method != method:
            await route.fallback()
            return
        answer = await route.fetch()
        await released.wait()
        await route.fulfill(response=answer)

    return handle


async def ready(house: House, table: int) -> str:
    order = await house.place(table)
    for status in ("en_preparacion", "listo"):
        await house.advance(order["id"], status, COCO)
    return str(order["id"])


async def wait_for_events(page: Page, count: int) -> None:
    await page.wait_for_function("count => lateEvents.length >= count", arg=count)


async def test_a_verdict_answered_late_takes_no_newer_proof_off_the_list(
    house: House, window: OpenWindow
) -> None:
    order = await house.deliver(7)
    await house.submit(order["id"])
    page = await opened(window, house, LUIS, "/caja")
    released = asyncio.Event()
    await page.route("**/payments/1/verdict", late(released, "PUT"))
    await page.get_by_role("tabpanel").get_by_role("button", name="7").first.click()
    await page.get_by_role("button", name="Rechazar").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text("ilegible").click()
    await dialog.get_by_role("button", name="Rechazar").click()
    await expect(page.get_by_role("tab", name="Por Cobrar")).to_contain_text("1")
    await house.submit(order["id"])
    again = page.get_by_role("tabpanel").get_by_role("button", name="Reenvío #2")
    await again.wait_for()
    released.set()
    await hear(page, "Rechazado: mesa 7")
    await expect(again).to_be_visible()
    await expect(page.get_by_role("tab", name="Por Cobrar")).to_contain_text("0")


async def test_a_delivery_answered_late_undoes_no_newer_step(
    house: House, window: OpenWindow
) -> None:
    order_id = await ready(house, 5)
    page = await opened(window, house, ANA, "/mesero?ver=curso")
    released = asyncio.Event()
    await page.route(f"**/orders/{order_id}/status", late(released, "PUT"))
    give = page.get_by_role("article", name="Mesa 5").get_by_role("button", name="Entregado")
    await give.press("Enter")
    await expect(page.get_by_role("tab", name="Por Cobrar")).to_contain_text("1")
    await house.advance(order_id, "listo", ANA)
    await give.wait_for()
    released.set()
    await hear(page, "Mesa 5 entregada")
    await expect(give).to_be_visible()
    await expect(page.get_by_role("tab", name="Por Cobrar")).to_contain_text("0")


async def test_a_table_taken_and_lost_again_is_not_shown_as_ones_own(
    house: House, window: OpenWindow
) -> None:
    order = await house.place(5, BETO)
    page = await opened(window, house, ANA, "/mesero?ver=curso")
    released = asyncio.Event()
    await page.route("**/orders/*/waiter", late(released, "PUT"))
    card = page.get_by_role("article", name="Mesa 5")
    await card.get_by_role("button", expanded=False).press("Enter")
    await card.get_by_role("button", name="Tomar mesa").press("Enter")
    await expect(card).to_contain_text("tuya")
    assert (await house.call(BETO, "PUT", f"/orders/{order['id']}/waiter"))[0] == 200
    await expect(card).not_to_contain_text("tuya")
    released.set()
    await hear(page, "La mesa 5 es tuya")
    await expect(card).not_to_contain_text("tuya")


async def test_a_delivery_that_is_answered_is_not_undone_by_the_steps_before_it(
    house: House, window: OpenWindow
) -> None:
    order_id = await ready(house, 5)
    page = await opened(window, house, ANA, "/mesero?ver=curso")
    await page.evaluate("isHolding = true")
    await house.advance(order_id, "en_preparacion", COCO)
    await house.advance(order_id, "listo", COCO)
    await wait_for_events(page, 3)
    give = page.get_by_role("article", name="Mesa 5").get_by_role("button", name="Entregado")
    await give.press("Enter")
    charged = page.get_by_role("tab", name="Por Cobrar")
    await expect(charged).to_contain_text("1")
    await wait_for_events(page, 4)
    counts = [await page.evaluate(NEXT, "tab-cobrar") for _ in range(4)]
    assert counts == ["1"] * 4
    await page.evaluate(ALL)
    await house.advance(order_id, "listo", ANA)
    await expect(charged).to_contain_text("0")


async def test_a_ticket_moves_with_the_answer_and_stays_when_its_event_comes(
    house: House, window: OpenWindow
) -> None:
    await house.place(5)
    page = await opened(window, house, COCO, "/cocina")
    await page.evaluate("isHolding = true")
    await page.get_by_role("button", name="Mesa 5, orden 1: Empezar").click()
    await page.get_by_role("button", name="Mesa 5, orden 1: Listo").wait_for()
    await house.advance("1", "pendiente", COCO)
    await house.advance("1", "en_preparacion", COCO)
    await wait_for_events(page, 3)
    await page.evaluate(ALL)
    await expect(page.get_by_role("article", name="Mesa 5")).to_have_count(1)
    await page.get_by_role("button", name="Mesa 5, orden 1: Listo").wait_for()


async def test_a_list_that_was_read_before_a_change_does_not_undo_its_answer(
    house: House, window: OpenWindow
) -> None:
    await ready(house, 5)
    page = await opened(window, house, ANA, "/mesero?ver=curso")
    await page.evaluate("isHolding = true")
    released = asyncio.Event()
    await page.route("**/orders", late(released, "GET"))
    async with page.expect_request("**/orders"):
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    give = page.get_by_role("article", name="Mesa 5").get_by_role("button", name="Entregado")
    await give.press("Enter")
    await expect(page.get_by_role("tab", name="Por Cobrar")).to_contain_text("1")
    async with page.expect_response("**/orders"):
        released.set()
    await house.place(6)
    await wait_for_events(page, 2)
    await page.evaluate(ALL)
    await expect(page.get_by_role("article", name="Mesa 6")).to_be_visible()
    await expect(page.get_by_role("tab", name="Por Cobrar")).to_contain_text("1")


@pytest.mark.parametrize("path", ["/mesero?ver=curso", "/caja"])
async def test_a_void_shows_with_its_answer_on_every_page(
    house: House, window: OpenWindow, path: str
) -> None:
    await house.place(5)
    page = await opened(window, house, ANA if path.startswith("/mesero") else LUIS, path)
    await page.evaluate("isHolding = true")
    if path == "/caja":
        await page.get_by_role("tab", name="En curso").click()
    else:
        await page.get_by_role("article").get_by_role("button", expanded=False).press("Enter")
    await page.get_by_role("button", name="Anular mesa 5").press("Enter")
    await page.get_by_role("dialog").get_by_text("se fueron").click()
    await page.get_by_role("dialog").get_by_role("button", name="Anular").click()
    await expect(page.get_by_role("tab", name="En curso")).to_contain_text("0")
    await wait_for_events(page, 1)
    await page.evaluate(ALL)
    await expect(page.get_by_role("tab", name="En curso")).to_contain_text("0")
