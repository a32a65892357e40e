"""A bill is charged on a phone of 360 pixels: at once, shared, by amount, by dishes, in cash."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from comanda.domain.staff import Staff
from tests.browser.conftest import OpenWindow, Window, settled
from tests.browser.layout import all_flaws
from tests.house import ANA, BETO, COCO, LUIS, ROSA, House, eventually, jpeg

SMALL = {"width": 360, "height": 640}
MOST_TAPS, MOST_TAPS_FOR_A_SHARE = 3, 5
PHOTO: Any = {"name": "recibo.jpg", "mimeType": "image/jpeg", "buffer": jpeg("blue")}
# From here on the page counts how often a finger has come down on it.
COUNT_TAPS = "() => { globalThis.taps = 0; addEventListener('pointerdown', () => { taps += 1; }); }"

# Whether the phone keeps so many photos of forms that were not sent.
KEPT_PHOTOS = """async (count) => {
  const { shelf } = await part("lib/storage.js");
  return (await shelf("comanda.cobro", "fotos")("readonly", (all) => all.count()) ?? 0) === count;
}"""


async def deliver_rounds(house: House, count: int, table: int = 12) -> list[str]:
    """Delivered rounds of a table, 241.00 each; their ids."""
    return [(await house.deliver(table))["id"] for _ in range(count)]


async def open_phone(window: OpenWindow, member: Staff = ANA) -> Window:
    phone = await window(member, "/mesero?ver=cobrar", SMALL, touch=True)
    await phone.page.get_by_role("tabpanel").get_by_role("button", name="Cobrar").first.wait_for()
    return phone


async def open_bill(page: Page, button: str = "Cobrar") -> Locator:
    """The sheet of the first bill that has such a button."""
    await settled(page)
    await page.get_by_role("tabpanel").get_by_role("button", name=button).first.click()
    return page.get_by_role("dialog")


async def pick(sheet: Locator, *words: str) -> None:
    """Tap the choices of these words, one after another."""
    for word in words:
        await tap(sheet.locator("label.method", has_text=word))


async def tap(button: Locator) -> None:
    await settled(button.page)
    await button.click()


async def send(sheet: Locator) -> None:
    await tap(sheet.locator("button[type=submit]"))
    await sheet.get_by_text("Esperando al cajero").wait_for()


async def payments_of(house: House, order_id: str) -> list[dict[str, Any]]:
    _, order = await house.call(LUIS, "GET", f"/orders/{order_id}")
    payments: list[dict[str, Any]] = order["payments"]
    return payments


async def amounts_of(house: House, order_id: str) -> list[float]:
    return [payment["amount"] for payment in await payments_of(house, order_id)]


async def pay(
    house: House, member: Staff, order_id: str, method: str = "efectivo", **fields: str
) -> dict[str, Any]:
    """A payment from another phone, without other words in cash; the order after it."""
    more = list(fields.items())
    status, order = await house.submit(order_id, member, method=method, more=more)
    assert status == 201, order
    changed: dict[str, Any] = order
    return changed


async def let_tips(house: House, *percents: int) -> None:
    """The house asks for tips from here on."""
    body = {"restaurant": "Fonda", "currency": "$", "time_zone": "America/Mexico_City"}
    status, answer = await house.call(ROSA, "PUT", "/house", json=body | {"tips": list(percents)})
    assert status == 200, answer


async def fits(page: Page) -> bool:
    """Whether nothing of the sheet reaches beyond the phone's edge."""
    return bool(
        await page.evaluate(
            "() => [...document.querySelectorAll('dialog[open], dialog[open] *')].every((one) =>"
            " one.closest('.unseen') || one.getBoundingClientRect().right <= innerWidth)"
        )
    )


async def test_three_rounds_are_paid_at_once_with_two_taps_and_the_photo(
    house: House, window: OpenWindow
) -> None:
    ids = await deliver_rounds(house, 3)
    page = (await open_phone(window)).page
    await page.evaluate(COUNT_TAPS)
    sheet = await open_bill(page)
    await expect(sheet.locator("h2")).to_contain_text("Mesa 12 · 3 rondas · $ 723.00")
    await sheet.get_by_label("Galería").set_input_files(PHOTO)
    await sheet.get_by_text("Foto lista").wait_for()
    assert await fits(page)
    await send(sheet)
    taps = await page.evaluate("taps")
    print(f"all at once: {taps} taps besides the photo")
    assert taps <= MOST_TAPS
    [payment] = await payments_of(house, ids[2])
    assert (payment["amount"], payment["tip"]) == (723, 0)
    assert [part["order_id"] for part in payment["orders"]] == ids


async def test_a_third_of_a_bill_takes_five_taps_and_the_phone_knows_whose_turn_is_next(
    house: House, window: OpenWindow
) -> None:
    order_id = (await house.deliver())["id"]
    page = (await open_phone(window)).page
    await page.evaluate(COUNT_TAPS)
    sheet = await open_bill(page)
    await pick(sheet, "Entre varios")
    await tap(sheet.get_by_role("button", name="Una persona más"))
    await pick(sheet, "Efectivo")
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 80.34 · 1 de 3 · falta $ 160.66")
    assert await fits(page)
    await send(sheet)
    taps = await page.evaluate("taps")
    print(f"a third: {taps} taps")
    assert taps <= MOST_TAPS_FOR_A_SHARE
    await sheet.get_by_text("Falta $ 160.66").wait_for()
    await tap(sheet.get_by_role("button", name="Cobrar lo que falta"))
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 80.33 · 2 de 3 · falta $ 80.33")
    await page.reload()
    sheet = page.get_by_role("dialog")
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 80.33 · 2 de 3 · falta $ 80.33")
    await pick(sheet, "Efectivo")
    await tap(sheet.locator("button[type=submit]"))
    await tap(sheet.get_by_role("button", name="Cobrar lo que falta"))
    await expect(sheet.locator(".pays")).to_contain_text("Paga $ 80.33 · 3 de 3")
    await pick(sheet, "Efectivo")
    await tap(sheet.locator("button[type=submit]"))
    await expect(sheet.locator("form")).to_be_hidden()
    await eventually(lambda: is_covered(house, order_id))
    assert await amounts_of(house, order_id) == [80.34, 80.33, 80.33]


async def is_covered(house: House, order_id: str) -> bool:
    _, order = await house.call(LUIS, "GET", f"/orders/{order_id}")
    return bool(order["due"] == 0)


async def test_a_surplus_is_named_and_made_the_tip_with_one_tap(
    house: House, window: OpenWindow
) -> None:
    order_id = (await house.deliver())["id"]
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await pick(sheet, "Efectivo", "Otro monto")
    amount = sheet.get_by_label("Monto que paga")
    await expect(amount).to_have_value("241.00")
    await expect(sheet.get_by_text("Propina", exact=True)).to_be_hidden()
    await amount.fill("255.50")
    await sheet.get_by_text("Sobran $ 14.50: se deben $ 241.00").wait_for()
    await expect(sheet.locator("button[type=submit]")).to_be_disabled()
    assert await fits(page)
    await tap(sheet.get_by_role("button", name="Es propina: $ 14.50"))
    await expect(sheet.locator("button[type=submit]")).to_have_text("Enviar $ 255.50")
    await send(sheet)
    [payment] = await payments_of(house, order_id)
    assert (payment["amount"], payment["tip"]) == (241, 14.5)


async def test_another_amount_is_a_part(house: House, window: OpenWindow) -> None:
    order_id = (await house.deliver())["id"]
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await pick(sheet, "Efectivo", "Otro monto")
    amount = sheet.get_by_label("Monto que paga")
    for typed in ("", "0", "mucho", "1.250"):
        await amount.fill(typed)
        await expect(sheet.locator("button[type=submit]")).to_be_disabled()
    await amount.fill("100")
    await send(sheet)
    await sheet.get_by_text("Falta $ 141.00").wait_for()
    assert await amounts_of(house, order_id) == [100]


async def test_dishes_that_one_guest_paid_are_grey_for_the_next(
    house: House, window: OpenWindow
) -> None:
    first, second = await deliver_rounds(house, 2)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await pick(sheet, "Por platillos", "Efectivo")
    await expect(sheet.locator("button[type=submit]")).to_be_disabled()
    await tap(sheet.get_by_label("Más Tacos al pastor").first)
    await sheet.get_by_label("Menos Tacos al pastor, ronda 1, 1 de 2").wait_for()
    said = sheet.get_by_role("status").filter(has_text="ronda")
    await expect(said).to_have_text("Tacos al pastor, ronda 1: 1 de 2")
    await tap(sheet.get_by_label("Más Sopa").first)
    await tap(sheet.get_by_label("Más Sopa").last)
    await expect(sheet.locator("button[type=submit]")).to_have_text("Enviar $ 225.50")
    assert await fits(page)
    await send(sheet)
    [payment] = await payments_of(house, first)
    assert [(part["order_id"], part["amount"], part["items"]) for part in payment["orders"]] == [
        (first, 155.5, [{"position": 0, "quantity": 1}, {"position": 1, "quantity": 1}]),
        (second, 70, [{"position": 1, "quantity": 1}]),
    ]
    await tap(sheet.get_by_role("button", name="Cobrar lo que falta"))
    await pick(sheet, "Por platillos")
    dishes = sheet.locator(".pay-dish")
    await expect(dishes.nth(0)).to_contain_text("de 1")
    await expect(dishes.nth(1)).to_contain_text("ya pagado")
    await expect(dishes.nth(1)).to_have_attribute("data-paid", "true")
    await expect(sheet.get_by_label("Más Sopa, ronda 1, ya pagado")).to_be_disabled()


async def test_cash_tells_the_change_in_large(house: House, window: OpenWindow) -> None:
    order_id = (await house.deliver())["id"]
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await expect(sheet.get_by_label("Recibido").first).to_be_hidden()
    await pick(sheet, "Efectivo")
    given = sheet.locator("#pay-tendered")
    await given.fill("200")
    await sheet.get_by_text("No alcanza: faltan $ 41.00").wait_for()
    await expect(sheet.locator("button[type=submit]")).to_be_disabled()
    await tap(sheet.get_by_role("button", name="Exacto"))
    await expect(sheet.locator(".change")).to_have_text("Cambio $ 0.00")
    await tap(sheet.get_by_role("button", name="$ 500.00"))
    await expect(sheet.locator(".change")).to_have_text("Cambio $ 259.00")
    assert await fits(page)
    size = "(node) => parseFloat(getComputedStyle(node).fontSize)"
    text = await page.locator("body").evaluate(size)
    assert await sheet.locator(".change b").evaluate(size) > 1.4 * text
    await send(sheet)
    [payment] = await payments_of(house, order_id)
    assert (payment["amount"], payment["tendered"], payment["change"]) == (241, 500, 259)


async def test_a_tip_is_asked_for_only_in_a_house_that_wants_it_and_never_added_silently(
    house: House, window: OpenWindow
) -> None:
    await let_tips(house, 10, 15)
    order_id = (await house.deliver())["id"]
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await pick(sheet, "Efectivo")
    await expect(sheet.locator("button[type=submit]")).to_have_text("Enviar")
    await pick(sheet, "10 %")
    await expect(sheet.locator("button[type=submit]")).to_have_text("Enviar $ 265.10")
    await tap(sheet.get_by_role("button", name="$ 300.00"))
    await expect(sheet.locator(".change")).to_have_text("Cambio $ 34.90")
    await pick(sheet, "Otra")
    await sheet.get_by_label("Otra propina").fill("20")
    await expect(sheet.locator(".change")).to_have_text("Cambio $ 39.00")
    assert await fits(page)
    await send(sheet)
    [payment] = await payments_of(house, order_id)
    assert (payment["amount"], payment["tip"], payment["change"]) == (241, 20, 39)


async def test_a_round_that_is_left_out_stays_due(house: House, window: OpenWindow) -> None:
    first, second = await deliver_rounds(house, 2)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await pick(sheet, "Efectivo")
    rounds = sheet.get_by_role("group", name="Rondas")
    for label in await rounds.locator("label").all():
        await label.click()
    await sheet.get_by_text("Elige las rondas que paga").wait_for()
    await expect(sheet.locator("button[type=submit]")).to_be_disabled()
    await rounds.locator("label").first.click()
    await send(sheet)
    await sheet.get_by_text("Falta $ 241.00").wait_for()
    assert await amounts_of(house, first) == [241]
    assert await amounts_of(house, second) == []


@pytest.mark.parametrize("way", ["Todo", "Entre varios"])
async def test_two_phones_that_charge_one_bill_at_once_never_take_more_than_is_due(
    house: House, window: OpenWindow, way: str
) -> None:
    """Both have read the same bill; both requests leave their phones before either is answered."""
    order_id = (await house.deliver())["id"]
    gate = asyncio.Event()
    sheets = []
    for member in (ANA, BETO):
        page = (await window(member, "/mesero?ver=cobrar", SMALL, touch=True)).page
        for choice in await page.get_by_role("button", name="Todas").all():
            await choice.click()

        async def hold(route: Route) -> None:
            await gate.wait()
            await route.continue_()

        await page.route("**/proof", hold)
        sheet = await open_bill(page)
        await pick(sheet, "Efectivo", way)
        await tap(sheet.locator("button[type=submit]"))
        sheets.append(sheet)
    gate.set()
    await eventually(lambda: is_covered(house, order_id))
    if way == "Todo":
        assert await amounts_of(house, order_id) == [241]
        refusals = [sheet.get_by_text("No se pudo: De la orden") for sheet in sheets]
        await eventually(lambda: one_is_shown(refusals))
    else:
        assert sorted(await amounts_of(house, order_id)) == [120.5, 120.5]
    for sheet in sheets:
        await tap(sheet.get_by_role("button", name="Cerrar"))


async def one_is_shown(texts: list[Locator]) -> bool:
    return sum([await text.is_visible() for text in texts]) == 1


async def test_a_share_that_has_become_too_large_is_named_and_can_be_corrected(
    house: House, window: OpenWindow
) -> None:
    """Meanwhile somebody else has paid most of it; nothing of what was typed is lost."""
    order_id = (await house.deliver())["id"]
    page = (await open_phone(window)).page
    gate = asyncio.Event()

    async def hold(route: Route) -> None:
        await gate.wait()
        await route.continue_()

    await page.route("**/proof", hold)
    sheet = await open_bill(page)
    await pick(sheet, "Efectivo", "Otro monto")
    await sheet.get_by_label("Monto que paga").fill("200")
    await tap(sheet.locator("button[type=submit]"))
    await sheet.get_by_text("Enviando").wait_for()
    await pay(house, BETO, order_id, amount="141")
    gate.set()
    await sheet.get_by_text("Sobran $ 100.00").first.wait_for()
    next_button = sheet.get_by_role("button", name="Cobrar lo que falta")
    if await next_button.is_visible():
        await next_button.click()
    await expect(sheet.get_by_label("Monto que paga")).to_have_value("200.00")
    await sheet.get_by_label("Monto que paga").fill("100")
    await tap(sheet.locator("button[type=submit]"))
    await eventually(lambda: is_covered(house, order_id))
    assert await amounts_of(house, order_id) == [141, 100]
    await expect(sheet.locator(".draft-box")).to_have_count(0)


async def fill_share(sheet: Locator) -> None:
    await pick(sheet, "Entre varios")
    for _ in range(2):
        await tap(sheet.get_by_role("button", name="Una persona más"))


async def fill_amount(sheet: Locator) -> None:
    await pick(sheet, "Otro monto")
    await sheet.get_by_label("Monto que paga").fill("60.25")


async def fill_dishes(sheet: Locator) -> None:
    await pick(sheet, "Por platillos")
    await tap(sheet.get_by_label("Más Tacos al pastor").first)
    await tap(sheet.get_by_label("Más Sopa").last)


async def fill_all(sheet: Locator) -> None:
    await tap(sheet.get_by_role("group", name="Rondas").locator("label").first)


WAYS = {
    fill_all: ("Paga $ 241.00", 241),
    fill_share: ("Paga $ 120.50 · 1 de 4 · falta $ 361.50", 120.5),
    fill_amount: ("Paga $ 60.25 · falta $ 421.75", 60.25),
    fill_dishes: ("Paga $ 155.50 · falta $ 326.50", 155.5),
}


@pytest.mark.parametrize("is_killed", [False, True], ids=["reload", "killed"])
@pytest.mark.parametrize(("fill", "paid"), WAYS.items(), ids=[fill.__name__ for fill in WAYS])
async def test_a_half_filled_form_survives(
    house: House, window: OpenWindow, fill: Any, paid: tuple[str, float], *, is_killed: bool
) -> None:
    await let_tips(house, 10)
    ids = await deliver_rounds(house, 2)
    phone = await open_phone(window)
    page = phone.page
    sheet = await open_bill(page)
    await fill(sheet)
    await pick(sheet, "Efectivo", "Otra")
    await sheet.get_by_label("Otra propina").fill("5")
    await sheet.locator("#pay-tendered").fill("1000")
    if is_killed:
        await page.close()
        page = (await window(ANA, "/mesero?ver=cobrar", SMALL, context=phone.context)).page
        sheet = await open_bill(page)
    else:
        await page.reload()
        sheet = page.get_by_role("dialog")
    words, amount = paid
    await expect(sheet.locator(".pays")).to_have_text(words)
    await expect(sheet.locator("#pay-tendered")).to_have_value("1000")
    await expect(sheet.get_by_label("Otra propina")).to_have_value("5")
    await send(sheet)
    payments = {one["id"]: one for order_id in ids for one in await payments_of(house, order_id)}
    [payment] = payments.values()
    assert (payment["amount"], payment["tip"], payment["tendered"]) == (amount, 5, 1000)


@pytest.mark.parametrize("is_killed", [False, True], ids=["reload", "killed"])
async def test_a_chosen_photo_survives_with_its_reference_until_it_is_sent(
    house: House, window: OpenWindow, *, is_killed: bool
) -> None:
    order_id = (await house.deliver())["id"]
    phone = await open_phone(window)
    page = phone.page
    sheet = await open_bill(page)
    await sheet.get_by_label("Galería").set_input_files(PHOTO)
    await sheet.get_by_text("Foto lista").wait_for()
    await sheet.get_by_label("Clave de rastreo").fill("8841")
    await page.wait_for_function(KEPT_PHOTOS, arg=1)
    if is_killed:
        await page.close()
        page = (await window(ANA, "/mesero?ver=cobrar", SMALL, context=phone.context)).page
        sheet = await open_bill(page)
    else:
        await page.reload()
        sheet = page.get_by_role("dialog")
    await sheet.get_by_text("Foto lista").wait_for()
    await expect(sheet.get_by_label("Clave de rastreo")).to_have_value("8841")
    await send(sheet)
    [payment] = await payments_of(house, order_id)
    assert (payment["reference"], payment["has_proof"]) == ("8841", True)
    await page.wait_for_function(KEPT_PHOTOS, arg=0)


async def test_the_next_guests_of_a_table_find_an_empty_form(
    house: House, window: OpenWindow
) -> None:
    order_id = (await house.deliver())["id"]
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await pick(sheet, "Efectivo", "Entre varios")
    await tap(sheet.get_by_role("button", name="Cerrar"))
    order = await pay(house, BETO, order_id)
    await house.judge(order["payment"]["id"], "aprobado")
    next_id = (await house.deliver())["id"]
    await page.get_by_role("tabpanel").get_by_text(f"orden {next_id}").first.wait_for()
    sheet = await open_bill(page)
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 241.00")
    await expect(sheet.locator("[name=way][value=todo]")).to_be_checked()


async def test_a_part_waits_without_a_network_and_is_neither_lost_nor_charged_twice(
    house: House, window: OpenWindow
) -> None:
    order_id = (await house.deliver())["id"]
    phone = await open_phone(window)
    page = phone.page
    sheet = await open_bill(page)
    await phone.context.set_offline(True)
    await pick(sheet, "Efectivo", "Otro monto")
    await sheet.get_by_label("Monto que paga").fill("100")
    await tap(sheet.locator("button[type=submit]"))
    await sheet.get_by_text("Se enviará solo").wait_for()
    await sheet.get_by_text("Falta $ 141.00").wait_for()
    await tap(sheet.get_by_role("button", name="Cobrar lo que falta"))
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 141.00")
    await pick(sheet, "Efectivo")
    await tap(sheet.locator("button[type=submit]"))
    await expect(sheet.locator(".draft-box")).to_have_count(2)
    await expect(sheet.locator("form")).to_be_hidden()
    await phone.context.set_offline(False)
    await eventually(lambda: is_covered(house, order_id), timeout=60)
    await expect(sheet.locator(".draft-box")).to_have_count(0)
    assert sorted(await amounts_of(house, order_id)) == [100, 141]


async def test_a_rejected_part_is_sent_again_as_it_was(house: House, window: OpenWindow) -> None:
    first, _ = await deliver_rounds(house, 2)
    fields = {"amount": "85.50", "tip": "7", "items": f"{first}:0:1"}
    refused_id = (await pay(house, ANA, first, **fields))["payment"]["id"]
    await house.judge(refused_id, "rechazado", reason="Falta el dinero")
    page = (await window(ANA, "/mesero?ver=cobrar", SMALL, touch=True)).page
    sheet = await open_bill(page, "Reintentar Pago")
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 85.50 · falta $ 155.50")
    await expect(sheet.locator("button[type=submit]")).to_have_text("Enviar $ 92.50")
    await expect(sheet.locator("[name=way][value=platillos]")).to_be_checked()
    await send(sheet)
    refused, again = await payments_of(house, first)
    assert (refused["id"], again["replaces"]) == (refused_id, refused_id)
    assert (again["amount"], again["tip"], again["orders"][0]["items"]) == (
        85.5,
        7,
        [{"position": 0, "quantity": 1}],
    )


async def test_the_till_charges_cash_and_approves_it_in_one_act(
    house: House, window: OpenWindow
) -> None:
    ids = await deliver_rounds(house, 2)
    page = (await window(LUIS, "/caja")).page
    await page.get_by_role("tab", name="Por Cobrar").click()
    await page.evaluate(COUNT_TAPS)
    await page.get_by_role("button", name="Cobrar, Mesa 12").click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("button", name="Cobrado").click()
    await eventually(lambda: is_paid(house, *ids))
    taps = await page.evaluate("taps")
    print(f"at the till: {taps} clicks")
    assert taps <= 2
    [payment] = await payments_of(house, ids[0])
    assert (payment["amount"], payment["status"], payment["submitted_by"]) == (
        482,
        "aprobado",
        "luis",
    )


async def is_paid(house: House, *ids: str) -> bool:
    orders = [(await house.call(LUIS, "GET", f"/orders/{order_id}"))[1] for order_id in ids]
    return all(order["status"] == "pagado" for order in orders)


async def boxes(sheet: Locator) -> list[Any]:
    """Where the choices stand within their group."""
    found: list[Any] = await sheet.locator("label.method").evaluate_all(
        "(all) => all.map((one) => { const group = one.parentElement.getBoundingClientRect();"
        " const box = one.getBoundingClientRect();"
        " return [box.left - group.left, box.top - group.top, box.width, box.height]; })"
    )
    return found


async def test_a_choice_moves_no_other_choice_from_under_the_finger(
    house: House, window: OpenWindow
) -> None:
    await let_tips(house, 10, 15)
    await house.deliver()
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await expect(sheet.get_by_role("radio", name="Todo", exact=True)).to_be_checked()
    before = await boxes(sheet)
    for words in ("Entre varios", "Otro monto", "Efectivo", "Tarjeta", "10 %", "15 %", "Otra"):
        await tap(sheet.locator("label.method").get_by_text(words, exact=True))
        assert await boxes(sheet) == before, words


async def test_the_change_and_the_whole_bill_stay_in_sight_once_it_is_charged(
    house: House, window: OpenWindow
) -> None:
    """A card that comes back on the way doesn't ask how much the guest gets back."""
    ids = await deliver_rounds(house, 2)
    phone = await open_phone(window)
    sheet = await open_bill(phone.page)
    await pick(sheet, "Efectivo")
    await sheet.locator("#pay-tendered").fill("1000")
    await send(sheet)
    change = sheet.locator("p.given-back")
    await expect(change).to_have_text("Cambio $ 518.00")
    [payment] = await payments_of(house, ids[0])
    await house.judge(payment["id"], "aprobado")
    await sheet.get_by_text("Pago aprobado").wait_for()
    await expect(sheet.locator("h2")).to_have_text("Mesa 12 · 2 rondas · $ 482.00")
    await expect(change).to_have_text("Cambio $ 518.00")


async def test_the_change_of_a_part_is_told_after_a_reload_until_the_next_part_is_charged(
    house: House, window: OpenWindow
) -> None:
    await house.deliver()
    phone = await open_phone(window)
    sheet = await open_bill(phone.page)
    await pick(sheet, "Entre varios", "Efectivo")
    await sheet.locator("#pay-tendered").fill("200")
    await send(sheet)
    change = sheet.locator("p.given-back")
    await expect(change).to_have_text("Cambio $ 79.50")
    await phone.page.reload()
    await expect(change).to_have_text("Cambio $ 79.50")
    await sheet.get_by_role("button", name="Cobrar lo que falta").click()
    await expect(change).to_be_hidden()
    await expect(sheet.get_by_role("button", name="Enviar $ 120.50")).to_be_visible()


async def test_the_change_of_a_part_is_gone_with_the_next_part(
    house: House, window: OpenWindow
) -> None:
    await house.deliver()
    sheet = await open_bill((await open_phone(window)).page)
    await pick(sheet, "Entre varios", "Efectivo")
    await sheet.locator("#pay-tendered").fill("200")
    await send(sheet)
    await expect(sheet.get_by_text("Cambio $ 79.50")).to_be_visible()
    await tap(sheet.get_by_role("button", name="Cobrar lo que falta"))
    await expect(sheet.get_by_text("Cambio")).to_have_count(0)


async def test_one_of_many_rounds_is_chosen_with_two_taps(house: House, window: OpenWindow) -> None:
    ids = await deliver_rounds(house, 5)
    sheet = await open_bill((await open_phone(window)).page)
    await pick(sheet, "Efectivo")
    await tap(sheet.get_by_role("button", name="Ninguna ronda"))
    await sheet.get_by_text("Elige las rondas que paga").wait_for()
    await sheet.get_by_label("Ronda 4").check()
    await expect(sheet.locator(".pays")).to_have_text("Paga $ 241.00")
    await expect(sheet.get_by_role("button", name="Todas las rondas")).to_be_visible()
    await send(sheet)
    assert await amounts_of(house, ids[3]) == [241]
    assert await amounts_of(house, ids[0]) == []


async def test_a_tip_above_the_bill_is_refused_while_it_is_typed(
    house: House, window: OpenWindow
) -> None:
    await let_tips(house, 10)
    await house.deliver()
    sheet = await open_bill((await open_phone(window)).page)
    await pick(sheet, "Efectivo", "Otra")
    await sheet.get_by_label("Otra propina").fill("241.01")
    await sheet.get_by_text("La propina no puede pasar del total de la cuenta").wait_for()
    await expect(sheet.locator("button[type=submit]")).to_be_disabled()
    await sheet.get_by_label("Otra propina").fill("241")
    await expect(sheet.locator("button[type=submit]")).to_have_text("Enviar $ 482.00")
    await pick(sheet, "Otro monto")
    await sheet.get_by_label("Monto que paga").fill("600")
    await sheet.get_by_text("Sobran $ 359.00: se deben $ 241.00").wait_for()
    await expect(sheet.get_by_role("button", name="Es propina")).to_have_count(0)


async def test_amounts_of_millions_stay_whole_on_a_small_phone(
    house: House, window: OpenWindow
) -> None:
    body = {"name": "Bandeja paisa", "category": "Fuertes", "price": 9_876_543}
    _, dish = await house.call(ROSA, "POST", "/products", json=body)
    items = [{"product_id": dish["id"], "quantity": 3, "note": None}]
    for _ in range(2):
        order = {"table_number": 12, "items": items}
        _, placed = await house.call(ANA, "POST", "/orders", json=order)
        for state, member in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
            await house.advance(placed["id"], state, member)
    account = {"method": "transferencia", "label": "Nequi", "holder": "Rosa", "number": "300123"}
    await house.call(ROSA, "PUT", "/accounts", json={"accounts": [account]})
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    assert await all_flaws(page) == {}
    await pick(sheet, "Por platillos")
    await expect(sheet.locator("button[type=submit]")).to_have_text("Enviar")
    assert await all_flaws(page) == {}
    await pick(sheet, "Todo")
    await tap(sheet.get_by_role("button", name="Datos para pagar"))
    data = page.get_by_role("dialog", name="Datos para pagar")
    await data.get_by_text("Nequi").wait_for()
    assert await all_flaws(page) == {}
    await data.get_by_role("button", name="Cerrar").click()
    await pick(sheet, "Efectivo")
    await sheet.locator("#pay-tendered").fill("99999999")
    await expect(sheet.locator(".change b").last).to_have_text("$ 40,740,741.00")
    assert await all_flaws(page) == {}
