"""Bills are charged over a bad network, while others pay, move and reject."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import OpenWindow, hear, settled
from tests.browser.test_bill import (
    PHOTO,
    SMALL,
    amounts_of,
    deliver_rounds,
    is_covered,
    open_bill,
    open_phone,
    pay,
    payments_of,
    pick,
    send,
    tap,
)
from tests.house import ANA, BETO, LUIS, House, eventually

SUBMIT = "button[type=submit]"


class Answers:
    """Answers to requests, which reach the server: held back until `come()`, or lost."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.asked = 0
        self.is_lost = False

    async def hold(self, route: Route) -> None:
        self.asked += 1
        answer = await route.fetch()
        await self.gate.wait()
        if self.is_lost:
            await route.abort()
        else:
            await route.fulfill(response=answer)

    async def lose(self, route: Route) -> None:
        self.asked += 1
        if self.is_lost:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()


async def open_till(window: OpenWindow, size: Any = None) -> tuple[Page, Locator]:
    page = (await window(LUIS, "/caja", size)).page
    await page.get_by_role("tab", name="Por Cobrar").click()
    await settled(page)
    await page.get_by_role("button", name="Cobrar, Mesa 12").click()
    return page, page.get_by_role("dialog")


async def lose_at_till(page: Page, sheet: Locator, amount: str = "100") -> Answers:
    """A charge arrives, and its answer gets lost."""
    answers = Answers()
    answers.is_lost = True
    await page.route("**/proof", answers.lose)
    await pick(sheet, "Otro monto")
    await sheet.get_by_label("Monto que paga").fill(amount)
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("no se cobra dos veces").wait_for()
    return answers


async def test_a_second_tap_waits_for_the_first_ones_answer_at_the_till(
    house: House, window: OpenWindow
) -> None:
    """The stream tells of the share before its answer comes: the next share isn't taken by it."""
    [order_id] = await deliver_rounds(house, 1)
    page, sheet = await open_till(window)
    answers = Answers()
    await page.route("**/proof", answers.hold)
    await pick(sheet, "Entre varios")
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("Falta $ 120.50", exact=True).wait_for()
    await expect(sheet.locator(SUBMIT)).to_be_disabled()
    answers.gate.set()
    await sheet.get_by_role("button", name="Cobrar lo que falta").wait_for()
    assert await amounts_of(house, order_id) == [120.5]
    assert answers.asked == 1


async def test_a_charge_without_an_answer_is_the_same_one_at_the_next_tap(
    house: House, window: OpenWindow
) -> None:
    """The first round has become paid by it, so that a new charge would pay the second one."""
    first, second = await deliver_rounds(house, 2)
    page, sheet = await open_till(window)
    answers = await lose_at_till(page, sheet, "241")
    await sheet.get_by_text("Falta $ 241.00", exact=True).wait_for()
    answers.is_lost = False
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_role("button", name="Cobrar lo que falta").wait_for()
    assert await amounts_of(house, first) == [241]
    assert await amounts_of(house, second) == []
    [payment] = await payments_of(house, first)
    assert payment["status"] == "aprobado"


async def test_a_share_without_an_answer_is_the_same_one_at_the_next_tap(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    page, sheet = await open_till(window)
    answers = Answers()
    answers.is_lost = True
    await page.route("**/proof", answers.lose)
    await pick(sheet, "Entre varios")
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("Falta $ 120.50", exact=True).wait_for()
    answers.is_lost = False
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_role("button", name="Cobrar lo que falta").wait_for()
    assert await amounts_of(house, order_id) == [120.5]
    await tap(sheet.get_by_role("button", name="Cobrar lo que falta"))
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 120.50 · 2 de 2")


async def test_a_lost_verdict_is_asked_for_again(house: House, window: OpenWindow) -> None:
    [order_id] = await deliver_rounds(house, 1)
    page, sheet = await open_till(window)
    answers = Answers()
    answers.is_lost = True
    await page.route("**/verdict", answers.lose)
    await tap(sheet.locator(SUBMIT))
    await eventually(lambda: is_covered(house, order_id))
    await hear(page, "El pago está guardado. Si sigue en «Por Verificar», apruébalo ahí")
    await sheet.get_by_text("Pago aprobado").wait_for()
    assert answers.asked == 2


async def test_a_refusal_leaves_what_is_typed_of_the_next_part(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    phone = await open_phone(window)
    page = phone.page
    sheet = await open_bill(page)
    await phone.context.set_offline(True)
    await pick(sheet, "Efectivo", "Otro monto")
    await sheet.get_by_label("Monto que paga").fill("200")
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("Se enviará solo").wait_for()
    await tap(sheet.get_by_role("button", name="Cobrar lo que falta"))
    await pick(sheet, "Transferencia", "Otro monto")
    await sheet.get_by_label("Monto que paga").fill("33")
    await sheet.get_by_label("Galería").set_input_files(PHOTO)
    await sheet.get_by_text("Foto lista").wait_for()
    await pay(house, BETO, order_id, amount="141")
    await phone.context.set_offline(False)
    await sheet.get_by_text("Sobran $ 100.00").first.wait_for()
    await expect(sheet.get_by_label("Monto que paga")).to_have_value("33")
    await expect(sheet.get_by_text("Foto lista")).to_be_visible()
    await tap(sheet.locator(SUBMIT))
    await eventually(lambda: has(house, order_id, 33))


async def has(house: House, order_id: str, amount: float) -> bool:
    return amount in await amounts_of(house, order_id)


async def move(house: House, order_id: str) -> None:
    """Luis moves the order to table 9."""
    status, answer = await house.call(
        LUIS, "PUT", f"/orders/{order_id}/place", json={"table_number": 9}
    )
    assert status == 200, answer


async def test_an_order_that_moves_leaves_the_open_sheet(house: House, window: OpenWindow) -> None:
    first, second = await deliver_rounds(house, 2)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await expect(sheet.locator("h2")).to_contain_text("$ 482.00")
    await move(house, second)
    await expect(sheet.locator("h2")).to_contain_text("Mesa 12 · $ 241.00")
    await pick(sheet, "Efectivo")
    await send(sheet)
    assert await amounts_of(house, first) == [241]
    assert await amounts_of(house, second) == []


async def test_the_sheet_follows_its_order_to_another_table(
    house: House, window: OpenWindow
) -> None:
    first, second = await deliver_rounds(house, 2)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await move(house, first)
    await expect(sheet.locator("h2")).to_contain_text("Mesa 9 · $ 241.00")
    await pick(sheet, "Efectivo")
    await send(sheet)
    assert await amounts_of(house, first) == [241]
    assert await amounts_of(house, second) == []


async def test_what_another_waiter_has_sent_again_is_no_trap(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    refused_id = (await pay(house, ANA, order_id, amount="100"))["payment"]["id"]
    await house.judge(refused_id, "rechazado", reason="Falta el dinero")
    phone = await window(ANA, "/mesero?ver=cobrar", SMALL, touch=True)
    sheet = await open_bill(phone.page, "Reintentar Pago")
    await phone.context.set_offline(True)
    await pick(sheet, "Efectivo")
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("Se enviará solo").wait_for()
    await pay(house, BETO, order_id, amount="100", replaces=refused_id)
    await phone.context.set_offline(False)
    await sheet.get_by_text("ya se envió otro por él").first.wait_for()
    await sheet.get_by_text("esto sería otro pago").wait_for()
    await tap(sheet.locator(SUBMIT))
    await eventually(lambda: has_two(house, order_id))
    await expect(sheet.locator(".draft-box")).to_have_count(0)


async def has_two(house: House, order_id: str) -> bool:
    return await amounts_of(house, order_id) == [100, 100, 100]


async def test_a_refused_payment_of_a_bill_that_others_paid_can_be_put_aside(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    phone = await open_phone(window)
    sheet = await open_bill(phone.page)
    await phone.context.set_offline(True)
    await pick(sheet, "Efectivo", "Otro monto")
    await sheet.get_by_label("Monto que paga").fill("200")
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("Se enviará solo").wait_for()
    await pay(house, BETO, order_id, amount="141")
    await phone.context.set_offline(False)
    await sheet.get_by_text("Sobran $ 100.00").first.wait_for()
    await pay(house, BETO, order_id, amount="100")
    await expect(sheet.locator("form")).to_be_hidden()
    await expect(sheet.get_by_role("button", name="Corregir")).to_be_hidden()
    await expect(sheet.get_by_text("de esta cuenta ya no se debe nada")).to_be_visible()
    await sheet.get_by_role("button", name="Descartar").click()
    await sheet.get_by_role("button", name="¿Seguro? Descartar").click()
    await expect(sheet.locator(".draft-box")).to_have_count(0)
    assert await amounts_of(house, order_id) == [141, 100]


async def test_the_till_goes_on_after_its_session_ended(house: House, window: OpenWindow) -> None:
    [order_id] = await deliver_rounds(house, 1)
    page, sheet = await open_till(window)
    await pick(sheet, "Otro monto")
    await sheet.get_by_label("Monto que paga").fill("100")
    await page.context.clear_cookies()
    await tap(sheet.locator(SUBMIT))
    await page.get_by_role("button", name="Entrar").wait_for()
    assert await amounts_of(house, order_id) == []
    await page.context.add_cookies(
        [
            {"name": name, "value": value, "url": house.url}
            for name, value in (await house.cookies(LUIS)).items()
        ]
    )
    await page.goto(f"{house.url}/caja")
    await page.get_by_role("tab", name="Por Cobrar").click()
    await settled(page)
    await page.get_by_role("button", name="Cobrar, Mesa 12").click()
    await expect(sheet.get_by_label("Monto que paga")).to_have_value("100")


async def test_rounds_that_are_charged_one_by_one_wait_side_by_side(
    house: House, window: OpenWindow
) -> None:
    """Each waits for the network with its own round, whichever arrives first."""
    first, second = await deliver_rounds(house, 2)
    phone = await open_phone(window)
    sheet = await open_bill(phone.page)
    await phone.context.set_offline(True)
    await pick(sheet, "Efectivo")
    await tap(sheet.locator("label.round", has_text="Ronda 2"))
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 241.00")
    await tap(sheet.locator(SUBMIT))
    await tap(sheet.get_by_role("button", name="Cobrar lo que falta"))
    await pick(sheet, "Efectivo", "Por platillos")
    more = sheet.get_by_role("list", name="Platillos que paga").get_by_role("button", name="Más")
    for at in range(await more.count()):
        for _ in range(3):
            if await more.nth(at).is_enabled():
                await tap(more.nth(at))
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 241.00")
    await tap(sheet.locator(SUBMIT))
    await expect(sheet.locator("form")).to_be_hidden()
    await expect(sheet.locator(".draft-box")).to_have_count(2)
    await phone.context.set_offline(False)
    await eventually(lambda: are_covered(house, first, second), timeout=60)
    assert await amounts_of(house, first) == [241]
    assert await amounts_of(house, second) == [241]


OLD = """async (draft) => {
  const { openDatabase, transact } = await part("lib/storage.js");
  const database = await openDatabase("comanda", { drafts: "key", states: "key" });
  await transact(database, ["drafts"], "readwrite", (drafts) => { drafts.put(draft); });
}"""


async def test_a_payment_of_the_version_before_without_an_amount_is_not_charged_twice(
    house: House, window: OpenWindow
) -> None:
    """It pays all of its order; the bill's other round is what can still be charged."""
    first, second = await deliver_rounds(house, 2)
    phone = await open_phone(window)
    page = phone.page
    sheet = await open_bill(page)
    await phone.context.set_offline(True)
    draft = {
        "key": "a" * 32,
        "kind": "proof",
        "orderId": first,
        "table": 12,
        "total": 241,
        "method": "efectivo",
        "reference": "",
        "amount": "",
        "takenAt": None,
        "waiter": "ana",
        "savedAt": 1,
        "attempt": 2,
        "bytes": None,
    }
    await page.evaluate(OLD, draft)
    await page.evaluate("new BroadcastChannel('comanda.envios').postMessage('changed')")
    await sheet.get_by_text("Se enviará solo").wait_for()
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 241.00")
    await pick(sheet, "Efectivo")
    await tap(sheet.locator(SUBMIT))
    await phone.context.set_offline(False)
    await eventually(lambda: are_covered(house, first, second), timeout=60)
    await expect(sheet.locator(".draft-box")).to_have_count(0)


async def are_covered(house: House, *order_ids: str) -> bool:
    return all([await is_covered(house, order_id) for order_id in order_ids])


@pytest.mark.parametrize("is_stored", [True, False], ids=["stored", "lost"])
async def test_a_share_without_an_answer_is_the_same_one_after_a_reload(
    house: House, window: OpenWindow, *, is_stored: bool
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    page, sheet = await open_till(window)
    answers = Answers()
    answers.is_lost = True
    await page.route("**/proof", answers.lose if is_stored else lambda route: route.abort())
    await pick(sheet, "Entre varios")
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("no se cobra dos veces").wait_for()
    await page.reload()
    await page.unroute("**/proof")
    await sheet.get_by_text("No se sabe si el cobro de $ 120.50 llegó").wait_for()
    await expect(sheet.locator(SUBMIT)).to_have_text("Cobrado $ 120.50")
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_role("button", name="Cobrar lo que falta").wait_for()
    [payment] = await payments_of(house, order_id)
    assert (payment["amount"], payment["status"]) == (120.5, "aprobado")
    await tap(sheet.get_by_role("button", name="Cobrar lo que falta"))
    await expect(sheet.locator(SUBMIT)).to_have_text("Cobrado $ 120.50")
    await tap(sheet.locator(SUBMIT))
    await eventually(lambda: is_covered(house, order_id))
    assert await amounts_of(house, order_id) == [120.5, 120.5]


async def test_another_charge_is_not_the_one_without_an_answer(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    page, sheet = await open_till(window)
    answers = Answers()
    answers.is_lost = True
    await page.route("**/proof", answers.lose)
    await pick(sheet, "Entre varios")
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("no se cobra dos veces").wait_for()
    await sheet.get_by_text("Falta $ 120.50", exact=True).wait_for()
    answers.is_lost = False
    await pick(sheet, "Todo")
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 120.50")
    await expect(sheet.get_by_text("no se cobra dos veces")).to_have_count(0)
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("El cobro de $ 120.50 ya había llegado").wait_for()
    await tap(sheet.locator(SUBMIT))
    await eventually(lambda: is_covered(house, order_id))
    assert await amounts_of(house, order_id) == [120.5, 120.5]


async def test_a_void_round_is_no_part_of_the_open_sheet(house: House, window: OpenWindow) -> None:
    first, second = await deliver_rounds(house, 2)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await expect(sheet.locator("h2")).to_contain_text("$ 482.00")
    await house.void(first, LUIS)
    await expect(sheet.locator("h2")).to_have_text("Mesa 12 · $ 241.00")
    await pick(sheet, "Efectivo")
    await send(sheet)
    assert await amounts_of(house, second) == [241]


@pytest.mark.parametrize("way", ["Todo", "Entre varios"])
async def test_a_tab_that_is_killed_after_the_tap_charges_once(
    house: House, window: OpenWindow, way: str
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    phone = await open_phone(window)
    sheet = await open_bill(phone.page)
    await phone.context.set_offline(True)
    await sheet.get_by_label("Galería").set_input_files(PHOTO)
    await sheet.get_by_text("Foto lista").wait_for()
    await pick(sheet, way)
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("Se enviará solo").wait_for()
    await phone.page.close()
    await phone.context.set_offline(False)
    page = (await window(ANA, "/mesero?ver=cobrar", SMALL, phone.context)).page
    paid = 241 if way == "Todo" else 120.5
    await eventually(lambda: has(house, order_id, paid))
    if way != "Todo":
        sheet = await open_bill(page)
        await expect(sheet.locator(".pays")).to_have_text("Paga $ 120.50 · 2 de 2")
        await expect(sheet.get_by_text("Falta la foto")).to_be_visible()
    assert await amounts_of(house, order_id) == [paid]


async def test_two_tabs_of_a_waiter_charge_one_bill_once(house: House, window: OpenWindow) -> None:
    """What one of them keeps for later is no longer due in the other."""
    [order_id] = await deliver_rounds(house, 1)
    phone = await open_phone(window)
    other = (await window(ANA, "/mesero?ver=cobrar", SMALL, phone.context)).page
    sheets = [await open_bill(page) for page in (phone.page, other)]
    await phone.context.set_offline(True)
    for sheet in sheets:
        await pick(sheet, "Efectivo")
    await tap(sheets[0].locator(SUBMIT))
    await sheets[0].get_by_text("Se enviará solo").wait_for()
    await expect(sheets[1].locator("form")).to_be_hidden()
    await phone.context.set_offline(False)
    for sheet in sheets:
        await sheet.get_by_text("Esperando al cajero").wait_for(timeout=60_000)
        await expect(sheet.locator(".draft-box")).to_have_count(0)
    assert await amounts_of(house, order_id) == [241]


async def lose_on_phone(page: Page, sheet: Locator, way: str) -> Answers:
    """A payment arrives, and its answers get lost."""
    answers = Answers()
    answers.is_lost = True
    await page.route("**/proof", answers.lose)
    await page.route("**/requests/*", lambda route: route.abort())
    await pick(sheet, "Efectivo", way)
    if way == "Otro monto":
        await sheet.get_by_label("Monto que paga").fill("100")
    if way == "Todo":
        await sheet.get_by_label("Galería").set_input_files(PHOTO)
        await sheet.get_by_text("Foto lista").wait_for()
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_role("button", name="Descartar").wait_for()
    return answers


async def discard(sheet: Locator) -> None:
    await tap(sheet.get_by_role("button", name="Descartar"))
    await tap(sheet.get_by_role("button", name="¿Seguro? Descartar"))


@pytest.mark.parametrize("way", ["Todo", "Entre varios", "Otro monto"])
@pytest.mark.parametrize("page_is", ["open", "reloaded"])
async def test_a_payment_that_may_have_arrived_is_discarded_only_if_it_did_not(
    house: House, window: OpenWindow, way: str, page_is: str
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await lose_on_phone(page, sheet, way)
    await discard(sheet)
    await sheet.get_by_text("No se sabe si llegó").wait_for()
    paid = await amounts_of(house, order_id)
    if page_is == "reloaded":
        await page.reload()
        await page.get_by_text("No se sabe si llegó").first.wait_for()
    await page.unroute("**/requests/*")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await hear(page, "El cobro de Mesa 12 ya había llegado")
    await expect(page.get_by_text("Sin enviar")).to_be_hidden()
    assert await amounts_of(house, order_id) == paid


async def test_a_discarded_payment_that_did_not_arrive_is_charged_anew(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await page.route("**/proof", lambda route: route.abort())
    await pick(sheet, "Efectivo", "Otro monto")
    await sheet.get_by_label("Monto que paga").fill("100")
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_role("button", name="Descartar").wait_for()
    await discard(sheet)
    await expect(sheet.get_by_label("Monto que paga")).to_have_value("100.00")
    await page.unroute("**/proof")
    await tap(sheet.locator(SUBMIT))
    await eventually(lambda: has(house, order_id, 100))
    await expect(sheet.locator(".draft-box")).to_have_count(0)
    assert await amounts_of(house, order_id) == [100]


async def test_another_amount_is_charged_only_if_the_one_without_an_answer_did_not_arrive(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    page, sheet = await open_till(window)
    answers = await lose_at_till(page, sheet, "50")
    answers.is_lost = False
    await sheet.get_by_label("Monto que paga").fill("60")
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("El cobro de $ 50.00 ya había llegado").wait_for()
    assert await amounts_of(house, order_id) == [50]
    await tap(sheet.locator(SUBMIT))
    await eventually(lambda: has(house, order_id, 60))
    assert await amounts_of(house, order_id) == [50, 60]


@pytest.mark.parametrize("way", ["Entre varios", "Otro monto"])
async def test_a_payment_whose_answer_was_lost_is_counted_once(
    house: House, window: OpenWindow, way: str
) -> None:
    """The stream tells of it while the phone still sends it."""
    [order_id] = await deliver_rounds(house, 1)
    share = {"Entre varios": "120.50", "Otro monto": "100.00"}[way]
    await pay(house, ANA, order_id, amount=share)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    answers = await lose_on_phone(page, sheet, way)
    rest = {"Entre varios": "60.25", "Otro monto": "41.00"}[way]
    await expect(sheet.locator(".sheet-due")).to_have_text(f"Falta $ {rest}")
    await expect(sheet.locator(".draft-box")).to_have_count(1)
    answers.is_lost = False
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(sheet.locator(".draft-box")).to_have_count(0)
    await expect(sheet.locator(".sheet-due")).to_have_text(f"Falta $ {rest}")


async def test_a_payment_that_is_being_discarded_is_not_sent_under_its_used_key(
    house: House, window: OpenWindow
) -> None:
    [order_id] = await deliver_rounds(house, 1)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    answers = Answers()
    answers.is_lost = True
    await page.route("**/proof", lambda route: route.abort())
    await page.route("**/requests/*", answers.lose)
    await pick(sheet, "Efectivo")
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_role("button", name="Descartar").wait_for()
    await discard(sheet)
    await sheet.get_by_text("No se sabe si llegó").wait_for()
    await expect(page.get_by_role("button", name="Enviar ahora")).to_have_count(0)
    answers.is_lost = False
    await page.unroute("**/proof")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await tap(sheet.get_by_role("button", name="Cobrar lo que falta"))
    await pick(sheet, "Efectivo")
    await tap(sheet.locator(SUBMIT))
    await eventually(lambda: has(house, order_id, 241))


FORGET_PHOTOS = """async () => {
  const { shelf } = await part("lib/storage.js");
  await shelf("comanda.cobro", "fotos")("readwrite", (all) => all.clear());
}"""


async def test_a_charge_whose_photo_the_device_has_lost_is_not_charged_twice(
    house: House, window: OpenWindow
) -> None:
    """Without its photo the server refuses it, which says nothing of the attempt before."""
    [order_id] = await deliver_rounds(house, 1)
    page, sheet = await open_till(window)
    await pick(sheet, "Transferencia")
    await sheet.get_by_label("Galería").set_input_files(PHOTO)
    await sheet.get_by_text("Foto lista").wait_for()
    await lose_at_till(page, sheet)
    await page.unroute("**/proof")
    await page.evaluate(FORGET_PHOTOS)
    await page.reload()
    await sheet.get_by_text("No se sabe si el cobro de $ 100.00 llegó").wait_for()
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("Revisa los datos: Falta la foto").wait_for()
    await sheet.get_by_label("Galería").set_input_files(PHOTO)
    await sheet.get_by_text("Foto lista").wait_for()
    await tap(sheet.locator(SUBMIT))
    await sheet.get_by_text("El cobro de $ 100.00 ya había llegado").wait_for()
    assert await amounts_of(house, order_id) == [100]
