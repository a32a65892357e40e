"""How long the kitchen's page keeps a finger waiting: 40 cards on a processor six times slower.

`python -m tests.benchmarks.handlers` prints the longest handlers and tasks. Nothing is asserted.
"""

import asyncio
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from tests.browser.conftest import CHROMIUM_FLAGS
from tests.house import COCO, House, open_house, quick_config

CARDS, TAPS, SLOWER = 40, 12, 6
LIMIT = 50  # milliseconds: from there on a browser calls a task long
WATCH = """
  globalThis.long = [];
  globalThis.handled = [];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) long.push(one.duration);
  }).observe({ type: "longtask" });
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) {
      handled.push([one.name, one.processingEnd - one.processingStart]);
    }
  }).observe({ type: "event", durationThreshold: 16 });
"""


def main() -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        print("No Chromium: apt-get install chromium")
        return
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder), chromium))


async def _measure(folder: Path, chromium: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=list(CHROMIUM_FLAGS)
        )
        async with open_house(quick_config(folder / "kitchen.db")) as house:
            for table in range(CARDS):
                await house.place(1 + table)
            page = await (await browser.new_context(has_touch=True)).new_page()
            for name, value in (await house.cookies(COCO)).items():
                await page.context.add_cookies([{"name": name, "value": value, "url": house.url}])
            await page.add_init_script(WATCH)
            await page.goto(house.url + "/cocina")
            await page.get_by_text("En línea").wait_for()
            devtools = await page.context.new_cdp_session(page)
            await devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            await page.evaluate("long.length = 0; handled.length = 0")
            await _work(page, house)
            _tell(await page.evaluate("({ long, handled })"))
        await browser.close()


async def _work(page: Page, house: House) -> None:
    """Begin tickets one after the other, while new orders come in."""
    for number in range(1, TAPS + 1):
        await house.place(500 + number)
        await page.wait_for_timeout(700)  # until a tap on what has moved counts again
        button = page.get_by_role("button", name=f"Mesa {number}, orden {number}: Empezar")
        await button.tap()
        await page.get_by_role("button", name=f"Mesa {number}, orden {number}: Listo").wait_for()


def _tell(found: dict[str, Any]) -> None:
    handled: list[tuple[str, float]] = found["handled"]
    by_name: dict[str, list[float]] = {}
    for name, milliseconds in handled:
        by_name.setdefault(name, []).append(milliseconds)
    print(f"Kitchen, {CARDS} cards, processor {SLOWER} times slower, {TAPS} taps and orders")
    for name, times in sorted(by_name.items(), key=lambda one: -max(one[1])):
        middle = statistics.median(times)
        print(
            f"  {name:14} longest {max(times):6.1f} ms, median {middle:6.1f} ms, {len(times)} times"
        )
    print(f"  handlers over {LIMIT} ms: {sum(time > LIMIT for _, time in handled)}")
    print(f"  long tasks: {len(found['long'])}, longest {max(found['long'], default=0):.0f} ms")


if __name__ == "__main__":
    main()
