"""What one person leaves on a tablet is not there for the next one."""

import asyncio
from dataclasses import replace

import pytest
from playwright.async_api import Page, Route, expect

from comanda.config import Config
from tests.browser.conftest import OpenWindow, hear
from tests.browser.test_sign_in import leave, sign_in
from tests.house import ANA, COCO, LUIS, PIN, ROSA, House

MINUTES = 10.0


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, sessions=replace(config.sessions, idle_minutes=MINUTES))


async def test_a_photo_that_was_shown_is_not_there_for_whoever_comes_next(
    house: House, window: OpenWindow
) -> None:
    await house.submit((await house.deliver(7))["id"])
    page = (await window(LUIS, "/caja")).page
    await page.get_by_text("En línea").wait_for()
    shown = await page.goto(f"{house.url}/payments/1/proof")
    assert shown is not None
    assert shown.status == 200
    await page.goto(f"{house.url}/caja")
    await page.get_by_text("En línea").wait_for()
    await leave(page, "Luis")
    after = await page.goto(f"{house.url}/payments/1/proof")
    assert after is not None
    assert after.status == 401


async def left_without_a_network(window: OpenWindow) -> Page:
    page = (await window(ANA, "/mesero")).page
    await page.get_by_text("En línea").wait_for()
    await page.route("**/session", lambda route: route.abort())
    await page.get_by_role("button", name="Ana ▾").click()
    await page.get_by_role("button", name="Cambiar de usuario").click()
    await page.wait_for_url("**/?cambiar")
    return page


async def test_who_left_without_a_network_is_signed_out_as_soon_as_there_is_one(
    house: House, window: OpenWindow
) -> None:
    page = await left_without_a_network(window)
    async with page.expect_response(lambda answer: answer.url.endswith("/session")) as ended:
        await page.unroute("**/session")
    assert (await ended.value).status == 204
    await page.goto(f"{house.url}/mesero")
    await page.wait_for_url("**/?volver=*")


async def test_no_page_goes_on_with_the_session_of_somebody_who_left(
    house: House, window: OpenWindow
) -> None:
    page = await left_without_a_network(window)
    await page.goto(f"{house.url}/mesero")
    await (
        page.get_by_text("Para seguir, entra con tu PIN.")
        .or_(page.get_by_text("Sin conexión con Comanda. En cuanto vuelva"))
        .wait_for()
    )
    await expect(page.get_by_role("button", name="Ana ▾")).to_have_count(0)
    await page.unroute("**/session")
    await page.wait_for_url("**/?volver=*")
    await sign_in(page, "luis")
    await page.wait_for_url("**/caja*")


async def test_who_left_stays_out_though_the_browser_ended_before_it_wrote_all_down(
    house: House, window: OpenWindow
) -> None:
    """localStorage reaches the disk seconds later: what was noted there last may be gone."""
    page = await left_without_a_network(window)
    await page.evaluate("localStorage.removeItem('comanda.bloqueada')")
    await page.goto(f"{house.url}/mesero")
    await page.get_by_text("🔒 Pantalla bloqueada").wait_for()
    await expect(page.get_by_role("button", name="Ana ▾")).to_have_count(0)
    await page.evaluate("localStorage.removeItem('comanda.bloqueada')")
    await page.goto(f"{house.url}/")
    await (
        page.get_by_text("La sesión de Ana sigue abierta")
        .or_(page.get_by_text("La sesión de ana sigue abierta"))
        .wait_for()
    )
    await page.unroute("**/session")
    await page.get_by_text("sigue abierta").wait_for(state="hidden")
    await page.goto(f"{house.url}/mesero")
    await page.wait_for_url("**/?volver=*")
    await sign_in(page, "ana")
    await page.get_by_role("button", name="Ana ▾").wait_for()
    await page.reload()
    await page.get_by_role("button", name="Ana ▾").wait_for()


async def test_a_page_that_said_goodbye_does_not_stay_so_when_somebody_comes_back_to_it(
    window: OpenWindow,
) -> None:
    page = (await window(ANA, "/mesero")).page
    await page.get_by_text("En línea").wait_for()
    hanging = asyncio.Event()

    async def hang(_: Route) -> None:
        hanging.set()

    await page.route("**/session", hang, times=1)
    await page.get_by_role("button", name="Ana ▾").click()
    await page.get_by_role("button", name="Cambiar de usuario").click()
    await page.get_by_text("👋 Hasta luego").wait_for()
    await hanging.wait()
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    await page.wait_for_url("**/?volver=*")


async def tablet_of_two(window: OpenWindow) -> Page:
    """A sign-in page that knows Ana and Luis."""
    page = (await window(None, "/")).page
    await page.evaluate(
        """(length) => {
            const people = [["ana", "Ana"], ["luis", "Luis"]];
            const kept = people.map(([username, name]) => ({ username, name, length }));
            localStorage.setItem("comanda.usuarios", JSON.stringify(kept));
        }""",
        len(PIN),
    )
    await page.reload()
    await page.get_by_role("button", name="Luis").click()
    return page


async def choose(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Otra persona").click()
    await page.get_by_role("button", name=name).click()


async def test_who_tried_too_often_waits_alone(window: OpenWindow) -> None:
    page = await tablet_of_two(window)
    for _ in range(6):
        await page.get_by_label("PIN", exact=True).fill("99999")
        await page.get_by_role("button", name="Entrar").click()
        await page.get_by_role("alert").wait_for()
    await page.get_by_text("Demasiados intentos. Espera").wait_for()
    await choose(page, "Ana")
    await expect(page.get_by_role("alert")).to_be_hidden()
    await choose(page, "Luis")
    await page.get_by_text("Demasiados intentos. Espera").wait_for()
    await expect(page.get_by_role("button", name="Entrar")).to_be_disabled()
    await choose(page, "Ana")
    await page.get_by_label("PIN", exact=True).fill(PIN)
    await page.wait_for_url("**/mesero*")


async def test_an_answer_that_comes_late_is_not_for_whoever_comes_next(
    window: OpenWindow,
) -> None:
    page = await tablet_of_two(window)
    answered = asyncio.Event()

    async def hold(route: Route) -> None:
        if "luis" in (route.request.post_data or ""):
            await answered.wait()
        await route.continue_()

    await page.route("**/session", hold)
    await page.get_by_label("PIN", exact=True).fill("9999")
    await choose(page, "Ana")
    await page.get_by_label("PIN", exact=True).fill(PIN)
    answered.set()
    await page.wait_for_url("**/mesero*")


async def test_a_touch_on_the_kitchens_screen_opens_nothing_else(
    house: House, window: OpenWindow
) -> None:
    """An administrator has left it open on the wall, and somebody else passes by."""
    page = (await window(ROSA, "/cocina")).page
    await page.get_by_text("En línea").wait_for()
    await page.evaluate(
        f"localStorage.setItem('comanda.actividad', Date.now() - {MINUTES + 1} * 60000)"
    )
    await page.mouse.click(5, 5)
    await page.reload()
    await page.get_by_text("En línea").wait_for()
    await page.goto(f"{house.url}/admin")
    await page.wait_for_url("**/?volver=%2Fadmin")


async def test_the_other_tabs_hear_at_once_who_has_signed_in(
    house: House, window: OpenWindow
) -> None:
    """Before the page of whoever signed in is there: what is tapped would be done in their name."""
    first = await window(ANA, "/mesero")
    await first.page.get_by_text("En línea").wait_for()
    second = await window(None, "/?cambiar", context=first.context)
    await second.page.route("**/caja*", lambda route: None)  # it never comes
    async with first.page.expect_navigation():
        await sign_in(second.page, "luis")


async def test_whose_table_is_taken_is_told_and_the_order_says_who_took_it(
    house: House, window: OpenWindow
) -> None:
    order = await house.place(12)
    await house.advance(order["id"], "en_preparacion", COCO)
    page = (await window(ANA, "/mesero?ver=curso")).page
    await page.get_by_text("En línea").wait_for()
    status, _ = await house.call(ROSA, "PUT", f"/orders/{order['id']}/waiter")
    assert status == 200
    await hear(page, "✋ La mesa 12 ahora es de rosa")
    till = (await window(LUIS, f"/caja?orden={order['id']}")).page
    await (
        till.get_by_text("✋ Tomó la mesa de Ana · Rosa")
        .or_(till.get_by_text("✋ Tomó la mesa de ana · rosa"))
        .wait_for()
    )
