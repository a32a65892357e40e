"""The till and the administrator's page, with all that can lie open on them: see test_layout.

A house is furnished once a size; each case opens a page of its own.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import aiohttp
import pytest
from playwright.async_api import Page, expect

from comanda.config import Backup, Config, Deposits
from tests.browser.conftest import OpenWindow, settled
from tests.browser.layout import SIZES, all_flaws
from tests.browser.test_layout import (
    LONG_ADMIN,
    LONG_CASHIER,
    LONG_WAITER,
    LONG_WORD,
    LONG_WORDS,
    NOTE,
    TILL,
    Case,
    detail,
    dialog,
    furnish,
    nothing,
    open_case,
    place,
    tab,
    user_menu,
)
from tests.house import ANA, COCO, LUIS, ROSA, House, jpeg

HINTED, SENT_AGAIN, CASH, FROM_YESTERDAY, ARRIVED, POSSIBLE = 8501, 8502, 8503, 8504, 8505, 8506
REFERENCE = "0123456789" * 4
DECIDE = """async () => {
  const { key } = document.querySelector(".proof-card[aria-current]").parentNode.dataset;
  const body = JSON.stringify({ verdict: "rechazado", reason: "ilegible" });
  const headers = { "Content-Type": "application/json" };
  await (await fetch(`/payments/${key}/verdict`, { method: "PUT", headers, body })).text();
}"""
VOIDED = """async () => {
  const { orders } = await (await fetch("/orders?status=anulado")).json();
  return orders[0].id;
}"""


@pytest.fixture
def config(config: Config) -> Config:
    """Nightly backups are on; no night has passed. The bank's phone is there, and silent."""
    return replace(config, backup=Backup(), deposits=Deposits(secret="una clave muy larga"))


async def furnish_till(house: House) -> None:
    """A proof with hints, one sent again, cash, a payment of the day before, and an old copy.

    And a proof whose money has arrived, and one whose money is one of two deposits.
    """
    folder = house.path.parent / "backups"
    folder.mkdir(exist_ok=True)  # the watch over copies may have made it
    (folder / "comanda-20261125T100000Z.db").write_bytes(b"three days old")
    _, menu = await house.call(ROSA, "GET", "/menu")
    ids = [product["id"] for product in menu["products"]][-60:]

    async def deliver(table: int) -> str:
        order = await place(house, table, ids, LONG_WAITER)
        for status, member in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
            await house.advance(order["id"], status, member)
        return str(order["id"])

    async def send(order: str, photo: bytes | None, **fields: str) -> str:
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in fields.items():
            form.add_field(name, value)
        if photo:
            form.add_field("file", photo, filename="foto.jpg", content_type="image/jpeg")
        _, sent = await house.call(LONG_WAITER, "POST", f"/orders/{order}/proof", data=form)
        return str(sent["payment"]["id"])

    told = {"method": "transferencia", "reference": REFERENCE, "amount": "1234567.89"}
    house.clock.advance(hours=-15)  # 23:41 in Mexico
    first = await send(await deliver(FROM_YESTERDAY), jpeg("#123456"), **told)
    await house.judge(first, "aprobado", LUIS)
    house.clock.advance(hours=15)
    await send(await deliver(HINTED), jpeg("#123456"), **told)
    order = await deliver(SENT_AGAIN)
    await house.judge(await send(order, jpeg(), **told), "rechazado", LUIS, reason=NOTE)
    await send(order, jpeg(), **told)
    await send(await deliver(CASH), None, method="efectivo")
    arrived, possible = await deliver(ARRIVED), await deliver(POSSIBLE)
    number = f"9{REFERENCE}"[:40]
    await send(arrived, jpeg(), **told | {"amount": "1234567.88", "reference": number})
    await house.hears_of_money(123456788, sender=LONG_WORD + LONG_WORD, reference=number)
    for turn, sender in enumerate((LONG_WORD + LONG_WORD, LONG_WORDS), start=1):
        await house.hears_of_money(123456787, sender=sender, reference=f"{turn}{REFERENCE}")
    await send(possible, jpeg(), **told | {"amount": "1234567.87", "reference": "77"})


def card_of(table: int) -> Callable[[Page], Awaitable[None]]:
    """Opens the detail of the proof of a table."""

    async def open_card(page: Page) -> None:
        card = page.locator(".proof-card").filter(has_text=str(table))
        await card.wait_for()
        await settled(page)
        await card.click()
        await page.get_by_role("button", name="Aprobar").wait_for()
        await expect(page.get_by_text("Cargando la foto…")).to_have_count(0)

    return open_card


async def sent_again(page: Page) -> None:
    await card_of(SENT_AGAIN)(page)
    await page.get_by_text("Anterior (#1), rechazado").wait_for()


async def why_approve(page: Page) -> None:
    await card_of(HINTED)(page)
    await page.get_by_label("Lo vi en la cuenta").check()
    await page.get_by_role("button", name="Aprobar").click()
    await page.get_by_role("dialog").wait_for()


async def not_seen(page: Page) -> None:
    await detail(page)
    await page.get_by_role("button", name="Aprobar").click()
    await page.get_by_text("Busca el pago en la cuenta").wait_for()


async def decided(page: Page) -> None:
    await detail(page)
    await page.evaluate(DECIDE)
    await page.get_by_role("button", name="Siguiente").wait_for()


def search(text: str) -> Callable[[Page], Awaitable[None]]:
    """Looks for `text` on the list of what waits."""

    async def look(page: Page) -> None:
        await page.get_by_role("searchbox").fill(text)
        await page.locator(".search-said").wait_for()

    return look


def first_row(name: str, words: str = "") -> Callable[[Page], Awaitable[None]]:
    """Opens the first order of the list on a tab, or the first that says `words`."""

    async def open_row(page: Page) -> None:
        await tab(name)(page)
        row = page.get_by_role("tabpanel").locator(".order-row", has_text=words)
        await row.get_by_role("link").first.wait_for()
        await settled(page)
        await row.get_by_role("link").first.click()
        await page.get_by_role("heading", name="Historia").wait_for()

    return open_row


async def voided(page: Page) -> None:
    await page.goto(f"{page.url}?orden={await page.evaluate(VOIDED)}")
    await page.get_by_role("heading", name="Historia").wait_for()


async def day_before(page: Page) -> None:
    await tab("Conciliación")(page)
    await page.get_by_role("button", name="Día anterior").click()
    await page.get_by_text("⚠ Falta", exact=True).first.wait_for()


async def only_missing(page: Page) -> None:
    await tab("Conciliación")(page)
    await page.get_by_label("Sólo faltan").check()
    await page.locator("#bank-search").fill("8005")
    await page.locator(".bank-shown").get_by_text("Se ven").wait_for()


async def which_money(page: Page) -> None:
    await settled(page)
    await page.locator(".list-pane .possible:visible").click()
    await page.get_by_role("dialog", name="Elegir el ingreso").wait_for()


async def offline(page: Page) -> None:
    await page.context.set_offline(True)
    await page.get_by_text("Sin conexión").first.wait_for()


def till(name: str, prepare: Callable[[Page], Awaitable[None]]) -> Case:
    return Case(f"till: {name}", LONG_CASHIER, "/caja", prepare)


def office(name: str, prepare: Callable[[Page], Awaitable[None]]) -> Case:
    return Case(f"admin: {name}", LONG_ADMIN, "/admin", prepare)


async def import_menu(page: Page) -> None:
    await dialog("Importar CSV", at="Menú")(page)
    rows = "\n".join(f"Otro {LONG_WORD}{n},Categoría {LONG_WORD},12345.60" for n in range(9))
    text = f"nombre,categoría,precio\n{rows}\n"
    file = {"name": "menú.csv", "mimeType": "text/csv", "buffer": text.encode()}
    await page.get_by_label("Archivo").set_input_files(file)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Importar", exact=True).wait_for()


async def gone_from_menu(page: Page) -> None:
    await dialog("Editar", at="Menú")(page)
    await page.get_by_role("button", name="Quitar del menú").click()
    await page.get_by_role("dialog", name="¿Quitar").wait_for()


async def copies_alarmed(page: Page) -> None:
    await tab("Copias")(page)
    await page.get_by_text("Las copias están en el mismo disco").wait_for()


async def arranging(page: Page) -> None:
    await tab("Menú")(page)
    await page.get_by_role("button", name="Ordenar").click()


MORE_TILL = (
    till("hints", card_of(HINTED)),
    till("sent again", sent_again),
    till("cash", card_of(CASH)),
    till("not seen in the account", not_seen),
    till("why approve", why_approve),
    till("money arrived", card_of(ARRIVED)),
    till("money that may be its own", card_of(POSSIBLE)),
    till("which money", which_money),
    till("search", search("$ 1,604,937.10")),
    till("nothing found", search(LONG_WORD + LONG_WORD)),
    till("an order", first_row("En curso")),
    till("a refused order", first_row("Por Cobrar", "Pago Rechazado")),
    till("a partly paid order", first_row("Por Cobrar", "pagado")),
    till("a paid order", first_row("Pagadas hoy")),
    till("a voided order", voided),
    till("the day before", day_before),
    till("only missing", only_missing),
    till("the menu", user_menu),
    till("why void", dialog("Anular", at="En curso")),
    till("decided elsewhere", decided),
    till("offline", offline),
)
ADMIN = (
    office("an alarm", nothing),
    office("copies", copies_alarmed),
    office("arranging", arranging),
    office("a new dish", dialog("+ Platillo", at="Menú")),
    office("gone from the menu", gone_from_menu),
    office("an import", import_menu),
)


async def test_nothing_of_the_till_covers_is_cut_or_overlaps(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    assert await audit(house, window, (*TILL, *MORE_TILL), size) == {}


async def test_nothing_of_the_office_covers_is_cut_or_overlaps(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    assert await audit(house, window, ADMIN, size) == {}


@pytest.fixture(params=SIZES, ids=lambda size: f"{size['width']}x{size['height']}")
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    size: dict[str, int] = request.param
    return size


async def audit(
    house: House, window: OpenWindow, cases: tuple[Case, ...], size: dict[str, int]
) -> dict[str, dict[str, list[str]]]:
    """The flaws of each case that has some."""
    await furnish(house)
    await furnish_till(house)
    told: dict[str, dict[str, list[str]]] = {}
    for case in cases:
        page = await open_case(house, window, case, size)
        flaws = await all_flaws(page)
        if flaws:
            told[case.name] = flaws
        await page.context.close()
    return told
