"""Money as the country writes it, on the owner's pages: chosen, typed, imported."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from comanda.web.plumbing.setup_token import issue_token
from tests.browser.conftest import PHONE, SLOW, OpenWindow
from tests.house import ANA, COCO, ROSA, TACOS, House, jpeg, open_house

CHILE = {"country": "CL", "currency": "$", "decimals": 0, "decimal_mark": ","}
MEXICO = {"country": "MX", "currency": "$", "decimals": 2, "decimal_mark": "."}
LOOKS = {
    "México": "$ 1,234.50",
    "Colombia": "$ 12.500",
    "Chile": "$ 12.500",
    "Perú": "S/ 1,234.50",
    "Argentina": "$ 1.234,50",
    "Venezuela": "Bs. 1.234,50",
    "Costa Rica": "₡ 12.500",
}


async def describe(house: House, style: dict[str, Any]) -> None:
    whole = {"name": "Tacos al pastor", "category": "Tacos", "price": 86}
    await house.call(ROSA, "PUT", f"/products/{TACOS}", json=whole)
    body = {"restaurant": "La Fonda", "time_zone": "UTC", **style}
    assert (await house.call(ROSA, "PUT", "/house", json=body))[0] == 200


@pytest.mark.parametrize(
    ("style", "typed", "reading", "price"),
    [
        (CHILE, "11.000", "= $ 11.000 · once mil", 11000),
        (CHILE, "$ 1.250.000", "= $ 1.250.000 · un millón doscientos cincuenta mil", 1250000),
        (MEXICO, "1,250", "= $ 1,250.00 · mil doscientos cincuenta", 1250),
        (MEXICO, "1,250.50", "= $ 1,250.50 · mil doscientos cincuenta con 50", 1250.5),
        (MEXICO, "85", "= $ 85.00", 85),
    ],
)
async def test_a_price_is_read_aloud_while_it_is_typed(
    house: House, window: OpenWindow, style: dict[str, Any], typed: str, reading: str, price: float
) -> None:
    await describe(house, style)
    page = (await window(ROSA, "/admin?ver=menu", PHONE)).page
    await page.get_by_role("button", name="+ Platillo").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Nombre").fill("Mole")
    await dialog.get_by_label("Categoría").fill("Platos")
    await dialog.get_by_label("Precio").press_sequentially(typed)
    await expect(dialog.locator(".price-reading")).to_have_text(reading)
    await dialog.get_by_role("button", name="Guardar").click()
    await expect(dialog).to_have_count(0)
    _, menu = await house.call(ROSA, "GET", "/menu")
    assert {one["name"]: one["price"] for one in menu["products"]}["Mole"] == price


async def test_a_doubtful_price_is_refused_with_both_readings(
    house: House, window: OpenWindow
) -> None:
    await describe(house, MEXICO)
    page = (await window(ROSA, "/admin?ver=menu", PHONE)).page
    await page.get_by_role("button", name="Editar Sopa").click()
    dialog = page.get_by_role("dialog")
    price = dialog.get_by_label("Precio")
    await expect(price).to_have_value("70.00")
    await price.fill("")
    await price.press_sequentially("11.")
    await expect(dialog.locator(".price-reading")).to_have_text("")
    await price.press_sequentially("000")
    sentence = "¿$ 11,000.00 o $ 11.00? Escribe 11000.00 o 11.00"
    await expect(dialog.locator(".price-reading")).to_have_text(f"⚠ {sentence}")
    await dialog.get_by_role("button", name="Guardar").click()
    await expect(dialog.get_by_role("alert")).to_have_text(sentence)
    assert (await house.call(ROSA, "GET", "/menu"))[1]["products"][1]["price"] == 70


async def test_a_house_without_decimals_is_asked_for_the_mark_of_its_thousands(
    window: OpenWindow,
) -> None:
    page = (await window(ROSA, "/admin?ver=restaurante", PHONE)).page
    cents, thousands = (
        page.get_by_label(f"Los {what} se separan con") for what in ("centavos", "miles")
    )
    await page.get_by_label("País").select_option("Chile")
    await expect(cents).to_have_count(0)
    assert await thousands.locator("option:checked").text_content() == "punto: 1.234"
    await page.get_by_label("País").select_option("Otro")
    await thousands.select_option("coma: 1,234")
    await expect(page.locator(".money-example")).to_have_text("Así se verán los montos: $ 12,500")
    await page.get_by_label("Centavos", exact=True).select_option("con centavos")
    assert await cents.locator("option:checked").text_content() == "punto: 1,234.50"
    await expect(thousands).to_have_count(0)


async def test_a_country_fills_how_money_is_written_and_hands_may_change_it(
    house: House, window: OpenWindow
) -> None:
    page = (await window(ROSA, "/admin?ver=restaurante", PHONE)).page
    example = page.locator(".money-example")
    await expect(example).to_have_text("Así se verán los montos: $ 1,234.50")
    for country, look in LOOKS.items():
        await page.get_by_label("País").select_option(country)
        await expect(example).to_have_text(f"Así se verán los montos: {look}")
    await page.get_by_label("Signo de la moneda").fill("CRC")
    await page.get_by_label("El signo va").select_option("después del monto")
    await expect(example).to_have_text("Así se verán los montos: 12.500 CRC")
    await page.get_by_role("button", name="Guardar").first.click()
    await page.get_by_text("Un precio lleva centavos: Tacos al pastor 85,50 CRC").wait_for()
    await page.get_by_label("Centavos", exact=True).select_option("con centavos")
    await page.get_by_role("button", name="Guardar").first.click()
    await page.get_by_text("Guardado.").wait_for()
    await page.get_by_role("tab", name="Menú").click()
    await page.get_by_role("button", name="Editar Tacos al pastor, 85,50 CRC").wait_for()


@pytest.mark.parametrize(("price", "warnings"), [("7000", 1), ("0.70", 1), ("6999", 0), ("90", 0)])
async def test_an_import_warns_of_a_price_that_changes_a_hundredfold(
    house: House, window: OpenWindow, tmp_path: Path, price: str, warnings: int
) -> None:
    file = tmp_path / "menu.csv"
    file.write_text(f"name,category,price\nSopa,Sopas,{price}\n", "utf-8")
    page = (await window(ROSA, "/admin?ver=menu", PHONE)).page
    await page.get_by_role("button", name="Importar CSV").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Archivo").set_input_files(file)
    await dialog.get_by_text("0 nuevos · 1 con cambios · 0 iguales").wait_for()
    warning = dialog.get_by_text("⚠ Un precio cambia cien veces o más: Sopa, $ 70.00 →")
    await expect(warning).to_have_count(warnings)


async def test_an_owners_phone_proposes_its_own_country(config: Any, browser: Browser) -> None:
    async with open_house(config, new=False) as house:
        token = await issue_token(house.app)
        context = await browser.new_context(viewport={"width": 360, "height": 640}, locale="es-CL")
        context.set_default_timeout(SLOW)
        page = await context.new_page()
        await page.goto(f"{house.url}/instalar#{token}")
        await expect(page.get_by_label("País")).to_have_value("CL")
        await expect(page.locator(".money-example")).to_contain_text("$ 12.500")
        await page.get_by_label("Nombre del restaurante").fill("La Picada")
        await page.get_by_label("Tu nombre").fill("Zoe")
        await page.get_by_label("PIN", exact=True).fill("884100")
        await page.get_by_label("PIN otra vez").fill("884100")
        await page.get_by_role("button", name="Empezar").click()
        await page.get_by_role("heading", name="Conectar teléfonos").wait_for()
        await page.get_by_role("tab", name="Menú").click()
        await page.get_by_role("button", name="Editar Tacos al pastor, $ 86", exact=True).wait_for()
        await context.close()


async def test_the_day_of_a_house_without_cents_shows_none(
    house: House, window: OpenWindow
) -> None:
    """Two payments of 80.001 in all have an average that ends in a half."""
    await describe(house, CHILE)
    for price in (1, 80_000):
        body = {"name": f"Plato {price}", "category": "Platos", "price": price}
        _, dish = await house.call(ROSA, "POST", "/products", json=body)
        items = [{"product_id": dish["id"], "quantity": 1, "note": None}]
        order = {"table_number": 3, "items": items}
        _, placed = await house.call(ANA, "POST", "/orders", json=order)
        for state, member in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
            await house.advance(placed["id"], state, member)
        _, sent = await house.submit(placed["id"], photo=jpeg(f"#0000{price % 90:02}"))
        await house.judge(sent["payment"]["id"], "aprobado")
    page = (await window(ROSA, "/admin")).page
    figures = page.locator(".figure")
    await expect(figures.filter(has_text="Ventas")).to_contain_text("$ 80.001")
    await expect(figures.filter(has_text="Promedio")).to_have_text("Promedio$ 40.001")
    axis = page.locator(".chart-text")
    await expect(axis.filter(has_text=re.compile(r"^\d+\.000$")).first).to_be_attached()
    await expect(axis.filter(has_text=",")).to_have_count(0)


async def test_cash_for_an_order_older_than_the_house_without_cents(
    house: House, window: OpenWindow
) -> None:
    """85,50 is charged by two guests; nobody has half a peso to hand over."""
    order = {"table_number": 3, "items": [{"product_id": TACOS, "quantity": 1, "note": None}]}
    _, placed = await house.call(ANA, "POST", "/orders", json=order)
    for state, member in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
        await house.advance(placed["id"], state, member)
    await describe(house, CHILE)
    page = (await window(ANA, "/mesero?ver=cobrar", PHONE)).page
    await page.get_by_role("button", name="Cobrar, mesa 3").click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_text("Efectivo").click()
    await sheet.get_by_text("Otro monto").click()
    await expect(sheet.get_by_label("Monto que paga")).to_have_value("85")
    await sheet.get_by_text("Entre varios").click()
    await expect(sheet.locator(".pays")).to_contain_text("Paga $ 43,50")
    await sheet.get_by_role("button", name="$ 44", exact=True).click()
    await expect(sheet.locator("output.change")).to_have_text("Cambio $ 0,50")
    await sheet.locator("button[type=submit]").click()
    await expect(sheet.get_by_text("Falta $ 42")).to_be_visible()
    await expect(sheet.get_by_text("Esperando al cajero")).to_be_visible()
