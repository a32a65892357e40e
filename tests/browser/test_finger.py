"""A list under somebody's finger: nothing moves while it rests, and no tap hits the next card."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import PHONE, OpenWindow, settled
from tests.house import ANA, COCO, LUIS, House

# The middle of a card, in the viewport.
MIDDLE = """(node) => { node.scrollIntoView({ block: "center" });
  const box = node.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2]; }"""
HIDE = """const now = { value: "hidden", configurable: true };
  Object.defineProperty(document, "visibilityState", now);
  document.dispatchEvent(new Event("visibilitychange"));
  delete document.visibilityState;"""


async def middle(page: Page, role: Any, name: str) -> tuple[float, float]:
    x, y = await page.get_by_role(role, name=name).evaluate(MIDDLE)
    return x, y


async def statuses(house: House) -> list[str]:
    _, told = await house.call(COCO, "GET", "/orders")
    return sorted(order["status"] for order in told["orders"])


async def kitchen(house: House, window: OpenWindow, tables: int, size: Any = None) -> Page:
    for table in range(1, tables + 1):
        await house.place(table)
    page = (await window(COCO, "/cocina", size)).page
    await page.get_by_text("En línea").wait_for()
    await page.get_by_role("article", name=f"Mesa {tables}, ").wait_for()
    return page


@pytest.mark.parametrize("size", [PHONE, None], ids=["phone", "desktop"])
async def test_two_taps_begin_one_ticket(house: House, window: OpenWindow, size: Any) -> None:
    page = await kitchen(house, window, 4, size)
    x, y = await middle(page, "article", "Mesa 1, ")
    tap = page.touchscreen.tap if size is PHONE else page.mouse.click
    await tap(x, y)
    await page.get_by_role("button", name="Mesa 1, orden 1: Listo").wait_for()
    await tap(x, y)
    await house.place(99)
    await page.get_by_role("article", name="Mesa 99, ").wait_for()
    assert await statuses(house) == ["en_preparacion", *["pendiente"] * 4]


async def test_a_tap_that_comes_just_after_a_card_has_moved_does_nothing(
    house: House, window: OpenWindow
) -> None:
    page = await kitchen(house, window, 3)
    x, y = await middle(page, "article", "Mesa 1, ")
    await house.advance("1", "en_preparacion", COCO)  # on another screen
    await page.get_by_role("button", name="Mesa 1, orden 1: Listo").wait_for()
    await page.mouse.click(x, y)
    assert await statuses(house) == ["en_preparacion", "pendiente", "pendiente"]
    await settled(page)  # for that long nothing happens; then a tap counts again
    await page.mouse.click(x, y)
    await page.get_by_role("button", name="Mesa 2, orden 2: Listo").wait_for()


async def test_a_key_counts_at_once(house: House, window: OpenWindow) -> None:
    page = await kitchen(house, window, 3)
    await page.get_by_role("button", name="Mesa 1, orden 1: Empezar").press("Enter")
    await page.get_by_role("button", name="Mesa 1, orden 1: Listo").wait_for()
    await page.get_by_role("button", name="Mesa 2, orden 2: Empezar").press("Enter")
    await page.get_by_role("button", name="Mesa 2, orden 2: Listo").wait_for()


async def test_a_card_that_has_come_where_nothing_was_can_be_tapped_at_once(
    house: House, window: OpenWindow
) -> None:
    page = await kitchen(house, window, 1)
    for action in ("Empezar", "Listo"):
        await page.get_by_role("button", name=f"Mesa 1, orden 1: {action}").click()
    await page.get_by_text("Esperando al mesero").wait_for()


async def test_two_taps_deliver_one_table(house: House, window: OpenWindow) -> None:
    for table in (1, 2, 3):
        order = await house.place(table)
        for status in ("en_preparacion", "listo"):
            await house.advance(order["id"], status, COCO)
    page = (await window(ANA, "/mesero?ver=curso", PHONE)).page
    first = page.get_by_role("button", name="Entregado").first
    await page.get_by_text("Orden 3 ·").wait_for()
    x, y = await first.evaluate(MIDDLE)
    await page.touchscreen.tap(x, y)
    await expect(page.get_by_role("article", name="Mesa 1, ")).to_have_count(0)
    await page.touchscreen.tap(x, y)
    await house.place(99)
    await page.get_by_role("article", name="Mesa 99, ").wait_for()
    assert (await statuses(house)).count("entregado") == 1


async def test_two_taps_open_one_proof_at_the_till(house: House, window: OpenWindow) -> None:
    payments = []
    for table in (1, 2, 3):
        order = await house.deliver(table)
        payments.append((await house.submit(order["id"]))[1]["payment"]["id"])
    page = (await window(LUIS, "/caja", PHONE)).page
    card = page.locator(".proof-card")
    await expect(card).to_have_count(3)
    x, y = await card.first.evaluate(MIDDLE)
    await house.judge(payments[0], "aprobado")
    await expect(card).to_have_count(2)
    await page.touchscreen.tap(x, y)
    await expect(page.get_by_role("button", name="Aprobar")).to_have_count(0)


@pytest.mark.parametrize(
    "ends",
    [
        "dispatchEvent(new PointerEvent('pointerup', { bubbles: true }))",
        "dispatchEvent(new PointerEvent('pointercancel', { bubbles: true }))",
        "dispatchEvent(new PointerEvent('lostpointercapture', { bubbles: true }))",
        "dispatchEvent(new MouseEvent('contextmenu', { bubbles: true }))",
        "dispatchEvent(new Event('blur'))",
        HIDE,
        "0",  # nothing tells the page that the finger has gone
    ],
)
async def test_what_waits_for_a_finger_waits_no_longer_than_the_finger(
    house: House, window: OpenWindow, ends: str
) -> None:
    page = await kitchen(house, window, 2)
    x, y = await middle(page, "article", "Mesa 2, ")
    await page.mouse.move(x, y)
    await page.mouse.down()
    await house.advance("1", "en_preparacion", COCO)
    await expect(page.locator("[data-status=pendiente] .counter")).to_have_text("1")
    await page.evaluate(ends)
    pending = page.locator("[data-status=pendiente] .ticket")
    await expect(pending).to_have_count(1)
    await page.get_by_role("button", name="Mesa 1, orden 1: Listo").wait_for()


# A finger comes down on the first card of a list, and nothing ever tells that it has gone.
DOWN = """(card) => card.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }))"""
# A wet screen: fingers come down again and again, each before a second is over, and none goes.
DRUM = """(card) => { setInterval(() => {
  card.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
}, 250); }"""


@pytest.mark.parametrize("finger", [DOWN, DRUM], ids=["once", "again"])
async def test_no_list_is_frozen_by_a_finger_that_never_goes(
    house: House, window: OpenWindow, finger: str
) -> None:
    """On each page: what comes is counted at once, rings, and is shown within a second."""
    await house.submit((await house.deliver(1))["id"])
    await house.place(2)
    kitchen = (await window(COCO, "/cocina")).page
    till = (await window(LUIS, "/caja")).page
    waiter = (await window(ANA, "/mesero?ver=cobrar", PHONE)).page
    for page, card in ((kitchen, ".ticket"), (till, ".proof-card"), (waiter, "main article")):
        await page.get_by_text("En línea").wait_for()
        await page.locator(card).first.evaluate(finger)
    for table in (3, 4):
        await house.place(table)
        await house.submit((await house.deliver(table + 2))["id"])
    await expect(kitchen.locator("[data-status=pendiente] .counter")).to_have_text("3")
    for table in (3, 4):
        await kitchen.get_by_role("article", name=f"Mesa {table}, ").wait_for()
    await expect(till).to_have_title("(3) Caja · Comanda")
    await expect(till.locator(".proof-card")).to_have_count(3)
    for table in (5, 6):
        await waiter.get_by_role("article", name=f"Mesa {table}").wait_for()


async def test_a_touch_that_ends_while_news_waits_still_hits_what_it_was_on(
    house: House, window: OpenWindow
) -> None:
    """A browser lets a touch's capture go before its click: the list must not move between them."""
    page = await kitchen(house, window, 3, PHONE)
    x, y = await middle(page, "article", "Mesa 2, ")
    browser = await page.context.new_cdp_session(page)
    where = [{"x": x, "y": y}]
    await browser.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": where})
    await house.advance("1", "en_preparacion", COCO)
    await expect(page.locator("[data-status=pendiente] .counter")).to_have_text("2")
    await browser.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await page.get_by_role("button", name="Mesa 2, orden 2: Listo").wait_for()
    assert await statuses(house) == ["en_preparacion", "en_preparacion", "pendiente"]


async def test_a_photo_counts_no_finger_whose_end_it_was_never_told(
    house: House, window: OpenWindow
) -> None:
    await house.submit((await house.deliver(1))["id"])
    page = (await window(LUIS, "/caja", PHONE)).page
    await page.locator(".proof-card").tap()
    stage = page.locator(".stage")
    await page.locator(".stage img[data-shown]").wait_for()
    await settled(page)
    x, y = await stage.evaluate(MIDDLE)
    browser = await page.context.new_cdp_session(page)
    await stage.evaluate(
        """(stage) => stage.addEventListener("gotpointercapture",
          ({ pointerId }) => stage.releasePointerCapture(pointerId), { once: true })"""
    )
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        ("touchMove", [{"x": x, "y": 10}]),
        ("touchEnd", []),
    ):
        await browser.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    await page.touchscreen.tap(x, y)
    await expect(stage).to_have_attribute("data-zoomed", "true")


async def test_nothing_moves_under_a_finger(house: House, window: OpenWindow) -> None:
    page = await kitchen(house, window, 3)
    x, y = await middle(page, "article", "Mesa 2, ")
    await page.clock.install()
    await page.mouse.move(x, y)
    await page.mouse.down()
    await house.advance("1", "en_preparacion", COCO)
    await expect(page.locator("[data-status=pendiente] .counter")).to_have_text("2")
    assert (await middle(page, "article", "Mesa 2, ")) == (x, y)
    await page.mouse.up()
    await page.clock.run_for(200)
    await page.get_by_role("button", name="Mesa 2, orden 2: Listo").wait_for()
    assert await statuses(house) == ["en_preparacion", "en_preparacion", "pendiente"]


async def test_a_second_tap_is_not_for_what_the_first_has_brought(window: OpenWindow) -> None:
    page = (await window(ANA, "/mesero", PHONE)).page
    await page.get_by_text("En línea").wait_for()
    await page.evaluate(TWO_TAPS)
    assert await page.evaluate("hits") == ["first"]
    await page.get_by_role("button", name="second").press("Enter")
    assert await page.evaluate("hits") == ["first", "second"]


# A button that puts another one in its place, and the two taps of an impatient thumb.
TWO_TAPS = """() => {
  globalThis.hits = [];
  const button = (name, act) => {
    const made = document.createElement("button");
    made.textContent = name;
    const box = "left: 40px; top: 300px; width: 200px; height: 60px";
    made.style.cssText = `position: fixed; z-index: 9; ${box}`;
    made.addEventListener("click", () => { hits.push(name); act(); });
    return made;
  };
  const first = button("first", () => first.replaceWith(button("second", () => {})));
  document.body.append(first);
  for (const clientX of [100, 112]) {
    const at = { clientX, clientY: 330, bubbles: true, cancelable: true, pointerType: "touch" };
    const target = document.elementFromPoint(clientX, 330);
    target.dispatchEvent(new PointerEvent("pointerdown", at));
    target.dispatchEvent(new PointerEvent("click", { ...at, detail: 1 }));
  }
}"""


async def test_a_click_that_no_finger_made_counts_wherever_one_was_before(
    house: House, window: OpenWindow
) -> None:
    page = await kitchen(house, window, 1)
    await page.get_by_role("heading", name="Cocina").click()
    click = "new PointerEvent('click', { bubbles: true, cancelable: true, detail: 1 })"
    step = page.get_by_role("button", name="Mesa 1, orden 1: Empezar")
    await step.evaluate(f"(node) => node.dispatchEvent({click})")  # a screen reader's
    await page.get_by_role("button", name="Mesa 1, orden 1: Listo").wait_for()
