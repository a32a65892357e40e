"""A bank's statement on the cashier's page: chosen, looked at, corrected, imported."""

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import DESKTOP, OpenWindow
from tests.browser.layout import SMALL, flaws
from tests.browser.test_reconciliation import open_tab
from tests.browser.test_shell import violations
from tests.house import LUIS, House
from tests.statements.files import BBVA

UNKNOWN = "cuando;quien;cuanto\n27/11/2026;Marcos Peña;1.185,50\n28/11/2026;Elena Ríos;85,00\n"


def file_of(text: str, name: str = "estado.csv") -> dict[str, object]:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


async def open_dialog(page: Page) -> Locator:
    await page.get_by_role("button", name="Estado de cuenta").click()
    dialog = page.get_by_role("dialog", name="Estado de cuenta")
    await expect(dialog).to_be_visible()
    return dialog


async def choose(dialog: Locator, text: str) -> None:
    await dialog.get_by_label("Archivo del banco").set_input_files(file_of(text))  # type: ignore[arg-type]


async def count_deposits(house: House) -> int:
    _, answer = await house.call(LUIS, "GET", "/deposits?from=2026-11-01&to=2026-11-30")
    return len(answer["deposits"])


async def test_a_statement_is_seen_before_it_is_imported(house: House, window: OpenWindow) -> None:
    page = await open_tab(window)
    dialog = await open_dialog(page)
    await choose(dialog, BBVA)
    await expect(
        dialog.get_by_text("2 abonos · $ 1,371.00 · del 27/11/2026 al 28/11/2026")
    ).to_be_visible()
    await expect(dialog.get_by_text("1 cargo no cuenta")).to_be_visible()
    await expect(dialog.get_by_text("SPEI RECIBIDO MARCOS PEÑA · 8841220193")).to_be_visible()
    assert await count_deposits(house) == 0
    await dialog.get_by_role("button", name="Importar").click()
    await expect(dialog.get_by_text("2 ingresos nuevos")).to_be_visible()
    assert await count_deposits(house) == 2
    await dialog.get_by_role("button", name="Listo").click()
    await expect(dialog).to_be_hidden()
    again = await open_dialog(page)
    await choose(again, BBVA)
    await expect(again.get_by_text("Ya estaban todos")).to_be_visible()


async def test_columns_that_are_not_found_out_are_picked_and_kept_for_the_bank(
    house: House, window: OpenWindow
) -> None:
    page = await open_tab(window)
    dialog = await open_dialog(page)
    await choose(dialog, UNKNOWN)
    await expect(dialog.get_by_text("del 27/11/2026 al 28/11/2026")).to_be_visible()
    await dialog.get_by_text("Columnas", exact=True).click()
    await dialog.locator("#statement-column-1").select_option("sender")
    await expect(dialog.locator("#statement-column-1")).to_have_value("sender")
    await dialog.get_by_label("Banco, para leerlo igual").fill("Banco Azul")
    await dialog.get_by_role("button", name="Importar").click()
    await expect(dialog.get_by_text("2 ingresos nuevos")).to_be_visible()
    await dialog.get_by_role("button", name="Listo").click()
    again = await open_dialog(page)
    await choose(again, UNKNOWN.replace("85,00", "86,00"))
    await expect(again.get_by_label("Banco, para leerlo igual")).to_have_value("Banco Azul")
    await expect(again.get_by_text("1 ya estaba", exact=False)).to_be_visible()


async def test_a_header_row_and_a_mark_can_be_corrected(house: House, window: OpenWindow) -> None:
    dialog = await open_dialog(await open_tab(window))
    await choose(dialog, UNKNOWN)
    await dialog.get_by_text("Formatos", exact=True).click()
    mark = dialog.get_by_label("Centavos")
    await expect(mark).to_have_value(",")
    await mark.select_option(".")
    await expect(dialog.get_by_text("2 líneas no se entienden")).to_be_visible()


async def test_a_part_stays_open_with_its_focus_while_one_thing_after_the_other_is_corrected(
    house: House, window: OpenWindow
) -> None:
    dialog = await open_dialog(await open_tab(window, size=SMALL))
    await choose(dialog, UNKNOWN)
    await dialog.get_by_text("Columnas", exact=True).click()
    await dialog.get_by_text("Así se lee", exact=True).click()
    second = dialog.locator("#statement-column-1")
    await second.focus()
    await second.select_option("sender")
    await expect(dialog.locator(".statement")).not_to_have_attribute("aria-busy", "true")
    await expect(second).to_have_value("sender")
    await expect(second).to_be_visible()
    await expect(second).to_be_focused()
    await expect(dialog.get_by_role("list", name="Primeros movimientos")).to_be_hidden()
    await second.select_option("description")
    await expect(dialog.locator(".statement")).not_to_have_attribute("aria-busy", "true")
    await expect(second).to_be_focused()


async def test_the_parts_of_the_dialog_keep_a_distance(house: House, window: OpenWindow) -> None:
    dialog = await open_dialog(await open_tab(window))
    await choose(dialog, BBVA)
    gaps = """node => { const boxes = [...node.children].filter((one) => one.checkVisibility()
      && one.getClientRects().length > 0 && getComputedStyle(one).position !== "fixed"
      && one.clientHeight > 0).map((one) => one.getBoundingClientRect());
      return Math.min(...boxes.slice(1).map((one, at) => one.top - boxes[at].bottom)); }"""
    await expect(dialog.get_by_text("2 abonos")).to_be_visible()
    assert await dialog.evaluate(gaps) >= 8
    assert await dialog.locator(".statement").evaluate(gaps) >= 8
    await dialog.get_by_role("button", name="Importar").click()
    await expect(dialog.get_by_text("2 ingresos nuevos")).to_be_visible()
    assert await dialog.evaluate(gaps) >= 8
    assert await dialog.locator(".statement .statement").evaluate(gaps) >= 8


async def test_what_was_chosen_stays_while_the_network_is_lost(
    house: House, window: OpenWindow
) -> None:
    page = await open_tab(window)
    dialog = await open_dialog(page)

    async def lose(route: Route) -> None:
        await route.abort()

    await page.route("**/deposits/statement*", lose)
    await page.route("**/deposits/statement/preview", lose)
    await choose(dialog, BBVA)
    await expect(dialog.get_by_text("El archivo y lo que elegiste siguen aquí")).to_be_visible()
    await page.unroute("**/deposits/statement/preview")
    await dialog.get_by_role("button", name="Volver a leer").click()
    await dialog.get_by_role("button", name="Importar").click()
    await expect(dialog.get_by_text("nada se repite")).to_be_visible()
    await page.unroute("**/deposits/statement*")
    await dialog.get_by_role("button", name="Importar").click()
    await expect(dialog.get_by_text("2 ingresos nuevos")).to_be_visible()
    assert await count_deposits(house) == 2


async def test_what_went_wrong_far_below_is_said_in_sight(house: House, window: OpenWindow) -> None:
    page = await open_tab(window, size=SMALL)
    dialog = await open_dialog(page)
    await choose(dialog, UNKNOWN)
    await dialog.get_by_text("Columnas", exact=True).click()

    async def lose(route: Route) -> None:
        await route.abort()

    await page.route("**/deposits/statement", lose)
    await dialog.get_by_role("button", name="Importar").click()
    await expect(dialog.get_by_text("nada se repite")).to_be_in_viewport()


@pytest.mark.parametrize("step", ["preview", "import"])
async def test_whose_session_has_ended_signs_in_again(
    house: House, window: OpenWindow, step: str
) -> None:
    page = await open_tab(window)
    dialog = await open_dialog(page)
    if step == "import":
        await choose(dialog, BBVA)
        await expect(dialog.get_by_text("2 abonos")).to_be_visible()
    await page.context.clear_cookies()
    if step == "import":
        await dialog.get_by_role("button", name="Importar").click()
    else:
        await choose(dialog, BBVA)
    await page.wait_for_url("**/?volver=*")


async def test_one_line_that_was_there_is_told_as_one(house: House, window: OpenWindow) -> None:
    page = await open_tab(window)
    dialog = await open_dialog(page)
    await choose(dialog, UNKNOWN)
    await dialog.get_by_role("button", name="Importar").click()
    await dialog.get_by_role("button", name="Listo").click()
    again = await open_dialog(page)
    await choose(again, UNKNOWN.replace("85,00", "86,00"))
    await expect(again.get_by_text("1 ya estaba", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\x89PNG", "Se leen estados de cuenta en CSV, TSV, OFX y MT940"),
        ("PK\x03\x04", "guárdalo como CSV"),
        ("", "El archivo está vacío"),
    ],
)
async def test_a_file_that_is_none_says_why(
    house: House, window: OpenWindow, text: str, words: str
) -> None:
    dialog = await open_dialog(await open_tab(window))
    data = {"name": "a", "mimeType": "", "buffer": text.encode("latin-1")}
    await dialog.get_by_label("Archivo del banco").set_input_files(data)  # type: ignore[arg-type]
    await expect(dialog.get_by_role("alert").filter(has_text=words)).to_be_visible()
    await expect(dialog.get_by_role("button", name="Importar")).to_be_hidden()


@pytest.mark.parametrize("size", [SMALL, {"width": 390, "height": 844}, DESKTOP])
async def test_the_dialog_fits_and_can_be_used_by_everybody(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    page = await open_tab(window, LUIS, size)
    dialog = await open_dialog(page)
    await choose(dialog, BBVA.replace("28/11/2026,", "32/11/2026,"))
    await expect(dialog.get_by_text("1 línea no se entiende")).to_be_visible()
    for part in ("Columnas", "Formatos"):
        await dialog.get_by_text(part, exact=True).click()
    assert await flaws(page) == []
    assert await violations(page) == []
