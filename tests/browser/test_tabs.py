"""Two tabs and two people in one browser, a storage that fails, a sign-out in the dark."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import PHONE, OpenWindow, Window, hear
from tests.browser.test_mesero import choose_photo, open_sheet, sheet
from tests.browser.test_one_stream import hang, thaw
from tests.browser.test_orders import placed, send_order, sign_in, strip, until_placed, write_order
from tests.browser.test_sign_in import sign_in as enter
from tests.house import ANA, BETO, COCO, LUIS, ROSA, House, eventually, jpeg

ELSEWHERE = "La orden que estaba aquí sigue en otra pestaña, o ya se envió desde ahí."


def table(page: Page) -> Any:
    return page.get_by_label("Mesa", exact=True)


async def online(page: Page) -> Page:
    await page.get_by_text("En línea").wait_for()
    return page


async def duplicate(window: OpenWindow, tab: Window) -> Window:
    """What *Duplicate tab* does: another tab with a copy of this one's session storage."""
    kept = await tab.page.evaluate("Object.entries(sessionStorage)")
    twin = await window(ANA, "/healthz", context=tab.context)
    await twin.page.goto(f"{tab.page.url.partition('/mesero')[0]}/healthz")
    copy = "kept => { for (const [name, value] of kept) sessionStorage.setItem(name, value); }"
    await twin.page.evaluate(copy, kept)
    await twin.page.goto(tab.page.url)
    return twin


# Two tabs


async def test_a_duplicated_tab_gets_a_draft_of_its_own(house: House, window: OpenWindow) -> None:
    first = await window(ANA, "/mesero", PHONE)
    await write_order(first.page, 5, "Agua")
    twin = await duplicate(window, first)
    await online(twin.page)
    await expect(table(twin.page)).to_have_value("")
    await expect(table(first.page)).to_have_value("5")


async def test_two_identical_rounds_of_two_tabs_are_two_orders(
    house: House, window: OpenWindow
) -> None:
    first = await window(ANA, "/mesero", PHONE)
    await online(first.page)
    twin = await duplicate(window, first)
    await online(twin.page)
    for number, tab in enumerate((first, twin, first), 1):
        await send_order(tab.page, 5, "Agua")
        await hear(tab.page, f"Orden {number} de la mesa 5 enviada a cocina")
    assert [one["table_number"] for one in await until_placed(house, 3)] == [5, 5, 5]


async def test_two_tabs_on_plain_http_write_one_order_each(
    house: House, window: OpenWindow
) -> None:
    """There are no locks of the browser's."""
    first = await window(None, "/healthz", PHONE)
    house_url = house.url.replace("127.0.0.1", "comanda.test")
    cookies = await house.cookies(ANA)
    await first.context.add_cookies(
        [{"name": name, "value": value, "url": house_url} for name, value in cookies.items()]
    )
    await first.page.goto(f"{house_url}/mesero")
    assert await first.page.evaluate("navigator.locks === undefined")
    await write_order(first.page, 5, "Agua")
    twin = await duplicate(window, first)
    await expect(table(twin.page)).to_have_value("")
    await write_order(twin.page, 5, "Agua")
    for number, tab in enumerate((first, twin), 1):
        await tab.page.get_by_role("button", name="Enviar orden").click()
        await hear(tab.page, f"Orden {number} de la mesa 5 enviada a cocina")
    assert house.rows()["orders"] == 2


async def test_a_tab_that_slept_gives_up_what_another_one_has_sent(
    house: House, window: OpenWindow
) -> None:
    """Neither can send it a second time by mistake, nor does it say that it has."""
    first = await window(ANA, "/mesero", PHONE)
    await online(first.page)
    await write_order(first.page, 5, "Agua")
    stopped = await hang(first)
    twin = await window(ANA, "/mesero", context=first.context)
    await expect(table(twin.page)).to_have_value("5")  # nobody has said that they are at it
    await twin.page.get_by_role("button", name="Enviar orden").click()
    await hear(twin.page, "Orden 1 de la mesa 5 enviada a cocina")
    await thaw(first, stopped)
    await expect(table(first.page)).to_have_value("")
    await first.page.get_by_text(ELSEWHERE).wait_for()
    await write_order(first.page, 8, "Sopa")
    await first.page.get_by_role("button", name="Enviar orden").click()
    orders = await until_placed(house, 2)
    assert [one["table_number"] for one in orders] == [5, 8]


DEAF = "delete window.BroadcastChannel; window.BroadcastChannel = undefined;"
DEAFER = DEAF + "addEventListener('storage', (event) => event.stopImmediatePropagation(), true);"


async def test_of_two_tabs_that_hear_nothing_of_each_other_one_sends_a_draft(
    house: House, window: OpenWindow
) -> None:
    """As a page that the browser kept for its *back* hears nothing of what happens meanwhile."""
    first = await window(ANA, "/healthz", PHONE)
    await first.context.add_init_script(DEAFER)
    await first.page.goto(f"{house.url}/mesero")
    await online(first.page)
    await write_order(first.page, 5, "Agua")
    twin = await duplicate(window, first)
    await expect(table(twin.page)).to_have_value("5")
    await twin.page.get_by_role("button", name="Enviar orden").click()
    await until_placed(house, 1)
    await expect(table(first.page)).to_have_value("5")
    await first.page.get_by_role("button", name="Enviar orden").click()
    await first.page.get_by_text(ELSEWHERE).wait_for()
    assert [one["table_number"] for one in await placed(house)] == [5]


async def test_a_page_that_ends_between_the_key_and_the_request_sends_it_once(
    house: House, window: OpenWindow
) -> None:
    first = await window(ANA, "/mesero", PHONE)
    await online(first.page)
    keys: list[str] = []

    async def note(route: Route) -> None:
        if route.request.method == "POST":
            keys.append(route.request.headers["idempotency-key"])
        await (route.abort() if len(keys) == 1 else route.fallback())

    await first.context.route("**/orders", note)
    await write_order(first.page, 5, "Agua")
    tap = "[...document.querySelectorAll('button')].find((one) => one.type === 'submit').click()"
    await first.page.evaluate(f"() => {{ {tap}; location.reload(); }}")
    await until_placed(house, 1)
    await online(first.page)
    await expect(strip(first.page)).to_be_hidden()
    assert len(set(keys)) == 1
    assert house.rows()["orders"] == 1


async def test_a_photo_that_two_tabs_send_is_said_to_have_arrived_once(
    house: House, window: OpenWindow
) -> None:
    order = await house.deliver(12)
    first = await window(ANA, "/healthz", PHONE)
    await first.context.add_init_script(DEAF)
    tabs = [first, await window(ANA, "/healthz", PHONE, context=first.context)]
    for tab in tabs:
        await tab.page.goto(f"{house.url}/mesero")
        await open_sheet(tab.page)
        await choose_photo(tab.page, jpeg())
    await first.context.set_offline(True)
    for tab in tabs:
        await sheet(tab.page).get_by_role("button", name="Enviar", exact=True).click()
        await sheet(tab.page).get_by_text("Se enviará solo").wait_for()
    await first.context.set_offline(False)
    await eventually(lambda: house.rows()["payments"] == 1)
    _, shown = await house.call(LUIS, "GET", f"/orders/{order['id']}")
    assert len(shown["payments"]) == 1


# Two people


async def test_nothing_is_done_in_the_name_of_whoever_signed_in_beside(
    house: House, window: OpenWindow
) -> None:
    """The page has heard nothing of it: neither a storage event nor an answer."""
    first = await window(ANA, "/healthz", PHONE)
    await first.context.add_init_script(DEAFER)
    page = first.page
    await page.goto(f"{house.url}/mesero")
    await online(page)
    await write_order(page, 5, "Agua")
    await sign_in(page, house, BETO)
    await page.get_by_role("button", name="Enviar orden").click()
    await page.get_by_role("button", name="Beto ▾").wait_for()
    await hear(page, "Aquí ahora está Beto. No se hizo nada")
    await strip(page).get_by_text("De ana: se envía cuando entre").wait_for()
    assert house.rows()["orders"] == 0
    await sign_in(page, house, ANA)
    await page.goto(f"{house.url}/mesero")
    assert [one["waiter"] for one in await until_placed(house, 1)] == ["ana"]


async def test_a_tap_on_the_page_of_somebody_else_changes_nothing(
    house: House, window: OpenWindow
) -> None:
    """A verdict would be the other one's, too."""
    order = await house.deliver(7)
    await house.submit(order["id"])
    opened = await window(LUIS, "/healthz")
    await opened.context.add_init_script(DEAFER)
    page = opened.page
    await page.goto(f"{house.url}/caja")
    await page.locator(".proof-card").click()
    await page.get_by_label("Lo vi en la cuenta").check()
    await sign_in(page, house, ROSA)
    await page.get_by_role("button", name="Aprobar").click()
    await page.get_by_role("button", name="Rosa ▾").wait_for()
    await hear(page, "Aquí ahora está Rosa. No se hizo nada")
    _, shown = await house.call(LUIS, "GET", f"/orders/{order['id']}")
    assert shown["status"] == "por_verificar"


async def test_a_photo_of_one_person_is_never_sent_as_anothers(
    house: House, window: OpenWindow
) -> None:
    await house.deliver(12)
    opened = await window(ANA, "/healthz", PHONE)
    await opened.context.add_init_script(DEAFER)
    page = opened.page
    await page.goto(f"{house.url}/mesero")
    await open_sheet(page)
    await choose_photo(page, jpeg())
    await sign_in(page, house, ROSA)
    await sheet(page).get_by_role("button", name="Enviar", exact=True).click()
    await page.get_by_role("button", name="Rosa ▾").wait_for()
    await page.get_by_text("De ana: se envía cuando entre").first.wait_for()
    assert house.rows()["payments"] == 0


async def test_every_change_of_a_page_says_whose_it_is(house: House, window: OpenWindow) -> None:
    """At the till, in the kitchen and in the office alike."""
    order = await house.deliver(7)
    await house.place(8)
    await house.submit(order["id"])
    changes: list[tuple[str, str | None]] = []

    async def note(route: Route) -> None:
        if route.request.method != "GET":
            changes.append((route.request.url, route.request.headers.get("comanda-user")))
        await route.fallback()

    for member, path in ((LUIS, "/caja"), (COCO, "/cocina"), (ANA, "/mesero")):
        opened = await window(member, "/healthz")
        await opened.context.route("**/*", note)
        page = opened.page
        await page.goto(house.url + path)
        await online(page)
        changes.clear()
        if member is LUIS:
            await page.locator(".proof-card").click()
            await page.get_by_label("Lo vi en la cuenta").check()
            await page.get_by_role("button", name="Aprobar").click()
            await page.get_by_text("Nada por verificar ✓").wait_for()
        elif member is COCO:
            await page.get_by_role("button", name=re.compile("Empezar|Preparar")).first.click()
        else:
            await send_order(page)
        await eventually(lambda: len(changes) > 0)
        await page.goto("about:blank")
        assert {user for _, user in changes} == {member.username}, changes


# A storage that fails for a while

FAILING = """
  globalThis.broken = BROKEN;
  const fail = (prototype, name) => {
    const whole = prototype[name];
    prototype[name] = function (...given) {
      if (broken) throw new DOMException("the disk does not answer", "UnknownError");
      return whole.apply(this, given);
    };
  };
  for (const name of ["open"]) fail(IDBFactory.prototype, name);
  for (const name of ["transaction"]) fail(IDBDatabase.prototype, name);
"""
SILENT = """
  globalThis.broken = BROKEN;
  for (const name of ["get", "getAll", "put", "delete"]) {
    const whole = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (...given) {
      const request = whole.apply(this, given);
      if (broken) this.transaction.abort();
      return request;
    };
  }
"""
FORGETFUL = """
  globalThis.broken = BROKEN;
  for (const name of ["getItem", "setItem", "removeItem"]) {
    const whole = Storage.prototype[name];
    Storage.prototype[name] = function (...given) {
      if (broken) throw new DOMException("no room", "QuotaExceededError");
      return whole.apply(this, given);
    };
  }
"""


async def waiting_order(house: House, window: OpenWindow) -> Window:
    """A phone on which an order waits that Comanda did not get."""
    opened = await window(ANA, "/mesero", PHONE)
    await online(opened.page)
    await opened.context.route("**/orders", refuse_posts)
    await send_order(opened.page)
    await opened.page.get_by_text("Sin enviar (1)").wait_for()
    return opened


async def refuse_posts(route: Route) -> None:
    await (route.abort() if route.request.method == "POST" else route.fallback())


@pytest.mark.parametrize("how", [FAILING, SILENT])
async def test_a_draft_that_cant_be_read_for_a_while_is_back_without_a_reload(
    house: House, window: OpenWindow, how: str
) -> None:
    opened = await waiting_order(house, window)
    page = (await window(ANA, "/healthz", PHONE, context=opened.context)).page
    await opened.page.close()
    await page.add_init_script(how.replace("BROKEN", "true"))
    await page.goto(f"{house.url}/mesero")
    await page.get_by_text("no deja leer ahora lo que quedó sin enviar").wait_for()
    await page.evaluate("broken = false")
    await page.get_by_text("Sin enviar (1)").wait_for()
    await expect(page.get_by_text("no deja leer ahora")).to_be_hidden()
    await opened.context.unroute("**/orders")
    await until_placed(house, 1)
    await expect(strip(page)).to_be_hidden()
    assert house.rows()["orders"] == 1


@pytest.mark.parametrize("how", [FAILING, SILENT])
async def test_a_waiting_draft_stays_in_sight_while_the_storage_fails(
    house: House, window: OpenWindow, how: str
) -> None:
    opened = await window(ANA, "/healthz", PHONE)
    await opened.page.add_init_script(how.replace("BROKEN", "false"))
    page = opened.page
    await page.goto(f"{house.url}/mesero")
    await online(page)
    await opened.context.route("**/orders", refuse_posts)
    await send_order(page)
    await page.get_by_text("Sin enviar (1)").wait_for()
    await page.evaluate("broken = true")
    await page.evaluate("new BroadcastChannel('comanda.envios').postMessage('changed')")
    await page.get_by_text("no deja leer ahora").wait_for()
    await page.get_by_text("Sin enviar (1)").wait_for()
    await send_order(page, 7, "Agua")
    await page.get_by_text("Sin enviar (2)").wait_for()
    await page.evaluate("broken = false")
    await expect(page.get_by_text("no deja leer ahora")).to_be_hidden()
    await expect(page.get_by_text("Este navegador no guarda nada")).to_be_hidden()
    await page.reload()  # both lie safely by now
    await page.get_by_text("Sin enviar (2)").wait_for()
    await opened.context.unroute("**/orders")
    assert [one["table_number"] for one in await until_placed(house, 2)] == [12, 7]


# A transaction of another tab that does not end: all that is asked for later waits for it.
BUSY = """() => new Promise((resolve) => {
  const request = indexedDB.open("comanda");
  request.onsuccess = () => {
    const table = request.result.transaction("drafts", "readwrite").objectStore("drafts");
    globalThis.busy = true;
    const goOn = () => { if (busy) table.get("none").onsuccess = goOn; };
    goOn();
    resolve();
  };
})"""


async def test_a_storage_that_never_answers_holds_no_order_up(
    house: House, window: OpenWindow
) -> None:
    opened = await window(ANA, "/mesero", PHONE)
    page = await online(opened.page)
    twin = (await window(ANA, "/healthz", PHONE, context=opened.context)).page
    await twin.evaluate(BUSY)
    await send_order(page)
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")
    await opened.context.route("**/orders", refuse_posts)
    await send_order(page, 7, "Agua")
    await page.get_by_text("Sin enviar (1)").wait_for()
    await (
        page.get_by_text("no deja leer ahora")
        .or_(page.get_by_text("Este navegador no guarda nada"))
        .first.wait_for()
    )
    await twin.evaluate("() => { busy = false; }")
    await expect(page.get_by_text("Este navegador no guarda nada")).to_be_hidden()
    await expect(page.get_by_text("no deja leer ahora")).to_be_hidden()
    await page.reload()  # it lies safely by now
    await page.get_by_text("Sin enviar (1)").wait_for()
    await opened.context.unroute("**/orders")
    assert [one["table_number"] for one in await until_placed(house, 2)] == [12, 7]
    await expect(strip(page)).to_be_hidden()


async def test_what_is_written_is_kept_once_the_storage_takes_it(
    house: House, window: OpenWindow
) -> None:
    opened = await window(ANA, "/healthz", PHONE)
    page = opened.page
    await page.add_init_script(FORGETFUL.replace("BROKEN", "false"))
    await page.goto(f"{house.url}/mesero")
    await online(page)
    await page.evaluate("broken = true")
    await write_order(page, 5, "Agua")
    await page.get_by_text("Este aparato no guarda ahora lo que escribes").wait_for()
    await page.evaluate("broken = false")
    await expect(page.get_by_text("Este aparato no guarda ahora")).to_be_hidden()
    await page.reload()
    await expect(table(page)).to_have_value("5")


async def test_a_half_written_order_that_cant_be_read_for_a_while_comes_back(
    house: House, window: OpenWindow
) -> None:
    first = await window(ANA, "/mesero", PHONE)
    await write_order(first.page, 5, "Agua")
    page = (await window(ANA, "/healthz", PHONE, context=first.context)).page
    await first.page.close()
    await page.add_init_script(FORGETFUL.replace("BROKEN", "true"))
    await page.goto(f"{house.url}/mesero")
    await online(page)
    await expect(table(page)).to_have_value("")
    await page.evaluate("broken = false")
    await expect(table(page)).to_have_value("5")


async def test_without_any_storage_an_order_is_taken_all_the_same(
    house: House, window: OpenWindow
) -> None:
    opened = await window(ANA, "/healthz", PHONE)
    page = opened.page
    await page.add_init_script(FORGETFUL.replace("BROKEN", "true"))
    await page.add_init_script("delete window.indexedDB; window.indexedDB = undefined;")
    await page.goto(f"{house.url}/mesero")
    await online(page)
    await send_order(page)
    await hear(page, "Orden 1 de la mesa 12 enviada a cocina")


# A sign-out in the dark


async def left_while_the_server_sleeps(window: OpenWindow, path: str = "/mesero") -> Window:
    """Ana has tapped *Cambiar de usuario*; nothing has answered yet."""
    opened = await window(ANA, path)
    await online(opened.page)
    asked = asyncio.Event()

    async def never(route: Route) -> None:
        if route.request.method == "DELETE":
            asked.set()
        else:
            await route.fallback()

    await opened.context.route("**/session", never)
    await opened.page.get_by_role("button", name="Ana ▾").click()
    await opened.page.get_by_role("button", name="Cambiar de usuario").click()
    await asked.wait()
    return opened


async def test_who_leaves_is_out_of_sight_before_the_server_has_answered(
    house: House, window: OpenWindow
) -> None:
    opened = await left_while_the_server_sleeps(window)
    await opened.page.get_by_text("Saliendo").wait_for()
    await expect(opened.page.get_by_role("button", name="Ana ▾")).to_be_hidden()


async def test_a_sign_out_that_its_tab_did_not_outlive_is_carried_out_by_the_next_page(
    house: House, window: OpenWindow
) -> None:
    """The tab is closed at once, and somebody opens Comanda when there is a network again."""
    opened = await left_while_the_server_sleeps(window)
    other = (await window(None, "/healthz", context=opened.context)).page
    await opened.page.close()
    heard: list[str] = []
    other.on("request", lambda request: heard.append(request.url))
    await other.goto(f"{house.url}/mesero")
    await other.get_by_text("Pantalla bloqueada").wait_for()
    await opened.context.unroute("**/session")
    await other.wait_for_url("**/?volver=*")
    assert not [url for url in heard if "/events/" in url or url.endswith("/orders")]
    assert (await other.context.request.get(f"{house.url}/session")).status == 401


async def test_every_other_tab_is_covered_at_once_the_kitchens_too(
    house: House, window: OpenWindow
) -> None:
    first = await window(ROSA, "/cocina")
    await online(first.page)
    second = await window(ROSA, "/caja", context=first.context)
    await online(second.page)
    await first.context.route("**/session", lambda route: route.abort())
    await second.page.get_by_role("button", name="Rosa ▾").click()
    await second.page.get_by_role("button", name="Cambiar de usuario").click()
    await first.page.get_by_text("Pantalla bloqueada").wait_for()
    await second.page.wait_for_url("**/?cambiar")


async def test_no_stream_of_who_left_is_opened_again_when_the_network_is_back(
    house: House, window: OpenWindow
) -> None:
    first = await window(ANA, "/mesero")
    await online(first.page)
    asked: list[str] = []
    first.page.on("request", lambda request: asked.append(request.url))
    second = await window(ANA, "/healthz", context=first.context)
    await first.context.route("**/session", lambda route: route.abort())
    await second.page.evaluate("localStorage.setItem('comanda.bloqueada', 'ana')")
    await first.page.get_by_text("Pantalla bloqueada").wait_for()
    asked.clear()
    await first.context.set_offline(True)
    await first.context.set_offline(False)
    await first.context.unroute("**/session")
    await first.page.wait_for_url("**/?volver=*")
    assert not [url for url in asked if "/events/" in url or url.endswith("/orders")]


async def test_the_sign_in_page_says_whose_session_is_still_open(
    house: House, window: OpenWindow
) -> None:
    opened = await window(ANA, "/mesero")
    page = await online(opened.page)
    await opened.context.route("**/session", lambda route: route.abort())
    await page.get_by_role("button", name="Ana ▾").click()
    await page.get_by_role("button", name="Cambiar de usuario").click()
    await page.wait_for_url("**/?cambiar")
    said = page.get_by_text("La sesión de ana sigue abierta")
    await said.wait_for()
    await page.reload()
    await said.wait_for()
    await opened.context.unroute("**/session")
    await expect(said).to_be_hidden()
    assert (await page.context.request.get(f"{house.url}/session")).status == 401


async def test_the_sign_in_page_says_who_is_signed_in(house: House, window: OpenWindow) -> None:
    page = (await window(LUIS, "/?cambiar")).page
    await page.get_by_text("Aquí está abierta la sesión de Luis.").wait_for()
    await page.get_by_role("link", name="Seguir como Luis").click()
    await page.wait_for_url("**/caja*")


async def test_without_a_network_who_leaves_is_not_led_to_a_page_that_can_not_be_opened(
    house: House, window: OpenWindow
) -> None:
    """Over plain HTTP no worker keeps that page: the browser would show an error of its own."""
    opened = await window(ANA, "/mesero", PHONE)
    page = await online(opened.page)
    await opened.context.set_offline(True)
    await page.get_by_role("button", name="Ana ▾").click()
    await page.get_by_role("button", name="Cambiar de usuario").click()
    await page.get_by_text("En cuanto vuelva podrás entrar con tu PIN").wait_for()
    assert page.url.endswith("/mesero") or "/mesero?" in page.url
    await opened.context.set_offline(False)
    await page.wait_for_url(f"{house.url}/")
    assert (await page.context.request.get(f"{house.url}/session")).status == 401


async def test_what_waits_says_once_what_becomes_of_it(house: House, window: OpenWindow) -> None:
    """The server's «Inténtalo otra vez» is not for what goes by itself."""
    opened = await window(ANA, "/mesero", PHONE)
    page = await online(opened.page)
    told = {
        "status": 503,
        "code": "server_busy",
        "detail": "Comanda está ocupada. Inténtalo otra vez",
    }

    async def busy(route: Route) -> None:
        if route.request.method == "POST":
            await route.fulfill(status=503, json=told)
        else:
            await route.fallback()

    await opened.context.route("**/orders", busy)
    await send_order(page)
    said = strip(page).get_by_text("Comanda está ocupada. Se envía sola y no se duplica.")
    await said.wait_for()
    await opened.context.unroute("**/orders")
    await until_placed(house, 1)


async def test_an_old_note_does_not_end_the_session_of_whoever_came_after(
    house: House, window: OpenWindow
) -> None:
    opened = await window(LUIS, "/healthz")
    page = opened.page
    await page.evaluate("localStorage.setItem('comanda.bloqueada', 'ana')")
    await page.goto(f"{house.url}/caja")
    await online(page)
    await page.get_by_role("button", name="Luis ▾").wait_for()
    await page.evaluate("localStorage.setItem('comanda.bloqueada', 'ana')")
    await page.goto(f"{house.url}/")
    await page.wait_for_url("**/caja*")
    await online(page)


async def test_what_waits_stays_whose_it_is_when_they_leave_without_a_network(
    house: House, window: OpenWindow
) -> None:
    opened = await waiting_order(house, window)
    page = opened.page
    await opened.context.route("**/session", lambda route: route.abort())
    await page.get_by_role("button", name="Ana ▾").click()
    await page.get_by_role("button", name="Cambiar de usuario").click()
    await page.wait_for_url("**/?cambiar")
    await opened.context.unroute("**/session")
    await opened.context.unroute("**/orders")
    await enter(page, "beto")
    await page.wait_for_url("**/mesero*")
    await strip(page).get_by_text("De ana: se envía cuando entre").wait_for()
    assert house.rows()["orders"] == 0
    await page.get_by_role("button", name="Beto ▾").click()
    await page.get_by_role("button", name="Cambiar de usuario").click()
    await page.wait_for_url("**/")
    await page.get_by_role("button", name="Otra persona").click()
    await enter(page, "ana")
    assert [one["waiter"] for one in await until_placed(house, 1)] == ["ana"]


async def test_a_page_that_slept_while_its_user_left_shows_nothing_when_it_wakes(
    house: House, window: OpenWindow
) -> None:
    """As the browser's *back* shows a page again that it had kept."""
    opened = await window(ANA, "/healthz")
    await opened.page.add_init_script(DEAFER)
    await opened.page.goto(f"{house.url}/mesero")
    await online(opened.page)
    await opened.context.set_offline(True)
    await opened.page.evaluate("localStorage.setItem('comanda.bloqueada', 'ana')")
    await opened.page.evaluate(
        "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })) && undefined"
    )
    await opened.page.get_by_text("Pantalla bloqueada").wait_for()
    await expect(opened.page.get_by_role("button", name="Ana ▾")).to_be_hidden()
