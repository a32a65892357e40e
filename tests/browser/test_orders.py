"""Orders on their way: each arrives once and in its turn, whatever the phone and the Wi-Fi do."""

import asyncio
import json
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from comanda.config import Config
from comanda.domain.staff import Staff
from tests.browser.conftest import PHONE, OpenWindow, hear, settled, until_order
from tests.browser.test_clocks import open_with_clock
from tests.browser.test_one_stream import hang, thaw
from tests.house import (
    AGUA,
    ANA,
    BETO,
    COCO,
    ROSA,
    SOPA,
    TACOS,
    FixedClock,
    House,
    eventually,
    open_house,
)


async def sign_in(page: Page, house: House, member: Staff = ANA) -> None:
    """Put a new session in the browser, as the sign-in page would."""
    cookies = await house.cookies(member)
    await page.context.add_cookies(
        [{"name": name, "value": value, "url": house.url} for name, value in cookies.items()]
    )


async def write_order(page: Page, table: int = 12, dish: str = "Sopa") -> None:
    await page.get_by_label("Mesa", exact=True).fill(str(table))
    await settled(page)
    await page.get_by_role("button", name=f"Agregar {dish}", exact=True).click()


async def send_order(page: Page, table: int = 12, dish: str = "Sopa") -> None:
    await write_order(page, table, dish)
    await page.get_by_role("button", name="Enviar orden").click()


@pytest.mark.parametrize("how", ["aborted", "closed", "signed_out"])
async def test_an_unanswered_order_never_locks_the_phone(
    house: House, window: OpenWindow, how: str
) -> None:
    opened = await window(ANA, "/mesero", PHONE)
    page = opened.page
    asked = asyncio.Event()

    async def lose(route: Route) -> None:
        if route.request.method != "POST":
            await route.fallback()
            return
        if how != "signed_out":
            await route.fetch()
            asked.set()
            if how == "aborted":
                await route.abort()
            return  # never answered: the tab is closed first
        await page.context.clear_cookies()
        await route.continue_()

    await page.route("**/orders", lose)
    await send_order(page)
    if how == "signed_out":
        await page.wait_for_url("**/?volver=*")
        await page.unroute("**/orders")
        await sign_in(page, house)
        await page.goto(house.url + "/mesero")
    elif how == "aborted":
        await asked.wait()
        await page.unroute("**/orders")
        await page.reload()
    else:
        await asked.wait()
        await page.close()
        page = (await window(ANA, "/mesero", context=opened.context)).page
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")
    assert house.rows()["orders"] == 1
    await expect(page.get_by_role("button", name="Enviar orden")).to_be_enabled()
    await send_order(page, 7, "Agua")
    await hear(page, "Orden 2 de la mesa 7 enviada a cocina")
    assert house.rows()["orders"] == 2


async def placed(house: House) -> list[dict[str, Any]]:
    """All orders, the first one first."""
    _, listed = await house.call(ANA, "GET", "/orders")
    return sorted(listed["orders"], key=lambda order: int(order["id"]))


async def until_placed(house: House, count: int) -> list[dict[str, Any]]:
    await eventually(lambda: house.rows()["orders"] >= count, timeout=90)
    return await placed(house)


def strip(page: Page) -> Locator:
    return page.get_by_role("complementary", name="sin enviar")


async def test_orders_that_were_sent_offline_arrive_in_their_order_and_once(
    house: House, window: OpenWindow
) -> None:
    opened = await window(ANA, "/mesero", PHONE)
    page = opened.page
    await page.get_by_text("En línea").wait_for()
    await opened.context.set_offline(True)
    for number, table in enumerate((9, 3, 9, 4), 1):
        await send_order(page, table, "Sopa" if number < 3 else "Agua")
        await expect(page.get_by_label("Mesa", exact=True)).to_have_value("")
        await page.get_by_text(f"Sin enviar ({number})").wait_for()
    draft = strip(page).get_by_role("listitem").first
    await expect(draft).to_contain_text("Mesa 9 · $ 70.00 · 1 platillo")
    await expect(draft).to_contain_text("Se envía sola y no se duplica")
    await page.goto("about:blank")
    await opened.context.set_offline(False)
    await page.goto(house.url + "/mesero")
    orders = await until_placed(house, 4)
    assert [order["table_number"] for order in orders] == [9, 3, 9, 4]
    assert [order["items"][0]["name"] for order in orders] == ["Sopa", "Sopa", "Agua", "Agua"]
    await expect(strip(page)).to_be_hidden()
    await page.reload()
    await page.get_by_text("En línea").wait_for()
    assert house.rows()["orders"] == 4


async def test_two_taps_send_one_order(house: House, window: OpenWindow) -> None:
    page = (await window(ANA, "/mesero", PHONE)).page
    await write_order(page)
    await page.get_by_role("button", name="Enviar orden").dblclick()
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")
    await expect(page.get_by_text("Escribe el número")).to_be_hidden()
    assert house.rows()["orders"] == 1


async def test_a_refused_order_says_why_and_is_corrected(house: House, window: OpenWindow) -> None:
    opened = await window(ANA, "/mesero", PHONE)
    page = opened.page
    await page.get_by_text("En línea").wait_for()
    await opened.context.set_offline(True)
    await page.get_by_role("button", name="Agregar Agua").click()
    await send_order(page, 12, "Sopa")
    await send_order(page, 12, "Tacos al pastor")
    await page.get_by_text("Sin enviar (2)").wait_for()
    await write_order(page, 5, "Agua")
    await house.call(ROSA, "PUT", f"/products/{SOPA}/available", json={"available": False})
    await opened.context.set_offline(False)
    refused = strip(page).get_by_role("listitem")
    await expect(refused).to_have_count(1)
    await expect(refused).to_contain_text("No se pudo: Sopa: agotado")
    assert [one["items"][0]["name"] for one in await placed(house)] == ["Tacos al pastor"]
    await settled(page)
    await refused.get_by_role("button", name="Corregir").click()
    await expect(strip(page)).to_be_hidden()
    await page.locator("#order-notice", has_text="No se pudo: Sopa: agotado").wait_for()
    await expect(page.get_by_label("Mesa", exact=True)).to_have_value("12")
    await settled(page)
    await page.get_by_role("button", name="Quitar Sopa").click()
    await page.get_by_role("button", name="Enviar orden").click()
    await hear(page, "Orden 2 de la mesa 12 enviada a cocina")
    await page.get_by_text("Sigue con la orden que dejaste a medias").wait_for()
    await expect(page.get_by_label("Mesa", exact=True)).to_have_value("5")
    await page.get_by_role("button", name="Enviar orden · $ 30.00").click()
    await hear(page, "Orden 3 de la mesa 5 enviada a cocina")
    orders = await placed(house)
    assert [[item["name"] for item in order["items"]] for order in orders] == [
        ["Tacos al pastor"], ["Agua"], ["Agua"]
    ]  # fmt: skip


async def test_an_unsent_order_is_discarded_and_had_back(house: House, window: OpenWindow) -> None:
    opened = await window(ANA, "/mesero", PHONE)
    page = opened.page
    await page.get_by_text("En línea").wait_for()
    await opened.context.set_offline(True)
    for table in (12, 7):
        await send_order(page, table)
    await page.get_by_text("Sin enviar (2)").wait_for()
    discard = strip(page).get_by_role("button", name="Descartar, mesa 12")
    await discard.click()
    await page.get_by_role("button", name="Deshacer").click()
    await page.get_by_text("Sin enviar (2)").wait_for()
    await settled(page)
    await strip(page).get_by_role("button", name="Descartar, mesa 7").click()
    await page.get_by_text("Sin enviar (1)").wait_for()
    await opened.context.set_offline(False)
    assert [one["table_number"] for one in await until_placed(house, 1)] == [12]
    await expect(strip(page)).to_be_hidden()
    assert house.rows()["orders"] == 1


WIFI_PAGE = {"status": 200, "content_type": "text/html", "body": "<h1>Bienvenido al hotel</h1>"}
ANSWERS: dict[str, dict[str, Any]] = {
    "a_page_of_the_wifi": WIFI_PAGE,
    "a_page_that_says_not_found": WIFI_PAGE | {"status": 404},
    "a_page_that_says_forbidden": WIFI_PAGE | {"status": 403},
    "a_sign_in_of_the_wifi": WIFI_PAGE | {"status": 401},
    "a_redirect": {"status": 302, "headers": {"Location": "/ayuda"}},
    "busy": {"status": 429, "headers": {"Retry-After": "1"}, "body": "{}"},
    "away": {"status": 503, "headers": {"Retry-After": "1"}, "body": "<h1>503</h1>"},
    "broken": {"status": 500, "body": ""},
}


@pytest.mark.parametrize("answer", ANSWERS)
async def test_what_is_no_answer_of_comandas_leads_to_another_attempt(
    house: House, window: OpenWindow, answer: str
) -> None:
    page = (await window(ANA, "/mesero", PHONE)).page
    keys: list[str] = []

    async def refuse(route: Route) -> None:
        if route.request.method != "POST":
            await route.fallback()
            return
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            await route.fulfill(**ANSWERS[answer])
        else:
            await route.fallback()

    await page.route("**/orders", refuse)
    await send_order(page)
    await page.get_by_text("Sin enviar (1)").wait_for()
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")
    assert len(set(keys)) == 1
    assert len(keys) == 2
    assert house.rows()["orders"] == 1


async def test_an_order_that_the_server_breaks_on_holds_up_its_own_table_alone(
    house: House, window: OpenWindow
) -> None:
    page = (await window(ANA, "/mesero", PHONE)).page
    mended = asyncio.Event()

    async def break_on_twelve(route: Route) -> None:
        request = route.request
        is_order = request.method == "POST" and not mended.is_set()
        if is_order and (request.post_data_json or {})["table_number"] == 12:
            await route.fulfill(status=500, body="")
        else:
            await route.fallback()

    await page.route("**/orders", break_on_twelve)
    await send_order(page, 12, "Sopa")
    await send_order(page, 12, "Agua")
    await send_order(page, 7, "Agua")
    orders = await until_placed(house, 1)
    assert [order["table_number"] for order in orders] == [7]
    mended.set()
    await strip(page).get_by_role("button", name="Enviar ahora").first.click()
    orders = await until_placed(house, 3)
    assert [order["items"][0]["name"] for order in orders] == ["Agua", "Sopa", "Agua"]


async def test_an_order_survives_the_server(
    config: Config, clock: FixedClock, house: House, window: OpenWindow
) -> None:
    opened = await window(ANA, "/mesero", PHONE)
    await opened.page.get_by_text("En línea").wait_for()
    port = house.runner.addresses[0][1]
    await house.runner.cleanup()
    for table in (12, 7):
        await send_order(opened.page, table)
    await opened.page.get_by_text("Sin enviar (2)").wait_for()
    async with open_house(config, clock, new=False, port=port) as again:
        orders = await until_placed(again, 2)
        assert [order["table_number"] for order in orders] == [12, 7]
        await expect(strip(opened.page)).to_be_hidden()


async def test_two_tabs_send_an_order_once_and_write_one_each(
    house: House, window: OpenWindow
) -> None:
    first = await window(ANA, "/mesero", PHONE)
    await write_order(first.page, 5, "Agua")
    second = await window(ANA, "/mesero", context=first.context)
    await second.page.get_by_text("En línea").wait_for()
    await expect(second.page.get_by_label("Mesa", exact=True)).to_have_value("")
    await write_order(second.page, 8, "Sopa")
    await first.page.reload()
    await expect(first.page.get_by_label("Mesa", exact=True)).to_have_value("5")
    await expect(second.page.get_by_label("Mesa", exact=True)).to_have_value("8")
    await first.context.set_offline(True)
    await first.page.get_by_role("button", name="Enviar orden").click()
    for one in (first, second):
        await one.page.get_by_text("Sin enviar (1)").wait_for()
    await first.context.set_offline(False)
    for one in (first, second):
        await one.page.get_by_text("Sin enviar (1)").wait_for(state="hidden")
    await second.page.close()
    await first.page.reload()  # nobody is at table 8's any more
    await expect(first.page.get_by_label("Mesa", exact=True)).to_have_value("8")
    assert [one["table_number"] for one in await placed(house)] == [5]


async def test_another_waiters_orders_stay_theirs(house: House, window: OpenWindow) -> None:
    opened = await window(BETO, "/mesero", PHONE)
    page = opened.page
    await page.get_by_text("En línea").wait_for()
    await write_order(page, 3, "Agua")
    await page.route("**/orders", lambda route: route.abort())
    await page.get_by_role("button", name="Enviar orden").click()
    await page.get_by_text("Sin enviar (1)").wait_for()
    await page.unroute("**/orders")
    await sign_in(page, house)  # Ana, in another tab of the same phone
    await strip(page).get_by_text("De beto: se envía cuando entre").wait_for()
    await expect(page.get_by_label("Mesa", exact=True)).to_have_value("")
    assert house.rows()["orders"] == 0
    await sign_in(page, house, BETO)
    await page.goto(house.url + "/mesero")
    assert [one["waiter"] for one in await until_placed(house, 1)] == ["beto"]


KEEP = """([place, text]) => localStorage.setItem(place, text)"""
OLD_LINES = {SOPA: {"quantity": 2, "note": " sin sal "}, TACOS: {"quantity": 1, "note": ""}}
OLD_ITEMS = [
    {"product_id": TACOS, "quantity": 1, "note": None},
    {"product_id": SOPA, "quantity": 2, "note": "sin sal"},
]


async def test_an_unanswered_order_of_an_earlier_version_goes_on_with_its_key(
    house: House, window: OpenWindow
) -> None:
    """Its page did not hear that the server had it: it is the same order, and not another one."""
    body = {"table_number": 12, "items": OLD_ITEMS}
    await house.call(ANA, "POST", "/orders", json=body, headers={"Idempotency-Key": "old-key"})
    page = (await window(ANA, "/healthz", PHONE)).page
    now = house.clock.now.timestamp() * 1000
    draft = {"table": "12", "lines": OLD_LINES, "key": "old-key", "pendingSince": now - 5000}
    await page.evaluate(KEEP, ["comanda.orden.ana", json.dumps(draft)])
    await page.goto(house.url + "/mesero")
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")
    await page.reload()
    await page.get_by_text("En línea").wait_for()
    assert house.rows()["orders"] == 1
    assert await page.evaluate("Object.keys(localStorage).filter((one) => /orden/.test(one))") == []


async def test_an_order_that_lay_for_hours_waits_for_a_person(
    house: House, window: OpenWindow
) -> None:
    page = (await window(ANA, "/healthz", PHONE)).page
    draft = {"table": "12", "lines": OLD_LINES, "key": "old-key", "pendingSince": 1}
    await page.evaluate(KEEP, ["comanda.orden.ana", json.dumps(draft)])
    await page.goto(house.url + "/mesero")
    await strip(page).get_by_text("Lleva más de una hora aquí").wait_for()
    assert house.rows()["orders"] == 0
    await strip(page).get_by_role("button", name="Enviar ahora").click()
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")


LEFTOVERS = {
    "broken": ("comanda.orden.ana", "{"),
    "null": ("comanda.orden.ana", "null"),
    "number": ("comanda.orden.ana", "7"),
    "lines_of_nothing": ("comanda.orden.ana", '{"lines": {"1": null, "2": {}}, "key": 5}'),
    "pending_without_lines": ("comanda.orden.ana", '{"lines":{},"key":"k","pendingSince":5}'),
    "broken_new": ("comanda.orden.ana/x", "[["),
    "new_of_nothing": ("comanda.orden.ana/x", '{"key": "k", "lines": [null, 5, {}], "at": "x"}'),
    "another_users": ("comanda.orden.beto", '{"table":"5","lines":{"1":{"quantity":1}},"key":"k"}'),
    "menu": ("comanda.menu", "{"),
    "notes": ("comanda.notas", '[null, {"note": 5}]'),
}  # fmt: skip


@pytest.mark.parametrize("leftover", LEFTOVERS)
async def test_the_page_begins_with_whatever_was_left_on_the_phone(
    house: House, window: OpenWindow, leftover: str
) -> None:
    page = (await window(ANA, "/healthz", PHONE)).page
    await page.evaluate(KEEP, list(LEFTOVERS[leftover]))
    await page.goto(house.url + "/mesero")
    await page.get_by_text("En línea").wait_for()
    await send_order(page)
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")
    assert house.rows()["orders"] == 1
    if leftover == "another_users":
        assert await page.evaluate("localStorage.getItem('comanda.orden.beto')")


async def test_a_draft_of_an_earlier_version_is_gone_on_with(
    house: House, window: OpenWindow
) -> None:
    page = (await window(ANA, "/healthz", PHONE)).page
    draft = {"table": "12", "lines": OLD_LINES, "key": "old-key", "pendingSince": 0}
    await page.evaluate(KEEP, ["comanda.orden.ana", json.dumps(draft)])
    await page.goto(house.url + "/mesero")
    await page.get_by_role("button", name="Enviar orden · $ 225.50").click()
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")
    [order] = await placed(house)
    lines = [(line["product_id"], line["quantity"], line["note"]) for line in order["items"]]
    assert lines == [(TACOS, 1, None), (SOPA, 2, "sin sal")]


# Makes the phone's database as it was in `version`, with these drafts in it, and closes it again.
STORE = """([version, drafts, stays]) => new Promise((resolve, reject) => {
  const request = indexedDB.open("comanda", version);
  request.onupgradeneeded = () => request.result.createObjectStore("drafts", { keyPath: "key" });
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const database = request.result;
    const change = database.transaction("drafts", "readwrite");
    for (const draft of drafts) {
      const bytes = draft.bytes ? new TextEncoder().encode(draft.bytes).buffer : draft.bytes;
      change.objectStore("drafts").put({ ...draft, bytes });
    }
    change.oncomplete = () => {
      if (stays) globalThis.kept = database; else database.close();
      resolve();
    };
  };
})"""
CASH = {
    "key": "cash", "orderId": "1", "table": 12, "total": 241, "method": "efectivo", "reference": "",
    "amount": "", "takenAt": None, "waiter": "ana", "bytes": None, "type": "", "name": "foto.jpg",
    "attempt": 3, "error": "Sin conexión", "errors": {}, "stopped": False, "savedAt": 1,
}  # fmt: skip
DRAFTS: list[dict[str, Any]] = [
    CASH,
    {"key": "bare"},
    {"key": "stopped", "orderId": "7", "waiter": "ana", "stopped": True, "error": "No"},
    {"key": "theirs", "orderId": "8", "waiter": "beto", "total": 5, "method": "efectivo"},
    {"key": "strange", "waiter": "beto", "table": {}, "errors": 5, "lines": 7, "more": [1]},
    {"key": "no bytes", "orderId": "2", "waiter": "ana", "method": "transferencia", "total": "x"},
    {"key": "future", "kind": "hologram", "waiter": "ana"},
    {"key": "order", "kind": "order", "waiter": "beto", "lines": [None, {}, {"product": 5}]},
    {"key": 5, "waiter": "ana"},
]  # fmt: skip


@pytest.mark.parametrize("version", [1, 2, 7])
async def test_the_page_begins_with_every_kind_of_draft_in_its_database(
    house: House, window: OpenWindow, version: int
) -> None:
    """Of version 1 and 2, and of a page that was newer than this one."""
    for table in (12, 4):
        await house.deliver(table)
    page = (await window(ANA, "/healthz", PHONE)).page
    await page.evaluate(STORE, [version, DRAFTS, False])
    await page.goto(house.url + "/mesero")
    await strip(page).get_by_text(re.compile("No se pudo: .*foto", re.IGNORECASE)).wait_for()
    await page.get_by_text("Sin enviar (6)").wait_for()
    await until_order(house, "1", lambda order: order["status"] == "por_verificar")
    await strip(page).get_by_text("De beto: se envía cuando entre").first.wait_for()
    await send_order(page, 30)
    await hear(page, "de la mesa 30 enviada a cocina")
    assert house.rows()["payments"] == 1


async def test_a_database_that_an_older_tab_holds_back_holds_up_nothing(
    house: House, window: OpenWindow
) -> None:
    await house.deliver(12)
    older = await window(ANA, "/healthz", PHONE)
    await older.page.evaluate(STORE, [1, [CASH], True])
    page = (await window(ANA, "/mesero", context=older.context)).page
    await send_order(page, 30)
    await hear(page, "de la mesa 30 enviada a cocina")
    assert house.rows()["payments"] == 0
    await older.page.close()  # its draft can be read now
    await eventually(lambda: house.rows()["payments"] > 0)
    await expect(strip(page)).to_be_hidden()


async def test_without_indexeddb_an_unsent_order_outlives_its_page(
    house: House, window: OpenWindow
) -> None:
    opened = await window(ANA, "/healthz", PHONE)
    await opened.context.add_init_script("delete window.indexedDB; window.indexedDB = undefined;")
    page = (await window(ANA, "/mesero", context=opened.context)).page
    await page.get_by_text("En línea").wait_for()
    await opened.context.set_offline(True)
    await send_order(page)
    await strip(page).get_by_text("Este navegador no guarda").wait_for()
    await page.close()
    await opened.context.set_offline(False)
    page = (await window(ANA, "/mesero", context=opened.context)).page
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")
    await page.reload()
    await page.get_by_text("En línea").wait_for()
    assert house.rows()["orders"] == 1


async def test_the_bin_can_be_undone(house: House, window: OpenWindow) -> None:
    page = (await window(ANA, "/mesero", PHONE)).page
    table = page.get_by_label("Mesa", exact=True)
    await write_order(page, 12, "Sopa")
    await note(page, "Sopa", "sin sal")
    await page.get_by_role("button", name="Vaciar la orden").click()
    await expect(table).to_have_value("")
    await page.get_by_role("button", name="Deshacer").click()
    await expect(table).to_have_value("12")
    await page.get_by_role("button", name="Cambiar nota, Sopa: sin sal").wait_for()
    await page.get_by_role("button", name="Vaciar la orden").click()
    await write_order(page, 7, "Agua")  # something new was begun meanwhile
    await page.get_by_role("button", name="Deshacer").click()
    await expect(table).to_have_value("12")
    await page.get_by_text("La orden que empezabas para la mesa 7 vuelve").wait_for()
    await page.get_by_role("button", name="Enviar orden · $ 70.00").click()
    await expect(table).to_have_value("7")
    await page.get_by_role("button", name="Enviar orden · $ 30.00").click()
    orders = await until_placed(house, 2)
    assert [(one["table_number"], one["items"][0]["note"]) for one in orders] == [
        (12, "sin sal"), (7, None)
    ]  # fmt: skip


async def note(page: Page, dish: str, text: str) -> None:
    await page.get_by_role("button", name=f"Escribir nota, {dish}").click()
    await page.get_by_label(f"Nota de {dish}").fill(text)
    await page.get_by_label(f"Nota de {dish}").press("Enter")
    await expect(page.get_by_label(f"Nota de {dish}")).to_be_hidden()


async def test_the_same_dish_stands_twice_with_different_notes(
    house: House, window: OpenWindow
) -> None:
    page = (await window(ANA, "/mesero", PHONE)).page
    await write_order(page, 12, "Sopa")
    await page.get_by_role("button", name="Agregar Sopa").click()
    await note(page, "Sopa", "sin sal")
    assert house.rows()["orders"] == 0  # Enter ends the note and sends nothing
    await page.get_by_role("button", name="Otro Sopa con otra nota").click()
    await page.get_by_label("Nota de Sopa, renglón 2").fill("con limón")
    await page.get_by_role("button", name="Agregar Sopa, con limón").click()
    await page.get_by_role("button", name="Quitar Sopa, sin sal").click()
    await page.get_by_label("Buscar").fill("sopa")
    await page.get_by_role("button", name="Sopas").click()
    await page.get_by_role("button", name="Enviar orden · $ 210.00").click()
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")
    [order] = await placed(house)
    lines = [(line["quantity"], line["note"]) for line in order["items"]]
    assert lines == [(1, "sin sal"), (2, "con limón")]
    await expect(page.get_by_label("Buscar")).to_have_value("")
    await expect(page.get_by_role("button", name="Todo")).to_have_attribute("aria-pressed", "true")

    await write_order(page, 12, "Sopa")
    await page.get_by_role("button", name="Escribir nota, Sopa").click()
    for chip in ("sin sal", "con limón"):
        await page.get_by_role("button", name=chip, exact=True).click()
    await expect(page.get_by_label("Nota de Sopa")).to_have_value("sin sal, con limón")
    await page.get_by_role("button", name="sin sal", exact=True).click()
    await expect(page.get_by_label("Nota de Sopa")).to_have_value("con limón")
    await page.get_by_role("button", name="Olvidar").click()
    await page.get_by_role("button", name="Olvidar sin sal").click()
    await page.get_by_role("button", name="Volver").click()
    await expect(page.get_by_role("button", name="sin sal", exact=True)).to_have_count(0)


async def test_the_menu_comes_with_the_start_and_again_when_it_changes(
    house: House, window: OpenWindow
) -> None:
    page = (await window(ANA, "/healthz", PHONE)).page
    fetched: list[str] = []
    page.on("request", lambda one: fetched.append(one.url) if one.url.endswith("/menu") else None)
    await page.goto(house.url + "/mesero")
    await page.get_by_text("En línea").wait_for()
    await page.get_by_role("button", name="Agregar Sopa").wait_for()
    async with page.expect_response("**/orders"):
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert fetched == []
    body = {"name": "Flan", "category": "Postres", "price": 35}
    await house.call(ROSA, "POST", "/products", json=body)
    await page.get_by_role("button", name="Agregar Flan").wait_for()
    assert len(fetched) == 1


async def test_an_order_that_costs_nothing_is_charged(house: House, window: OpenWindow) -> None:
    await house.call(
        ROSA, "PUT", f"/products/{AGUA}", json={"name": "Agua", "category": "Bebidas", "price": 0}
    )
    page = (await window(ANA, "/mesero", PHONE)).page
    await send_order(page, 12, "Agua")
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")
    for status, who in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
        await house.advance("1", status, who)
    await page.get_by_role("tab", name="Por Cobrar").click()
    await page.get_by_role("tabpanel").get_by_role("button", name="Cobrar").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text("Efectivo").click()
    await dialog.get_by_role("button", name="Enviar", exact=True).click()
    await dialog.get_by_text("Esperando al cajero").wait_for()


async def test_a_price_of_thousands_stays_in_one_line(house: House, window: OpenWindow) -> None:
    """On a cheap phone, at twice the text too, where the button may have two lines."""
    page = (await window(ANA, "/healthz", {"width": 360, "height": 640})).page
    body = {"name": "Barbacoa", "category": "Fiestas", "price": 12_345.5}
    await house.call(ROSA, "POST", "/products", json=body)
    await page.goto(house.url + "/mesero")
    await page.get_by_role("button", name="Agregar Barbacoa").click()
    button = page.get_by_role("button", name="Enviar orden · $ 12,345.50")
    one_line = await button.bounding_box()
    assert one_line
    assert one_line["height"] < 60
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    for _ in range(80):
        await page.get_by_role("button", name="Agregar Barbacoa").dispatch_event("click")
    total = page.get_by_role("button", name="Enviar orden · $ 999,985.50").locator(".money")
    assert await total.evaluate(
        "(node) => node.scrollWidth <= node.clientWidth || node.getClientRects().length === 1"
    )
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


BUSY = {"detail": "Un momento", "code": "storage_unavailable"}


async def refuse_orders(page: Page) -> None:
    """The server is busy for longer than any test."""

    async def busy(route: Route) -> None:
        if route.request.method == "POST":
            await route.fulfill(status=503, json=BUSY, headers={"Retry-After": "600"})
        else:
            await route.fallback()

    await page.route("**/orders", busy)


async def test_every_order_that_waits_is_in_sight_in_every_tab(
    house: House, window: OpenWindow
) -> None:
    opened = await window(ANA, "/mesero", PHONE)
    other = (await window(ANA, "/mesero", context=opened.context)).page
    await refuse_orders(opened.page)
    await refuse_orders(other)
    for number, table in enumerate((5, 6, 7), 1):
        await send_order(opened.page, table)
        for page in (opened.page, other):
            await expect(strip(page)).to_contain_text(f"Sin enviar ({number})")


async def test_what_waits_goes_as_soon_as_comanda_is_back(
    config: Config, clock: FixedClock, house: House, window: OpenWindow
) -> None:
    """However long the next attempt would have waited: here no timer runs any more."""
    page = (await window(ANA, "/healthz", PHONE)).page
    await page.clock.install()
    await page.goto(f"{house.url}/mesero")
    await page.get_by_text("En línea").wait_for()
    port = house.runner.addresses[0][1]
    await house.runner.cleanup()
    await expect(page.locator(".link")).not_to_have_text("En línea")
    for table in (5, 6):
        await send_order(page, table)
    await strip(page).get_by_text("Mesa 6").wait_for()
    await page.clock.pause_at(await page.evaluate("Date.now() / 1000 + 600"))
    async with open_house(config, clock, new=False, port=port) as again:
        await page.evaluate(
            "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
        )
        assert [one["table_number"] for one in await until_placed(again, 2)] == [5, 6]


async def test_an_order_that_slept_with_its_phone_waits_for_a_person(
    house: House, window: OpenWindow
) -> None:
    page = (await open_with_clock(house, window, ANA, "/mesero", 0, PHONE)).page
    await page.get_by_text("En línea").wait_for()
    await page.route("**/orders", lambda route: route.abort())
    await send_order(page)
    await page.get_by_text("Sin enviar (1)").wait_for()
    house.clock.advance(hours=2)
    await page.evaluate("shift += 2 * 3600000")
    await page.unroute("**/orders")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await strip(page).get_by_text("Lleva más de una hora aquí").wait_for()
    assert house.rows()["orders"] == 0


async def test_an_order_of_a_phone_that_has_just_woken_goes_by_itself(
    house: House, window: OpenWindow
) -> None:
    """When it was written the page took it for two hours earlier; that makes it no old order."""
    page = (await open_with_clock(house, window, ANA, "/mesero", 0, PHONE)).page
    await page.get_by_text("En línea").wait_for()
    await page.route("**/orders", lambda route: route.abort())
    house.clock.advance(hours=2)
    await page.evaluate("shift += 2 * 3600000")
    await send_order(page)
    await page.get_by_text("Sin enviar (1)").wait_for()
    await page.evaluate("part('lib/api.js').then(({ call }) => call('GET', '/session'))")
    await page.unroute("**/orders")
    await until_placed(house, 1)


STOPWATCH = """
  globalThis.ahead = 0;
  const told = performance.now.bind(performance);
  performance.now = () => told() + ahead;
"""


async def test_a_tab_that_hangs_holds_up_no_other_tabs_orders(
    house: House, window: OpenWindow
) -> None:
    hung = await window(ANA, "/mesero", PHONE)
    other = (await window(ANA, "/healthz", context=hung.context)).page
    await other.add_init_script(STOPWATCH)
    await other.goto(f"{house.url}/mesero")
    asked = asyncio.Event()

    async def never(route: Route) -> None:
        if route.request.method == "POST":
            asked.set()
        else:
            await route.fallback()

    await hung.page.route("**/orders", never)
    await send_order(hung.page, 5)
    await asked.wait()
    stopped = await hang(hung)
    await send_order(other, 6)
    await strip(other).get_by_text("Mesa 6").wait_for()
    await other.evaluate("ahead = 60000")
    orders = await until_placed(house, 2)
    assert [one["table_number"] for one in orders] == [5, 6]
    await thaw(hung, stopped)


async def test_a_price_that_changed_meanwhile_is_told(house: House, window: OpenWindow) -> None:
    page = (await window(ANA, "/mesero", PHONE)).page
    await page.get_by_text("En línea").wait_for()
    await page.route("**/orders", lambda route: route.abort())
    await send_order(page)
    await page.get_by_text("Sin enviar (1)").wait_for()
    dish = {"name": "Sopa", "category": "Sopas", "price": 75.0}
    assert (await house.call(ROSA, "PUT", f"/products/{SOPA}", json=dish))[0] == 200
    await page.unroute("**/orders")
    await strip(page).get_by_role("button", name="Enviar ahora").click()
    await hear(page, "enviada a cocina. El menú cambió: ahora son $ 75.00, no $ 70.00.")


async def test_an_order_that_may_have_arrived_is_discarded_only_if_it_did_not(
    house: House, window: OpenWindow
) -> None:
    page = (await window(ANA, "/mesero", PHONE)).page
    await page.get_by_text("En línea").wait_for()

    async def lose(route: Route) -> None:
        if route.request.method == "POST":
            await route.fetch()
        await route.abort()

    await page.route("**/orders", lose)
    await send_order(page, 12)
    await strip(page).get_by_role("button", name="Descartar, mesa 12").click()
    await hear(page, "La orden 1 de la mesa 12 ya había llegado a cocina")
    await expect(strip(page)).to_be_hidden()
    assert house.rows()["orders"] == 1
