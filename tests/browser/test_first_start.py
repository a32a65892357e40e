"""The first start on the owner's phone: from the printed address to a house that works."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from comanda.config import Config
from comanda.domain.limits import LIMITS
from comanda.web.plumbing.setup_token import issue_token
from tests.browser.conftest import PHONE, SLOW, OpenWindow
from tests.browser.layout import DESKTOP, SIZES, all_flaws
from tests.browser.test_shell import violations
from tests.house import House, open_house


@pytest.fixture
async def house(config: Config) -> AsyncIterator[House]:
    """A house that nobody has founded yet."""
    async with open_house(config, new=False) as opened:
        yield opened


async def test_an_owner_founds_the_house_on_a_phone(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    menu = tmp_path / "menú.csv"
    menu.write_text("nombre,categoría,precio\nPiña,Postres,40\n", "windows-1252")
    token = await issue_token(house.app)
    context = await browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]},
        is_mobile=True,
        has_touch=True,
        timezone_id="America/Bogota",
    )
    context.set_default_timeout(SLOW)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    await page.goto(f"{house.url}/instalar#{token}")
    await page.get_by_label("Nombre del restaurante").fill("La Fonda")
    await expect(page.get_by_label("Zona horaria")).to_have_value("America/Bogota")
    assert await violations(page) == []
    await page.get_by_label("Tu nombre").fill("Doña Mary")
    await expect(page.get_by_label("Usuario")).to_have_value("dona.mary")
    await page.get_by_label("PIN", exact=True).fill("884100")
    await page.get_by_label("PIN otra vez").fill("884200")
    await page.get_by_label("Importar mi menú").check()
    await page.get_by_label("Archivo CSV").set_input_files(menu)
    await page.get_by_role("button", name="Empezar").click()
    await page.get_by_text("Los dos PIN no coinciden").wait_for()
    await page.get_by_label("PIN otra vez").fill("884100")
    await page.get_by_role("button", name="Empezar").click()
    await page.get_by_role("heading", name="Conectar teléfonos").wait_for()
    await page.get_by_role("tab", name="Menú").click()
    await page.get_by_role("button", name="Editar Piña, $ 40.00").wait_for()
    assert not [url for url in sent if token and token in url.partition("#")[0]]
    assert errors == []
    await context.close()


@pytest.mark.parametrize("answer", ["not asked", "yes"])
async def test_it_asks_who_works_alone_and_takes_no_answer_for_no(
    house: House, window: OpenWindow, answer: str
) -> None:
    token = await issue_token(house.app)
    page = (await window(None, f"/instalar#{token}", PHONE)).page
    alone = page.get_by_label("¿Trabajas solo?")
    await expect(alone).not_to_be_checked()
    await page.get_by_text("cada quien puede aprobar las transferencias que mandó").wait_for()
    await alone.set_checked(answer == "yes")
    await page.get_by_label("Nombre del restaurante").fill("La Fonda")
    await page.get_by_label("Tu nombre").fill("Mary")
    await page.get_by_label("PIN", exact=True).fill("884100")
    await page.get_by_label("PIN otra vez").fill("884100")
    await page.get_by_role("button", name="Empezar").click()
    await page.get_by_role("heading", name="Conectar teléfonos").wait_for()
    settings = await page.evaluate("async () => (await fetch('/settings')).json()")
    assert settings["own_verdicts"] is (answer == "yes")


async def test_an_address_without_its_key_says_so(house: House, browser: Browser) -> None:
    await issue_token(house.app)
    context = await browser.new_context()
    context.set_default_timeout(SLOW)
    page = await context.new_page()
    await page.goto(f"{house.url}/instalar")
    await page.get_by_text("Falta la clave en la dirección").wait_for()
    await context.close()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size['width']}x{size['height']}")
async def test_nothing_covers_is_cut_or_overlaps(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    token = await issue_token(house.app)
    page = (await window(None, "/docs", size, touch=size is not DESKTOP)).page
    await page.goto(f"{house.url}/instalar#{token}")
    await expect(page.get_by_label("Zona horaria")).to_be_visible()
    assert await all_flaws(page) == {}


async def test_the_first_forms_fields_end_where_the_servers_do(
    house: House, window: OpenWindow
) -> None:
    """Before anybody is signed in no page can ask for the limits."""
    token = await issue_token(house.app)
    page = (await window(None, f"/instalar#{token}", PHONE)).page
    await page.get_by_label("PIN", exact=True).wait_for()
    longest = "inputs => inputs.map(input => [input.name, input.maxLength, input.minLength])"
    lengths = await page.locator("input[maxlength]").evaluate_all(longest)
    assert lengths == [
        ["restaurant", LIMITS.name, -1],
        ["currency", LIMITS.currency, -1],
        ["name", LIMITS.name, -1],
        ["username", LIMITS.username, -1],
        ["pin", LIMITS.pin, LIMITS.shortest_money_pin],
        ["again", LIMITS.pin, -1],
    ]
