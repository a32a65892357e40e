"""A tablet that several people share locks itself when nobody has touched it for a while."""

import re
from dataclasses import replace

import pytest
from playwright.async_api import Page, expect

from comanda.config import Config
from tests.browser.conftest import OpenWindow
from tests.house import ANA, COCO, LUIS, PIN, ROSA, House

MINUTES = 10.0


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, sessions=replace(config.sessions, idle_minutes=MINUTES))


async def later(page: Page, minutes: float) -> None:
    """Wake the page up after so many minutes asleep: its timers did not run meanwhile."""
    await page.clock.fast_forward(int(minutes * 60_000))


async def at(window: OpenWindow, member: object, path: str) -> Page:
    """A page whose clock the test turns."""
    opened = await window(member, "/healthz")
    await opened.page.clock.install()
    await opened.page.goto(opened.page.url.replace("/healthz", path))
    await opened.page.get_by_text("En línea").wait_for()
    return opened.page


async def enter(page: Page, user: str) -> None:
    await page.get_by_label("Usuario", exact=True).fill(user)
    await page.get_by_label("PIN", exact=True).fill(PIN)
    await page.get_by_role("button", name="Entrar").click()


async def test_a_page_locks_and_comes_back_to_the_same_place(
    house: House, window: OpenWindow
) -> None:
    page = await at(window, ANA, "/mesero?ver=cobrar")
    await later(page, MINUTES - 1)
    await page.keyboard.press("Shift")  # somebody is there
    await later(page, MINUTES - 1)
    assert "/mesero" in page.url
    await later(page, 1.1)
    await page.wait_for_url("**/?volver=*")
    assert (await page.context.request.get(f"{house.url}/session")).status == 401
    await enter(page, "ana")
    await page.wait_for_url("**/mesero?ver=cobrar")
    await page.get_by_text("En línea").wait_for()


async def test_a_touch_in_one_tab_counts_for_the_others(window: OpenWindow) -> None:
    first = await window(ANA, "/mesero")
    await first.page.get_by_text("En línea").wait_for()
    second = await window(ANA, "/mesero?ver=curso", context=first.context)
    await second.page.get_by_text("En línea").wait_for()
    await second.page.evaluate(
        f"localStorage.setItem('comanda.actividad', Date.now() - {MINUTES - 1} * 60000)"
    )
    told = MINUTES * 60_000
    while told >= 60_000:  # a touch right after another is not noted
        await first.page.mouse.click(1, 1)
        told = await second.page.evaluate("Date.now() - Number(localStorage['comanda.actividad'])")
    await second.page.evaluate(
        f"localStorage.setItem('comanda.actividad', Date.now() - {MINUTES + 1} * 60000)"
    )
    await first.page.evaluate("dispatchEvent(new Event('focus'))")
    assert "comanda.bloqueada" in await second.page.evaluate("Object.keys(localStorage)")
    for one in (first, second):  # which of them goes first, and twice, is no matter
        await expect(one.page).to_have_url(re.compile(r"/\?volver="))


async def test_a_page_opened_after_a_long_rest_asks_for_the_pin_first(
    window: OpenWindow,
) -> None:
    opened = await window(LUIS, "/docs")
    await opened.page.evaluate(
        f"localStorage.setItem('comanda.actividad', Date.now() - {MINUTES + 1} * 60000)"
    )
    await opened.page.goto(opened.page.url.replace("/docs", "/caja"))
    await opened.page.wait_for_url("**/?volver=%2Fcaja")


async def test_without_a_network_all_is_out_of_sight_and_stays_so(
    house: House, window: OpenWindow
) -> None:
    order = await house.deliver(7)
    await house.submit(order["id"])
    page = await at(window, LUIS, "/caja")
    await page.locator(".proof-card").click()
    await page.get_by_role("button", name="Aprobar").wait_for()
    await page.context.set_offline(True)
    await later(page, MINUTES + 1)
    await page.get_by_text("Pantalla bloqueada").wait_for()
    await page.get_by_text("Sin conexión con Comanda. En cuanto vuelva").wait_for()
    assert (await page.locator("body").inner_text()).strip().startswith("🔒")
    assert await page.title() == "Comanda · Bloqueada"
    for key in ("v", "a"):  # the till's keys would approve what was open
        await page.keyboard.press(key)
    await page.context.set_offline(False)
    await page.wait_for_url("**/?volver=*")
    _, shown = await house.call(LUIS, "GET", f"/orders/{order['id']}")
    assert shown["status"] == "por_verificar"


async def test_the_touch_that_comes_too_late_does_nothing(house: House, window: OpenWindow) -> None:
    await house.place(7)
    page = await at(window, ROSA, "/mesero?ver=curso")
    card = page.get_by_role("article", name="Mesa 7, orden 1").get_by_role("button").first
    await expect(card).to_be_visible()
    await page.evaluate(
        f"localStorage.setItem('comanda.actividad', Date.now() - {MINUTES + 1} * 60000)"
    )
    await card.dispatch_event("pointerdown")
    await page.wait_for_url("**/?volver=*")


async def test_a_lock_that_no_network_let_end_is_still_one_when_the_page_is_opened_again(
    window: OpenWindow,
) -> None:
    opened = await window(ANA, "/docs")
    page = opened.page
    await page.evaluate("localStorage.setItem('comanda.bloqueada', 'ana')")
    await page.goto(page.url.replace("/docs", "/"))
    await page.get_by_label("Usuario", exact=True).wait_for()
    await page.goto(page.url.rstrip("/") + "/mesero")
    await page.wait_for_url("**/?volver=%2Fmesero")
    await enter(page, "ana")
    await page.wait_for_url("**/mesero*")
    await page.get_by_text("En línea").wait_for()


async def test_the_kitchens_screen_never_locks(window: OpenWindow) -> None:
    page = await at(window, COCO, "/cocina")
    await later(page, 60 * 24)
    await page.get_by_text("Nada pendiente ✓").wait_for()
    assert page.url.endswith("/cocina")


@pytest.mark.parametrize("kept", ["x", "NaN", "-5", "9999999999999999", "{}", ""])
async def test_what_is_no_time_counts_as_now(window: OpenWindow, kept: str) -> None:
    opened = await window(ANA, "/docs")
    await opened.page.evaluate("kept => localStorage.setItem('comanda.actividad', kept)", kept)
    await opened.page.goto(opened.page.url.replace("/docs", "/mesero"))
    await opened.page.get_by_text("En línea").wait_for()
