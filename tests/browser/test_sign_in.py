"""The sign-in page, as people with wet hands use it."""

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import PHONE, OpenWindow
from tests.house import LUIS, PIN, ROSA, House


async def test_a_waiter_signs_in_with_the_big_keys_and_lands_on_their_page(
    window: OpenWindow,
) -> None:
    page = (await window(None, "/", PHONE)).page
    await page.get_by_label("Usuario", exact=True).fill("ana")
    for digit in PIN:
        await page.get_by_role("button", name=digit, exact=True).click()
    await page.get_by_role("button", name="Entrar").click()
    await page.wait_for_url("**/mesero*")


async def test_a_wrong_pin_is_said_in_words_and_leaves_the_user_filled_in(
    window: OpenWindow,
) -> None:
    page = (await window(None, "/")).page
    await page.get_by_label("Usuario", exact=True).fill("ana")
    await page.get_by_label("PIN", exact=True).fill("9999")
    await page.get_by_role("button", name="Entrar").click()
    await page.get_by_text("Usuario o PIN incorrecto").wait_for()
    assert await page.get_by_label("Usuario", exact=True).input_value() == "ana"


async def test_after_too_many_tries_the_page_counts_the_wait_down(window: OpenWindow) -> None:
    page = (await window(None, "/")).page
    await page.get_by_label("Usuario", exact=True).fill("ana")
    for _ in range(6):
        await page.get_by_label("PIN", exact=True).fill("9999")
        await page.get_by_role("button", name="Entrar").click()
        await page.get_by_role("alert").wait_for()
    await page.get_by_text("Demasiados intentos. Espera").wait_for()
    assert await page.get_by_role("button", name="Entrar").is_disabled()


async def test_a_refusal_that_is_no_guess_is_said_as_it_is(window: OpenWindow) -> None:
    """Too many tabs are 429 as well; nobody has tried a PIN too often."""
    page = (await window(None, "/", PHONE)).page

    async def crowded(route: Route) -> None:
        told = {"status": 429, "code": "too_many_connections", "detail": "Cierra las pestañas"}
        headers = {"Retry-After": "5"}
        if route.request.method == "POST":
            await route.fulfill(status=429, json=told, headers=headers)
        else:
            await route.fallback()

    await page.route("**/session", crowded)
    await sign_in(page, "ana")
    await page.get_by_text("Cierra las pestañas").wait_for()
    await expect(page.get_by_text("Demasiados intentos")).to_be_hidden()
    await expect(page.get_by_role("button", name="Entrar")).to_be_enabled()


async def test_a_long_wait_is_told_in_minutes_and_what_to_do_meanwhile(window: OpenWindow) -> None:
    page = (await window(None, "/", PHONE)).page

    async def guessed(route: Route) -> None:
        told = {"status": 429, "code": "too_many_attempts", "detail": "Demasiados intentos"}
        await route.fulfill(status=429, json=told, headers={"Retry-After": "3600"})

    await page.route("**/session", guessed)
    await sign_in(page, "ana")
    await page.get_by_text("Espera 60 min, o pide otro PIN a quien administra.").wait_for()


async def test_nothing_moves_under_a_finger_when_it_is_known_whose_session_is_open(
    window: OpenWindow,
) -> None:
    """The keys are not there before the notice that stands above them."""
    page = (await window(LUIS, "/healthz", PHONE)).page
    answered = asyncio.Event()

    async def late(route: Route) -> None:
        await answered.wait()
        await route.fallback()

    await page.route("**/session", late)
    await page.goto(f"{page.url.removesuffix('/healthz')}/?cambiar")
    await page.locator("#sign-in[data-looking]").wait_for(state="attached")
    await expect(page.get_by_role("button", name="Entrar")).to_be_hidden()
    answered.set()
    await page.get_by_role("link", name="Seguir como Luis").wait_for()
    await page.get_by_role("button", name="Entrar").wait_for()


async def sign_in(page: Page, user: str, pin: str = PIN) -> None:
    await page.get_by_label("Usuario", exact=True).fill(user)
    await page.get_by_label("PIN", exact=True).fill(pin)
    await page.get_by_role("button", name="Entrar").click()


async def leave(page: Page, name: str) -> None:
    await page.get_by_role("button", name=f"{name} ▾").click()
    await page.get_by_role("button", name="Cambiar de usuario").click()
    await page.wait_for_url("**/")


async def test_a_shared_tablet_shows_names_and_sends_the_pin_by_itself(
    window: OpenWindow,
) -> None:
    page = (await window(None, "/", PHONE)).page
    for user, name, path in (("ana", "Ana", "mesero"), ("luis", "Luis", "caja")):
        if user == "luis":
            await page.get_by_role("button", name="Otra persona").click()
        await sign_in(page, user)
        await page.wait_for_url(f"**/{path}")
        await leave(page, name)
    await page.get_by_role("button", name="Ana", exact=True).click()
    await expect(page.get_by_label("Usuario", exact=True)).to_be_hidden()
    for digit in PIN:
        await page.get_by_role("button", name=digit, exact=True).click()
    await page.wait_for_url("**/mesero")  # nobody has tapped Entrar
    await leave(page, "Ana")
    await page.get_by_role("button", name="Luis", exact=True).click()
    await page.get_by_role("button", name="Quitar de este aparato").click()
    await expect(page.get_by_role("button", name="Luis", exact=True)).to_have_count(0)


async def test_a_pin_that_sends_itself_is_sent_once_whatever_else_is_pressed(
    house: House, window: OpenWindow
) -> None:
    page = (await window(None, "/")).page
    await page.evaluate(KNOW_ANA)
    await page.reload()
    sent: list[str] = []
    page.on(
        "request",
        lambda one: sent.append(one.url) if one.method == "POST" else None,
    )
    await page.get_by_label("PIN", exact=True).press_sequentially("1234\n\n")
    await page.wait_for_url("**/mesero")
    assert sent == [f"{house.url}/session"]


async def test_a_wrong_pin_clears_the_field_and_a_longer_one_can_still_be_typed(
    house: House, window: OpenWindow
) -> None:
    await house.call(ROSA, "PUT", "/staff/ana/pin", json={"pin": "883311"})
    page = (await window(None, "/")).page
    await page.evaluate(KNOW_ANA)
    await page.reload()
    pin = page.get_by_label("PIN", exact=True)
    for words in ("Usuario o PIN incorrecto", "Si tu PIN cambió"):
        await pin.press_sequentially("8833")
        await page.get_by_text(words).wait_for()
        await expect(pin).to_have_value("")
    await pin.press_sequentially("883311\n")
    await page.wait_for_url("**/mesero")
    kept = await page.evaluate("JSON.parse(localStorage['comanda.usuarios'])[0].length")
    assert kept == 6


KNOW_ANA = """localStorage.setItem("comanda.usuarios",
  JSON.stringify([{ username: "ana", name: "Ana", length: 4 }]))"""


async def test_who_is_signed_in_goes_on_to_their_page(window: OpenWindow) -> None:
    opened = await window(LUIS, "/")
    await opened.page.wait_for_url("**/caja")
    other = await window(LUIS, "/?volver=%2Fcaja%3Forden%3D7", context=opened.context)
    await other.page.wait_for_url("**/caja?orden=7*")


async def test_who_changes_user_without_a_network_is_not_sent_back(
    window: OpenWindow,
) -> None:
    opened = await window(LUIS, "/caja")
    await opened.page.get_by_text("En línea").wait_for()
    await opened.page.route("**/session", lambda route: route.abort())
    await opened.page.get_by_role("button", name="Luis ▾").click()
    await opened.page.get_by_role("button", name="Cambiar de usuario").click()
    await opened.page.wait_for_url("**/?cambiar")
    await opened.page.unroute("**/session")
    await sign_in(opened.page, "ana")
    await opened.page.wait_for_url("**/mesero")


@pytest.mark.parametrize("path", ["/mesero", "/cocina", "/caja"])
async def test_an_administrator_finds_the_way_back_on_every_page(
    window: OpenWindow, path: str
) -> None:
    page = (await window(ROSA, path)).page
    await page.get_by_role("button", name="Rosa ▾").click()
    await page.get_by_role("link", name="Administración").click()
    await page.wait_for_url("**/admin*")
    await page.get_by_role("button", name="Rosa ▾").click()
    await expect(page.get_by_role("link", name="Administración")).to_have_count(0)


@pytest.mark.parametrize(
    ("place", "file"), [("/", "mesero/mesero.js"), ("/?volver=%2Fcocina", "cocina/cocina.js")]
)
async def test_the_next_pages_files_come_while_its_user_types(
    window: OpenWindow, place: str, file: str
) -> None:
    page = (await window(None, "/ayuda")).page
    async with page.expect_response(f"**/static/*/js/{file}") as fetched:
        await page.goto(page.url.replace("/ayuda", place))
    kept = (await (await fetched.value).all_headers())["cache-control"]
    assert kept.endswith("immutable")
    assert await page.locator(".uncaught").count() == 0
