"""The till's bills: a payment of three orders, three payments of one order, and what is mended."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from comanda.domain.staff import Staff
from tests.browser.conftest import DESKTOP, OpenWindow, hear, settled, until_order
from tests.browser.layout import flaws
from tests.browser.test_bill import tap
from tests.browser.test_caja import TABLET, luis, shown, tick
from tests.browser.test_charge_meanwhile import fall_asleep, wake_up
from tests.browser.test_lost_answers import SUBMIT, move, open_till
from tests.house import ANA, LUIS, MARA, ROSA, SOPA, House

SIZES = pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desk", "tablet"])


async def deliver_rounds(house: House, count: int, table: int = 12) -> list[str]:
    """Delivered rounds of a table, 241.00 each; their ids."""
    return [(await house.deliver(table))["id"] for _ in range(count)]


async def deliver_to(house: House, customer: str) -> str:
    body = {"customer": customer, "items": [{"product_id": SOPA, "quantity": 2, "note": None}]}
    _, order = await house.call(ANA, "POST", "/orders", json=body)
    await house.serve(order["id"])
    return str(order["id"])


async def pay(
    house: House,
    order_id: str,
    *also: str,
    member: Staff = ANA,
    method: str = "efectivo",
    **fields: str,
) -> dict[str, Any]:
    """The payment that a member submits for these orders; without other words in cash."""
    more = [*(("also", one) for one in also), *fields.items()]
    status, order = await house.submit(order_id, member, method=method, more=more)
    assert status == 201, order
    payments: list[dict[str, Any]] = order["payments"]
    return payments[-1]


def cards(page: Page) -> Locator:
    return page.locator(".proof-card")


async def turn_to(page: Page, name: str) -> Locator:
    await page.get_by_role("tab", name=name).click()
    await settled(page)
    return page.locator("[role=tabpanel]:not([hidden]) .order-row")


async def reject(page: Page, reason: str) -> None:
    await page.get_by_role("button", name="Rechazar").click()
    dialog = page.get_by_role("dialog", name="Rechazar comprobante")
    await dialog.get_by_text(reason, exact=True).click()
    await dialog.get_by_role("button", name="Rechazar").click()
    await expect(dialog).to_be_hidden()


@SIZES
async def test_one_payment_of_three_orders_is_one_card_and_its_rejection_returns_them_all(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    orders = await deliver_rounds(house, 3)
    page = await luis(window, size=size)
    await pay(house, *orders, tip="70")
    await expect(page.get_by_role("tab", name="Por Verificar 1")).to_be_visible()
    await expect(cards(page)).to_have_count(1)
    await expect(cards(page)).to_contain_text("3 rondas")
    await expect(cards(page)).to_contain_text("$ 793.00")
    await expect(cards(page)).to_contain_text("propina $ 70.00")
    await cards(page).click()
    detail = page.get_by_role("region", name="Comprobante")
    await expect(detail.get_by_role("heading", name="Mesa 12 · 3 rondas")).to_be_visible()
    await expect(detail.get_by_label("Lo que paga").get_by_role("listitem")).to_have_count(3)
    await expect(detail.get_by_label("Lo que paga")).to_contain_text(f"Orden {orders[2]} · ronda 3")
    await expect(detail.locator(".facts")).to_contain_text("Propina$ 70.00")
    await expect(detail.get_by_text("PAGO PARCIAL")).to_have_count(0)
    await shown(page)
    await page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="Rechazar comprobante")
    words = f"Devuelve 3 órdenes a Por Cobrar: {', '.join(orders)}."
    await expect(dialog.get_by_text(words)).to_be_visible()
    await dialog.get_by_text("billete falso", exact=True).click()
    await dialog.get_by_role("button", name="Rechazar").click()
    await expect(cards(page)).to_have_count(0)
    rows = await turn_to(page, "Por Cobrar 1")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("$ 723.00")
    await expect(rows).to_contain_text("«billete falso»")
    await rows.get_by_role("link", name=orders[1], exact=True).click()
    await expect(page.get_by_role("heading", name=f"Mesa 12 · Orden {orders[1]}")).to_be_visible()
    await expect(page.get_by_role("article", name="Intento 1")).to_contain_text("✕ Rechazado")
    for order_id in orders:
        await until_order(house, order_id, lambda order: order["due"] == 241)


@SIZES
async def test_three_payments_of_one_order_are_three_cards_decided_one_by_one(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    page = await luis(window, size=size)
    await pay(house, order_id, amount="100")
    await expect(cards(page)).to_contain_text("pago parcial · $ 100.00 de $ 241.00")
    await cards(page).click()
    await expect(page.locator(".partial")).to_have_text("PAGO PARCIAL$ 100.00 de $ 241.00")
    await expect(page.locator(".left-over")).to_have_text("Queda por pagar $ 141.00")
    await pay(house, order_id, amount="100", tendered="150")
    await expect(page.locator(".partial")).to_contain_text("pago 1 de 2")
    await expect(page.locator(".left-over")).to_have_text("Queda por pagar $ 41.00")
    await pay(house, order_id)
    words = "Con este pago y los otros que esperan no queda nada por pagar"
    await expect(page.locator(".left-over")).to_have_text(words)
    await expect(page.get_by_text("Esperan, además, $ 141.00 en otros pagos")).to_be_visible()
    await expect(cards(page)).to_have_count(3)
    await page.reload()
    await expect(cards(page)).to_have_count(3)
    await expect(page.locator(".partial")).to_contain_text("pago 1 de 3")
    await page.get_by_role("button", name="Aprobar").click()
    await expect(page.locator(".partial")).to_contain_text("pago 2 de 3")
    facts = page.locator(".facts").first
    await expect(facts).to_contain_text("Recibido$ 150.00")
    await expect(facts).to_contain_text("Cambio$ 50.00")
    await shown(page)
    await reject(page, "no alcanza")
    await expect(cards(page)).to_have_count(1)
    await shown(page)
    await page.get_by_role("button", name="Aprobar").click()
    await expect(cards(page)).to_have_count(0)
    rows = await turn_to(page, "Por Cobrar 1")
    await expect(rows).to_contain_text("$ 100.00")
    await expect(rows).to_contain_text("de $ 241.00 · pagado $ 141.00")
    await expect(rows).to_contain_text("«no alcanza»")
    payment = await pay(house, order_id)
    await house.judge(payment["id"], "aprobado")
    await expect(page.get_by_role("tab", name="Por Cobrar 0")).to_be_visible()
    rows = await turn_to(page, "Pagadas hoy 1")
    await expect(rows).to_contain_text("3 pagos")


async def test_the_first_of_two_parts_that_is_closed_at_once_is_on_show_no_more(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    first = await pay(house, order_id, amount="100")
    await pay(house, order_id)
    page = await luis(window)
    async with page.expect_request(f"**/payments/{first['id']}/viewer") as closing:
        await cards(page).first.evaluate(
            "card => { card.click(); document.querySelector('.payment-head button').click(); }"
        )
    assert (await closing.value).method == "DELETE"
    assert (await cards(page).count()) == 2


async def test_two_cashiers_decide_a_payment_of_several_orders_once(
    house: House, window: OpenWindow
) -> None:
    orders = await deliver_rounds(house, 2)
    await pay(house, *orders)
    page = await luis(window)
    other = (await window(MARA, "/caja")).page
    for one in (page, other):
        await cards(one).click()
        await shown(one)
    await reject(page, "no alcanza")
    await expect(other.get_by_text("Luis ya lo rechazó")).to_be_visible()
    await expect(other.get_by_role("button", name="Aprobar")).to_be_hidden()
    await expect(cards(other)).to_have_count(0)
    await expect(other.get_by_role("tab", name="Por Cobrar 1")).to_be_visible()


async def test_a_withdrawn_payment_leaves_the_list_and_an_open_detail_says_so(
    house: House, window: OpenWindow
) -> None:
    orders = await deliver_rounds(house, 2)
    payment = await pay(house, *orders)
    page = await luis(window)
    await page.route("**/seen", lambda route: route.abort())  # so that it can be withdrawn still
    await page.route("**/viewer", lambda route: route.abort())
    await cards(page).click()
    await shown(page)
    status, _ = await house.call(ANA, "DELETE", f"/payments/{payment['id']}")
    assert status == 200
    await expect(page.get_by_text("Ana ya lo retiró")).to_be_visible()
    await expect(page.get_by_role("button", name="Aprobar")).to_be_hidden()
    await expect(cards(page)).to_have_count(0)
    rows = await turn_to(page, "Por Cobrar 1")
    await expect(rows).to_contain_text("$ 482.00")


async def test_an_administrator_reopens_a_payment_with_a_reason(
    house: House, window: OpenWindow
) -> None:
    orders = await deliver_rounds(house, 2)
    payment = await pay(house, *orders)
    await house.judge(payment["id"], "aprobado")
    cashier = await luis(window)
    await (await turn_to(cashier, "Pagadas hoy 2")).first.click()
    await cashier.get_by_role("article", name="Intento 1").wait_for()
    await expect(cashier.get_by_role("button", name="Reabrir pago")).to_have_count(0)
    page = (await window(ROSA, f"/caja?orden={orders[0]}")).page
    await page.get_by_role("button", name="Reabrir pago").click()
    dialog = page.get_by_role("dialog", name="Reabrir pago")
    whose = f"las órdenes {', '.join(orders)} vuelven a Por Cobrar."
    await expect(dialog.get_by_text(f"El pago queda como rechazado, y {whose}")).to_be_visible()
    await dialog.get_by_text("el dinero no llegó", exact=True).click()
    await dialog.get_by_role("button", name="Reabrir").click()
    await expect(page.get_by_text("↺ Pago reabierto ·")).to_be_visible()
    await expect(cashier.get_by_role("tab", name="Pagadas hoy 0")).to_be_attached()
    await expect(cashier.get_by_role("tab", name="Por Cobrar 1")).to_be_attached()
    for order_id in orders:
        await until_order(house, order_id, lambda order: order["status"] == "entregado")


async def test_the_history_names_who_withdrew_refused_and_reopened_which_part(
    house: House, window: OpenWindow
) -> None:
    (order_id,) = await deliver_rounds(house, 1)
    first = await pay(house, order_id, amount="100")
    second = await pay(house, order_id, amount="50")
    await house.call(ANA, "DELETE", f"/payments/{second['id']}")
    await house.judge(first["id"], "aprobado")
    await house.judge(first["id"], "rechazado", reason="x", cashier=ROSA)
    await house.judge((await pay(house, order_id))["id"], "aprobado")
    page = (await window(LUIS, f"/caja?orden={order_id}")).page
    steps = page.locator(".history li")
    await expect(steps).to_have_text(
        [
            re.compile(f"{words} · {name}$")
            for words, name in (
                ("Pendiente", "Ana"),
                ("En preparación", "Coco"),
                ("Listo", "Coco"),
                ("Entregado", "Ana"),
                ("⏳ Por verificar: \\$\\s100.00", "Ana"),
                ("⏳ Por verificar: \\$\\s50.00", "Ana"),
                ("↩ Pago retirado: \\$\\s50.00", "Ana"),
                ("✓ Parte aprobada: \\$\\s100.00", "Luis"),
                ("↺ Pago reabierto: \\$\\s100.00", "Rosa"),
                ("⏳ Por verificar", "Ana"),
                ("✓ Pagado", "Luis"),
            )
        ]
    )


@SIZES
async def test_cash_is_charged_at_the_till_and_the_form_survives_a_reload(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    orders = await deliver_rounds(house, 2)
    page = await luis(window, size=size)
    rows = await turn_to(page, "Por Cobrar 1")
    await rows.get_by_role("button", name="Cobrar").click()
    sheet = page.get_by_role("dialog", name="Cobrar Mesa 12")
    await sheet.get_by_text("$ 482.00").first.wait_for()
    await page.reload()
    await sheet.wait_for()
    await settled(page)
    await sheet.locator("button[type=submit]").click()
    for order_id in orders:
        await until_order(house, order_id, lambda order: order["status"] == "pagado")
    await expect(page.get_by_role("tab", name="Pagadas hoy 2")).to_be_attached()


async def test_an_own_transfer_waits_for_another_cashier(house: House, window: OpenWindow) -> None:
    [order_id] = await deliver_rounds(house, 1)
    payment = await pay(house, order_id, member=LUIS, method="transferencia")
    page = await luis(window)
    await cards(page).click()
    await expect(page.get_by_text("Tú enviaste este pago")).to_be_visible()
    await expect(page.get_by_role("button", name="Aprobar")).to_have_count(0)
    other = (await window(MARA, "/caja")).page
    await cards(other).click()
    await tick(other).check()
    await shown(other)
    await other.get_by_role("button", name="Aprobar").click()
    await until_order(house, order_id, lambda order: order["status"] == "pagado")
    await expect(page.get_by_text("Mara ya lo aprobó")).to_be_visible()
    assert payment["submitted_by"] == "luis"


async def test_a_customers_order_is_found_by_name_moved_and_lessened(
    house: House, window: OpenWindow
) -> None:
    order_id = await deliver_to(house, "Lupita")
    await deliver_rounds(house, 2, table=4)
    page = await luis(window)
    rows = await turn_to(page, "Por Cobrar 2")
    search = page.get_by_role("searchbox")
    await search.fill("482")
    visible = rows.filter(visible=True)
    await expect(visible).to_have_count(1)  # what is due on the two rounds of table 4
    await expect(visible).to_contain_text("$ 482.00")
    await search.fill("lupi")
    await expect(visible).to_contain_text("Lupita")
    await expect(visible).to_contain_text(f"Para llevar · Orden {order_id}")
    await settled(page)
    await visible.get_by_role("button", name="Corregir").click()
    await page.get_by_role("button", name="Quitar Sopa").click()
    dialog = page.get_by_role("dialog", name="Quitar platillo")
    await dialog.get_by_text("salió mal", exact=True).click()
    await dialog.get_by_role("button", name="Quitar").click()
    await expect(visible).to_contain_text("$ 70.00")
    await settled(page)
    await visible.get_by_role("button", name="Corregir").click()
    await page.get_by_label("Cambiar mesa").fill("9")
    await page.get_by_role("button", name="Cambiar", exact=True).click()
    await until_order(house, order_id, lambda order: order["table_number"] == 9)
    await search.fill("mesa 9")
    await expect(visible).to_have_count(1)
    await settled(page)
    await visible.get_by_role("link").first.click()
    history = page.locator(".history")
    await expect(history).to_contain_text("Cambió de lugar: antes Lupita")
    await expect(history).to_contain_text("\u2212 1 Sopa")
    await expect(history).to_contain_text("salió mal")


async def test_the_numbers_of_a_long_bill_stay_apart(house: House, window: OpenWindow) -> None:
    """A tap on the border of two lines opens the round that it touches."""
    await deliver_rounds(house, 8)
    opened = await window(LUIS, "/caja", {"width": 360, "height": 640}, touch=True)
    row = await turn_to(opened.page, "Por Cobrar")
    await row.get_by_role("link", name="8", exact=True).wait_for()
    assert await flaws(opened.page) == []


async def test_the_till_tells_the_change_and_all_that_was_charged(
    house: House, window: OpenWindow
) -> None:
    orders = await deliver_rounds(house, 2)
    page = await luis(window)
    rows = await turn_to(page, "Por Cobrar 1")
    await rows.get_by_role("button", name="Cobrar").click()
    sheet = page.get_by_role("dialog", name="Cobrar Mesa 12")
    await settled(page)
    await sheet.locator("#pay-tendered").fill("500")
    await sheet.get_by_role("button", name="Cobrado").click()
    await expect(sheet.get_by_text("Pago aprobado")).to_be_visible()
    await expect(sheet.locator("p.given-back")).to_have_text("Cambio $ 18.00")
    await expect(sheet.locator("h2")).to_have_text("Mesa 12 · 2 rondas · $ 482.00")
    for order_id in orders:
        await until_order(house, order_id, lambda order: order["status"] == "pagado")


async def test_a_second_guests_payment_is_no_second_try(house: House, window: OpenWindow) -> None:
    [order_id] = await deliver_rounds(house, 1)
    await pay(house, order_id, amount="100")
    second = await pay(house, order_id, amount="41")
    await house.judge(second["id"], "rechazado", reason="no alcanza")
    await pay(house, order_id, amount="41", replaces=second["id"])
    page = (await window(LUIS, f"/caja?orden={order_id}")).page
    await page.get_by_role("article").first.wait_for()
    names = [
        await one.get_attribute("aria-label") for one in await page.get_by_role("article").all()
    ]
    assert [name for name in names if name] == ["Pago 2 de 2", "Intento 2", "Pago 1 de 2"]


@SIZES
async def test_long_dishes_leave_their_button_whole(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    name = "Bandeja paisa especial de la casa con chicharrón y aguacate"
    body = {"name": name, "category": "Fuertes", "price": 90}
    _, dish = await house.call(ROSA, "POST", "/products", json=body)
    items = [{"product_id": dish["id"], "quantity": 2, "note": None}]
    await house.call(ANA, "POST", "/orders", json={"table_number": 3, "items": items})
    page = await luis(window, size=size)
    row = await turn_to(page, "En curso 1")
    await row.get_by_role("button", name="Corregir").click()
    button = page.get_by_role("button", name=f"Quitar {name}")
    await button.wait_for()
    lines = "(node) => { const all = document.createRange(); all.selectNodeContents(node);"
    assert await button.evaluate(f"{lines} return all.getClientRects().length; }}") == 1
    await button.click()
    dialog = page.get_by_role("dialog", name="Quitar platillo")
    await dialog.get_by_label("¿Cuántos se quitan?").select_option("2")
    await dialog.get_by_role("button", name="Cancelar").click()
    assert await flaws(page) == []


async def test_the_till_tells_what_the_other_rounds_of_the_bill_still_owe(
    house: House, window: OpenWindow
) -> None:
    """A half of two rounds pays the first of them in full, and the bill by half."""
    first, second = await deliver_rounds(house, 2)
    await pay(house, first)
    page = await luis(window)
    await cards(page).click()
    await expect(page.locator(".left-elsewhere")).to_have_text(
        "En otras rondas quedan $ 241.00 por pagar"
    )
    await pay(house, second, amount="100")
    await expect(page.locator(".left-elsewhere")).to_have_text(
        "En otras rondas quedan $ 141.00 por pagar"
    )
    await pay(house, second)
    await expect(page.locator(".left-elsewhere")).to_have_count(0)


async def test_what_is_cooking_follows_its_order_to_another_table_and_to_fewer_dishes(
    house: House, window: OpenWindow
) -> None:
    order = await house.place(12)
    page = await luis(window)
    row = await turn_to(page, "En curso 1")
    await expect(row).to_contain_text("$ 241.00")
    await move(house, order["id"])
    body = {"quantity": 1, "reason": "se acabó"}
    status, answer = await house.call(LUIS, "PUT", f"/orders/{order['id']}/items/0", json=body)
    assert status == 200, answer
    await expect(row).not_to_contain_text("$ 241.00")
    await expect(row).to_contain_text(f"{answer['total']:.2f}")
    await expect(row.get_by_role("link")).to_have_text(f"Mesa 9 · ver orden {order['id']}")
    words = f"mesa 9, orden {order['id']}"
    await expect(row.get_by_role("button", name=f"Corregir, {words}")).to_be_visible()
    await settled(page)
    await row.get_by_role("button", name=f"Anular {words}").click()
    dialog = page.get_by_role("dialog", name="Anular orden")
    await expect(dialog).to_contain_text(f"Anular mesa 9 · $ {answer['total']:.2f}")


async def test_the_payment_on_show_follows_its_order_to_another_table(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    await pay(house, order_id)
    page = await luis(window)
    await cards(page).click()
    heading = page.get_by_role("region", name="Comprobante").locator("h2")
    await expect(heading).to_have_text(f"Mesa 12 · Orden {order_id}")
    await move(house, order_id)
    await expect(heading).to_have_text(f"Mesa 9 · Orden {order_id}")


async def test_an_order_that_changed_under_its_corrections_is_looked_at_again(
    house: House, window: OpenWindow
) -> None:
    """Mara takes one dish off; Luis, who saw two, takes no second one off by mistake."""
    [order_id] = await deliver_rounds(house, 1)
    page = await luis(window)
    rows = await turn_to(page, "Por Cobrar 1")
    await rows.get_by_role("button", name="Corregir").click()
    await page.get_by_role("button", name="Quitar").first.click()
    dialog = page.get_by_role("dialog", name="Quitar platillo")
    await dialog.get_by_text("salió mal", exact=True).click()
    body = {"quantity": 1, "reason": "se acabó"}
    status, answer = await house.call(MARA, "PUT", f"/orders/{order_id}/items/0", json=body)
    assert status == 200, answer
    await expect(rows).to_contain_text(f"$ {answer['total']:.2f}")
    await dialog.get_by_role("button", name="Quitar").click()
    await hear(page, "Mesa 12 cambió mientras tanto. Mírala y corrige otra vez.")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    _, order = await house.call(LUIS, "GET", f"/orders/{order_id}")
    assert order["items"][0]["quantity"] == 1


async def test_a_till_that_slept_shows_what_is_left_before_it_charges(
    house: House, window: OpenWindow
) -> None:
    first, second, third = await deliver_rounds(house, 3)
    page, sheet = await open_till(window)
    await settled(page)
    await fall_asleep(page)
    paid = await pay(house, first)
    await house.judge(paid["id"], "aprobado", cashier=MARA)
    await house.void(second, LUIS)
    answers = await wake_up(page)
    await sheet.locator(SUBMIT).click()
    await expect(sheet.locator(SUBMIT)).to_be_disabled()
    answers.gate.set()
    await expect(sheet).to_contain_text("La cuenta cambió mientras tanto. Revisa")
    await expect(sheet.locator(".sheet-due")).to_have_text("Falta $ 241.00")
    _, order = await house.call(LUIS, "GET", f"/orders/{third}")
    assert order["payments"] == []
    await tap(sheet.locator(SUBMIT))
    await until_order(house, third, lambda order: order["status"] == "pagado")


async def test_a_reopened_approval_leaves_what_was_paid_today_on_the_phone(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    payment = await pay(house, order_id)
    await house.judge(payment["id"], "aprobado")
    page = (await window(ANA, "/mesero?ver=cobrar")).page
    await page.get_by_role("button", name="Pagadas hoy").click()
    paid = page.get_by_role("list", name="Pagadas hoy").get_by_role("listitem")
    await expect(paid).to_have_count(1)
    await house.judge(payment["id"], "rechazado", reason="no llegó", cashier=ROSA)
    await expect(paid).to_have_count(0)
    await house.judge((await pay(house, order_id))["id"], "aprobado")
    await expect(paid).to_have_count(1)


async def test_the_tills_change_is_told_after_a_reload_too(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    page, sheet = await open_till(window)
    await settled(page)
    await sheet.locator("#pay-tendered").fill("500")
    await tap(sheet.locator(SUBMIT))
    change = page.locator("p.given-back")
    await expect(change).to_have_text("Cambio $ 259.00")
    await until_order(house, order_id, lambda order: order["status"] == "pagado")
    await page.reload()
    await expect(change).to_have_text("Cambio $ 259.00")
    await expect(page.get_by_role("dialog")).to_contain_text("Pago aprobado")
    await page.get_by_role("button", name="Cerrar").click()
    await page.wait_for_function("() => !history.state?.over?.length")
    await page.reload()
    await page.get_by_role("tab", name="Pagadas hoy 1").wait_for()
    await expect(page.get_by_role("dialog")).to_have_count(0)
