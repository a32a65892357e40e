"""Every page on a small phone, a tall one and a desk, with the text at its size and at twice that.

The house is as full as an evening gets, and its names, tables and totals are as long as allowed.
"""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from comanda.config import Config
from comanda.domain.staff import Role, Staff
from comanda.store import staff
from comanda.store.database import Transaction
from comanda.web.plumbing.keys import DATABASE
from tests.browser.conftest import OpenWindow, settled
from tests.browser.layout import DESKTOP, SIZES, all_flaws
from tests.house import ANA, COCO, PIN_HASH, ROSA, FixedClock, House, open_house, quick_config

LONG_WORDS = "María Guadalupe de los Ángeles Hernández M"[:40]
LONG_WORD = "maximiliano-constantino.delarosa_iturbide"[:40]
LONG_WAITER = Staff(LONG_WORD, LONG_WORDS, Role.WAITER)
LONG_COOK = Staff(f"c{LONG_WORD}"[:40], LONG_WORDS, Role.KITCHEN)
LONG_CASHIER = Staff(f"j{LONG_WORD}"[:40], LONG_WORDS, Role.CASHIER)
LONG_ADMIN = Staff(f"a{LONG_WORD}"[:40], LONG_WORD, Role.ADMIN)
DISHES = 60
COOKING, WAITING = 40, 25
PRICE = 123_456.70  # ten of them are $ 1,234,567.00
NAMES = (
    "Enchiladas potosinas con queso y crema {}",
    "Supercalifragilisticoespialidosodemar{}",
    "Sopa {}",
)
NOTE = "sin cebolla, sin cilantro y con la salsa aparte, por favor: es alérgica"


async def furnish(house: House) -> None:
    """60 dishes, 40 orders in the house, 25 proofs that wait, and some of everything else."""
    await house.app[DATABASE].write(_hire)
    lines = [
        f"{NAMES[number % 3].format(10 + number)},Categoría larga {number // 8},{PRICE}"
        for number in range(DISHES)
    ]
    text = "\n".join(["nombre,categoría,precio", *lines])
    await house.call(ROSA, "POST", "/menu/import", json={"csv": text})
    _, menu = await house.call(ROSA, "GET", "/menu")
    ids = [product["id"] for product in menu["products"]][-DISHES:]
    for product_id in ids[3:9]:
        body = {"available": False}
        await house.call(ROSA, "PUT", f"/products/{product_id}/available", json=body)
    for number in range(COOKING):
        order = await place(house, 9000 + number, ids, ANA if number % 2 else LONG_WAITER)
        for status in ("en_preparacion", "listo")[: number % 3]:
            await house.advance(order["id"], status, COCO)
    for number in range(WAITING + 6):
        order = await place(house, 8000 + number, ids, LONG_WAITER if number % 3 else ANA)
        for status, member in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
            await house.advance(order["id"], status, member)
        if number < 2:
            continue
        _, sent = await house.submit(order["id"])
        if number < 4:
            await house.judge(sent["payment"]["id"], "rechazado", reason=NOTE)
        elif number < 6:
            await house.judge(sent["payment"]["id"], "aprobado")
    await take_away(house, ids)
    await open_accounts(house)
    for table in (7001, 7002):
        await house.void((await place(house, table, ids, ANA))["id"], ANA, reason=NOTE)


async def take_away(house: House, ids: list[str]) -> None:
    """Rounds of a customer with a long name: one in each state, one sent to the till."""
    ways = (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA))
    for count in range(5):
        order = await place(house, count, ids, LONG_WAITER, customer=LONG_WORD)
        for status, member in ways[:count]:
            await house.advance(order["id"], status, member)
        if count == 0:
            body = {"quantity": 0, "reason": NOTE}
            code, answer = await house.call(
                LONG_WAITER, "PUT", f"/orders/{order['id']}/items/1", json=body
            )
            assert code == 200, answer
    await house.submit(order["id"])


async def open_accounts(house: House) -> None:
    """Two accounts with everything as long as allowed."""
    account = {
        "method": "transferencia",
        "label": LONG_WORDS,
        "holder": LONG_WORD,
        "number": "012180001234564471",
        "alias": LONG_WORD,
        "qr": None,
    }
    body = {"accounts": [account, account | {"label": "Spin", "number": LONG_WORD}]}
    status, answer = await house.call(ROSA, "PUT", "/accounts", json=body)
    assert status == 200, answer


async def place(
    house: House, table: int, ids: list[str], waiter: Staff, customer: str = ""
) -> dict[str, Any]:
    """An order of $ 1,234,567.00 and more, of dishes with long names and a long note."""
    items = [
        {"product_id": ids[table % 3], "quantity": 10, "note": NOTE},
        {"product_id": ids[1], "quantity": 1},
        {"product_id": ids[2], "quantity": 2, "note": "término medio"},
    ]
    where = {"customer": customer} if customer else {"table_number": table}
    body = {**where, "items": items}
    status, order = await house.call(waiter, "POST", "/orders", json=body)
    assert status == 201, order
    return dict(order)


def _hire(tx: Transaction) -> None:
    for member in (LONG_WAITER, LONG_COOK, LONG_CASHIER, LONG_ADMIN):
        staff.add(tx, member, PIN_HASH)


@dataclass(frozen=True)
class Case:
    """A page as `member` sees it at `path`; `prepare` opens what is looked at."""

    name: str
    member: Staff | None
    path: str
    prepare: Callable[[Page], Awaitable[None]]


async def nothing(page: Page) -> None:
    """The page is looked at as it comes."""


def tab(name: str) -> Callable[[Page], Awaitable[None]]:
    """Opens a tab of the page."""

    async def turn(page: Page) -> None:
        await page.get_by_role("tab", name=name).click()

    return turn


def dialog(*names: str, at: str | None = None) -> Callable[[Page], Awaitable[None]]:
    """Opens a dialog by tapping the buttons `names`, one after the other; `at` is a tab's name."""

    async def open_dialog(page: Page) -> None:
        if at:
            await tab(at)(page)
        for name in names:
            await page.get_by_role("button", name=name).first.click()
        await page.get_by_role("dialog").wait_for()

    return open_dialog


async def user_menu(page: Page) -> None:
    await page.get_by_role("button", name="▾").click()
    await page.get_by_role("button", name="Cambiar de usuario").wait_for()


async def bank_secret(page: Page) -> None:
    """The new secret's card, with all steps and rules."""
    await tab("Banco")(page)
    await page.get_by_role("button", name="Conectar el teléfono del banco").click()
    await page.get_by_role("heading", name="Dirección de la señal").wait_for()
    await page.get_by_text("Cambiar el secreto").wait_for()
    await page.evaluate(
        "document.querySelectorAll('.bank details').forEach((one) => one.open = true)"
    )


HELP = ("", "/mesero", "/cocina", "/caja", "/admin", "/operacion")
KITCHEN = (
    Case("kitchen", LONG_COOK, "/cocina", nothing),
    Case("kitchen: sold out", LONG_COOK, "/cocina", dialog("Agotados")),
    Case("kitchen: the menu", LONG_COOK, "/cocina", user_menu),
)
SIGNED_OUT = (
    Case("sign in", None, "/", nothing),
    *(Case(f"help {part}", None, f"/ayuda{part}", nothing) for part in HELP),
    Case("interface", None, "/docs", nothing),
)
ADMIN = (
    *(
        Case(f"admin: {name}", LONG_ADMIN, "/admin", tab(name))
        for name in ("Hoy", "Menú", "Personal", "Conectar", "Banco", "Restaurante", "Copias")
    ),
    Case("admin: the bank's secret", LONG_ADMIN, "/admin", bank_secret),
    Case("admin: the menu", LONG_ADMIN, "/admin", user_menu),
    Case("admin: a dish", LONG_ADMIN, "/admin", dialog("Editar", at="Menú")),
    Case("admin: an account", LONG_ADMIN, "/admin", dialog("+ Cuenta", at="Restaurante")),
    Case("admin: a person", LONG_ADMIN, "/admin", dialog("Editar", at="Personal")),
)


async def detail(page: Page) -> None:
    await settled(page)
    await page.get_by_role("tabpanel").get_by_role("button").first.click()
    await page.get_by_role("button", name="Aprobar").wait_for()
    await expect(page.get_by_text("Cargando la foto…")).to_have_count(0)


async def refuse(page: Page) -> None:
    await detail(page)
    await page.get_by_role("button", name="Rechazar").click()
    await page.get_by_role("dialog").wait_for()


TILL = (
    *(
        Case(f"till: {name}", LONG_CASHIER, "/caja", tab(name))
        for name in ("Por Verificar", "Por Cobrar", "En curso", "Pagadas hoy", "Conciliación")
    ),
    Case("till: the detail", LONG_CASHIER, "/caja", detail),
    Case("till: why refuse", LONG_CASHIER, "/caja", refuse),
)
# The pages that are held to it; the waiter's has a file of its own, the till's joins by a word.
HELD = (*KITCHEN, *SIGNED_OUT, *ADMIN)


@pytest.fixture(scope="session")
async def full_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `furnish` makes, made once. Each test opens a copy of its own."""
    path = tmp_path_factory.mktemp("full") / "comanda.db"
    async with open_house(quick_config(path)) as opened:
        await furnish(opened)
    return path


@pytest.fixture
async def house(
    config: Config, clock: FixedClock, case: Case, full_database: Path
) -> AsyncIterator[House]:
    """A full house where somebody is signed in. Who is not sees the usual one."""
    if case.member:
        shutil.copy(full_database, config.database.path)
    async with open_house(config, clock, new=case.member is None) as opened:
        yield opened


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size['width']}x{size['height']}")
@pytest.mark.parametrize("case", HELD, ids=lambda case: case.name)
async def test_nothing_covers_is_cut_or_overlaps(
    house: House, window: OpenWindow, case: Case, size: dict[str, int]
) -> None:
    page = await open_case(house, window, case, size)
    assert await all_flaws(page) == {}


async def open_case(house: House, window: OpenWindow, case: Case, size: dict[str, int]) -> Page:
    """The page of a case, online, with the hand or the mouse that goes with its size."""
    page = (await window(case.member, "/healthz", size, touch=size is not DESKTOP)).page
    await page.goto(house.url + case.path)
    if case.member:
        await page.get_by_text("En línea").wait_for()
        await settled(page)
    await case.prepare(page)
    await page.wait_for_load_state("networkidle")
    return page
