"""From an event's arrival in the cashiers' page to its changed DOM, in real Chromium."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

from playwright.async_api import Page, async_playwright

from tests.benchmarks.results import Goal, Work
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.house import LUIS, House, open_house, quick_config

CARDS = 200
EVENTS = 20
# The page's own EventSource, its every event stamped before the page hears of it.
STAMP = """
  const listen = EventSource.prototype.addEventListener;
  EventSource.prototype.addEventListener = function (type, heard, ...more) {
    const stamped = (event) => {
      window.arrived ??= performance.now();
      return heard.call(this, event);
    };
    return listen.call(this, type, stamped, ...more);
  };
"""
WATCH = """
  () => new Promise((resolve) => {
    window.arrived = undefined;
    new MutationObserver((_, observer) => {
      if (window.arrived === undefined) return;
      observer.disconnect();
      resolve(performance.now() - window.arrived);
    }).observe(document.querySelector('main'),
      { childList: true, subtree: true, characterData: true, attributes: true });
  })
"""


def works(folder: Path) -> Iterator[Work]:
    chromium = shutil.which("chromium")
    if chromium is None:
        print("The page is left out: apt-get install chromium")
        return
    work = Work(f"page: event to changed DOM, {CARDS} cards", "ms", (Goal(16.0),))
    work.add("comanda", asyncio.run(_measure(folder, chromium)))
    yield work


async def _measure(folder: Path, chromium: str) -> list[float]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=list(CHROMIUM_FLAGS)
        )
        async with open_house(quick_config(folder / "page.db")) as house:
            for table in range(CARDS):
                order = await house.deliver(1 + table)
                await house.submit(order["id"])
            waiting = [await house.deliver(500 + number) for number in range(EVENTS)]
            context = await browser.new_context()
            await context.add_init_script(STAMP)
            for name, value in (await house.cookies(LUIS)).items():
                await context.add_cookies([{"name": name, "value": value, "url": house.url}])
            page = await context.new_page()
            await page.goto(house.url + "/caja")
            await page.get_by_text("En línea").wait_for()
            found = [await _one(page, house, order["id"]) for order in waiting]
        await browser.close()
    return found


async def _one(page: Page, house: House, order_id: str) -> float:
    watching = asyncio.create_task(page.evaluate(WATCH))
    await page.evaluate("() => 0")  # the watch is on once this has been answered
    await house.submit(order_id)
    elapsed: float = await watching
    return elapsed
