"""Real Chromium against a real server. Run by themselves: see tests/run.sh."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    async_playwright,
    expect,
)

from comanda.domain.staff import Staff
from tests.house import LUIS, House, eventually, skip_without

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP comanda.test 127.0.0.1",  # a house's name on plain HTTP
)
# A page costs the headless one a third of what it costs the whole one; their engine is the same.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
SLOW = 30_000  # milliseconds: a guard against hanging on a busy machine, not a goal
expect.set_options(timeout=SLOW)
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests; without one they skip, except in CI, where that is a failure."""
    if CHROMIUM is None:
        message = "NO CHROMIUM: the pages are NOT tested; install `chromium-headless-shell`"
        skip_without(message)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS)
        )
        yield chromium
        await chromium.close()


# What the browser itself says of a refused or lost request, which is often what is tested; and of
# the script below, which a proof's sandbox keeps out like any other.
EXPECTED = ("Failed to load resource", "/proof' because the document's frame is sandboxed")


@dataclass
class Window:
    """A window that somebody has open: its page, and what its console said."""

    page: Page
    context: BrowserContext
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        self.console.append(message.text)
        if message.type == "error" and not any(one in message.text for one in EXPECTED):
            self.errors.append(message.text)


OpenWindow = Callable[..., Awaitable[Window]]

# What a page said for a few seconds only, and each tone that it played, kept while it lives.
# And `part(name)`, a module of the page itself, or else the file as a module of its own.
MEMORY = """
  globalThis.part = async (name) => globalThis[Symbol.for("comanda")]?.get(`js/${name}`) ??
    import(new URL(`../${name}`, document.querySelector("script[type=module]").src));
  globalThis.said = [];
  globalThis.tones = [];
  const heard = new WeakSet();
  new MutationObserver(() => {
    for (const toast of document.querySelectorAll(".toast")) {
      if (!heard.has(toast)) said.push(toast.textContent);
      heard.add(toast);
    }
  }).observe(document, { childList: true, subtree: true });
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    tones.push(this.frequency.value);
    return start.apply(this, when);
  };
"""

# For an `add_init_script`: a request that the network swallows is given up within seconds.
HASTY = """
  const { timeout } = AbortSignal;
  AbortSignal.timeout = (pause) => timeout.call(AbortSignal, Math.min(pause, 3000));
"""


async def hear(page: Page, text: str) -> None:
    """Wait until the page has said `text` in passing; it may be gone by now.

    Spaces that break no line count like others, as in what Playwright compares.
    """
    said = "text => said.some((one) => one.replaceAll('\\u00a0', ' ').includes(text))"
    await page.wait_for_function(said, arg=text)


async def settled(page: Page) -> None:
    """Wait until a tap counts again on cards that have just moved."""
    await page.wait_for_function("() => !('settling' in document.documentElement.dataset)")


async def until_order(
    house: House, order_id: str, comes_true: Callable[[dict[str, Any]], object]
) -> None:
    """Wait until the server says so of an order."""

    async def says_so() -> bool:
        _, order = await house.call(LUIS, "GET", f"/orders/{order_id}")
        return bool(comes_true(order))

    await eventually(says_so, timeout=60)


async def refresh_until(page: Page, expression: str) -> None:
    """Take the phone out of the pocket again and again, until `expression` is true on its page.

    A snapshot that was on its way already may be older than what the test has just done.
    """
    await page.wait_for_function(
        f"() => document.dispatchEvent(new Event('visibilitychange')) && {expression}", polling=200
    )


@pytest.fixture
async def window(browser: Browser, house: House) -> AsyncIterator[OpenWindow]:
    """`await window(ANA, "/mesero")` opens a page as Ana, who is signed in; None is nobody.

    `size` is PHONE (a touch screen) or DESKTOP, or another, by hand with `touch`; `context` opens
    another tab of the same browser.
    Only `worker` lets a page have its service worker: `page.route` misses what passes by one.
    At the end no window may have had an uncaught error or a breach of its content policy.
    """
    opened: list[Window] = []
    async with AsyncExitStack() as stack:

        async def open_window(
            member: Staff | None,
            path: str,
            size: dict[str, int] | None = None,
            context: BrowserContext | None = None,
            *,
            worker: bool = False,
            touch: bool = False,
        ) -> Window:
            if context is None:
                by_hand = touch or size is PHONE
                context = await new_context(member, size or DESKTOP, worker=worker, touch=by_hand)
                stack.push_async_callback(context.close)
            found = Window(await context.new_page(), context)
            found.page.on("console", found.note)
            found.page.on("pageerror", lambda error: found.errors.append(str(error)))
            opened.append(found)
            await found.page.goto(house.url + path)
            return found

        async def new_context(
            member: Staff | None, size: dict[str, int], *, worker: bool, touch: bool
        ) -> BrowserContext:
            context = await browser.new_context(
                viewport={"width": size["width"], "height": size["height"]},
                service_workers="allow" if worker else "block",
                has_touch=touch,
                is_mobile=touch,
                locale="es-MX",
                timezone_id="America/Mexico_City",
            )
            context.set_default_timeout(SLOW)
            await context.add_init_script(MEMORY)
            if member is not None:
                cookies = await house.cookies(member)
                await context.add_cookies(
                    [
                        {"name": name, "value": value, "url": house.url}
                        for name, value in cookies.items()
                    ]
                )
            return context

        yield open_window
    assert [error for one in opened for error in one.errors] == []
