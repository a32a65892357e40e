"""The house's accounts in *Restaurante* and on the waiter's phone; tips; a house of one person."""

from functools import partial
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Response, Route, expect

from tests.browser.conftest import DESKTOP, OpenWindow, settled
from tests.browser.layout import all_flaws
from tests.browser.test_bill import SMALL, fits, open_bill, open_phone, pick
from tests.house import ANA, LUIS, ROSA, House, eventually

CLABE = {
    "method": "transferencia",
    "label": "BBVA · CLABE",
    "holder": "Rosa María Díaz Hernández",
    "number": "012180001234564471",
    "alias": None,
    "qr": None,
}
WALLET = CLABE | {
    "label": "Spin",
    "number": "55 1234 4471",
    "alias": "lafonda.mp",
    "qr": "0002" * 40,
}
# What the page copies, with or without the clipboard's API. A page over plain HTTP has no API.
COPIES = """
  globalThis.copied = [];
  document.addEventListener("copy", () => copied.push(document.activeElement.value));
  Object.defineProperty(navigator, "clipboard", { value: undefined });
"""
TWICE = "() => { document.documentElement.style.fontSize = '200%'; }"
SIZE = "(node) => parseFloat(getComputedStyle(node).fontSize)"


async def set_accounts(house: House, *accounts: dict[str, Any]) -> None:
    body = {"accounts": list(accounts)}
    status, answer = await house.call(ROSA, "PUT", "/accounts", json=body)
    assert status == 200, answer


async def accounts_of(house: House) -> list[dict[str, Any]]:
    _, answer = await house.call(ROSA, "GET", "/accounts")
    accounts: list[dict[str, Any]] = answer["accounts"]
    return accounts


async def open_restaurant(window: OpenWindow, size: dict[str, int] = SMALL) -> Page:
    page = (await window(ROSA, "/admin?ver=restaurante", size, touch=size is SMALL)).page
    await page.get_by_role("heading", name="Cuentas para cobrar").wait_for()
    return page


async def describe(page: Page, **fields: str) -> Locator:
    """The dialog of an account, filled in and sent."""
    dialog = page.get_by_role("dialog")
    for label, text in fields.items():
        await dialog.get_by_label(label).fill(text)
    await dialog.get_by_role("button", name="Guardar").click()
    return dialog


async def open_pay_data(house: House, window: OpenWindow) -> Locator:
    await house.deliver(12)
    phone = await open_phone(window)
    await phone.page.evaluate(f"() => {{ {COPIES} }}")
    sheet = await open_bill(phone.page)
    await sheet.get_by_role("button", name="Datos para pagar").click()
    dialog = phone.page.get_by_role("dialog", name="Datos para pagar")
    await dialog.wait_for()
    return dialog


async def is_drawn(image: Locator) -> bool:
    return bool(await image.evaluate("image => image.complete && image.naturalWidth > 0"))


async def test_a_house_without_accounts_hears_what_it_misses_until_it_has_one(
    house: House, window: OpenWindow
) -> None:
    page = await open_restaurant(window)
    await expect(
        page.get_by_text("si va a otra cuenta o a otro nombre, caja lo ve")
    ).to_be_visible()
    warning = page.get_by_text("Mientras no haya cuentas, nadie nota")
    await expect(warning).to_be_visible()
    await page.get_by_role("button", name="+ Cuenta").click()
    await describe(page, **{"Qué es": "CLABE", "A nombre de": "Rosa", "Número": "0123456789"})
    await expect(warning).to_be_hidden()


READING = {
    "on": "✓ Activada: Comanda lee el monto",
    "off": "Apagada. Para encenderla",
    "missing": "sudo apt install tesseract-ocr tesseract-ocr-spa",
}


@pytest.mark.parametrize("state", READING)
async def test_the_administrator_sees_whether_proofs_are_read_and_how_to_get_it(
    house: House, window: OpenWindow, state: str
) -> None:
    page = await open_restaurant(window)
    shown = """async (state) => {
      const { createReading } = await part("admin/reading.js");
      document.querySelector(".reading").replaceWith(createReading(state));
    }"""
    await page.evaluate(shown, state)
    section = page.locator(".reading")
    await section.scroll_into_view_if_needed()
    await expect(section).to_contain_text(READING[state])
    assert await all_flaws(page) == {}


@pytest.mark.parametrize("size", [SMALL, DESKTOP], ids=["phone", "desktop"])
async def test_the_owner_adds_changes_moves_and_removes_accounts(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    page = await open_restaurant(window, size)
    await page.get_by_text("Aún no hay cuentas").wait_for()
    await page.get_by_role("button", name="+ Cuenta").click()
    await describe(page, **{"Qué es": "BBVA", "A nombre de": "Rosa", "Número": "0121 8000"})
    await page.get_by_role("button", name="Editar BBVA").wait_for()
    await page.get_by_role("button", name="+ Cuenta").click()
    dialog = await describe(page, **{"Qué es": "Otra", "A nombre de": "Rosa", "Número": "01218000"})
    await dialog.get_by_text("01218000 ya está en la lista").wait_for()
    await describe(page, **{"Número": "5512344471", "Alias": "lafonda", "Texto del QR": "0002  01"})
    await page.get_by_role("button", name="Editar Otra").wait_for()
    first, second = await accounts_of(house)
    assert (first["number"], first["alias"], first["qr"]) == ("0121 8000", None, None)
    assert (second["alias"], second["qr"]) == ("lafonda", "0002  01")

    await expect(page.get_by_role("button", name="Subir BBVA")).to_be_disabled()
    await expect(page.get_by_role("button", name="Bajar Otra")).to_be_disabled()
    await page.get_by_role("button", name="Subir Otra").click()
    await expect(page.get_by_role("button", name="Subir Otra")).to_be_disabled()
    assert await all_flaws(page) == {}
    await page.get_by_role("button", name="Editar BBVA").click()
    await describe(page, **{"Qué es": "Banco"})
    await page.get_by_role("button", name="Editar Banco").click()
    await page.get_by_role("dialog").get_by_role("button", name="Quitar").click()
    await expect(page.get_by_role("button", name="Editar Banco")).to_have_count(0)
    await page.reload()
    await page.get_by_role("button", name="Editar Otra").wait_for()
    assert await accounts_of(house) == [second]


async def test_a_guest_sees_what_to_pay_to_whom_on_a_phone(
    house: House, window: OpenWindow
) -> None:
    await set_accounts(house, CLABE, WALLET, CLABE | {"method": "tarjeta", "label": "Terminal"})
    dialog = await open_pay_data(house, window)
    for text in ("$ 241.00", "Mesa 12 · 1", "BBVA · CLABE", CLABE["holder"], "lafonda.mp", "Spin"):
        await expect(dialog.get_by_text(str(text), exact=True).first).to_be_visible()
    await expect(dialog.get_by_text("0121 8000 1234 5644 71")).to_be_visible()
    await expect(dialog.get_by_text("Terminal")).to_have_count(0)
    body = await dialog.page.locator("body").evaluate(SIZE)
    assert await dialog.get_by_text("0121 8000 1234").evaluate(SIZE) > 1.2 * body
    assert await dialog.get_by_text("$ 241.00").evaluate(SIZE) > 1.6 * body
    codes = dialog.locator(".pay-qr")
    await expect(codes).to_have_count(2)
    for code in await codes.all():
        await code.wait_for()
        await eventually(partial(is_drawn, code))
        box = await code.bounding_box()
        assert box is not None
        assert box["width"] == box["height"] >= 240
    assert await fits(dialog.page)
    await dialog.page.evaluate(TWICE)
    assert await fits(dialog.page)
    await dialog.page.go_back()
    await expect(dialog).to_have_count(0)
    await dialog.page.get_by_role("dialog").get_by_text("Datos para pagar").wait_for()


async def test_each_value_is_copied_by_one_tap_without_https(
    house: House, window: OpenWindow
) -> None:
    await set_accounts(house, WALLET, CLABE)
    dialog = await open_pay_data(house, window)
    for name in ("Copiar monto", "Copiar referencia", "Copiar número", "Copiar alias"):
        button = dialog.get_by_role("button", name=name).first
        await button.click()
        await expect(button).to_have_text("Copiado ✓")
    last = dialog.get_by_role("button", name=f"Copiar número, {CLABE['label']}", exact=True)
    await last.click()
    assert await dialog.page.evaluate("copied") == [
        "241.00",
        "Mesa 12 · 1",
        "55 1234 4471",
        "lafonda.mp",
        "012180001234564471",
    ]


async def test_the_amount_is_the_guests_part(house: House, window: OpenWindow) -> None:
    await set_accounts(house, CLABE)
    await house.deliver(12)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    await pick(sheet, "Otro monto")
    await sheet.get_by_label("Monto que paga").fill("100")
    await sheet.get_by_role("button", name="Datos para pagar").click()
    await page.get_by_role("dialog", name="Datos para pagar").get_by_text("$ 100.00").wait_for()


async def test_a_method_without_accounts_offers_none(house: House, window: OpenWindow) -> None:
    await set_accounts(house, CLABE)
    await house.deliver(12)
    page = (await open_phone(window)).page
    sheet = await open_bill(page)
    button = sheet.get_by_role("button", name="Datos para pagar")
    await button.wait_for()
    await pick(sheet, "Efectivo")
    await expect(button).to_be_hidden()
    await pick(sheet, "Transferencia")
    await expect(button).to_be_visible()


async def test_a_house_without_accounts_sees_nothing_of_them(
    house: House, window: OpenWindow
) -> None:
    await house.deliver(12)
    page = (await open_phone(window)).page
    async with page.expect_response("**/accounts"):
        sheet = await open_bill(page)
    await sheet.get_by_text("Transferencia").wait_for()
    await expect(sheet.get_by_role("button", name="Datos para pagar")).to_be_hidden()


async def test_accounts_and_their_codes_are_there_without_a_network(
    house: House, window: OpenWindow
) -> None:
    await set_accounts(house, CLABE, WALLET)
    dialog = await open_pay_data(house, window)
    await dialog.locator(".pay-qr").last.wait_for()
    page = dialog.page
    await dialog.get_by_role("button", name="Cerrar").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cerrar").click()
    await page.route("**/accounts**", lambda route: route.abort())
    sheet = await open_bill(page)
    await sheet.get_by_role("button", name="Datos para pagar").click()
    for code in await dialog.locator(".pay-qr").all():
        await code.wait_for()
        await eventually(partial(is_drawn, code))


async def test_an_account_that_the_owner_changed_is_there_at_the_next_charge(
    house: House, window: OpenWindow
) -> None:
    await set_accounts(house, CLABE)
    dialog = await open_pay_data(house, window)
    page = dialog.page
    await dialog.get_by_role("button", name="Cerrar").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cerrar").click()
    await set_accounts(house, WALLET)
    async with page.expect_response("**/accounts"):
        sheet = await open_bill(page)
    await sheet.get_by_role("button", name="Datos para pagar").click()
    await dialog.get_by_text("lafonda.mp").wait_for()
    await expect(dialog.get_by_text("BBVA · CLABE")).to_have_count(0)


async def test_a_code_that_may_be_another_accounts_is_not_kept(
    house: House, window: OpenWindow
) -> None:
    """The owner changes the list between the phone's two requests."""
    await set_accounts(house, CLABE)
    await house.deliver(12)
    phone = await window(ANA, "/mesero", SMALL, touch=True)
    await phone.page.evaluate("localStorage.clear()")

    changed = []

    async def change(route: Route) -> None:
        await set_accounts(house, WALLET)
        changed.append(route)
        await route.continue_()

    def follows(response: Response) -> bool:
        return bool(changed) and response.url.endswith("/accounts")

    await phone.page.route("**/accounts/*/qr", change)
    async with phone.page.expect_response(follows):
        await phone.page.goto(f"{house.url}/mesero?ver=cobrar")
        await open_bill(phone.page)
    await phone.page.evaluate("async () => { await (await fetch('/accounts')).text(); }")
    codes = "Object.keys(JSON.parse(localStorage.getItem('comanda.cuentas')).codes)"
    assert CLABE["number"] not in await phone.page.evaluate(codes)


LAWS = {
    # country: (of the law, the button, what it chooses, what can be chosen)
    "México": ("no se puede incluir en el total", "Usar 10 %, 15 %, 20 %", [10, 15, 20], 7),
    "Chile": ("se debe sugerir una propina de al menos 10 %", "Usar 10 %", [10], 7),
    "Colombia": ("no pasa del 10 %", "Usar 5 %, 10 %", [5, 10], 3),
}


@pytest.mark.parametrize("country", LAWS)
async def test_tips_are_off_until_the_owner_chooses_and_the_law_is_told(
    house: House, window: OpenWindow, country: str
) -> None:
    law, button, tips, count = LAWS[country]
    page = await open_restaurant(window)
    group = page.get_by_role("group", name="Propinas que el mesero puede ofrecer")
    await expect(group.get_by_role("checkbox", checked=True)).to_have_count(0)
    await page.get_by_label("País").select_option(label=country)
    await page.get_by_label("Centavos", exact=True).select_option(label="con centavos")
    await group.get_by_text(law).wait_for()
    await expect(group.get_by_role("checkbox")).to_have_count(count)
    await expect(group.get_by_role("checkbox", checked=True)).to_have_count(0)
    await page.get_by_role("button", name="Guardar").click()
    await page.get_by_text("Guardado").wait_for()
    assert (await house.call(ROSA, "GET", "/settings"))[1]["tips"] == []
    await group.get_by_role("button", name=button).click()
    await page.get_by_role("button", name="Guardar").click()

    async def are_stored() -> bool:
        return bool((await house.call(ROSA, "GET", "/settings"))[1]["tips"] == tips)

    await eventually(are_stored)
    assert await all_flaws(page) == {}


async def says_alone(house: House, expected: object) -> bool:
    return (await house.call(LUIS, "GET", "/settings"))[1]["own_verdicts"] is expected


async def test_who_works_alone_approves_own_transfers_until_the_switch_goes_back(
    house: House, window: OpenWindow
) -> None:
    for _ in range(2):
        order = await house.deliver(12)
        await house.submit(order["id"], LUIS)
    owner = await open_restaurant(window)
    alone = owner.get_by_label("¿Trabajas solo?")
    await expect(alone).not_to_be_checked()
    await owner.get_by_text("nadie aprueba su propio comprobante").wait_for()
    for is_alone in (True, False):
        await alone.set_checked(is_alone)
        await owner.get_by_role("button", name="Guardar").click()
        await eventually(partial(says_alone, house, is_alone))
        till = (await window(LUIS, "/caja")).page
        await settled(till)
        await till.locator(".proof-card").first.click()
        detail = till.locator(".detail")
        if is_alone:
            await detail.get_by_label("Lo vi en la cuenta").check()
            await detail.get_by_role("button", name="Aprobar").click()
            await expect(till.locator(".proof-card")).to_have_count(1)
        else:
            await detail.get_by_text("otra persona debe decidirlo").wait_for()
            await expect(detail.get_by_role("button", name="Aprobar")).to_have_count(0)
    _, order = await house.call(ANA, "GET", "/orders/1")
    assert (order["status"], order["payment"]["decided_by"]) == ("pagado", "luis")


@pytest.mark.parametrize("size", [SMALL, DESKTOP], ids=["phone", "desktop"])
async def test_the_owner_reads_who_changed_an_account_and_what(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    await set_accounts(house, CLABE)
    await set_accounts(house, CLABE | {"number": "646180009999990001"})
    await set_accounts(house, CLABE)
    page = await open_restaurant(window, size)
    listed = page.get_by_role("list", name="Últimos cambios").get_by_role("listitem")
    await expect(listed).to_have_count(3)
    await expect(listed.first).to_contain_text("Rosa")
    await expect(listed.first.locator("del")).to_contain_text("646180009999990001")
    await expect(listed.first.locator("ins")).to_contain_text("012180001234564471")
    await page.get_by_role("button", name="Editar BBVA").click()
    await describe(page, Número="012180000000000009")
    await expect(listed).to_have_count(4)
    await expect(listed.first.locator("ins")).to_contain_text("012180000000000009")
    assert await all_flaws(page) == {}
