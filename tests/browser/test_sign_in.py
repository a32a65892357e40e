"""The sign-in page, as people with wet hands use it."""

from tests.browser.conftest import PHONE, OpenWindow
from tests.house import PIN


async def test_a_waiter_signs_in_with_the_big_keys_and_lands_on_their_page(
    window: OpenWindow,
) -> None:
    page = (await window(None, "/", PHONE)).page
    await page.get_by_label("Usuario", exact=True).fill("ana")
    for digit in PIN:
        await page.get_by_role("button", name=digit, exact=True).click()
    await page.get_by_role("button", name="Entrar").click()
    await page.wait_for_url("**/mesero")


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
