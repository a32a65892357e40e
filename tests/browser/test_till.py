"""The till with many cards: finding one, seeing who has it, opening every row, and coming back."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from comanda.examiner.receipts import receipt
from tests.browser.conftest import PHONE, OpenWindow, settled
from tests.browser.test_caja import card, heading, luis, order_of, shown, submit, tick
from tests.house import ANA, COCO, LUIS, MARA, PDF, SOPA, House

# What is typed, and the orders that fit it, the best one first. See `ORDERS`.
FINDS = [
    ("306", ["exact", "declared", "cents", "thousands"]),
    ("306.00", ["exact", "declared"]),
    ("$306", ["exact", "declared", "cents", "thousands"]),
    ("$ 306.00", ["exact", "declared"]),
    ("306,50", ["cents"]),
    ("306.5", ["cents"]),
    ("1,306.00", ["long"]),
    ("1.306,00", ["long"]),
    ("1 306", ["long", "exact"]),  # or order 1, with 306
    ("1306", ["long"]),
    ("$1,3", ["long"]),
    ("12", ["exact"]),
    ("mesa 12", ["exact"]),
    ("mesa 4", ["cents", "thousands"]),
    ("orden 97", ["long"]),
    ("#97", ["long"]),
    ("8841 220 1937", ["cents"]),
    ("88412201937", ["cents"]),
    ("1937", ["cents"]),
    ("mban-0100", ["long"]),
    ("josé", ["declared"]),
    ("JOSE 306", ["declared"]),
    ("peña", ["thousands"]),
    ("ana 306", ["exact", "cents"]),
    ("efectivo", ["long"]),
    ("nada", []),
    ("19", []),
    ("recibiste $306.00", ["exact", "declared"]),
    ("Recibiste una transferencia de $306.50 MXN de JUAN PÉREZ.", ["cents"]),
    ("+ $ 1,306.00 M.N.", ["long"]),
    ("MX$1 306.00", ["long"]),
    ("1\u2019306.00", ["long"]),
    ("306 MXN", ["exact", "declared", "cents", "thousands"]),
    ("306 pesos", ["exact", "declared", "cents", "thousands"]),
    ("ana $ 306.00", ["exact"]),
    ("José $306.00.", ["declared"]),
    ("Clave de rastreo: 8841 220 1937", ["cents"]),
    ("mesa #4", ["cents", "thousands"]),
    ("recibiste algo", []),
]
ORDERS: dict[str, dict[str, Any]] = {
    "exact": {"id": "1", "table_number": 12, "total": 306, "waiter": "ana"},
    "declared": {"id": "2", "table_number": 7, "total": 300, "waiter": "jose", "amount": 306},
    "cents": {
        "id": "3", "table_number": 4, "total": 306.5, "waiter": "ana", "reference": "8841 2201937",
    },
    "thousands": {"id": "4", "table_number": 44, "total": 3061, "waiter": "luis.peña"},
    "long": {
        "id": "97", "table_number": 30, "total": 1306, "waiter": "beto", "method": "efectivo",
        "reference": "MBAN 0100-77",
    },
}  # fmt: skip
MATCH = """async ([text, orders, sign = "$"]) => {
  const { matcher } = await part("caja/matching.js");
  const given = { tip: 0, reference: null, method: "spei" };
  const payment = (one) => ({ ...given, amount: one.total, ...one });
  const list = Object.values(orders).map((one) => ({ ...one, payment: payment(one) }));
  const fit = matcher(text, sign, list);
  return Object.keys(orders).map((name, at) => [name, fit(list[at])])
    .filter(([, rank]) => rank !== null).sort((a, b) => a[1] - b[1]).map(([name]) => name);
}"""


async def sell(house: House, table: int, soups: int) -> str:
    """A delivered order of so many soups, at $ 70.00 each, whose proof waits; the order's id."""
    items = [{"product_id": SOPA, "quantity": soups, "note": "sin crema"}]
    body = {"table_number": table, "items": items}
    _, order = await house.call(ANA, "POST", "/orders", json=body)
    for state, member in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
        await house.advance(order["id"], state, member)
    _, sent = await house.submit(order["id"], photo=receipt(7000 * soups, f"{table}"))
    assert sent["payment"], sent
    return str(order["id"])


def search(page: Page) -> Locator:
    return page.get_by_role("searchbox")


def detail(page: Page) -> Locator:
    return page.locator(".detail[data-open=true]")


async def test_what_is_typed_finds_amounts_tables_names_and_numbers(window: OpenWindow) -> None:
    page = (await window(LUIS, "/caja")).page
    told = {text: await page.evaluate(MATCH, [text, ORDERS]) for text, _ in FINDS}
    assert told == dict(FINDS)


async def test_a_currencys_letters_are_letters_in_a_name(window: OpenWindow) -> None:
    page = (await window(LUIS, "/caja")).page
    for sign, text, expected in (
        ("L", "luis", ["thousands"]),
        ("L", "L 1,306.00", ["long"]),
        ("Bs", "306.50 Bs", ["cents"]),
        ("S/", "recibiste S/306.50", ["cents"]),
        ("Q", "Q1,306", ["long"]),
    ):
        assert await page.evaluate(MATCH, [text, ORDERS, sign]) == expected


async def test_the_search_filters_every_list_and_says_how_many(
    house: House, window: OpenWindow
) -> None:
    for table, soups in ((4, 1), (5, 2), (6, 3)):
        await sell(house, table, soups)
    await house.place(140)
    page = await luis(window)
    await card(page, 6).wait_for()
    await page.keyboard.press("/")
    await expect(search(page)).to_be_focused()
    await page.keyboard.type("140")
    await expect(page.get_by_role("tab", name="Por Verificar 1 de 3")).to_be_visible()
    await expect(page.get_by_role("tab", name="En curso 1 de 1")).to_be_visible()
    await expect(page.locator(".search-said")).to_contain_text("1 de 3")
    await expect(card(page, 5)).to_be_visible()
    await expect(card(page, 4)).to_be_hidden()
    await expect(page).to_have_title("(3) Caja · Comanda")
    await page.keyboard.press("Escape")
    await expect(search(page)).to_have_value("")
    await expect(page.get_by_role("tab", name="Por Verificar 3")).to_be_visible()
    await expect(card(page, 4)).to_be_visible()
    await page.keyboard.type("nada de esto")
    nothing = page.get_by_role("tabpanel").get_by_text("Nada en esta lista con «nada de esto»")
    await expect(nothing).to_be_visible()
    await page.get_by_role("button", name="Ver todo").click()
    await expect(card(page, 4)).to_be_visible()


async def test_letters_that_are_typed_judge_nothing_and_enter_opens_the_best(
    house: House, window: OpenWindow
) -> None:
    for table, soups in ((4, 1), (5, 2)):
        await sell(house, table, soups)
    page = await luis(window)
    await card(page, 4).click()
    await shown(page)
    await page.keyboard.press("/")
    await page.keyboard.type("var")
    await expect(tick(page)).not_to_be_checked()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await search(page).fill("$140")
    await page.keyboard.press("Enter")
    await heading(page, 5).wait_for()
    await expect(card(page, 5)).to_be_focused()
    await shown(page)
    await page.keyboard.press("v")
    await page.keyboard.press("a")
    # All that was looked for is decided: the next card of the whole list comes by itself.
    await heading(page, 4).wait_for()
    await expect(search(page)).to_have_value("")


async def test_a_proof_that_the_search_hides_is_counted_and_said(
    house: House, window: OpenWindow
) -> None:
    await sell(house, 4, 1)
    page = await luis(window)
    await card(page, 4).wait_for()
    await search(page).fill("$70")
    await sell(house, 5, 2)
    await expect(page.locator(".search-said")).to_contain_text("Llegó 1 comprobante que la")
    await expect(page.get_by_role("tab", name="Por Verificar 1 de 2")).to_be_visible()
    await expect(page).to_have_title("(2) Caja · Comanda")
    await expect(page.get_by_text("Comprobante nuevo: mesa 5")).to_be_attached()
    await expect(card(page, 5)).to_be_hidden()
    await page.get_by_role("button", name="Ver todo").click()
    await expect(card(page, 5)).to_be_visible()


async def test_a_card_says_which_other_cashier_has_it_open(
    house: House, window: OpenWindow
) -> None:
    for table in (4, 5, 6):
        await submit(house, table)
    mine = await luis(window)
    other = (await window(MARA, "/caja")).page
    await card(mine, 5).click()
    await expect(card(other, 5)).to_contain_text("👁 Luis lo está viendo")
    await expect(card(mine, 5)).not_to_contain_text("lo está viendo")
    await other.reload()
    await expect(card(other, 5)).to_contain_text("👁 Luis lo está viendo")
    await card(other, 5).click()
    await expect(detail(other)).to_contain_text("👁 Luis lo está viendo también")
    await other.keyboard.press("Escape")
    await expect(card(mine, 5)).not_to_contain_text("lo está viendo")
    # The card that comes by itself is one that nobody else has on show.
    await card(other, 4).click()
    await shown(other)
    await tick(other).check()
    await other.get_by_role("button", name="Aprobar").click()
    await heading(other, 6).wait_for()
    await expect(card(mine, 6)).to_contain_text("👁 Mara lo está viendo")
    await mine.keyboard.press("Escape")
    await expect(card(other, 5)).not_to_contain_text("lo está viendo")
    await other.close()
    await expect(card(mine, 6)).not_to_contain_text("lo está viendo")


async def test_of_two_tabs_the_one_that_is_looked_at_says_what_is_open(
    house: House, window: OpenWindow
) -> None:
    for table in (4, 5):
        await submit(house, table)
    first = await window(LUIS, "/caja")
    second = (await window(LUIS, "/caja", context=first.context)).page
    other = (await window(MARA, "/caja")).page
    await card(first.page, 4).click()
    await expect(card(other, 4)).to_contain_text("👁 Luis lo está viendo")
    await card(second, 5).click()
    await expect(card(other, 5)).to_contain_text("👁 Luis lo está viendo")
    await second.close()
    await expect(card(other, 5)).not_to_contain_text("lo está viendo")
    await first.page.evaluate("dispatchEvent(new Event('focus'))")
    await expect(card(other, 4)).to_contain_text("👁 Luis lo está viendo")


async def test_whoever_went_away_long_ago_is_not_shown(house: House, window: OpenWindow) -> None:
    sent = await submit(house, 4)
    house.clock.now = datetime.now(UTC) - timedelta(minutes=4)
    await house.call(MARA, "PUT", f"/payments/{sent['payment']}/viewer")
    house.clock.now = datetime.now(UTC)
    page = await luis(window)
    await card(page, 4).wait_for()
    await expect(card(page, 4)).not_to_contain_text("Mara")
    await house.call(MARA, "PUT", f"/payments/{sent['payment']}/viewer")
    await expect(card(page, 4)).to_contain_text("👁 Mara lo está viendo")


async def test_every_row_opens_its_order_and_back_closes_it(
    house: House, window: OpenWindow
) -> None:
    paid = await sell(house, 9, 2)
    await house.judge((await order_of(house, paid))["payment"]["id"], "aprobado")
    await house.deliver(8)
    await house.place(7)
    page = await luis(window)
    for name, table in (("Por Cobrar", 8), ("En curso", 7), ("Pagadas hoy", 9)):
        await page.get_by_role("tab", name=name).click()
        link = page.get_by_role("tabpanel").get_by_role("link", name=f"Mesa {table} · ver orden")
        await link.wait_for()
        await settled(page)
        await link.click()
        dialog = page.get_by_role("dialog", name=f"Mesa {table} · Orden")
        await expect(dialog.get_by_role("list", name="Platillos")).to_contain_text("Sopa")
        await expect(dialog.locator(".history")).to_contain_text("Pendiente · Ana")
        await page.go_back()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(page).to_have_url(f"{house.url}/caja")
    await page.go_forward()
    await expect(dialog).to_contain_text("sin crema")
    await expect(dialog.locator(".history")).to_contain_text("✓ Pagado · Luis")
    await expect(page).to_have_url(f"{house.url}/caja?orden={paid}")


async def test_back_closes_one_thing_at_a_time_and_escape_leaves_no_step_behind(
    house: House, window: OpenWindow
) -> None:
    for table in (4, 5):
        await submit(house, table)
    page = await luis(window, size=PHONE)
    for _ in range(2):
        await card(page, 4).click()
        await heading(page, 4).wait_for()
        await page.get_by_role("button", name="Rechazar").click()
        await page.get_by_role("dialog").wait_for()
        await page.go_back()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(heading(page, 4)).to_be_visible()
        await page.go_back()
        await expect(detail(page)).to_have_count(0)
    await page.go_forward()
    await heading(page, 4).wait_for()
    await page.get_by_role("button", name="Cerrar").click()
    await expect(detail(page)).to_have_count(0)
    await card(page, 5).click()
    await page.keyboard.press("Escape")
    await card(page, 5).click()  # at once, while the browser is still on its way back
    await heading(page, 5).wait_for()
    await page.go_back()
    await expect(detail(page)).to_have_count(0)
    assert await page.evaluate("history.state?.over ?? []") == []
    await page.go_back()
    await expect(page).not_to_have_url(f"{house.url}/caja")


async def test_back_from_a_linked_order_shows_the_till(house: House, window: OpenWindow) -> None:
    order = await house.deliver(8)
    page = await luis(window)
    await page.goto(f"{house.url}/caja?orden={order['id']}")
    dialog = page.get_by_role("dialog", name="Mesa 8 · Orden")
    await dialog.wait_for()
    await page.go_back()
    await expect(dialog).to_have_count(0)
    await expect(page).to_have_url(f"{house.url}/caja")
    await page.go_forward()
    await dialog.wait_for()
    await page.reload()
    await dialog.wait_for()
    await page.keyboard.press("Escape")
    await expect(page).to_have_url(f"{house.url}/caja")
    await expect(page.get_by_role("tab", name="Por Cobrar 1")).to_be_visible()


async def test_a_reload_comes_back_to_the_same_payment(house: House, window: OpenWindow) -> None:
    sent = await submit(house, 4)
    page = await luis(window)
    await card(page, 4).click()
    await heading(page, 4).wait_for()
    await page.reload()
    await heading(page, 4).wait_for()
    await page.goto(f"{house.url}/ayuda/caja")
    await house.judge(sent["payment"], "rechazado", cashier=MARA, reason="ilegible")
    await page.go_back()
    await page.get_by_text("Nada por verificar ✓").wait_for()
    await expect(page.get_by_role("button", name="Aprobar")).to_have_count(0)


async def test_a_reload_comes_back_to_the_same_list(house: House, window: OpenWindow) -> None:
    await submit(house, 4)
    page = await luis(window)
    await card(page, 4).click()
    await heading(page, 4).wait_for()
    for name in ("Conciliación", "En curso"):
        await page.get_by_role("tab", name=name).click()
        await expect(page).to_have_url(f"{house.url}/caja")  # a reload would stop the way there
        await page.reload()
        chosen = page.get_by_role("tab", name=name)
        await expect(chosen).to_have_attribute("aria-selected", "true")
    await expect(page).to_have_url(f"{house.url}/caja")


async def test_the_detail_shows_the_dishes(house: House, window: OpenWindow) -> None:
    await sell(house, 4, 2)
    page = await luis(window)
    await card(page, 4).click()
    dishes = detail(page).get_by_role("list", name="Platillos")
    for words in ("2", "Sopa", "sin crema", "$ 140.00"):
        await expect(dishes).to_contain_text(words)


async def test_nothing_is_approved_before_its_photo_is_there(
    house: House, window: OpenWindow
) -> None:
    sent = await submit(house, 4)
    page = await luis(window)
    arrived = asyncio.Event()
    await page.route("**/proof", lambda route: _after(arrived, route))
    await card(page, 4).click()
    approve = page.get_by_role("button", name="Aprobar")
    await expect(approve).to_be_disabled()
    await expect(approve).to_contain_text("Cargando la foto…")
    await expect(page.get_by_role("button", name="Rechazar")).to_be_enabled()
    await page.keyboard.press("v")
    await page.keyboard.press("a")
    await expect(tick(page)).to_be_checked()
    arrived.set()
    await expect(approve).to_be_enabled()
    await expect(approve).not_to_contain_text("foto")
    assert (await order_of(house, sent["order"]))["status"] == "por_verificar"
    await page.keyboard.press("a")
    await page.get_by_text("Nada por verificar ✓").wait_for()


async def _after(arrived: asyncio.Event, route: Route) -> None:
    await arrived.wait()
    await route.continue_()


async def test_a_photo_that_can_not_be_loaded_says_so_and_keeps_nobody(
    house: House, window: OpenWindow
) -> None:
    await submit(house, 4)
    page = await luis(window)
    await page.route("**/proof", lambda route: route.abort())
    await card(page, 4).click()
    approve = page.get_by_role("button", name="Aprobar")
    await expect(detail(page)).to_contain_text("Sin conexión. No se pudo cargar la foto.")
    await expect(approve).to_be_enabled()
    await expect(approve).to_contain_text("sin ver la foto")
    await page.unroute("**/proof")
    await page.get_by_role("button", name="Reintentar").click()
    await expect(page.get_by_role("img", name="Comprobante de la mesa 4")).to_be_visible()
    await expect(approve).not_to_contain_text("sin ver")


async def test_a_photo_that_hangs_keeps_nobody_for_ever(house: House, window: OpenWindow) -> None:
    await submit(house, 4)
    opened = await window(LUIS, "/healthz")
    page = opened.page
    await page.clock.install()
    await page.goto(f"{house.url}/caja")
    arrived = asyncio.Event()
    await page.route("**/proof", lambda route: _after(arrived, route))
    await card(page, 4).click()
    approve = page.get_by_role("button", name="Aprobar")
    await expect(approve).to_be_disabled()
    await page.clock.run_for(11_000)
    await expect(detail(page)).to_contain_text("La foto tarda más de lo normal")
    await expect(approve).to_be_enabled()
    await expect(approve).to_contain_text("sin ver la foto")
    arrived.set()
    await expect(approve).not_to_contain_text("sin ver")
    await expect(detail(page)).not_to_contain_text("tarda")


async def test_a_pdf_is_waited_for_too(house: House, window: OpenWindow) -> None:
    order = await house.deliver(12)
    await house.submit(order["id"], photo=PDF)
    page = await luis(window)
    arrived = asyncio.Event()
    await page.route("**/proof", lambda route: _after(arrived, route))
    await card(page, 12).click()
    await expect(page.get_by_role("button", name="Aprobar")).to_be_disabled()
    arrived.set()
    await expect(page.get_by_role("link", name="Abrir PDF")).to_be_visible()
    await shown(page)


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
async def test_what_can_be_pressed_has_a_name_of_its_own(
    house: House, window: OpenWindow, size: dict[str, int] | None
) -> None:
    first = await submit(house, 4)
    await house.judge(first["payment"], "rechazado", reason="ilegible")
    await house.submit(first["order"], photo=receipt(24100, "OTRA"))
    for table in (5, 6):
        await house.deliver(table)
    page = await luis(window, size=size)
    assert await search(page).is_visible()
    await page.get_by_role("tab", name="Por Cobrar").click()
    names = await page.evaluate(NAMES, "[role=tabpanel]")
    assert len(set(names)) == len(names) == 6  # the order, Cobrar and Corregir of each
    await page.get_by_role("tab", name="Por Verificar").click()
    waiting = card(page, 4)
    assert await waiting.get_attribute("aria-label") is None  # it would hide what is on the card
    await waiting.click()
    await expect(page.get_by_role("img", name="Comprobante anterior, intento 1")).to_be_visible()
    names = await page.evaluate(NAMES, ".detail")
    assert len(set(names)) == len(names)


NAMES = """(place) => [...document.querySelectorAll(`${place} :is(button, a)`)]
  .filter((one) => one.checkVisibility())
  .map((one) => one.getAttribute("aria-label") ?? one.textContent)"""
