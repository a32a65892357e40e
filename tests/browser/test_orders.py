"""Orders on their way: each arrives once and in its turn, whatever the phone and the Wi-Fi do."""

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import PHONE, OpenWindow, hear
from tests.house import ANA, House


async def sign_in(page: Page, house: House) -> None:
    """Put a new session of Ana's in the browser, as the sign-in page would."""
    cookies = await house.cookies(ANA)
    await page.context.add_cookies(
        [{"name": name, "value": value, "url": house.url} for name, value in cookies.items()]
    )


async def write_order(page: Page, table: int = 12, dish: str = "Sopa") -> None:
    await page.get_by_label("Mesa", exact=True).fill(str(table))
    await page.get_by_role("button", name=f"Agregar {dish}").click()


async def send_order(page: Page, table: int = 12, dish: str = "Sopa") -> None:
    await write_order(page, table, dish)
    await page.get_by_role("button", name="Enviar orden").click()


@pytest.mark.parametrize("how", ["aborted", "closed", "signed_out"])
async def test_an_unanswered_order_never_locks_the_phone(
    house: House, window: OpenWindow, how: str
) -> None:
    opened = await window(ANA, "/mesero", PHONE)
    page = opened.page
    asked = asyncio.Event()

    async def lose(route: Route) -> None:
        if route.request.method != "POST":
            await route.fallback()
            return
        if how != "signed_out":
            await route.fetch()
            asked.set()
            if how == "aborted":
                await route.abort()
            return  # never answered: the tab is closed first
        await page.context.clear_cookies()
        await route.continue_()

    await page.route("**/orders", lose)
    await send_order(page)
    if how == "signed_out":
        await page.wait_for_url("**/?volver=*")
        await page.unroute("**/orders")
        await sign_in(page, house)
        await page.goto(house.url + "/mesero")
    elif how == "aborted":
        await asked.wait()
        await page.unroute("**/orders")
        await page.reload()
    else:
        await asked.wait()
        await page.close()
        page = (await window(ANA, "/mesero", context=opened.context)).page
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")
    assert house.rows()["orders"] == 1
    await expect(page.get_by_role("button", name="Enviar orden")).to_be_enabled()
    await send_order(page, 7, "Agua")
    await hear(page, "Orden 2 de la mesa 7 enviada a cocina")
    assert house.rows()["orders"] == 2
