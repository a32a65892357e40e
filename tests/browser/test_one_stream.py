"""However many tabs one browser has open, each works and hears news, over a single stream."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, expect

from comanda.domain.events import EventType
from comanda.domain.staff import Staff
from comanda.web.plumbing.keys import STREAMS
from tests.browser.conftest import MEMORY, SLOW, OpenWindow, Window
from tests.house import ANA, COCO, LUIS, ROSA, House, eventually

PATHS = ("/caja", "/mesero?ver=cobrar", "/cocina", "/admin")
STREAM_FILE = Path(__file__).parents[2] / "static/js/house/stream.js"


def test_the_holder_hears_every_type_there_is() -> None:
    """For tabs of any role: a type that is missing here would not reach them."""
    listed = re.search(r"TYPES = \[(.*?)\]", STREAM_FILE.read_text(encoding="utf-8"), re.DOTALL)
    assert listed
    assert set(re.findall(r'"(\w+)"', listed[1])) == {"resync", *EventType}


def streams(house: House) -> int:
    return len(house.app[STREAMS])


async def open_tabs(window: OpenWindow, member: Staff, paths: list[str]) -> list[Window]:
    """Tabs of one browser, one after the other, each online before the next."""
    tabs = [await window(member, paths[0])]
    for path in paths[1:]:
        await tabs[0].page.get_by_text("En línea").wait_for()
        tabs.append(await window(member, path, context=tabs[0].context))
    for tab in tabs:
        await tab.page.get_by_text("En línea").wait_for()
    return tabs


async def shows(page: Page, table: int) -> None:
    """Wait until a card of the page is about this table."""
    named = re.compile(rf"^(Mesa )?{table}$")
    await expect(page.locator("main li").get_by_text(named).first).to_be_visible()


async def hears_of(house: House, tabs: list[Page], table: int) -> None:
    """An order comes in, and is delivered and sent to the till: each page shows what is for it."""
    order = await house.place(table)
    for page in tabs:
        if "/cocina" in page.url:
            await shows(page, table)
    for status, member in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
        await house.advance(order["id"], status, member)
    await house.submit(order["id"])
    for page in tabs:
        if "/caja" in page.url or "/mesero" in page.url:
            await shows(page, table)


@pytest.mark.parametrize("many", [7, 12])
async def test_each_of_many_tabs_works_and_hears(
    house: House, window: OpenWindow, many: int
) -> None:
    tabs = await open_tabs(window, ROSA, [PATHS[number % 4] for number in range(many)])
    assert streams(house) == 1
    pages = [tab.page for tab in tabs]
    await hears_of(house, pages, 77)
    deciding = pages[0]
    await deciding.get_by_role("tabpanel").get_by_role("button", name="77").first.click()
    await deciding.get_by_label("Lo vi en la cuenta").check()
    await deciding.get_by_role("button", name="Aprobar").click()
    for page in pages:
        if "/caja" in page.url:
            await expect(page.get_by_text("Nada por verificar ✓")).to_be_visible()
        if "/mesero" in page.url:
            await expect(page.get_by_text("Nada por cobrar ✓")).to_be_visible()
    for page in pages:
        assert await page.evaluate("fetch('/session').then((answer) => answer.status)") == 200
    assert streams(house) == 1


async def test_seven_tabs_of_one_cashier(house: House, window: OpenWindow) -> None:
    tabs = await open_tabs(window, LUIS, ["/caja"] * 7)
    await hears_of(house, [tab.page for tab in tabs], 41)
    assert streams(house) == 1


# Which tab has the stream: each notes the EventSource that it opened last.
NOTE = """
  const Native = EventSource;
  globalThis.EventSource = class extends Native {
    constructor(...given) { super(...given); globalThis.opened = this; }
  };
"""


async def holder_among(tabs: list[Window]) -> Window:
    """The tab whose stream is open."""
    async with asyncio.timeout(SLOW / 1000):
        while True:
            for tab in tabs:
                if await tab.page.evaluate("globalThis.opened?.readyState === 1"):
                    return tab
            await asyncio.sleep(0.1)


async def gone_over(house: House, tabs: list[Window], holder: Window, table: int) -> Window:
    """The other tabs hear news, over one stream, which another of them holds."""
    others = [tab for tab in tabs if tab is not holder]
    await hears_of(house, [tab.page for tab in others], table)
    await eventually(lambda: streams(house) == 1)
    for tab in others:
        await expect(tab.page.get_by_text("En línea")).to_be_visible()
    return await holder_among(others)


async def noted_tabs(window: OpenWindow, paths: list[str]) -> list[Window]:
    first = await window(ROSA, "/healthz")
    await first.context.add_init_script(NOTE)
    tabs = [await window(ROSA, path, context=first.context) for path in paths]
    for tab in tabs:
        await tab.page.get_by_text("En línea").wait_for()
    return tabs


MIXED = ["/caja", "/mesero?ver=cobrar", "/cocina", "/caja"]


async def test_a_holder_that_is_closed_is_followed_by_another(
    house: House, window: OpenWindow
) -> None:
    tabs = await noted_tabs(window, MIXED)
    for table in (31, 32, 33):
        holder = await holder_among(tabs)
        await holder.page.close()
        tabs = [tab for tab in tabs if tab is not holder]
        await gone_over(house, [*tabs, holder], holder, table)


async def test_a_holder_that_goes_elsewhere_is_followed_by_another(
    house: House, window: OpenWindow
) -> None:
    tabs = await noted_tabs(window, MIXED)
    holder = await holder_among(tabs)
    await holder.page.goto(house.url + "/ayuda")
    await gone_over(house, tabs, holder, 34)
    await holder.page.go_back()
    await holder.page.get_by_text("En línea").wait_for()
    await hears_of(house, [tab.page for tab in tabs], 35)
    assert streams(house) == 1


async def session_of(tab: Window) -> CDPSession:
    return await tab.context.new_cdp_session(tab.page)


async def freeze(tab: Window) -> tuple[CDPSession, asyncio.Task[None]]:
    """Tell the page that it is frozen, as a browser does with hidden ones, and then stop it.

    `Page.setWebLifecycleState` leaves a page that is in sight as it is, and here all are.
    """
    await tab.page.evaluate("document.dispatchEvent(new Event('freeze')) && undefined")
    return await hang(tab)


async def hang(tab: Window) -> tuple[CDPSession, asyncio.Task[None]]:
    """Stop the page where it stands: no event says so, and what it holds it still has."""
    browser = await session_of(tab)
    await browser.send("Debugger.enable")
    await browser.send("Debugger.pause")
    return browser, asyncio.create_task(tab.page.evaluate("undefined"))


async def thaw(tab: Window, stopped: tuple[CDPSession, asyncio.Task[None]]) -> None:
    browser, waiting = stopped
    await browser.send("Debugger.resume")
    await waiting
    await tab.page.evaluate("document.dispatchEvent(new Event('resume')) && undefined")


async def test_a_holder_that_is_frozen_is_followed_by_another_and_catches_up(
    house: House, window: OpenWindow
) -> None:
    tabs = await noted_tabs(window, MIXED)
    holder = await holder_among(tabs)
    stopped = await freeze(holder)
    await gone_over(house, tabs, holder, 36)
    await thaw(holder, stopped)
    await hears_of(house, [tab.page for tab in tabs], 37)
    await eventually(lambda: streams(house) == 1)


async def test_a_holder_that_hangs_is_followed_by_another(house: House, window: OpenWindow) -> None:
    """As a phone's browser suspends a tab: no event says so, and it still has its lock."""
    tabs = await noted_tabs(window, MIXED)
    holder = await holder_among(tabs)
    stopped = await hang(holder)
    others = [tab for tab in tabs if tab is not holder]
    await holder_among(others)
    await hears_of(house, [tab.page for tab in others], 38)
    await thaw(holder, stopped)
    await hears_of(house, [tab.page for tab in tabs], 39)
    await eventually(lambda: streams(house) == 1)


async def test_a_holder_that_is_killed_is_followed_by_another(
    house: House, window: OpenWindow
) -> None:
    tabs = await noted_tabs(window, MIXED)
    holder = await holder_among(tabs)
    browser = await session_of(holder)
    crashed = asyncio.ensure_future(browser.send("Page.crash"))
    crashed.add_done_callback(lambda done: done.cancelled() or done.exception())
    await gone_over(house, tabs, holder, 40)
    await holder.page.close()


async def test_a_tab_that_joins_misses_nothing(house: House, window: OpenWindow) -> None:
    """News come in while tabs open and close: in the end each shows all of it."""
    tabs = await noted_tabs(window, ["/caja", "/caja"])
    tables = range(50, 62)

    async def serve() -> None:
        for table in tables:
            order = await house.deliver(table)
            await house.submit(order["id"])

    serving = asyncio.create_task(serve())
    for _ in range(4):
        holder = await holder_among(tabs)
        tabs.append(await window(ROSA, "/caja", context=holder.context))
        tabs.remove(holder)
        await holder.page.close()
    await serving
    for tab in tabs:
        await expect(tab.page).to_have_title(f"({len(tables)}) Caja · Comanda")


async def test_a_session_that_ends_ends_in_every_tab(house: House, window: OpenWindow) -> None:
    tabs = await open_tabs(window, ROSA, ["/caja", "/cocina", "/mesero"])
    await tabs[1].page.evaluate("fetch('/session', { method: 'DELETE' })")
    for tab in tabs:
        await tab.page.wait_for_url("**/?volver=*")
    assert streams(house) == 0


async def sign_in(page: Page, username: str) -> None:
    answer = await page.evaluate(
        """username => fetch("/session", {
          method: "POST", headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ username, pin: "1234" }),
        }).then((answer) => answer.status)""",
        username,
    )
    assert answer == 201


async def test_somebody_else_signs_in_and_no_tab_stays_the_former_ones(
    house: House, window: OpenWindow
) -> None:
    tabs = await open_tabs(window, ROSA, ["/caja", "/mesero", "/admin"])
    await house.deliver(63)
    await sign_in(tabs[2].page, "coco")
    await tabs[2].page.goto(house.url + "/cocina")
    await tabs[2].page.get_by_text("En línea").wait_for()
    for tab in tabs:
        await tab.page.wait_for_url("**/cocina")
        await tab.page.get_by_text("Coco ▾").wait_for()
        await tab.page.get_by_text("En línea").wait_for()
    await hears_of(house, [tab.page for tab in tabs], 64)
    assert streams(house) == 1


async def test_a_restarted_log_is_told_to_all_tabs(house: House, window: OpenWindow) -> None:
    """Streams that end, as after a restart: the holder comes back, and the others hear on."""
    tabs = await open_tabs(window, ROSA, ["/caja", "/mesero?ver=cobrar", "/cocina"])
    for stream in list(house.app[STREAMS]._open):
        stream.end()
    await hears_of(house, [tab.page for tab in tabs], 65)
    assert streams(house) == 1


@pytest.fixture
async def lan(browser: Browser, house: House) -> AsyncIterator["Lan"]:
    """Tabs of Rosa's browser over plain HTTP: neither Web Locks nor a worker."""
    port = house.url.rpartition(":")[2]
    async with await browser.new_context() as context:
        context.set_default_timeout(SLOW)
        await context.add_init_script(MEMORY + NOTE)
        url = f"http://comanda.test:{port}"
        for name, value in (await house.cookies(ROSA)).items():
            await context.add_cookies([{"name": name, "value": value, "url": url}])
        yield Lan(url, context)


class Lan:
    def __init__(self, url: str, context: BrowserContext) -> None:
        self.url = url
        self.context = context

    async def open(self, path: str) -> Window:
        tab = Window(await self.context.new_page(), self.context)
        await tab.page.goto(self.url + path)
        await tab.page.get_by_text("En línea").wait_for()
        return tab


async def test_over_plain_http_each_of_twelve_tabs_works_and_hears(house: House, lan: Lan) -> None:
    tabs = [await lan.open(PATHS[number % 4]) for number in range(12)]
    assert not await tabs[0].page.evaluate("isSecureContext || 'locks' in navigator")
    await hears_of(house, [tab.page for tab in tabs], 71)
    await eventually(lambda: streams(house) == 1)
    holder = await holder_among(tabs)
    await holder.page.close()
    tabs.remove(holder)
    await gone_over(house, [*tabs, holder], holder, 72)


async def test_over_plain_http_a_holder_that_is_killed_or_frozen_is_followed(
    house: House, lan: Lan
) -> None:
    tabs = [await lan.open(path) for path in MIXED]
    holder = await holder_among(tabs)
    stopped = await freeze(holder)
    await gone_over(house, tabs, holder, 73)
    await thaw(holder, stopped)
    await hears_of(house, [tab.page for tab in tabs], 74)
    holder = await holder_among(tabs)
    crashed = asyncio.ensure_future((await session_of(holder)).send("Page.crash"))
    crashed.add_done_callback(lambda done: done.cancelled() or done.exception())
    await gone_over(house, tabs, holder, 75)


ALONE = "delete globalThis.BroadcastChannel; delete Navigator.prototype.locks;"
HIDE = """state => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def test_without_a_channel_a_hidden_tab_gives_its_stream_up_and_catches_up(
    house: House, window: OpenWindow
) -> None:
    opened = await window(LUIS, "/healthz")
    await opened.context.add_init_script(ALONE)
    tab = await window(LUIS, "/caja", context=opened.context)
    await tab.page.get_by_text("En línea").wait_for()
    assert streams(house) == 1
    await tab.page.evaluate(HIDE, "hidden")
    await eventually(lambda: streams(house) == 0)
    order = await house.deliver(76)
    await house.submit(order["id"])
    await tab.page.evaluate(HIDE, "visible")
    await expect(tab.page).to_have_title("(1) Caja · Comanda")
    await tab.page.get_by_text("En línea").wait_for()
    assert streams(house) == 1


async def test_a_stream_that_only_looks_alive_is_opened_again(
    house: House, window: OpenWindow
) -> None:
    """A router that forgets the stream's connection: no end, no error, and all else goes on."""
    tabs = await open_tabs(window, COCO, ["/cocina", "/cocina"])
    for stream in list(house.app[STREAMS]._open):
        house.app[STREAMS].rouse(stream)  # it hears neither news nor heartbeats
    await house.place(81)
    for tab in tabs:
        await shows(tab.page, 81)
        await tab.page.get_by_text("En línea").wait_for()
    await house.place(82)
    for tab in tabs:
        await shows(tab.page, 82)
