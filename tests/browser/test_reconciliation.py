"""Conciliación: what was approved beside the bank's statement, on the cashier's page."""

import asyncio
import io
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Locator, Page, Route, expect

from comanda import office, till, workflow
from comanda.domain.deposits import Deposit, DepositSource, NewDeposit
from comanda.domain.evidence import WarningType
from comanda.domain.examinations import Facts, Source
from comanda.domain.house import House as Described
from comanda.domain.readings import Reading
from comanda.domain.staff import Staff
from comanda.web.plumbing.keys import DATABASE
from tests.browser.conftest import DESKTOP, OpenWindow, settled, until_order
from tests.browser.layout import SIZES, SMALL, all_flaws, flaws
from tests.browser.test_caja import TABLET
from tests.browser.test_examination import warn
from tests.browser.test_shell import violations
from tests.house import ANA, COCO, LUIS, MARA, ROSA, House, eventually, jpeg


async def approve(house: House, table: int, method: str = "transferencia") -> str:
    """An order that was paid; its id."""
    order = await house.deliver(table)
    _, submitted = await house.submit(order["id"], photo=jpeg(f"#0000{table:02}"), method=method)
    status, judged = await house.judge(submitted["payment"]["id"], "aprobado", cashier=MARA)
    assert status == 200, judged
    return str(order["id"])


async def until_found_by(house: House, order_id: str, username: str | None) -> None:
    """Wait until the server says who found an order's payment in the statement."""
    await until_order(house, order_id, lambda order: order["payment"]["reconciled_by"] == username)


async def open_tab(
    window: OpenWindow, member: Staff = LUIS, size: dict[str, int] = DESKTOP
) -> Page:
    """The tab, on the day of the house's clock: it is 14:41 in Mexico."""
    page = (await window(member, "/caja", size)).page
    await page.get_by_role("tab", name="Conciliación").click()
    await page.get_by_label("Desde").wait_for()
    return page


def row(page: Page, order_id: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=order_id, exact=True))


def tick(page: Page, order_id: str) -> Locator:
    return page.get_by_label(f"Encontrado en el banco: orden {order_id}", exact=False)


def total(page: Page, method: str) -> Locator:
    return page.locator(".bank-total", has_text=method)


async def test_a_row_is_a_payment_with_its_rounds_and_its_tip(
    house: House, window: OpenWindow
) -> None:
    rounds = [await house.deliver(4) for _ in range(2)]
    fields = {"method": "transferencia", "also": rounds[1]["id"], "tip": "48.20"}
    form = aiohttp.FormData(fields, default_to_multipart=True)
    form.add_field("file", io.BytesIO(jpeg("#123456")), filename="foto.jpg")
    status, sent = await house.call(ANA, "POST", f"/orders/{rounds[0]['id']}/proof", data=form)
    assert status == 201, sent
    assert (await house.judge(sent["payment"]["id"], "aprobado"))[0] == 200
    alone = await approve(house, 5)
    page = await open_tab(window)
    for words in ("4 · 2 rondas", "$ 530.20", "con propina $ 48.20"):
        await expect(row(page, rounds[0]["id"])).to_contain_text(words)
    await expect(total(page, "Transferencia")).to_contain_text("$ 771.20")
    await expect(total(page, "Transferencia")).to_contain_text("con propinas $ 48.20")
    for asked in ("530.20", f"#{rounds[1]['id']}", "Recibiste $530.20"):
        await page.get_by_label("Buscar", exact=True).fill(asked)
        await expect(row(page, rounds[1]["id"])).to_be_visible()
        await expect(row(page, alone)).to_be_hidden()


async def test_what_was_found_in_the_bank_is_ticked_off(house: House, window: OpenWindow) -> None:
    first, second = await approve(house, 4), await approve(house, 5)
    cash = await approve(house, 6, "efectivo")
    page = await open_tab(window)
    for words in ("14:41", "4", "🏦 Transferencia", "$ 241.00", "Ana", "Mara", "Falta"):
        await expect(row(page, first)).to_contain_text(words)
    await expect(row(page, first)).to_have_attribute("data-missing", "true")
    await expect(row(page, cash)).to_have_attribute("data-missing", "false")
    for words in ("$ 482.00", "2 pagos", "Faltan 2 · $ 482.00"):
        await expect(total(page, "Transferencia")).to_contain_text(words)
    await expect(total(page, "Efectivo")).not_to_contain_text("Falta")

    await tick(page, first).focus()
    await page.keyboard.press("Space")
    await expect(row(page, first)).to_contain_text("✓ Encontrado")
    await expect(total(page, "Transferencia")).to_contain_text("Falta 1 · $ 241.00")
    await until_found_by(house, first, "luis")

    await page.reload()
    await page.get_by_role("tab", name="Conciliación").click()
    await expect(tick(page, first)).to_be_checked()
    await expect(tick(page, second)).not_to_be_checked()


async def test_it_tells_what_was_read_and_what_was_approved_all_the_same(
    house: House, window: OpenWindow
) -> None:
    found = Facts(reading=Reading(amount=100), source=Source.PICTURE)
    for examined, reason in ((found, None), (found, "Pagó lo demás en efectivo"), (None, None)):
        order = await house.deliver()
        _, sent = await house.submit(order["id"])
        payment_id = sent["payment"]["id"]
        await house.app[DATABASE].write(workflow.record_examination, int(payment_id), examined)
        await house.judge(payment_id, "aprobado", reason=reason)
    for size in (DESKTOP, SMALL):
        page = await open_tab(window, size=size)
        told = page.get_by_role("list", name="Comprobantes y avisos").get_by_role("listitem")
        await expect(told).to_have_text(
            [
                "Comprobantes: 2 leídos, 1 sin poder leer",
                "⚠ Otro monto: 2 · Pagó lo demás en efectivo",
            ]
        )
        assert await flaws(page) == []


async def test_another_cashiers_ticks_are_seen_when_the_page_is_looked_at_again(
    house: House, window: OpenWindow
) -> None:
    order_id = await approve(house, 4)
    mine, other = await open_tab(window), await open_tab(window, MARA)
    await expect(tick(other, order_id)).not_to_be_checked()
    await tick(mine, order_id).check()
    await until_found_by(house, order_id, "luis")
    await other.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(tick(other, order_id)).to_be_checked()


async def test_a_tick_that_is_not_kept_is_taken_back_and_said(
    house: House, window: OpenWindow
) -> None:
    order_id = await approve(house, 4)
    page = await open_tab(window)

    async def lose(route: Route) -> None:
        await route.abort()

    await page.route("**/reconciliation", lose)
    await tick(page, order_id).click()
    await page.get_by_text("Mesa 4: no se guardó la marca. Sin conexión.").wait_for()
    await expect(tick(page, order_id)).not_to_be_checked()
    await expect(row(page, order_id)).to_contain_text("Falta")
    await expect(total(page, "Transferencia")).to_contain_text("Falta 1 · $ 241.00")
    await page.unroute("**/reconciliation")
    await tick(page, order_id).check()
    await expect(total(page, "Transferencia")).to_contain_text("✓ Todo encontrado")


async def test_a_page_that_the_network_lost_comes_with_another_tap_on_its_tab(
    house: House, window: OpenWindow
) -> None:
    page = (await window(LUIS, "/caja")).page

    async def lose(route: Route) -> None:
        await route.abort()

    await page.route("**/reconciliation.js", lose)
    await page.get_by_role("tab", name="Conciliación").click()
    await page.get_by_text("Sin conexión. Inténtalo otra vez.").wait_for()
    await page.unroute("**/reconciliation.js")
    await page.get_by_role("tab", name="Conciliación").click()
    await page.get_by_label("Desde").wait_for()


async def test_two_taps_on_a_slow_network_wait_for_the_style(
    house: House, window: OpenWindow
) -> None:
    page = (await window(LUIS, "/caja")).page
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await page.route("**/conciliacion.css", hold)
    await page.get_by_role("tab", name="Conciliación").click()
    await eventually(lambda: len(held) == 1)
    await page.get_by_role("tab", name="Conciliación").click()
    await page.wait_for_timeout(300)
    await expect(page.get_by_label("Desde")).to_have_count(0)
    await held[0].continue_()
    await page.get_by_label("Desde").wait_for()


STYLED = """() => [...document.styleSheets]
  .some(({ href, cssRules }) => href?.endsWith("/conciliacion.css") && cssRules.length > 0)"""


async def test_a_style_that_the_network_lost_comes_with_another_tap(
    house: House, window: OpenWindow
) -> None:
    opened = await window(LUIS, "/caja")
    page = opened.page
    lost: list[Route] = []

    async def lose(route: Route) -> None:
        lost.append(route)
        await (route.abort() if len(lost) == 1 else route.continue_())

    await page.route("**/conciliacion.css", lose)
    await page.get_by_role("tab", name="Conciliación").click()
    await page.get_by_label("Desde").wait_for()
    assert len(lost) == 1
    await page.get_by_role("tab", name="Conciliación").click()
    await eventually(lambda: len(lost) == 2)
    await page.wait_for_function(STYLED)
    opened.errors.clear()  # the browser's words for what it lost


async def test_a_tick_that_is_taken_back_at_once_is_taken_back(
    house: House, window: OpenWindow
) -> None:
    order_id = await approve(house, 4)
    page = await open_tab(window)
    both_clicked = asyncio.Event()
    asked: list[str | None] = []

    async def hold(route: Route) -> None:
        asked.append(route.request.post_data)
        await both_clicked.wait()
        await route.continue_()

    await page.route("**/reconciliation", hold)
    await tick(page, order_id).check()
    await tick(page, order_id).uncheck()
    both_clicked.set()
    await eventually(lambda: len(asked) == 2)
    await until_found_by(house, order_id, None)
    assert asked == ['{"found":true}', '{"found":false}']
    await expect(total(page, "Transferencia")).to_contain_text("Falta 1 · $ 241.00")


async def test_days_and_methods_are_chosen_and_taken_along(
    house: House, window: OpenWindow
) -> None:
    transfer, card = await approve(house, 4), await approve(house, 5, "tarjeta")
    page = await open_tab(window, ROSA)
    await expect(page.get_by_label("Desde")).to_have_value("2026-11-28")
    await expect(row(page, card)).to_be_visible()
    await page.get_by_label("Forma de pago", exact=True).select_option("Tarjeta")
    await expect(row(page, transfer)).to_have_count(0)
    await expect(row(page, card)).to_be_visible()
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Descargar CSV").click()
    download = await downloading.value
    csv = Path(await download.path()).read_bytes()
    assert csv.startswith(b"\xef\xbb\xbf")
    assert b"Tarjeta" in csv
    assert b"Transferencia" not in csv

    await page.get_by_role("button", name="Día anterior").click()
    await page.get_by_text("No hay pagos aprobados en estas fechas").wait_for()
    await expect(page.get_by_label("Hasta")).to_have_value("2026-11-27")
    await page.get_by_role("button", name="Día siguiente").click()
    await expect(row(page, card)).to_be_visible()
    await page.get_by_label("Hasta").fill("2026-11-20")
    await expect(page.get_by_label("Desde")).to_have_value("2026-11-20")
    await expect(row(page, card)).to_have_count(0)
    await page.get_by_role("button", name="Hoy").click()
    await expect(row(page, card)).to_be_visible()


async def test_a_payment_approved_meanwhile_comes_by_itself_and_opens(
    house: House, window: OpenWindow
) -> None:
    page = await open_tab(window)
    await page.get_by_text("No hay pagos aprobados en estas fechas").wait_for()
    order_id = await approve(house, 12)
    await row(page, order_id).get_by_role("link", name=order_id).click()
    dialog = page.get_by_role("dialog", name=f"Mesa 12 · Orden {order_id}")
    await expect(dialog).to_contain_text("visto en la cuenta")
    await dialog.get_by_role("button", name="Cerrar").click()
    await page.get_by_role("tab", name="Pagadas hoy").click()
    await expect(page.locator(".detail")).to_be_visible()


async def test_without_a_network_it_says_so_and_opens_once_there_is_one(
    house: House, window: OpenWindow
) -> None:
    order_id = await approve(house, 12)
    opened = await window(LUIS, "/caja")
    page = opened.page
    await page.get_by_text("En línea").wait_for()
    await opened.context.set_offline(True)
    await page.get_by_role("tab", name="Conciliación").click()
    await page.get_by_text("Sin conexión. Inténtalo otra vez.").wait_for()
    await opened.context.set_offline(False)
    await page.get_by_role("tab", name="Por Verificar").click()
    await page.get_by_role("tab", name="Conciliación").click()
    await row(page, order_id).wait_for()


async def receive(house: House, table: int, reference: str, tacos: int, cashier: Staff) -> str:
    """An approved transfer of so many tacos at 85.50; its order's id."""
    items = [{"product_id": "1", "quantity": tacos}]
    body = {"table_number": table, "items": items}
    _, order = await house.call(ANA, "POST", "/orders", json=body)
    for status, member in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
        await house.advance(order["id"], status, member)
    form = aiohttp.FormData({"method": "transferencia"})
    if reference:
        form.add_field("reference", reference)
    form.add_field("file", io.BytesIO(jpeg(f"#0000{table % 100:02}")), filename="foto.jpg")
    _, sent = await house.call(ANA, "POST", f"/orders/{order['id']}/proof", data=form)
    code, judged = await house.judge(sent["payment"]["id"], "aprobado", cashier)
    assert code == 200, judged
    house.clock.advance(minutes=1)
    return str(order["id"])


def orders_shown(page: Page) -> Locator:
    return page.locator(".order-link:visible")


async def test_red_comes_once_the_day_is_over_and_not_before(
    house: House, window: OpenWindow
) -> None:
    late = Described("La Fonda", "$", "America/Mexico_City", time(4))
    await house.app[DATABASE].write(office.describe_house, ROSA, late)
    house.clock.advance(hours=13)  # 03:41 of the 29th in Mexico
    order_id = await approve(house, 4)
    page = await open_tab(window)
    await expect(page.get_by_label("Desde")).to_have_value("2026-11-28")
    await expect(row(page, order_id)).to_have_attribute("data-missing", "true")
    await expect(row(page, order_id)).to_have_attribute("data-late", "false")
    await expect(row(page, order_id).locator(".found-word")).to_have_text("Falta")
    await expect(total(page, "Transferencia").locator(".badge")).to_have_text("Falta 1 · $ 241.00")
    house.clock.advance(minutes=19)
    page = await open_tab(window)
    await expect(page.get_by_label("Desde")).to_have_value("2026-11-29")
    await page.get_by_role("button", name="Día anterior").click()
    await expect(row(page, order_id)).to_have_attribute("data-late", "true")
    await expect(row(page, order_id).locator(".found-word")).to_have_text("⚠ Falta")
    await expect(row(page, order_id)).to_contain_text("29/11 03:41")
    badge = total(page, "Transferencia").locator(".badge")
    await expect(badge).to_have_text("⚠ Falta 1 · $ 241.00")
    await expect(badge).to_have_attribute("data-tone", "late")
    await tick(page, order_id).check()
    await expect(row(page, order_id)).to_have_attribute("data-late", "false")
    await expect(badge).to_have_attribute("data-tone", "done")


async def test_only_what_is_missing_is_shown_and_nothing_slides_under_the_finger(
    house: House, window: OpenWindow
) -> None:
    first, second = await approve(house, 4), await approve(house, 5)
    cash = await approve(house, 6, "efectivo")
    page = await open_tab(window)
    await expect(orders_shown(page)).to_have_text([first, second, cash])
    only = page.get_by_label("Sólo faltan")
    await only.check()
    await expect(orders_shown(page)).to_have_text([first, second])
    await page.get_by_text("Se ven 2 de 3").wait_for()
    await tick(page, first).check()
    await until_found_by(house, first, "luis")
    await expect(total(page, "Transferencia")).to_contain_text("Falta 1")
    await expect(orders_shown(page)).to_have_text([first, second])  # it stays for another look
    await tick(page, second).check()
    await expect(total(page, "Transferencia")).to_contain_text("✓ Todo encontrado")
    await only.uncheck()
    await expect(orders_shown(page)).to_have_text([first, second, cash])
    await only.check()
    await page.get_by_text("Todo encontrado ✓").wait_for()


async def test_payments_are_searched_and_sorted(house: House, window: OpenWindow) -> None:
    await house.call(ROSA, "PUT", "/staff/mara/name", json={"name": "María Núñez"})
    a = await receive(house, 12, "MBAN-0100 77", 20, LUIS)  # 1,710.00
    b = await receive(house, 3, "8841 220 1937", 2, MARA)  # 171.00
    c = await receive(house, 40, "", 5, LUIS)  # 427.50
    d = await receive(house, 7, "992", 3, LUIS)  # 256.50
    page = await open_tab(window)
    search = page.locator("#bank-search")
    cases: dict[str, list[str]] = {
        "171": [a, b],
        "171.00": [b],
        "$ 1,710": [a],
        "1.710,00": [a],
        "427,5": [c],
        "8841-2201937": [b],
        "88412": [b],
        "mban0100": [a],
        "mesa 12": [a],
        "40": [c],
        "nunez": [b],
        "ana Mesa 12": [a],
        "Luis 256": [d],
        "transf": [a, b, c, d],
        "orden 4": [d],
        "recibiste $427.50": [c],
        "+ $ 1,710.00 MXN": [a],
        "Mesa #7": [d],
        "María Núñez 171.00": [b],
        "  ": [a, b, c, d],
    }
    for typed, expected in cases.items():
        await search.fill(typed)
        await expect(orders_shown(page)).to_have_text(expected)
    await search.fill("nada así")
    await page.get_by_text("Ningún pago es así").wait_for()
    await search.fill("")
    for sort, expected in (
        ("Monto", [a, c, d, b]),
        ("Referencia", [d, b, a, c]),
        ("Hora", [a, b, c, d]),
    ):
        await page.get_by_label("Ordenar por").select_option(sort)
        await expect(orders_shown(page)).to_have_text(expected)
    await expect(row(page, b)).to_contain_text("María Núñez")


# What stands out of the window, or beneath something else, of all that can be seen of the tab.
CUT = """() => [...document.querySelectorAll(".bank *")].filter((one) => {
  if (one.closest(".unseen") || !one.checkVisibility()) return false;
  const box = one.getBoundingClientRect();
  const isCut = one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
    && getComputedStyle(one).overflowX !== "visible" && !one.matches("input, select");
  return box.width > 0 && (box.left < 0 || box.right > innerWidth || isCut);
}).map((one) => `${one.className}: ${one.textContent.slice(0, 60)}`)"""


@pytest.mark.parametrize("letters", ["100%", "200%"])
@pytest.mark.parametrize("size", [(360, 640), (390, 844), (1280, 800)])
async def test_a_narrow_screen_has_cards_and_cuts_nothing(
    house: House, window: OpenWindow, size: tuple[int, int], letters: str
) -> None:
    body = {"name": "Tacos al pastor", "category": "Tacos", "price": 99_999.99}
    await house.call(ROSA, "PUT", "/products/1", json=body)
    await house.call(ROSA, "PUT", "/staff/ana/name", json={"name": "Ana" + "belenguadalupe" * 3})
    await receive(house, 9999, "MBAN0100261128009182736455443322", 99, LUIS)
    await receive(house, 1, "", 1, LUIS)
    page = await open_tab(window, LUIS, {"width": size[0], "height": size[1]})
    await expect(orders_shown(page)).to_have_count(2)
    await page.evaluate("size => { document.documentElement.style.fontSize = size; }", letters)
    assert await page.evaluate(CUT) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    is_table = await page.get_by_role("columnheader", name="Monto").is_visible()
    assert is_table == (size[0] == 1280 and letters == "100%")
    first = row(page, "1")
    for part in (tick(page, "1"), first.locator(".amount"), first.locator(".reference-cell")):
        await part.scroll_into_view_if_needed()
        await expect(part).to_be_in_viewport(ratio=0.9)
    await expect(first.locator(".amount")).to_have_text("$ 9,899,999.01")
    label = await first.locator("label").bounding_box()
    assert label is not None
    assert label["height"] >= 48
    assert await violations(page) == []


@pytest.mark.parametrize("size", [SMALL, TABLET, DESKTOP], ids=["phone", "tablet", "desk"])
async def test_the_sounds_button_neither_grows_nor_covers_the_list(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    ids = [(await house.deliver())["id"] for _ in range(3)]
    form = aiohttp.FormData([("also", one) for one in ids[1:]], default_to_multipart=True)
    form.add_field("method", "efectivo")
    status, order = await house.call(ANA, "POST", f"/orders/{ids[0]}/proof", data=form)
    assert status == 201, order
    await house.judge(order["payments"][-1]["id"], "aprobado")
    opened = await window(LUIS, "/caja", size, touch=size is not DESKTOP)
    tab = opened.page.get_by_role("tab", name="Conciliación")
    await tab.dispatch_event("click")  # no finger, after which the button is gone
    await opened.page.get_by_role("link", name=ids[2], exact=True).wait_for()
    box = await opened.page.get_by_role("button", name="Activar sonido").bounding_box()
    assert box is not None
    assert box["height"] < 60
    assert await flaws(opened.page) == []


async def arrive(house: House, amount: int, key: str, **more: Any) -> Deposit:
    """Money that the bank told of long before any payment, so that no rule ties it."""
    at = house.clock.now - timedelta(hours=3)
    new = replace(NewDeposit(DepositSource.NOTICE, amount, at, key), **more)
    return (await house.app[DATABASE].write(till.receive_deposit, new)).deposit


def view(page: Page, name: str) -> Locator:
    return page.locator(".bank-views").get_by_role("button", name=name)


def deposit_card(page: Page, words: str) -> Locator:
    return page.locator(".bank-deposit", has_text=words)


async def test_a_house_to_which_no_bank_tells_anything_sees_no_sides(
    house: House, window: OpenWindow
) -> None:
    order_id = await approve(house, 4)
    page = await open_tab(window)
    await row(page, order_id).wait_for()
    for part in (".bank-views", ".bank-title", ".bank-deposits", ".tied-cell"):
        await expect(page.locator(f"{part}:visible")).to_have_count(0)
    await expect(page.get_by_role("columnheader", name="Ingreso")).to_be_hidden()


async def test_payments_and_deposits_stand_side_by_side_and_what_is_tied_apart(
    house: House, window: OpenWindow
) -> None:
    await arrive(house, 17100, "a", reference="8841 220 1937", sender="Marcos Peña")
    tied = await receive(house, 3, "88412201937", 2, MARA)
    lonely = await receive(house, 7, "", 5, LUIS)
    cash = await approve(house, 6, "efectivo")
    await arrive(house, 9950, "b", sender="Elena Ríos", text="Recibiste $99.50 de Elena Ríos")
    page = await open_tab(window)
    await page.get_by_role("heading", name="Aprobados sin ingreso · 1 · $ 427.50").wait_for()
    await page.get_by_role("heading", name="Ingresos sin pago · 1 · $ 99.50").wait_for()
    await expect(view(page, "Por unir")).to_have_attribute("aria-pressed", "true")
    await expect(orders_shown(page)).to_have_text([lonely])
    card = deposit_card(page, "$ 99.50")
    await expect(card).to_contain_text("Elena Ríos")
    await expect(card).to_contain_text("Ningún pago de estas fechas por este monto")
    await card.get_by_text("Lo que dijo el banco").click()
    await card.get_by_text("Recibiste $99.50").wait_for()
    await view(page, "Unidos").click()
    await page.get_by_role("heading", name="Unidos · 1 · $ 171.00").wait_for()
    await page.get_by_text("1 misma referencia").wait_for()
    await expect(orders_shown(page)).to_have_text([tied])
    await expect(row(page, tied)).to_contain_text("💰 11:41 · Marcos Peña")
    await expect(deposit_card(page, "$ 99.50")).to_be_hidden()
    await view(page, "Todos").click()
    await expect(orders_shown(page)).to_have_text([tied, lonely, cash])
    await settled(page)
    await tick(page, tied).check()
    await until_found_by(house, tied, "luis")


async def test_a_search_finds_deposits_by_amount_name_and_number(
    house: House, window: OpenWindow
) -> None:
    await receive(house, 7, "", 5, LUIS)
    await arrive(house, 9950, "a", sender="Elena Ríos", reference="8841-220")
    await arrive(house, 12000, "b", sender="Iván")
    page = await open_tab(window)
    for typed, found in (("99.50", 1), ("rios", 1), ("8841220", 1), ("ivan", 1), ("nadie", 0)):
        await page.locator("#bank-search").fill(typed)
        await expect(page.locator(".bank-deposit")).to_have_count(found)
    await page.get_by_text("Ningún ingreso es así").wait_for()


async def test_one_tap_ties_the_only_payment_that_fits_and_two_let_it_go(
    house: House, window: OpenWindow
) -> None:
    order_id = await receive(house, 7, "", 5, LUIS)
    await arrive(house, 42750, "a", sender="Elena")
    page = await open_tab(window)
    button = deposit_card(page, "Elena").get_by_role("button", name="Unir a mesa 7")
    await button.wait_for()
    await settled(page)
    await button.click()
    await page.get_by_text("💰 Unido: mesa 7 · $ 427.50").wait_for()
    await page.get_by_text("Todo ingreso tiene su pago ✓").wait_for()
    await page.get_by_text("Todo pago tiene su ingreso ✓").wait_for()
    await view(page, "Unidos").click()
    await expect(row(page, order_id)).to_contain_text("a mano por Luis")
    letting_go = row(page, order_id).get_by_role("button")
    await settled(page)
    await letting_go.click()
    await expect(letting_go).to_have_text("¿Seguro? Ya no se une solo")
    await letting_go.click()
    await page.get_by_text("Soltado: mesa 7 · $ 427.50").wait_for()
    await page.get_by_text("Ningún pago tiene ingreso todavía").wait_for()
    await view(page, "Por unir").click()
    await expect(deposit_card(page, "Elena")).to_be_visible()
    await expect(page.locator(".bank > .bank-body > .notice:visible")).to_have_count(0)


async def test_a_deposit_comes_by_itself_and_goes_once_another_cashier_ties_it(
    house: House, window: OpenWindow
) -> None:
    order_id = await receive(house, 7, "", 5, LUIS)
    await arrive(house, 100, "a", sender="Iván")
    page = await open_tab(window)
    await deposit_card(page, "Iván").wait_for()
    deposit = await arrive(house, 42750, "b", sender="Elena")
    soon = 15_000  # sooner than the page looks again by itself
    await expect(deposit_card(page, "Elena")).to_be_visible(timeout=soon)
    _, order = await house.call(LUIS, "GET", f"/orders/{order_id}")
    body = {"payment_id": order["payment"]["id"]}
    await house.call(MARA, "PUT", f"/deposits/{deposit.id}/payment", json=body)
    await expect(deposit_card(page, "Elena")).to_have_count(0, timeout=soon)
    await expect(view(page, "Unidos")).to_contain_text("1")


async def test_where_several_fit_the_cashier_chooses(house: House, window: OpenWindow) -> None:
    await receive(house, 7, "", 5, LUIS)
    wanted = await receive(house, 8, "77120", 5, MARA)
    await arrive(house, 42750, "a", sender="Elena")
    page = await open_tab(window)
    button = deposit_card(page, "Elena").get_by_role("button", name="2 posibles")
    await button.wait_for()
    await settled(page)
    await button.click()
    dialog = page.get_by_role("dialog", name="Elegir pago")
    await expect(dialog).to_contain_text("$ 427.50")
    assert await violations(page) == []
    await dialog.get_by_role("button", name=f"Mesa 8 orden {wanted}").click()
    await page.get_by_text("💰 Unido: mesa 8").wait_for()
    await until_order(house, wanted, lambda order: order["payment"]["deposit"] is not None)


async def test_a_deposit_that_somebody_else_has_tied_says_so(
    house: House, window: OpenWindow
) -> None:
    await receive(house, 7, "", 5, LUIS)
    deposit = await arrive(house, 42750, "a", sender="Elena")
    page = await open_tab(window)
    button = deposit_card(page, "Elena").get_by_role("button", name="Unir a mesa 7")
    await button.wait_for()
    await settled(page)
    await page.route("**/reconciliation?*", lambda route: route.abort())
    other = await receive(house, 8, "", 5, MARA)
    _, order = await house.call(LUIS, "GET", f"/orders/{other}")
    body = {"payment_id": order["payment"]["id"]}
    status, _ = await house.call(MARA, "PUT", f"/deposits/{deposit.id}/payment", json=body)
    assert status == 200
    await button.click()
    await page.locator(".toast", has_text="Ese ingreso ya").wait_for()


async def test_a_payment_that_lost_the_deposit_it_was_approved_by_is_red(
    house: House, window: OpenWindow
) -> None:
    order = await house.deliver(20)
    _, sent = await house.submit(order["id"])
    stolen = await arrive(house, 24100, "a", at=house.clock.now)
    assert (await house.judge(sent["payment"]["id"], "aprobado", cashier=MARA))[0] == 200
    page = await open_tab(window, ROSA)
    await view(page, "Unidos").wait_for()
    warned = page.get_by_text("Un pago de $ 241.00 se aprobó con el aviso del banco, y después")
    await expect(warned).to_be_hidden()
    body = {"payment_id": None}
    await house.call(LUIS, "PUT", f"/deposits/{stolen.id}/payment", json=body)
    await expect(warned).to_be_visible()
    await expect(row(page, order["id"])).to_have_attribute("data-untied", "true")
    await expect(row(page, order["id"])).to_contain_text("⚠ Se aprobó con un aviso que le quitaron")
    assert await violations(page) == []


async def test_a_payment_with_a_late_warning_is_one_tap_away_from_the_other_list(
    house: House, window: OpenWindow
) -> None:
    await approve(house, 4)
    await arrive(house, 24100, "a", at=house.clock.now + timedelta(minutes=90))
    house.clock.advance(minutes=90)
    order_id = await approve(house, 12)
    await warn(house, order_id, WarningType.FILE_REUSED)
    page = await open_tab(window)
    elsewhere = page.locator(".elsewhere")
    await expect(elsewhere).to_contain_text("Un pago con aviso no está en esta lista")
    await settled(page)
    await elsewhere.get_by_role("button", name="Mesa 12").click()
    await expect(view(page, "Todos")).to_have_attribute("aria-pressed", "true")
    await expect(row(page, order_id)).to_have_attribute("data-warned", "true")
    await expect(elsewhere).to_be_hidden()


async def test_a_tap_on_what_is_to_be_seen_brings_it_into_sight_on_a_small_phone(
    house: House, window: OpenWindow
) -> None:
    await arrive(house, 17100, "a", sender="Marcos")
    tied = await approve(house, 12)
    page = await open_tab(window, LUIS, SMALL)
    await view(page, "Sin pago").click()
    await expect(deposit_card(page, "Marcos")).to_be_in_viewport(ratio=0.3)
    await view(page, "Todos").click()
    await expect(row(page, tied)).to_be_in_viewport(ratio=0.3)


async def test_no_field_is_wider_than_its_place_on_a_small_phone(
    house: House, window: OpenWindow
) -> None:
    page = await open_tab(window, LUIS, SMALL)
    wide = """() => [...document.querySelectorAll(".bank-controls .field > .input")]
      .filter((one) => one.offsetWidth > one.parentElement.offsetWidth).map(({ id }) => id)"""
    assert await page.evaluate(wide) == []


@pytest.mark.parametrize("size", SIZES, ids=["small", "phone", "desk"])
async def test_both_sides_fit_any_screen_and_cover_nothing(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    await arrive(house, 17100, "a", reference="8841", sender="Marcos" + "ylargo" * 12)
    tied = await receive(house, 3, "8841", 2, MARA)
    for table in (7, 8):
        await receive(house, table, "", 5, LUIS)
    await arrive(house, 42750, "b", sender="Elena", text="x" * 400)
    await arrive(house, 999_999_999, "c", reference="9" * 60, account="7897")
    page = await open_tab(window, LUIS, size)
    is_wide = size is DESKTOP or size["width"] == DESKTOP["width"]
    names = ["Por unir", "Unidos", "Todos"] if is_wide else ["Sin ingreso", "Sin pago", "Unidos"]
    for name in names:
        await view(page, name).click()
        assert await page.evaluate(CUT) == [], name
        assert await all_flaws(page) == {}, name
        assert await violations(page) == [], name
    await expect(deposit_card(page, "Elena")).to_be_hidden()
    await view(page, "Unidos").click()
    await row(page, tied).get_by_role("button", name="Soltar").scroll_into_view_if_needed()
    assert await flaws(page) == []
