"""What geometry tells of a page: nothing covers, cuts or overlaps, and prices stay in one line.

axe sees none of this. `flaws(page)` looks at what is in sight now: a whole page, or the dialog that
lies over it. `ways_to_look` are the sizes of the text that a page must bear.
"""

from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Page

SMALL = {"width": 360, "height": 640}
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
SIZES = (SMALL, PHONE, DESKTOP)
PLAIN_PIXELS, LARGE_PIXELS = 16, 32

AUDIT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
  .map((one) => one.finished))"""


async def flaws(page: Page, *, strict: bool = True) -> list[str]:
    """What covers, is cut or overlaps, in words. `strict` holds main buttons to one line, too."""
    await page.evaluate(SETTLED)
    found: list[str] = await page.evaluate(AUDIT, strict)
    return found


async def ways_to_look(page: Page) -> AsyncIterator[str]:
    """The page as it is, with twice the text by its style, and by the browser's own setting."""
    yield "100 %"
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    yield "200 %"
    await page.evaluate("document.documentElement.style.fontSize = ''")
    devtools = await page.context.new_cdp_session(page)
    await _set_text(devtools, LARGE_PIXELS)
    yield "200 % by the browser"
    await _set_text(devtools, PLAIN_PIXELS)
    await devtools.detach()


async def _set_text(devtools: object, pixels: int) -> None:
    sizes = {"fontSizes": {"standard": pixels, "fixed": pixels}}
    await devtools.send("Page.setFontSizes", sizes)  # type: ignore[attr-defined]


async def all_flaws(page: Page) -> dict[str, list[str]]:
    """The flaws of what is in sight, by the way of looking that has some."""
    told: dict[str, list[str]] = {}
    async for way in ways_to_look(page):
        found = await flaws(page, strict=way == "100 %")
        if found:
            told[way] = found
    return told
