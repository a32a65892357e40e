"""Takes the pictures of the staff's guide from the demo's own pages: `python -m tests.pictures`.

Run it again when a page looks different, and look at what it made in static/ayuda/.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from comanda.demo import PINS
from tests.browser.conftest import CHROMIUM, CHROMIUM_FLAGS, DESKTOP, PHONE
from tests.flow.program import serving

FOLDER = Path(__file__).parent.parent / "static" / "ayuda"
HEAVIEST = 30 * 1024
COLOURS = (128, 64, 32)
WIDEST = 960
Steps = Callable[[Page], Awaitable[None]]


async def signed_out(page: Page) -> None:
    await page.get_by_role("button", name="Entrar").wait_for()


async def new_order(page: Page) -> None:
    await page.get_by_role("tab", name="Nueva").click()
    await page.get_by_label("Mesa", exact=True).fill("14")
    for name in ("Tacos al pastor", "Guacamole"):
        row = page.get_by_role("listitem").filter(has_text=name)
        await row.get_by_role("button", name="Agregar").click()
    await page.get_by_label("Mesa", exact=True).scroll_into_view_if_needed()


async def to_charge(page: Page) -> None:
    await page.get_by_role("tab", name="Por Cobrar").click()
    await page.get_by_role("button", name="Cobrar").first.wait_for()


async def charging(page: Page) -> None:
    await to_charge(page)
    panel = page.get_by_role("tabpanel")
    await panel.get_by_role("button", name="💳 Cobrar").first.click()
    await page.get_by_role("dialog").get_by_text("Galería").wait_for()


async def at_work(page: Page) -> None:
    await page.get_by_text("En línea").wait_for()


async def verifying(page: Page) -> None:
    await page.get_by_role("tabpanel").get_by_role("button").first.click()
    await page.get_by_role("button", name="Aprobar").wait_for()
    await page.locator("img[data-shown]").first.wait_for()
    await page.locator(".thumbnail img").evaluate_all(
        "images => Promise.all(images.map((image) => image.decode()))"
    )


async def rejecting(page: Page) -> None:
    await verifying(page)
    await page.get_by_role("button", name="Rechazar").click()
    await page.get_by_role("dialog").wait_for()


async def copies(page: Page) -> None:
    await page.get_by_role("tab", name="Copias").click()
    await page.get_by_role("button", name="Hacer copia ahora").click()
    await page.get_by_text("✓ Última copia").wait_for()
    await page.get_by_text("Copia hecha y revisada").wait_for()


# name → who, which page, how large a screen, and what is done there
PICTURES: dict[str, tuple[str | None, str, dict[str, int], Steps]] = {
    "entrar": (None, "/", {**PHONE, "height": 624}, signed_out),
    "mesero-nueva": ("ana", "/mesero", PHONE, new_order),
    "mesero-cobrar": ("ana", "/mesero", PHONE, to_charge),
    "mesero-pago": ("ana", "/mesero", PHONE, charging),
    "cocina": ("coco", "/cocina", DESKTOP, at_work),
    "caja": ("luis", "/caja", DESKTOP, verifying),
    "caja-rechazar": ("luis", "/caja", DESKTOP, rejecting),
    "admin": ("rosa", "/admin", DESKTOP, at_work),
    "admin-copias": ("rosa", "/admin", DESKTOP, copies),
}


async def take(browser: Browser, url: str, name: str) -> bytes:
    """A picture as PNG."""
    username, path, size, steps = PICTURES[name]
    context = await browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        has_touch=size["width"] < WIDEST,
        is_mobile=size["width"] < WIDEST,
        locale="es-MX",
        color_scheme="light",
        reduced_motion="reduce",
    )
    if username:
        pin = next(pin for member, pin in PINS.items() if member.username == username)
        signed_in = await context.request.post(
            f"{url}/session", data={"username": username, "pin": pin}
        )
        assert signed_in.ok
    page = await context.new_page()
    await page.goto(url + path)
    await steps(page)
    taken = await page.screenshot(style=".toasts { visibility: hidden; }")  # a call over the foot
    await context.close()
    return taken


def pack(png: bytes) -> bytes:
    """As WebP without loss, in as many colours as its weight allows.

    Letters stay crisp, and flat surfaces cost nothing.
    """
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
    forms = (packed(image, colours) for colours in COLOURS)
    return next(form for form in forms if len(form) <= HEAVIEST)


def packed(image: Image.Image, colours: int) -> bytes:
    few = image.quantize(colours, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    form = io.BytesIO()
    few.convert("RGB").save(form, "WEBP", lossless=True, quality=100, method=6)
    return form.getvalue()


async def take_all(url: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS)
        )
        for name in PICTURES:
            picture = pack(await take(browser, url, name))
            (FOLDER / f"{name}.webp").write_bytes(picture)
            print(f"{name}: {len(picture)} bytes")
        await browser.close()


if __name__ == "__main__":
    with serving(None, "demo", reads=True) as (_process, address, _printed):
        asyncio.run(take_all(address))
