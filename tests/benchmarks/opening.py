"""From a page's address to *En línea*, over a slow network on plain HTTP, in real Chromium."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, async_playwright

from comanda.domain.staff import Staff
from tests.benchmarks.results import Goal, Work
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.house import ANA, LUIS, House, open_house, quick_config

TABLES, WAITING = 20, 3  # the till asks for the picture of each proof that waits
OPENINGS = 7
FIRST, AGAIN, ASKED = 1000.0, 500.0, 6
# The same before the files had a version in their addresses, on a shared machine with two
# processors: milliseconds for the first time and again, requests.
BEFORE = {"/mesero": (2003.0, 1765.0, 56.0), "/caja": (1864.0, 1668.0, 54.0)}
# A restaurant's Wi-Fi in a bad corner.
SLOW = {
    "offline": False,
    "latency": 100,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 1_600_000 / 8,
}
ONLINE = """() => new Promise((resolve) => {
  const look = () => {
    if (!document.body?.textContent.includes("En línea")) return;
    observer.disconnect();
    resolve(performance.now());
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true, characterData: true });
  look();
})"""


def works(folder: Path) -> Iterator[Work]:
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        print("The opening of pages is left out: apt-get install chromium")
        return
    yield from asyncio.run(_measure(folder, chromium))


async def _measure(folder: Path, chromium: str) -> list[Work]:
    found: list[Work] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=list(CHROMIUM_FLAGS)
        )
        async with open_house(quick_config(folder / "opening.db")) as house:
            for table in range(TABLES):
                order = await house.deliver(1 + table)
                if table < WAITING:
                    await house.submit(order["id"])
            for member, path in ((ANA, "/mesero"), (LUIS, "/caja")):
                found += await _openings(browser, house, member, path)
        await browser.close()
    return found


async def _openings(browser: Browser, house: House, member: Staff, path: str) -> list[Work]:
    """A browser that has never been here opens the page, and opens it again."""
    first = Work(f"{path} online, 100 ms, 1.6 Mbit/s: first time", "ms", (Goal(FIRST),))
    again = Work(f"{path} online, 100 ms, 1.6 Mbit/s: again", "ms", (Goal(AGAIN),))
    asked = Work(f"{path} again: requests", "requests", (Goal(ASKED),))
    for _ in range(OPENINGS):
        context = await browser.new_context(service_workers="block")
        elapsed, _ = await _open(context, house, member, path)
        first.add("comanda", [elapsed])
        elapsed, requests = await _open(context, house, member, path)
        again.add("comanda", [elapsed])
        asked.add("comanda", [float(len(requests))])
        await context.close()
    for work, figure in zip((first, again, asked), BEFORE[path], strict=True):
        work.add("before", [figure])
    return [first, again, asked]


async def _open(
    context: BrowserContext, house: House, member: Staff, path: str
) -> tuple[float, list[str]]:
    """The milliseconds until *En línea*, and what had been asked for over the network by then."""
    url = house.url.replace("127.0.0.1", "comanda.test")  # no secure context, as in a restaurant
    for name, value in (await house.cookies(member)).items():
        await context.add_cookies([{"name": name, "value": value, "url": url}])
    page = await context.new_page()
    wire = await context.new_cdp_session(page)
    await wire.send("Network.enable")
    await wire.send("Network.emulateNetworkConditions", SLOW)
    asked: dict[str, str] = {}
    wire.on("Network.requestWillBeSent", lambda event: asked.update(_named(event)))
    wire.on("Network.requestServedFromCache", lambda event: _drop(asked, event))
    wire.on("Network.responseReceived", lambda event: _drop_kept(asked, event))
    await page.goto(url + path, wait_until="commit")
    elapsed: float = await page.evaluate(ONLINE)
    addresses = [address for address in asked.values() if address.startswith("http")]
    await page.close()
    return elapsed, addresses


def _named(event: dict[str, Any]) -> dict[str, str]:
    return {event["requestId"]: event["request"]["url"]}


def _drop(asked: dict[str, str], event: dict[str, Any]) -> None:
    asked.pop(event["requestId"], None)


def _drop_kept(asked: dict[str, str], event: dict[str, Any]) -> None:
    """What came from the disk alone was not asked for."""
    if event["response"].get("fromDiskCache"):
        _drop(asked, event)
