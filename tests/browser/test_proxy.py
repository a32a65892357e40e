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
    are answered 503, and counted in `refused`.
    """

    def __init__(self, upstream: str) -> None:
        self._upstream = urlsplit(upstream)
        self._writers: set[asyncio.StreamWriter] = set()
        self._open = asyncio.Event()
        self._open.set()
        self.refusing = False
        self.refused = 0

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
        await asyncio.gather(pass_on(reader, back), pass_on(there, writer))
        self._writers -= {writer, back}

    def cut(self) -> None:
        self._open.clear()
        for writer in self._writers:
            writer.transport.abort()

    def go_on(self) -> None:
        self._open.set()


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


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
