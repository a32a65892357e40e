"""A page that opens without a network shows what was there last, and how old it is."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from comanda.config import Config
from comanda.domain.staff import Staff
from comanda.web.plumbing.keys import STREAMS
from tests.browser.conftest import PHONE, OpenWindow, Window
from tests.browser.test_clocks import open_with_clock
from tests.browser.test_shell import KEPT, LOADED
from tests.house import ANA, COCO, LUIS, FixedClock, House, eventually, open_house

# Whether the device has kept what the page shows.
SEEN = """async (count) => {
  document.dispatchEvent(new Event("freeze"));
  document.dispatchEvent(new Event("resume"));
  const database = await new Promise((resolve) => {
    const request = indexedDB.open("comanda.visto");
    request.onsuccess = () => resolve(request.result);
  });
  try {
    return await new Promise((resolve) => {
      const request = database.transaction("seen").objectStore("seen").getAll();
      request.onsuccess = () => resolve(
        request.result.some((one) => one.name.startsWith("orders.") && one.value.length === count));
    });
  } finally {
    database.close();
  }
}"""
# What was kept was kept so many minutes ago.
AGE = """async (minutes) => {
  const database = await new Promise((resolve) => {
    const request = indexedDB.open("comanda.visto");
    request.onsuccess = () => resolve(request.result);
  });
  const table = database.transaction("seen", "readwrite").objectStore("seen");
  const all = await new Promise((resolve) => {
    table.getAll().onsuccess = ({ target }) => resolve(target.result);
  });
  for (const one of all) table.put({ ...one, at: one.at - minutes * 60000 });
  await new Promise((resolve) => { table.transaction.oncomplete = resolve; });
  database.close();
}"""
PAGES = [(ANA, "/mesero?ver=curso"), (COCO, "/cocina"), (LUIS, "/caja")]


async def until_kept(opened: Window, orders: int) -> None:
    """Wait until the device has all that the page needs to open again."""
    page = opened.page
    await page.get_by_text("En línea").wait_for()
    loaded = await page.evaluate(LOADED)

    async def has_all() -> bool:
        return bool(await page.evaluate(KEPT, loaded) and await page.evaluate(SEEN, orders))

    await eventually(has_all)


async def shows(page: Page, table: int) -> None:
    named = re.compile(rf"^(Mesa )?{table}$")
    await expect(page.locator("main li").get_by_text(named).first).to_be_visible()


@pytest.mark.parametrize(("member", "path"), PAGES)
async def test_an_offline_reload_shows_what_was_there_with_its_age(
    config: Config, clock: FixedClock, house: House, window: OpenWindow, member: Staff, path: str
) -> None:
    order = await house.place(table=27)
    if member is LUIS:
        for status, cook in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
            await house.advance(order["id"], status, cook)
        await house.submit(order["id"])
    opened = await window(member, path, PHONE if member is ANA else None, worker=True)
    await shows(opened.page, 27)
    await until_kept(opened, 1)
    port = house.runner.addresses[0][1]
    style = await opened.page.evaluate(STYLE)
    await house.runner.cleanup()
    await opened.page.goto(style)
    await opened.page.evaluate(AGE, 12)
    await opened.page.goto(house.url + path)
    await shows(opened.page, 27)
    await expect(opened.page.get_by_text("Esto es lo de hace 12 min.")).to_be_visible()
    await expect(opened.page.locator(".link")).to_have_text("Sin conexión")
    await expect(opened.page.get_by_text("✓")).to_have_count(0)
    async with open_house(config, clock, new=False, port=port) as again:
        await opened.page.get_by_text("En línea").wait_for()
        await expect(opened.page.get_by_text("lo de hace")).to_have_count(0)
        await again.place(table=28)
        if member is not LUIS:
            await shows(opened.page, 28)


# A file that is kept with the page, and does nothing by itself.
STYLE = "document.querySelector('link[rel=stylesheet]').href"
GOOD_NEWS = {
    "/caja": "Nada por verificar ✓",
    "/mesero?ver=curso": "Nada en curso ✓",
    "/cocina": "Nada pendiente ✓",
}


@pytest.mark.parametrize(("member", "path"), PAGES)
async def test_good_news_is_said_only_with_a_connection(
    house: House, window: OpenWindow, member: Staff, path: str
) -> None:
    opened = await window(member, "/healthz")
    page = opened.page
    await page.route("**/events/**", lambda route: route.abort())
    await page.goto(house.url + path)
    await page.get_by_text("Reconectando…").wait_for()
    await expect(page.get_by_text(GOOD_NEWS[path])).to_have_count(0)
    await page.unroute("**/events/**")
    await page.get_by_text("En línea").wait_for()
    await expect(page.get_by_text(GOOD_NEWS[path])).to_be_visible()
    await opened.context.set_offline(True)
    await page.locator(".link").get_by_text("Sin conexión").wait_for()
    await expect(page.get_by_text("✓")).to_have_count(0)
    await expect(page.get_by_text("Puede haber más: ahora no se sabe").first).to_be_visible()
    await opened.context.set_offline(False)
    await expect(page.get_by_text(GOOD_NEWS[path])).to_be_visible()


# Whether what charging needs has come: it does once the page stands.
CHARGING = f"() => {LOADED}.some((path) => path.endsWith('/js/cobro/charge.js'))"


async def test_a_page_that_was_open_once_charges_without_a_network(
    house: House, window: OpenWindow
) -> None:
    await house.deliver(12)
    opened = await window(ANA, "/mesero?ver=cobrar", PHONE, worker=True)
    page = opened.page
    paid = page.get_by_role("button", name="Pagadas hoy")
    await paid.click()
    await page.get_by_text("Ninguna todavía").wait_for()
    await page.wait_for_function(CHARGING)
    await until_kept(opened, 1)
    await house.runner.cleanup()
    await page.reload()
    await page.get_by_text("Sin conexión con Comanda.").wait_for()
    await paid.click()
    await page.get_by_text("No se pudo actualizar").wait_for()
    await page.get_by_role("button", name="💳 Cobrar, mesa 12").click()
    await page.get_by_role("dialog").get_by_text("🖼 Galería").wait_for()


async def test_who_signs_out_leaves_nothing_behind(house: House, window: OpenWindow) -> None:
    await house.place(table=29)
    opened = await window(COCO, "/cocina", worker=True)
    await until_kept(opened, 1)
    await opened.page.get_by_role("button", name="Coco ▾").click()
    await opened.page.get_by_role("button", name="Cambiar de usuario").click()
    await opened.page.wait_for_url("**/")
    await house.runner.cleanup()
    await opened.page.goto(house.url + "/cocina")
    await opened.page.get_by_text("Sin conexión con Comanda.").wait_for()
    await expect(opened.page.get_by_text("29")).to_have_count(0)
    await expect(opened.page.get_by_text("Coco")).to_have_count(0)


async def test_nobody_is_shown_what_another_has_seen(house: House, window: OpenWindow) -> None:
    """Ana's session ends without a word; Luis signs in on her device."""
    await house.place(table=29)
    opened = await window(ANA, "/mesero?ver=curso", worker=True)
    await until_kept(opened, 1)
    await opened.page.goto("about:blank")
    cookies = await house.cookies(LUIS)
    await opened.context.add_cookies(
        [{"name": name, "value": value, "url": house.url} for name, value in cookies.items()]
    )
    await opened.page.goto(house.url + "/caja")
    await until_kept(opened, 1)
    await house.runner.cleanup()
    await opened.page.goto(house.url + "/mesero?ver=curso")
    await opened.page.wait_for_url("**/caja")
    await opened.page.get_by_text("Luis ▾").wait_for()
    await opened.page.get_by_role("tab", name="En curso 1").wait_for()
    await expect(opened.page.get_by_text("Ana ▾")).to_have_count(0)


async def test_the_menu_is_there_without_a_network(house: House, window: OpenWindow) -> None:
    opened = await window(ANA, "/mesero", PHONE, worker=True)
    await opened.page.get_by_text("Tacos al pastor").first.wait_for()
    await until_kept(opened, 0)
    await house.runner.cleanup()
    await opened.page.reload()
    await opened.page.get_by_text("Sin conexión con Comanda.").wait_for()
    await opened.page.get_by_text("Tacos al pastor").first.wait_for()


async def test_what_was_kept_too_long_ago_is_not_shown(house: House, window: OpenWindow) -> None:
    await house.place(table=29)
    opened = await window(COCO, "/cocina", worker=True)
    await until_kept(opened, 1)
    style = await opened.page.evaluate(STYLE)
    await house.runner.cleanup()
    await opened.page.goto(style)
    await opened.page.evaluate(AGE, 25 * 60)
    await opened.page.goto(house.url + "/cocina")
    await opened.page.get_by_text("Sin conexión con Comanda.").wait_for()
    await expect(opened.page.get_by_text("29")).to_have_count(0)


def test_every_list_that_may_be_empty_asks_whether_it_is_known() -> None:
    """KeyedList and the tables do it for all pages; nobody else writes good news by hand."""
    folder = Path(__file__).parents[2] / "static/js"
    for path in ("lib/dom.js", "admin/tables.js"):
        assert "sayOnlyOnline(" in (folder / path).read_text(encoding="utf-8")


async def test_lists_are_as_old_as_the_last_word_about_them(
    house: House, window: OpenWindow
) -> None:
    """A tablet whose lid was closed: nobody noticed when the network went."""
    await house.place(table=27)
    page = (await window(COCO, "/healthz")).page
    await page.clock.install()
    await page.goto(f"{house.url}/cocina")
    await page.get_by_text("En línea").wait_for()
    await shows(page, 27)
    for stream in list(house.app[STREAMS]._open):
        house.app[STREAMS].rouse(stream)
    await page.route("**/*", lambda _: None)
    await page.clock.fast_forward(2 * 3600 * 1000)
    await expect(page.locator(".link-age")).to_contain_text(re.compile("lo de(l| las) "))


async def test_lists_of_a_phone_that_slept_are_not_called_new(
    house: House, window: OpenWindow
) -> None:
    """Its stopwatch slept, too: only the device's clock knows for how long."""
    await house.place(table=27)
    opened = await open_with_clock(house, window, COCO, "/cocina", 0)
    page = opened.page
    await page.get_by_text("En línea").wait_for()
    await shows(page, 27)
    await opened.context.set_offline(True)
    await page.evaluate("shift += 40 * 60000")
    await expect(page.locator(".link-age")).to_contain_text("lo de hace 40 min")


async def test_what_somebody_else_answers_is_neither_a_fault_nor_the_time(
    house: House, window: OpenWindow
) -> None:
    """A hotel's Wi-Fi that wants a password, or a proxy's page of its own."""
    page = (await window(COCO, "/cocina")).page
    await page.get_by_text("En línea").wait_for()
    await page.route(
        re.compile("/session|/orders"),
        lambda route: route.fulfill(
            body="<html>Acepta las condiciones</html>",
            headers={"Content-Type": "text/html", "Date": "Thu, 01 Jan 1970 00:00:10 GMT"},
        ),
    )
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator(".link")).to_have_text("Sin conexión")
    seen = "part('lib/server-time.js').then(({ now }) => now())"
    assert abs(await page.evaluate(seen) - house.clock.now.timestamp() * 1000) < 600_000
    await page.unroute(re.compile("/session|/orders"))
    await page.get_by_text("En línea").wait_for()
    assert await page.locator(".uncaught").count() == 0


# A browser whose store takes requests and answers none, as after its disk has failed.
STUCK = """
  IDBDatabase.prototype.transaction = () => ({
    objectStore: () => ({ get: () => ({}), put: () => ({}), clear: () => ({}) }),
  });
"""


async def test_a_page_does_not_wait_for_a_store_that_never_answers(
    house: House, window: OpenWindow
) -> None:
    opened = await window(COCO, "/healthz")
    await opened.context.add_init_script(STUCK)
    await house.place(7)
    for _ in range(2):  # the second time somebody is known to have worked here
        await opened.page.goto(house.url + "/cocina")
        await shows(opened.page, 7)
        await opened.page.get_by_text("En línea").wait_for()
