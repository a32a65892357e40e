"""Guessed PINs on the administrator's page, and who is asked for a longer one."""

import aiohttp
import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow
from tests.browser.test_shell import violations
from tests.house import LUIS, PIN, ROSA, House


async def guess(house: House, username: str, times: int) -> None:
    async with aiohttp.ClientSession(house.url) as client:
        for _ in range(times):
            body = {"username": username, "pin": "0001"}
            assert (await client.post("/session", json=body)).status == 401


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_an_administrator_is_told_of_guesses_and_says_that_they_know(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    await guess(house, "ana", 5)
    await guess(house, "luis", 5)
    page = (await window(ROSA, "/admin", size)).page
    alarm = page.get_by_role("alert")
    await expect(alarm).to_contain_text("⚠ Alguien está probando PIN: 10 intentos fallidos")
    await expect(alarm.get_by_role("listitem")).to_have_count(2)
    await expect(alarm).to_contain_text("Ana (ana): 5 veces, desde 127.0.0.1 (Otro aparato), ")
    await expect(alarm).to_contain_text("dale otro en Personal")
    assert await violations(page) == []
    await alarm.get_by_role("button", name="Ver personal").click()
    await expect(page.get_by_role("tabpanel", name="Personal")).to_be_visible()
    await alarm.get_by_role("button", name="Enterado").click()
    await expect(alarm).to_be_hidden()
    await page.reload()
    await expect(page.get_by_role("tabpanel", name="Personal")).to_be_visible()
    await expect(alarm).to_be_hidden()


async def test_made_up_users_hide_nobody_who_was_guessed_at(
    house: House, window: OpenWindow
) -> None:
    await guess(house, "luis", 5)
    await guess(house, "ana", 3)
    for number in range(8):
        await guess(house, f"nadie{number}", 1)
    alarm = (await window(ROSA, "/admin", PHONE)).page.get_by_role("alert")
    await expect(alarm).to_contain_text("⚠ Alguien está probando PIN: 16 intentos fallidos")
    lines = alarm.get_by_role("listitem")
    await expect(lines).to_have_count(3)
    await expect(lines.nth(0)).to_contain_text("Luis (luis): 5 veces, desde 127.0.0.1 (")
    await expect(lines.nth(1)).to_contain_text("Ana (ana): 3 veces, desde 127.0.0.1 (")
    await expect(lines.nth(2)).to_contain_text(
        "Usuarios que no existen: 8 veces, desde 127.0.0.1 ("
    )


async def test_a_short_pin_from_before_is_asked_about_and_shown_in_the_list(
    house: House, window: OpenWindow
) -> None:
    page = (await window(None, "/", PHONE)).page
    await page.get_by_label("Usuario", exact=True).fill("luis")
    await page.get_by_label("PIN", exact=True).fill(PIN)
    await page.get_by_role("button", name="Entrar").click()
    await page.wait_for_url("**/caja")
    await expect(page.get_by_text("Tu PIN es débil para manejar dinero")).to_be_visible()
    office = (await window(ROSA, "/admin?ver=personal", DESKTOP)).page
    person = office.get_by_role("listitem").filter(has_text="Usuario: luis")
    await expect(person.get_by_text("PIN débil")).to_be_visible()
    await expect(office.get_by_text("PIN débil")).to_have_count(6)  # of whom one is shown
    assert [await one.is_visible() for one in await office.get_by_text("PIN débil").all()].count(
        True
    ) == 1
    assert await violations(office) == []
    await office.get_by_role("button", name="Editar Luis").click()
    field = office.get_by_label("PIN nuevo")
    await field.fill("123456")
    await office.get_by_role("button", name="Cambiar PIN").click()
    await expect(office.get_by_role("dialog")).to_be_hidden()
    await expect(person.get_by_text("PIN débil")).to_be_visible()  # long enough, and an obvious one
    await office.get_by_role("button", name="Editar Luis").click()
    field = office.get_by_label("PIN nuevo")
    await field.fill("884197")
    await office.get_by_role("button", name="Cambiar PIN").click()
    await expect(person.get_by_text("PIN débil")).to_be_hidden()
    assert (await house.call(LUIS, "GET", "/session"))[0] == 200
