"""The administrator's page: menu, staff, phones, the house; by finger, by keyboard, at 360 px."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PHONE, OpenWindow, settled
from tests.browser.test_shell import violations
from tests.house import AGUA, ANA, COCO, ROSA, SOPA, House

SECTIONS = ("hoy", "menu", "personal", "conectar", "banco", "restaurante", "copias")
OLD_PHONE = {"width": 360, "height": 640}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_section_has_a_barrier_or_is_wider_than_an_old_phone(
    house: House, window: OpenWindow, scheme: str
) -> None:
    await house.call(COCO, "PUT", f"/products/{SOPA}/available", json={"available": False})
    page = (await window(ROSA, "/admin", OLD_PHONE)).page
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for name in SECTIONS:
        await page.locator(f"#tab-{name}").click()
        await page.locator(f"#panel-{name} > *").first.wait_for()
        if name in ("menu", "personal"):
            await page.locator(f"#panel-{name} li").first.wait_for()
        assert await violations(page) == [], name
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= OLD_PHONE["width"], name


async def test_no_dialog_has_a_barrier(house: House, window: OpenWindow) -> None:
    page = (await window(ROSA, "/admin?ver=personal", PHONE)).page
    for section, opener in (
        ("Personal", "+ Persona"),
        ("Personal", "Editar Ana"),
        ("Menú", "+ Platillo"),
        ("Menú", "Editar Sopa"),
        ("Menú", "Importar CSV"),
    ):
        await page.get_by_role("tab", name=section).click()
        await page.get_by_role("button", name=opener).click()
        await page.get_by_role("dialog").wait_for()
        assert await violations(page) == [], opener
        await page.get_by_role("dialog").get_by_role("button", name="Cancelar").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_what_is_sold_out_reaches_every_page_by_one_tap(
    house: House, window: OpenWindow
) -> None:
    waiter = (await window(ANA, "/mesero", PHONE)).page
    await waiter.get_by_label("Mesa", exact=True).fill("5")
    for name in ("Sopa", "Agua"):
        await waiter.get_by_role("button", name=f"Agregar {name}").click()
    admin = (await window(ROSA, "/admin?ver=menu", PHONE)).page
    sold = admin.get_by_role("button", name="Sopa: agotado")
    await expect(sold).to_have_attribute("aria-pressed", "false")

    kitchen = (await window(COCO, "/cocina")).page
    await kitchen.get_by_text("En línea").wait_for()
    await kitchen.get_by_role("button", name="Agotados 0").click()
    assert await violations(kitchen) == []
    await kitchen.get_by_role("dialog").get_by_role("button", name="Sopa: agotado").click()

    await expect(sold).to_have_attribute("aria-pressed", "true")
    await waiter.get_by_text("⊘ Se agotó: Sopa. Quítalo de la orden.").wait_for()
    assert await violations(waiter) == []
    await expect(waiter.get_by_role("button", name="Agregar Sopa")).to_be_disabled()
    await waiter.get_by_role("button", name="Enviar orden").click()
    await waiter.get_by_text("Sopa: agotado").wait_for()
    await waiter.get_by_role("button", name="Quitar Sopa").click()
    await expect(waiter.get_by_text("Se agotó")).to_be_hidden()
    await waiter.get_by_role("button", name="Enviar orden").click()
    await waiter.get_by_text("enviada a cocina").wait_for()
    _, listed = await house.call(ANA, "GET", "/orders")
    assert [item["name"] for item in listed["orders"][0]["items"]] == ["Agua"]

    await sold.click()
    await kitchen.get_by_role("button", name="Agotados 0", include_hidden=True).wait_for(
        state="attached"
    )
    await expect(waiter.get_by_role("button", name="Agregar Sopa")).to_be_enabled()


async def test_a_draft_says_what_is_gone_from_the_menu(house: House, window: OpenWindow) -> None:
    waiter = (await window(ANA, "/mesero", PHONE)).page
    await waiter.get_by_text("En línea").wait_for()
    for name in ("Sopa", "Agua"):
        await waiter.get_by_role("button", name=f"Agregar {name}").click()
    body = {"name": "Agua fresca", "category": "Bebidas", "price": 35}
    await house.call(ROSA, "PUT", f"/products/{AGUA}", json=body)
    await waiter.get_by_role("button", name="Enviar orden · $ 105.00").wait_for()
    await house.call(ROSA, "DELETE", f"/products/{SOPA}")
    await waiter.get_by_text("⊘ Se agotó: Sopa. Quítalo de la orden.").wait_for()
    await waiter.reload()
    await waiter.get_by_text("Se quitó lo que ya no está en el menú").wait_for()
    await waiter.get_by_role("button", name="Enviar orden · $ 35.00").wait_for()


async def test_the_menu_is_kept_by_hand(house: House, window: OpenWindow) -> None:
    page = (await window(ROSA, "/admin?ver=menu", PHONE)).page
    await page.get_by_role("button", name="+ Platillo").click()
    dialog = page.get_by_role("dialog")
    for label, value in (("Nombre", "Sopa"), ("Categoría", "Postres"), ("Precio", "55,5")):
        await dialog.get_by_label(label).fill(value)
    await dialog.get_by_role("button", name="Guardar").click()
    await dialog.get_by_text("«Sopa» ya está en el menú").wait_for()
    await dialog.get_by_label("Nombre").fill("Flan")
    await dialog.get_by_role("button", name="Guardar").click()
    await page.get_by_role("button", name="Editar Flan, $ 55.50").click()
    await dialog.get_by_label("Precio").fill("60")
    await dialog.get_by_role("button", name="Guardar").click()
    await page.get_by_role("button", name="Editar Flan, $ 60.00").wait_for()

    await page.get_by_role("button", name="Ordenar").click()
    up = page.get_by_role("button", name="Subir categoría Postres")
    for _ in range(3):
        await up.press("Enter")
    await expect(page.locator(".menu-group h3")).to_have_text(
        ["Postres", "Tacos", "Sopas", "Bebidas"]
    )
    await settled(page)
    await page.get_by_role("button", name="Editar Flan").click()
    await dialog.get_by_role("button", name="Quitar del menú").click()
    await page.get_by_role("button", name="Quitar", exact=True).click()
    await expect(page.get_by_role("button", name="Editar Flan")).to_have_count(0)
    _, menu = await house.call(ANA, "GET", "/menu")
    assert len(menu["products"]) == 3


@pytest.mark.parametrize("encoding", ["utf-8-sig", "windows-1252", "utf-16", "utf-16-be"])
async def test_a_spreadsheet_is_seen_before_it_is_imported(
    house: House, window: OpenWindow, tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "menú.csv"
    file.write_text("nombre;categoría;precio\nSopa;Sopas;75,50\nPiña;Postres;40\n", encoding)
    page = (await window(ROSA, "/admin?ver=menu")).page
    await page.get_by_role("button", name="Importar CSV").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Archivo").set_input_files(file)
    await dialog.get_by_text("1 nuevo · 1 con cambios · 0 iguales").wait_for()
    await dialog.get_by_text("Sopa: $ 70.00 → $ 75.50").wait_for()
    assert await violations(page) == []
    _, menu = await house.call(ANA, "GET", "/menu")
    assert len(menu["products"]) == 3
    await dialog.get_by_role("button", name="Importar").click()
    await page.get_by_role("button", name="Editar Piña, $ 40.00").wait_for()


async def test_somebody_is_hired_changed_and_disabled(house: House, window: OpenWindow) -> None:
    opened = await window(ROSA, "/admin?ver=personal", PHONE)
    page, dialog = opened.page, opened.page.get_by_role("dialog")
    await page.get_by_role("button", name="+ Persona").click()
    await dialog.get_by_label("Nombre").fill("Zoé Núñez")
    await expect(dialog.get_by_label("Usuario")).to_have_value("zoe.nunez")
    await dialog.get_by_label("Rol").select_option("kitchen")
    await dialog.get_by_label("PIN").fill("8841")
    await dialog.get_by_role("button", name="Dar de alta").click()
    await page.get_by_role("heading", name="Zoé Núñez").wait_for()
    body = {"username": "zoe.nunez", "pin": "8841"}
    assert (await house.call(None, "POST", "/session", json=body))[0] == 201

    waiter = (await window(ANA, "/mesero", PHONE)).page
    await waiter.get_by_text("En línea").wait_for()
    await page.get_by_role("button", name="Editar Ana").click()
    await dialog.get_by_role("button", name="Dar de baja").click()
    await page.get_by_text("De baja · Mesero").wait_for()
    await waiter.wait_for_url("**/?volver=**")

    await page.get_by_role("button", name="Editar Rosa").click()
    await dialog.get_by_role("button", name="Dar de baja").click()
    await page.get_by_text("da de alta antes a otra persona").wait_for()


async def test_a_lost_phone_is_signed_out_from_afar(house: House, window: OpenWindow) -> None:
    waiter = (await window(ANA, "/mesero", PHONE)).page
    await waiter.get_by_text("En línea").wait_for()
    page = (await window(ROSA, "/admin?ver=personal")).page
    await page.get_by_role("button", name=re.compile("Cerrar sesión de ana")).click()
    await waiter.wait_for_url("**/?volver=**")


async def test_all_of_it_works_by_keyboard(house: House, window: OpenWindow) -> None:
    page = (await window(ROSA, "/admin")).page
    await page.get_by_text("En línea").wait_for()
    await page.locator("#tab-hoy").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#tab-menu")).to_be_focused()
    sold = page.get_by_role("button", name="Sopa: agotado")
    await sold.wait_for()
    await sold.focus()
    await page.keyboard.press("Space")
    await expect(sold).to_have_attribute("aria-pressed", "true")
    await expect(sold).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Editar Sopa")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="Editar Sopa")).to_be_focused()


async def test_phones_join_by_a_code_that_can_be_printed(house: House, window: OpenWindow) -> None:
    page = (await window(ROSA, "/admin?ver=restaurante")).page
    await page.get_by_label("Nombre del restaurante").fill("La Fonda")
    await page.get_by_label("Zona horaria").select_option("America/Bogota")
    await page.get_by_role("button", name="Guardar").click()
    await page.get_by_text("Guardado.").wait_for()
    _, address = await house.call(ROSA, "GET", "/connect")
    await page.goto(f"{house.url}/admin?ver=conectar")
    if address["url"] is None:
        await page.get_by_text("no está en ninguna red").wait_for()
        return
    await page.get_by_role("img", name=f"Código QR de {address['url']}").wait_for()
    drawn = "() => document.querySelector('.qr').naturalWidth > 0"
    assert await page.wait_for_function(drawn)
    await page.emulate_media(media="print")
    await expect(page.get_by_role("heading", name="La Fonda")).to_be_visible()
    await expect(page.get_by_role("button", name="Imprimir")).to_be_hidden()
    await expect(page.get_by_role("tablist")).to_be_hidden()
