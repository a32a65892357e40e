"""A proxy between the page and the server, that cuts streams and refuses them for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from comanda.config import Config
from tests.browser.conftest import OpenWindow
from tests.house import COCO, LUIS, House, eventually, jpeg

PATIENT = 90_000  # milliseconds: the page's own pauses grow to half a minute


class Proxy:
    """Passes bytes on to the server.

    `cut` drops every connection, and lets those to come wait until `go_on`; while `refusing`, they
    are answered 503, and counted in `refused`. `freeze` holds back what the streams that are open
    say, and `hold` what those to come say but for their headers; with "drops" a byte comes now and
    then. `streams` counts all of them. While `refusing_streams`, they alone are answered 404.
    """

    def __init__(self, upstream: str) -> None:
        self._upstream = urlsplit(upstream)
        self._writers: set[asyncio.StreamWriter] = set()
        self._open = asyncio.Event()
        self._open.set()
        self.refusing = False
        self.refused = 0
        self.hold = ""
        self.refusing_streams = False
        self.streams = 0
        self._open_streams: list[asyncio.Event] = []
        self._drops: list[asyncio.Task[None]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._open.wait()
        if self.refusing:
            self.refused += 1
            writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n")
            writer.write(b"Connection: close\r\n\r\n")
            writer.close()
            return
        there, back = await asyncio.open_connection(self._upstream.hostname, self._upstream.port)
        self._writers |= {writer, back}
        stream = asyncio.Event()
        await asyncio.gather(self._ask(reader, back, stream), self._answer(there, writer, stream))
        self._writers -= {writer, back}

    async def _ask(
        self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, stream: asyncio.Event
    ) -> None:
        async for asked in pieces(reader, back):
            data = asked
            if data.startswith(b"GET /events/"):
                self.streams += 1
                if self.refusing_streams:
                    data = data.replace(b"GET /events/", b"GET /refused/", 1)
                self._open_streams.append(stream)
                if self.hold:
                    stream.set()
            back.write(data)

    async def _answer(
        self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, held: asyncio.Event
    ) -> None:
        async for data in pieces(there, writer):
            if not held.is_set():
                writer.write(data)
            elif b"HTTP/1.1 200" in data:
                head, end, _ = data.partition(b"\r\n\r\n")
                writer.write(head + end)
                if self.hold == "drops":
                    self._drops.append(asyncio.create_task(drip(writer)))

    def freeze(self) -> None:
        for stream in self._open_streams:
            stream.set()

    def cut(self) -> None:
        self._open.clear()
        for writer in self._writers:
            writer.transport.abort()

    def go_on(self) -> None:
        self._open.set()


async def pieces(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> AsyncIterator[bytes]:
    """What is read, for as long as both ends are there; `writer` is closed with it."""
    try:
        while data := await reader.read(65536):
            yield data
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def drip(writer: asyncio.StreamWriter) -> None:
    """A comment that comes byte by byte, and never to its end."""
    writer.write(b"fff\r\n:")
    while not writer.is_closing():
        writer.write(b".")
        await asyncio.sleep(0.2)


@asynccontextmanager
async def open_proxy(house: House) -> AsyncIterator[tuple[Proxy, str]]:
    proxy = Proxy(house.url)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield proxy, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        proxy.cut()
        proxy.go_on()
        server.close()


# All that a page says of its connection, from now on.
LISTEN = """() => {
  globalThis.links = [];
  const link = document.querySelector(".link");
  new MutationObserver(() => links.push(link.textContent)).observe(link, { childList: true });
}"""


@pytest.fixture
def config(config: Config) -> Config:
    """A house that replays a day's work, but not a night's."""
    return replace(config, events=replace(config.events, replay_limit=30))


async def test_a_page_that_missed_too_much_fetches_everything_again(
    house: House, window: OpenWindow
) -> None:
    async with open_proxy(house) as (proxy, url):
        page = (await window(COCO, "/healthz")).page
        await page.goto(f"{url}/cocina")
        await page.get_by_text("En línea").wait_for()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        proxy.cut()
        await page.get_by_text("Reconectando…").wait_for()
        for table in range(31, 51):
            await house.place(table)
        proxy.go_on()
        await expect(page.locator(".ticket")).to_have_count(20, timeout=PATIENT)
        await page.get_by_text("En línea").wait_for()
    assert [one for one in asked if "/orders?" in one]


async def test_a_stream_that_a_proxy_cuts_or_refuses_comes_back_and_catches_up(
    house: House, window: OpenWindow
) -> None:
    async with open_proxy(house) as (proxy, url):
        page = (await window(LUIS, "/healthz")).page
        await page.goto(f"{url}/caja")
        await page.get_by_text("En línea").wait_for()
        await page.evaluate("window.neverReloaded = true")

        proxy.cut()
        await page.get_by_text("Reconectando…").wait_for()
        order = await house.deliver(21)
        await house.submit(order["id"])
        proxy.go_on()
        await expect(page).to_have_title("(1) Caja · Comanda", timeout=PATIENT)
        await page.get_by_text("En línea").wait_for()

        proxy.refusing = True
        proxy.cut()
        proxy.go_on()
        await page.get_by_text("Reconectando…").wait_for()
        order = await house.deliver(22)
        await house.submit(order["id"], photo=jpeg("gray"))
        # The browser gives its stream up for good at the first; the page has tried by itself since.
        await eventually(lambda: proxy.refused > 1)
        proxy.refusing = False
        await expect(page).to_have_title("(2) Caja · Comanda", timeout=PATIENT)
        await page.get_by_text("En línea").wait_for()
        assert await page.evaluate("window.neverReloaded")


async def test_a_stream_that_alone_is_refused_is_asked_for_ever_more_rarely(
    house: House, window: OpenWindow
) -> None:
    """All else is answered and tells nothing of the stream; many pages would ask all the time."""
    async with open_proxy(house) as (proxy, url):
        page = (await window(COCO, "/healthz")).page
        await page.clock.install()
        await page.goto(f"{url}/cocina")
        await page.get_by_text("En línea").wait_for()
        proxy.refusing_streams = True
        proxy.cut()
        proxy.go_on()
        await page.get_by_text("Reconectando…").wait_for()
        before = proxy.streams
        for _ in range(240):
            await page.clock.run_for(250)
        assert 2 <= proxy.streams - before <= 15, "a minute"
        proxy.refusing_streams = False
        await house.place(71)
        for _ in range(240):
            await page.clock.run_for(250)
            if await page.get_by_text("En línea").is_visible():
                break
        await expect(page.get_by_text("En línea")).to_be_visible()
        await page.get_by_text("71", exact=True).wait_for()


async def pay(house: House, table: int) -> None:
    order = await house.deliver(table)
    status, told = await house.submit(order["id"])
    assert status == 201, told


async def test_a_stream_that_a_proxy_freezes_is_opened_anew(
    house: House, window: OpenWindow
) -> None:
    """All else goes on: the page says so, opens another one, and tells what came meanwhile."""
    async with open_proxy(house) as (proxy, url):
        till = await window(LUIS, "/healthz")
        other = await window(LUIS, "/healthz", context=till.context)
        for tab in (till, other):
            await tab.page.goto(f"{url}/caja")
            await tab.page.get_by_text("En línea").wait_for()
            await tab.page.evaluate(LISTEN)
        assert proxy.streams == 1
        proxy.freeze()
        await pay(house, 23)
        for tab in (till, other):
            await expect(tab.page).to_have_title("(1) Caja · Comanda")
            await tab.page.get_by_text("En línea").wait_for()
            assert await tab.page.evaluate("links") == ["Reconectando…", "En línea"]
        assert proxy.streams == 2


@pytest.mark.parametrize("hold", ["all", "drops"], ids=["nothing", "drops"])
async def test_a_page_that_hears_nothing_never_says_that_it_is_online(
    house: House, window: OpenWindow, hold: str
) -> None:
    """Headers come, and bytes, but no event: what is new is asked for, in each tab."""
    async with open_proxy(house) as (proxy, url):
        till = await window(LUIS, "/healthz")
        other = await window(LUIS, "/healthz", context=till.context)
        for tab in (till, other):
            await tab.page.goto(f"{url}/caja")
            await tab.page.get_by_text("En línea").wait_for()
            await tab.page.evaluate(LISTEN)
        proxy.hold = hold
        proxy.freeze()
        for tab in (till, other):
            await tab.page.get_by_text("Reconectando…").wait_for()
        await pay(house, 24)
        for tab in (till, other):
            await expect(tab.page).to_have_title("(1) Caja · Comanda", timeout=PATIENT)
        await eventually(lambda: proxy.streams >= 3, timeout=PATIENT / 1000)
        for tab in (till, other):
            assert await tab.page.evaluate("links") == ["Reconectando…"]
        proxy.hold = ""
        for tab in (till, other):
            await tab.page.get_by_text("En línea").wait_for(timeout=PATIENT)


async def test_a_page_that_has_never_heard_anything_is_not_online(
    house: House, window: OpenWindow
) -> None:
    async with open_proxy(house) as (proxy, url):
        proxy.hold = "all"
        page = (await window(LUIS, "/healthz")).page
        await page.goto(f"{url}/caja")
        await page.locator(".link").wait_for()
        await page.evaluate(LISTEN)
        await eventually(lambda: proxy.streams >= 2)
        assert await page.evaluate("links") == []
        await expect(page.get_by_text("En línea")).to_have_count(0)
        await pay(house, 25)
        await expect(page).to_have_title("(1) Caja · Comanda", timeout=PATIENT)


async def test_streams_that_are_well_are_left_alone(house: House, window: OpenWindow) -> None:
    """Longer than a page's patience, in a tab that follows, too: none is opened for nothing."""
    async with open_proxy(house) as (proxy, url):
        till = await window(LUIS, "/healthz")
        other = await window(LUIS, "/healthz", context=till.context)
        for tab in (till, other):
            await tab.page.goto(f"{url}/caja")
            await tab.page.get_by_text("En línea").wait_for()
            await tab.page.evaluate(LISTEN)
        begun = await till.page.evaluate("performance.now()")
        await till.page.wait_for_function(f"() => performance.now() > {begun} + 12000")
        for tab in (till, other):
            assert await tab.page.evaluate("links") == []
        assert proxy.streams == 1
