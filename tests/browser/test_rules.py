"""What pages tell people of the server's rules, and how they go on while they know none."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import PHONE, OpenWindow, hear, until_order
from tests.browser.test_evidence import card, open_sheet, payment_of, submit
from tests.browser.test_kept import until_kept
from tests.browser.test_orders import note, write_order
from tests.house import ANA, LUIS, House

Settings = dict[str, Any]


async def settings_of(context: BrowserContext, change: Callable[[Settings], None]) -> None:
    """Pages of this browser hear other settings than the server's."""

    async def answer(route: Route) -> None:
        response = await route.fetch()
        told = await response.json()
        change(told["settings"])
        await route.fulfill(response=response, body=json.dumps(told))

    await context.route("**/start/*", answer)


def forget_rules(settings: Settings) -> None:
    """As a version that had no rules in its settings, and whose settings are kept on a device."""
    del settings["warnings"], settings["limits"]


async def longest(page: Page, field: str) -> int:
    return int(await page.get_by_label(field, exact=True).evaluate("input => input.maxLength"))


async def test_fields_end_where_the_server_says(house: House, window: OpenWindow) -> None:
    opened = await window(ANA, "/healthz", PHONE)
    limits = {"note": 7, "table_number": 99, "reference": 9, "items": 2, "quantity": 3}
    await settings_of(opened.context, lambda settings: settings["limits"].update(limits))
    page = opened.page
    await page.goto(f"{house.url}/mesero")
    await write_order(page, 12, "Sopa")
    assert await longest(page, "Mesa") == 2
    await page.get_by_role("button", name="Escribir nota, Sopa").click()
    assert await longest(page, "Nota de Sopa") == 7
    await page.get_by_label("Nota de Sopa", exact=True).press("Enter")
    for _ in range(4):
        await page.get_by_role("button", name="Agregar Sopa").click()
    await expect(page.get_by_role("tab", name="Nueva")).to_contain_text("3")
    await page.get_by_role("button", name="Agregar Agua").click()
    await page.get_by_role("button", name="Agregar Tacos al pastor").click()
    await page.get_by_text("En una orden caben 2 renglones").wait_for()
    await house.deliver(4)
    dialog = await open_sheet(page)
    reference = dialog.get_by_label("Clave de rastreo (opcional)")
    assert await reference.evaluate("input => input.maxLength") == 9


async def test_a_warning_reads_and_weighs_as_the_server_says(
    house: House, window: OpenWindow
) -> None:
    meaning = {"short": "Número visto", "sentence": "Ya en {order} por {amount}", "strong": True}
    for table in (4, 5):
        await submit(house, table, "AB-12345")
    opened = await window(LUIS, "/healthz")
    await settings_of(
        opened.context, lambda settings: settings["warnings"].update(reference_reused=meaning)
    )
    page = opened.page
    await page.goto(f"{house.url}/caja")
    await card(page, 5).get_by_text("⚠ Número visto").wait_for()
    await card(page, 5).click()
    await page.get_by_text("⚠ Ya en la orden\u00a01 por $ 241.00").wait_for()
    await page.get_by_label("Lo vi en la cuenta").check()
    await page.get_by_role("button", name="Aprobar").click()
    await page.get_by_role("dialog").get_by_text("¿Por qué lo apruebas?").wait_for()


async def test_a_page_that_knows_no_rules_forbids_nothing_and_asks_for_every_reason(
    house: House, window: OpenWindow
) -> None:
    waiter = await window(ANA, "/healthz", PHONE)
    await settings_of(waiter.context, forget_rules)
    await waiter.page.goto(f"{house.url}/mesero")
    await write_order(waiter.page, 12, "Sopa")
    await note(waiter.page, "Sopa", "sin sal")
    await waiter.page.get_by_role("button", name="Enviar orden · $ 70.00").click()
    await hear(waiter.page, "Orden 1 de la mesa 12 enviada a cocina")
    for table in (4, 5):
        order_id = await submit(house, table, "AB-12345")
    till = await window(LUIS, "/healthz")
    await settings_of(till.context, forget_rules)
    page = till.page
    await page.goto(f"{house.url}/caja")
    await card(page, 5).get_by_text("⚠ Aviso").first.wait_for()
    await card(page, 5).click()
    await page.get_by_text("⚠ Comanda avisa de algo").first.wait_for()
    await page.get_by_label("Lo vi en la cuenta").check()
    await page.get_by_role("button", name="Aprobar").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Otro motivo").fill("Lo vi dos veces")
    await dialog.get_by_role("button", name="Aprobar").click()
    await until_order(house, order_id, lambda order: order["status"] == "pagado")
    assert (await payment_of(house, order_id))["reason"] == "Lo vi dos veces"
    assert waiter.errors == till.errors == []


@pytest.mark.parametrize("rules", ["kept", "lacking"])
async def test_a_page_without_a_network_goes_by_the_rules_that_it_heard_last(
    house: House, window: OpenWindow, rules: str
) -> None:
    order = await house.place(table=27)
    opened = await window(ANA, "/healthz", PHONE, worker=True)
    if rules == "lacking":
        await settings_of(opened.context, forget_rules)
    await opened.page.goto(f"{house.url}/mesero")
    await until_kept(opened, 1)
    await opened.context.unroute_all()
    await house.runner.cleanup()
    await opened.page.goto(f"{house.url}/mesero")
    page = opened.page
    await page.get_by_text("Esto es lo de").wait_for()
    await write_order(page, 12, "Sopa")
    await page.get_by_role("button", name="Escribir nota, Sopa").click()
    assert await longest(page, "Nota de Sopa") == (200 if rules == "kept" else -1)
    await page.get_by_role("button", name="Enviar orden").click()
    await page.get_by_text("Sin enviar (1)").wait_for()
    await page.get_by_role("tab", name="En curso").click()
    await page.get_by_role("article", name=f"Mesa 27, orden {order['id']}").wait_for()
    assert opened.errors == []
