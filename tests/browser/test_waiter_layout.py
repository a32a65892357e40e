"""The waiter's page on a small phone, a tall one and a desk, in everything that it can be in.

It is one page for all of it, since the house of `test_layout` takes its time to be furnished.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.conftest import OpenWindow, settled
from tests.browser.layout import DESKTOP, SIZES, all_flaws
from tests.browser.test_layout import LONG_WAITER, LONG_WORD, LONG_WORDS, NOTE, furnish
from tests.house import House, jpeg

# An order of twelve lines, ten dishes with a note each; or one of two dishes that are sold out.
WRITE = """([user, note, available]) => {
  const menu = JSON.parse(localStorage.getItem("comanda.menu"));
  const dishes = menu.filter((one) => one.available === available).slice(-10);
  const picked = available ? [dishes[0], dishes[0], ...dishes] : dishes.slice(0, 2);
  const lines = picked.map(({ id, name }, at) => ({
    id: `line${at}`, product: id, name, quantity: 10 + at, note: available ? `${note} ${at}` : "",
  }));
  const draft = { table: "9999", lines, key: "", at: Date.now() };
  localStorage.setItem(`comanda.orden.${user}/one`, JSON.stringify(draft));
  localStorage.setItem("comanda.notas", JSON.stringify(lines.filter((line) => line.note)));
}"""


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size['width']}x{size['height']}")
async def test_nothing_covers_is_cut_or_overlaps(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    house.clock.now = datetime.now(UTC) - timedelta(minutes=2)  # what is ready has waited long
    await furnish(house)
    house.clock.now = datetime.now(UTC)
    opened = await window(LONG_WAITER, "/mesero", size, touch=size is not DESKTOP)
    await opened.page.get_by_text("En línea").wait_for()
    flaws = {}
    for states in (order_states, card_states, sheet_states, offline_states):
        async for state in states(house, opened.page):
            await opened.page.wait_for_load_state("networkidle")
            if found := await all_flaws(opened.page):
                flaws[state] = found
    assert flaws == {}


async def order_states(house: House, page: Page) -> AsyncIterator[str]:
    """Writing an order."""
    yield "a new order"
    await page.get_by_role("button", name="Para llevar").click()
    await page.get_by_label("Para llevar, a nombre de").fill(LONG_WORD)
    await page.get_by_text("rondas abiertas").wait_for()
    yield "another round of a take-away"
    await page.get_by_role("button", name="En mesa").click()
    await page.get_by_role("button", name="Vaciar la orden").click()
    await page.evaluate(WRITE, [LONG_WAITER.username, NOTE, True])
    await page.reload()
    await page.get_by_role("button", name="Elegidos 186").click()
    yield "twelve lines with notes"
    pencil = page.get_by_role("button", name="Cambiar nota").first
    await settled(page)
    await pencil.press("Enter")
    await page.get_by_role("button", name="Listo con").wait_for()
    yield "a note and those of before"
    await page.get_by_role("button", name="Listo con").click()
    await page.get_by_role("button", name="Vaciar la orden").click()
    yield "an emptied order"
    await page.evaluate(WRITE, [LONG_WAITER.username, NOTE, False])
    await page.reload()
    await page.get_by_text("⊘ Se agotó").wait_for()
    await page.get_by_role("button", name="Enviar orden").click()
    await page.locator("#order-notice", has_text=": agotado.").wait_for()
    yield "what is sold out"
    await page.get_by_role("button", name="Vaciar la orden").click()


async def card_states(house: House, page: Page) -> AsyncIterator[str]:
    """The cards of both lists, and what is said over them."""
    await turn(page, "En curso")
    await page.get_by_text("nadie lo recoge").first.wait_for()
    yield "ready orders that nobody fetches"
    await page.get_by_role("button", name="Mías").first.click()
    await settled(page)
    await page.get_by_role("button", name="Entregado").first.click()
    await page.get_by_role("button", name="Deshacer").wait_for()
    yield "a delivery that can be undone"
    await settled(page)
    await page.locator(".order[data-status=pendiente] .fold").first.click()
    await page.locator(".order[data-status=en_preparacion] .fold").first.click()
    yield "orders unfolded"
    await page.get_by_role("button", name="Anular").first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Anular").click()
    await page.get_by_text("Elige un motivo").wait_for()
    yield "why it is void"
    await page.get_by_role("button", name="Cancelar").click()
    await page.get_by_role("button", name="Todas").first.click()
    await turn(page, "Por Cobrar")
    yield "orders to be paid"
    await page.get_by_role("button", name="Pagadas hoy").click()
    await page.locator(".paid-card").first.wait_for()
    yield "orders paid today"


async def sheet_states(house: House, page: Page) -> AsyncIterator[str]:
    """The sheet in which an order is charged."""
    await settled(page)
    await page.get_by_role("button", name="💳 Cobrar").first.click()
    await page.get_by_role("dialog").wait_for()
    yield "the sheet"
    await page.get_by_role("button", name="Datos para pagar").click()
    await page.get_by_role("dialog", name="Datos para pagar").wait_for()
    yield "where to pay"
    await page.get_by_role("dialog", name="Datos para pagar").get_by_label("Cerrar").click()
    photo: Any = {"name": f"{LONG_WORDS}.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    await page.locator("input[type=file]").last.set_input_files([photo])
    await page.get_by_text("Foto lista").wait_for()
    yield "the sheet with a photo"
    for way in ("Entre varios", "Por platillos", "Otro monto"):
        await page.get_by_text(way, exact=True).click()
        yield f"the sheet: {way}"
    await page.get_by_label("Monto que paga").fill("mucho")
    yield "the sheet with a photo and a mistake"
    await page.get_by_role("dialog").get_by_text("Todo", exact=True).click()
    await page.get_by_role("dialog").get_by_text("Efectivo", exact=True).click()
    await page.get_by_role("textbox", name="Recibido").fill("99999999")
    await page.get_by_text("Cambio").wait_for()
    yield "the sheet: cash with change"
    await page.get_by_role("button", name="Cerrar").click()
    for button in ("Reintentar Pago", "Ver"):
        await page.get_by_role("button", name=button).first.click()
        await page.get_by_role("dialog").wait_for()
        yield f"the sheet: {button}"
        await page.get_by_role("button", name="Cerrar").click()


async def offline_states(house: House, page: Page) -> AsyncIterator[str]:
    """Without a network: what was not sent lies above the tabs."""
    await page.context.set_offline(True)
    await page.get_by_text("Sin conexión").first.wait_for()
    await settled(page)
    await page.get_by_role("button", name="💳 Cobrar").first.click()
    await page.get_by_text("Efectivo").click()
    await page.get_by_role("button", name="Enviar", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="Enviar ahora").wait_for()
    yield "a sheet whose proof was not sent"
    await page.get_by_role("button", name="Cerrar").click()
    await turn(page, "Nueva")
    for count, table in enumerate((9997, 9998), start=2):
        await settled(page)
        await page.get_by_label("Mesa", exact=True).fill(str(table))
        await page.get_by_role("button", name="Agregar").last.click()
        await page.get_by_role("button", name="Enviar orden").click()
        await page.get_by_text(f"Sin enviar ({count})").wait_for()
    for name in ("Nueva", "En curso", "Por Cobrar"):
        await turn(page, name)
        yield f"unsent, at {name}"
    await page.get_by_role("button", name="Descartar, mesa 9998").click()
    await page.get_by_role("button", name="Deshacer").last.wait_for()
    yield "a discarded order"
    await page.get_by_role("button", name="Lo que falta enviar").click()
    yield "the strip folded"


async def turn(page: Page, name: str) -> None:
    await page.get_by_role("tab", name=name).click()
