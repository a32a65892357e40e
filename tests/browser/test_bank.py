"""*Admin → Banco*: the secret shown once, what was heard of the phone, and a notice on trial."""

import re
import tomllib
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from comanda import till
from comanda.config import Deposits, NoticeRule
from comanda.domain.notice_vetoes import Why
from comanda.domain.notices import examine
from comanda.web.contract.admin_responses import BankSetup, NoticeTried
from comanda.web.contract.examples import EXAMPLES
from comanda.web.plumbing.keys import DATABASE
from tests.browser.conftest import DESKTOP, PHONE, OpenWindow
from tests.browser.layout import SMALL, all_flaws
from tests.browser.test_shell import violations
from tests.house import ROSA, House

BANK = "/admin?ver=banco"
SECRET = re.compile(r"[a-z2-9]{32}")
TRIED = EXAMPLES[NoticeTried] | {"kind": "ignorado", "rule": None, "amount": None, "sender": None}
# What the page copies without the clipboard's API, as over plain HTTP.
COPIES = """
  globalThis.copied = [];
  document.addEventListener("copy", () => copied.push(document.activeElement.value));
  Object.defineProperty(navigator, "clipboard", { value: undefined });
"""


async def open_bank(window: OpenWindow, size: dict[str, int] = DESKTOP) -> Page:
    page = (await window(ROSA, BANK, size, touch=size is not DESKTOP)).page
    await page.get_by_role("heading", name="Banco").wait_for()
    return page


async def connect(page: Page) -> Locator:
    """The card with the new secret."""
    await page.get_by_role("button", name="Conectar el teléfono del banco").click()
    return await secret_card(page)


async def secret_card(page: Page) -> Locator:
    card = page.locator(".bank .card").filter(has_text="Datos para el teléfono")
    await expect(card.get_by_text("Dirección de avisos")).to_be_visible()
    return card


async def text_of(card: Locator, label: str) -> str:
    entry = card.get_by_role("listitem").filter(has=card.page.get_by_text(label, exact=True))
    return str(await entry.locator(".bank-text").inner_text())


async def holds(page: Page, secret: str) -> bool:
    """Whether the secret is anywhere in the document, or in what the page keeps on this device."""
    kept: str = await page.evaluate(
        """async () => {
          const { outerHTML, textContent } = document.documentElement;
          const texts = [outerHTML, textContent, JSON.stringify(localStorage),
            JSON.stringify(sessionStorage),
            ...[...document.querySelectorAll("input, textarea")].map((field) => field.value)];
          for (const { name } of await indexedDB.databases()) {
            const database = await new Promise((resolve, reject) => {
              const asked = indexedDB.open(name);
              asked.onsuccess = () => resolve(asked.result);
              asked.onerror = reject;
            });
            for (const table of database.objectStoreNames) {
              const rows = await new Promise((resolve) => {
                const asked = database.transaction(table).objectStore(table).getAll();
                asked.onsuccess = () => resolve(asked.result);
              });
              texts.push(JSON.stringify(rows));
            }
            database.close();
          }
          return texts.join(" ");
        }"""
    )
    return secret in kept


@pytest.mark.parametrize("size", [SMALL, PHONE, DESKTOP], ids=["small", "phone", "desktop"])
async def test_a_house_without_the_phone_sees_what_it_is_for_and_one_button(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    page = await open_bank(window, size)
    await expect(page.get_by_text("si el dinero ya llegó")).to_be_visible()
    await expect(page.locator(".bank").get_by_role("button")).to_have_count(1)
    assert await all_flaws(page) == {}
    assert await violations(page) == []


@pytest.mark.parametrize("size", [SMALL, PHONE, DESKTOP], ids=["small", "phone", "desktop"])
async def test_the_secret_is_shown_once_with_codes_that_are_drawn_and_texts_to_copy(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    page = await open_bank(window, size)
    await page.evaluate(f"() => {{ {COPIES} }}")
    card = await connect(page)
    secret = await text_of(card, "Secreto")
    assert SECRET.fullmatch(secret)
    for image in await card.get_by_role("img").all():
        assert await image.evaluate("(one) => one.decode().then(() => one.naturalWidth > 0)")
    await card.get_by_role("button", name="Copiar: Secreto").click()
    await card.get_by_role("button", name="Copiado ✓: Secreto").wait_for()
    assert await page.evaluate("copied") == [secret]
    await page.get_by_text("Todavía no llega nada del teléfono").wait_for()
    await expect(page.get_by_text("Sign with HMAC-SHA-256")).to_be_visible()
    assert await all_flaws(page) == {}
    assert await violations(page) == []

    await page.reload()
    await page.get_by_text("Secreto hecho por Rosa").wait_for()
    assert not await holds(page, secret)


@pytest.mark.parametrize("way", ["another section", "two minutes", "the lock"])
async def test_nothing_of_the_secret_stays_on_a_shared_screen(
    house: House, window: OpenWindow, way: str
) -> None:
    page = (await window(ROSA, "/healthz")).page
    await page.clock.install()
    await page.goto(house.url + BANK)
    secret = await text_of(await connect(page), "Secreto")
    assert await holds(page, secret)
    if way == "another section":
        await page.get_by_role("tab", name="Copias").click()
        await page.get_by_role("heading", name="Copias", exact=True).wait_for()
        await page.get_by_role("tab", name="Banco").click()
    elif way == "two minutes":
        await page.clock.run_for(119_000)
        assert await holds(page, secret)
        await page.clock.run_for(3_000)
        await page.get_by_text("El secreto ya no se muestra").wait_for()
    else:
        await page.route(
            "**/session", lambda _: None
        )  # the network swallows it: the page is covered
        await page.evaluate("async () => { (await part('house/idle.js')).leave('rosa'); }")
        await page.get_by_text("Saliendo…").wait_for()
    assert not await holds(page, secret)


async def test_changing_the_secret_asks_first_and_shows_another(
    house: House, window: OpenWindow
) -> None:
    page = await open_bank(window)
    first = await text_of(await connect(page), "Secreto")
    await page.get_by_role("button", name="Cambiar el secreto").click()
    await page.get_by_role("button", name="¿Seguro? El de ahora deja de servir").click()
    card = page.locator(".bank-data")
    await expect(card).not_to_contain_text(first)
    assert SECRET.fullmatch(await text_of(await secret_card(page), "Secreto"))
    _, answer = await house.call(ROSA, "GET", "/house/changes")
    assert [change["added"] for change in answer["changes"]] == [
        ["Banco: secreto nuevo para el teléfono"]
    ] * 2


async def test_what_the_phone_sends_is_seen_without_a_reload(
    house: House, window: OpenWindow
) -> None:
    page = (await window(ROSA, "/healthz")).page
    await page.clock.install(time=house.clock.now)
    await page.goto(house.url + BANK)
    await connect(page)
    await page.get_by_text("Todavía no llega nada del teléfono").wait_for()
    await house.app[DATABASE].write(till.hear_notice, None)
    await page.clock.run_for(11_000)
    await page.get_by_text("Llegan avisos, pero no la señal").wait_for()
    await house.app[DATABASE].write(till.hear_heartbeat)
    await house.app[DATABASE].write(till.hear_refused, "malformed_body")
    await page.clock.run_for(11_000)
    await page.get_by_text("✓ El teléfono del banco está en línea").wait_for()
    await expect(page.locator(".heard").first).to_contain_text("Último rechazo")
    await expect(page.locator(".heard").first).to_contain_text("no era JSON")
    house.clock.advance(minutes=40)
    await page.clock.run_for(11_000)
    await page.get_by_text("Teléfono del banco: sin señal desde").wait_for()


async def test_without_a_network_it_says_so_and_that_the_secret_may_have_changed(
    house: House, window: OpenWindow
) -> None:
    page = await open_bank(window)
    await page.route("**/deposits/secret", lambda route: route.abort())
    await page.get_by_role("button", name="Conectar el teléfono del banco").click()
    await page.get_by_text("Sin conexión. El secreto pudo cambiar").wait_for()
    await page.unroute("**/deposits/secret")
    await connect(page)
    await page.route("**/deposits/setup", lambda route: route.abort())
    await page.get_by_role("tab", name="Copias").click()
    await page.get_by_role("tab", name="Banco").click()
    await page.get_by_text("Sin conexión. Lo de abajo puede ser de antes").wait_for()


async def test_whoever_was_signed_out_signs_in_again_and_comes_back(
    house: House, window: OpenWindow
) -> None:
    found = await window(ROSA, BANK)
    await found.page.get_by_role("button", name="Conectar el teléfono del banco").wait_for()
    await found.context.clear_cookies()
    await found.page.get_by_role("button", name="Conectar el teléfono del banco").click()
    await found.page.wait_for_url("**/?volver=*banco*")


@pytest.mark.parametrize("size", [SMALL, PHONE, DESKTOP], ids=["small", "phone", "desktop"])
async def test_a_pasted_notice_tells_what_is_made_of_it_and_by_which_rule(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    page = await open_bank(window, size)
    await connect(page)
    before = house.rows()
    await page.get_by_label("Título o remitente").fill("Confirmación de Pago")
    notice = page.get_by_label("Aviso", exact=True)
    await notice.fill("Rosa Quispe te envió un pago por S/ 56.7.\nEl cód. de seguridad es: 417")
    await page.get_by_role("button", name="Probar").click()
    await page.get_by_text("✓ Es un ingreso de $ 56.70.").wait_for()
    facts = page.locator(".heard").last
    await expect(facts).to_contain_text("Rosa Quispe")
    await expect(facts).to_contain_text("yape")
    assert await all_flaws(page) == {}

    await notice.fill("Compra por $89.900 con tarjeta final 5678 en Tienda")
    await page.get_by_role("button", name="Probar").click()
    await page.get_by_text("No cuenta como ingreso: es una compra.").wait_for()
    await expect(page.get_by_text("✓ Es un ingreso")).to_have_count(0)
    assert await violations(page) == []
    await page.route("**/deposits/try", lambda route: route.abort())
    await page.get_by_role("button", name="Probar").click()
    await page.get_by_role("alert").filter(has_text="Sin conexión").wait_for()
    await expect(notice).to_have_value(re.compile("Compra"))
    assert house.rows() == before


async def test_every_reason_of_the_server_has_its_words(house: House, window: OpenWindow) -> None:
    page = await open_bank(window)
    await connect(page)
    # A trial stores nothing; what a person's number sends is a deposit all the same.
    whys = [why for why in Why if why not in (Why.REPEATED, Why.PRIVATE_NUMBER)]
    answers = iter(whys)

    async def answer(route: Route) -> None:
        await route.fulfill(json=TRIED | {"why": next(answers).value})

    await page.route("**/deposits/try", answer)
    await page.get_by_label("Aviso", exact=True).fill("x")
    for why in whys:
        await page.get_by_role("button", name="Probar").click()
        said = page.locator(".bank [role=status] .notice").last
        await expect(said).to_contain_text("No cuenta como ingreso: ")
        await expect(said).not_to_have_text(f"No cuenta como ingreso: {why.value}.")


async def test_a_notice_of_a_persons_number_is_told_to_be_tied_by_hand_alone(
    house: House, window: OpenWindow
) -> None:
    page = await open_bank(window)
    await connect(page)
    await page.get_by_label("Título o remitente").fill("+52 55 1234 5678")
    await page.get_by_label("Aviso", exact=True).fill("Recibiste $185.50 de Ana Paz")
    await page.get_by_role("button", name="Probar").click()
    await page.get_by_text("✓ Es un ingreso de $ 185.50.").wait_for()
    await page.get_by_text("en caja se une sólo a mano").wait_for()


async def test_the_rules_are_listed_with_an_example_of_an_own_one_that_works(
    house: House, window: OpenWindow
) -> None:
    page = await open_bank(window)
    await connect(page)
    await page.get_by_text("Reglas que leen los avisos").click()
    rules = page.locator(".bank-rules")
    await expect(rules.get_by_text("yape", exact=True)).to_have_count(1)
    example = tomllib.loads(await page.locator(".bank pre").last.inner_text())
    (entries,) = example["deposits"]["rules"]
    lists: dict[str, Any] = {
        part: tuple(words) for part, words in entries.items() if part != "name"
    }
    own = NoticeRule(entries["name"], **lists)
    text = "Mi banco: te cayó $ 185.50 de parte de Marcos Peña. Folio 88412"
    verdict = examine("", text, Deposits(rules=(own,)).notice_rules)
    assert (verdict.rule, verdict.amount) == ("mi-banco", 18_550)
    assert (verdict.sender, verdict.reference) == ("Marcos Peña", "88412")


async def test_a_secret_of_the_configuration_has_no_button_and_its_addresses_stay_in_sight(
    house: House, window: OpenWindow
) -> None:
    configured = EXAMPLES[BankSetup] | {
        "secret_from_config": True,
        "heartbeat_url": "http://192.168.1.20:8080/deposits/heartbeat?key=9f2c51d0",
        "notice_at": None,
        "heartbeat_at": None,
    }

    async def answer(route: Route) -> None:
        await route.fulfill(json=configured)

    page = (await window(ROSA, "/healthz", SMALL, touch=True)).page
    await page.route("**/deposits/setup", answer)
    await page.goto(house.url + BANK)
    await page.get_by_text("El secreto está en config.toml").wait_for()
    await expect(page.get_by_role("button", name="Cambiar el secreto")).to_have_count(0)
    await expect(page.get_by_text("heartbeat?key=9f2c51d0")).to_be_visible()
    await page.get_by_text("Pasos: MacroDroid o Tasker").click()
    await expect(page.get_by_text("viaja sin cifrar por el Wi-Fi")).to_be_visible()
    assert await all_flaws(page) == {}
