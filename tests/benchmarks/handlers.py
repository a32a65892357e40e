"""How long the pages keep a finger waiting: 40 cards on a processor six times slower.

`python -m tests.benchmarks.handlers` works at the kitchen's, the waiter's and the till's page, and
prints the longest run of the page's own code for each thing a person does. The figures are the main
thread's own time from Chromium's trace, so that a busy machine does not count. Nothing is asserted.
"""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from comanda.domain.staff import Staff
from tests.browser.conftest import CHROMIUM_FLAGS, DESKTOP, PHONE
from tests.house import ANA, BETO, COCO, LUIS, ROSA, FixedClock, House, open_house, quick_config

DISHES, CARDS, WAITING, SLOWER = 60, 40, 25, 6
LIMIT = 50  # milliseconds: from there on a browser calls a task long
SETTLED = 900  # milliseconds a step is watched: a tap on what has just moved counts after 600
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel"]
TASKS = {"RunTask", "ThreadControllerImpl::RunTask"}
LAYOUT = {"UpdateLayoutTree", "Layout"}
HANDLERS = {"EventDispatch", "TimerFire", "FireAnimationFrame", "RunMicrotasks", "FunctionCall"}

Step = Callable[[], Awaitable[Any]]


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
        for name, furnish, work in (
            ("kitchen", _cook, _work_in_the_kitchen),
            ("waiter", _serve, _work_at_the_tables),
            ("till", _fill_the_till, _work_at_the_till),
        ):
            clock = FixedClock()
            clock.now = datetime.now(UTC) - timedelta(minutes=3)
            async with open_house(quick_config(folder / f"{name}.db"), clock) as house:
                await furnish(house)
                clock.now = datetime.now(UTC)
                print(f"\n{name}, a processor {SLOWER} times slower: milliseconds")
                print(f"  {'':34} handler  layout    task")
                await work(Bench(browser, house))
        await browser.close()


@dataclass
class Bench:
    """One page under the browser's trace."""

    browser: Browser
    house: House

    async def open(self, member: Staff, path: str, size: dict[str, int]) -> Page:
        touch = size is PHONE
        context = await self.browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            has_touch=touch,
            is_mobile=touch,
            service_workers="block",
        )
        for name, value in (await self.house.cookies(member)).items():
            await context.add_cookies([{"name": name, "value": value, "url": self.house.url}])
        page = await context.new_page()
        devtools = await context.new_cdp_session(page)
        await devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        await self.step(page, "the page opens", lambda: _come(page, self.house.url + path))
        return page

    async def step(self, page: Page, name: str, act: Step) -> None:
        """Does `act` and prints the longest handler and the longest task meanwhile."""
        await self.browser.start_tracing(page=page, categories=CATEGORIES)
        await act()
        await page.wait_for_timeout(SETTLED)
        trace = json.loads(await self.browser.stop_tracing())
        events = _main_thread(trace["traceEvents"], name)
        longest = max((one for one in events if one["name"] in HANDLERS), key=_own_time)
        task = max(_own_time(one) for one in events if one["name"] in TASKS)
        what = longest.get("args", {}).get("data", {}).get("type", longest["name"])
        layout = sum(
            _own_time(one) for one in events if one["name"] in LAYOUT and _is_within(one, longest)
        )
        handler = _own_time(longest)
        mark = " ‼" if handler > LIMIT else ""
        print(f"  {name:34} {handler:7.1f} {layout:7.1f} {task:7.1f}   {what}{mark}", flush=True)


async def _come(page: Page, url: str) -> None:
    await page.goto(url)
    await page.get_by_text("En línea").wait_for()


def _main_thread(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The events of the page's main thread: the one that dispatched most of them."""
    count: dict[tuple[int, int], int] = {}
    for event in events:
        if event["name"] in HANDLERS:
            thread = (event["pid"], event["tid"])
            count[thread] = count.get(thread, 0) + 1
    assert count, f"{name}: nothing was traced"
    busiest = max(count, key=lambda thread: count[thread])
    return [event for event in events if (event["pid"], event["tid"]) == busiest]


def _own_time(event: dict[str, Any]) -> float:
    """Milliseconds that the thread itself worked."""
    return float(event.get("tdur", 0)) / 1000


def _is_within(event: dict[str, Any], other: dict[str, Any]) -> bool:
    start, end = event["ts"], event["ts"] + event.get("dur", 0)
    return bool(other["ts"] <= start and end <= other["ts"] + other["dur"])


async def _advance(house: House, order_id: str, statuses: tuple[str, ...]) -> None:
    for status in statuses:
        await house.advance(order_id, status, ANA if status == "entregado" else COCO)


async def _print_menu(house: House) -> None:
    lines = [f"Platillo {number},Categoría {number // 8},85.00" for number in range(DISHES)]
    text = "\n".join(["nombre,categoría,precio", *lines])
    await house.call(ROSA, "POST", "/menu/import", json={"csv": text})


async def _cook(house: House) -> None:
    for number in range(CARDS):
        await house.place(1 + number)


async def _serve(house: House) -> None:
    await _print_menu(house)
    done = ("en_preparacion", "listo", "entregado")
    for number in range(CARDS):
        order = await house.place(1 + number, (ANA, BETO)[number % 2])
        await _advance(house, order["id"], done[: number % 3])
    for number in range(CARDS):
        order = await house.place(51 + number, (ANA, BETO)[number % 2])
        await _advance(house, order["id"], done)


async def _fill_the_till(house: House) -> None:
    await _serve(house)
    for number in range(WAITING):
        order = await house.deliver(151 + number)
        await house.submit(order["id"])


async def _work_in_the_kitchen(bench: Bench) -> None:
    page = await bench.open(COCO, "/cocina", PHONE)
    for number in range(1, 4):
        begin = page.get_by_role("button", name=f"Mesa {number}, orden {number}: Empezar")
        await bench.step(page, "an order comes in", partial(bench.house.place, 500 + number))
        await bench.step(page, "Empezar", begin.tap)


async def _work_at_the_tables(bench: Bench) -> None:
    page, house = await bench.open(ANA, "/mesero?ver=curso", PHONE), bench.house

    def shown(role: Any, name: str) -> Any:
        return page.get_by_role(role, name=name).filter(visible=True).first

    await bench.step(page, "a card unfolds", page.locator(".fold").filter(visible=True).first.tap)
    await bench.step(page, "Entregado", shown("button", "Entregado").tap)
    await bench.step(page, "Todas", shown("button", "Todas").tap)
    await bench.step(page, "Mías", shown("button", "Mías").tap)
    await bench.step(page, "Todas again", shown("button", "Todas").tap)
    await bench.step(page, "an order begins", lambda: house.advance("1", "en_preparacion", COCO))
    await bench.step(page, "tab Por Cobrar", shown("tab", "Por Cobrar").tap)
    await bench.step(page, "Mías", shown("button", "Mías").tap)
    await bench.step(page, "Todas", shown("button", "Todas").tap)
    await bench.step(page, "Pagadas hoy", shown("button", "Pagadas hoy").tap)
    await bench.step(page, "Pagadas hoy closes", shown("button", "Pagadas hoy").tap)
    await bench.step(page, "Cobrar", shown("button", "Cobrar, mesa").tap)
    await bench.step(page, "it closes", lambda: page.keyboard.press("Escape"))
    await bench.step(page, "tab Nueva", shown("tab", "Nueva").tap)
    plus = page.locator("#panel-nueva .product button").filter(visible=True).first
    await bench.step(page, "a dish", plus.tap)
    await bench.step(page, "tab En Curso", shown("tab", "En Curso").tap)
    await bench.step(page, "the page is shown again", lambda: page.evaluate(_SHOWN_AGAIN))


async def _work_at_the_till(bench: Bench) -> None:
    page, house = await bench.open(LUIS, "/caja", DESKTOP), bench.house
    keys = page.keyboard
    await bench.step(page, "a card opens", page.locator(".proof-card").first.click)
    await bench.step(page, "the next by key", lambda: keys.press("ArrowDown"))
    await bench.step(page, "the detail closes", lambda: keys.press("Escape"))
    for key in ("/", "3", "0", "6", "Escape"):
        await bench.step(page, f"search: {key}", partial(keys.press, key))
    for name in ("Por Cobrar", "En curso", "Pagadas hoy", "Por Verificar"):
        await bench.step(page, f"tab {name}", page.get_by_role("tab", name=name).click)
    await page.get_by_role("tab", name="En curso").click()
    await bench.step(page, "a row opens", page.locator("#panel-curso a.table").nth(3).click)
    await bench.step(page, "it closes", lambda: keys.press("Escape"))
    await page.get_by_role("tab", name="Por Verificar").click()
    await bench.step(page, "another card opens", page.locator(".proof-card").nth(1).click)
    await bench.step(page, "R: the reasons", lambda: keys.press("r"))
    await bench.step(page, "Escape", lambda: keys.press("Escape"))
    await bench.step(page, "V", lambda: keys.press("v"))
    await bench.step(page, "A", lambda: keys.press("a"))
    await bench.step(page, "a proof comes in", lambda: house.submit("60"))


_SHOWN_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


if __name__ == "__main__":
    main()
